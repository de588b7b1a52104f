"""Learn from toy people, be judged on others, and tell what a recording says: the commands, one after the other."""

import json

import numpy as np
import pytest
import soundfile

from emofuse.cli import main
from emofuse.core.modality import Modality
from emofuse.evaluation.evaluate import evaluate
from emofuse.run import facts


@pytest.fixture(scope="module")
def recording(tmp_path_factory, toy):
    """Dan, whom nothing was learnt from: three times angry, then three times sad."""
    path = tmp_path_factory.mktemp("recording") / "dan.wav"
    spoken = [clip.signal(Modality.AUDIO).values for word in ("anger", "sadness") for clip in toy if clip.id.startswith(f"dan-{word}")]
    soundfile.write(path, np.concatenate(spoken), 16_000)
    return path


def test_what_was_trained_is_judged_on_people_it_has_not_met(toy_run, toy, toy_recognizer, tmp_path, capsys):
    code = main(["evaluate", str(toy_run), "--data", str(tmp_path), "--out", str(tmp_path)])

    said = json.loads((tmp_path / "report.json").read_text())
    again = evaluate(toy_recognizer, [clip for clip in toy if clip.subject in ("cleo", "dan")])
    assert code == 0
    assert "0 of 2 test people were also trained on" in capsys.readouterr().out
    assert said["people"] == ["cleo", "dan"]
    assert said["uar"]["value"] == pytest.approx(again.uar.value)
    assert said["uar"]["value"] > 0.9
    assert said["majority"]["value"] == 0.25
    trained = json.loads((toy_run / "report.json").read_text())
    told = [name for name in trained if name in said and name not in ("without", "made", "certificate")]  # made anew when judged again
    assert {name: said[name] for name in told} == {name: trained[name] for name in told}
    assert set(said["without"]) == {"audio", "video"}


def test_what_it_says_of_a_recording_is_what_was_shown(toy_run, recording, tmp_path, capsys):
    code = main(["analyze", str(recording), "--run", str(toy_run), "--out", str(tmp_path), "--format", "json,csv_spans,vtt"])

    told = json.loads((tmp_path / "dan.json").read_text())
    spans = told["lanes"][0]["spans"]
    assert code == 0
    assert "1 of 1 analysed" in capsys.readouterr().out
    assert [span["label"] for span in spans] == ["anger", "sadness"]
    assert (spans[0]["start"], spans[-1]["end"]) == (0, 9_000)
    assert spans[0]["end"] == spans[1]["start"] == pytest.approx(4_500, abs=500)
    assert (tmp_path / "dan.vtt").read_text().startswith("WEBVTT")


def test_the_run_says_how_to_make_it_again(toy_run):
    said = facts(toy_run)

    assert said["recipe"] == "emofuse.recipes.toy:audio_video"
    assert said["arguments"] == {}
    assert (said["n_train"], said["n_valid"], said["n_test"]) == (36, 12, 24)
    assert "Apache-2.0" in (toy_run / "card.md").read_text()


@pytest.mark.slow
def test_the_same_command_trains_the_same_weights(toy_run, tmp_path, capsys):
    words = ["train", "emofuse.recipes.toy:audio_video", "--data", str(tmp_path), "--out", str(tmp_path / "again")]

    assert main(words) == 0

    assert facts(tmp_path / "again")["sha256"] == facts(toy_run)["sha256"]
    assert "0 of 2 test people were also trained on" in capsys.readouterr().out
