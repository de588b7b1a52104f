"""Splits by named people: nobody who is judged was learnt from or chosen on. Each split promises it."""

from collections.abc import Iterator, Sequence
from itertools import chain

from emofuse.core.clip import Clip
from emofuse.core.errors import SplitError
from emofuse.core.split import PERSON, Protocol, Split

RAVDESS_SIX = (
    ("01", "11", "20", "21"),
    ("04", "10", "12", "14"),
    ("08", "09", "19", "23"),
    ("03", "05", "07", "24"),
    ("02", "15", "16", "18"),
    ("06", "13", "17", "22"),
)
"""Six folds of actors, as EmoBox has them (Ma et al. 2024): `folds(RAVDESS_SIX)`."""

RAVDESS_FIVE = (
    ("02", "05", "14", "15", "16"),
    ("03", "06", "07", "13", "18"),
    ("10", "11", "12", "19", "20"),
    ("08", "17", "21", "23", "24"),
    ("01", "04", "09", "22"),
)
"""Five folds of actors (Luna-Jiménez et al. 2021)."""

RAVDESS_16_4_4 = {"valid": ("11", "13", "18", "22"), "test": ("05", "10", "16", "19")}
"""The one split of the weights released by Chumachenko et al. 2022: `named(**RAVDESS_16_4_4)`."""

_EAV = tuple(f"eav-{number:02d}" for number in range(1, 43))

EAV_SEVEN = tuple(_EAV[first : first + 6] for first in range(0, 42, 6))
"""Seven folds of six people. Whose fold is whose has not been published where it could be checked: these are
neighbours by number, so that the last fold is the test part of `EAV_30_6_6`."""

EAV_30_6_6 = {"valid": _EAV[30:36], "test": _EAV[36:42]}
"""People 1 to 30, 31 to 36 and 37 to 42 (Kanafin et al. 2024): `named(**EAV_30_6_6)`."""


def folds(people: Sequence[Sequence[str]], valid: Sequence[Sequence[str]] | None = None) -> Protocol:
    """Each group of people is judged once, by what was learnt from others.

    Valid are the people of the next fold (of the first, for the last), so that everybody is test once and valid once.
    Whoever stands in no fold is always learnt from.

    Args:
        people: The people to be judged, fold by fold; nobody twice.
        valid: For each fold, who is valid instead.

    Raises:
        SplitError: Somebody twice, somebody without clips, clips of nobody, or nobody left to learn from.

    Example:
        >>> clips = [Clip(f"{who}{take}", who, "calm", {}) for who in "abc" for take in range(2)]
        >>> [[clip.id for clip in split.test] for split in folds(["a", "b", "c"])(clips)]
        [['a0', 'a1'], ['b0', 'b1'], ['c0', 'c1']]
    """
    judged = [tuple(fold) for fold in people]
    beside = [tuple(fold) for fold in valid] if valid is not None else [*judged[1:], *judged[:1]]
    everybody = list(chain.from_iterable(judged))
    if not everybody or len(set(everybody)) != len(everybody) or len(beside) != len(judged):
        raise SplitError(
            f"{len(judged)} folds name {len(everybody)} people, {len(set(everybody))} of them different, "
            f"and {len(beside)} groups to choose on. Expected each person in one fold and one group a fold; mend the lists."
        )

    def protocol(clips: Sequence[Clip]) -> Iterator[Split]:
        _check(clips, {*everybody, *chain.from_iterable(beside)})
        for number, (test, choose) in enumerate(zip(judged, beside, strict=True), start=1):
            yield _split(f"fold-{number}" if len(judged) > 1 else "people", clips, valid=set(choose), test=set(test))

    return protocol


def named(valid: Sequence[str], test: Sequence[str]) -> Protocol:
    """One split: these people are valid, those are test, the rest is learnt from.

    Raises:
        SplitError: Somebody in both, somebody without clips, clips of nobody, or nobody left to learn from.
    """
    return folds([test], valid=[valid])


def _people(clips: Sequence[Clip]) -> list[str]:
    return sorted({clip.subject for clip in clips if clip.subject is not None})


def _check(clips: Sequence[Clip], wanted: set[str]) -> None:
    nobody = [clip.id for clip in clips if clip.subject is None]
    if nobody:
        raise SplitError(
            f"{len(nobody)} clips, such as {nobody[0]}, do not say who they show. Splitting by person needs to know; use protocols.by_clip."
        )
    missing = sorted(wanted - set(_people(clips)))
    if missing:
        raise SplitError(
            f"There are no clips of {', '.join(missing)}. Expected clips of all people whom the folds name; get them, or name other people."
        )


def _split(name: str, clips: Sequence[Clip], valid: set[str], test: set[str]) -> Split:
    both = sorted(valid & test)
    if both:
        raise SplitError(f"{', '.join(both)} would be both valid and test in {name}. Expected different people; mend the lists.")
    return Split(
        name,
        train=tuple(clip for clip in clips if clip.subject not in valid | test),
        valid=tuple(clip for clip in clips if clip.subject in valid),
        test=tuple(clip for clip in clips if clip.subject in test),
        apart=frozenset({PERSON}),
    )
