"""Whether a copy is whole: every kind of fault planted once, and a whole copy in which nothing is found."""

import json
from dataclasses import replace
from functools import partial
from pathlib import Path

import av
import numpy as np
import pytest
import soundfile

from emofuse.check import check, files, folder
from emofuse.check.sources import FEW
from emofuse.core.clip import Clip, Signal, Source
from emofuse.core.corpus import Corpus, Published
from emofuse.core.errors import CorpusError, MediaError
from emofuse.core.labels import LabelSet
from emofuse.core.modality import Modality
from emofuse.corpora.toy import TOY
from emofuse.media.sound import read_sound
from emofuse.media.stream import stream

NAMES = tuple(f"{who}-{word}" for who in ("ann", "bob") for word in ("anger", "neutral"))


def find(root: Path):
    """Clips of files such as ann-anger.wav."""
    for file in sorted(root.glob("wav/*.wav")):
        who, word = file.stem.split("-")
        if word == "joy":
            raise CorpusError(f"{file} is not named as it should be. Expected another name; rename it.")
        yield Clip(file.stem, who, word, {Modality.AUDIO: Source(file, read_sound)}, {"sex": "female" if who == "ann" else "male"})


SMALL = Corpus(
    name="small",
    labels=LabelSet(("anger", "neutral")),
    modalities=frozenset({Modality.AUDIO}),
    license="none",
    citation="nobody",
    layout="    wav/ann-anger.wav\n",
    find=find,
    published=Published(
        clips=4,
        people=2,
        labels={"anger": 2, "neutral": 2},
        facts={"sex": {"female": 2, "male": 2}},
        each=2,
        ids=lambda: NAMES,
        source="a table in a paper",
    ),
    beside=("**/*.txt",),
)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A whole copy."""
    (tmp_path / "small" / "wav").mkdir(parents=True)
    for pitch, name in enumerate(NAMES):
        soundfile.write(tmp_path / "small" / "wav" / f"{name}.wav", np.sin(np.arange(1_600) / (3 + pitch)) / 4, 16_000)
    (tmp_path / "small" / "readme.txt").write_text("how it was made")
    return tmp_path / "small"


def test_in_a_whole_copy_nothing_is_found(root):
    checked = check(SMALL, root)

    assert checked.ok
    assert checked.faults == ()
    assert (checked.missing, checked.unexpected, checked.strays, checked.duplicates, checked.packed) == ((), (), (), (), ())
    assert {count.what: (count.found, count.expected) for count in checked.counts} == {
        "clips": (4, 4),
        "people": (2, 2),
        "label anger": (2, 2),
        "label neutral": (2, 2),
        "sex female": (2, 2),
        "sex male": (2, 2),
    }
    assert checked.read["sources read whole"] == 4
    assert checked.text().startswith(f"small in {root}: complete\n")
    assert "4 sources read whole" in checked.text()
    assert "a table in a paper" in checked.text()


def test_what_is_missing_is_named(root):
    (root / "wav" / "bob-anger.wav").unlink()

    checked = check(SMALL, root)

    assert not checked.ok
    assert checked.missing == ("bob-anger",)
    assert checked.uneven == {"bob": 1}
    assert "clips: 3 of 4" in checked.faults
    assert "1 clips are missing" in checked.faults
    assert ["clips", "3", "4", "-1"] in [line.split() for line in checked.text().splitlines()]
    assert "Missing: 1 (bob-anger)" in checked.text()
    assert "Whole in themselves: people, label neutral, sex female." in checked.text()


def test_what_does_not_belong_to_it_is_named(root):
    soundfile.write(root / "wav" / "ann-fear.wav", np.sin(np.arange(1_600) / 11) / 4, 16_000)

    checked = check(SMALL, root)

    assert checked.unexpected == ("ann-fear",)
    assert ("label fear", 1, 0) in [(count.what, count.found, count.expected) for count in checked.counts]


def test_clips_that_go_by_other_names_are_counted_and_no_more(root):
    renamed = replace(SMALL, published=replace(SMALL.published, ids=lambda: ("00", "01", "02", "03")))

    checked = check(renamed, root)

    assert checked.ok
    assert checked.missing == checked.unexpected == ()


@pytest.mark.parametrize(("content", "reason"), [(b"", "is empty"), (b"RIFF" + bytes(100), "not a recording")])
def test_a_file_that_cannot_be_read_is_named_with_its_reason(root, content, reason):
    (root / "wav" / "ann-anger.wav").write_bytes(content)

    checked = check(SMALL, root)

    assert not checked.ok
    ((said, where),) = checked.unreadable.items()
    assert reason in said
    assert where == (f"ann-anger ({root / 'wav' / 'ann-anger.wav'})",)
    assert checked.read["sources read whole"] == 3
    assert f"Unreadable, {said}: 1 (ann-anger" in checked.text()


def test_like_faults_stand_together(root):
    for name in NAMES[:2]:
        (root / "wav" / f"{name}.wav").write_bytes(b"")

    assert [len(where) for where in check(SMALL, root).unreadable.values()] == [2]


def test_the_same_file_under_two_names_is_told_and_does_not_make_a_copy_incomplete(root):
    (root / "wav" / "bob-anger.wav").write_bytes((root / "wav" / "ann-anger.wav").read_bytes())
    (root / "again.txt").write_text("how it was made")

    checked = check(SMALL, root)

    assert checked.duplicates == (("again.txt", "readme.txt"), ("wav/ann-anger.wav", "wav/bob-anger.wav"))
    assert checked.ok
    assert "The same file twice: 2 (again.txt = readme.txt, wav/ann-anger.wav = wav/bob-anger.wav)" in checked.text()


def test_files_of_no_clip_are_told_and_archives_apart_from_them(root):
    for name in ("._readme.txt", ".DS_Store", "wav/ann.mp3", "wav/._ann-anger.wav.part", "all.zip"):
        (root / name).write_text(name)

    checked = check(SMALL, root)

    assert checked.strays == tuple(sorted(("._readme.txt", ".DS_Store", "wav/ann.mp3", "wav/._ann-anger.wav.part")))
    assert checked.packed == ("all.zip",)
    assert checked.ok


def test_a_folder_with_nothing_unpacked_is_described(tmp_path):
    (tmp_path / "Audio.zip").touch()
    (tmp_path / "notes.TXT").touch()

    checked = check(SMALL, tmp_path)

    assert not checked.ok
    assert checked.problem.startswith(f"No small clips under {tmp_path}. Expected a folder like")
    assert "In the folder: 1 .txt, 1 .zip, in 1 folder." in checked.text()
    assert "Archives still packed: 1 (Audio.zip)" in checked.text()


def test_a_folder_that_is_not_there_is_no_complete_copy(tmp_path):
    checked = check(SMALL, tmp_path / "nowhere")

    assert not checked.ok
    assert "In the folder: nothing." in checked.text()


def test_what_a_reader_refuses_is_said(root):
    (root / "wav" / "ann-joy.wav").touch()

    checked = check(SMALL, root)

    assert "ann-joy.wav is not named as it should be" in checked.problem
    assert "5 .wav" in checked.there


def test_json_holds_everything(root):
    (root / "wav" / "bob-anger.wav").unlink()
    checked = check(SMALL, root)

    said = json.loads(json.dumps(checked.as_dict()))

    assert said["ok"] is False
    assert said["missing"] == ["bob-anger"]
    assert said["counts"][0] == {"what": "clips", "found": 3, "expected": 4}
    assert json.loads(json.dumps(check(SMALL, root / "wav").as_dict()))["problem"]


def test_a_corpus_of_which_nobody_says_how_big_it_is_is_fine_when_it_can_be_read(root):
    checked = check(replace(SMALL, published=None), root)

    assert checked.ok
    assert all(count.expected is None for count in checked.counts)


def test_progress_goes_from_source_to_source(root):
    seen = []

    check(SMALL, root, lambda done, total: seen.append((done, total)))

    assert seen == [(4, 4)]


def test_a_corpus_is_found_under_its_name_or_in_the_folder_itself(root):
    assert folder(SMALL, root.parent) == root
    assert folder(SMALL, root) == root
    assert folder(SMALL, root / "wav") == root / "wav" / "small"  # there is nothing; the message will name the folder expected


def test_a_corpus_that_is_made_up_has_no_strays(tmp_path):
    (tmp_path / "a.txt").touch()
    made = replace(TOY, find=lambda root: iter(list(TOY.find(root))[:4]), published=None)

    checked = check(made, tmp_path)

    assert checked.ok
    assert checked.strays == ()


# Quickly


def test_quickly_files_are_opened_and_not_read(root):
    wav = root / "wav" / "ann-anger.wav"
    wav.write_bytes(wav.read_bytes()[:60])  # header and some samples

    checked = check(SMALL, root, quick=True)

    assert checked.read["files opened, not read"] == 4
    assert checked.ok
    assert "4 files opened, not read" in checked.text()


def test_quickly_too_an_empty_file_is_found(root):
    (root / "wav" / "ann-anger.wav").write_bytes(b"")

    assert not check(SMALL, root, quick=True).ok


# Recordings


def film(file: Path, seconds: int) -> Path:
    with av.open(str(file), "w") as container:
        track = container.add_stream("mpeg4", rate=10)
        track.width, track.height, track.pix_fmt = 64, 48, "yuv420p"
        pictures = np.random.default_rng(0).integers(0, 256, size=(10 * seconds, 48, 64), dtype=np.uint8)
        for picture in pictures:
            container.mux(track.encode(av.VideoFrame.from_ndarray(picture, format="gray")))
        container.mux(track.encode())
    return file


def films(root: Path):
    """Clips of films, each with a sound that is not there and a picture."""
    for file in sorted(root.glob("*.mkv")):
        source = Source(file, read_sound, stream)
        yield Clip(file.stem, None, "anger", {Modality.VIDEO: source, Modality.AUDIO: source})


FILMS = replace(SMALL, name="films", find=films, published=None, modalities=frozenset({Modality.AUDIO, Modality.VIDEO}))


def test_a_recording_is_followed_once_and_not_decoded(tmp_path):
    film(tmp_path / "a.mkv", 2)

    checked = check(FILMS, tmp_path)

    assert checked.ok
    assert checked.read["recordings followed from their first packet to their last, not decoded"] == 1


def test_a_recording_that_breaks_off_is_found(tmp_path):
    film(tmp_path / "a.mkv", 3)
    whole = film(tmp_path / "b.mkv", 3).read_bytes()
    (tmp_path / "b.mkv").write_bytes(whole[: len(whole) // 2])

    checked = check(FILMS, tmp_path)

    ((reason, where),) = checked.unreadable.items()
    assert reason.startswith("it breaks off after ")
    assert where == (f"b ({tmp_path / 'b.mkv'})",)


# Features


def row(path: Path, values: tuple[float, ...]) -> Signal:
    return Signal(np.array([values], dtype=np.float32), 1.0)


def test_values_that_are_no_numbers_and_columns_that_say_nothing_are_told_and_kept(tmp_path):
    table = ((1.0, 5.0, 0.0), (2.0, 5.0, 0.0), (np.nan, 5.0, 1.0))
    clips = [
        Clip(str(i), None, "anger", {Modality.EEG: Source(tmp_path / "t", partial(row, values=values))}) for i, values in enumerate(table)
    ]

    checked = check(replace(SMALL, find=lambda root: iter(clips), published=None), tmp_path)

    assert checked.strange == ("2",)
    assert checked.constant == {"eeg": 1}
    assert checked.ok
    assert "1 columns of eeg say the same in every clip." in checked.text()


# Many, in several processes

READERS = """
import os, time
import numpy as np
from emofuse.core.clip import Signal

