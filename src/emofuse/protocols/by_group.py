"""Splits by what must stay together: a person, a dialogue, a recording, a sentence, or several of these at once.

No value of it stands both in a test part and in what was learnt from or chosen on; each split promises it.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import product

import numpy as np

from emofuse.core.clip import Clip
from emofuse.core.errors import SplitError
from emofuse.core.split import PERSON, Protocol, Split, told

Groups = Sequence[Sequence[str]]
"""Values of a fact that are judged together, group by group."""


def grouped(k: int, by: str = PERSON, seed: int = 0, *, choose: bool = True) -> Protocol:
    """The values of a fact shuffled into `k` folds of about as many clips each; every fold is judged once.

    Args:
        k: How many folds.
        by: "subject", or the fact whose values stay together: "dialogue", "recording", "sentence".
        seed: Decides the shuffle; the order of the clips does not.
        choose: Whether the next fold is valid; without it nobody is, and all other folds are learnt from.

    Raises:
        SplitError: A clip that does not say, too few folds, or fewer values than folds.

    Example:
        >>> clips = [Clip(f"{d}{u}", None, "calm", {}, {"dialogue": d}) for d in "abc" for u in range(2)]
        >>> [[clip.id for clip in split.test] for split in grouped(3, by="dialogue")(clips)]
        [['c0', 'c1'], ['a0', 'a1'], ['b0', 'b1']]
    """

    def protocol(clips: Sequence[Clip]) -> Iterator[Split]:
        return _folds(clips, by, _groups(clips, by, k, seed, fewest=_fewest(choose)), choose)

    return protocol


def leave_one_out(by: str = PERSON, *, choose: bool = True) -> Protocol:
    """Each person, or each value of a fact, is judged once, by what was learnt from all others.

    Args:
        by: "subject", or a fact: "dialogue", "recording", "sentence".
        choose: Whether the next value (the first, for the last) is valid; without it nobody is.

    Raises:
        SplitError: A clip that does not say, or fewer than three values; two suffice where nobody is valid.
    """

    def protocol(clips: Sequence[Clip]) -> Iterator[Split]:
        values = _values(clips, by)
        if len(values) < _fewest(choose):
            raise SplitError(
                f"{_many(len(values), by)} cannot be left out one by one. Expected {_fewest(choose)} or more, one for each part; "
                f"get more of the corpus, or divide it by something else."
            )
        return _folds(clips, by, [(value,) for value in values], choose)

    return protocol


def crossed(by: Mapping[str, int | Groups], seed: int = 0, *, choose: bool = True) -> Protocol:
    """Test clips share none of several things with what was learnt from: neither the person nor the sentence.

    There is a split for every combination of groups, so that every clip is judged once.
    Clips that share one thing with a test part but not all of them are in no part of that split.
    Valid is the next group by the first fact, kept apart from test by all others as train is;
    train and valid may share values of those others.

    RAVDESS has two sentences: what is learnt from one of them alone, of other people, is judged on the other,
    which is harder than new people saying what is known (Atmaja, Sasou 2022).

    Args:
        by: For "subject" or a fact: into how many groups its values are shuffled, or the groups themselves.
        seed: Decides the shuffles; the order of the clips does not.
        choose: Whether there is a valid part.

    Raises:
        SplitError: A clip that does not say, or fewer values than groups.
    """

    def protocol(clips: Sequence[Clip]) -> Iterator[Split]:
        names = list(by)
        if not names:
            raise SplitError('Nothing is to be kept apart. Expected facts and their groups, such as {"subject": 6, "sentence": 2}.')
        chosen = [_groups(clips, name, by[name], seed, fewest=_fewest(choose) if i == 0 else 2) for i, name in enumerate(names)]
        first = [frozenset(group) for group in chosen[0]]
        for numbers in product(*(range(len(groups)) for groups in chosen)):
            judged = {name: frozenset(groups[n]) for name, groups, n in zip(names, chosen, numbers, strict=True)}
            after = first[(numbers[0] + 1) % len(first)] if choose else frozenset()
            train: list[Clip] = []
            valid: list[Clip] = []
            test: list[Clip] = []
            for clip in _sorted(clips):
                shared = [told(clip, name) in values for name, values in judged.items()]
                if all(shared):
                    test.append(clip)
                elif not any(shared):
                    (valid if told(clip, names[0]) in after else train).append(clip)
            called = "-".join(f"{name}-{n + 1}" for name, n in zip(names, numbers, strict=True))
            if test:
                yield Split(called, tuple(train), tuple(valid), tuple(test), frozenset(names))

    return protocol


def _folds(clips: Sequence[Clip], by: str, groups: Groups, choose: bool) -> Iterator[Split]:
    for i, group in enumerate(groups):
        judged = set(group)
        chosen = set(groups[(i + 1) % len(groups)]) if choose else set()
        known = _sorted(clips)
        yield Split(
            f"fold-{i + 1}",
            train=tuple(clip for clip in known if told(clip, by) not in judged | chosen),
            valid=tuple(clip for clip in known if told(clip, by) in chosen),
            test=tuple(clip for clip in known if told(clip, by) in judged),
            apart=frozenset({by}),
        )


def _groups(clips: Sequence[Clip], by: str, wanted: int | Groups, seed: int, fewest: int) -> list[tuple[str, ...]]:
    """Values in groups: as they are given, or shuffled into so many of about as many clips each."""
    values = _values(clips, by)
    if not isinstance(wanted, int):
        named = [value for group in wanted for value in group]
        if sorted(named) != values:
            odd = sorted(set(named) ^ set(values))[:3] or sorted({value for value in named if named.count(value) > 1})[:3]
            raise SplitError(
                f"The groups by {by} do not fit the clips: see {', '.join(odd)}. Expected every value there is, once; mend them."
            )
        return [tuple(group) for group in wanted]
    if not fewest <= wanted <= len(values):
        raise SplitError(
            f"{_many(len(values), by)} cannot make {wanted} folds of which one is test{' and one valid' if fewest > 2 else ''}. "
            f"Expected {fewest} to as many as there are values of '{by}'; choose another number, or get more of the corpus."
        )
    counts = dict.fromkeys(values, 0)
    for clip in clips:
        counts[told(clip, by) or ""] += 1
    order = sorted((values[i] for i in np.random.default_rng(seed).permutation(len(values))), key=lambda value: -counts[value])
    groups: list[list[str]] = [[] for _ in range(wanted)]
    sizes = [0] * wanted
    for value in order:  # the next largest to where the fewest clips are
        smallest = min(range(wanted), key=lambda i: (sizes[i], len(groups[i])))
        groups[smallest].append(value)
        sizes[smallest] += counts[value]
    return [tuple(group) for group in groups]


def _values(clips: Sequence[Clip], by: str) -> list[str]:
    silent = [clip for clip in clips if told(clip, by) is None]
    if silent:
        says = ", ".join([*([PERSON] if silent[0].subject is not None else []), *sorted(silent[0].facts)]) or "nothing"
        what = "do not say who they show" if by == PERSON else f"do not say their '{by}'"
        raise SplitError(
            f"{len(silent)} clips, such as {silent[0].id}, {what}. Splitting by it needs to know; split by what they say: {says}."
        )
    return sorted({told(clip, by) or "" for clip in clips})


def _many(count: int, by: str) -> str:
    if by == PERSON:
        return "1 person" if count == 1 else f"{count} people"
    return f"{count} value{'' if count == 1 else 's'} of '{by}'"


def _fewest(choose: bool) -> int:
    return 3 if choose else 2


def _sorted(clips: Sequence[Clip]) -> tuple[Clip, ...]:
    return tuple(sorted(clips, key=lambda clip: clip.id))
