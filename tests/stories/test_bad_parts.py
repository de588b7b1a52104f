"""Transcripts and EEG as they should not be: the reason is said, and voice and face answer as if nothing were."""

import json
import resource
import time
import warnings

import numpy as np
import pytest
from scipy.io import savemat

from emofuse.analysis import Answer, analyze_file
from emofuse.cli import main
from emofuse.exports.base.picture import figure
from emofuse.media.files import Belonging, clip_from_files
from emofuse.run import shipped

pytestmark = [
    pytest.mark.skipif(not {"voice", "face", "eeg-muse"} <= set(shipped()), reason="no weights are shipped yet"),
    pytest.mark.usefixtures("equipped"),
]

GERMAN = "Ich bin so froh, dass du da bist, und das ist nicht die Sache, die ich habe."
TEXTS = {  # what is wrong: (the transcript, what a reader is told; whether its lane answers all the same)
    "longer than the video": (
        ((0, 1_800, "Hello."), (2_000, 9_000, "Joy!"), (600_000, 601_000, "No.")),
        "1 caption after that left out",
        True,
    ),
    "out of order": (
        ((4_000, 5_000, "Why."), (0, 1_800, "Hello."), (2_000, 3_000, "Joy!")),
        "1 caption out of order, the first in line 6",
        True,
    ),
    "another language": (((0, 5_000, GERMAN),), "looks like German; recognizers of text that learnt English", True),
    "nothing but emoji": (((0, 2_000, "😀😀😀"), (3_000, 4_000, "😭")), "2 of 2 utterances are signs without words, such as emoji", True),
    "of another recording": (((3_600_000, 3_602_000, "Far away."),), "first words are at 1:00:00.0", False),
    "only backwards": (((2_000, 1_000, "Hello."),), "ends before it begins", False),
}


@pytest.fixture
def analyzed(visit, text_run, tmp_path, capsys):
    """``emofuse analyze talk.mp4 ...``: the JSON, and what was printed to be read."""

    def run(*options):
        runs = [word for run in ("voice", "face", "eeg-muse", str(text_run)) for word in ("--run", run)]
        out = tmp_path / "out"
        status = main(["analyze", str(visit / "talk.mp4"), *map(str, options), *runs, "--out", str(out), "--format", "json"])
        printed = capsys.readouterr().err
        assert status == 0
        told = json.loads((out / "talk.json").read_text())
        lanes = {lane["name"]: lane["label"] for lane in told["lanes"]}
        assert lanes["fused"]
        assert lanes["voice"]
        assert lanes["face"]
        assert 5_900 <= told["duration"] <= 6_100
        return told, lanes, printed

    return run


def said(told, printed, *pieces):
    """Whether a note has all of these, in the file and in what is printed."""
    return all(any(all(piece in note for piece in pieces) for note in notes) for notes in (told["notes"], printed.split("\n")))


@pytest.mark.parametrize("wrong", TEXTS)
def test_a_transcript_that_is_not_as_it_should_be(analyzed, cues, tmp_path, wrong):
    captions, note, answers = TEXTS[wrong]
    (tmp_path / "said.srt").write_text(cues(*captions))

    told, lanes, printed = analyzed("--text", tmp_path / "said.srt")

    assert said(told, printed, note)
    assert bool(lanes["asswin_text"]) == answers
    if not answers:
        assert said(told, printed, note, "said.srt", "Expected", "The text is left out.")
        assert str(tmp_path) not in json.dumps(told)


def test_emoji_among_words_are_no_matter_and_the_language_is_known(analyzed, cues, tmp_path):
    words = "I love that it is you and not me 😀👍🏽 \u202eevil\u202c\x00"
    (tmp_path / "said.srt").write_text(cues((0, 5_000, words)), encoding="utf-8")

    told, lanes, _ = analyzed("--text", tmp_path / "said.srt")

    assert lanes["asswin_text"]
    assert told["source"]["text_language"] == "English"


