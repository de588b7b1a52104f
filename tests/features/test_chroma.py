"""Notes and means of sound: known tones, and librosa's numbers."""

import numpy as np
import pytest

from emofuse.core.clip import Signal
from emofuse.features.audio import LogMel, Mfcc
from emofuse.features.chroma import Chroma, _weights
from emofuse.features.means import Means

RATE = 16_000
NOTES = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")


def tone(hertz: float, seconds: float = 1.0, strength: float = 0.3) -> np.ndarray:
    return (strength * np.sin(2 * np.pi * hertz * np.arange(round(seconds * RATE)) / RATE)).astype(np.float32)


@pytest.mark.parametrize(("hertz", "note"), [(261.63, "C"), (523.25, "C"), (440.0, "A"), (880.0, "A"), (329.63, "E"), (246.94, "B")])
def test_a_pure_tone_sounds_its_note_whatever_the_octave(hertz, note):
    shares = Chroma()(Signal(tone(hertz), RATE))[2:-2]  # frames that the tone fills

    assert (shares.argmax(axis=1) == NOTES.index(note)).all()
    assert shares.max() == 1


def test_two_tones_at_once_sound_two_notes():
    shares = Chroma()(Signal(tone(261.63) + tone(392.0), RATE))[2:-2].mean(axis=0)

    assert {NOTES[i] for i in shares.argsort()[-2:]} == {"C", "G"}


def test_silence_sounds_no_note():
    assert not Chroma()(Signal(np.zeros(RATE, dtype=np.float32), RATE)).any()


def test_notes_are_gathered_as_librosa_gathers_them():
    librosa = pytest.importorskip("librosa")

    theirs = librosa.filters.chroma(sr=RATE, n_fft=2_048, tuning=0.0)

    np.testing.assert_allclose(_weights(RATE, 2_048, 12), theirs, atol=1e-6)


@pytest.mark.slow  # librosa compiles for half a minute when it is first called
def test_the_numbers_are_librosas(generator):
    librosa = pytest.importorskip("librosa")
    sound = (tone(440) + 0.05 * generator.normal(size=RATE)).astype(np.float32)

    ours = Chroma()(Signal(sound, RATE))

    theirs = librosa.feature.chroma_stft(y=sound, sr=RATE, n_fft=2_048, hop_length=512, tuning=0.0, pad_mode="constant").T
    np.testing.assert_allclose(ours, theirs, atol=1e-4)


def test_means_are_those_of_the_parts_side_by_side(generator):
    signal = Signal((0.1 * generator.normal(size=RATE)).astype(np.float32), RATE)
    parts = (Mfcc(count=40), Chroma(), LogMel(size=2_048, hop=512, bands=128, low=0.0))

    row = Means()(signal)

    assert row.shape == (1, 40 + 12 + 128)
    np.testing.assert_allclose(row[0], np.concatenate([part(signal).mean(axis=0) for part in parts]), rtol=1e-5)


def test_spreads_follow_the_means(generator):
    signal = Signal((0.1 * generator.normal(size=RATE)).astype(np.float32), RATE)
    part = Mfcc(count=5)

    row = Means((part,), spreads=True)(signal)[0]

    np.testing.assert_allclose(row[:5], part(signal).mean(axis=0), rtol=1e-5)
    np.testing.assert_allclose(row[5:], part(signal).std(axis=0), rtol=1e-5)


def test_silence_around_a_voice_changes_its_means_little(generator):
    sound = (0.1 * generator.normal(size=2 * RATE)).astype(np.float32)
    silence = np.zeros(RATE, dtype=np.float32)
    every, alone = Means(heard=1_000.0), Means()

    def apart(feature):
        return np.abs(feature(Signal(np.concatenate([silence, sound, silence]), RATE)) - feature(Signal(sound, RATE))).mean()

    assert apart(alone) < 1
    assert apart(alone) < apart(every) / 10


def test_parts_with_frames_of_their_own_are_refused():
    with pytest.raises(ValueError, match="takes parts with the same"):
        Means((Mfcc(), LogMel()))(Signal(np.zeros(RATE, dtype=np.float32), RATE))