def read(path):
    if "crash" in path.name:
        os._exit(1)
    if "odd" in path.name:
        raise IndexError("out of range")
    return Signal(np.zeros(4), 1.0)
"""


def many(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, names: list[str]) -> Corpus:
    """A corpus with a reader that other processes can import."""
    (tmp_path / "readers_of_a_test.py").write_text(READERS)
    monkeypatch.syspath_prepend(tmp_path)
    from readers_of_a_test import read

    clips = [Clip(name, None, "anger", {Modality.AUDIO: Source(tmp_path / name, read)}) for name in names]
    return replace(SMALL, find=lambda root: iter(clips), published=None)


@pytest.mark.slow
def test_a_file_that_ends_the_process_which_reads_it_is_named_and_the_others_are_read(tmp_path, monkeypatch):
    names = [f"a{i:03d}" for i in range(3 * FEW)]
    names[70] += "crash"
    names[150] += "odd"

    checked = check(many(tmp_path, monkeypatch, names), tmp_path, workers=2)

    assert checked.unreadable == {
        "it ends the process that reads it": (f"{names[70]} ({tmp_path / names[70]})",),
        "IndexError: out of range": (f"{names[150]} ({tmp_path / names[150]})",),
    }
    assert checked.read["sources read whole"] == 3 * FEW - 2


@pytest.mark.slow
def test_processes_tell_what_one_would(tmp_path, monkeypatch):
    corpus = many(tmp_path, monkeypatch, [f"a{i:03d}" for i in range(2 * FEW)])
    seen: list[tuple[int, int]] = []

    together = check(corpus, tmp_path, lambda done, total: seen.append((done, total)), workers=2)

    assert replace(together, seconds=0) == replace(check(corpus, tmp_path, workers=1), seconds=0)
    assert seen[-1] == (2 * FEW, 2 * FEW)


def test_readers_that_no_other_process_knows_are_called_in_this_one(tmp_path):
    def read(path: Path) -> Signal:
        raise MediaError("it is only read here")

    clips = [Clip(f"{i:03d}", None, "anger", {Modality.AUDIO: Source(tmp_path / "a", read)}) for i in range(2 * FEW)]

    checked = check(replace(SMALL, find=lambda root: iter(clips), published=None), tmp_path, workers=2)

    assert len(checked.unreadable["it is only read here"]) == 2 * FEW


# Files


@pytest.mark.parametrize(
    ("glob", "yes", "no"),
    [
        ("table.json", "table.json", "a/table.json"),
        ("*.csv", "a.csv", "b/a.csv"),
        ("**/*.csv", "b/c/a.csv", "a.csvx"),
        ("a/**/b?", "a/x/y/b1", "a/b"),
        ("[a].txt", "[a].txt", "a.txt"),
    ],
)
def test_patterns_mean_what_they_mean_in_a_shell(glob, yes, no):
    assert files.pattern(glob).fullmatch(yes)
    assert not files.pattern(glob).fullmatch(no)


@pytest.mark.corpus
def test_what_is_here_of_ravdess_can_be_read_and_holds_one_take_twice(shared):
    from emofuse.corpora.ravdess import RAVDESS

    checked = check(RAVDESS, shared / "ravdess", quick=True)

    assert checked.unreadable == {}
    assert checked.duplicates == (("Actor_07/03-01-03-01-02-01-07.flac", "Actor_07/03-01-03-01-02-02-07.flac"),)
    assert ("channel speech", 1_440, 1_440) in [(count.what, count.found, count.expected) for count in checked.counts]


@pytest.mark.corpus
@pytest.mark.slow
def test_the_fer2013_that_is_here_is_complete(shared):
    from emofuse.corpora.fer2013 import FER2013

    checked = check(FER2013, shared / "fer2013")

    assert checked.faults == ()
    assert checked.read["sources read whole"] == 35_887
