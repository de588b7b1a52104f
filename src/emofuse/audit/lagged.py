"""Rows that carry values of another row: features of a window and of the one before it, shipped as one row.

The EEG Brainwave table is made so: about half of each row is the row before. Shuffled, nearly every test row
has half of its values in a row that was learnt from, and with them its label.
"""

from collections.abc import Sequence

import numpy as np

from emofuse.audit.base import Evidence, Finding, Grade, Meeting, NotLooked, judging, pairs, where

ASKS = "Do judged rows carry values, in other columns, of rows that were learnt from?"
TRAPS = ("T4",)
SHARE = 0.2  # of a row's values that must stand in the other row's other columns
FEWEST, LEAST = 10, 3  # values, and values looked at, so that narrow tables do not meet by chance
RARE = 4  # a value in more places than these is a count or a flag
MOST = 8_000_000  # values looked at; of larger tables a fixed fraction of the values is drawn, the same in all rows


def look(evidence: Evidence) -> Sequence[Finding]:
    """Pairs of rows, one learnt from and one judged, that share a fifth of their values across columns.

    Raises:
        NotLooked: No features, or no split judges anybody.
    """
    if evidence.features is None:
        raise NotLooked("features, a row a clip")
    splits = judging(evidence)
    ids = [clip.id for clip in evidence.clips]
    chained = _chained(evidence.features)
    found = []
    for split in splits:
        learnt = {clip.id for clip in (*split.train, *split.valid)}
        judged = {clip.id for clip in split.test}
        met: dict[str, str] = {}
        for a, b in chained:
            for one, other in ((ids[a], ids[b]), (ids[b], ids[a])):
                if one in judged and other in learnt:
                    met.setdefault(one, other)
        found += [Meeting(one, other, other, split.name) for one, other in met.items()]
    if not found:
        return []
    rows, name = where(found, splits)
    return [
        Finding(
            "T4",
            Grade.INFLATED,
            "rows that carry one another",
            f"{rows} have a fifth or more of their values in other columns of a row that was learnt from: windows lag behind one another.",
            "Find the recordings these rows were cut from, and keep each in one part.",
            len(found),
            pairs(found),
            name,
        )
    ]


def _chained(features: np.ndarray) -> list[tuple[int, int]]:
    """Pairs of rows that share values across columns. Shape: (N, D) -> pairs of row numbers."""
    rows, width = features.shape
    flat = np.ascontiguousarray(features, dtype=np.float32).ravel()
    kept = np.flatnonzero(np.isfinite(flat) & (flat != 0))
    every = -(-len(kept) // MOST) if len(kept) else 1
    if every > 1:  # by the value itself, so that equal values are kept or left together
        mixed = flat[kept].view(np.uint32) * np.uint32(2_654_435_761)  # Knuth's multiplicative hash
        kept = kept[(mixed >> np.uint32(8)) % np.uint32(every) == 0]
    order = kept[np.argsort(flat[kept], kind="stable")]
    values = flat[order]
    begins = np.flatnonzero(np.r_[True, values[1:] != values[:-1]]) if len(values) else np.empty(0, dtype=int)
    sizes = np.diff(np.r_[begins, len(values)])
    rare = np.repeat((sizes > 1) & (sizes <= RARE), sizes)
    same = (values[1:] == values[:-1]) & rare[1:] if len(values) else np.empty(0, dtype=bool)
    first, second = order[:-1][same], order[1:][same]
    a, b = first // width, second // width
    apart = (a != b) & (first % width != second % width)
    codes, counts = np.unique(np.minimum(a, b)[apart] * rows + np.maximum(a, b)[apart], return_counts=True)
    enough = (counts * every >= max(SHARE * width, FEWEST)) & (counts >= LEAST)
    return [(int(code // rows), int(code % rows)) for code in codes[enough]]
