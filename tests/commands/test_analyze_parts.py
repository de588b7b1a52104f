"""Sound, transcript and EEG beside a recording, through the command."""

import json
import re

import numpy as np
import pytest
import soundfile

import emofuse
from emofuse.analysis import analyze_files
from emofuse.cli import main
from emofuse.core.errors import MediaError, UnknownName
from emofuse.core.modality import Modality
from emofuse.media.files import Belonging

RATE = 16_000


@pytest.fixture(scope="module")
def visit(tmp_path_factory):
    """Ten seconds of a sound, the same two seconds later as a file of its own, and a small EEG of Muse's."""
    folder = tmp_path_factory.mktemp("visit")
    random = np.random.default_rng(1)
    loud = np.repeat(random.uniform(0, 1, 80) ** 3, RATE // 8)
    sound = (0.3 * loud * random.standard_normal(len(loud))).astype(np.float32)
    soundfile.write(folder / "visit.wav", sound, RATE)
    soundfile.write(folder / "close.wav", sound[2 * RATE :], RATE)
    rows = 60 * np.sin(np.arange(256 * 14)[:, None] * np.linspace(0.15, 0.4, 4)) + random.normal(0, 5, (256 * 14, 4))
    table = "\n".join(f"{i / 256:.6f},{','.join(f'{x:.3f}' for x in row)}" for i, row in enumerate(rows))
    (folder / "visit.csv").write_text(f"timestamps,TP9,AF7,AF8,TP10\n{table}\n")
    still = "\n".join(f"{i / 256:.6f},800,{','.join(f'{x:.3f}' for x in row[1:])}" for i, row in enumerate(rows))
    (folder / "flat.csv").write_text(f"timestamps,TP9,AF7,AF8,TP10\n{still}\n")
    return folder


def said(folder):
    """The JSON that the command left."""
    (path,) = folder.glob("*.json")
    return json.loads(path.read_text())


def test_a_sound_of_its_own_is_put_in_its_place_by_ear(visit, tmp_path, capsys):
    arguments = ["analyze", str(visit / "visit.wav"), "--audio", str(visit / "close.wav"), "--offset", "audio=auto"]

    assert main([*arguments, "--out", str(tmp_path), "--format", "json"]) == 0

    told = said(tmp_path)
    assert abs(int(told["source"]["offset_audio"]) - 2_000) <= 10
    assert any("close.wav: put +2.0" in note for note in told["notes"])
    assert "put +2.0" in capsys.readouterr().err


def test_eeg_that_goes_on_is_cut_and_said(visit, tmp_path):
    assert main(["analyze", str(visit / "visit.wav"), "--eeg", str(visit / "visit.csv"), "--out", str(tmp_path), "--format", "json"]) == 0

    told = said(tmp_path)
    assert told["duration"] == 10_000
    assert any("visit.csv goes on after the recording has ended" in note for note in told["notes"])


def test_a_run_that_does_not_listen_to_what_was_named_says_so(visit, tmp_path):
    arguments = ["analyze", str(visit / "visit.wav"), "--run", "voice", "--eeg", str(visit / "visit.csv")]

    assert main([*arguments, "--out", str(tmp_path), "--format", "json"]) == 0

    assert "voice does not listen to eeg: visit.csv was not read" in said(tmp_path)["notes"]


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        (["--offset", "video=1"], 1, "audio=SECONDS"),
        (["--offset", "eeg=auto"], 1, "audio=SECONDS"),
        (["--offset", "eeg=abc"], 1, "--offset eeg=abc cannot be read: 'abc' is no number. Expected seconds by which it is later"),
        (["--offset", "audio=nan"], 1, "such as audio=3.5, or audio=auto; type --offset audio=3.5"),
        (["--eeg-rate", "fast"], 1, "--eeg-rate fast cannot be read: 'fast' is no number. Expected samples a second"),
        (["--eeg", "no.edf"], 1, "no.edf"),
        (["--transcribe", "no-whisper"], 1, "no-whisper"),
        (["--language", "xx"], 1, "'xx' is no language that is known here. Expected one of the codes ar, "),
    ],
)
def test_what_cannot_be_is_said(visit, arguments, status, message, capsys):
    assert main(["analyze", str(visit / "visit.wav"), *arguments]) == status
    assert message in capsys.readouterr().err


def test_eeg_that_cannot_be_used_is_left_out_and_the_rest_is_answered(visit, tmp_path, capsys):
    np.save(tmp_path / "brain.npy", np.zeros((2_000, 4), dtype=np.float32))

    status = main(["analyze", str(visit / "visit.wav"), "--eeg", str(tmp_path / "brain.npy"), "--out", str(tmp_path), "--format", "json"])

    assert status == 0
    told = said(tmp_path)
    assert told["lanes"][0]["label"] is not None
    assert any("brain.npy" in note and note.endswith("The eeg is left out.") for note in told["notes"])
    assert "The eeg is left out." in capsys.readouterr().err


