"""The stretches with one answer each, as the REST interface and the result page show them, out of an answer's own document."""

from collections.abc import Mapping, Sequence
from typing import Any


def segments_of(lane: Mapping[str, Any], min_conf: float = 0.0) -> list[dict[str, object]]:
    """Stretches of one lane of the document (docs/timeline.schema.json).

    "p" is the mean probability of the label over the stretch, as every export says it. "margin" and "n_windows" are of the windows whose
    middle lies in it: by how much their mean for the label leads the next best, and how many they are.

    Args:
        lane: A lane of the document.
        min_conf: Stretches with less are left out; with more than nothing asked for, so are those without an answer.
    """
    windows = _Windows(lane["curves"])
    return [_segment(lane["name"], span, windows) for span in lane["spans"] if (span["probability"] or 0.0) >= min_conf]


def _segment(name: str, span: Mapping[str, Any], windows: "_Windows") -> dict[str, object]:
    count, margin = windows.within(span["start"], span["end"], span["label"])
    return {
        "start_ms": span["start"],
        "end_ms": span["end"],
        "label": span["label"],
        "p": span["probability"],
        "margin": margin,
        "lane": name,
        "n_windows": count,
        "abstain": span["label"] is None or bool(span["uncertain"]),
        "absent": span["absent"],
    }


class _Windows:
    """A lane's windows in the order of their middles, walked through once, as stretches come in order too."""

    def __init__(self, curves: Mapping[str, Any]) -> None:
        middles: Sequence[float] = [(start + end) / 2 for start, end in zip(curves["start"], curves["end"], strict=True)]
        order = sorted(range(len(middles)), key=middles.__getitem__)
        self.rows = [(middles[i], {label: column[i] for label, column in curves["p"].items()}) for i in order]
        self.next = 0

    def within(self, start: int, end: int, label: str | None) -> tuple[int, float | None]:
        """How many answered windows there are between two times, and by how much the label leads in them; None where nobody can say."""
        while self.next < len(self.rows) and self.rows[self.next][0] < start:
            self.next += 1
        found = []
        at = self.next
        while at < len(self.rows) and self.rows[at][0] < end:
            if all(p is not None for p in self.rows[at][1].values()):
                found.append(self.rows[at][1])
            at += 1
        self.next = at
        if not found or label is None or label not in found[0]:
            return len(found), None
        means = {word: sum(row[word] for row in found) / len(found) for word in found[0]}
        others = [mean for word, mean in means.items() if word != label]
        return len(found), round(means[label] - max(others), 4) if others else 1.0
