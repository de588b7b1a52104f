from collections import Counter
from pathlib import Path

import av
import numpy as np
import pytest
import soundfile

from emofuse.core.errors import CorpusError
from emofuse.core.modality import Modality
from emofuse.corpora.cremad import CREMAD

PEOPLE = '"ActorID","Age","Sex","Race","Ethnicity"\n1001,51,"Male","Caucasian","Not Hispanic"\n1040,42,"Male","Caucasian","Not Hispanic"\n'


def sound(file: Path) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(file, np.sin(np.arange(1_600) / 5) / 4, 16_000)
    return file


def film(file: Path) -> Path:
    """Two fifths of a second of changing grey."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with av.open(str(file), "w") as container:
        stream = container.add_stream("mpeg4", rate=10)
        stream.width, stream.height, stream.pix_fmt = 80, 64, "yuv420p"
        for i in range(4):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(np.full((64, 80), 20 * i, dtype=np.uint8), format="gray")))
        container.mux(stream.encode())
    return file


def small_tree(root: Path) -> Path:
    """Three utterances of two actors, one filmed, one misnamed as published; returns one sound."""
    sound(root / "AudioWAV" / "1040_ITH_SAD_X.wav")
    sound(root / "AudioWAV" / "1001_IEO_HAP_LO.wav")
    film(root / "VideoMP4" / "1001_DFA_ANG_XX.mp4")
    (root / "VideoDemographics.csv").write_text(PEOPLE, encoding="utf-8")
    return sound(root / "AudioWAV" / "1001_DFA_ANG_XX.wav")


def test_a_name_says_who_what_and_how_and_the_table_says_who_that_is(tmp_path):
    small_tree(tmp_path)

    clips = CREMAD.clips(tmp_path)

    assert [(clip.id, clip.subject, clip.label) for clip in clips] == [
        ("1001_DFA_ANG_XX", "cremad-1001", "anger"),
        ("1001_IEO_HAP_LO", "cremad-1001", "happiness"),
        ("1040_ITH_SAD_XX", "cremad-1040", "sadness"),
    ]
    assert clips[0].facts == {
        "sentence": "don't forget a jacket",
        "intensity": "unspecified",
        "sex": "male",
        "age": "51",
        "race": "caucasian",
        "ethnicity": "not hispanic",
    }
    assert clips[1].facts["intensity"] == "low"
    assert [set(clip.sources) for clip in clips] == [{"audio", "video"}, {"audio"}, {"audio"}]


def test_without_the_table_nobody_says_who_the_actors_are(tmp_path):
    small_tree(tmp_path)
    (tmp_path / "VideoDemographics.csv").unlink()

    assert set(CREMAD.clips(tmp_path)[0].facts) == {"sentence", "intensity"}


def test_of_several_copies_of_a_sound_the_uncompressed_one_is_read(tmp_path):
    file = sound(tmp_path / "AudioWAV" / "1001_DFA_ANG_XX.wav")
    for copy in ("AudioMP3/1001_DFA_ANG_XX.mp3", "again/AudioWAV/1001_DFA_ANG_XX.wav"):
        (tmp_path / copy).parent.mkdir(parents=True)
        (tmp_path / copy).touch()

    (clip,) = CREMAD.clips(tmp_path)

    assert clip.sources[Modality.AUDIO].path == file


def test_a_clip_without_a_sound_file_has_the_sound_of_its_video(tmp_path):
    file = film(tmp_path / "VideoMP4" / "1001_DFA_ANG_XX.mp4")

    (clip,) = CREMAD.clips(tmp_path)

    assert {m: source.path for m, source in clip.sources.items()} == {Modality.AUDIO: file, Modality.VIDEO: file}


@pytest.mark.parametrize("name", ["AudioWAV/._1001_DFA_ANG_XX.wav", "VideoFlash/1001_DFA_ANG_XX.flv", "AudioWAV/1001.wav"])
def test_other_files_are_not_read(tmp_path, name):
    small_tree(tmp_path)
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).touch()

    assert len(CREMAD.clips(tmp_path)) == 3


@pytest.mark.parametrize("stem", ["1001_ABC_ANG_XX", "1001_DFA_JOY_XX"])
def test_a_sentence_or_an_emotion_that_nobody_knows_is_refused(tmp_path, stem):
    sound(tmp_path / "AudioWAV" / f"{stem}.wav")

    with pytest.raises(CorpusError, match=stem):
        CREMAD.clips(tmp_path)


def test_a_table_without_a_column_is_refused(tmp_path):
    small_tree(tmp_path)
    (tmp_path / "VideoDemographics.csv").write_text("ActorID,Age,Race\n1001,51,Caucasian\n", encoding="utf-8")

    with pytest.raises(CorpusError, match="has no column Ethnicity, Sex"):
        CREMAD.clips(tmp_path)


def test_an_actor_whom_the_table_does_not_have_is_refused(tmp_path):
    small_tree(tmp_path)
    sound(tmp_path / "AudioWAV" / "1002_DFA_ANG_XX.wav")

    with pytest.raises(CorpusError, match="no row for actor 1002"):
        CREMAD.clips(tmp_path)


def test_the_published_counts_agree_with_each_other():
    published = CREMAD.published

    assert sum(published.labels.values()) == published.clips
    assert set(published.labels) == set(CREMAD.labels)
    # Five emotions in twelve sentences, one of them at three intensities, and neutral: the rest was never published.
    whole = Counter({word: published.people * (12 if word == "neutral" else 14) for word in CREMAD.labels})
    assert (whole - Counter(published.labels)).total() == 20
