"""What may stand in the holes of a sentence, and how it goes into a translation: a hole's name, less its digits, says what it holds."""

import re
from collections.abc import Callable, Mapping

from django.utils.formats import get_format
from django.utils.translation import gettext

from emofuse_web.analyses import result_words

NUMBER = re.compile(r"[-+−]?\d[\d.,:]*(?:e[-+]?\d+)?")
PLAIN = re.compile(r"([-+−]?)(\d{1,3}(?:,\d{3})+|\d+)(\.\d+)?")  # no clock, nothing with an exponent
MORE = re.compile(r"(.+) and ([\d,]+) more", re.DOTALL)

Translate = Callable[[str], str | None]


def filled(stood: Mapping[str, str], translate: Translate) -> dict[str, str] | None:
    """What goes into the holes of a translation; None where something cannot have stood there.

    Args:
        stood: What stood in the holes of the English sentence, by their names.
        translate: How sentences and words within it are translated; None where they are not known.
    """
    found = {hole: KINDS[hole.rstrip("0123456789")](value, translate) for hole, value in stood.items()}
    return None if None in found.values() else {hole: str(value) for hole, value in found.items()}


def number(said: str, translate: Translate | None = None) -> str | None:
    """A number, as the language writes them."""
    del translate
    if NUMBER.fullmatch(said) is None:
        return None
    if (parts := PLAIN.fullmatch(said)) is None:
        return said
    sign, whole, rest = parts.groups(default="")
    return sign + whole.replace(",", str(get_format("THOUSAND_SEPARATOR"))) + rest.replace(".", str(get_format("DECIMAL_SEPARATOR")))


def _listed(said: str, translate: Translate) -> str | None:
    """Names and the like, as they stand; of a long list how many more there are. No sentence: that would go on in English."""
    del translate
    if " Expected " in said:
        return None
    if found := MORE.fullmatch(said):
        return gettext("%(x)s and %(n)s more") % {"x": found[1], "n": number(found[2]) or found[2]}
    return said


def _labels(said: str, translate: Translate) -> str:
    del translate
    return ", ".join(result_words.emotion(label) for label in said.split(", "))


def _lane(said: str, translate: Translate) -> str | None:
    del translate
    return None if " " in said else result_words.lane(said)


def _reasons(said: str, translate: Translate) -> str | None:
    found = [result_words.reason(part) if part in result_words.REASONS else translate(part) for part in said.split(", ")]
    return None if None in found else ", ".join(str(one) for one in found)


def _said(said: str, translate: Translate) -> str | None:
    return translate(said) or _reasons(said, translate)


def _file(said: str, translate: Translate) -> str:
    return translate(said) or said if said.lower() in ("the file", "the video", "the sound") else said


KINDS: Mapping[str, Callable[[str, Translate], str | None]] = {
    "n": number,
    "share": number,
    "file": _file,  # a file's name, or "the file", "the video"
    "m": lambda said, translate: translate(said),  # a modality
    "what": lambda said, translate: translate(said),  # a thing that is known
    "said": _said,  # a sentence, reasons, or several
    "reason": _reasons,
    "licence": lambda said, translate: translate(said) or said,  # most are names
    "lane": _lane,
    "label": _labels,
    "labels": _labels,
    "x": _listed,  # whatever it is, as it stands
}
