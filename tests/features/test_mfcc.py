import librosa
import numpy as np
import pytest

from emofuse.core.clip import Signal
from emofuse.features.audio import Mfcc


@pytest.mark.slow  # librosa compiles for half a minute when it is first called
@pytest.mark.parametrize("samples", [2_048, 57_600])
def test_the_numbers_are_librosas(samples, generator):
    sound = (0.1 * generator.normal(size=samples) * np.linspace(0, 1, samples) ** 3).astype(np.float32)

    ours = Mfcc()(Signal(sound, 16_000))

    theirs = librosa.feature.mfcc(y=sound, sr=16_000, n_mfcc=10, n_fft=2_048, hop_length=512, pad_mode="constant").T
    np.testing.assert_allclose(ours, theirs, atol=2e-2)
