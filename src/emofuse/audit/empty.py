"""Features that hold nothing: the same for all, constant, or not numbers."""

from collections.abc import Sequence

import numpy as np

from emofuse.audit.base import ROWS, Evidence, Finding, Grade, NotLooked

ASKS = "Are features missing, constant, or the same for many clips?"
TRAPS = ("T14",)
SAME = 0.1  # of the rows that are one and the same
CONSTANT = 0.5  # of the columns


def look(evidence: Evidence) -> Sequence[Finding]:
    """By modality: rows that are the same in many clips, columns that never change, values that are not finite.

    Raises:
        NotLooked: No features.
    """
    if evidence.features is None:
        raise NotLooked("features, a row a clip")
    found = []
    for name, columns in (evidence.blocks or {"features": slice(None)}).items():
        found += _block(evidence, name, evidence.features[:, columns])
    return found


def _block(evidence: Evidence, name: str, values: np.ndarray) -> list[Finding]:
    finite = np.isfinite(values)
    absent = ~finite.any(axis=1)
    found = []
    if absent.any():
        found.append(
            Finding(
                "T14",
                Grade.BROKEN if absent.mean() > CONSTANT else Grade.FINE,
                f"{name} is absent",
                f"{int(absent.sum()):,} of {len(values):,} rows have no {name} at all.",
                "Mark them absent, so that nothing is learnt from what stands in their place.",
                int(absent.sum()),
                _rows(evidence, absent),
            )
        )
    holes = ~absent & ~finite.all(axis=1)
    if holes.any():
        found.append(
            Finding(
                "T14",
                Grade.BROKEN,
                f"{name} holds what is no number",
                f"{int(holes.sum()):,} of {len(values):,} rows hold NaN or infinity in some of their columns: "
                "figures depend on what was put there instead.",
                "Mend the features, or leave these rows out, and say so.",
                int(holes.sum()),
                _rows(evidence, holes),
            )
        )
    whole = np.flatnonzero(~absent & ~holes)
    if len(whole) < 2:
        return found
    return [*found, *_same(evidence, name, values, whole), *_constant(name, values[whole])]


def _same(evidence: Evidence, name: str, values: np.ndarray, whole: np.ndarray) -> list[Finding]:
    """The largest group of equal rows, found by a random weighting of the columns."""
    weights = np.random.default_rng(0).normal(size=values.shape[1])
    _, group, counts = np.unique(values[whole] @ weights, return_inverse=True, return_counts=True)
    most = int(counts.argmax())
    those = whole[group == most]
    clips = [evidence.clips[i] for i in those]
    kinds = len({clip.label for clip in clips}) > 1 or len({clip.subject for clip in clips}) > 1
    if len(those) <= max(2, SAME * len(whole)) or not kinds:
        return []
    return [
        Finding(
            "T14",
            Grade.BROKEN,
            f"the same {name} for many clips",
            f"{len(those):,} of {len(whole):,} rows hold one and the same {name}, although they are of "
            f"{len({clip.subject for clip in clips}):,} people and {len({clip.label for clip in clips}):,} labels: "
            "a wrong axis, or a default where a file could not be read.",
            "Read the features again, each from its own recording; look at which axis counts the trials.",
            len(those),
            tuple((clip.id,) for clip in clips[:ROWS]),
        )
    ]


def _constant(name: str, values: np.ndarray) -> list[Finding]:
    still = int((np.ptp(values, axis=0) == 0).sum())
    if still <= CONSTANT * values.shape[1]:
        return []
    return [
        Finding(
            "T14",
            Grade.BROKEN,
            f"{name} does not change",
            f"{still:,} of {values.shape[1]:,} columns of {name} have one value in all {len(values):,} rows.",
            "Read the features again; look at the axis they are read along.",
            still,
        )
    ]


def _rows(evidence: Evidence, which: np.ndarray) -> tuple[tuple[str, ...], ...]:
    return tuple((evidence.clips[i].id,) for i in np.flatnonzero(which)[:ROWS])
