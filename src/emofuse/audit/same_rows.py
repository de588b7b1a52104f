"""Rows of features that are equal, or nearer to one another than chance would put any two of them.

Equal rows are found by their hash. What counts as near is read from the data: how far each row's neighbours are (its scale),
and in how many dimensions they lie. Around a row with n others within its scale, n * r^d lie within the share r of it
where there are d dimensions, so that r can be chosen at which not one pair in the whole table is expected by chance.
Copies with a little noise, or out of another decoder, are far below it; neighbours in time are not, unless they were smoothed.

Text is left out: equal words make equal rows, and two people may both say "okay".

Source:
    Levina E, Bickel PJ (2004). Maximum likelihood estimation of intrinsic dimension. NIPS: d from distances to neighbours.
"""

from collections.abc import Iterator, Sequence

import numpy as np

from emofuse.audit.base import Evidence, Finding, NotLooked
from emofuse.audit.copies import Thing, copies, joined
from emofuse.core.modality import Modality
from emofuse.core.progress import Progress, quiet_progress

ASKS = "Is the same row of features there twice, or under another person?"
TRAPS = ("T3",)
EQUAL = Thing("the same row of features", "rows of features", "equal in every column to")
NEAR = Thing("nearly the same row of features", "rows of features", "nearer than chance would have it to")

COLUMNS, VALUES = 8, 20  # a row is told by so many columns of more values than these; of fewer, equal rows are no surprise
REFERENCE = 2_000  # rows from whose distances scales are read
FIFTH, TWENTIETH = 5, 20  # neighbours: up to four copies of a row do not change its scale
BY_CHANCE = 0.01  # pairs expected in the whole table
NEAREST = 0.25  # of a row's scale: near at the most, in however many dimensions
FAR = 8.0  # quartile distances; columns of heavy tails are cut there
WIDTH = 64  # principal components in which rows are compared at first: a distance in them is never longer than the whole one
BLOCK = 2_000  # rows: the comparisons of two blocks take 16 MB
ROUNDING = 1e-5  # of a squared length: what is lost when distances are taken from products of float32


def look(evidence: Evidence, progress: Progress = quiet_progress) -> Sequence[Finding]:
    """Rows that are equal, and rows that are nearly so; each modality's columns by themselves, where they are told apart.

    Args:
        evidence: Its features.
        progress: Told rows compared, and rows in all.

    Raises:
        NotLooked: No features, or too few columns or rows to tell a copy from a coincidence.
    """
    if evidence.features is None:
        raise NotLooked("features")
    blocks = {name: columns for name, columns in evidence.blocks.items() if name != Modality.TEXT}
    words = bool(evidence.clips) and all(set(clip.sources) == {Modality.TEXT} for clip in evidence.clips)
    if words or (evidence.blocks and not blocks):
        raise NotLooked("features of something else than text: equal words make equal rows")
    found: list[Finding] = []
    looked = 0
    for columns in blocks.values() or [slice(None)]:
        values = evidence.features[:, columns]
        if _telling(values) < COLUMNS:
            continue
        looked += 1
        equal = equal_rows(values)
        found += copies(evidence, evidence.clips, equal, EQUAL)
        twins = {i for group in equal for i in group[1:]}
        there = np.array([i for i in range(len(values)) if i not in twins and _varies(values[i])], dtype=int)
        near = ((int(there[a]), int(there[b])) for a, b in near_rows(values[there], progress))
        found += copies(evidence, evidence.clips, joined(near), NEAR)
    if not looked:
        raise NotLooked(f"{COLUMNS} columns or more with more than {VALUES} values each: with fewer, equal rows are no surprise")
    return found


def equal_rows(values: np.ndarray) -> list[list[int]]:
    """Places of rows that are equal, by group; rows that are one number all over are no copies of each other.

    Shape:
        (N, D)

    Example:
        >>> equal_rows(np.array([[1.0, 2.0], [3.0, 4.0], [1.0, 2.0], [0.0, 0.0], [0.0, 0.0]]))
        [[0, 2]]
    """
    same: dict[bytes, list[int]] = {}
    seen: dict[int, int] = {}
    for i, row in enumerate(values):
        data = (row + 0.0).tobytes()  # -0.0 is 0.0
        first = seen.setdefault(hash(data), i)
        if first != i and _varies(row):
            same.setdefault(data, [first]).append(i)
    return [group for group in same.values() if np.array_equal(values[group[0]], values[group[1]], equal_nan=True)]


def near_rows(values: np.ndarray, progress: Progress = quiet_progress) -> Iterator[tuple[int, int]]:
    """Places of two rows that are nearer than chance would put them.

    Args:
        values: (N, D), no two rows equal; holes count as the middle of their column.
        progress: Told rows compared, and rows in all.
    """
    if len(values) <= TWENTIETH:
        return
    scaled = _scaled(values)
    reach = _reach(scaled)
    for a, b in _candidates(scaled, reach, progress):
        apart = np.linalg.norm(scaled[a] - scaled[b], axis=1)  # (P,)
        close = apart <= np.minimum(reach[a], reach[b])
        yield from zip(a[close].tolist(), b[close].tolist(), strict=True)


