"""Recognizers whose reasons are known: what they listen to is written into their weights by hand."""

from dataclasses import dataclass

import numpy as np
import pytest
import torch

from emofuse.core.labels import LabelMap
from emofuse.core.modality import Modality
from emofuse.corpora.toy import SAID, TOY
from emofuse.decisions.average import Average
from emofuse.encoders.base import Encoder
from emofuse.ensemble import Ensemble
from emofuse.explanations.occlusion import BANDS
from emofuse.features.vectors import Vectors
from emofuse.fusions.base import Fusion, Output, pooled
from emofuse.network import Network
from emofuse.recipes import toy as recipes
from emofuse.recognizer import NetworkRecognizer

VOCABULARY = tuple(dict.fromkeys(word for line in SAID for word in line))
SAME = LabelMap("toy", TOY.labels)


@dataclass(frozen=True)
class Words:
    """Which words of a vocabulary were said. Shape: (time,) str -> (1, words)."""

    modality: Modality = Modality.TEXT

    def __call__(self, signal):
        return np.array([[float((signal.values == word).sum()) for word in VOCABULARY]], dtype=np.float32)


@dataclass(frozen=True)
class Powers:
    """Power of each channel in each band, as a share of 1,000. Shape: (time, channel) -> (1, channel * band)."""

    modality: Modality = Modality.EEG

    def __call__(self, signal):
        power = np.abs(np.fft.rfft(signal.values, axis=0)) ** 2 / len(signal.values)
        hertz = np.fft.rfftfreq(len(signal.values), 1 / signal.rate)
        rows = [power[(hertz >= low) & (hertz < high)].sum(axis=0) for low, high in BANDS.values()]
        return (np.stack(rows, axis=1).reshape(1, -1) / 1_000).astype(np.float32)


class Passing(Encoder):
    """Gives on what it is given. Shape: (B, T, D) -> the same."""

    def __init__(self, width):
        super().__init__()
        self.takes, self.mid_dim, self.dim = (width,), width, width

    def early(self, x):
        return x


class Written(Fusion):
    """Logits by weights that somebody wrote, {m: (D, C)}."""

    def __init__(self, weights):
        super().__init__()
        self.weights = {m: torch.tensor(w, dtype=torch.float32) for m, w in weights.items()}

    def forward(self, late, present):
        return Output(sum(pooled(late, present)[m] @ w for m, w in self.weights.items()))


class Demanding(Written):
    needs_all = True


def written(name, features, weights, labels=TOY.labels, fusion=Written, **more):
    """A recognizer that multiplies its features by weights, {m: (D, C)}."""
    network = Network({m: Passing(len(w)) for m, w in weights.items()}, fusion(weights))
    return NetworkRecognizer(name, network, features, labels, window=1_000, hop=250, **more)


@pytest.fixture(scope="session")
def reader():
    """Hears happiness in "lovely", a little in "news", and in no other word."""
    weights = np.zeros((len(VOCABULARY), 4))
    weights[VOCABULARY.index("lovely"), 1], weights[VOCABULARY.index("news"), 1] = 3.0, 0.5
    return written("words", {Modality.TEXT: Words()}, {Modality.TEXT: weights})


@pytest.fixture(scope="session")
def brain():
    """Sees sadness in the theta of the third of four channels, and in nothing else."""
    weights = np.zeros((4 * len(BANDS), 4))
    weights[2 * len(BANDS) + list(BANDS).index("theta"), 3] = 2.0
    return written("eeg", {Modality.EEG: Powers()}, {Modality.EEG: weights})


@pytest.fixture(scope="session")
def units():
    """Of five published numbers it goes by the second, against anger, and by the fourth, for it."""
    weights = np.zeros((5, 4))
    weights[1, 0], weights[3, 0] = -1.0, 2.0
    return written("units", {Modality.VIDEO: Vectors("mean", Modality.VIDEO)}, {Modality.VIDEO: weights})


@pytest.fixture(scope="session")
def untaught():
    """Voice, face, and both fused, as they are before they learn: all that explanations promise holds for them, too."""
    torch.manual_seed(0)
    voice, face = (
        NetworkRecognizer(recipe.name, recipe.build(), recipe.features, recipe.labels, window=recipe.window, hop=recipe.hop)
        for recipe in (recipes.voice(), recipes.face())
    )
    return Ensemble([voice, face], Average(), SAME)


@pytest.fixture(scope="session")
def crowd():
    """Goes by 300 numbers that nobody has named."""
    return written("crowd", {Modality.VIDEO: Vectors("mean", Modality.VIDEO)}, {Modality.VIDEO: np.eye(300, 4)})


@pytest.fixture(scope="session")
def demanding():
    """Has no answer without both words and EEG."""
    weights = {Modality.TEXT: np.eye(len(VOCABULARY), 4), Modality.EEG: np.eye(4 * len(BANDS), 4)}
    return written("both", {Modality.TEXT: Words(), Modality.EEG: Powers()}, weights, fusion=Demanding)
