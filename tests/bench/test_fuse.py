"""A bench from order to table, on made-up people."""

import csv
import json
import shutil
from dataclasses import replace
from html import unescape

import numpy as np
import pytest

from emofuse.bench.cells import Cell
from emofuse.bench.fuse import fuse
from emofuse.bench.kept import Kept
from emofuse.bench.order import plan, work
from emofuse.core.errors import RunError, SplitError, UnknownName
from emofuse.corpora.toy import PEOPLE

DECISIONS = ("average", "product", "weighted", "likelihood", "logistic", "gate", "dempster_shafer")
SOME = {"fusions": "early,gated", "decisions": ",".join(DECISIONS), "resamples": 50, "at_once": 1}


def arrays(folder):
    """Everything that every cell of a folder holds, but for how long it took."""
    found = {}
    for path in sorted(folder.glob("cells/**/*.npz")):
        with np.load(path) as archive:
            found |= {(str(path.relative_to(folder)), name): archive[name] for name in archive.files if name != "facts"}
    return found


def test_there_is_a_line_for_each_member_fusion_and_decision_and_the_ceiling(fused):
    results, _, _ = fused

    assert [(line.kind, line.name) for line in results.lines] == [
        ("member", "audio"),
        ("member", "video"),
        ("fusion", "early"),
        ("fusion", "gated"),
        *(("decision", name) for name in DECISIONS),
        ("ceiling", "any member right"),
    ]
    assert all(line.problem is None and line.regime == "inductive" for line in results.lines)


def test_every_clip_is_judged_once_by_what_has_not_learnt_from_its_person(fused):
    results, out, order = fused
    made = work(order)

    assert (results.n, results.people, results.splits) == (48, 6, 3)
    assert sorted(clip.id for split in made.splits for clip in split.test) == [clip.id for clip in made.clips]
    for split in made.splits:
        assert {clip.subject for clip in made.learnt(split)} & {clip.subject for clip in split.test} == set()
        facts = Kept(out, plan(order)).load(Cell("fusion", "early", split.name, 0)).facts
        assert (facts["learnt from"], facts["judged"]) == (32, 16)


def test_a_line_has_its_figures_costs_and_gain(fused):
    results, _, _ = fused

    for line in results.lines[:-1]:
        assert set(line.figures) == {"uar", "accuracy", "weighted_f1", "ece"}
        assert 0 <= line.figures["uar"].interval[0] <= line.figures["uar"].value <= line.figures["uar"].interval[1] <= 1
        assert line.parameters > 0
        assert line.seconds > 0
        assert line.ms > 0
        assert (line.gain is None) == (line.name == results.best)
    average = results.line("average")
    members = [line for line in results.lines if line.kind == "member"]
    assert average.parameters == sum(line.parameters for line in members)
    assert average.seconds >= sum(line.seconds for line in members)


def test_the_gain_is_the_difference_to_the_best_member(fused):
    results, _, _ = fused
    best = results.line(results.best)

    assert best.figures["uar"].value == max(line.figures["uar"].value for line in results.lines if line.kind == "member")
    for line in results.lines:
        if line.gain:
            assert line.gain.uar.value == pytest.approx(line.figures["uar"].value - best.figures["uar"].value, abs=1e-9)
            assert 0 < line.gain.p <= line.gain.holm <= 1


def test_the_ceiling_is_what_a_choice_among_the_members_answers_cannot_exceed(fused):
    results, out, order = fused
    made = work(order)
    members = [{split.name: said for split, said in _said(out, order, name)} for name in ("audio", "video")]
    truth = {split.name: made.truth[made.rows(split.test)] for split in made.splits}

    ceiling = results.line("any member right").figures["accuracy"].value

    right = np.concatenate([np.any([member[fold] == truth[fold] for member in members], axis=0) for fold in truth])
    assert ceiling == pytest.approx(right.mean())
    assert max(line.figures["accuracy"].value for line in results.lines if line.kind == "member") < ceiling < 1
    for seed in range(20):
        taken = np.random.default_rng(seed).integers(2, size=len(right))
        chosen = np.concatenate([np.stack([member[fold] == truth[fold] for member in members]) for fold in truth], axis=1)
        assert chosen[taken, np.arange(len(right))].mean() <= ceiling


