"""Which parts of its input moved a score, for any recognizer: each part is taken away in turn, and what the score loses is kept.

Zeiler, Fergus 2014, "Visualizing and understanding convolutional networks", section 4.2, for words, turns, channels, bands and columns.
What two parts say alike is not lost with one of them: both then look lighter than they are.
K: parts, B: batch, T: time steps, C: classes.
"""

import re
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

POWER = re.compile(rf"(.+)[ _]({'|'.join(BANDS)})(?:[ _]power)?", re.IGNORECASE)
"""How a column of a table of band powers is named: "AF3 theta", or "AF3_Theta_Power"."""

PHRASES = 64  # parts of what was said, at most: each is a text to be read anew; of more words, neighbours go together

Parts = tuple[Axis, list[np.ndarray]]
"""What the parts are, and for each the features without it, (T, ...)."""


def lost(
    recognizer: Judge, inputs: Mapping[Modality, np.ndarray], m: Modality, parts: Sequence[np.ndarray], wanted: np.ndarray
) -> np.ndarray:
    """What a score loses when each part of one modality is taken away; below zero where it gains.

    Shape:
        inputs {m: (T, ...)} for the modalities that are there, parts K of (T', ...), wanted (C,) bool -> (K,)
    """
    rows = [inputs[m], *parts]
    together = len({one.shape for one in rows}) == 1  # fewer words may be fewer rows, which do not fit into one batch
    batches = [np.stack(rows)] if together else [one[None] for one in rows]
    scores = np.concatenate([_answers(recognizer, inputs, m, batch) for batch in batches]) @ np.asarray(wanted, dtype=np.float64)
    difference: np.ndarray = scores[0] - scores[1:]
    return difference


def words(feature: Feature, signal: Signal) -> Parts:
    """Each word of what was said, left out; what was said before, where it is told, stays. Of many words, neighbours go together.

    A line without blanks, as in Chinese, goes as a whole. Shape: (time,) str, or (time, turns) str with the latest turn first
    """
    lines = _turns(signal)[:, 0].tolist()
    there = [(row, i, word) for row, line in enumerate(lines) for i, word in enumerate(line.split())]
    together = -(-len(there) // PHRASES) or 1
    phrases = [there[i : i + together] for i in range(0, len(there), together)]
    hidden = []
    for phrase in phrases:
        gone = {(row, i) for row, i, _ in phrase}
        left = [" ".join(word for i, word in enumerate(line.split()) if (row, i) not in gone) for row, line in enumerate(lines)]
        hidden.append(feature(_said(signal, 0, left)))
    return Axis("word", tuple(" ".join(word for *_, word in phrase) for phrase in phrases)), hidden


def turns(feature: Feature, signal: Signal) -> Parts:
    """Each turn before what was said, left out; none where none is told. Shape: (time,) str, or (time, turns) str, the latest first."""
    told = _turns(signal)
    there = [turn for turn in range(1, told.shape[1]) if any(told[:, turn].tolist())]
    return Axis("turn", tuple(f"{turn} before" for turn in there)), [feature(_said(signal, turn, [""] * len(told))) for turn in there]


def channels(feature: Feature, signal: Signal) -> Parts:
    """Each channel, flat: its own mean all along. Shape: (time, channels)."""
    count = signal.values.shape[1]
    return Axis("channel", signal.channels or _numbered(count)), [feature(_flattened(signal, i)) for i in range(count)]


def bands(feature: Feature, signal: Signal, known: Mapping[str, tuple[float, float]] = BANDS) -> Parts:
    """Each band of frequencies, filtered out of all channels; those that the rate does not reach are left out. Shape: (time, channels)."""
    names = [name for name, (low, _) in known.items() if low < signal.rate / 2]
    return Axis("band", tuple(names)), [feature(_filtered(signal, *known[name])) for name in names]


def columns(rows: np.ndarray, instead: np.ndarray | float = 0.0, names: Sequence[str] = ()) -> Parts:
    """Each column of the features as it would be if nothing were known of it: zero, or what is usual. Shape: (T, D)."""
    places = tuple(names) or _numbered(rows.shape[1])
    return Axis("column", places), [_hidden(rows, [i], instead) for i in range(rows.shape[1])]


def powers(rows: np.ndarray, names: Sequence[str], instead: np.ndarray | float = 0.0) -> list[Parts]:
    """Each channel in all bands, and each band in all channels, of a table of band powers; nothing where that is not what it is.

    Shape:
        rows (T, D), names D
    """
    read = [POWER.fullmatch(name) for name in names]
    if not read or not all(read):
        return []
    pairs = [(one[1], one[2].lower()) for one in read if one is not None]
    found = []
    for side, what in enumerate(("channel", "band")):
        places = tuple(dict.fromkeys(pair[side] for pair in pairs))
        hidden = [_hidden(rows, [i for i, pair in enumerate(pairs) if pair[side] == place], instead) for place in places]
        found.append((Axis(what, places), hidden))
    return found


def _answers(recognizer: Judge, inputs: Mapping[Modality, np.ndarray], m: Modality, batch: np.ndarray) -> np.ndarray:
    """Answers with other features of one modality, all else being as it is or absent. Shape: (B, T, ...) -> (B, C)."""
    count = len(batch)
    shown = {other: np.repeat(x[None], count, axis=0) for other, x in inputs.items() if other != m} | {m: batch}
    for other in recognizer.modalities - set(shown):
        shown[other] = np.repeat(recognizer.network.blank(other)[None], count, axis=0)
    return recognizer.probabilities(shown, {other: np.full(count, other in inputs) for other in shown})


def _numbered(count: int) -> tuple[str, ...]:
    return tuple(str(i + 1) for i in range(count))


def _turns(signal: Signal) -> np.ndarray:
    """Shape: (time,) or (time, turns) str -> (time, turns)."""
    return signal.values if signal.values.ndim == 2 else signal.values[:, None]


def _said(signal: Signal, turn: int, lines: Sequence[str]) -> Signal:
    """With other words in one turn."""
    told = _turns(signal).copy()
    told[:, turn] = lines  # never longer than they were: numpy would cut them
    return replace(signal, values=told.reshape(signal.values.shape))


def _flattened(signal: Signal, channel: int) -> Signal:
    values = signal.values.copy()
    values[:, channel] = values[:, channel].mean()
    return replace(signal, values=values)


def _filtered(signal: Signal, low: float, high: float) -> Signal:
    """Without a band; sharp edges, since nothing but the difference is looked at."""
    spectrum = np.fft.rfft(signal.values, axis=0)
    hertz = np.fft.rfftfreq(len(signal.values), 1 / signal.rate)
    spectrum[(hertz >= low) & (hertz < high)] = 0
    values = np.fft.irfft(spectrum, n=len(signal.values), axis=0).astype(signal.values.dtype)
    return replace(signal, values=values)


def _hidden(rows: np.ndarray, gone: Sequence[int], instead: np.ndarray | float) -> np.ndarray:
    """Shape: (T, D) -> the same."""
    usual = np.broadcast_to(np.asarray(instead, dtype=rows.dtype), rows.shape[1:])
    without = rows.copy()
    without[:, gone] = usual[gone]
    return without
