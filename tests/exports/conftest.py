"""One timeline by hand, with doubt and absence, that every format must tell alike."""

import numpy as np
import pytest

from emofuse.core.labels import COMMON_SEVEN, LabelSet
from emofuse.core.segment import Segment
from emofuse.core.timeline import Timeline

EIGHT = LabelSet(("anger", "calm", "disgust", "fear", "happiness", "neutral", "sadness", "surprise"))
DURATION = 12_345


def lane(name, labels, hop, said, **more):
    """Answers `hop` ms apart: a word is sure, two words are in doubt, (words) are why there is none."""
    segments = tuple(Segment(i * hop, (i + 1) * hop) for i in range(len(said)))
    scores = np.full((len(said), len(labels)), 0.02, dtype=np.float32)
    absent = []
    for row, words in zip(scores, said, strict=True):
        absent.append(words[1:-1] if words.startswith("(") else None)
        chosen = [] if absent[-1] else words.split()
        for word, share in zip(chosen, (1.0,) if len(chosen) == 1 else (0.52, 0.48), strict=False):
            row[labels.index(word)] += share * (1 - row.sum()) if len(chosen) == 1 else share * (1 - 0.02 * len(labels))
        if absent[-1]:
            row[:] = np.nan
    return Timeline(name, labels, segments, scores, DURATION, tuple(absent), 0.1, **more)


@pytest.fixture(scope="session")
def timeline():
    face = lane("face", COMMON_SEVEN, 200, ["happiness"] * 20 + ["(no face)"] * 20 + ["anger sadness"] * 22)
    voice = lane("voice", EIGHT, 500, ["calm"] * 10 + ["(silence)"] * 10 + ["fear"] * 5)
    fused = ["happiness"] * 20 + ["neutral"] * 5 + ["(no face, silence)"] * 15 + ["anger sadness"] * 10 + ["fear"] * 12
    return lane(
        "fused",
        COMMON_SEVEN,
        200,
        fused,
        members=(face, voice),
        notes=("no face for 32 % of the time", "a --> b & <c>"),
        facts={
            "source": "/home/someone/the talk & more.mp4",
            "media": {"duration": "12345", "sound": "aac"},
            "models": [{"name": "face", "sha256": "ab" * 32, "figure": float("nan")}, {"name": "voice", "sha256": "cd" * 32}],
            "emofuse": "0.1.0",
        },
    )


@pytest.fixture(scope="session")
def nothing():
    """A clip in which nobody could be judged."""
    return lane("voice", EIGHT, DURATION, ["(silence)"])
