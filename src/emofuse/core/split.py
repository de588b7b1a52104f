"""Who is learnt from, who is judged."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from emofuse.core.clip import Clip
from emofuse.core.errors import SplitError

PERSON = "subject"  # the one thing about a clip that is not among its facts and may be kept apart like them


def told(clip: Clip, by: str) -> str | None:
    """What a clip says of itself: who it shows for "subject", else one of its facts; None where it does not say.

    Example:
        >>> told(Clip("d1-u2", "ross", "fear", {}, {"dialogue": "d1"}), "dialogue")
        'd1'
    """
    return clip.subject if by == PERSON else clip.facts.get(by)


@dataclass(frozen=True, slots=True)
class Split:
    """Train, valid and test clips: disjoint, and aware of the people they share.

    Args:
        name: Of this split among those of its protocol.
        train: Learnt from.
        valid: Chosen on.
        test: Judged.
        apart: What is promised to keep test clips apart from all others: "subject", or names of facts. It is held to its word.

    Raises:
        SplitError: A clip in two parts, nothing to learn from, or a promise that is not kept.
    """

    name: str
    train: tuple[Clip, ...]
    valid: tuple[Clip, ...]
    test: tuple[Clip, ...]
    apart: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        parts = (self.train, self.valid, self.test)
        ids = [clip.id for part in parts for clip in part]
        if len(set(ids)) != len(ids):
            twice = sorted(i for i, count in Counter(ids).items() if count > 1)[:3]
            raise SplitError(
                f"Split {self.name} has clips in more than one part, such as {', '.join(twice)}. Each belongs to one; mend the protocol."
            )
        if not self.train:
            raise SplitError(f"Split {self.name} has nothing to learn from. Expected clips in train; choose fewer folds or more people.")
        for by in sorted(self.apart):
            crossing = sorted(self.crossing(by))
            silent = next((clip.id for part in parts for clip in part if told(clip, by) is None), None)
            if crossing or silent is not None:
                what = f"shares {', '.join(crossing[:3])}" if crossing else f"has clips that do not say, such as {silent}"
                raise SplitError(f"Split {self.name} promises to keep test apart by {by}, but {what}. Mend the protocol, or promise less.")

    @property
    def shared(self) -> frozenset[str]:
        """People of the test part who were also learnt from (in train or valid)."""
        return self.crossing(PERSON)

    def crossing(self, by: str) -> frozenset[str]:
        """Values of a fact, or people for "subject", that stand in the test part and were also learnt from or chosen on."""
        learnt = {told(clip, by) for clip in (*self.train, *self.valid)}
        return frozenset(value for clip in self.test if (value := told(clip, by)) is not None and value in learnt)

    @property
    def anonymous(self) -> bool:
        """Whether people are not told, so that nobody knows whether they are shared."""
        return any(clip.subject is None for clip in (*self.train, *self.valid, *self.test))


def thinned(split: Split, few: int) -> Split:
    """The same with at most so many clips of each label in each part: to see that something runs, not how well.

    Clips are taken evenly from the whole of a part, so that people stay as many as can be.

    Example:
        >>> clips = tuple(Clip(str(i), None, "fear", {}) for i in range(10))
        >>> [clip.id for clip in thinned(Split("one", clips[:8], (), clips[8:]), 3).train]
        ['0', '2', '5']
    """

    def some(part: tuple[Clip, ...]) -> tuple[Clip, ...]:
        places: dict[str | None, list[int]] = {}
        for i, clip in enumerate(part):
            places.setdefault(clip.label, []).append(i)
        kept = {of[len(of) * i // min(few, len(of))] for of in places.values() for i in range(min(few, len(of)))}
        return tuple(clip for i, clip in enumerate(part) if i in kept)

    return replace(split, train=some(split.train), valid=some(split.valid), test=some(split.test))


Protocol = Callable[[Sequence[Clip]], Iterator[Split]]
"""Who may be in which part: clips -> splits."""
