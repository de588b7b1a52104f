"""Training fold by fold: killed, taken up, called again; and what is then on disk."""

import hashlib
import importlib.util
import json
import logging
import os
import sys
from pathlib import Path

import numpy as np
import pytest

from emofuse.calibration import temperature
from emofuse.core.errors import CorpusError, MediaError, RunError, SplitError, UnknownName
from emofuse.core.modality import Modality
from emofuse.corpora.toy import TOY
from emofuse.evaluation.evaluate import answers
from emofuse.evaluation.predictions import read_predictions
from emofuse.experiment import train
from emofuse.features.cache import Cache
from emofuse.judgement import judge
from emofuse.recipe import call
from emofuse.run import facts, load, write_json
from emofuse.splitting import lists, protocol, write
from emofuse.splitting import read as read_lists

MINE = """
from dataclasses import replace
from functools import partial

import numpy as np

from emofuse.core.clip import Clip, Signal, Source
from emofuse.core.errors import MediaError
from emofuse.core.labels import LabelSet
from emofuse.core.modality import Modality
from emofuse.corpora.toy import TOY, find
from emofuse.protocols import by_group, by_subject
from emofuse.recipe import Recipe
from emofuse.recipes import toy
from emofuse.training.fit import fit

FITTED = []  # how many clips were learnt from, call by call
KILLED_AT = 2  # the call during which somebody pulls the plug


def first_takes(root):
    return (clip for clip in find(root) if clip.facts["take"] == "1")


def watched(network, train, valid, *, seed, kept):
    FITTED.append(len(train))
    if len(FITTED) == KILLED_AT:
        kept(network, None)
        raise KeyboardInterrupt
    return fit(network, train, valid, epochs=6, learning_rate=0.03, batch_size=4, optimizer="adamw", seed=seed, kept=kept)


def folds(*, width: int = 16) -> Recipe:
    return replace(toy.voice(width=width), name="mine", corpus=replace(TOY, find=first_takes), fit=watched)


READ = []  # names of files, in the order in which they were read


def read_samples(path):
    READ.append(path.name)
    try:
        return Signal(np.load(path), 16_000)
    except ValueError as error:
        raise MediaError(f"{path.name} holds no samples. Expected an array; get it again.") from error


def find_files(root):
    for path in sorted(root.glob("*.npy")):
        who, label, take = path.stem.split("-")
        yield Clip(path.stem, who, label, {Modality.AUDIO: Source(path, read_samples)}, {"take": take})


def files(*, only: str = "", words: bool = True) -> Recipe:
    made = replace(
        toy.voice(epochs=2),
        name="files",
        corpus=replace(TOY, name="files", find=find_files),
        protocol=by_subject.folds([("ann", "bob"), ("cleo", "dan"), ("eve", "finn")]),
        ships_everything=False,
        keep=partial(of_label, only=only),
    )
    return made if words else replace(made, labels=LabelSet(("awe", "envy")))


def alone(*, everything: bool = False) -> Recipe:
    return replace(files(), protocol=by_subject.named(valid=["ann"], test=["bob"]), ships_everything=everything)


def grouped(*, k: int = 3) -> Recipe:
    return replace(files(), protocol=by_group.grouped(k))


def of_label(clip, only):
    return only in clip.label
"""
PATH, ALLOWED = "watched_recipes:folds", ("emofuse.recipes", "watched_recipes")


@pytest.fixture(scope="module")
def watched(tmp_path_factory):
    """A recipe of somebody's own that writes down what it learns from: 24 clips, three folds of people, then everything."""
    folder = tmp_path_factory.mktemp("mine")
    (folder / "watched_recipes.py").write_text(MINE)
    sys.path.insert(0, str(folder))
    yield importlib.import_module("watched_recipes")
    sys.path.remove(str(folder))
    sys.modules.pop("watched_recipes", None)