@pytest.mark.parametrize("raw", [b"", b"\0" * 4_096, bytes(range(256)) * 16], ids=["empty", "nothing", "no text"])
def test_a_transcript_that_is_none(analyzed, tmp_path, raw):
    (tmp_path / "said.srt").write_bytes(raw)

    told, lanes, printed = analyzed("--text", tmp_path / "said.srt")

    assert said(told, printed, "said.srt", "Expected", "The text is left out.")
    assert lanes["asswin_text"] is None


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["one caption", "plain", "without a stop", "many captions at once"])
def test_a_hundred_thousand_words_are_read_in_a_minute_and_little_memory(analyzed, cues, tmp_path, kind):
    words = "Hello there , what joy . Why , Ann ! " * 10_000
    path = tmp_path / ("said.srt" if "caption" in kind else "said.txt")
    path.write_text(
        {
            "one caption": cues((0, 5_000, words)),
            "plain": words,
            "without a stop": "hello " * 100_000,
            "many captions at once": cues(*((i // 8, 1_500 + i // 8, "Hello there , what joy .") for i in range(20_000))),
        }[kind]
    )
    began, before = time.monotonic(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    _, lanes, _ = analyzed("--text", path)

    assert lanes["asswin_text"]
    assert time.monotonic() - began < 60
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 700_000  # KiB


def table(change, **how):
    """Makes a headband's csv of changed samples."""

    def write(folder, brain, muse):
        values = brain()
        change(values)
        return muse(folder / "worn.csv", values, **how)

    return write


def flat(values):
    values[:, 0] = 800.0


def lost(values):
    values[512:1_024] = np.nan


def loose(values):
    values[:, :3] = 0.0


def volts(values):
    values *= 1e-6


def picovolts(values):
    values *= 1e6


def same(values):
    del values


def nets(folder, brain, muse):
    np.save(folder / "worn.npy", brain(channels=256).astype(np.float32))
    return folder / "worn.npy"


def two(folder, brain, muse):
    return muse(folder / "worn.csv", brain(channels=2), names=("TP9", "TP10"))


def two_others(folder, brain, muse):
    return muse(folder / "worn.csv", brain(channels=2), names=("O1", "O2"))


def slow(folder, brain, muse):
    return muse(folder / "worn.csv", brain(3, rate=256), rate=128)


WORN = {  # what is wrong: (the file, more options, what a reader is told, whether its lane answers all the same)
    "a flat channel": (table(flat), (), ("worn.csv: TP9: flat for 100 % of the time",), True),
    "three loose channels": (table(loose), (), ("no contact: the eeg-muse lane is absent",), False),
    "a gap": (table(lost), (), ("TP9: nothing for 33 % of the time",), True),
    "volts as microvolts": (table(volts), (), ("said to be µV", "they would fit V", "--eeg-unit", "The eeg is left out."), False),
    "volts, as told": (table(volts), ("--eeg-unit", "V"), (), True),
    "microvolts as volts": (table(same), ("--eeg-unit", "V"), ("told to be V", "they would fit µV", "The eeg is left out."), False),
    "in no unit": (table(picovolts), (), ("look at how it was exported", "The eeg is left out."), False),
    "two channels": (two, (), ("the EEG has no AF7, AF8",), True),
    "two others": (two_others, (), ("The EEG lacks TP9, AF7, AF8, TP10; it has O1, O2",), False),
    "256 channels": (nets, ("--eeg-rate", "256"), ("channel 16 and 240 more", "name the channels (--eeg-channels)"), False),
    "no rate": (nets, (), ("does not say how many samples a second", "tell it (--eeg-rate", "The eeg is left out."), False),
    "another rate than told": (table(same), ("--eeg-rate", "500"), ("256.0 samples a second by its times, and 500 are told",), False),
    "no headband's rate": (slow, (), ("makes 220 or 256 samples a second, and not 128",), True),
}


@pytest.mark.parametrize("wrong", WORN)
def test_eeg_that_is_not_as_it_should_be(analyzed, brain, muse, tmp_path, wrong):
    made, options, pieces, answers = WORN[wrong]

    told, lanes, printed = analyzed("--eeg", made(tmp_path, brain, muse), *options)

    assert said(told, printed, *pieces)
    assert bool(lanes["eeg-muse"]) == answers
    assert str(tmp_path) not in json.dumps(told)


@pytest.mark.slow
def test_eeg_half_an_hour_longer_than_the_video_is_cut_and_said(analyzed, brain, muse, tmp_path):
    began = time.monotonic()

    told, lanes, printed = analyzed("--eeg", muse(tmp_path / "worn.csv", brain(1_800)))

    assert said(told, printed, "worn.csv goes on after the recording has ended: what comes then is left out")
    assert lanes["eeg-muse"]
    assert time.monotonic() - began < 60


@pytest.mark.slow
@pytest.mark.parametrize(
    ("unit", "options", "pieces"),
    [
        (b"uV", (), ()),
        (b"V", (), ("said to be V", "they would fit µV", "The eeg is left out.")),
        (b"V", ("--eeg-unit", "uV"), ()),
        (b"uV", ("--eeg-unit", "V"), ("told to be V", "they would fit µV", "The eeg is left out.")),
    ],
)
def test_the_unit_in_a_header_can_be_overruled(analyzed, brain, tmp_path, unit, options, pieces):
    file = edf(tmp_path / "worn.edf", brain(), unit)

    told, lanes, printed = analyzed("--eeg", file, *options)

    assert said(told, printed, *pieces)
    assert bool(lanes["eeg-muse"]) == (not pieces)


@pytest.mark.slow
def test_a_header_that_says_another_rate_is_held_against_what_is_told(analyzed, brain, tmp_path):
    file = edf(tmp_path / "worn.edf", brain(), seconds=b"2")  # of a record: half the rate

    told, lanes, printed = analyzed("--eeg", file, "--eeg-rate", "256")

    assert said(told, printed, "worn.edf says 128 samples a second, and 256 are told", "Expected the same", "The eeg is left out.")
    assert lanes["eeg-muse"] is None
    assert said(*analyzed("--eeg", file)[::2], "worn.edf goes on after the recording has ended")


def edf(path, values, unit=b"uV", seconds=b"1"):
    """As mne writes it, with another unit or length of a record in its header."""
    import mne

    info = mne.create_info(["TP9", "AF7", "AF8", "TP10"], 256, "eeg", verbose="ERROR")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        mne.export.export_raw(path, mne.io.RawArray(values.T / 1e6, info, verbose="ERROR"), physical_range=(-500, 500), verbose="ERROR")
    raw = bytearray(path.read_bytes())
    count = int(raw[252:256])
    for i in range(4):
        place = 256 + count * 96 + 8 * i
        raw[place : place + 8] = unit.ljust(8)
    raw[244:252] = seconds.ljust(8)
    path.write_bytes(raw)
    return path


def test_what_is_said_stands_in_the_picture(visit, text_run, tmp_path, cues, brain, muse):
    (tmp_path / "said.srt").write_text(cues((0, 5_000, GERMAN)))
    values = brain()
    volts(values)
    belonging = Belonging(text=tmp_path / "said.srt", eeg=muse(tmp_path / "worn.csv", values))

    answer = analyze_file(visit / "talk.mp4", run=("voice", "face", "eeg-muse", str(text_run)), belonging=belonging)

    assert isinstance(answer, Answer)
    drawn = " ".join(text.get_text() for text in figure(answer).texts)
    for piece in ("looks like German", "they would fit V", "The eeg is left out", "all lanes counted alike", "calm counts as neutral"):
        assert piece in drawn
    assert "(no emotions)" in " ".join(name.get_text() for name in figure(answer).axes[0].get_yticklabels())


def matlab(name):
    """Writes one crafted file."""
    import h5py

    def five(folder):
        file = folder / "worn.mat"
        values = np.random.default_rng(0).normal(0, 10, (4, 1_536))
        savemat(file, {"a": values, "b": values} if name in ("two arrays", "steering") else {"eeg": values, "fs": 256.0})
        raw = file.read_bytes()
        if name == "cut":
            file.write_bytes(raw[: len(raw) // 2])
        if name == "steering":
            file.write_bytes(raw.replace(b"\x01\x00\x01\x00a\x00\x00\x00", b"\x01\x00\x04\x00\x1b[2J", 1))
        if name == "huge axes":
            file.write_bytes(raw.replace(np.array([4, 1_536], "<i4").tobytes(), np.array([2**31 - 1, 2**31 - 1], "<i4").tobytes(), 1))
        return file

    def seven(folder):
        file = folder / "worn.mat"
        with h5py.File(file, "w") as held:
            if name == "huge":
                held.create_dataset("eeg", shape=(10**12, 8), chunks=(1_024, 8), dtype="f8")
            if name == "packed":
                held.create_dataset("eeg", shape=(60_000_000, 8), chunks=(65_536, 8), dtype="f8", compression="gzip")
            if name == "in itself":
                group = held.create_group("eeg")
                group["eeg"] = group
            if name == "in itself many times":
                reference = h5py.ref_dtype
                cells = [held.create_dataset(f"eeg{i}", shape=(300, 1), dtype=reference) for i in range(12)]
                for one, other in zip(cells, [*cells[1:], cells[-1]], strict=True):
                    one[:] = np.array([[other.ref]] * 300, dtype=reference)
                values = held.create_dataset("end", data=np.zeros((2, 2)))
                cells[-1][:] = np.array([[values.ref]] * 300, dtype=reference)
            if name == "a soft link":
                held["eeg"] = h5py.SoftLink("/etc/hostname")
            if name == "another file":
                held["eeg"] = h5py.ExternalLink(str(folder / "else.mat"), "eeg")
            if name == "numbers elsewhere":
                held.create_dataset("eeg", shape=(16, 4), dtype="u1", external=[("/etc/hostname", 0, 64)])
        return file

    return five if name in ("cut", "two arrays", "steering", "huge axes") else seven


@pytest.mark.parametrize(
    ("name", "piece"),
    [
        ("cut", "cannot be read"),
        ("two arrays", "does not say which of its arrays"),
        ("huge axes", "unpacks to more than"),
        ("huge", "unpacks to more than"),
        ("packed", "unpacks to more than the 0.25 GiB"),
        ("in itself", "structures within each other"),
        ("in itself many times", "stand in others again and again"),
        ("a soft link", "has a link in place of eeg"),
        ("another file", "has a link in place of eeg"),
        ("numbers elsewhere", "in another file"),
    ],
)
def test_a_crafted_matlab_file_is_left_out_and_why_is_said(visit, tmp_path, name, piece):
    file = matlab(name)(tmp_path)

    clip = clip_from_files(visit / "talk.mp4", eeg=file)

    assert set(clip.sources) == {"audio", "video"}
    assert piece in clip.facts["eeg_left_out"]
    assert "worn.mat" in clip.facts["eeg_left_out"]
    assert "Expected" in clip.facts["eeg_left_out"] or "Save only" in clip.facts["eeg_left_out"]


def test_names_in_a_file_do_not_steer_the_terminal(analyzed, tmp_path):
    told, lanes, printed = analyzed("--eeg", matlab("steering")(tmp_path))

    assert "\x1b" not in printed
    assert "It holds ?[2J (4 x 1536), b (4 x 1536)" in printed
    assert lanes["eeg-muse"] is None
    assert any("The eeg is left out." in note for note in told["notes"])


def test_a_bad_part_alone_is_a_failure_with_the_reason(tmp_path, capsys):
    (tmp_path / "said.srt").write_bytes(b"")
    (tmp_path / "worn.edf").write_bytes(b"0       " * 300)

    assert main(["analyze", str(tmp_path / "said.srt")]) == 1
    assert "said.srt is empty. Expected a transcript" in capsys.readouterr().err
    assert main(["analyze", str(tmp_path / "worn.edf")]) == 1
    assert "worn.edf cannot be read as EDF" in capsys.readouterr().err