def _said(out, order, name):
    """Split by split, what a member answers with everything there."""
    for split in work(order).splits:
        with np.load(out / "cells" / "seed-0" / split.name / f"member-{name}.npz") as archive:
            yield split, archive["test"][0, :, 0].argmax(axis=1)


def test_with_one_modality_there_a_decision_says_what_the_member_says(fused):
    results, _, _ = fused

    for there in ("audio", "video"):
        assert results.line("average").without[there]["uar"].value == pytest.approx(results.line(there, "member").figures["uar"].value)
    assert results.line("audio", "member").without["video"] is None
    assert results.line("gated").without["video"]["uar"].value > 0


def test_as_signals_go_missing_answers_go_missing(fused):
    results, _, _ = fused

    for line in results.lines[:-1]:
        assert [point.share for point in line.curve] == pytest.approx([share / 10 for share in range(11)])
        assert line.curve[0].uar == pytest.approx(line.figures["uar"].value)
        assert line.curve[-1].uar == line.curve[-1].answered == 0
        answered = [point.answered for point in line.curve]
        assert answered == sorted(answered, reverse=True)
    both, alone = (results.line(name).curve[5].answered for name in ("average", "audio"))
    assert both == pytest.approx(0.75, abs=0.07)
    assert alone == pytest.approx(0.5, abs=0.07)


def test_the_files_say_what_the_results_say(fused):
    results, out, _ = fused

    said = json.loads((out / "bench.json").read_text(encoding="utf-8"))
    table = (out / "bench.csv").read_text(encoding="utf-8").splitlines()
    page = (out / "bench.html").read_text(encoding="utf-8")
    text = (out / "bench.md").read_text(encoding="utf-8")

    assert [line["name"] for line in said["lines"]] == [line.name for line in results.lines]
    assert said["lines"][0]["figures"]["uar"]["value"] == pytest.approx(results.lines[0].figures["uar"].value, abs=1e-6)
    assert len(table) == 1 + len(results.lines)
    assert len({len(line.split(",")) for line in table}) == 1
    assert all(f">{name}<" in page and f"| {name.replace('_', chr(92) + '_')} |" in text for name in DECISIONS)
    assert page.count("data:image/svg+xml") == 3
    assert "http" not in page.replace("http://www.w3.org", "")
    assert (out / "bench.txt").read_text(encoding="utf-8") == results.text() + "\n"
    assert (out / "without.csv").exists()
    assert (out / "missing.csv").exists()


def test_a_bench_that_was_stopped_goes_on_and_ends_with_the_same_scores(fused, tmp_path, monkeypatch):
    _, whole, order = fused
    done, some = [], {**SOME, "fusions": "none", "decisions": "average,gate", "missing": "none"}

    def stopped(self, cell, outcome, keep=Kept.keep):
        if len(done) == 5:
            raise KeyboardInterrupt
        done.append(cell)
        keep(self, cell, outcome)

    with monkeypatch.context() as patch:
        patch.setattr(Kept, "keep", stopped)
        with pytest.raises(KeyboardInterrupt):
            fuse(order, tmp_path, **some)
    assert len(arrays(tmp_path)) == 5
    before = {path: path.stat().st_mtime_ns for path in tmp_path.glob("cells/**/*.npz")}

    fuse(order, tmp_path, **some)

    assert {path: path.stat().st_mtime_ns for path in before} == before
    expected, found = arrays(whole), arrays(tmp_path)
    assert len(found) == 4 * 3
    assert all(np.array_equal(expected[name], found[name], equal_nan=True) for name in found)


def test_what_is_done_is_not_done_again_and_another_way_may_be_added(fused, tmp_path, monkeypatch):
    _, whole, order = fused
    shutil.copytree(whole, tmp_path / "out")
    taught = []

    def counted(do, tasks):
        for task in tasks:
            taught.append(task)
            yield task, do(task)

    results = fuse(order, tmp_path / "out", **{**SOME, "fusions": "early,gated,concatenation", "workers": counted})

    assert {getattr(task, "name", None) for task in taught} == {"concatenation"}
    assert len(results.lines) == 4 + 1 + len(DECISIONS) + 1


