"""Sound, transcript and EEG beside a recording, through the command."""

import json

import numpy as np
import pytest
import soundfile

from emofuse.cli import main

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
        (["--eeg-rate", "fast"], 1, "'fast' is no number"),
        (["--eeg", "no.edf"], 1, "no.edf"),
        (["--transcribe", "no-whisper"], 1, "no-whisper"),
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
