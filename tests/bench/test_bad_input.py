"""What goes wrong in a bench: each an error that says what to do, or an answer that is defined."""

import csv
import json
import shutil
from dataclasses import replace

import numpy as np
import pytest

from emofuse.bench.cells import Cell, as_member, built, says
from emofuse.bench.deciding import Question, decided
from emofuse.bench.fuse import fuse
from emofuse.bench.heard import lessons, taught_rows
from emofuse.bench.order import Order, Work, work
from emofuse.bench.rows import Rows, make, opened
from emofuse.bench.table import Answered, ground, lines
from emofuse.core.clip import Clip
from emofuse.core.errors import CorpusError, MissingModality, RunError, SplitError, UnknownName
from emofuse.core.modality import Modality
from emofuse.core.split import Split

SOME = {"fusions": "none", "decisions": "average,weighted", "resamples": 20, "at_once": 1}


def predictions(path, clips, labels, shift=0):
    """A member that is right about everything, or always one label off."""
    with path.open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(["id", "subject", "truth", "answer", *(f"p_{word}" for word in labels)])
        for clip in clips:
            truth = (labels.index(clip.label) + shift) % len(labels)
            rows.writerow([clip.id, clip.subject, clip.label, labels[truth], *np.eye(len(labels))[truth] * 0.88 + 0.03])
    return path


def test_a_member_from_elsewhere_is_fused_and_its_modality_can_go_missing(fused, tmp_path):
    _, whole, order = fused
    made, out = work(order), shutil.copytree(whole, tmp_path / "out")
    path = predictions(tmp_path / "p.csv", made.clips, made.bench.words)

    results = fuse(order, out, members=[f'oracle:file="{path}",modalities="video"'], **SOME)

    assert results.line("oracle").figures["uar"].value == 1
    assert results.line("oracle").parameters is results.line("average").parameters is results.line("average").seconds is None
    assert results.best == "oracle"
    assert results.line("oracle").without["audio"] is None
    assert results.line("weighted").figures["uar"].value > results.line("audio").figures["uar"].value


def test_decisions_with_another_member_are_other_cells(fused, tmp_path):
    results, whole, order = fused
    made, out = work(order), shutil.copytree(whole, tmp_path / "out")
    path = predictions(tmp_path / "p.csv", made.clips, made.bench.words, shift=1)
    member = f'wrong:file="{path}",modalities="video"'

    with_it = fuse(order, out, members=[member], **SOME).line("average").figures["ece"].value
    without = fuse(order, out, **SOME).line("average").figures["ece"].value

    assert without == results.line("average").figures["ece"].value != with_it


@pytest.mark.parametrize(
    ("change", "error", "said"),
    [
        (lambda clips: clips[:-3], RunError, "not to 3 of the 16 of the bench"),
        (lambda clips: [replace(clip, id=f"other-{clip.id}") for clip in clips], RunError, "not to 16 of the 16"),
    ],
)
def test_a_member_about_other_clips_is_refused_before_anything_is_learnt(ordered, tmp_path, change, error, said):
    order = ordered("pair")
    made = work(order)
    path = predictions(tmp_path / "p.csv", change(list(made.clips)), made.bench.words)

    with pytest.raises(error, match=said):
        fuse(order, tmp_path / "out", members=[f'm:file="{path}",modalities="video"'], **SOME)
    assert not (tmp_path / "out").exists()


def test_a_member_by_a_name_that_is_taken_or_of_a_modality_that_is_not_is_refused(ordered, tmp_path):
    order = ordered("pair")
    made = work(order)
    path = predictions(tmp_path / "p.csv", made.clips, made.bench.words)

    with pytest.raises(UnknownName, match="Two members are called 'audio'"):
        fuse(order, tmp_path / "out", members=[f'audio:file="{path}",modalities="video"'], **SOME)
    with pytest.raises(UnknownName, match="needs text; the bench takes in audio, video"):
        fuse(order, tmp_path / "out", members=[f'm:file="{path}",modalities="text"'], **SOME)


def test_members_with_other_labels_are_refused_with_the_map_that_leads_there(ordered, tmp_path):
    order = ordered("pair")
    made = work(order)
    path = tmp_path / "p.csv"
    path.write_text("id,truth,answer,p_anger,p_calm,p_happiness,p_sadness\nx,anger,anger,0.7,0.1,0.1,0.1\n", encoding="utf-8")

    with pytest.raises(UnknownName, match="answers in anger, calm, happiness, sadness; .*name the map that leads there: four"):
        fuse(order, tmp_path / "out", members=[f'm:file="{path}",modalities="video"'], **SOME)
    with pytest.raises(RunError, match="not to 16"):  # by the map it is understood; it is about other clips
        fuse(order, tmp_path / "out", members=[f'm:file="{path}",modalities="video",map="four"'], **SOME)
    assert made.bench.words.words == ("anger", "happiness", "neutral", "sadness")


