"""Any of sound, picture, words and EEG, of the same moment: whoever has something to judge answers, and nobody else."""

import json
from dataclasses import replace
from itertools import combinations

import jsonschema
import numpy as np
import pytest

from emofuse.analysis import analyze_file, recognizer
from emofuse.cli import main
from emofuse.core.errors import MissingModality
from emofuse.core.modality import Modality
from emofuse.decisions.stacked_cnn import StackedCnn
from emofuse.ensemble import Ensemble, overall
from emofuse.media.files import Belonging
from emofuse.run import shipped

pytestmark = [
    pytest.mark.skipif(not {"voice", "face", "eeg-muse"} <= set(shipped()), reason="no weights are shipped yet"),
    pytest.mark.usefixtures("equipped"),
]

FILES = {"video": "seen.mp4", "audio": "heard.wav", "eeg": "worn.csv", "text": "said.srt"}
LANES = {"video": "face", "audio": "voice", "eeg": "eeg-muse", "text": "asswin_text"}
SUBSETS = [named for size in range(1, 5) for named in combinations(FILES, size)]


def asked(visit, named):
    """The command's words for some of the files: the first is the recording, the others belong to it."""
    first, *others = named
    return [str(visit / FILES[first]), *(word for name in others for word in (f"--{name}", str(visit / FILES[name])))]


def said(out):
    (path,) = out.glob("*.json")
    return json.loads(path.read_text())


@pytest.mark.parametrize("named", SUBSETS, ids="+".join)
def test_those_answer_who_have_something_to_judge(visit, text_run, tmp_path, named, request):
    runs = [word for run in ("voice", "face", "eeg-muse", str(text_run)) for word in ("--run", run)]

    assert main(["analyze", *asked(visit, named), *runs, "--out", str(tmp_path), "--format", "json"]) == 0

    told = said(tmp_path)
    fused, *members = told["lanes"]
    there = {LANES[name] for name in named}
    assert {lane["name"] for lane in members} == set(LANES.values())
    assert {lane["name"] for lane in members if lane["label"] is not None} == there
    for lane in members:
        if lane["name"] not in there:
            assert all(span["absent"] for span in lane["spans"])
            assert any(note.endswith(f"the {lane['name']} lane is absent") for note in told["notes"])
    deciding = there - {"eeg-muse"}  # states of attention are no emotions
    assert (fused["label"] is not None) == bool(deciding)
    assert {lane["name"] for lane in told["overall"]["grid"] if lane["decides"]} == deciding
    assert told["overall"]["label"] in (fused["labels"] if deciding else [None])
    assert 5_800 <= told["duration"] <= 6_200
    jsonschema.Draft202012Validator(json.loads((request.config.rootpath / "docs" / "timeline.schema.json").read_text())).validate(told)


@pytest.mark.parametrize("named", [("text",), ("eeg",), ("eeg", "text"), ("audio", "text"), tuple(FILES)], ids="+".join)
def test_what_ships_answers_or_says_what_to_do(visit, tmp_path, capsys, named):
    heard = {"video", "audio", "eeg"} | ({"text"} if "text" in shipped() else set())

    status = main(["analyze", *asked(visit, named), "--out", str(tmp_path), "--format", "json"])

    assert status == (0 if heard & set(named) else 1)
    if status:
        assert "only text" in capsys.readouterr().err
    elif named == ("eeg",):
        assert [lane["name"] for lane in said(tmp_path)["lanes"]] == ["eeg-muse"]
    else:
        lanes = {lane["name"]: lane["label"] for lane in said(tmp_path)["lanes"]}
        names = {**LANES, "text": "text"}
        assert {names[name] for name in heard & set(named)} == {name for name, label in lanes.items() if label} - {"fused"}


def test_with_nobody_to_listen_the_message_names_those_there_are(monkeypatch):
    monkeypatch.setattr("emofuse.run.shipped", lambda: ("face", "voice"))

    with pytest.raises(MissingModality, match=r"only text, which no recognizer .* face \(video\), voice \(audio\).* \(--run"):
        recognizer(None, frozenset({Modality.TEXT}))


def test_every_lane_keeps_its_words_and_the_fused_one_says_whose_it_speaks(visit, text_run):
    belonging = Belonging(text=visit / "said.srt", eeg=visit / "worn.csv")

    answer = analyze_file(visit / "talk.mp4", run=("voice", "face", "eeg-muse", str(text_run)), belonging=belonging)

    lanes = {lane.lane: lane.labels for lane in answer.members}
    assert "calm" in lanes["voice"]
    assert set(lanes["eeg-muse"]) == {"relaxed", "neutral", "concentrating"}
    assert set(answer.labels) == set(lanes["face"]) == set(lanes["asswin_text"])
    assert answer.facts["labels"] == "calm counts as neutral"
    assert any("eeg-muse lane tells" in note and "no say in the fused lane" in note for note in answer.notes)


def test_a_whole_recording_is_decided_from_six_windows_of_a_lane_and_four_of_eeg(visit, capsys):
    answer = analyze_file(visit / "talk.mp4", belonging=Belonging(eeg=visit / "worn.csv"))

    whole = answer.overall
    windows = {lane.lane: len(lane.segments) for lane in whole.members}
    assert [windows[name] for name in ("voice", "face", "eeg-muse")] == [6, 6, 4]
    assert whole.scores.shape == (1, len(answer.labels))
    assert main(["analyze", str(visit / "talk.mp4")]) == 0
    assert "overall " in capsys.readouterr().out


def test_a_decision_that_has_learnt_about_the_grid_decides_from_it(visit, generator):
    answer = analyze_file(visit / "talk.mp4")
    asked = recognizer()
    shape = {lane.lane: (40, 6, len(answer.labels)) for lane in answer.members if lane.lane in ("voice", "face")}
    scores = {name: generator.dirichlet(np.ones(size[-1]), size[:2]) for name, size in shape.items()}
    taught = StackedCnn(epochs=1).fit(scores, generator.integers(0, len(answer.labels), 40))

    members = [member for member in asked.members if member.name in shape]
    judge = Ensemble(members, asked.decision, asked.ways, whole=taught)
    lanes = tuple(lane for lane in answer.members if lane.lane in shape)
    whole = overall(judge, replace(answer, members=lanes))

    assert whole.facts["decision"] == "stacked_cnn"
    assert whole.label in answer.labels
    assert abs(float(whole.scores.sum()) - 1) < 1e-5


@pytest.mark.parametrize(("runs", "message"), [(("voice", "voice"), None), (("voice", "no such run"), "No run 'no such run'")])
def test_runs_are_fused_once_each(visit, runs, message, capsys):
    status = main(["analyze", str(visit / "heard.wav"), *(word for run in runs for word in ("--run", run))])

    assert status == (0 if message is None else 1)
    assert message is None or message in capsys.readouterr().err
