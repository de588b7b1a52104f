from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from emofuse.core.modality import Modality
from emofuse.corpora.toy import DURATION, PEOPLE, RHYTHMS, TONES, TOY, WORDS


def small_tree(root: Path) -> None:
    """Toy clips need no folder."""


def test_toy_needs_no_folder():
    clips = TOY.clips(Path("nowhere at all"))

    assert Counter(clip.label for clip in clips) == dict.fromkeys(WORDS, 18)
    assert Counter(clip.subject for clip in clips) == dict.fromkeys(PEOPLE, 12)


@pytest.mark.parametrize("m", Modality)
def test_a_clip_is_the_same_each_time_and_unlike_the_others(m):
    first, second = TOY.clips(Path())[:2]

    once, again, other = first.signal(m), first.signal(m), second.signal(m)

    np.testing.assert_array_equal(once.values, again.values)
    assert once.duration == DURATION * 1_000
    assert m is Modality.TEXT or not np.array_equal(once.values, other.values)


@pytest.mark.parametrize(("m", "frequencies"), [(Modality.AUDIO, TONES), (Modality.EEG, RHYTHMS)])
def test_sound_and_eeg_sway_as_fast_as_their_label_says(m, frequencies):
    for clip in TOY.clips(Path())[::5]:
        signal = clip.signal(m)
        power = np.abs(np.fft.rfft(signal.values, axis=0)) ** 2
        strongest = power.reshape(len(power), -1).sum(axis=1)[1:].argmax() + 1

        hertz = strongest * signal.rate / len(signal.values)

        assert min(range(4), key=lambda i: abs(np.log(frequencies[i] / hertz))) == WORDS.index(clip.label)


def test_stripes_differ_more_between_labels_than_within():
    spectra = {}
    for clip in TOY.clips(Path()):
        faces = clip.signal(Modality.VIDEO).values.astype(float)
        assert faces.shape == (6, 48, 48)
        spectrum = np.abs(np.fft.rfft2(faces - faces.mean(axis=(1, 2), keepdims=True))).mean(axis=0)
        spectra.setdefault(clip.label, []).append(spectrum.argmax())

    assert len({max(set(peaks), key=peaks.count) for peaks in spectra.values()}) == 4
