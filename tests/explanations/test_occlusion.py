"""What a score loses without a part, where it is known which parts count."""

import numpy as np
import pytest

from emofuse.core.clip import Signal
from emofuse.core.modality import Modality
from emofuse.explanations.occlusion import BANDS, bands, channels, columns, lost, words

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
    axis, _ = channels(brain.features[EEG], toy[0].signal(EEG), ("TP9", "AF7", "AF8", "TP10"))

    assert axis.places == ("TP9", "AF7", "AF8", "TP10")


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
