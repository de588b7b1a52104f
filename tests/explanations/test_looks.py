"""One answer of one network, looked into: which way suits which input, and what the sides of its map are."""

from dataclasses import dataclass, replace

import numpy as np
import pytest
import torch

from emofuse.core.clip import Chunk, Signal
from emofuse.core.modality import Modality
from emofuse.core.segment import Segment
from emofuse.corpora.toy import TOY
from emofuse.encoders.scaled_mlp import ScaledMlp
from emofuse.explanations.looks import looks
from emofuse.explanations.shown import Showing
from emofuse.features.audio import LogMel, Mfcc
from emofuse.features.vectors import Vectors
from emofuse.network import Network
from emofuse.recognizer import NetworkRecognizer

from .conftest import Passing, Written, written

AUDIO, VIDEO, TEXT, EEG = Modality.AUDIO, Modality.VIDEO, Modality.TEXT, Modality.EEG
SECOND = Segment(0, 1_000)
ANGER = np.eye(4, dtype=bool)[0]


def shown(recognizer, m, signal):
    """An answer of a recognizer for a second of one modality, as it would have given it."""
    rows = recognizer.features[m](signal)
    answer = recognizer.probabilities({m: rows[None]}, {m: np.ones(1, dtype=bool)})[0]
    return Showing(recognizer, SECOND, SECOND, answer, {m: signal})


def found(recognizer, m, signal, wanted=ANGER):
    return looks(shown(recognizer, m, signal), wanted, "anger")


@dataclass(frozen=True)
class Pixels:
    """A picture's numbers as they are, 1 for white. Shape: (time, ...) uint8 -> (time, ...)."""

    modality: Modality = VIDEO

    def __call__(self, signal):
        return signal.values.astype(np.float32) / 255


class Flat(Passing):
    """All numbers of a time step in a row. Shape: (B, T, ...) -> (B, T, D)."""

    def __init__(self, *takes):
        super().__init__(int(np.prod(takes)))
        self.takes = takes

    def early(self, x):
        return x.flatten(2)


def picture(weights, **more):
    """A recognizer that multiplies a picture's numbers, (colours, rows, columns), by weights for anger."""
    table = np.zeros((weights.size, 4))
    table[:, 0] = weights.ravel()
    network = Network({VIDEO: Flat(*weights.shape)}, Written({VIDEO: table}))
    return NetworkRecognizer("picture", network, {VIDEO: Pixels()}, TOY.labels, window=1_000, **more)


def test_colours_of_a_pixel_are_taken_together():
    weights = np.zeros((3, 4, 4))
    weights[:, 1, 2] = (1.0, 2.0, -0.5)
    weights[1, 3, 0] = -1.0
    seen = np.full((2, 3, 4, 4), 255, dtype=np.uint8)

    (look,), notes = found(picture(weights), VIDEO, Signal(seen, 2))

    assert notes == ()
    assert [axis.name for axis in look.axes] == ["time", "down", "across"]
    assert look.weights.shape == look.seen.shape == (2, 4, 4)
    np.testing.assert_allclose(look.seen, 1.0)
    strongest = np.unravel_index(np.abs(look.weights).argmax(), look.weights.shape)
    assert strongest[1:] == (1, 2)
    assert (look.weights[:, 3, 0] < 0).all()
    assert look.weights.sum() == pytest.approx(look.score - look.without, abs=0.02)
    assert look.without == pytest.approx(0.25)


def test_weights_are_of_the_probability_that_was_calibrated():
    weights = np.zeros((1, 4, 4))
    weights[0, 1, 2] = 6.0
    white = Signal(np.full((2, 1, 4, 4), 255, dtype=np.uint8), 2)

    plain, doubtful = (found(picture(weights, temperature=temperature), VIDEO, white)[0][0] for temperature in (1.0, 3.0))

    assert doubtful.score == pytest.approx(np.exp(2) / (np.exp(2) + 3))
    assert doubtful.weights.sum() == pytest.approx(doubtful.score - 0.25, abs=0.02)
    assert plain.weights.sum() > doubtful.weights.sum() + 0.1


def test_cepstra_begin_at_an_even_sound_and_not_at_their_smallest_number(toy):
    signal = toy[0].signal(AUDIO).crop(SECOND)
    table = np.zeros((10, 4))
    table[1, 0] = 0.05

    (look,), _ = found(written("cepstra", {AUDIO: Mfcc(hop=2_048)}, {AUDIO: table}), AUDIO, signal)

    rows = Mfcc(hop=2_048)(signal)
    assert look.without == pytest.approx(0.25)  # its second coefficient is zero, whatever the smallest number is
    assert [axis.name for axis in look.axes] == ["time", "column"]
    np.testing.assert_allclose(np.sign(look.weights[:, 1]), np.sign(rows[:, 1]))
    np.testing.assert_array_equal(np.delete(look.weights, 1, axis=1), 0.0)