def test_other_settings_are_refused_in_the_same_folder_and_named(fused, ordered):
    _, out, order = fused

    for other, named in (
        (ordered("pair", arguments='{"epochs": 5}'), "arguments.epochs"),
        (replace(order, quick=True), "quick"),
        (replace(order, protocol="grouped:k=3"), "protocol"),
    ):
        with pytest.raises(RunError, match=rf"another {named}.*choose another --out"):
            fuse(other, out, **SOME)


def test_a_cell_that_is_damaged_is_named(fused, tmp_path):
    _, whole, order = fused
    shutil.copytree(whole, tmp_path / "out")
    path = Kept(tmp_path / "out", plan(order)).path(Cell("fusion", "early", "fold-2", 0))
    path.write_bytes(b"half a cell")

    with pytest.raises(RunError, match=r"fusion-early\.npz cannot be read.* made again"):
        fuse(order, tmp_path / "out", **SOME)


def test_cells_about_other_clips_are_refused(fused, tmp_path):
    _, whole, order = fused
    shutil.copytree(whole, tmp_path / "out")
    kept = Kept(tmp_path / "out", plan(order))
    cell = Cell("member", "audio", "fold-2", 0)
    outcome = kept.load(cell)
    kept.keep(cell, replace(outcome, arrays={"test": outcome.arrays["test"][:, :-1]}))

    with pytest.raises(RunError, match="about other clips or labels"):
        fuse(order, tmp_path / "out", **SOME)


@pytest.mark.slow
def test_several_processes_give_what_one_gives(fused, tmp_path):
    _, whole, order = fused

    fuse(order, tmp_path, devices=2, **SOME)

    expected, found = arrays(whole), arrays(tmp_path)
    assert expected.keys() == found.keys()
    assert all(np.array_equal(expected[name], found[name], equal_nan=True) for name in expected)


def test_seeds_are_more_of_the_same_rows(fused, tmp_path):
    results, whole, order = fused
    shutil.copytree(whole, tmp_path / "out")

    twice = fuse(order, tmp_path / "out", **{**SOME, "fusions": "none", "decisions": "average", "seeds": 2, "missing": "none"})

    assert (twice.seeds, twice.n, twice.drawn_from) == (2, 48, 6)
    first, second = (np.load(tmp_path / "out" / "cells" / f"seed-{seed}" / "fold-1" / "member-audio.npz")["test"] for seed in (0, 1))
    assert not np.array_equal(first, second)
    assert twice.line("average").without == {}
    assert twice.line("average").curve == ()
    assert twice.line("audio").figures["uar"].value != results.line("audio").figures["uar"].value


def test_decisions_learn_from_answers_to_clips_that_the_network_that_answers_has_not_learnt_from(fused):
    from emofuse.bench.heard import heard, lessons, taught_rows

    _, out, order = fused
    made, kept = work(order), Kept(out, plan(order))

    for split in made.splits:
        said = heard(made, kept, "member", "audio", 0, {})[split.name]
        judged = {clip.id for clip in split.test}
        learnt = [made.clips[i] for i in taught_rows(made, split)]
        assert {clip.id for clip in learnt} & judged == set()
        assert {clip.subject for clip in learnt} & {clip.subject for clip in split.test} == set()
        assert said.learnt.shape[0] == len(learnt) == 32
        for other, places, rows in lessons(made, split):
            assert [made.clips[i].id for i in rows] == [made.split(other).test[i].id for i in places]
            assert {made.clips[i].id for i in rows} & {clip.id for clip in made.learnt(made.split(other))} == set()


def test_one_split_teaches_decisions_by_its_valid_clips(ordered, tmp_path):
    results = fuse(ordered("one_split"), tmp_path, **{**SOME, "fusions": "none", "decisions": "weighted"})

    assert (results.n, results.splits) == (24, 1)
    assert results.line("weighted").problem is None
    assert "learn from the valid clips" in results.lessons
    assert "other folds" not in results.lessons
    assert "1 split (" in (tmp_path / "bench.md").read_text(encoding="utf-8").replace("\\", "")
    assert Kept(tmp_path, plan(ordered("one_split"))).load(Cell("decision", "weighted", "people", 0)).facts["learnt from"] == 24


