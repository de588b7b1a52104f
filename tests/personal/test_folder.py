"""A person's folder is a run: loaded, asked, refused where it or what it rests on was changed."""

import json
import shutil

import numpy as np
import pytest
import torch

from emofuse.analysis import WAYS, recognizer
from emofuse.core.errors import RunError
from emofuse.core.labels import LabelSet
from emofuse.core.modality import Modality
from emofuse.ensemble import overall
from emofuse.evaluation.evaluate import answers
from emofuse.personal.folder import FILE
from emofuse.personal.map import Personal
from emofuse.recipe import call
from emofuse.run import facts, load, load_fusion, save, save_personal, shipped

NOTE = "adapted to one person from 12 clips; for that person only"
BIAS = (2.0, 0.0, 0.0, -2.0)
VOICE, BOTH = "emofuse.recipes.toy:voice", "emofuse.recipes.toy:audio_video"


@pytest.fixture
def runs(tmp_path):
    """Two runs that have learnt nothing, beside each other: toy-voice and toy."""
    made = []
    for path in (VOICE, BOTH):
        torch.manual_seed(1)
        recipe = call(path, {})
        save(tmp_path / "runs" / recipe.name, recipe.build(), recipe=recipe, path=path, arguments={}, seed=0, also={"split": "fold-1"})
        made.append(tmp_path / "runs" / recipe.name)
    return made


@pytest.fixture
def hers(runs, tmp_path):
    base = load(runs[0])
    save_personal(tmp_path / "hers", Personal(base.labels, "by hand", bias=BIAS), [runs[0]], {"note": NOTE})
    return tmp_path / "hers"


@pytest.fixture
def fused(runs, tmp_path):
    words = WAYS[0].target
    theirs = Personal(words, "by hand", weights={"toy-voice": 0.0, "toy": 1.0})
    save_personal(tmp_path / "fused", theirs, runs, {"note": NOTE})
    return tmp_path / "fused"


def test_it_answers_as_the_map_makes_of_what_its_run_answers(hers, runs, toy):
    base, mine = load(runs[0]), load(hers)

    before, after = base(toy[0]), mine(toy[0])

    assert (after.lane, after.labels, after.segments) == (before.lane, before.labels, before.segments)
    np.testing.assert_allclose(after.scores, Personal(base.labels, "by hand", bias=BIAS)(before.scores), atol=1e-5)
    assert not np.allclose(after.scores, before.scores, atol=0.05)


def test_the_answer_says_that_it_is_for_one_person_and_what_it_rests_on(hers, runs, toy):
    answer = load(hers)(toy[0])

    (model,) = answer.facts["models"]
    (base,) = model["personal"]["rests_on"]
    assert NOTE in answer.notes
    assert model["sha256"] == facts(runs[0])["sha256"] == base["sha256"]
    assert base["run"] == "../runs/toy-voice"
    assert model["personal"]["sha256"] == facts(hers)["sha256"]


def test_its_network_says_the_same_with_the_map_in_it(hers, toy):
    mine = load(hers)
    in_torch = load(hers)
    in_torch.answer = in_torch._logits

    np.testing.assert_allclose(mine(toy[0]).scores, in_torch(toy[0]).scores, atol=1e-4)


def test_an_analysis_takes_it_by_its_folder(hers, toy):
    assert NOTE in recognizer(str(hers))(toy[0]).notes
    assert np.isfinite(answers(recognizer(str(hers)), toy[:2])).all()


def test_a_fusion_for_a_person_weighs_its_members_and_leaves_their_lanes_as_they_are(fused, runs, toy):
    theirs = recognizer(str(fused))

    answer = theirs(toy[0])

    plain = {run.name: load(run)(toy[0]) for run in runs}
    assert answer.lane == "fused"
    assert NOTE in answer.notes
    assert [base["run"] for base in answer.facts["personal"]["rests_on"]] == ["../runs/toy-voice", "../runs/toy"]
    for lane in answer.members:
        np.testing.assert_allclose(lane.scores, plain[lane.lane].scores, atol=1e-6)
    alone = WAYS[0].scores(plain["toy"].on(200).scores, plain["toy"].labels)
    np.testing.assert_allclose(answer.scores, alone, atol=1e-4)


def test_what_is_said_of_a_whole_recording_goes_through_the_map_too(runs, tmp_path, toy):
    sure = Personal(WAYS[0].target, "by hand", bias=(50.0, *[0.0] * 6))
    save_personal(tmp_path / "sure", sure, runs, {"note": NOTE})
    theirs = recognizer(str(tmp_path / "sure"))

    whole = overall(theirs, theirs(toy[0]))

    assert whole.label == WAYS[0].target[0]
    assert whole.scores.max() > 0.99


