"""The stretches with one answer each, as the REST interface and the result page show them, out of an answer's own document."""

from collections.abc import Mapping
from typing import Any

import numpy as np


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
    """A lane's windows in the order of their middles.

    Shape:
        middles (N,) ms; p (N, C) with NaN where there is no answer
    """

    def __init__(self, curves: Mapping[str, Any]) -> None:
        middles = (np.array(curves["start"], dtype=float) + np.array(curves["end"], dtype=float)) / 2
        order = middles.argsort(kind="stable")
        self.labels = list(curves["p"])
        self.middles = middles[order]
        self.p = np.array([curves["p"][label] for label in self.labels], dtype=float).reshape(len(self.labels), len(order)).T[order]
        self.answered = ~np.isnan(self.p).any(axis=1)

    def within(self, start: int, end: int, label: str | None) -> tuple[int, float | None]:
        """How many answered windows there are between two times, and by how much the label leads in them; None where nobody can say."""
        first, last = self.middles.searchsorted((start, end))
        found = self.p[first:last][self.answered[first:last]]
        if not len(found) or label not in self.labels:
            return len(found), None
        means = found.mean(axis=0)
        own = self.labels.index(label)
        others = np.delete(means, own)
        return len(found), round(float(means[own] - others.max()), 4) if len(others) else 1.0