@pytest.mark.slow
def test_a_member_may_have_several_modalities_and_windows_of_its_own(ordered, tmp_path):
    results = fuse(ordered("team"), tmp_path / "team", **{**SOME, "fusions": "none", "decisions": "average"})
    heard = fuse(ordered("windows"), tmp_path / "windows", **{**SOME, "fusions": "early", "decisions": "average,stacked_cnn:epochs=2"})

    assert [line.name for line in results.lines if line.kind == "member"] == ["both", "face"]
    assert results.line("both").without["audio"] is not None
    assert results.line("face").without["audio"] is None
    assert heard.line("stacked_cnn:epochs=2").problem is None
    audio, video = (np.load(tmp_path / "windows" / "cells" / "seed-0" / "fold-1" / f"member-{m}.npz")["test"] for m in ("audio", "video"))
    assert (audio.shape, video.shape) == ((1, 16, 2, 4), (1, 16, 1, 4))
    assert not np.allclose(audio[:, :, 0], audio[:, :, 1])


def test_the_regime_stands_in_every_line_and_is_told_by_what_is_done(ordered, tmp_path):
    order = ordered("own_baseline")
    results = fuse(order, tmp_path, **{**SOME, "fusions": "none", "decisions": "average"})

    import toy_benches

    judged = [{clip.subject for clip in split.test} for split in work(order).splits]
    assert len(toy_benches.AMONG) >= 3
    assert all(among in [set(PEOPLE) - people for people in judged] for among in toy_benches.AMONG)
    own = "with the person's own baseline"
    regimes = {line.name: line.regime for line in results.lines}
    assert regimes == {"audio": own, "video": "inductive", "average": own, "any member right": own}
    assert "with the person's own baseline" in (tmp_path / "bench.html").read_text(encoding="utf-8").replace("&#x27;", "'")


def test_a_quick_bench_says_so_everywhere(ordered, tmp_path):
    results = fuse(ordered("pair", quick=True), tmp_path, **{**SOME, "fusions": "none", "decisions": "average"})

    assert results.quick
    assert results.text().startswith("QUICK")
    for name in ("bench.html", "bench.md", "bench.txt"):
        assert "QUICK" in (tmp_path / name).read_text(encoding="utf-8")
    assert json.loads((tmp_path / "bench.json").read_text(encoding="utf-8"))["quick"] is True
    assert ",true," in (tmp_path / "bench.csv").read_text(encoding="utf-8").splitlines()[1]


@pytest.mark.parametrize(
    ("asked", "error", "said"),
    [
        ({"fusions": "erly"}, UnknownName, "Unknown fusion 'erly'. Known: .*early"),
        ({"decisions": "average,mean"}, UnknownName, "Unknown decision 'mean'"),
        ({"fusions": "early:heads=2"}, UnknownName, "early takes no 'heads'"),
        ({"fusions": "gated:width=x"}, UnknownName, "cannot be read.*Expected NAME:SETTING=JSON"),
        ({"missing": "some"}, UnknownName, "--missing is one of"),
        ({"seeds": 0}, UnknownName, "0 seeds and 1 device were asked for. Expected one or more of each; mend --seeds"),
        ({"devices": 0}, UnknownName, "1 seed and 0 devices were asked for"),
    ],
)
def test_what_does_not_exist_is_named_before_anything_is_learnt(ordered, tmp_path, asked, error, said):
    with pytest.raises(error, match=said):
        fuse(ordered("pair"), tmp_path, **{**SOME, **asked})

    assert list(tmp_path.iterdir()) == []


def test_one_modality_only_is_nothing_to_fuse(ordered, tmp_path):
    with pytest.raises(SplitError, match=r"one modality here, audio.*nothing to fuse. Expected two or more"):
        fuse(ordered("pair", modalities=("audio",)), tmp_path, **SOME)


