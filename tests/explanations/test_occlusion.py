"""What a score loses without a part, where it is known which parts count."""

from dataclasses import replace

import numpy as np
import pytest

from emofuse.core.clip import Signal
from emofuse.core.explanation import Axis
from emofuse.core.modality import Modality
from emofuse.explanations.occlusion import BANDS, PHRASES, bands, channels, columns, lost, powers, turns, words

EEG, TEXT, VIDEO = Modality.EEG, Modality.TEXT, Modality.VIDEO
HAPPINESS, SADNESS = np.eye(4, dtype=bool)[[1, 3]]


def test_the_word_that_counts_is_found(reader):
    said = Signal(np.array(["what", "lovely", "", "news"]), rate=2)
    feature = reader.features[TEXT]

    axis, hidden = words(feature, said)
    found = lost(reader, {TEXT: feature(said)}, TEXT, hidden, HAPPINESS)

    assert (axis.name, axis.places) == ("word", ("what", "lovely", "news"))
    assert found[1] > found[2] > 0
    np.testing.assert_allclose(found[0], 0.0, atol=1e-6)
    expected = np.exp([3.5, 0.5]) / (np.exp([3.5, 0.5]) + 3)  # with the word, and without it
    np.testing.assert_allclose(found[1], expected[0] - expected[1], atol=1e-5)


def test_the_channel_and_the_band_that_count_are_found(brain, toy):
    signal = next(clip for clip in toy if clip.label == "sadness").signal(EEG)
    feature = brain.features[EEG]
    fed = {EEG: feature(signal)}

    (channel, flat), (band, filtered) = channels(feature, signal), bands(feature, signal)
    by_channel, by_band = (lost(brain, fed, EEG, hidden, SADNESS) for hidden in (flat, filtered))

    assert (channel.places, band.places) == (("1", "2", "3", "4"), tuple(BANDS))
    assert by_channel.argmax() == 2
    assert by_channel[2] > 0.1
    np.testing.assert_allclose(np.delete(by_channel, 2), 0.0, atol=1e-6)
    assert band.places[by_band.argmax()] == "theta"
    np.testing.assert_allclose(by_band.max(), by_channel[2], atol=1e-3)
    assert np.abs(np.delete(by_band, 1)).max() < 0.01


def test_channels_have_the_names_they_are_given(brain, toy):
    named = replace(toy[0].signal(EEG), channels=("TP9", "AF7", "AF8", "TP10"))

    axis, _ = channels(brain.features[EEG], named)

    assert axis.places == ("TP9", "AF7", "AF8", "TP10")


def test_a_channel_without_its_wave_keeps_its_level():
    """An amplifier's offset says nothing; taking it away, too, would show the network a step that no recording has."""
    wave = np.stack([800 + np.sin(np.arange(64)), np.cos(np.arange(64))], axis=1).astype(np.float32)

    _, (first, second) = channels(lambda signal: signal.values, Signal(wave, rate=64))

    np.testing.assert_allclose(first[:, 0], wave[:, 0].mean(), rtol=1e-6)
    np.testing.assert_array_equal(first[:, 1], wave[:, 1])
    np.testing.assert_array_equal(second[:, 0], wave[:, 0])


def test_a_band_that_is_taken_away_leaves_the_others():
    time = np.arange(256) / 128
    theta, beta = np.sin(2 * np.pi * 6 * time), np.sin(2 * np.pi * 20 * time)

    axis, hidden = bands(lambda signal: signal.values, Signal((theta + beta)[:, None].astype(np.float32), rate=128))

    np.testing.assert_allclose(hidden[axis.places.index("theta")][:, 0], beta, atol=1e-5)
    np.testing.assert_allclose(hidden[axis.places.index("beta")][:, 0], theta, atol=1e-5)
    np.testing.assert_allclose(hidden[axis.places.index("alpha")][:, 0], theta + beta, atol=1e-5)


def test_words_of_an_utterance_are_left_out_one_by_one():
    said = Signal(np.array([["Ann: what lovely news", "Bob: hello"], ["yes", ""]]), rate=1)

    axis, hidden = words(lambda signal: signal.values.copy(), said)

    assert axis.places == ("Ann:", "what", "lovely", "news", "yes")
    assert hidden[2].tolist() == [["Ann: what news", "Bob: hello"], ["yes", ""]]
    assert hidden[4].tolist() == [["Ann: what lovely news", "Bob: hello"], ["", ""]]


def test_turns_before_are_left_out_as_a_whole():
    told = Signal(np.array([["what now", "Bob: hello you", "", "Ann: hi"]]), rate=1)

    axis, hidden = turns(lambda signal: signal.values.copy(), told)

    assert (axis.name, axis.places) == ("turn", ("1 before", "3 before"))
    assert hidden[0].tolist() == [["what now", "", "", "Ann: hi"]]
    assert hidden[1].tolist() == [["what now", "Bob: hello you", "", ""]]
    assert turns(lambda signal: signal.values, Signal(np.array(["what now"]), rate=1)) == (Axis("turn", ()), [])


