"""What was said, by whom and when; and utterances as a signal.

Nothing here knows formats or files.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from emofuse.core.clip import Signal
from emofuse.core.segment import Segment

TURNS = 3  # utterances before one, which say what it answers to


@dataclass(frozen=True, slots=True)
class Utterance:
    """One turn, sentence or caption.

    Args:
        words: As they were said or written.
        segment: When, in ms of the recording.
        speaker: Who, as far as anybody knows.
    """

    words: str
    segment: Segment
    speaker: str | None = None

    def __str__(self) -> str:
        """With the speaker before it, as in a script."""
        return self.words if self.speaker is None else f"{self.speaker}: {self.words}"


def as_signal(utterances: Sequence[Utterance], turns: int = TURNS) -> Signal:
    """Utterances as samples that say when they are, each with those before it.

    Shape:
        values (N, 1 + turns) str: the utterance, then those before it, the latest first; empty where there are none

    Args:
        utterances: In their order.
        turns: How many before each.

    Example:
        >>> as_signal([Utterance("Hi.", Segment(0, 900), "Ann"), Utterance("Go!", Segment(900, 1_400))], turns=1).values.tolist()
        [['Ann: Hi.', ''], ['Go!', 'Ann: Hi.']]
    """
    said = [str(one) for one in utterances]
    rows = [[*reversed(said[max(i - turns, 0) : i + 1]), *[""] * max(turns - i, 0)] for i in range(len(said))]
    when = tuple(one.segment for one in utterances)
    spoken = sum(one.duration for one in when)
    values = np.array(rows, dtype=np.str_) if rows else np.empty((0, 1 + turns), dtype=np.str_)
    return Signal(values, 1_000 * len(rows) / spoken if spoken else 1.0, when[0].start if when else 0, when=when)
