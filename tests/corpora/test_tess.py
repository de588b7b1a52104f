from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import soundfile

from emofuse.core.modality import Modality
from emofuse.corpora.tess import AGES, CODES, TESS, WORDS, expected


def sound(file: Path) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(file, np.sin(np.arange(2_441) / 5) / 4, 24_414)
    return file


def small_tree(root: Path) -> Path:
    """Three words of two actresses, one of them misnamed as published; returns one file."""
    sound(root / "OAF_angry" / "OAF_back_angry.wav")
    sound(root / "OAF_neutral" / "OA_bite_neutral.wav")
    return sound(root / "YAF_pleasant_surprised" / "YAF_youth_ps.wav")


def test_a_name_says_who_what_and_how(tmp_path):
    small_tree(tmp_path)

    clips = TESS.clips(tmp_path)

    assert [(clip.id, clip.subject, clip.label) for clip in clips] == [
        ("OAF_back_angry", "tess-OAF", "anger"),
        ("OAF_bite_neutral", "tess-OAF", "neutral"),
        ("YAF_youth_ps", "tess-YAF", "surprise"),
    ]
    assert clips[0].facts == {"sentence": "say the word back", "sex": "female", "age": "64"}
    assert clips[2].facts["age"] == "26"


def test_a_second_copy_of_the_folder_counts_for_nothing(tmp_path):
    small_tree(tmp_path)
    once = TESS.clips(tmp_path)
    small_tree(tmp_path / "TESS Toronto emotional speech set data")

    twice = TESS.clips(tmp_path)

    assert [clip.sources[Modality.AUDIO].path for clip in twice] == [clip.sources[Modality.AUDIO].path for clip in once]


@pytest.mark.parametrize("name", ["OAF_back_bored.wav", "MAF_back_angry.wav", "._OAF_back_sad.wav", "OAF_back_sad.txt"])
def test_other_files_are_not_read(tmp_path, name):
    small_tree(tmp_path)
    (tmp_path / name).touch()

    assert len(TESS.clips(tmp_path)) == 3


def test_the_published_ids_are_those_of_the_published_counts():
    speakers, _, emotions = zip(*(name.split("_") for name in expected()), strict=True)

    published = TESS.published
    assert len(set(expected())) == published.clips
    assert Counter(CODES[emotion] for emotion in emotions) == published.labels
    assert Counter(speakers) == dict.fromkeys(AGES, published.each)
    assert len(AGES) == published.people


def test_there_are_two_hundred_words_each_once():
    assert len(set(WORDS)) == len(WORDS) == 200
    # The 29th, 58th and 186th by the alphabet, as the published list of files has them.
    assert [sorted(WORDS)[i] for i in (28, 57, 185)] == ["death", "hate", "walk"]
