"""People who are made up as answers: how a recognizer misunderstands them is known."""

import numpy as np
import pytest

from emofuse.adaptation.answers import Answers
from emofuse.calibration import softened
from emofuse.core.labels import LabelSet

LABELS = LabelSet(("anger", "calm", "fear", "sadness"))


@pytest.fixture
def person():
    return _person


@pytest.fixture
def mislabelled():
    return _mislabelled


def _person(
    generator: np.random.Generator,
    *,
    bias=(0.0, 0.0, 0.0, 0.0),
    heard=(0, 1, 2, 3),
    each=6,
    clear=2.0,
    members=1,
    labels=range(4),
    windows=3,
) -> Answers:
    """So many clips of each label; what is shown is heard as `heard` has it, and then `bias` is added.

    Further members hear nothing but noise.
    """
    targets = np.repeat(list(labels), each)
    clips = []
    for target in targets:
        own = clear * np.eye(4)[heard[target]] + 0.7 * generator.normal(size=4) + np.array(bias)
        first = softened(own + 0.3 * generator.normal(size=(windows, 4)), 1.0)
        rest = [softened(2.0 * generator.normal(size=(windows, 4)), 1.0) for _ in range(members - 1)]
        clips.append(np.stack([first, *rest]))
    names = ("voice", "face", "eeg")[:members]
    return Answers(LABELS, names, tuple(clips), targets, tuple(f"{i}.wav" for i in range(len(targets))))


def _mislabelled(answers: Answers, generator: np.random.Generator) -> Answers:
    """The same clips with each other's labels."""
    return Answers(answers.labels, answers.members, answers.clips, generator.permutation(answers.targets), answers.files)
