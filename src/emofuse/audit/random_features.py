"""Features that are random numbers: what a loader puts in the place of files it cannot read, without a word.

Columns of real features go together, because they measure one thing in several ways. Columns of random numbers go
together no more than chance lets them, and tell neither people nor labels apart.

Source:
    Marchenko, Pastur 1967: the largest eigenvalue of the correlations of N rows of D random columns is near (1 + sqrt(D / N))^2.
"""

from collections.abc import Sequence
from math import sqrt

import numpy as np

from emofuse.audit.base import Evidence, Finding, Grade, NotLooked

ASKS = "Are features more than random numbers?"
TRAPS = ("T14",)
ROWS, COLUMNS = 4_000, 300  # looked at, evenly chosen
FEWEST_ROWS, FEWEST_COLUMNS = 100, 8  # below which chance decides too much
NEAR = 0.15  # how near the largest eigenvalue is to that of random numbers
STANDARD_ERRORS = 4.0  # above which columns do tell labels or people apart


def look(evidence: Evidence) -> Sequence[Finding]:
    """By modality: columns that are unrelated to one another, to labels and to people.

    Raises:
        NotLooked: No features, or too few rows and columns to tell.
    """
    if evidence.features is None:
        raise NotLooked("features, a row a clip")
    blocks = evidence.blocks or {"features": slice(None)}
    looked, found = 0, []
    rows = np.unique(np.linspace(0, len(evidence.clips) - 1, ROWS).astype(int))
    for name, columns in blocks.items():
        whole, values = _usable(evidence.features[rows][:, columns])
        if len(values) < FEWEST_ROWS or values.shape[1] < FEWEST_COLUMNS:
            continue
        looked += 1
        edge = (1 + np.sqrt(values.shape[1] / len(values))) ** 2
        largest = float(np.linalg.eigvalsh(values.T @ values / len(values))[-1])
        telling = max(_telling(values, [getattr(evidence.clips[i], what) for i in rows[whole]]) for what in ("label", "subject"))
        if abs(largest / edge - 1) < NEAR and telling < STANDARD_ERRORS:
            found.append(
                Finding(
                    "T14",
                    Grade.BROKEN,
                    f"{name} looks like random numbers",
                    f"The {values.shape[1]:,} columns of {name} are related as random ones are over {len(values):,} rows "
                    f"(largest eigenvalue {largest:.2f}, by chance {edge:.2f}), and tell neither labels nor people apart.",
                    "Look at what the loader does with a file it cannot read; it should raise.",
                    len(evidence.clips),
                )
            )
    if not looked:
        raise NotLooked(f"features of at least {FEWEST_ROWS} complete rows and {FEWEST_COLUMNS} columns")
    return found


def _usable(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Which rows are complete, and in them the columns that change, with mean 0 and standard deviation 1."""
    values = values[:, np.unique(np.linspace(0, values.shape[1] - 1, COLUMNS).astype(int))].astype(np.float64)
    whole = np.isfinite(values).all(axis=1)
    values = values[whole]
    values = values[:, np.ptp(values, axis=0) > 0] if len(values) else values
    return whole, (values - values.mean(axis=0)) / values.std(axis=0) if len(values) else values


def _telling(values: np.ndarray, groups: Sequence[str | None]) -> float:
    """How many standard errors the columns' mean F ratio is above 1, which it is for columns that do not know the groups."""
    names = {name: i for i, name in enumerate(sorted({name for name in groups if name is not None}))}
    if not 2 <= len(names) <= len(values) / 3:
        return 0.0
    which = np.array([names.get(name or "", -1) for name in groups])
    known, which = values[which >= 0], which[which >= 0]
    counts = np.bincount(which, minlength=len(names))
    means = np.stack([known[which == i].mean(axis=0) if counts[i] else np.zeros(known.shape[1]) for i in range(len(names))])
    between = (counts[:, None] * (means - known.mean(axis=0)) ** 2).sum(axis=0) / (len(names) - 1)
    within = ((known - means[which]) ** 2).sum(axis=0) / max(len(known) - len(names), 1)
    ratio = float(np.mean(between / np.maximum(within, 1e-12)))
    return (ratio - 1) / sqrt(2 / (len(names) - 1) / known.shape[1])
