from collections import Counter
from pathlib import Path

import av
import numpy as np
import pytest
import soundfile

from emofuse.core.errors import CorpusError
from emofuse.core.modality import Modality
from emofuse.corpora.ravdess import CHANNELS, CODES, RAVDESS, expected

SEXES = {"male": 1, "female": 0}  # the remainder of an actor's number


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


def seen(file: Path) -> Path:
    """A second of a face that can be found: the public-domain portrait of `emofuse.demo`."""
    from emofuse.demo import portrait

    file.parent.mkdir(parents=True, exist_ok=True)
    grey = np.ascontiguousarray(portrait()[:240, 64:384].mean(axis=2).astype(np.uint8))
    with av.open(str(file), "w") as container:
        stream = container.add_stream("mpeg4", rate=10)
        stream.width, stream.height, stream.pix_fmt = 320, 240, "yuv420p"
        for _ in range(10):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(grey, format="gray")))
        container.mux(stream.encode())
    return file


def sum_by(counted: Counter, field: int) -> Counter:
    """Counts by one of the fields of their keys."""
    totals = Counter()
    for key, count in counted.items():
        totals[key[field]] += count
    return totals


def small_tree(root: Path) -> Path:
    """Three takes of two actors, two of them with their videos; returns one file."""
    sound(root / "Actor_01" / "03-01-05-02-01-02-01.wav")
    seen(root / "Actor_01" / "01-01-05-02-01-02-01.mp4")
    sound(root / "Actor_02" / "03-01-01-01-02-01-02.flac")
    seen(root / "Actor_02" / "02-01-01-01-02-01-02.mp4")
    return sound(root / "Actor_02" / "03-01-08-01-02-01-02.flac")


def test_a_name_says_everything(tmp_path):
    small_tree(tmp_path)

    by_id = {clip.id: clip for clip in RAVDESS.clips(tmp_path)}

    clip = by_id["01-05-02-01-02-01"]
    assert (clip.subject, clip.label) == ("01", "anger")
    assert clip.facts == {
        "channel": "speech",
        "intensity": "strong",
        "sentence": "kids are talking by the door",
        "repetition": "2",
        "sex": "male",
    }
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


def test_songs_are_told_from_speech(tmp_path):
    small_tree(tmp_path)
    sound(tmp_path / "Actor_01" / "03-02-05-02-01-02-01.wav")

    clips = RAVDESS.clips(tmp_path)

    assert [clip.id for clip in clips if clip.facts["channel"] == "song"] == ["02-05-02-01-02-01"]
    assert len(clips) == 4


def test_other_files_are_not_read(tmp_path):
    small_tree(tmp_path)
    for name in ("03-01-notes.txt", "._03-01-05-02-01-02-01.wav"):
        (tmp_path / "Actor_01" / name).touch()

    assert len(RAVDESS.clips(tmp_path)) == 3


def test_a_second_copy_of_the_folder_counts_for_nothing(tmp_path):
    small_tree(tmp_path)
    once = RAVDESS.clips(tmp_path)
    small_tree(tmp_path / "audio_speech_actors_01-24")

    twice = RAVDESS.clips(tmp_path)

    assert [clip.sources[Modality.AUDIO].path for clip in twice] == [clip.sources[Modality.AUDIO].path for clip in once]


def test_each_archive_may_have_a_folder_of_its_own(tmp_path):
    spoken = sound(tmp_path / "Audio_Speech_Actors_01-24" / "Actor_01" / "03-01-05-02-01-02-01.wav")
    (tmp_path / "Video_Speech_Actor_01" / "Actor_01").mkdir(parents=True)
    filmed = tmp_path / "Video_Speech_Actor_01" / "Actor_01" / "02-01-05-02-01-02-01.mp4"
    filmed.touch()

    (clip,) = RAVDESS.clips(tmp_path)

    assert {m: source.path for m, source in clip.sources.items()} == {Modality.AUDIO: spoken, Modality.VIDEO: filmed}


def test_the_published_ids_are_those_of_the_published_counts():
    counted = Counter((CHANNELS[channel], CODES[emotion], actor) for channel, emotion, *_, actor in (i.split("-") for i in expected()))

    published = RAVDESS.published
    assert counted.total() == len(set(expected())) == published.clips
    assert sum_by(counted, 0) == published.facts["channel"]
    assert sum_by(counted, 1) == published.labels
    assert sum_by(counted, 2) == {f"{actor:02d}": 60 if actor == 18 else 104 for actor in range(1, 25)}
    assert published.facts["sex"] == {sex: sum(n for (*_, a), n in counted.items() if int(a) % 2 == odd) for sex, odd in SEXES.items()}


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
    assert [clip.id for clip in clips] == sorted(name for name in expected() if name.startswith("01-"))


@pytest.mark.corpus
def test_a_real_clip_lasts_some_seconds(shared):
    signal = RAVDESS.clips(shared / "ravdess")[0].signal(Modality.AUDIO)

    assert signal.rate == 16_000
    assert 2_000 < signal.duration < 6_000


@pytest.mark.corpus
def test_a_copy_as_flac_really_has_one_take_twice(shared):
    takes = {clip.id: clip for clip in RAVDESS.clips(shared / "ravdess") if clip.subject == "07"}
    if takes["01-03-01-02-01-07"].sources[Modality.AUDIO].path.suffix != ".flac":
        pytest.skip("the copy is not the one of which the data sheet speaks")

    sounds: dict[bytes, list[str]] = {}
    for name, clip in takes.items():
        sounds.setdefault(clip.signal(Modality.AUDIO).values.tobytes(), []).append(name)

    assert [names for names in sounds.values() if len(names) > 1] == [["01-03-01-02-01-07", "01-03-01-02-02-07"]]