def test_a_spectrum_seen_against_what_is_usual_keeps_its_frequencies_and_begins_at_the_usual(toy):
    class Usual:
        """Twenty decibels above the mean of everybody, as a baseline would say it."""

        modality, feature = AUDIO, LogMel(hop=1_024, bands=8)

        def __call__(self, signal):
            return (self.feature(signal) + 40) / 20

    table = np.zeros((8, 4))
    table[3, 0] = 1.0
    recognizer = written("usual", {AUDIO: Usual()}, {AUDIO: table})

    (look,), _ = found(recognizer, AUDIO, toy[0].signal(AUDIO).crop(SECOND))

    assert look.without == pytest.approx(0.25)
    assert (look.axes[1].name, look.axes[1].unit) == ("frequency", "Hz")
    assert look.axes[1].places == tuple(round(hertz) for hertz in Usual.feature.middles.tolist())
    assert np.abs(look.weights).sum(axis=0).argmax() == 3


def test_a_table_of_powers_is_looked_at_by_channel_and_by_band():
    names = ("F3 theta", "F3 alpha", "F4 theta", "F4 alpha")
    table = np.zeros((4, 4))
    table[3, 0] = 2.0
    powers = Signal(np.ones((4, 4), dtype=np.float32), 4, channels=names)

    (channel, band), notes = found(written("powers", {EEG: Vectors("mean", EEG)}, {EEG: table}), EEG, powers)

    assert notes == ()
    assert (channel.axes[0].places, band.axes[0].places) == (("F3", "F4"), ("theta", "alpha"))
    expected = np.exp(2) / (np.exp(2) + 3) - 0.25
    np.testing.assert_allclose(channel.weights, [0, expected], atol=1e-6)
    np.testing.assert_allclose(band.weights, [0, expected], atol=1e-6)


def test_columns_of_a_table_are_called_as_its_signal_calls_them(units):
    names = ("AU01", "AU02", "AU04", "AU05", "AU06")

    (look,), _ = found(units, VIDEO, Signal(np.ones((2, 5), dtype=np.float32), 2, channels=names))

    assert (look.axes[0].name, look.axes[0].places) == ("column", names)


def test_a_column_that_is_as_usual_where_the_network_learnt_is_missed_by_nobody():
    torch.manual_seed(0)
    encoder = ScaledMlp(3, (8, 8))
    encoder.adjust(torch.tensor([[[1.0, 5.0, -2.0]], [[3.0, 9.0, 2.0]]]))  # usual are 2, 7 and 0
    network = Network({VIDEO: encoder}, Written({VIDEO: 0.5 * np.random.default_rng(0).normal(size=(8, 4))}))
    recognizer = NetworkRecognizer("units", network, {VIDEO: Vectors("mean", VIDEO)}, TOY.labels, window=1_000)

    seen = Signal(np.array([[2.0, 7.0, 6.0]], dtype=np.float32), 1)
    weights = np.stack([found(recognizer, VIDEO, seen, wanted)[0][0].weights for wanted in np.eye(4, dtype=bool)])

    np.testing.assert_allclose(weights[:, :2], 0.0, atol=1e-6)
    assert np.abs(weights[:, 2]).max() > 0.02


def test_a_wave_is_looked_at_by_the_names_of_its_channels(brain, toy):
    signal = replace(toy[0].signal(EEG).crop(SECOND), channels=("TP9", "AF7", "AF8", "TP10"))

    (channel, _), _ = found(brain, EEG, signal, np.eye(4, dtype=bool)[3])

    assert channel.axes[0].places == ("TP9", "AF7", "AF8", "TP10")


@dataclass(frozen=True)
class Told:
    """How often "good" was said now and before. Shape: (1, turns) str -> (1, 2)."""

    modality: Modality = TEXT

    def __call__(self, signal):
        now, before = signal.values[:, 0], signal.values[:, 1:].ravel()
        return np.array([[sum(line.split().count("good") for line in some) for some in (now, before)]], dtype=np.float32)


def test_what_was_said_before_is_looked_at_turn_by_turn():
    recognizer = written("told", {TEXT: Told()}, {TEXT: np.array([[1.0, 0, 0, 0], [2.0, 0, 0, 0]])})
    said = Signal(np.array([["a good day", "no", "good for you"]]), 1)

    (word, turn), _ = found(recognizer, TEXT, said)

    assert (word.axes[0].places, turn.axes[0].places) == (("a", "good", "day"), ("1 before", "2 before"))
    np.testing.assert_allclose(word.weights[[0, 2]], 0.0, atol=1e-6)
    np.testing.assert_allclose(turn.weights[0], 0.0, atol=1e-6)
    assert turn.weights[1] > word.weights[1] > 0.05


def test_an_utterance_that_says_when_it_is_is_looked_at_like_any_other():
    lone = written("told", {TEXT: Told()}, {TEXT: np.array([[1.0, 0, 0, 0], [2.0, 0, 0, 0]])})
    lone.window = None
    when = (Segment(0, 700), Segment(400, 1_200))
    told = Signal(np.array([["a good day", "no"], ["good", "a good day"]]), 1, when=when)
    rows = lone.features[TEXT](replace(told, values=told.values[:1], when=when[:1]))
    answer = lone.probabilities({TEXT: rows[None]}, {TEXT: np.ones(1, dtype=bool)})[0]

    showing = Showing(lone, when[0], when[0], answer)
    showing.push(Chunk({TEXT: told}, 2_000))

    assert showing.signals()[TEXT].values.tolist() == [["a good day", "no"]]
    assert showing.signals()[TEXT].when == when[:1]
    (word, _), notes = looks(showing, ANGER, "anger")
    assert notes == ()
    assert word.axes[0].places[int(word.weights.argmax())] == "good"