def test_many_words_go_together_and_none_is_left_out_twice():
    spoken = [f"word{i}" for i in range(3 * PHRASES - 5)]
    asked = []

    axis, hidden = words(lambda signal: asked.append(signal.values[0]) or np.zeros(1), Signal(np.array([" ".join(spoken)]), rate=1))

    assert len(hidden) == len(axis.places) == PHRASES - 1
    assert " ".join(axis.places).split() == spoken
    assert asked[0].split() == spoken[3:]


def test_features_of_another_length_are_asked_one_by_one(reader):
    """A text may become a row a word: without one of them it is shorter."""

    class Rows:
        modality = TEXT

        def __call__(self, signal):
            (line,) = signal.values.tolist()
            return np.concatenate([reader.features[TEXT](Signal(np.array([word]), 1)) for word in line.split() or [""]])

    feature = Rows()
    said = Signal(np.array(["what lovely news"]), rate=1)
    fed = {TEXT: feature(said)}

    axis, hidden = words(feature, said)
    found = lost(reader, fed, TEXT, hidden, HAPPINESS)

    def answer(rows):
        return float(reader.probabilities({TEXT: rows[None]}, {TEXT: np.ones(1, dtype=bool)})[0, 1])

    assert fed[TEXT].shape[0] == 3
    np.testing.assert_allclose(found, [answer(fed[TEXT]) - answer(rows) for rows in hidden], atol=1e-6)
    assert axis.places[found.argmax()] == "lovely"


def test_of_a_table_of_powers_channels_and_bands_are_taken_away():
    rows = np.arange(1, 9, dtype=np.float32).reshape(1, 8)
    names = ("F3 theta", "F3 alpha", "F4 theta", "F4 alpha", "T7 theta", "T7 alpha", "T8_Theta", "T8_Alpha_Power")

    (channel, without), (band, faded) = powers(rows, names, np.full(8, 0.5))

    assert (channel.name, channel.places) == ("channel", ("F3", "F4", "T7", "T8"))
    assert (band.name, band.places) == ("band", ("theta", "alpha"))
    assert without[1].tolist() == [[1, 2, 0.5, 0.5, 5, 6, 7, 8]]
    assert faded[0].tolist() == [[0.5, 2, 0.5, 4, 0.5, 6, 0.5, 8]]
    assert rows.tolist() == [[1, 2, 3, 4, 5, 6, 7, 8]]


@pytest.mark.parametrize("names", [(), ("AU01", "AU02"), ("F3 theta", "valence")])
def test_other_tables_are_no_powers(names):
    assert powers(np.zeros((1, len(names)), dtype=np.float32), names) == []


def test_columns_have_the_names_they_are_given():
    assert columns(np.zeros((1, 2), dtype=np.float32), names=("AU01", "AU02"))[0].places == ("AU01", "AU02")


def test_bands_that_a_rate_does_not_reach_are_left_out(brain):
    axis, hidden = bands(brain.features[EEG], Signal(np.zeros((32, 4), dtype=np.float32), rate=16))

    assert axis.places == ("delta", "theta")
    assert len(hidden) == 2


def test_columns_that_count_are_found_for_and_against(units):
    rows = np.ones((1, 5), dtype=np.float32)

    axis, hidden = columns(rows)
    found = lost(units, {VIDEO: rows}, VIDEO, hidden, np.eye(4, dtype=bool)[0])

    assert axis.places == ("1", "2", "3", "4", "5")
    assert found[3] > 0 > found[1]
    np.testing.assert_allclose(found[[0, 2, 4]], 0.0, atol=1e-6)


def test_a_column_that_is_as_usual_loses_nothing(units):
    rows = np.ones((1, 5), dtype=np.float32)

    found = lost(units, {VIDEO: rows}, VIDEO, columns(rows, np.ones(5))[1], np.eye(4, dtype=bool)[0])

    np.testing.assert_allclose(found, 0.0, atol=1e-6)


def test_nothing_to_take_away_loses_nothing(reader):
    said = Signal(np.array(["", ""]), rate=2)

    axis, hidden = words(reader.features[TEXT], said)

    assert axis.places == ()
    assert lost(reader, {TEXT: reader.features[TEXT](said)}, TEXT, hidden, HAPPINESS).shape == (0,)


def test_signals_are_left_as_they_were(brain, reader, toy):
    eeg, said = toy[0].signal(EEG), toy[0].signal(TEXT)
    before = eeg.values.copy(), said.values.copy()

    channels(brain.features[EEG], eeg), bands(brain.features[EEG], eeg), words(reader.features[TEXT], said)

    np.testing.assert_array_equal(eeg.values, before[0])
    np.testing.assert_array_equal(said.values, before[1])


@pytest.mark.parametrize("gone", [Modality.AUDIO, Modality.VIDEO])
def test_other_modalities_stay_as_they_are_or_absent(toy_recognizer, toy, gone):
    (left,) = toy_recognizer.modalities - {gone}
    rows = toy_recognizer.features[left](toy[0].signal(left))[: 16 if left is Modality.AUDIO else 4]

    found = lost(toy_recognizer, {left: rows}, left, [rows, np.zeros_like(rows)], HAPPINESS)

    assert found[0] == pytest.approx(0.0, abs=1e-6)
    assert np.isfinite(found).all()
