from functools import partial
from pathlib import Path

import numpy as np
import pytest

from emofuse.audit.base import Evidence, Grade, NotLooked
from emofuse.audit.same_files import look
from emofuse.core.clip import Clip, Signal, Source
from emofuse.core.modality import Modality
from emofuse.core.split import Split
from emofuse.corpora.ravdess import RAVDESS


def read(path: Path) -> Signal:
    return Signal(np.frombuffer(path.read_bytes(), dtype=np.uint8), rate=1.0)


def clip(path: Path, content: bytes, who: str | None = "ann", label: str = "fear") -> Clip:
    path.write_bytes(content)
    return Clip(path.stem, who, label, {Modality.AUDIO: Source(path, read)})


def test_a_file_under_another_name_is_found_in_test_and_train(tmp_path):
    clips = [clip(tmp_path / f"{name}.wav", content) for name, content in zip("abcd", (b"one", b"two", b"one", b"six"), strict=True)]
    split = Split("s", (clips[0], clips[1]), (), (clips[2], clips[3]))

    (finding,) = look(Evidence("x", tuple(clips), (split,)))

    assert (finding.trap, finding.grade, finding.count, finding.rows) == ("T3", Grade.BROKEN, 1, (("c", "a"),))
    assert "1 of 2 test clips" in finding.says


def test_few_copies_among_many_inflate_and_do_not_break(tmp_path):
    clips = [clip(tmp_path / f"{i:02d}.wav", b"%02d" % i) for i in range(30)]
    copy = clip(tmp_path / "copy.wav", b"03")
    split = Split("s", tuple(clips[:10]), (), (*clips[10:], copy))

    (finding,) = look(Evidence("x", (*clips, copy), (split,)))

    assert finding.grade == Grade.INFLATED


def test_a_copy_in_valid_flatters_what_is_chosen_there(tmp_path):
    clips = [clip(tmp_path / f"{name}.wav", content) for name, content in zip("abc", (b"one", b"one", b"six"), strict=True)]
    split = Split("s", clips[:1], clips[1:2], clips[2:])

    (finding,) = look(Evidence("x", tuple(clips), (split,)))

    assert (finding.title, finding.rows) == ("the same file in train and valid", (("b", "a"),))


def test_one_file_under_two_people_is_broken_wherever_it_stands(tmp_path):
    clips = (clip(tmp_path / "a.wav", b"one", "ann"), clip(tmp_path / "b.wav", b"one", "bob"), clip(tmp_path / "c.wav", b"six"))

    (finding,) = look(Evidence("x", clips))

    assert (finding.grade, finding.title) == (Grade.BROKEN, "the same file under two people")
    assert "a (ann) and b (bob)" in finding.says


def test_a_copy_of_nobody_does_not_hide_the_two_people(tmp_path):
    clips = tuple(clip(tmp_path / f"{name}.wav", b"one", who) for name, who in zip("abc", (None, "ann", "bob"), strict=True))

    (finding,) = look(Evidence("x", clips))

    assert "b (ann) and c (bob)" in finding.says


def test_copies_within_a_part_are_told_and_move_no_figure(tmp_path):
    clips = (clip(tmp_path / "a.wav", b"one"), clip(tmp_path / "b.wav", b"one", label="anger"), clip(tmp_path / "c.wav", b"six"))

    (finding,) = look(Evidence("x", clips, (Split("s", clips[:2], (), clips[2:]),)))

    assert (finding.grade, finding.title, finding.rows) == (Grade.FINE, "the same file twice in one part", (("a", "b"),))
    assert "1 groups carry several labels" in finding.says


def test_files_of_one_size_and_empty_ones_are_no_copies(tmp_path):
    clips = tuple(clip(tmp_path / f"{name}.wav", content) for name, content in zip("abcd", (b"one", b"two", b"", b""), strict=True))

    assert look(Evidence("x", clips)) == []


def test_clips_cut_from_one_file_have_no_file_of_their_own(tmp_path):
    table = tmp_path / "table.bin"
    table.write_bytes(b"one")
    clips = tuple(Clip(str(i), None, None, {Modality.AUDIO: Source(table, partial(read))}) for i in range(2))

    with pytest.raises(NotLooked):
        look(Evidence("x", clips))


def test_sound_and_picture_out_of_one_file_are_one_clip(tmp_path):
    video = tmp_path / "a.mp4"
    both = Clip("a", "ann", None, {Modality.AUDIO: Source(video, read), Modality.VIDEO: Source(video, read)})
    video.write_bytes(b"one")

    (finding,) = look(Evidence("x", (both, clip(tmp_path / "b.mp4", b"one"))))

    assert (finding.count, finding.rows) == (1, (("a", "b"),))


@pytest.mark.corpus
def test_ravdess_holds_one_take_twice(shared):
    (finding,) = look(Evidence("ravdess", RAVDESS.clips(shared / "ravdess")))

    assert finding.rows == (("01-03-01-02-01-07", "01-03-01-02-02-07"),)