def test_whoever_is_not_calibrated_is_as_sure_as_the_network_was(ordered, tmp_path):
    cold = fuse(ordered("uncalibrated"), tmp_path, **{**SOME, "fusions": "none", "decisions": "average"})

    assert "nobody is calibrated" in cold.text()
    assert "temperatures learn" not in cold.lessons
    assert "There are no temperatures" in cold.lessons
    with np.load(tmp_path / "cells" / "seed-0" / "fold-1" / "member-audio.npz") as archive:
        raw = np.exp(archive["test"][0, :, 0])
    from emofuse.bench.heard import heard

    made = work(ordered("uncalibrated"))
    said = heard(made, Kept(tmp_path, plan(ordered("uncalibrated"))), "member", "audio", 0, {})["fold-1"]
    np.testing.assert_allclose(said.test[made.bench.modalities][:, 0], raw, atol=1e-6)
    assert said.temperature == 1


def test_a_decision_that_asks_for_quality_is_told_it(ordered, tmp_path):
    from emofuse.bench.deciding import question
    from emofuse.bench.heard import heard
    from emofuse.bench.rows import opened

    order = ordered("with_quality")
    told = fuse(order, tmp_path, **{**SOME, "fusions": "none", "decisions": "gate"})

    made = work(order)
    assert "saw how sure members are, and no quality" not in told.text()
    quality = opened(order, tmp_path / "features").quality
    members = {name: heard(made, Kept(tmp_path, plan(order)), "member", name, 0, {})["fold-1"] for name in made.bench.team}
    asked = question(made, Cell("decision", "gate", "fold-1", 0), members, quality, 1)
    assert np.isnan(asked.asked_quality["video"]).all()
    assert (asked.asked_quality["audio"] > 0.5).all()
    assert {len(values) for values in asked.quality.values()} == {32}


def test_where_nobody_tells_how_good_signals_are_the_page_says_that_the_gate_saw_none(fused):
    results, out, _ = fused

    said = "othing here tells how good a signal is: gate saw how sure members are, and no quality"
    assert said in results.text()
    assert said in (out / "bench.html").read_text(encoding="utf-8")


def test_the_page_says_of_whom_is_learnt_and_that_the_best_is_named_after_looking(fused):
    results, out, _ = fused

    page = unescape((out / "bench.html").read_text(encoding="utf-8"))

    assert "Nothing was chosen" not in page
    assert results.lessons in page
    assert "Decisions and temperatures learn from other folds' clips alone" in results.lessons
    assert "had themselves learnt from people judged here (cross-fitting)" in results.lessons
    assert results.lessons.endswith("The best way is named after looking at the judged clips.")


def test_all_files_say_how_many_labels_are_answered_and_which(fused):
    results, out, _ = fused

    said = "4 labels: anger, happiness, neutral, sadness"
    assert said in results.text().splitlines()[1]
    for name in ("bench.html", "bench.md", "bench.txt"):
        assert said in (out / name).read_text(encoding="utf-8")


def test_seconds_are_the_processors_and_a_row_says_of_how_many_networks_it_is(fused):
    results, out, order = fused

    for line in results.lines[:-1]:
        assert (line.clock, line.threads) == ("processor", (1,))
    assert [results.line(name).networks for name in ("audio", "early", "average")] == [1, 1, 2]
    assert "train CPU s  ms a clip (1 thread)" in results.text()
    assert "Seconds are those that the processor worked" in (out / "bench.html").read_text(encoding="utf-8")
    rows = list(csv.DictReader((out / "bench.csv").read_text(encoding="utf-8").splitlines()))
    assert [rows[i][what] for i in (0, 4) for what in ("networks", "clock", "threads")] == ["1", "processor", "1", "2", "processor", "1"]
    assert json.loads((out / "bench.json").read_text(encoding="utf-8"))["lines"][4]["networks"] == 2


def test_cells_whose_seconds_are_by_the_wall_clock_are_taken_and_said_to_be(fused, tmp_path):
    _, whole, order = fused
    out = shutil.copytree(whole, tmp_path / "out")
    kept = Kept(out, plan(order))
    for split in work(order).splits:
        cell = Cell("member", "audio", split.name, 0)
        outcome = kept.load(cell)
        kept.keep(cell, replace(outcome, facts={name: fact for name, fact in outcome.facts.items() if name != "clock"}))

    results = fuse(order, out, **{**SOME, "decisions": "average", "missing": "none"})

    assert [results.line(name).clock for name in ("audio", "video", "average")] == ["wall", "processor", "wall"]
    assert results.clock == "both"
    assert "train CPU s" not in results.text()
    assert "the two must not be compared" in (out / "bench.html").read_text(encoding="utf-8")