@pytest.fixture(scope="module")
def story(watched, tmp_path_factory):
    """Killed in the second fold, called again until it is done, and called once more."""
    out = tmp_path_factory.mktemp("out")

    def called():
        return train(PATH, {}, data=out, out=out / "runs", allowed=ALLOWED)

    with pytest.raises(KeyboardInterrupt):
        called()
    killed = {"fitted": list(watched.FITTED), "files": files(out / "runs"), "weights": digest(out / "runs" / "fold-1")}
    report = called()
    finished = {"fitted": list(watched.FITTED), "files": files(out / "runs"), "weights": digest(out / "runs" / "fold-1")}
    again = called()
    return {"out": out / "runs", "killed": killed, "finished": finished, "report": report, "again": again, "fitted": list(watched.FITTED)}


def files(folder):
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def digest(run):
    return hashlib.sha256((run / "weights.safetensors").read_bytes()).hexdigest()


def read(path):
    """JSON as the standard has it: without NaN."""

    def refuse(constant):
        raise AssertionError(f"{path} holds {constant}, which is no JSON")

    return json.loads(path.read_text(encoding="utf-8"), parse_constant=refuse)


def splits():
    recipe = call(PATH, {}, ALLOWED)
    return list(recipe.protocol(recipe.corpus.clips(Path())))


def test_what_was_finished_when_it_was_killed_is_kept(story):
    assert "fold-1/run.json" in story["killed"]["files"]
    assert "fold-2/unfinished.safetensors" in story["killed"]["files"]
    assert not {"fold-2/run.json", "report.json"} & story["killed"]["files"]


def test_a_finished_fold_is_not_trained_again_and_a_killed_one_is(story):
    assert story["killed"]["fitted"] == [8, 8]
    assert story["finished"]["fitted"] == [8, 8, 8, 8, 24]
    assert story["finished"]["weights"] == story["killed"]["weights"]


def test_when_all_is_there_nothing_is_trained_and_the_report_is_the_same(story):
    assert story["fitted"] == story["finished"]["fitted"]
    assert story["again"].as_dict() == story["report"].as_dict()


def test_each_fold_leaves_a_run_and_nothing_unfinished(story):
    for run in ("fold-1", "fold-2", "fold-3", "mine"):
        assert {f"{run}/{name}" for name in ("run.json", "weights.safetensors", "history.json")} <= story["finished"]["files"]
    assert [name for name in story["finished"]["files"] if "unfinished" in name or name.endswith(".part")] == []
    assert {"report.json", "mine/report.json", "mine/card.md"} <= story["finished"]["files"]


def test_the_report_has_every_figure_with_its_interval(story):
    report = read(story["out"] / "report.json")

    assert report["n"] == 24
    for name in ("accuracy", "uar", "weighted_f1", "ece", "majority"):
        low, high = report[name]["interval"]
        assert low <= report[name]["value"] <= high
    assert report["majority"]["value"] == 0.25
    assert report["uar"]["value"] > 0.5, "it has learnt something"
    assert report["shared"] == []
    assert set(report["folds"]) == {"fold-1", "fold-2", "fold-3"}
    assert report == read(story["out"] / "mine" / "report.json")


def test_every_fold_is_judged_by_what_learnt_from_others(story):
    rows, truth = [], []
    for split in splits():
        recognizer = load(story["out"] / split.name, ALLOWED)
        rows.append(answers(recognizer, split.test).argmax(axis=1))
        truth += [recognizer.labels.index(clip.label) for clip in split.test]

    right = float((np.concatenate(rows) == np.array(truth)).mean())

    assert story["report"].accuracy.value == pytest.approx(right)
    assert facts(story["out"] / "fold-1")["n_train"] == 8