def test_a_clip_of_which_everything_is_missing_has_no_answer_from_anybody(ordered, tmp_path):
    order = ordered("pair")
    made = work(order)
    make(order, tmp_path)
    rows = opened(order, tmp_path)
    nothing = {m: flags.clone() for m, flags in rows.present.items()}
    for flags in nothing.values():
        flags[0] = False
    blind = Rows(rows.inputs, nothing, rows.targets, rows.quality, rows.windows)
    network = built(made.bench, as_member(made.bench, "fusion", "early"))

    said = says(network, blind, np.array([0, 1]), made.bench.modalities)

    assert np.isnan(said[0]).all()
    assert np.isfinite(said[1]).all()


def test_a_batch_of_one_is_answered_as_among_others(ordered, tmp_path):
    order = ordered("pair")
    made = work(order)
    make(order, tmp_path)
    rows = opened(order, tmp_path)
    network = built(made.bench, as_member(made.bench, "fusion", "gated"))

    together = says(network, rows, np.arange(5), made.bench.modalities)
    alone = says(network, rows, np.array([3]), made.bench.modalities)

    np.testing.assert_allclose(alone[0], together[3], atol=1e-5)
    assert says(network, rows, np.array([], dtype=int), made.bench.modalities).shape == (0, 1, 4)


def test_a_label_that_a_fold_does_not_have_is_left_out_of_its_uar(ordered):
    made = work(ordered("pair"))
    split = made.splits[0]
    without = [clip for clip in split.test if clip.label != "anger"]
    made = Work(made.bench, made.clips, (replace(split, test=tuple(without)), *made.splits[1:]))
    on = ground(made, 1, resamples=20)
    scores = np.eye(4)[on.truth][None].repeat(len(on.patterns), axis=0)

    (right, _), best = lines(on, [Answered("right", "member", scores)], "inductive")

    assert best == "right"
    assert right.folds["uar"] == (1.0, 0.0)
    assert right.figures["uar"].value == 1


def test_a_label_that_is_never_learnt_is_answered_all_the_same():
    truth = np.array([0, 1] * 10)
    scores = np.full((20, 1, 3), 0.1)
    scores[np.arange(20), 0, truth] = 0.8
    asked = {"a": np.array([[[0.2, 0.2, 0.6]]]), "b": np.array([[[0.1, 0.1, 0.8]]])}

    for name in ("average", "product", "weighted", "likelihood", "logistic", "dempster_shafer", "gate", "boosted"):
        outcome = decided(Question(Cell("decision", name, "f", 0), {"a": scores, "b": scores}, truth, (asked,)))
        assert outcome.facts.get("problem") is None
        np.testing.assert_allclose(outcome.arrays["test"].sum(axis=2), 1)


def test_a_decision_that_cannot_be_learnt_says_why_and_stops_nobody_else(ordered, tmp_path):
    order = ordered("pair")
    two = [clip.id for clip in work(order).clips if clip.subject in ("ann", "bob")]
    lists = tmp_path / "two.json"
    halves = {who: [i for i in two if i.startswith(who)] for who in ("ann", "bob")}
    splits = [{"name": a, "train": halves[a], "test": halves[b]} for a, b in (("ann", "bob"), ("bob", "ann"))]
    lists.write_text(json.dumps({"splits": splits}), encoding="utf-8")

    results = fuse(replace(order, protocol=str(lists)), tmp_path / "out", **{**SOME, "decisions": "average,weighted"})

    assert "There are 8 clips with an answer to learn a decision of 4 classes from" in results.line("weighted").problem
    assert results.line("average").problem is None
    assert "There are 8 clips" in results.text()
    assert "What could not be judged" in (tmp_path / "out" / "bench.html").read_text(encoding="utf-8")


def test_one_clip_to_learn_from_is_refused(ordered, tmp_path):
    order = ordered("pair")
    made = work(order)
    lists = tmp_path / "one.json"
    lists.write_text(f'{{"splits": [{{"name": "a", "train": ["{made.clips[0].id}"], "test": ["{made.clips[9].id}"]}}]}}', encoding="utf-8")

    with pytest.raises(SplitError, match=r"member audio, a, seed 0 has 1 clip of 1 label to learn from. Expected two"):
        fuse(replace(order, protocol=str(lists)), tmp_path / "out", **SOME)