def test_seconds_do_not_count_what_the_machine_waits_for(ordered, tmp_path, monkeypatch):
    from time import sleep

    from emofuse.bench import cells
    from emofuse.bench.rows import make

    order = ordered("pair")
    make(order, tmp_path)
    monkeypatch.setattr(cells, "_teach", lambda *args: sleep(0.3) or [0.0])

    facts = cells.taught(Cell("member", "audio", "fold-1", 0), order, tmp_path, 1).facts

    assert facts["seconds"] < 0.15


def test_the_best_way_is_tested_against_every_other(fused):
    results, out, _ = fused
    first = results.first

    behind = {line.name: line.behind for line in results.lines if line.behind}

    assert first.behind is None
    assert set(behind) == {line.name for line in results.lines[:-1]} - {first.name}
    for name, one in behind.items():
        assert one.difference.value == pytest.approx(first.figures["uar"].value - results.line(name).figures["uar"].value)
        assert one.difference.value >= 0
        assert 0 < one.p <= one.holm <= 1
    if first.gain:
        assert behind[results.best].p == first.gain.p
    rows = {row["name"]: row for row in csv.DictReader((out / "bench.csv").read_text(encoding="utf-8").splitlines())}
    said = {line["name"]: line for line in json.loads((out / "bench.json").read_text(encoding="utf-8"))["lines"]}
    for name, one in behind.items():
        assert float(rows[name]["behind best"]) == pytest.approx(one.difference.value)
        assert float(rows[name]["behind best p holm"]) == said[name]["behind"]["p_holm"] == one.holm
    assert "Against the best way" in (out / "bench.html").read_text(encoding="utf-8")
    assert "Against the best way" in (out / "bench.md").read_text(encoding="utf-8")
    assert "best way" not in results.text()


def test_milliseconds_of_a_decision_are_the_middle_ones_after_one_that_is_not_counted(monkeypatch):
    from emofuse import catalog
    from emofuse.bench import deciding

    asked = []

    class Slow:
        def fit(self, scores, truth):
            return self

        def __call__(self, scores):
            asked.append(len(scores["a"]))
            return scores["a"][:, 0]

    took = iter([0.0, 9.0, *(second for i in range(5) for second in (10.0 * i, 10.0 * i + i))])  # 9 s, then 0, 1, 2, 3, 4 s
    monkeypatch.setattr(catalog, "named", lambda kind, name: Slow)
    monkeypatch.setattr(deciding.time, "perf_counter", lambda: next(took))
    scores = {"a": np.full((5, 1, 2), 0.5)}

    facts = deciding.decided(deciding.Question(Cell("decision", "slow", "f", 0), scores, np.zeros(5, dtype=int), (scores,))).facts

    assert asked == [5, *[1] * 6]
    assert (facts["ms"], facts["threads"]) == (2_000, 1)


def test_a_way_for_modalities_to_go_missing_is_used_and_told(ordered):
    import torch

    from emofuse.bench.cells import _augment
    from emofuse.bench.gathered import _notes
    from emofuse.network import Batch

    made = work(ordered("pair"))
    both = made.bench.modalities
    batch = Batch({m: torch.ones(4, 2, 3) for m in both}, {m: torch.ones(4, dtype=torch.bool) for m in both}, torch.ones(4, 2))

    def length(way):
        augment = _augment(replace(made.bench, missing=way), both)
        return 1 if augment is None else len(augment(batch, torch.Generator().manual_seed(0))) // 4

    assert [length(way) for way in (0.3, "none", "noise", "soft-hard")] == [1, 1, 3, 4]
    assert any("by the way 'noise'" in note for note in _notes(replace(made, bench=replace(made.bench, missing="noise")), ()))
    assert any("with everything there" in note for note in _notes(replace(made, bench=replace(made.bench, missing="none")), ()))


def test_a_name_is_not_broken_inside_a_word_on_a_narrow_page(fused):
    _, out, _ = fused

    assert "td.word:nth-child(2):not(:last-child) { overflow-wrap: normal; }" in (out / "bench.html").read_text(encoding="utf-8")
