"""The probabilities of every lane in one file of arrays, from which any stretch is cut without reading the rest of the answer.

The file (artifact kind "lanes") is a numpy archive without objects: ``names`` (the lanes, the fused one first), and for lane i
``labels_i`` (C words), ``start_i`` and ``end_i`` (N ms), ``p_i`` (N, C) float32, NaN where there is no answer.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np


@dataclass(frozen=True, slots=True, eq=False)
class Lane:
    """One lane's windows.

    Shape:
        start, end (N,) int64 ms; p (N, C) float32, rows of NaN where there is no answer
    """

    name: str
    labels: tuple[str, ...]
    start: np.ndarray
    end: np.ndarray
    p: np.ndarray


def packed(lanes: Sequence[Lane]) -> bytes:
    """The file."""
    arrays: dict[str, np.ndarray] = {"names": np.array([lane.name for lane in lanes], dtype=np.str_)}
    for i, lane in enumerate(lanes):
        arrays[f"labels_{i}"] = np.array(lane.labels, dtype=np.str_)
        arrays[f"start_{i}"], arrays[f"end_{i}"] = lane.start.astype(np.int64), lane.end.astype(np.int64)
        arrays[f"p_{i}"] = lane.p.astype(np.float32)
    file = io.BytesIO()
    np.savez_compressed(file, **arrays)  # type: ignore[arg-type]  # arrays by name
    return file.getvalue()


def read_lane(path: Path, name: str | None = None) -> Lane | None:
    """One lane by its name, the first without one; None where there is none of that name. Others are not read."""
    with np.load(path, allow_pickle=False) as arrays:
        names = [str(word) for word in arrays["names"]]
        if not names or (name is not None and name not in names):
            return None
        i = 0 if name is None else names.index(name)
        labels = tuple(str(word) for word in arrays[f"labels_{i}"])
        return Lane(names[i], labels, arrays[f"start_{i}"], arrays[f"end_{i}"], arrays[f"p_{i}"])


def thinned(times: np.ndarray, p: np.ndarray, points: int) -> tuple[np.ndarray, np.ndarray]:
    """At most `points` rows that show every peak and every dip: of each stretch, what is least and most, in the order they come.

    All columns share the times, so a peak may stand where its stretch begins or in the middle of it; a stretch without any answer stays
    a hole.

    Shape:
        times (N,), p (N, C) -> (M,), (M, C) with M <= max(points, 2)
    """
    count = len(times)
    if count <= max(points, 2):
        return times, p
    edges = np.unique(np.linspace(0, count, max(points // 2, 1) + 1).astype(int))
    first, last = edges[:-1], edges[1:]
    low, low_at = _extreme(np.where(np.isnan(p), np.inf, p), first, last, np.minimum)
    high, high_at = _extreme(np.where(np.isnan(p), -np.inf, p), first, last, np.maximum)
    low, high = np.where(np.isinf(low), np.nan, low), np.where(np.isinf(high), np.nan, high)
    rises = low_at <= high_at
    middle = (first + last) // 2
    single = (middle == first)[:, None]  # one window alone: its value is both
    pairs = np.stack([np.where(single | ~rises, high, low), np.where(rises, high, low)], axis=1)
    kept = np.stack([np.ones(len(first), dtype=bool), middle != first], axis=1)
    return times[np.stack([first, middle], axis=1)][kept], pairs[kept].astype(np.float32)


def _extreme(p: np.ndarray, first: np.ndarray, last: np.ndarray, which: np.ufunc) -> tuple[np.ndarray, np.ndarray]:
    """The least or the most of each stretch, and where it stands first.

    Shape:
        p (N, C), first, last (M,) -> (M, C), (M, C)
    """
    found = which.reduceat(p, first, axis=0)
    rows = np.arange(len(p))[:, None]
    at = np.where(p == np.repeat(found, last - first, axis=0), rows, len(p))
    return found, np.minimum.reduceat(at, first, axis=0)