def test_parts_belong_to_one_recording(visit, capsys):
    assert main(["analyze", str(visit / "visit.wav"), str(visit / "close.wav"), "--eeg", str(visit / "visit.csv")]) == 2
    assert "belong to one recording" in capsys.readouterr().err


def test_two_sounds_of_one_moment_are_one_too_many(visit, capsys):
    assert main(["analyze", "--eeg", str(visit / "visit.csv"), "--text", "nothing.srt"]) == 1
    assert "nothing.srt" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--eeg-rate", "256"], "(--eeg-rate; eeg_as=), and no EEG is named. Expected it; add --eeg FILE"),
        (["--eeg-variable", "eeg", "--eeg-axes", "time,channel"], "(--eeg-variable, --eeg-axes; eeg_as=), and no EEG is named"),
        (["--eeg-channels", "Cz"], "(--eeg-channels; eeg_as=)"),
        (["--eeg-unit", "uV"], "(--eeg-unit; eeg_as=)"),
        (["--offset", "eeg=3"], "no eeg of its own is named beside the recording. Expected the file that is later; add --eeg FILE"),
        (["--offset", "text=3"], "add --text FILE"),
        (["--offset", "audio=3"], "add --audio FILE"),
        (["--offset", "audio=auto"], "add --audio FILE"),
        (["--language", "de"], "(--language; language=), and there are no words. Expected a transcript; add --text FILE"),
    ],
)
def test_what_is_told_of_a_file_that_is_not_named_is_not_passed_over(visit, arguments, message, capsys):
    assert main(["analyze", str(visit / "visit.wav"), *arguments]) == 2

    printed = capsys.readouterr()
    assert message in printed.err
    assert printed.out == ""


@pytest.mark.parametrize("arguments", [["--eeg-rate", "256"], ["--offset", "eeg=3"], ["--language", "de"]])
def test_nothing_is_told_of_the_files_of_a_folder(visit, arguments, tmp_path, capsys):
    assert main(["analyze", str(visit), *arguments, "--out", str(tmp_path)]) == 2
    assert "what is told of them belong to one recording" in capsys.readouterr().err


def test_python_is_told_the_same(visit):
    with pytest.raises(MediaError, match=r"--eeg-rate; eeg_as=.* no EEG is named\. Expected"):
        emofuse.analyze(visit / "visit.wav", eeg_as={"rate": 256.0})
    with pytest.raises(MediaError, match=r"language=.* there are no words\. Expected"):
        emofuse.analyze(visit / "visit.wav", language="de")
    with pytest.raises(UnknownName, match="'xx' is no language"):
        emofuse.analyze(visit / "visit.wav", language="xx")
    with pytest.raises(MediaError, match=r"offsets=.* no text of its own is named"):
        list(analyze_files([visit / "visit.wav"], belonging=Belonging(offsets={Modality.TEXT: 3_000})))


def test_the_language_of_the_words_may_be_told(visit, tmp_path, capsys):
    (tmp_path / "said.srt").write_text("1\n00:00:01,000 --> 00:00:02,000\nHm.\n")
    arguments = ["analyze", str(visit / "visit.wav"), "--text", str(tmp_path / "said.srt"), "--run", "voice", "--language", "de"]

    assert main([*arguments, "--out", str(tmp_path / "out"), "--format", "json"]) == 0

    source = said(tmp_path / "out")["source"]
    assert (source["text_language"], source["text_language_is"]) == ("German", "told")


def test_eeg_alone_may_be_told_of_and_its_notes_name_it_once(visit, capsys):
    assert main(["analyze", str(visit / "flat.csv"), "--eeg-rate", "256", "--offset", "eeg=0"]) == 0

    lines = capsys.readouterr().err.splitlines()
    assert "flat.csv: TP9: flat for 100 % of the time" in lines
    assert not any("flat.csv: flat.csv:" in line for line in lines)


def test_both_answers_in_a_line_say_what_they_are(visit, capsys):
    assert main(["analyze", str(visit / "visit.wav")]) == 0

    *_, whole, last = capsys.readouterr().out.splitlines()
    assert re.fullmatch(r"overall by windows, lanes counting alike: \w+[?]? 0[.]\d\d \(average of voice 6\)", whole)
    assert re.search(r"visit[.]wav  \w+[?]? 0[.]\d\d +pooled over time, 10[.]0 s, \d+ spans?$", last)
