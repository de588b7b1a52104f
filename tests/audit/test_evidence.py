"""What there is to look at: corpora, lists, tables, runs."""

import csv
import json
import re
from pathlib import Path

import numpy as np
import pytest

from emofuse.audit.audit import audit, questions
from emofuse.audit.base import Grade
from emofuse.audit.evidence import evidence, of_corpus, of_lists, of_run, of_table
from emofuse.audit.statements import KINDS, said
from emofuse.core.errors import CorpusError, RunError, SplitError, UnknownName
from emofuse.run import facts


def csv_of(folder, generator, name="features.csv", people=4, windows=6, scores=False):
    path = folder / name
    head = ["id", "subject", "label", "trial", "place", "part", *(f"f{i}" for i in range(12))]
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([*head, "p_calm", "p_fear"] if scores else head)
        for who in range(people):
            for w in range(windows):
                label = ("calm", "fear")[w % 2]
                row = [f"{who}-{w}", f"p{who}", label, who, w, "test" if who == 0 else "train", *generator.normal(size=12).round(6)]
                writer.writerow([*row, *((0.9, 0.1) if label == "calm" else (0.1, 0.9))] if scores else row)
    return path


def test_a_corpus_is_divided_by_a_protocol(tmp_path):
    seen = of_corpus("toy", tmp_path, "grouped", {"k": 3})

    assert (len(seen.splits), seen.corpus.name, seen.name) == (3, "toy", "toy, grouped")
    assert seen.protocol is not None
    assert of_corpus("toy", tmp_path).splits == ()


def test_a_corpus_without_a_folder_is_refused():
    with pytest.raises(CorpusError, match="--data"):
        of_corpus("ravdess", None)


def test_lists_take_what_the_corpus_tells(tmp_path, toy):
    path = tmp_path / "split.json"
    path.write_text(json.dumps({"corpus": "toy", "train": [toy[0].id], "test": [toy[1].id], "says": {"chosen_on": "test"}}))

    alone, beside = of_lists(path), of_lists(path, tmp_path, says={"n_test": 1})

    assert [clip.subject for clip in alone.clips] == [None, None]
    assert [clip.subject for clip in beside.clips] == [toy[0].subject, toy[1].subject]
    assert beside.says == {"chosen_on": "test", "n_test": 1}


def test_lists_of_another_corpus_are_refused(tmp_path):
    path = tmp_path / "split.json"
    path.write_text(json.dumps({"train": ["x"], "test": ["y"]}))

    with pytest.raises(SplitError, match="None of the names"):
        of_lists(path, tmp_path, "toy")


def test_lists_that_name_their_protocol_can_be_made_again(tmp_path, toy):
    from emofuse.splitting import protocol, write

    write(tmp_path / "split.json", "toy", tuple(protocol("grouped", {"k": 3})(toy)), "grouped", {"k": 3})
    said = json.loads((tmp_path / "split.json").read_text())
    said["splits"][0]["test"], said["splits"][0]["train"] = said["splits"][0]["train"], said["splits"][0]["test"]
    (tmp_path / "changed.json").write_text(json.dumps(said))

    def titles(name):
        return [finding.title for finding in audit(of_lists(tmp_path / name, tmp_path)).findings if finding.trap == "T6"]

    assert titles("split.json") == []
    assert titles("changed.json") == ["not the split of its protocol"]


def test_a_table_tells_its_parts_facts_features_and_scores(tmp_path, generator):
    seen = of_table(csv_of(tmp_path, generator, scores=True), {"recording": "trial", "place": "place"})

    assert seen.features.shape == (24, 12)
    assert (seen.scores.shape, seen.labels.words) == ((24, 2), ("calm", "fear"))
    assert {clip.id for clip in seen.splits[0].test} == {f"0-{w}" for w in range(6)}
    assert (seen.clips[0].facts["recording"], seen.clips[0].facts["place"]) == ("0", "0")


def test_a_table_can_be_divided_by_a_protocol(tmp_path, generator):
    seen = of_table(csv_of(tmp_path, generator), {"place": "place"}, made="leave-one-out")

    assert len(seen.splits) == 4
    assert seen.scores is None


def test_blocks_of_a_table_keep_their_columns(tmp_path, generator):
    rows = 20
    path = tmp_path / "features.npz"
    np.savez(
        path,
        audio=generator.normal(size=(rows, 5)).astype(np.float32),
        eeg=np.ones((rows, 7), dtype=np.float32),
        subject=np.array([f"p{i % 4}" for i in range(rows)]),
        label=np.array(["calm", "fear"] * 10),
        scores=np.tile([0.7, 0.3], (rows, 1)),
        classes=np.array(["calm", "fear"]),
    )

    seen = of_table(path)

    assert seen.blocks == {"audio": slice(0, 5), "eeg": slice(5, 12)}
    assert (seen.features[:, seen.blocks["eeg"]] == 1).all()
    assert seen.labels.words == ("calm", "fear")


def test_a_run_tells_its_history_and_figures_and_with_the_data_its_clips(toy_run, tmp_path):
    bare, beside = of_run(toy_run), of_run(toy_run, tmp_path)

    assert bare.says["history"]
    assert 0 <= bare.says["accuracy"] <= 1
    assert [split.name for split in beside.splits] == [facts(toy_run)["split"]]
    assert beside.splits[0].shared == frozenset()