def test_scores_of_nan_are_no_answer_and_count_as_wrong(ordered):
    made = work(ordered("pair"))
    on = ground(made, 1, resamples=20)
    scores = np.eye(4)[on.truth][None].repeat(len(on.patterns), axis=0)
    half = scores.copy()
    half[:, ::2] = np.nan

    (right, holed, ceiling), _ = lines(on, [Answered("right", "member", scores), Answered("holed", "member", half)], "inductive")

    assert right.figures["accuracy"].value == 1
    assert holed.figures["accuracy"].value == 0.5
    assert holed.gain.accuracy.value == -0.5
    assert ceiling.figures["accuracy"].value == 1


def test_no_clip_is_learnt_from_by_a_decision_that_its_split_may_not_learn_from():
    def clip(who, sentence):
        return Clip(f"{who}-{sentence}", who, "calm", {}, {"sentence": sentence})

    clips = tuple(clip(who, sentence) for who in "abcd" for sentence in "xy")
    by = {one.id: one for one in clips}
    splits = []
    for who in "abcd":
        for sentence in "xy":
            test = by[f"{who}-{sentence}"]
            train = tuple(one for one in clips if one.subject != who and one.facts["sentence"] != sentence)
            splits.append(Split(f"{who}{sentence}", train, (), (test,), frozenset({"subject", "sentence"})))
    made = Work(None, clips, tuple(splits))

    for split in splits:
        learnt = [clips[i] for i in taught_rows(made, split)]
        assert sorted(one.id for one in learnt) == sorted(one.id for one in split.train)
        assert all(name != split.name for name, _, _ in lessons(made, split))


@pytest.mark.parametrize(
    ("order", "error", "said"),
    [
        ({"bench": "toy", "modalities": ("text",)}, MissingModality, "cannot be fused with its text: there is no usual way"),
        ({"bench": "toy", "modalities": ("smell",)}, UnknownName, "Unknown modality 'smell'. Known: "),
        ({"bench": "tuy"}, UnknownName, "Unknown .*'tuy'"),
        ({"bench": "toy", "arguments": '{"a": 1}'}, UnknownName, "is a corpus, which takes no arguments"),
        ({"bench": "toy", "protocol": "gruped"}, UnknownName, "Unknown protocol"),
        ({"bench": "toy", "protocol": "everything"}, SplitError, "judges nobody"),
        ({"bench": "toy_benches:nothing"}, UnknownName, "Known: .*pair"),
        ({"bench": "toy_benches:pair", "modalities": ("eeg",)}, UnknownName, "takes in audio, video, not eeg"),
        ({"bench": "toy_benches:team", "modalities": ("audio",)}, UnknownName, "No member of toy team needs audio alone"),
        ({"bench": "savee"}, CorpusError, "No savee clips"),
    ],
)
def test_an_order_that_cannot_be_filled_says_why(benches, order, error, said):
    with pytest.raises(error, match=said):
        work(Order(data=benches, allowed=("emofuse.recipes", "toy_benches"), **order))


def test_signals_of_different_lengths_are_refused_with_two_clips_named(benches, tmp_path, monkeypatch):
    order = Order("toy", benches, modalities=("audio", "video"))
    made = work(order)
    bench = made.bench
    uneven = replace(bench, senses={**bench.senses, Modality.VIDEO: replace(bench.senses[Modality.VIDEO], prepare=_uneven)})
    monkeypatch.setattr("emofuse.bench.rows.work", lambda order: Work(uneven, made.clips, made.splits))

    with pytest.raises(ValueError, match="Clips ann-anger-1 and .* have video features of .*Expected one shape"):
        make(order, tmp_path)


def _uneven(signal):
    return replace(signal, values=signal.values[: 1 + int(signal.values[0, 0, 0]) % 2])


def test_a_measure_that_nobody_knows_is_refused_before_anything_is_learnt(ordered, tmp_path):
    with pytest.raises(UnknownName, match="toy odd is to be measured by 'f2'. Expected one of uar, accuracy, weighted_f1; mend the bench"):
        fuse(ordered("mismeasured"), tmp_path / "out")


def test_a_way_to_go_missing_that_nobody_knows_is_refused_before_anything_is_learnt(ordered, tmp_path):
    with pytest.raises(UnknownName, match="Unknown way for modalities to go missing 'mumbled'. Known: none, zero, noise, soft-hard"):
        fuse(ordered("mumbled"), tmp_path / "out", **SOME)
    assert not (tmp_path / "out").exists()
