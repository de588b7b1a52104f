from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import soundfile

from emofuse.core.modality import Modality
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
    assert clips[0].facts == {"sentence": "a01", "sex": "male", "part": "train"}
    assert clips[2].facts == {"sentence": "a05", "sex": "female", "part": "test"}


def test_files_that_are_no_utterances_are_not_read(tmp_path):
    small_tree(tmp_path)
    for name in ("readme.wav", "03a01Wa.txt", "._03a02Wa.wav"):
        (tmp_path / name).touch()

    assert len(EMODB.clips(tmp_path)) == 3


def test_a_second_copy_of_a_file_counts_for_nothing(tmp_path):
    file = small_tree(tmp_path)
    copy = tmp_path / "again" / "wav" / file.name
    copy.parent.mkdir(parents=True)
    copy.write_bytes(file.read_bytes())

    (clip,) = (clip for clip in EMODB.clips(tmp_path) if clip.id == file.stem)

    assert clip.sources[Modality.AUDIO].path == file


def test_the_published_counts_agree_with_each_other():
    published = EMODB.published

    assert {sum(published.labels.values()), *(sum(counts.values()) for counts in published.facts.values())} == {published.clips}
    assert set(published.labels) == set(EMODB.labels)


@pytest.mark.corpus
def test_the_four_classes_that_are_here_have_their_published_counts(shared):
    clips = EMODB.clips(shared / "emodb")

    counts = Counter(clip.label for clip in clips)
    assert counts == {word: EMODB.published.labels[word] for word in ("anger", "happiness", "neutral", "sadness")}
    assert counts.total() == 339
    speakers = {clip.subject: clip.facts["sex"] for clip in clips}
    assert sorted(who for who, sex in speakers.items() if sex == "male") == [f"emodb-{n}" for n in ("03", "10", "11", "12", "15")]
    assert len(speakers) == 10