def _telling(values: np.ndarray) -> int:
    """How many columns take more than a few values, in the first thousand rows."""
    some = values[:1_000]
    return sum(len(np.unique(column[np.isfinite(column)])) > min(VALUES, len(some) // 2) for column in some.T)


def _varies(row: np.ndarray) -> bool:
    known = row[np.isfinite(row)]
    return bool(len(known) and known.min() != known.max())


def _scaled(values: np.ndarray) -> np.ndarray:
    """Columns around their median, by the distance of their quartiles. Shape: (N, D) -> (N, D') float32, without constant columns."""
    some = values[np.random.default_rng(0).permutation(len(values))[: 5 * REFERENCE]]
    with np.errstate(all="ignore"):
        some = np.where(np.isfinite(some), some, np.nan)
        kept = ~np.isnan(some).all(axis=0)
        low, middle, high = np.nanpercentile(some[:, kept], (25, 50, 75), axis=0)
        spread = np.where(high > low, (high - low) / 1.35, np.nanstd(some[:, kept], axis=0))  # 1.35: of a normal distribution
    scaled = np.empty((len(values), int((spread > 0).sum())), dtype=np.float32)
    for first in range(0, len(values), BLOCK):  # a table of some GB is not held twice
        part = (values[first : first + BLOCK][:, kept] - middle)[:, spread > 0] / spread[spread > 0]
        scaled[first : first + BLOCK] = np.nan_to_num(part, nan=0.0).clip(-FAR, FAR)
    return scaled


def _reach(scaled: np.ndarray) -> np.ndarray:
    """For each row, how near another must be to be a copy. Shape: (N, D) -> (N,)."""
    count = min(REFERENCE, len(scaled))
    chosen = np.sort(np.random.default_rng(1).permutation(len(scaled))[:count])
    reference = scaled[chosen]
    lengths = np.einsum("ij,ij->i", reference, reference)
    nearest = np.empty((len(scaled), TWENTIETH), dtype=np.float32)
    for first in range(0, len(scaled), BLOCK):
        part = scaled[first : first + BLOCK]
        squares = np.einsum("ij,ij->i", part, part)[:, None] + lengths - 2 * part @ reference.T
        squares[(np.arange(first, first + len(part))[:, None] == chosen)] = np.inf  # itself
        nearest[first : first + BLOCK] = np.sort(np.partition(squares, TWENTIETH - 1, axis=1)[:, :TWENTIETH], axis=1)
    distance = np.sqrt(np.maximum(nearest, 1e-12))
    scale = distance[:, FIFTH - 1]
    dimensions = 1 / max(float(np.log(distance[:, -1:] / distance[:, FIFTH - 1 : -1]).mean()), 1e-6)
    within = FIFTH * len(scaled) / count  # rows within a row's scale
    share = min((2 * BY_CHANCE / (within * len(scaled))) ** (1 / dimensions), NEAREST)
    reach: np.ndarray = share * scale
    return reach


def _candidates(scaled: np.ndarray, reach: np.ndarray, progress: Progress) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Pairs that may be near, block by block: those that are near in their principal components."""
    some = scaled[:: max(1, len(scaled) // (10 * REFERENCE))]
    axes = np.linalg.eigh(np.cov(some, rowvar=False).reshape(scaled.shape[1], -1))[1][:, ::-1][:, :WIDTH].astype(np.float32)
    within = scaled @ (axes) - some.mean(axis=0) @ axes  # (N, W)
    order = np.argsort(within[:, 0], kind="stable")
    within, limit = within[order], reach[order]
    squares = np.einsum("ij,ij->i", within, within)
    # (a - b)^2 <= limit(a)^2 as one product per pair that must be above 0: 2ab - b^2 - (a^2 - limit(a)^2).
    left = np.column_stack([2 * within, -np.ones_like(squares), limit**2 - squares * (1 - ROUNDING)]).astype(np.float32)
    right = np.column_stack([within, squares * (1 - ROUNDING), np.ones_like(squares)]).astype(np.float32)
    for i in range(0, len(left), BLOCK):
        for j in range(i, len(left), BLOCK):
            if within[j, 0] - within[min(i + BLOCK, len(left)) - 1, 0] > limit[i : i + BLOCK].max():
                break  # what comes later is further away still
            a, b = np.divmod(np.flatnonzero(left[i : i + BLOCK] @ right[j : j + BLOCK].T > 0), len(right[j : j + BLOCK]))
            pairs = (a + i) < (b + j)
            if pairs.any():
                yield order[a[pairs] + i], order[b[pairs] + j]
        progress(min(i + BLOCK, len(left)), len(left))
