"""What in a face, a sound, words or EEG moved a member's score, by what suits each.

Pictures and spectra go by integrated gradients, words, channels, bands and lone columns by occlusion.
T: time steps, C: classes.
"""

from collections.abc import Mapping

import numpy as np

from emofuse.core.clip import Signal
from emofuse.core.explanation import Axis, Look
from emofuse.core.modality import Modality
from emofuse.core.segment import Segment
from emofuse.encoders.scaled_mlp import ScaledMlp
from emofuse.explanations.gradients import score_of, way, weighed
from emofuse.explanations.occlusion import Parts, bands, channels, columns, lost, words
from emofuse.explanations.shown import Showing, inputs
from emofuse.features.audio import LogMel
from emofuse.features.base import Feature
from emofuse.network import Committee, Network
from emofuse.recognizer import NetworkRecognizer

COLUMNS = 256  # more than so many numbers that nobody has named tell a reader nothing
RAW = 16.0  # samples a second; EEG of a lower rate is no longer a wave, but what somebody made of one
AGAIN = 0.02  # by which a score may differ when it is asked for again: graphs and torch differ in the fifth digit


def looks(showing: Showing, wanted: np.ndarray, label: str) -> tuple[tuple[Look, ...], tuple[str, ...]]:
    """Everything that can be looked at in one answer of one network, and what cannot, and why.

    Args:
        showing: Read again.
        wanted: Which of the network's labels make up the label. Shape: (C,) bool.
        label: In the words of the whole answer.
    """
    recognizer, signals = showing.recognizer, showing.signals()
    if not signals:
        return (), (f"what {recognizer.name} was shown could not be read again",)
    fed = inputs(recognizer, signals)
    score = _score(recognizer, fed, wanted)
    said = float(showing.answer @ wanted)
    if abs(score - said) > AGAIN:
        return (), (f"what {recognizer.name} saw before a moment counts for its answer there; it is not looked at",)
    found: list[Look] = []
    notes: list[str] = []
    for m in sorted(signals):
        if _drawn(m, fed[m]):
            found.append(_by_gradients(showing, signals[m], fed, m, wanted, label))
            continue
        hidden = _parts(recognizer, signals[m], fed[m], m)
        found += [
            Look(recognizer.name, m, showing.window, label, "occlusion", score, None, (axis,), lost(recognizer, fed, m, parts, wanted))
            for axis, parts in hidden
            if parts
        ]
        if not hidden:
            notes.append(f"{recognizer.name} is given {fed[m][0].size} numbers of {m} that have no names; they are not looked at")
    return tuple(found), tuple(notes)


def _score(recognizer: NetworkRecognizer, fed: Mapping[Modality, np.ndarray], wanted: np.ndarray) -> float:
    """As the recognizer itself would say. Shape: {m: (T, ...)}, (C,) -> ()."""
    there = {m: (fed[m] if m in fed else recognizer.network.blank(m))[None] for m in recognizer.modalities}
    return float(recognizer.probabilities(there, {m: np.array([m in fed]) for m in there})[0] @ wanted)


def _drawn(m: Modality, rows: np.ndarray) -> bool:
    """Whether the features are a picture or a spectrum. Shape: (T, ...)."""
    return (m is Modality.VIDEO and rows.ndim == 3) or (m is Modality.AUDIO and rows.ndim == 2 and len(rows) > 1)


def _by_gradients(
    showing: Showing, signal: Signal, fed: Mapping[Modality, np.ndarray], m: Modality, wanted: np.ndarray, label: str
) -> Look:
    """The weights of one modality; the others stay as they are."""
    recognizer, rest = showing.recognizer, {other: rows for other, rows in fed.items() if other != m}
    start, end = way(m, fed[m], lambda rows: _score(recognizer, {**rest, m: rows}, wanted))
    weights = weighed(score_of(recognizer, wanted, rest), {m: end}, {m: start})[m]
    seen = signal.values if signal.values.shape == weights.shape else end
    axes = _axes(m, showing.window, weights.shape, recognizer.features[m])
    sides = tuple(len(axis.places) for axis in axes)
    score, without = (_score(recognizer, {**rest, m: rows}, wanted) for rows in (end, start))
    return Look(
        recognizer.name, m, showing.window, label, "integrated gradients", score, without, axes, weights.reshape(sides), seen.reshape(sides)
    )


def _axes(m: Modality, window: Segment, shape: tuple[int, ...], feature: Feature) -> tuple[Axis, ...]:
    """What the sides of a picture's or a spectrum's map are; one picture has no side of time. Shape: (T, ...)."""
    times = tuple(round(window.start + i * window.duration / shape[0]) for i in range(shape[0]))
    time = (Axis("time", times, "ms"),)
    if m is Modality.VIDEO:
        pictured = (Axis("down", tuple(range(shape[1])), "pixel"), Axis("across", tuple(range(shape[2])), "pixel"))
        return pictured if shape[0] == 1 else time + pictured
    if isinstance(feature, LogMel):
        return (*time, Axis("frequency", tuple(round(hertz) for hertz in feature.middles.tolist()), "Hz"))
    return (*time, Axis("column", tuple(str(i + 1) for i in range(shape[1]))))


def _parts(recognizer: NetworkRecognizer, signal: Signal, rows: np.ndarray, m: Modality) -> list[Parts]:
    """What can be taken away: words; channels and bands of a wave; columns of a table. Shape: rows (T, ...)."""
    feature = recognizer.features[m]
    if signal.values.dtype.kind == "U":
        return [words(feature, signal)]
    if m is Modality.EEG and signal.values.ndim == 2 and signal.rate >= RAW:
        return [channels(feature, signal), bands(feature, signal)]
    if rows.ndim == 2 and rows.shape[1] <= COLUMNS:
        return [columns(rows, _usual(recognizer.network, m, rows.shape[1]))]
    return []


def _usual(network: Network, m: Modality, width: int) -> np.ndarray | float:
    """What a column is where nothing is known of it: usual where the network learnt, if it says; else zero."""
    first = network.networks[0] if isinstance(network, Committee) else network
    encoder = first.encoders[str(m)]
    if isinstance(encoder, ScaledMlp) and encoder.mean.shape == (width,):
        mean: np.ndarray = encoder.mean.numpy()
        return mean
    return 0.0
