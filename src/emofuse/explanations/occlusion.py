"""Which parts of its input moved a score, for any recognizer: each part is taken away in turn, and what the score loses is kept.

Zeiler, Fergus 2014, "Visualizing and understanding convolutional networks", section 4.2, for words, channels, bands and columns.
What two parts say alike is not lost with one of them: both then look lighter than they are.
K: parts, B: batch, T: time steps, C: classes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from emofuse.core.clip import Signal
from emofuse.core.explanation import Axis
from emofuse.core.modality import Modality
from emofuse.features.base import Feature
from emofuse.windows import Judge

BANDS = {"delta": (1.0, 4.0), "theta": (4.0, 8.0), "alpha": (8.0, 14.0), "beta": (14.0, 31.0), "gamma": (31.0, 50.0)}
"""Of EEG, in hertz, as Zheng, Lu 2015 have them for SEED."""

Parts = tuple[Axis, list[np.ndarray]]
"""What the parts are, and for each the features without it, (T, ...)."""


def lost(
    recognizer: Judge, inputs: Mapping[Modality, np.ndarray], m: Modality, parts: Sequence[np.ndarray], wanted: np.ndarray
) -> np.ndarray:
    """What a score loses when each part of one modality is taken away; below zero where it gains.

    Shape:
        inputs {m: (T, ...)} for the modalities that are there, parts K of (T, ...), wanted (C,) bool -> (K,)
    """
    count = len(parts) + 1
    shown = {other: np.repeat(x[None], count, axis=0) for other, x in inputs.items() if other != m}
    shown[m] = np.stack([inputs[m], *parts])
    for other in recognizer.modalities - set(shown):
        shown[other] = np.repeat(recognizer.network.blank(other)[None], count, axis=0)
    present = {other: np.full(count, other in inputs) for other in shown}
    scores = recognizer.probabilities(shown, present) @ np.asarray(wanted, dtype=np.float64)
    difference: np.ndarray = scores[0] - scores[1:]
    return difference


def words(feature: Feature, signal: Signal) -> Parts:
    """Each word, or each line, made empty. Shape: (time,) str."""
    there = [i for i, word in enumerate(signal.values.tolist()) if word]
    return Axis("word", tuple(str(signal.values[i]) for i in there)), [feature(_emptied(signal, i)) for i in there]


def channels(feature: Feature, signal: Signal, names: Sequence[str] = ()) -> Parts:
    """Each channel, flat. Shape: (time, channels)."""
    count = signal.values.shape[1]
    places = tuple(names) if len(names) == count else tuple(str(i + 1) for i in range(count))
    return Axis("channel", places), [feature(_flattened(signal, i)) for i in range(count)]


def bands(feature: Feature, signal: Signal, known: Mapping[str, tuple[float, float]] = BANDS) -> Parts:
    """Each band of frequencies, filtered out of all channels; those that the rate does not reach are left out. Shape: (time, channels)."""
    names = [name for name, (low, _) in known.items() if low < signal.rate / 2]
    return Axis("band", tuple(names)), [feature(_filtered(signal, *known[name])) for name in names]


def columns(rows: np.ndarray, instead: np.ndarray | float = 0.0) -> Parts:
    """Each column of the features as it would be if nothing were known of it: zero, or what is usual. Shape: (T, D)."""
    usual = np.broadcast_to(np.asarray(instead, dtype=rows.dtype), rows.shape[1:])
    hidden = []
    for i in range(rows.shape[1]):
        without = rows.copy()
        without[:, i] = usual[i]
        hidden.append(without)
    return Axis("column", tuple(str(i + 1) for i in range(rows.shape[1]))), hidden


def _emptied(signal: Signal, row: int) -> Signal:
    values = signal.values.copy()
    values[row] = ""
    return replace(signal, values=values)


def _flattened(signal: Signal, channel: int) -> Signal:
    values = signal.values.copy()
    values[:, channel] = 0
    return replace(signal, values=values)


def _filtered(signal: Signal, low: float, high: float) -> Signal:
    """Without a band; sharp edges, since nothing but the difference is looked at."""
    spectrum = np.fft.rfft(signal.values, axis=0)
    hertz = np.fft.rfftfreq(len(signal.values), 1 / signal.rate)
    spectrum[(hertz >= low) & (hertz < high)] = 0
    values = np.fft.irfft(spectrum, n=len(signal.values), axis=0).astype(signal.values.dtype)
    return replace(signal, values=values)