def test_temperatures_are_fitted_on_valid_and_the_last_on_all_of_it(story):
    logits, targets = [], []
    for split in splits():
        recognizer = load(story["out"] / split.name, ALLOWED)
        recognizer.temperature = 1.0
        timelines = [recognizer(clip) for clip in split.valid]
        logits.append(np.log(np.concatenate([timeline.scores for timeline in timelines]).clip(1e-12)))
        words = [clip.label for clip, t in zip(split.valid, timelines, strict=True) for _ in t.segments]
        targets.append(np.array([recognizer.labels.index(word) for word in words]))

        said = facts(story["out"] / split.name)["temperature"]

        assert said == pytest.approx(temperature(logits[-1], targets[-1]), abs=0.01)
    overall = facts(story["out"] / "mine")["temperature"]
    assert overall == pytest.approx(temperature(np.concatenate(logits), np.concatenate(targets)), abs=0.01)


def test_the_card_of_what_learnt_from_everything_says_whose_figures_it_shows(story):
    text = (story["out"] / "mine" / "card.md").read_text(encoding="utf-8")

    assert "those of 3 networks of the same recipe" in text
    assert "learnt from all 24 clips" in text
    assert facts(story["out"] / "mine")["split"] == "everything"


def test_a_folder_that_holds_another_run_is_not_written_over(story):
    with pytest.raises(RunError, match=r"holds another run .*Expected an empty folder; choose another --out"):
        train(PATH, {"width": 8}, data=story["out"], out=story["out"], allowed=ALLOWED)
    with pytest.raises(RunError, match="holds another run"):
        train(PATH, {}, data=story["out"], out=story["out"], seed=1, allowed=ALLOWED)


def test_a_fold_is_judged_on_its_own_test_part(story, tmp_path):
    report = judge(story["out"] / "fold-1", data=tmp_path, out=tmp_path / "judged", allowed=ALLOWED)

    said = read(tmp_path / "judged" / "report.json")
    assert (said["n"], said["people"], said["shared"]) == (8, ["ann", "bob"], [])
    assert (said["corpus"], said["run"]["split"]) == ("toy", "fold-1")
    assert report.accuracy.value == pytest.approx(read(story["out"] / "report.json")["folds"]["fold-1"]["accuracy"]["value"])
    assert "0 of 2 test people were also trained on" in (tmp_path / "judged" / "report.md").read_text()


def test_what_learnt_from_everything_is_judged_on_it_and_says_so(story, tmp_path):
    report = judge(story["out"] / "mine", data=tmp_path, out=tmp_path, allowed=ALLOWED)

    assert (report.n, len(report.shared)) == (24, 6)
    assert "learnt from every clip that is judged here" in report.notes[-1]
    assert read(tmp_path / "report.json")["folds_of_run"] == read(story["out"] / "report.json")