def test_a_fusion_for_a_person_answers_where_a_member_has_nothing(fused, toy):
    answer = recognizer(str(fused))(toy[0].without(Modality.VIDEO))

    assert answer.present.all()


def test_a_fusion_is_no_single_recognizer(fused):
    with pytest.raises(RunError, match=r"fuses 2 runs for one person. Expected one recognizer; name it where a recording is analysed"):
        load(fused)
    assert load_fusion(fused, WAYS) is not None


def test_other_runs_are_no_fusion_for_a_person(hers, runs):
    assert load_fusion(runs[0], WAYS) is None
    assert load_fusion(hers, WAYS) is None


def test_a_fusion_whose_words_nobody_speaks_is_refused(fused):
    with pytest.raises(RunError, match="which no fusion here speaks. Expected words of one; calibrate again"):
        load_fusion(fused, ())


def test_a_shipped_run_is_named_by_its_name(tmp_path):
    name = shipped()[0]
    labels = load(name).labels
    save_personal(tmp_path / "hers", Personal(labels, "by hand"), [name], {"note": NOTE})

    assert facts(tmp_path / "hers")["personal"]["rests_on"][0]["run"] == name
    assert load(tmp_path / "hers").labels == labels


def test_the_whole_may_move_together(hers, tmp_path, toy):
    (tmp_path / "elsewhere").mkdir()
    shutil.move(tmp_path / "runs", tmp_path / "elsewhere" / "runs")
    shutil.move(hers, tmp_path / "elsewhere" / "hers")

    assert NOTE in load(tmp_path / "elsewhere" / "hers")(toy[0]).notes


def test_a_run_that_was_moved_away_is_missed(hers, runs):
    runs[0].rename(runs[0].with_name("other"))

    with pytest.raises(
        RunError, match="rests on the run ../runs/toy-voice, which is not there. Expected .*put it back, or calibrate again"
    ):
        load(hers)


def test_a_run_whose_facts_were_changed_is_refused(hers, runs):
    said = json.loads((runs[0] / "run.json").read_text())
    (runs[0] / "run.json").write_text(json.dumps({**said, "temperature": 2.0}))

    with pytest.raises(RunError, match="which is no longer what it was: its SHA-256 is another. Expected .*restore it, or calibrate again"):
        load(hers)


def test_a_run_whose_weights_were_changed_is_refused(hers, runs):
    weights = runs[0] / "weights.safetensors"
    weights.write_bytes(weights.read_bytes()[:-4] + b"\0\0\0\1")

    with pytest.raises(RunError, match="is not what was saved: its SHA-256 differs"):
        load(hers)


def test_a_map_that_was_changed_is_refused(hers):
    text = (hers / FILE).read_text()
    (hers / FILE).write_text(text.replace("2.0", "3.0", 1))

    with pytest.raises(
        RunError, match=r"personal.json is not what was saved: its SHA-256 differs from that in run.json. Expected the same"
    ):
        load(hers)


def test_a_map_that_is_gone_is_named(hers):
    (hers / FILE).unlink()

    with pytest.raises(RunError, match=r"personal.json cannot be read: .*Expected the map that `emofuse calibrate` wrote; restore it"):
        load(hers)


@pytest.mark.parametrize("said", [{}, {"rests_on": [], "note": ""}, {"rests_on": "voice", "note": ""}, []])
def test_a_folder_that_does_not_say_what_it_rests_on_is_refused(hers, said):
    run = json.loads((hers / "run.json").read_text())
    (hers / "run.json").write_text(json.dumps({**run, "personal": said}))

    with pytest.raises(RunError, match="does not say what it rests on. Expected what `emofuse calibrate` wrote; calibrate again"):
        load(hers)


def test_a_map_of_other_labels_than_its_run_is_refused(runs, tmp_path):
    save_personal(tmp_path / "hers", Personal(LabelSet(("anger", "calm")), "by hand"), [runs[0]], {"note": NOTE})

    with pytest.raises(RunError, match="has other labels than the run it rests on. Expected the same, in one order; calibrate again"):
        load(tmp_path / "hers")


def test_a_run_whose_facts_are_no_longer_readable_is_refused(hers, runs):
    (runs[0] / "run.json").write_text("{")

    with pytest.raises(RunError, match="which is no longer what it was"):
        load(hers)
