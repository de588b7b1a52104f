"""What emofuse and its child say in English, in the language of whoever reads it; what is not known here is shown as it stands.

They speak in sentences with numbers, names and words in them, and rows keep these. The files beside this one hold the same sentences
with holes (`%(n)s`), marked for translation: a sentence is found by what stands between its holes, and what stood in them is put into
the translation (`emofuse_web.phrases.holes`). In English nothing is changed.
"""

from collections.abc import Mapping
from functools import cache

from django.utils.translation import get_language, gettext

from emofuse_web.phrases import cards, eeg, expected, happened, happened_eeg, happened_text, notes, things, transcripts, words
from emofuse_web.phrases.holes import filled
from emofuse_web.phrases.pattern import Pattern

LONGEST = 1_200  # characters of a sentence with holes; those without may be longer
DEEPEST = 4  # sentences within sentences
EXPECTED = " Expected "  # between what happened and what it should have been


def told(said: str) -> str:
    """A sentence in the reader's language.

    Args:
        said: In English, as emofuse, the child or a card has it.

    Example:
        >>> told("The file has 125 pictures a second. Expected at most 120.")
        'The file has 125 pictures a second. Expected at most 120.'
    """
    return said if (get_language() or "en").startswith("en") else translated(said) or said


def translated(said: str, deep: int = 0) -> str | None:
    """The same; None where it is not known."""
    if said in _every()[0]:
        return gettext(said)
    if not said or deep > DEEPEST or len(said) > LONGEST:
        return None
    ways = (_filled, _halves, _after_a_name, _several, _begun_large)
    return next((found for way in ways if (found := way(said, deep))), None)


@cache
def _every() -> tuple[frozenset[str], tuple[Pattern, ...]]:
    """Sentences without holes, and those with them."""
    files = (notes, transcripts, eeg, happened, happened_eeg, happened_text, expected, cards, words, things)
    sentences = [sentence for file in files for sentence in file.SENTENCES]
    return frozenset(one for one in sentences if "%" not in one), tuple(Pattern.of(one) for one in sentences if "%" in one)


def _filled(said: str, deep: int) -> str | None:
    for pattern in _every()[1]:
        stood = pattern.match(said)
        found: Mapping[str, str] | None = None if stood is None else filled(stood, lambda part: translated(part, deep + 1))
        if found is not None:
            return gettext(pattern.sentence) % found
    return None


def _halves(said: str, deep: int) -> str | None:
    """What happened and what was expected, each a sentence; advice that follows is for whoever has a shell, and may be left out."""
    happened_, between, wanted = said.partition(EXPECTED)
    first = translated(happened_, deep + 1) if between else None
    if first is None:
        return None
    wanted = EXPECTED.lstrip() + wanted
    clauses = (wanted, wanted.partition(";")[0] + ".", wanted.partition(". ")[0] + ".")
    second = next((found for one in clauses if (found := translated(one, deep + 1))), None)
    return None if second is None else f"{first} {second}"


def _after_a_name(said: str, deep: int) -> str | None:
    """What is said of a file, a channel or a modality, whose name stands before it."""
    name, between, rest = said.partition(": ")
    found = translated(rest, deep + 1) if between else None
    return None if found is None else f"{translated(name, DEEPEST) or name}: {found}"


def _several(said: str, deep: int) -> str | None:
    """Some with commas between."""
    parts = said.split(", ")
    found = [translated(part, deep + 1) for part in parts] if 1 < len(parts) <= 20 else [None]
    return None if None in found else ", ".join(str(one) for one in found)


def _begun_large(said: str, deep: int) -> str | None:
    """A note that was made a sentence of, as far as its first letter goes."""
    found = translated("the file" + said.removeprefix("The file"), deep + 1) if said.startswith("The file ") else None
    return None if found is None else found[:1].upper() + found[1:]
