"""A recipe with a baseline, from its name to the answer about a file: learnt, saved, loaded, asked."""

import json
from pathlib import Path

import numpy as np
import pytest
import soundfile
import torch

import emofuse
from emofuse.analysis import analyze_file, analyze_files
from emofuse.cli import main
from emofuse.core.errors import MediaError, RunError, UnknownName
from emofuse.core.modality import Modality
from emofuse.data import examples
from emofuse.evaluation.evaluate import answers
from emofuse.features.baseline import KINDS
from emofuse.recipe import call
from emofuse.recognizer import UNKNOWN, NetworkRecognizer
from emofuse.run import load, save

RECIPE = "emofuse.recipes.toy:voice"
AUDIO = Modality.AUDIO
LEARNT = ("ann", "bob", "dan")
SAYS = {
    "running": "audio is judged beside what came before in the recording",
    "beginning": "audio is judged beside what came before in the recording within its first 60 s",
    "few": UNKNOWN,
}


@pytest.fixture(scope="module")
def runs(tmp_path_factory, toy):
    """By baseline, the folder of a run whose weights are as they fell, and the recognizer it was saved from."""
    made = {}
    for kind in ("", *KINDS):
        recipe = call(RECIPE, {"baseline": kind})
        part = examples(
            [c for c in toy if c.subject in LEARNT], recipe.features, recipe.labels, prepare=recipe.prepare, baseline=recipe.baseline
        )
        torch.manual_seed(0)
        network = recipe.build().eval()
        out = tmp_path_factory.mktemp("runs") / (kind or "alone")
        save(out, network, recipe=recipe, path=RECIPE, arguments={"baseline": kind}, seed=0, baseline=part.baseline)
        here = NetworkRecognizer(
            recipe.name, network, recipe.features, recipe.labels, window=recipe.window, hop=recipe.hop, baseline=part.baseline
        )
        made[kind] = (out, here)
    return made


@pytest.fixture(scope="module")
def sounds(tmp_path_factory, toy):
    """Six files of one person, named by their numbers; the last one is silence."""
    folder = tmp_path_factory.mktemp("sounds")
    theirs = [clip for clip in toy if clip.subject == "cleo"]
    for i in range(5):
        soundfile.write(folder / f"{i}.wav", np.concatenate([clip.signal(AUDIO).values for clip in theirs[2 * i : 2 * i + 2]]), 16_000)
    soundfile.write(folder / "5.wav", np.zeros(32_000), 16_000)
    return [folder / f"{i}.wav" for i in range(6)]


def test_a_recipe_names_its_baseline_and_an_unknown_one_is_refused():
    assert [type(call(RECIPE, {"baseline": kind}).baseline[AUDIO]) for kind in KINDS] == list(KINDS.values())
    assert call(RECIPE, {}).baseline == {}
    with pytest.raises(UnknownName, match="Unknown baseline 'first'. Known: few, running, beginning; name one"):
        call(RECIPE, {"baseline": "first"})


@pytest.mark.parametrize("kind", KINDS)
def test_a_run_remembers_whom_it_has_learnt_from_and_answers_as_before_it_was_saved(runs, toy, kind):
    folder, here = runs[kind]
    asked = [clip for clip in toy if clip.subject == "cleo"][:3]

    again = load(folder)

    said = json.loads((folder / "run.json").read_text(encoding="utf-8"))["population"]["audio"]
    assert said == here.baseline[AUDIO].population.as_dict()
    np.testing.assert_allclose(answers(again, asked), answers(here, asked), atol=1e-6)
    assert not np.allclose(answers(again, asked), answers(load(runs[""][0]), asked), atol=1e-3)


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_is_answered_and_its_timeline_says_beside_what(runs, sounds, kind):
    answer = analyze_file(sounds[0], run=str(runs[kind][0]))

    assert SAYS[kind] in answer.notes
    np.testing.assert_allclose(answer.scores[answer.present].sum(axis=1), 1, atol=1e-5)
    assert analyze_file(sounds[0], run=str(runs[""][0])).notes == ()