def test_another_corpus_is_judged_through_the_common_words(story, tmp_path):
    spec = importlib.util.spec_from_file_location("emodb_tree", Path(__file__).parent / "corpora" / "test_emodb.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.small_tree(tmp_path / "emodb")

    report = judge(story["out"] / "fold-1", data=tmp_path, out=tmp_path, corpus="emodb", allowed=ALLOWED)

    assert report.n + report.dropped >= 1
    assert len(report.labels) == 7
    assert report.notes[-1] == "labels: calm counts as neutral"
    assert read(tmp_path / "report.json")["corpus"] == "emodb"


def test_a_split_that_the_recipe_no_longer_makes_is_named(story, tmp_path):
    run = tmp_path / "run"
    run.mkdir()
    (run / "weights.safetensors").write_bytes((story["out"] / "fold-1" / "weights.safetensors").read_bytes())
    write_json(run / "run.json", {**facts(story["out"] / "fold-1"), "split": "fold-9", "commit": "1a2b3c4"})

    with pytest.raises(RunError, match="trained on split 'fold-9'; its recipe now makes fold-1, fold-2, fold-3. Check out commit 1a2b3c4"):
        judge(run, data=tmp_path, out=tmp_path, allowed=ALLOWED)


@pytest.mark.parametrize(
    ("path", "arguments", "error"),
    [("ravdess:voice", {}, CorpusError), ("toy:voise", {}, UnknownName), ("toy:voice", {"heads": 2}, UnknownName)],
)
def test_what_cannot_be_trained_is_said_before_anything_is_written(path, arguments, error, tmp_path):
    with pytest.raises(error):
        train(path, arguments, data=tmp_path, out=tmp_path / "out")

    assert not (tmp_path / "out").exists()


@pytest.fixture
def data(watched, tmp_path):
    """A root with the toy's voices as files, the first take of each label, and nothing read yet."""
    watched.READ.clear()
    (tmp_path / "data" / "files").mkdir(parents=True)
    for clip in TOY.clips(Path()):
        if clip.facts["take"] == "1":
            path = tmp_path / "data" / "files" / f"{clip.id}.npy"
            np.save(path, clip.signal(Modality.AUDIO).values)
            os.utime(path, (1_000_000_000, 1_000_000_000))
    return tmp_path / "data"


def learn(data, function="files", out="out", **also):
    arguments = also.pop("arguments", {})
    return train(f"watched_recipes:{function}", arguments, data=data, out=data.parent / out, allowed=ALLOWED, **also)


def break_file(data, name):
    (data / "files" / f"{name}.npy").write_text("no array at all")


@pytest.mark.slow
def test_a_second_run_finds_all_features_and_learns_the_same(data, watched, caplog):
    with caplog.at_level(logging.INFO, logger="emofuse"):
        plain = learn(data, out="plain")
        watched.READ.clear()
        first = learn(data, out="first", cache=Cache(data / "cache"))
        read = len(watched.READ)
        again = learn(data, out="again", cache=Cache(data / "cache"))

    assert read - (len(watched.READ) - read) == 24, "judging reads clips both times, making features only the first time"
    assert plain.as_dict() == first.as_dict() == again.as_dict()
    assert len({digest(data.parent / out / "fold-1") for out in ("plain", "first", "again")}) == 1
    assert caplog.text.count("features: ") == 3
    seconds = facts(data.parent / "again" / "fold-1")["seconds"]
    assert 0 <= seconds["features"] <= seconds["total"]


@pytest.mark.slow
def test_answers_are_kept_row_by_row(data):
    report = learn(data)

    told = read_predictions(data.parent / "out" / "predictions.csv")

    assert len(told.clips) == report.n == 24
    assert sorted(set(told.folds)) == ["fold-1", "fold-2", "fold-3"]
    right = np.mean([told.labels[i] == clip.label for i, clip in zip(told.answers, told.clips, strict=True)])
    assert right == pytest.approx(report.accuracy.value)


@pytest.fixture
def listed(data):
    """Lists by the takes' people, two splits, one person in neither."""
    path = data.parent / "lists.json"
    known = [clip for clip in TOY.clips(Path()) if clip.facts["take"] == "1" and clip.subject != "finn"]
    splits = list(protocol("leave-one-out")(known))[:2]
    write(path, "files", splits, "leave-one-out", {})
    return path


@pytest.mark.slow
def test_a_run_follows_the_lists_it_is_given_and_is_judged_by_them_again(data, listed):
    report = learn(data, split=listed)

    said = facts(data.parent / "out" / "fold-1")
    (first, second) = read_lists(listed).splits
    assert said["split_file"] == {"name": "lists.json", "sha256": read_lists(listed).sha256, "apart": ["subject"], **lists(first)}
    assert report.people == ("ann", "bob")
    assert facts(data.parent / "out" / "fold-2")["n_train"] == len(second.train) == 12

    again = judge(data.parent / "out" / "fold-1", data=data, out=data.parent / "judged", allowed=ALLOWED)

    assert again.people == ("ann",)
    assert again.n == 4


@pytest.mark.slow
def test_a_run_by_other_lists_is_another_run(data, listed):
    learn(data, split=listed)

    assert learn(data, split=listed).n == 8
    other = data.parent / "other.json"
    write(other, "files", list(read_lists(listed).splits[::-1]), "leave-one-out", {})
    with pytest.raises(RunError, match=r"holds another run .* divided by lists.json"):
        learn(data, split=other)


@pytest.mark.slow
def test_what_learns_from_everything_learns_from_what_is_listed(data, listed, caplog):
    said = json.loads(listed.read_text())
    listed.write_text(json.dumps({"splits": said["splits"][:1]}))

    learn(data, "alone", arguments={"everything": True}, split=listed)

    assert "4 of 24 clips stand in no part" in caplog.text
    assert facts(data.parent / "out" / "files")["n_train"] == 20
    assert len(facts(data.parent / "out" / "files")["split_file"]["train"]) == 20


def test_lists_of_clips_that_are_not_there_are_refused(data, listed):
    (data / "files" / "ann-anger-1.npy").unlink()

    with pytest.raises(SplitError, match="lists 1 clips that are not there, such as ann-anger-1"):
        learn(data, split=listed)


@pytest.mark.slow
def test_lists_may_name_what_a_recipe_does_not_want(data, listed):
    report = learn(data, arguments={"only": "n"}, split=listed)  # anger, happiness, neutral, sadness: all but one have an n

    assert report.n == 2 * sum("n" in word for word in ("anger", "happiness", "neutral", "sadness"))


@pytest.mark.parametrize("name", ["cleo-anger-1", "bob-anger-1", "ann-anger-1"], ids=["train", "test", "valid"])
def test_a_clip_that_cannot_be_read_is_named_with_the_option(data, name):
    break_file(data, name)

    with pytest.raises((MediaError, CorpusError), match=f"(?s)Clip {name} cannot be read: .*--skip-unreadable"):
        learn(data, "alone")


@pytest.mark.slow
@pytest.mark.parametrize("kept", [False, True])
def test_clips_that_cannot_be_read_are_skipped_and_counted_where_that_is_asked_for(data, caplog, kept):
    for name in ("cleo-anger-1", "bob-anger-1"):
        break_file(data, name)

    report = learn(data, skip_unreadable=True, cache=Cache(data / "cache") if kept else None)

    assert (report.n, report.unreadable) == (22, 2)
    assert "skipped bob-anger-1: bob-anger-1.npy holds no samples" in caplog.text
    assert facts(data.parent / "out" / "fold-1")["n_test"] == 7
    assert json.loads((data.parent / "out" / "report.json").read_text())["unreadable"] == 2


def test_one_label_only_is_refused_before_anything_is_learnt(data):
    with pytest.raises(SplitError, match="All 2 clips that split fold-1 learns from are of anger. Expected two labels"):
        learn(data, arguments={"only": "anger"})

    assert not (data.parent / "out").exists()


def test_labels_that_the_recipe_does_not_know_are_named(data):
    with pytest.raises(CorpusError, match=r"None of the 24 clips of files carries a label .*Expected some of awe, envy; they carry anger"):
        learn(data, arguments={"words": False})


def test_one_person_only_and_fewer_people_than_folds_are_refused(data):
    with pytest.raises(SplitError, match="6 people cannot make 7 folds"):
        learn(data, "grouped", arguments={"k": 7})
    for path in (data / "files").glob("*.npy"):
        if not path.name.startswith("ann"):
            path.unlink()
    with pytest.raises(SplitError, match="1 person cannot make 3 folds"):
        learn(data, "grouped")


@pytest.mark.slow
def test_a_label_that_is_judged_and_never_learnt_is_said(data, caplog):
    for path in (data / "files").glob("*-anger-*.npy"):
        if path.name[:3] not in ("ann", "bob"):
            path.unlink()

    learn(data)

    assert "split fold-1 judges anger, of which it learns nothing" in caplog.text
