from collections import Counter
from pathlib import Path

import av
import numpy as np
import pytest
import soundfile

from emofuse.core.errors import CorpusError
from emofuse.core.modality import Modality
from emofuse.corpora.ravdess import RAVDESS


def sound(file: Path) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(file, np.sin(np.arange(1_600) / 5) / 4, 16_000)
    return file


def film(file: Path) -> Path:
    """A second of changing grey."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with av.open(str(file), "w") as container:
        stream = container.add_stream("mpeg4", rate=10)
        stream.width, stream.height, stream.pix_fmt = 160, 120, "yuv420p"
        for i in range(10):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(np.full((120, 160), 20 * i, dtype=np.uint8), format="gray")))
        container.mux(stream.encode())
    return file


def small_tree(root: Path) -> Path:
    """Three takes of two actors; returns one file."""
    sound(root / "Actor_01" / "03-01-05-02-01-02-01.wav")
    sound(root / "Actor_02" / "03-01-01-01-02-01-02.flac")
    return sound(root / "Actor_02" / "03-01-08-01-02-01-02.flac")


def test_a_name_says_everything(tmp_path):
    small_tree(tmp_path)

    by_id = {clip.id: clip for clip in RAVDESS.clips(tmp_path)}

    clip = by_id["01-05-02-01-02-01"]
    assert (clip.subject, clip.label) == ("01", "anger")
    assert clip.facts == {"intensity": "strong", "statement": "kids are talking by the door", "repetition": "2", "sex": "male"}
    assert by_id["01-01-01-02-01-02"].facts["sex"] == "female"


def test_a_take_is_one_clip_however_many_files_there_are_of_it(tmp_path):
    file = sound(tmp_path / "Actor_01" / "03-01-05-02-01-02-01.wav")
    for front in ("01", "02"):
        file.with_name(front + file.name[2:]).with_suffix(".mp4").touch()

    (clip,) = RAVDESS.clips(tmp_path)

    assert clip.sources[Modality.AUDIO].path == file
    assert clip.sources[Modality.VIDEO].path == file.with_name("01-01-05-02-01-02-01.mp4")


@pytest.mark.parametrize(("front", "has"), [("01", {"audio", "video"}), ("02", {"video"})])
def test_a_take_without_a_sound_file_has_the_sound_of_its_video_if_that_has_any(tmp_path, front, has):
    (tmp_path / "Actor_01").mkdir()
    (tmp_path / "Actor_01" / f"{front}-01-05-02-01-02-01.mp4").touch()

    (clip,) = RAVDESS.clips(tmp_path)

    assert set(clip.sources) == has


def test_faces_are_read_from_the_video(tmp_path, models, monkeypatch):
    monkeypatch.setenv("EMOFUSE_HOME", str(models))
    film(tmp_path / "Actor_01" / "01-01-05-02-01-02-01.mp4")

    faces = RAVDESS.clips(tmp_path)[0].signal(Modality.VIDEO)

    assert faces.values.shape == (5, 48, 48)
    assert not faces.present.any()  # there is nobody in the picture


def test_songs_and_other_files_are_not_read(tmp_path):
    small_tree(tmp_path)
    sound(tmp_path / "Actor_01" / "03-02-05-02-01-02-01.wav")
    (tmp_path / "Actor_01" / "03-01-notes.txt").touch()

    assert len(RAVDESS.clips(tmp_path)) == 3


@pytest.mark.parametrize("stem", ["03-01-09-02-01-02-01", "03-01-05-02-01-02", "03-01-05-02-01-xx-01"])
def test_a_name_that_is_not_of_the_code_is_reported(tmp_path, stem):
    sound(tmp_path / "Actor_01" / f"{stem}.wav")

    with pytest.raises(CorpusError, match=stem):
        RAVDESS.clips(tmp_path)


@pytest.mark.corpus
def test_the_real_corpus_has_its_published_counts(shared):
    clips = RAVDESS.clips(shared / "ravdess")

    assert Counter(clip.label for clip in clips) == {word: 96 if word == "neutral" else 192 for word in RAVDESS.labels}
    assert set(Counter(clip.subject for clip in clips).items()) == {(f"{actor:02d}", 60) for actor in range(1, 25)}
    assert Counter(clip.facts["sex"] for clip in clips) == {"male": 720, "female": 720}


@pytest.mark.corpus
def test_a_real_clip_lasts_some_seconds(shared):
    signal = RAVDESS.clips(shared / "ravdess")[0].signal(Modality.AUDIO)

    assert signal.rate == 16_000
    assert 2_000 < signal.duration < 6_000
