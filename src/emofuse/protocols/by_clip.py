"""Splits by clip: the corpus' own, or shuffled.

Nothing here keeps people apart. Shuffled splits exist because papers use them; accuracy on people who were
learnt from says little about the next user, and the report of such a split says who was shared.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np

from emofuse.core.clip import Clip, Signal, Source
from emofuse.core.errors import MissingModality, SplitError
from emofuse.core.modality import Modality
from emofuse.core.split import Protocol, Split


def official(fact: str, train: str, valid: str, test: str) -> Protocol:
    """The split that the corpus itself publishes, read from one of its facts.

    Raises:
        SplitError: A clip lacks the fact or has another value.

    Example:
        >>> parts = zip("abc", ("Training", "PublicTest", "PrivateTest"))
        >>> clips = [Clip(name, None, "fear", {}, {"usage": usage}) for name, usage in parts]
        >>> (split,) = official("usage", train="Training", valid="PublicTest", test="PrivateTest")(clips)
        >>> split.test[0].id
        'c'
    """

    def protocol(clips: Sequence[Clip]) -> Iterator[Split]:
        parts: dict[str | None, list[Clip]] = {train: [], valid: [], test: []}
        for clip in clips:
            value = clip.facts.get(fact)
            if value not in parts:
                raise SplitError(
                    f"Clip {clip.id} has {fact} '{value}'. Expected {train}, {valid} or {test}; name the values that the corpus uses."
                )
            parts[value].append(clip)
        yield Split("official", tuple(parts[train]), tuple(parts[valid]), tuple(parts[test]))

    return protocol


def shuffled(fractions: tuple[float, float, float] = (0.6, 0.2, 0.2), seed: int = 0) -> Protocol:
    """One random split into train, valid and test; **leaks people** from train to test.

    Args:
        fractions: Of train, valid and test; they sum to one.
        seed: Decides the shuffle; the order of the clips does not.

    Raises:
        SplitError: The fractions do not sum to one, or leave a part empty.
    """
    if min(fractions) < 0 or abs(sum(fractions) - 1) > 1e-9:
        raise SplitError(f"Fractions {fractions} do not make a whole. Expected three that sum to one, such as (0.6, 0.2, 0.2).")

    def protocol(clips: Sequence[Clip]) -> Iterator[Split]:
        order = _shuffled(clips, seed)
        first = round(fractions[0] * len(order))
        second = round((fractions[0] + fractions[1]) * len(order))
        yield Split("shuffled", *(_sorted(part) for part in (order[:first], order[first:second], order[second:])))

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