def test_a_recording_is_seen_against_its_past_window_by_window(runs, sounds):
    running, alone = (analyze_file(sounds[0], run=str(runs[kind][0])) for kind in ("running", ""))

    change = np.abs(running.scores - alone.scores).max(axis=1)
    assert change[0] == pytest.approx(0, abs=1e-5)  # nothing was heard before its first moment
    assert change[-1] > 1e-3


def test_a_file_is_judged_beside_other_recordings_of_its_person(runs, sounds):
    run = str(runs["few"][0])
    unknown = analyze_file(sounds[0], run=run)

    known = emofuse.analyze(sounds[0], run=run, beside=sounds[1:3])

    assert known.notes == ("audio is judged beside 2 other clips of the person",)
    assert not np.allclose(known.scores, unknown.scores, atol=1e-3)
    for others in (sounds[2:0:-1], sounds[:3], [*sounds[1:3], sounds[5]]):  # in another order, itself among them, one that is silent
        assert np.array_equal(analyze_file(sounds[0], run=run, beside=others).scores, known.scores)
    assert not np.array_equal(analyze_file(sounds[0], run=run, beside=sounds[2:4]).scores, known.scores)


def test_several_files_of_a_person_are_judged_beside_the_same_recordings(runs, sounds):
    run = str(runs["few"][0])

    outcomes = list(analyze_files(sounds[:2], run=run, beside=sounds[:3]))

    alone = [analyze_file(path, run=run, beside=sounds[:3]) for path in sounds[:2]]
    assert all(np.array_equal(outcome.answer.scores, one.scores) for outcome, one in zip(outcomes, alone, strict=True))
    assert all("beside 2 other clips" in outcome.answer.notes[0] for outcome in outcomes)


@pytest.mark.parametrize("kind", ["", "running", "beginning"])
def test_other_recordings_are_refused_by_a_run_that_does_not_ask_for_them(runs, sounds, kind):
    with pytest.raises(RunError, match="'toy-voice' does not judge a recording beside others .* Expected a run .*; name one with --run"):
        analyze_file(sounds[0], run=str(runs[kind][0]), beside=sounds[1:2])


def test_a_folder_is_refused_once_and_before_anything_is_done(runs, sounds, tmp_path, capsys):
    arguments = ["analyze", str(sounds[0].parent), "--beside", str(sounds[1]), "--run", str(runs[""][0]), "--out", str(tmp_path / "out")]

    assert main(arguments) == 1

    assert capsys.readouterr().err.count("does not judge a recording beside others") == 1
    assert not (tmp_path / "out").exists()


def test_a_recording_to_be_judged_beside_that_is_not_there_is_named(runs, sounds):
    with pytest.raises(MediaError, match="nowhere.wav"):
        analyze_file(sounds[0], run=str(runs["few"][0]), beside=[Path("nowhere.wav")])


def test_the_command_takes_other_recordings_and_prints_what_a_file_was_judged_beside(runs, sounds, capsys):
    asked = ["analyze", str(sounds[0]), "--run", str(runs["few"][0])]

    assert main([*asked, "--beside", str(sounds[1])]) == 0
    assert "0.wav: audio is judged beside 1 other clip of the person" in capsys.readouterr().err
    assert main(asked) == 0
    assert f"0.wav: {UNKNOWN}" in capsys.readouterr().err
    assert main(["analyze", str(sounds[0]), "--run", str(runs["beginning"][0]), "--beside", str(sounds[1])]) == 1
    assert "leave the other recordings out" in capsys.readouterr().err


def test_a_run_whose_recipe_no_longer_asks_for_a_baseline_is_refused(runs, tmp_path):
    folder = tmp_path / "run"
    folder.mkdir()
    for path in runs["few"][0].iterdir():
        (folder / path.name).write_bytes(path.read_bytes())
    said = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    (folder / "run.json").write_text(json.dumps({**said, "arguments": {}}), encoding="utf-8")

    with pytest.raises(
        RunError, match="has learnt audio beside the person's own; its recipe now judges that alone. Expected .*train again"
    ):
        load(folder)
