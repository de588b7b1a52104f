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
        words: As they were said or written; empty where there was something else to hear: "[music]".
        segment: When, in ms of the recording.
        speaker: Who, as far as anybody knows.
        dialogue: In which of several conversations; what comes before it in another is no context.
    """

    words: str
    segment: Segment
    speaker: str | None = None
    dialogue: str | None = None

    def __str__(self) -> str:
        """With the speaker before it, as in a script."""
        return self.words if self.speaker is None or not self.words else f"{self.speaker}: {self.words}"


def as_signal(utterances: Sequence[Utterance], turns: int = TURNS, before: Sequence[Utterance] = ()) -> Signal:
    """Utterances as samples that say when they are, each with those before it.

    Shape:
        values (N, 1 + turns) str: the utterance, then those before it, the latest first; empty where there are none
        present (N,): false where there were no words; None where there always are

    Args:
        utterances: In their order.
        turns: How many before each.
        before: Utterances before the first, in their order.

    Example:
        >>> as_signal([Utterance("Hi.", Segment(0, 900), "Ann"), Utterance("Go!", Segment(900, 1_400))], turns=1).values.tolist()
        [['Ann: Hi.', ''], ['Go!', 'Ann: Hi.']]
    """
    rows: list[list[str]] = []
    held = context(before, turns)
    for one in utterances:
        if held and held[-1].dialogue != one.dialogue:
            held = []
        said = [str(each) for each in reversed(held)]
        rows.append([str(one), *said, *[""] * (turns - len(said))])
        held = context([*held, one], turns)
    when = tuple(one.segment for one in utterances)
    spoken = sum(one.duration for one in when)
    values = np.array(rows, dtype=np.str_) if rows else np.empty((0, 1 + turns), dtype=np.str_)
    present = np.array([bool(one.words) for one in utterances], dtype=bool)
    return Signal(
        values,
        1_000 * len(rows) / spoken if spoken else 1.0,
        when[0].start if when else 0,
        present=None if present.all() else present,
        when=when,
    )


def context(utterances: Sequence[Utterance], turns: int = TURNS) -> list[Utterance]:
    """The last utterances with words, as many as the next one is shown, in their order.

    Example:
        >>> [one.words for one in context([Utterance(word, Segment(0, 900)) for word in ("a", "b", "", "c")], turns=2)]
        ['b', 'c']
    """
    return [one for one in utterances if one.words][-turns:] if turns else []
