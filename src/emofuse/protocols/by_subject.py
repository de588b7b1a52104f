"""Splits by person: nobody who is judged was learnt from. This module promises it; `by_clip` does not."""

from collections.abc import Iterator, Sequence
from itertools import chain

import numpy as np

from emofuse.core.clip import Clip
from emofuse.core.errors import SplitError
from emofuse.core.split import Protocol, Split

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


def leave_one_out() -> Protocol:
    """Each person is judged once, by what was learnt from all others but the next, who is valid.

    Raises:
        SplitError: Clips of nobody, or fewer than three people.
    """

    def protocol(clips: Sequence[Clip]) -> Iterator[Split]:
        _check(clips, set())
        return folds([(who,) for who in _people(clips)])(clips)

    return protocol


def grouped(k: int, seed: int = 0) -> Protocol:
    """People shuffled into `k` folds of about as many clips each, whatever the order of the clips.

    Raises:
        SplitError: Clips of nobody, fewer than three folds, or fewer people than folds.
    """

    def protocol(clips: Sequence[Clip]) -> Iterator[Split]:
        _check(clips, set())
        people = _people(clips)
        if not 3 <= k <= len(people):
            raise SplitError(
                f"{len(people)} people cannot make {k} folds of which one is test and one valid. "
                f"Expected 3 to {len(people)}; choose another number of folds."
            )
        counts = {who: sum(clip.subject == who for clip in clips) for who in people}
        order = sorted((people[i] for i in np.random.default_rng(seed).permutation(len(people))), key=lambda who: -counts[who])
        groups: list[list[str]] = [[] for _ in range(k)]
        for who in order:  # the next largest to where the fewest clips are
            min(groups, key=lambda group: (sum(counts[w] for w in group), len(group))).append(who)
        return folds(groups)(clips)

    return protocol


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
    )
