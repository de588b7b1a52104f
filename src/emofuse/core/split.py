"""Who is learnt from, who is judged."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from emofuse.core.clip import Clip
from emofuse.core.errors import SplitError


@dataclass(frozen=True, slots=True)
class Split:
    """Train, valid and test clips: disjoint, and aware of the people they share.

    Raises:
        SplitError: A clip in two parts, or nothing to learn from.
    """

    name: str
    train: tuple[Clip, ...]
    valid: tuple[Clip, ...]
    test: tuple[Clip, ...]

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

    @property
    def shared(self) -> frozenset[str]:
        """People of the test part who were also learnt from (in train or valid)."""
        learnt = {clip.subject for clip in (*self.train, *self.valid)}
        return frozenset(clip.subject for clip in self.test if clip.subject is not None and clip.subject in learnt)

    @property
    def anonymous(self) -> bool:
        """Whether people are not told, so that nobody knows whether they are shared."""
        return any(clip.subject is None for clip in (*self.train, *self.valid, *self.test))


Protocol = Callable[[Sequence[Clip]], Iterator[Split]]
"""Who may be in which part: clips -> splits."""
