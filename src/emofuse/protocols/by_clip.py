"""Splits by clip: the corpus' own, shuffled, or within each person.

Nothing here keeps people apart, and no split promises anything. Shuffled splits exist because papers use them; accuracy on
people who were learnt from says little about the next user, and the report of such a split says who was shared.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from zlib import crc32

import numpy as np

from emofuse.core.clip import Clip, Signal, Source
from emofuse.core.errors import MissingModality, SplitError
from emofuse.core.modality import Modality
from emofuse.core.split import Protocol, Split

_Parts = tuple[tuple[Clip, ...], tuple[Clip, ...], tuple[Clip, ...]]  # train, valid and test


def official(fact: str, train: str, valid: str | None, test: str | Sequence[str]) -> Protocol:
    """The split that the corpus itself publishes, read from one of its facts.

    Args:
        fact: Whose values name the parts.
        train: Its value for what is learnt from.
        valid: Its value for what is chosen on; None where nothing is.
        test: Its value for what is judged, or several.

    Raises:
        SplitError: A clip lacks the fact or has another value, or there is nothing to judge.

    Example:
        >>> parts = zip("abc", ("Training", "PublicTest", "PrivateTest"))
        >>> clips = [Clip(name, None, "fear", {}, {"usage": usage}) for name, usage in parts]
        >>> (split,) = official("usage", train="Training", valid="PublicTest", test="PrivateTest")(clips)
        >>> split.test[0].id
        'c'
    """
    judged = (test,) if isinstance(test, str) else tuple(test)

    def protocol(clips: Sequence[Clip]) -> Iterator[Split]:
        parts: dict[str, list[Clip]] = {value: [] for value in (train, *([valid] if valid is not None else []), *judged)}
        for clip in clips:
            value = clip.facts.get(fact)
            if value is None or value not in parts:
                known = " or ".join((", ".join(list(parts)[:-1]), list(parts)[-1]))
                raise SplitError(f"Clip {clip.id} has {fact} '{value}'. Expected {known}; name the values that the corpus uses.")
            parts[value].append(clip)
        chosen = tuple(parts[valid]) if valid is not None else ()
        last = tuple(clip for value in judged for clip in parts[value])
        if not last:
            raise SplitError(
                f"None of {len(clips)} clips has {fact} '{' or '.join(judged)}', so nothing is judged. Expected the test part; get it too."
            )
        yield Split("official", tuple(parts[train]), chosen, last)

    return protocol


def shuffled(fractions: tuple[float, float, float] = (0.6, 0.2, 0.2), seed: int = 0) -> Protocol:
    """One random split into train, valid and test; **leaks people** from train to test.

    Args:
        fractions: Of train, valid and test; they sum to one.
        seed: Decides the shuffle; the order of the clips does not.

    Raises:
        SplitError: The fractions do not sum to one, or leave a part empty.
    """
    _check(fractions)

    def protocol(clips: Sequence[Clip]) -> Iterator[Split]:
        train, valid, test = _cut(_shuffled(clips, seed), fractions, "all clips")
        yield Split("shuffled", train, valid, test)

    return protocol


def within_subject(fractions: tuple[float, float, float] = (0.6, 0.2, 0.2), seed: int = 0, *, together: bool = False) -> Protocol:
    """Each person's own clips are learnt from, chosen on and judged, labels in like shares; **leaks people**, and means to.

    The papers' way for EEG: a figure that a person who first records an hour of their own may hope for, and nobody else.
    Windows of one recording that overlap or follow each other fall into different parts; for those see `by_group`.

    Args:
        fractions: Of train, valid and test; they sum to one.
        seed: Decides the shuffles; the order of the clips does not.
        together: One split with everybody's parts in it, for one network; without it a split a person.

    Raises:
        SplitError: The fractions do not sum to one, a clip of nobody, or somebody with too few clips to divide.
    """
    _check(fractions)

    def protocol(clips: Sequence[Clip]) -> Iterator[Split]:
        nobody = next((clip.id for clip in clips if clip.subject is None), None)
        if nobody is not None:
            raise SplitError(f"Clip {nobody} does not say whom it shows. Dividing within people needs to know; use `shuffled`.")
        parts = {}
        for who in sorted({clip.subject or "" for clip in clips}):
            generator = np.random.default_rng([seed, crc32(who.encode())])  # others' clips do not change a person's own parts
            order = _stratified([clip for clip in clips if clip.subject == who], generator)
            parts[who] = _cut(order, fractions, f"the clips of {who}")
        if together:
            train, valid, test = (_sorted([clip for own in parts.values() for clip in own[i]]) for i in range(3))
            yield Split("within-all", train, valid, test)
            return
        for who, (train, valid, test) in parts.items():
            yield Split(f"within-{who}", train, valid, test)

    return protocol


def shuffled_folds(k: int, seed: int = 0, *, choose: bool = True) -> Protocol:
    """Each clip is judged once, in one of `k` random folds, the next being valid; **leaks people** from train to test.

    Args:
        k: How many folds.
        seed: Decides the shuffle; the order of the clips does not.
        choose: Whether the next fold is valid; without it nobody is, and all other folds are learnt from.

    Raises:
        SplitError: Fewer than three folds, or fewer clips than folds.
    """

    def protocol(clips: Sequence[Clip]) -> Iterator[Split]:
        if not 3 <= k <= len(clips):
            raise SplitError(
                f"{len(clips)} clips cannot make {k} folds of which one is test and one valid. Expected 3 to {len(clips)} folds."
            )
        order = _shuffled(clips, seed)
        folds = [order[i::k] for i in range(k)]
        for i in range(k):
            valid, test = folds[(i + 1) % k] if choose else [], folds[i]
            train = [clip for j, fold in enumerate(folds) if j != i and (j != (i + 1) % k or not choose) for clip in fold]
            yield Split(f"shuffled-{i + 1}", _sorted(train), _sorted(valid), _sorted(test))

    return protocol


def copied(variants: Mapping[str, Callable[[Signal], Signal]], protocol: Protocol, modality: Modality = Modality.AUDIO) -> Protocol:
    """Altered copies are made of every clip, and only then is everything divided; **leaks copies** wherever `protocol` divides by clip.

    The papers' wrong way: what is judged has been learnt from with a little noise on it. Altering training clips alone is
    what a recipe's `variants` are for. A copy is named ``<id>~<variant>``, has its clip's subject, label and facts,
    and says in the facts ``copy_of`` and ``copy`` of which clip and by what it was made.

    Args:
        variants: By name, how a copy's signal is altered.
        protocol: Divides the clips and their copies, as if each had been recorded for itself.
        modality: What is altered; the other sources of a clip are the same in its copies.

    Raises:
        SplitError: No variants.
        MissingModality: A clip that has nothing to alter.
    """
    if not variants:
        raise SplitError("There are no variants to copy clips by. Expected at least one; name one, or divide the clips as they are.")

    def copying(clips: Sequence[Clip]) -> Iterator[Split]:
        return protocol([*clips, *(_copy(clip, name, change, modality) for clip in clips for name, change in variants.items())])

    return copying


def everything() -> Protocol:
    """All clips are learnt from and none judged: for weights to ship, once other splits have judged the recipe."""

    def protocol(clips: Sequence[Clip]) -> Iterator[Split]:
        yield Split("everything", tuple(clips), (), ())

    return protocol


def _check(fractions: tuple[float, float, float]) -> None:
    if len(fractions) != 3 or min(fractions) < 0 or abs(sum(fractions) - 1) > 1e-9:
        raise SplitError(f"Fractions {fractions} do not make a whole. Expected three that sum to one, such as (0.6, 0.2, 0.2).")


def _cut(order: Sequence[Clip], fractions: tuple[float, float, float], what: str) -> _Parts:
    """Train, valid and test of clips in a random order."""
    first = round(fractions[0] * len(order))
    second = round((fractions[0] + fractions[1]) * len(order))
    parts = (order[:first], order[first:second], order[second:])
    if any(share > 0 and not part for share, part in zip(fractions, parts, strict=True)):
        raise SplitError(f"{len(order)} clips are too few: {what} cannot be divided as {fractions}. Get more, or ask for larger shares.")
    return _sorted(parts[0]), _sorted(parts[1]), _sorted(parts[2])


def _stratified(clips: Sequence[Clip], generator: np.random.Generator) -> list[Clip]:
    """A random order in which the clips of each label are spread evenly, so that wherever it is cut the labels keep their shares."""
    placed = []
    for label in sorted({clip.label or "" for clip in clips}):
        own = [clip for clip in _sorted(clips) if (clip.label or "") == label]
        places = (generator.permutation(len(own)) + 0.5) / len(own)
        placed += list(zip(places.tolist(), generator.random(len(own)).tolist(), own, strict=True))  # the second number decides ties
    return [clip for _, _, clip in sorted(placed, key=lambda row: row[:2])]


def _copy(clip: Clip, name: str, change: Callable[[Signal], Signal], modality: Modality) -> Clip:
    if modality not in clip.sources:
        has = ", ".join(sorted(clip.sources)) or "nothing"
        raise MissingModality(f"Clip {clip.id} has no {modality} to alter; it has {has}. Copy by what all clips have, or leave it out.")
    source = clip.sources[modality]
    altered = Source(source.path, partial(_altered, read=source.read, change=change))
    return replace(
        clip,
        id=f"{clip.id}~{name}",
        sources={**clip.sources, modality: altered},
        facts={**clip.facts, "copy_of": clip.id, "copy": name},
    )


def _altered(path: Path, read: Callable[[Path], Signal], change: Callable[[Signal], Signal]) -> Signal:
    return change(read(path))


def _shuffled(clips: Sequence[Clip], seed: int) -> list[Clip]:
    known = _sorted(clips)
    return [known[i] for i in np.random.default_rng(seed).permutation(len(known))]


def _sorted(clips: Sequence[Clip]) -> tuple[Clip, ...]:
    return tuple(sorted(clips, key=lambda clip: clip.id))
