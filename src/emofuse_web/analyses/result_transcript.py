"""What was said, each utterance with what it looks like: the mean of the windows that lie in it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Utterance:
    """One turn or sentence.

    Args:
        start: ms; of words without times, the place they were given.
        end: ms.
        text: The words.
        speaker: Who said it, as the file names them; empty where it does not.
        label: None where it could not be judged.
        probability: Of that label.
        lead: Of that label over the next best; None where there is no answer.
        uncertain: The lead is under the lane's threshold.
    """

    start: int
    end: int
    text: str
    speaker: str
    label: str | None
    probability: float | None
    lead: float | None
    uncertain: bool


def utterances(said: Sequence[Mapping[str, Any]], lane: Mapping[str, Any]) -> list[Utterance]:
    """The transcript's utterances with their labels from one lane of the JSON export.

    Args:
        said: Each with "start", "end", "text", "speaker".
        lane: The lane that listened to the words.
    """
    curves = lane["curves"]
    columns = [curves["p"][label] for label in lane["labels"]]
    rows = [
        ((start + end) / 2, row)
        for start, end, *row in zip(curves["start"], curves["end"], *columns, strict=True)
        if all(p is not None for p in row)
    ]
    return [_judged(one, [row for middle, row in rows if one["start"] <= middle < one["end"]], lane) for one in said]


def _judged(one: Mapping[str, Any], rows: Sequence[Sequence[float]], lane: Mapping[str, Any]) -> Utterance:
    words = (one["start"], one["end"], one["text"], one.get("speaker") or "")
    if not rows:
        return Utterance(*words, None, None, None, False)
    means = sorted(
        ((sum(column) / len(rows), label) for column, label in zip(zip(*rows, strict=True), lane["labels"], strict=True)), reverse=True
    )
    (best, label), lead = means[0], means[0][0] - means[1][0] if len(means) > 1 else 1.0
    return Utterance(*words, label, best, lead, lead < lane["threshold"])
