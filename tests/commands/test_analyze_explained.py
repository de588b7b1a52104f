"""``emofuse analyze --explain``, and the same from Python."""

import json
from pathlib import Path

import jsonschema
import numpy as np
import pytest
import soundfile

import emofuse
from emofuse.analysis import REASONS, analyze_file, analyze_files, formats
from emofuse.cli import main
from emofuse.core.errors import MediaError
from emofuse.core.modality import Modality

SCHEMA = json.loads((Path(__file__).resolve().parents[2] / "docs" / "timeline.schema.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def sound(tmp_path_factory, toy):
    path = tmp_path_factory.mktemp("sounds") / "anger.wav"
    spoken = [clip.signal(Modality.AUDIO).values for clip in toy if clip.subject == "cleo" and clip.label == "anger"]
    soundfile.write(path, np.concatenate(spoken), 16_000)
    return path


def test_explain_writes_pictures_and_puts_why_into_the_json(sound, toy_run, tmp_path, capsys):
    code = main(["analyze", str(sound), "--run", str(toy_run), "--explain", "--out", str(tmp_path)])

    assert code == 0
    assert {"anger.explanation.png", "anger.explanation.svg", "anger.json"} <= {path.name for path in tmp_path.iterdir()}
    document = json.loads((tmp_path / "anger.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(SCHEMA).validate(document)
    players = {player["name"]: player for player in document["explanation"]["players"]}
    assert set(players) == {"audio", "video"}
    assert set(players["video"]["p"]["anger"]) <= {0.0, None}
    assert players["audio"]["mean"]["anger"] > 0.1
    (moment, *_) = document["explanation"]["moments"]
    assert [look["modality"] for look in moment["looks"]] == ["audio"]


def test_without_explain_nothing_of_it_is_written(sound, toy_run, tmp_path):
    main(["analyze", str(sound), "--run", str(toy_run), "--out", str(tmp_path)])

    assert not [path for path in tmp_path.iterdir() if "explanation" in path.name]
    assert "explanation" not in json.loads((tmp_path / "anger.json").read_text(encoding="utf-8"))


def test_why_is_not_found_out_without_a_folder_for_it(sound, toy_run, capsys):
    code = main(["analyze", str(sound), "--run", str(toy_run), "--explain"])

    assert code == 2
    assert "--explain write files. Expected a folder for them: add --out DIR." in capsys.readouterr().err


def test_asking_for_the_picture_by_its_format_asks_why(sound, toy_run, tmp_path):
    main(["analyze", str(sound), "--run", str(toy_run), "--format", "explanation_svg,json", "--out", str(tmp_path)])

    assert {path.name for path in tmp_path.iterdir()} == {"anger.explanation.svg", "anger.json"}
    assert "explanation" in json.loads((tmp_path / "anger.json").read_text(encoding="utf-8"))


def test_from_python_an_answer_carries_why(sound, toy_run, tmp_path):
    answer = emofuse.analyze(sound, run=str(toy_run), explain=True)

    assert answer.explanation is not None
    assert answer.explanation.pooled.shape == (2, 4)
    assert answer.save(tmp_path / "a.explanation.png").stat().st_size > 1_000
    from matplotlib.figure import Figure

    assert isinstance(answer.plot_explanation(), Figure)


def test_from_python_nothing_is_explained_unless_asked(sound, toy_run):
    assert analyze_file(sound, run=str(toy_run)).explanation is None


def test_explaining_does_not_change_the_answer(sound, toy_run):
    plain, explained = (analyze_file(sound, run=str(toy_run), explain=explain) for explain in (False, True))

    np.testing.assert_array_equal(plain.scores, explained.scores)
    assert plain.notes == explained.notes


def test_silence_fails_as_it_does_without_why(toy_run, tmp_path):
    soundfile.write(tmp_path / "silence.wav", np.zeros(16_000), 16_000)

    (outcome,) = analyze_files([tmp_path / "silence.wav"], out=tmp_path / "out", wanted=REASONS, explain=True, run=str(toy_run))

    assert isinstance(outcome.problem, MediaError)
    assert list((tmp_path / "out").iterdir()) == []


def test_reasons_are_formats():
    assert set(REASONS) <= set(formats())
