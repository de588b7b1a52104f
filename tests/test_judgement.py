"""Judging a run that is there: what is written, at which level, in which words, and what is refused."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import soundfile

from emofuse.cli import main
from emofuse.core.errors import CorpusError, RunError, SplitError, UnknownName
from emofuse.evaluation.predictions import read_predictions
from emofuse.judgement import answers_of, judge
from emofuse.run import facts, shipped, write_json


@pytest.fixture(scope="module")
def judged(toy_run, tmp_path_factory):
    """The toy run judged on its own test part: the report, and its folder."""
    out = tmp_path_factory.mktemp("judged")
    return judge(toy_run, data=out, out=out), out


@pytest.fixture(scope="module")
def knows_all(toy_run, tmp_path_factory):
    """The toy run, as if it had learnt from everything."""
    run = tmp_path_factory.mktemp("everything") / "run"
    shutil.copytree(toy_run, run)
    write_json(run / "run.json", {**facts(toy_run), "split": "everything"})
    return run


@pytest.fixture
def emodb(tmp_path):
    """Three utterances of EmoDB, one of which is no sound; and one that has no place among the seven labels."""
    folder = tmp_path / "data" / "emodb" / "wav"
    folder.mkdir(parents=True)
    noise = np.random.default_rng(0).normal(scale=0.1, size=24_000)
    for name in ("03a01Wa", "08a01Fa", "08a02La"):
        soundfile.write(folder / f"{name}.wav", noise, 16_000)
    (folder / "08a04Ta.wav").write_bytes(b"RIFF and nothing else")
    return tmp_path / "data"


def said(out: Path) -> dict[str, object]:
    """The report as a program reads it."""
    return json.loads((out / "report.json").read_text(encoding="utf-8"))


def test_a_judgement_leaves_a_whole_report(judged, toy_run):
    report, out = judged

    told = said(out)
    assert {path.name for path in out.iterdir()} == {"report.json", "report.md", "report.html", "predictions.csv", "csv"}
    assert (told["n"], told["in_sample"], told["level"]) == (report.n, False, "clip")
    assert told["sentence"].startswith("Of 100 clips of people it has never met, it gets ")
    assert told["made"]["seconds"] > 0
    assert len(told["made"]["files"]) == len(told["data"]) == 64
    assert told["certificate"]["verdict"] in ("fine", "inflated", "broken")
    assert told["run"] == facts(toy_run)
    assert (out / "report.md").read_text(encoding="utf-8").startswith("# toy on toy\n\n**Of 100 clips")


def test_the_answers_that_were_kept_give_the_reports_accuracy(judged):
    report, out = judged

    told = read_predictions(out / "predictions.csv")
    truth = [told.labels.index(clip.label) for clip in told.clips]
    assert report.accuracy.value == pytest.approx(np.mean(told.answers == truth))
    assert {clip.subject for clip in told.clips} == set(report.people)


def test_a_run_of_two_modalities_is_judged_without_each(judged):
    report, _ = judged

    assert set(report.without) == {"audio", "video"}
    assert all(part.n == report.n for part in report.without.values())
    assert max(part.brier.value for part in report.without.values()) > report.brier.value


def test_segments_are_judged_apart_from_clips(toy_run, tmp_path):
    report = judge(toy_run, data=tmp_path, out=tmp_path, level="segment", audited=False)

    assert report.level == "segment"
    assert report.n > 24
    assert (report.drawn, report.drawn_from) == ("people", 2)
    assert said(tmp_path)["certificate"] is None
    assert "@" in read_predictions(tmp_path / "predictions.csv").clips[0].id


def test_another_level_is_refused(toy_run, tmp_path):
    with pytest.raises(RunError, match="no level 'word' to judge at. Expected one of: clip, segment"):
        judge(toy_run, data=tmp_path, out=tmp_path / "out", level="word")


def test_answers_are_judged_in_the_words_of_a_map(toy_run, tmp_path):
    report = judge(toy_run, data=tmp_path, out=tmp_path, words="valence", audited=False)

    assert report.labels.words == ("negative", "neutral", "positive")
    assert (report.n, report.dropped, report.notes) == (24, 0, ())
    assert {word: row["support"] for word, row in report.classes.items()} == {"negative": 12, "neutral": 6, "positive": 6}
    with pytest.raises(UnknownName, match="Unknown label map 'six'. Known: seven"):
        judge(toy_run, data=tmp_path, out=tmp_path, words="six")


def test_groups_units_and_their_size_can_be_said(toy_run, tmp_path):
    report = judge(toy_run, data=tmp_path, out=tmp_path, units="take", groups=["take"], smallest=5, audited=False)

    assert report.drawn == "takes"
    assert list(report.groups) == ["take"]
    assert report.smallest == 5
    with pytest.raises(SplitError, match="says its session. Expected one of the facts of this corpus; they are: sex, take"):
        judge(toy_run, data=tmp_path, out=tmp_path, units="session", audited=False)


def test_what_learnt_from_everything_shows_others_figures_and_sets_its_own_apart(knows_all, toy_run, tmp_path):
    report = judge(knows_all, data=tmp_path, out=tmp_path, audited=False)

    held_out = json.loads((toy_run / "report.json").read_text(encoding="utf-8"))
    told = said(tmp_path)
    page = (tmp_path / "report.md").read_text(encoding="utf-8")
    assert told["in_sample"] is True
    assert report.n == 72 != held_out["n"]
    assert f"it gets {100 * held_out['accuracy']['value']:.0f} right" in told["sentence"]
    for name in ("n", "accuracy", "uar", "weighted_f1", "ece", "majority"):
        assert told[name] == held_out[name]
    assert told["in_sample_figures"]["n"] == 72
    assert told["in_sample_figures"]["accuracy"] == report.as_dict()["accuracy"]
    assert "## On what it has learnt from: no result" in page
    assert not (tmp_path / "predictions.csv").exists()
    assert (tmp_path / "in_sample" / "predictions.csv").exists()


def test_what_a_training_left_is_not_written_over(toy_run, knows_all, judged, tmp_path):
    _, out = judged
    before = (toy_run / "report.json").read_bytes()

    for run, where in ((toy_run, toy_run), (knows_all, out)):
        with pytest.raises(RunError, match="would be written over. Expected a folder of its own for this report; choose another --out"):
            judge(run, data=tmp_path, out=where, audited=False)

    assert (toy_run / "report.json").read_bytes() == before
    assert (out / "predictions.csv").exists()


def test_a_file_that_cannot_be_read_stops_it_and_says_how_to_go_on(toy_run, emodb, tmp_path):
    with pytest.raises(CorpusError, match="Clip 08a04Ta cannot be read: .*leave such clips out with --skip-unreadable"):
        judge(toy_run, data=emodb, out=tmp_path / "out", corpus="emodb")

    assert not (tmp_path / "out").exists()


def test_files_that_cannot_be_read_are_left_out_counted_and_named(toy_run, emodb, tmp_path):
    report = judge(toy_run, data=emodb, out=tmp_path, corpus="emodb", skip_unreadable=True, words="seven")

    told = said(tmp_path)
    assert (report.n, report.dropped, report.unreadable) == (2, 1, 1)
    assert told["made"]["unreadable"] == ["08a04Ta"]
    assert "left out, having no place among the labels: boredom" in report.notes
    assert told["unseen"] is True
    assert "in emodb, a corpus it has never met" in told["sentence"]
    assert told["certificate"]["not_looked"], "its own corpus is not here: less can be looked at"


def test_the_command_takes_what_judging_takes(toy_run, emodb, tmp_path, capsys):
    words = ["evaluate", str(toy_run), "--data", str(emodb), "--out", str(tmp_path / "out"), "--corpus", "emodb"]

    code = main([*words, "--map", "four", "--skip-unreadable", "--units", "sentence", "--group", "sex", "--smallest", "1", "--skip-audit"])

    out = capsys.readouterr().out
    told = said(tmp_path / "out")
    assert code == 0
    assert "1 more left out: they could not be read" in out
    assert "report.html" in out
    assert told["labels"] == ["anger", "happiness", "neutral", "sadness"]
    assert (told["drawn"], list(told["groups"]), told["certificate"]) == ("sentences", ["sex"], None)


def test_answers_are_found_in_a_reports_folder_and_in_a_table(judged):
    _, out = judged

    assert answers_of(out).answers.tolist() == answers_of(out / "predictions.csv").answers.tolist()


def test_a_run_without_answers_answers_where_its_data_is(toy_run, judged, tmp_path):
    _, out = judged
    bare = tmp_path / "bare"
    shutil.copytree(toy_run, bare, ignore=shutil.ignore_patterns("predictions.csv"))

    told = answers_of(bare, data=tmp_path)

    assert [clip.id for clip in told.clips] == [clip.id for clip in answers_of(out).clips]
    np.testing.assert_allclose(told.probabilities, answers_of(out).probabilities, atol=1e-6)
    with pytest.raises(RunError, match="has left no answers. Expected its predictions.csv, or the data to make it from; add --data DIR"):
        answers_of(bare)


def test_answers_to_what_was_learnt_from_are_not_compared(knows_all, tmp_path):
    judge(knows_all, data=tmp_path, out=tmp_path / "out", audited=False)

    for where in (tmp_path / "out", tmp_path / "out" / "in_sample", tmp_path / "out" / "in_sample" / "predictions.csv"):
        with pytest.raises(RunError, match="answers to clips that were learnt from"):
            answers_of(where)
    bare = tmp_path / "bare"
    shutil.copytree(knows_all, bare, ignore=shutil.ignore_patterns("predictions.csv"))
    with pytest.raises(RunError, match="has learnt from every clip of its corpus and left no answers of its folds"):
        answers_of(bare, data=tmp_path)


@pytest.mark.parametrize("empty", [True, False])
def test_what_holds_no_answers_is_refused(tmp_path, empty):
    if empty:
        with pytest.raises(RunError, match="holds no predictions.csv. Expected the folder that `emofuse evaluate RUN --out`"):
            answers_of(tmp_path)
    else:
        with pytest.raises(RunError, match="No run 'nowhere'"):
            answers_of("nowhere")


def test_runs_are_compared_on_the_command_line(judged, toy_run, tmp_path, capsys):
    _, out = judged
    poor = read_predictions(out / "predictions.csv")
    turned = tmp_path / "turned"
    type(poor)(poor.labels, poor.clips, np.roll(poor.probabilities, 1, axis=1)).write(turned / "predictions.csv")

    code = main(["compare", str(out), str(turned), "--out", str(tmp_path / "compared")])

    printed = capsys.readouterr().out
    told = json.loads((tmp_path / "compared" / "comparison.json").read_text(encoding="utf-8"))
    assert code == 0
    assert told["pairs"][0]["sentence"] in printed
    assert set(told["systems"]) == {out.name, "turned"}
    assert {path.name for path in (tmp_path / "compared").iterdir()} == {f"comparison.{end}" for end in ("html", "md", "json", "csv")}


@pytest.mark.parametrize("runs", [["a"], ["a", "b"]])
def test_what_cannot_be_compared_is_one_message(runs, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    assert main(["compare", *runs]) == 1
    assert capsys.readouterr().err.startswith("No run 'a'")


@pytest.mark.corpus
@pytest.mark.slow
def test_the_shipped_face_is_judged_as_its_card_says(shared, tmp_path):
    if "face" not in shipped():
        pytest.skip("no face is shipped")

    report = judge("face", data=shared, out=tmp_path, audited=False)

    kept = json.loads((Path(judge.__code__.co_filename).parent / "weights" / "face" / "report.json").read_text(encoding="utf-8"))
    assert report.accuracy.value == pytest.approx(kept["accuracy"]["value"], abs=0.001)
    assert report.people is None


def test_groups_of_no_rows_are_refused_before_anything_is_read(tmp_path):
    with pytest.raises(SplitError, match="Groups of -5 rows"):
        judge("nowhere", data=tmp_path, out=tmp_path, smallest=-5)
