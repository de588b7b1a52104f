"""The best of several systems on one test part, reported as what it will do on another."""

from collections.abc import Mapping, Sequence
from math import sqrt

import numpy as np

from emofuse.audit.base import Evidence, Finding, Grade, NotLooked, judged, number, systems, whole, words

ASKS = "Is the best of several systems reported because it is best on test?"
TRAPS = ("T5",)
VALID = ("valid", "valid_accuracy", "val_accuracy", "val")
SAME = 5e-4


def look(evidence: Evidence) -> Sequence[Finding]:
    """Several test figures of which the best is reported, while valid would have chosen another, or is not told.

    Raises:
        NotLooked: No figures of several systems (systems).
    """
    said = systems(evidence.says)
    figures = {name: value for name, row in said.items() if (value := number(row.get("accuracy"))) is not None}
    if len(figures) < 2:
        raise NotLooked("the figures of all systems that were tried (systems)")
    best = max(figures, key=lambda name: figures[name])
    reported = evidence.says.get("reported")
    figure = number(evidence.says.get("accuracy"))
    claimed = (
        str(reported)
        if reported is not None
        else next((n for n, v in figures.items() if figure is not None and abs(v - figure) < SAME), None)
    )
    if claimed is not None and claimed != best:
        return []
    chosen = words(evidence.says.get("chosen_on"))
    if chosen and "test" not in chosen:
        return []
    valid = {name: value for name, row in said.items() if (value := _valid(row)) is not None}
    if len(valid) == len(figures) and max(valid, key=lambda name: valid[name]) == best:
        return []
    n = whole(evidence.says.get("n_test")) or len(judged(evidence))
    luck = _luck(len(figures), figures[best], n)
    return [
        Finding(
            "T5",
            Grade.INFLATED,
            "best of several on test",
            f"{best} ({figures[best]:.3f}) is the best of {len(figures)} systems on test, "
            + ("and not on valid" if valid else "and nothing says what it was chosen on")
            + (f"; picking the luckiest of {len(figures)} equals on {n:,} rows is worth up to {100 * luck:.1f} points." if n else "."),
            "Choose the system on valid, and say so (chosen_on); report all of them.",
            len(figures),
        )
    ]


def _valid(row: Mapping[str, object]) -> float | None:
    return next((number(row[name]) for name in VALID if name in row), None)


def _luck(count: int, share: float, n: int) -> float:
    """By how much the best of `count` equally good systems exceeds their common share, on rows drawn for each of them."""
    if not n:
        return 0.0
    draws = np.random.default_rng(0).normal(size=(20_000, count)).max(axis=1)
    return float(draws.mean()) * sqrt(share * (1 - share) / n)
