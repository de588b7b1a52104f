"""What in a face, a sound, words or EEG moved a member's score, by what suits each.

Pictures and spectra go by integrated gradients; words and turns, channels, bands and lone columns by occlusion.
T: time steps, C: classes.
"""

from collections.abc import Callable, Mapping

import numpy as np

from emofuse.core.clip import Signal
from emofuse.core.explanation import Axis, Look
from emofuse.core.modality import Modality
from emofuse.core.segment import Segment
from emofuse.encoders.scaled_mlp import ScaledMlp
from emofuse.explanations.gradients import even, score_of, way, weighed
from emofuse.explanations.occlusion import Parts, bands, channels, columns, lost, powers, turns, words
from emofuse.explanations.shown import Showing, inputs
from emofuse.features.audio import LogMel, Mfcc
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
    """Whether the features are pictures, grey or in colours, or a spectrum. Shape: (T, ...)."""
    return (m is Modality.VIDEO and rows.ndim in (3, 4)) or (m is Modality.AUDIO and rows.ndim == 2 and len(rows) > 1)


def _by_gradients(
    showing: Showing, signal: Signal, fed: Mapping[Modality, np.ndarray], m: Modality, wanted: np.ndarray, label: str
) -> Look:
    """The weights of one modality; the others stay as they are."""
    recognizer, rest = showing.recognizer, {other: rows for other, rows in fed.items() if other != m}
    feature = recognizer.features[m]

    def said(rows: np.ndarray) -> float:
        return _score(recognizer, {**rest, m: rows}, wanted)

    start, end = _ends(m, feature, fed[m], said)
    weights = _grey(weighed(score_of(recognizer, wanted, rest), {m: end}, {m: start})[m], np.sum)
    seen = signal.values if signal.values.shape == weights.shape else _grey(end, np.mean)
    axes = _axes(m, showing.window, weights.shape, feature)
    sides = tuple(len(axis.places) for axis in axes)
    return Look(
        recognizer.name, m, showing.window, label, "integrated gradients", said(end), said(start), axes,
        weights.reshape(sides), seen.reshape(sides),
    )  # fmt: skip


def _ends(m: Modality, feature: Feature, rows: np.ndarray, said: Callable[[np.ndarray], float]) -> tuple[np.ndarray, np.ndarray]:
    """Where the way to what was shown begins and ends, by what kind of numbers it is. Shape: (T, ...) -> (T, ...) twice."""
    if isinstance(feature, LogMel):
        return way(m, rows, said)
    if isinstance(feature, Mfcc):
        return even(rows), rows
    return np.zeros_like(rows), rows  # a flat grey face, or what is usual for somebody


def _grey(pictures: np.ndarray, how: Callable[..., np.ndarray]) -> np.ndarray:
    """Colours taken together, where there are any. Shape: (T, H, W) or (T, colours, H, W) -> (T, H, W); others as they are."""
    return how(pictures, axis=1) if pictures.ndim == 4 else pictures


def _axes(m: Modality, window: Segment, shape: tuple[int, ...], feature: Feature) -> tuple[Axis, ...]:
    """What the sides of a picture's or a spectrum's map are; one picture has no side of time. Shape: (T, ...)."""
    times = tuple(round(window.start + i * window.duration / shape[0]) for i in range(shape[0]))
    time = (Axis("time", times, "ms"),)
    if m is Modality.VIDEO:
        pictured = (Axis("down", tuple(range(shape[1])), "pixel"), Axis("across", tuple(range(shape[2])), "pixel"))
        return pictured if shape[0] == 1 else time + pictured
    heard = getattr(feature, "feature", feature)  # seen against what is usual for somebody, its columns stay what they were
    if isinstance(heard, LogMel):
        return (*time, Axis("frequency", tuple(round(hertz) for hertz in heard.middles.tolist()), "Hz"))
    return (*time, Axis("column", tuple(str(i + 1) for i in range(shape[1]))))


def _parts(recognizer: NetworkRecognizer, signal: Signal, rows: np.ndarray, m: Modality) -> list[Parts]:
    """What can be taken away: words and turns; channels and bands of a wave, or of a table of powers; columns. Shape: rows (T, ...)."""
    feature = recognizer.features[m]
    if signal.values.dtype.kind == "U":
        return [words(feature, signal), turns(feature, signal)]
    if m is Modality.EEG and signal.values.ndim == 2 and signal.rate >= RAW:
        return [channels(feature, signal), bands(feature, signal)]
    if rows.ndim != 2:
        return []
    usual = _usual(recognizer.network, m, rows.shape[1])
    names = signal.channels if signal.channels and len(signal.channels) == rows.shape[1] else ()
    lone = [columns(rows, usual, names)] if names or rows.shape[1] <= COLUMNS else []
    return powers(rows, names, usual) or lone


def _usual(network: Network, m: Modality, width: int) -> np.ndarray | float:
    """What a column is where nothing is known of it: usual where the network learnt, if it says; else zero."""
    first = network.networks[0] if isinstance(network, Committee) else network
    encoder = first.encoders[str(m)]
    if isinstance(encoder, ScaledMlp) and encoder.mean.shape == (width,):
        mean: np.ndarray = encoder.mean.numpy()
        return mean
    return 0.0
