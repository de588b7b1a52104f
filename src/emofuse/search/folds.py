"""Who a setting learns from and who it is judged on, while the test part of each split stays where it is: unread.

A split with valid clips gives them. Where no split has any, people are held out of what is learnt from, one in five of each split.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from emofuse.core.clip import Clip
from emofuse.core.errors import SplitError
from emofuse.core.split import PERSON, Split, told
from emofuse.protocols.by_group import grouped

SHARE = 5  # one in so many people is held out, as is usual: with RAVDESS' 20 actors to learn from, 16 teach and 4 judge


@dataclass(frozen=True, slots=True)
class Fold:
    """One split as a search sees it.

    Args:
        name: Of the split.
        learnt: Clips that are learnt from.
        judged: Clips that a setting is judged on; none of them is a test clip of this split.
        held_out: By what these were held out of the train part; nothing where the split has valid clips of its own.
    """

    name: str
    learnt: tuple[Clip, ...]
    judged: tuple[Clip, ...]
    held_out: str = ""


def seen(splits: Sequence[Split]) -> tuple[Fold, ...]:
    """What a search may see of these splits.

    Raises:
        SplitError: No split has valid clips, and nobody can be held out.
    """
    chosen = tuple(Fold(split.name, split.train, split.valid) for split in splits if split.valid)
    return chosen or tuple(_inner(split) for split in splits)


def _inner(split: Split) -> Fold:
    by = _by(split)
    count = len({told(clip, by) for clip in split.train})
    inner = next(iter(grouped(min(SHARE, count), by, choose=False)(split.train)))
    return Fold(split.name, inner.train, inner.test, by)


def _by(split: Split) -> str:
    """What to hold out by: people where all clips say whom they show, else what the split keeps apart."""
    for by in (PERSON, *sorted(split.apart - {PERSON})):
        values = {told(clip, by) for clip in split.train}
        if None not in values and len(values) > 1:
            return by
    raise SplitError(
        f"Split {split.name} has no valid clips to judge settings on, and its {len(split.train)} train clips do not tell two people apart, "
        f"so that nobody can be held out. Expected valid clips or people; divide the corpus with `emofuse split`, and give its --split."
    )
