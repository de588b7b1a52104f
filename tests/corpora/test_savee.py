from collections import Counter
from pathlib import Path

import av
import numpy as np
import pytest
import soundfile

from emofuse.core.modality import Modality
from emofuse.corpora.savee import SAVEE, expected


def sound(file: Path) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(file, np.sin(np.arange(4_410) / 5) / 4, 44_100)
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
    """Three sentences of two speakers, one of them filmed; returns a sound of the other's."""
    sound(root / "AudioData" / "DC" / "a01.wav")
    film(root / "AudioVisualClip" / "DC" / "a01.avi")
    sound(root / "AudioData" / "KL" / "su15.wav")
    (root / "AudioData" / "Info.txt").write_text("Speakers: DC, JE, JK, KL")
    return sound(root / "AudioData" / "KL" / "n30.wav")


def test_a_folder_says_who_and_a_name_says_what(tmp_path):
    small_tree(tmp_path)

    clips = SAVEE.clips(tmp_path)

    assert [(clip.id, clip.subject, clip.label) for clip in clips] == [
        ("DC_a01", "savee-DC", "anger"),
        ("KL_n30", "savee-KL", "neutral"),
        ("KL_su15", "savee-KL", "surprise"),
    ]
    assert clips[0].facts == {"sentence": "a01", "sex": "male"}
    assert [set(clip.sources) for clip in clips] == [{"audio", "video"}, {"audio"}, {"audio"}]


def test_sadness_and_surprise_are_told_from_each_other(tmp_path):
    for name in ("sa01.wav", "su01.wav"):
        sound(tmp_path / "AudioData" / "JE" / name)

    assert [clip.label for clip in SAVEE.clips(tmp_path)] == ["sadness", "surprise"]


def test_all_sounds_in_one_folder_are_the_same_clips(tmp_path):
    small_tree(tmp_path / "published")
    sound(tmp_path / "flat" / "ALL" / "DC_a01.wav")

    (clip,) = SAVEE.clips(tmp_path / "flat")

    assert (clip.id, clip.subject) == ("DC_a01", "savee-DC")
    assert len(SAVEE.clips(tmp_path)) == 3


def test_a_clip_without_a_sound_file_has_the_sound_of_its_video(tmp_path):
    file = film(tmp_path / "AudioVisualClip" / "DC" / "a01.avi")

    (clip,) = SAVEE.clips(tmp_path)

    assert {m: source.path for m, source in clip.sources.items()} == {Modality.AUDIO: file, Modality.VIDEO: file}


@pytest.mark.parametrize("name", ["AudioData/XX/a01.wav", "AudioData/DC/b01.wav", "AudioData/DC/._a01.wav", "AudioData/DC/a01.txt"])
def test_other_files_are_not_read(tmp_path, name):
    small_tree(tmp_path)
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).touch()

    assert len(SAVEE.clips(tmp_path)) == 3


def test_the_published_ids_are_those_of_the_published_counts(tmp_path):
    for name in expected():
        file = tmp_path / f"{name}.wav"
        file.touch()

    clips = SAVEE.clips(tmp_path)

    published = SAVEE.published
    assert len(clips) == published.clips
    assert Counter(clip.label for clip in clips) == published.labels
    assert set(Counter(clip.subject for clip in clips).values()) == {published.each}
    assert len({clip.subject for clip in clips}) == published.people
