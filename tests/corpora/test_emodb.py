from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import soundfile

from emofuse.corpora.emodb import EMODB


def small_tree(root: Path) -> Path:
    """Three utterances of two speakers; returns one file."""
    for name in ("wav/03a01Wa.wav", "wav/03b10Fb.flac", "wav/16a05Ac.wav"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        soundfile.write(root / name, np.sin(np.arange(1_600) / 5) / 4, 16_000)
    return root / "wav/03a01Wa.wav"


def test_a_name_says_who_what_and_how(tmp_path):
    small_tree(tmp_path)

    clips = EMODB.clips(tmp_path)

    assert [(clip.id, clip.subject, clip.label) for clip in clips] == [
        ("03a01Wa", "emodb-03", "anger"),
        ("03b10Fb", "emodb-03", "happiness"),
        ("16a05Ac", "emodb-16", "fear"),
    ]
    assert clips[0].facts == {"sentence": "a01", "sex": "male"}
    assert clips[2].facts["sex"] == "female"


def test_files_that_are_no_utterances_are_not_read(tmp_path):
    small_tree(tmp_path)
    for name in ("readme.wav", "03a01Wa.txt", "._03a02Wa.wav"):
        (tmp_path / name).touch()

    assert len(EMODB.clips(tmp_path)) == 3


@pytest.mark.corpus
def test_the_real_corpus_has_its_published_counts(shared):
    clips = EMODB.clips(shared / "emodb")

    assert Counter(clip.label for clip in clips) == {"anger": 127, "happiness": 71, "neutral": 79, "sadness": 62}
    speakers = {clip.subject: clip.facts["sex"] for clip in clips}
    assert sorted(who for who, sex in speakers.items() if sex == "male") == [f"emodb-{n}" for n in ("03", "10", "11", "12", "15")]
    assert len(speakers) == 10