def test_answers_that_a_report_kept_are_scores(toy_run, tmp_path, toy):
    import shutil

    run = tmp_path / "run"
    shutil.copytree(toy_run, run)
    labels = facts(run)["labels"]
    with (run / "predictions.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["id", "subject", "truth", *(f"p_{word}" for word in labels)])
        for clip in toy[:5]:
            writer.writerow([clip.id, clip.subject, clip.label, *(float(word == clip.label) for word in labels)])
        writer.writerow([toy[5].id, toy[5].subject, toy[5].label, *[""] * len(labels)])

    bare, beside = of_run(run), of_run(run, tmp_path)

    assert len(bare.clips) == 6
    assert np.isnan(bare.scores[5]).all()
    assert (np.isfinite(beside.scores).all(axis=1).sum(), len(beside.scores)) == (5, len(beside.clips))


def test_answers_with_a_missing_column_are_refused(toy_run, tmp_path):
    import shutil

    run = tmp_path / "run"
    shutil.copytree(toy_run, run)
    (run / "predictions.csv").write_text("id,subject,truth\na,b,c\n")

    with pytest.raises(RunError, match="Expected the columns"):
        of_run(run)


def test_what_is_none_of_these_is_refused(tmp_path):
    with pytest.raises(RunError, match="nothing to look at"):
        evidence(str(tmp_path))


def test_a_toy_corpus_by_people_raises_nothing(tmp_path):
    told = audit(evidence("toy", data=tmp_path, made="leave-one-out"))

    assert told.findings == ()
    assert told.verdict == Grade.FINE


def test_a_toy_run_raises_nothing(toy_run, tmp_path):
    told = audit(of_run(toy_run, tmp_path))

    assert [finding for finding in told.findings if finding.grade != Grade.FINE] == []


@pytest.mark.corpus
def test_ravdess_by_actor_raises_nothing_and_shuffled_it_is_inflated(shared):
    asked = [name for name in questions() if not name.startswith("same_")]  # which read every file
    clean = audit(evidence("ravdess", data=shared, made="ravdess-six"), only=asked)
    leaking = audit(evidence("ravdess", data=shared, made="shuffled"), only=asked)

    assert clean.verdict == Grade.FINE
    assert [finding.trap for finding in clean.findings] == ["T8"]  # two sentences are all there are, and they tell nothing
    assert leaking.verdict == Grade.INFLATED
    assert {finding.trap: finding.count for finding in leaking.findings}["T1"] == 288


@pytest.mark.corpus
@pytest.mark.slow
def test_fer2013_does_not_say_who_is_who_and_so_is_not_called_clean_of_people(shared):
    told = audit(evidence("fer2013", data=shared, made="official"), only=["people"])

    assert "people" in {asked.name for asked in told.unanswered}
    assert "people" not in {asked.name for asked in told.fine}


WRONG = [
    ("normalised_on", "all", "write normalized_on"),
    ("mood", "good", "chosen_on"),
    ("accuracy", "abc", "68.3"),
    ("accuracy", 683, "68.3"),
    ("chosen_on", 3, "text"),
    ("n_test", "many", "whole number"),
    ("n_test", True, "whole number"),
    ("confusion", [[1, 2], [3]], "one length"),
    ("confusion", [[1, 2, 3, 4], [1, 2, 3, 4]], "one length"),
    ("systems", {"a": 3}, "by system"),
    ("systems", ["a"], "by system"),
    ("systems", {"a": {"accuracy": "high"}}, "by system"),
    ("support", {"anger": "few"}, "each label"),
    ("history", 3, "epochs"),
    ("seeds", ["a"], "whole number"),
]


@pytest.mark.parametrize(("name", "value", "expected"), WRONG, ids=lambda value: str(value)[:20])
def test_what_cannot_be_said_is_refused_with_what_can(name, value, expected, tmp_path):
    path = tmp_path / "split.json"
    path.write_text(json.dumps({"train": ["a"], "test": ["b"]}))
    with pytest.raises(UnknownName, match=r"--says tells.* Expected .*; .*\.") as told:
        of_lists(path, says={name: value})
    assert expected in str(told.value)

    path.write_text(json.dumps({"train": ["a"], "test": ["b"], "says": {name: value}}))
    with pytest.raises(UnknownName, match=r"split\.json tells"):
        of_lists(path)


def test_everything_that_the_document_shows_may_be_said():
    text = (Path(__file__).resolve().parents[2] / "docs" / "traps.md").read_text(encoding="utf-8").partition("## What may be said")[2]
    names = set(re.findall(r"`(\w+)`", "".join(row.split("|")[1] for row in text.splitlines() if row.startswith("| `"))))
    shown = {
        "chosen_on": "valid", "stopped_on": ["valid"], "augmented": True, "pretrained": "none", "seeds": [0, 1], "epoch": None, "WAR": 0.6,
        "accuracy": [66.9, "66.09 %"], "systems": {"CNN": {"accuracy": 0.683, "valid": 0.72, "n": 600, "p": 0.03}, "RNN": 68},
        "confusion": [[1, 2, 0], [3, 4, 0]], "history": [[{"number": 1, "test_accuracy": 0.4}]],
    }  # fmt: skip

    assert names == set(KINDS)
    assert said(shown) == shown
