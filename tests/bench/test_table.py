"""Figures from scores that are made by hand."""

from dataclasses import replace

import numpy as np
import pytest

from emofuse.bench.base import OWN_BASELINE, subsets
from emofuse.bench.results import ORACLE, Line, Results, cells, heads
from emofuse.bench.sections import document, sentence
from emofuse.bench.table import MASKS, MEASURES, SHARES, Answered, Ground, lines, masks
from emofuse.core.modality import Modality
from emofuse.evaluation.document import Tone
from emofuse.evaluation.metrics import answered, weighted_f1
from emofuse.evaluation.paired import swapped

TWO = subsets((Modality.AUDIO, Modality.VIDEO))
TRUTH = np.array([0, 1] * 6)


def on(seeds: int = 1) -> Ground:
    """Twelve clips of six people in three folds."""
    return Ground(
        truth=np.tile(TRUTH, seeds),
        owners=np.tile(np.repeat(list("abcdef"), 2), seeds),
        folds=np.concatenate([np.repeat([0, 1, 2], 4) + 3 * seed for seed in range(seeds)]),
        clips=np.tile(np.arange(12), seeds),
        patterns=TWO,
        seeds=seeds,
        drawn="people",
        resamples=200,
    )


def says(answers, there=(True, True, True)) -> np.ndarray:
    """Certain answers, the same under every pattern that is there. Shape: (3, R, 2)."""
    scores = np.eye(2)[answers][None].repeat(3, axis=0)
    scores[~np.array(there)] = np.nan
    return scores


def test_the_ceiling_is_right_where_any_member_is():
    first, second = TRUTH.copy(), TRUTH.copy()
    first[:6] = 1 - first[:6]
    second[3:] = 1 - second[3:]

    made, best = lines(on(), [Answered("a", "member", says(first)), Answered("b", "member", says(second))], "inductive")

    assert best == "a"
    assert [line.figures["accuracy"].value for line in made] == [0.5, 0.25, 0.75]
    assert (made[-1].name, made[-1].kind) == (ORACLE, "ceiling")


def test_the_p_of_a_gain_is_that_of_flipping_people():
    wrong = TRUTH.copy()
    wrong[::2] = 1 - wrong[::2]  # each person's first clip

    (_, better, _), _ = lines(on(), [Answered("a", "member", says(wrong)), Answered("right", "fusion", says(TRUTH))], "inductive")

    assert better.gain.uar.value == 0.5
    assert better.gain.p == 2 / 2**6  # all six people the one way, or all the other
    assert better.gain.holm == better.gain.p


def test_every_further_line_makes_a_difference_harder_to_show():
    wrong = TRUTH.copy()
    wrong[::2] = 1 - wrong[::2]
    others = [Answered(f"right {i}", "fusion", says(TRUTH)) for i in range(3)]

    made, _ = lines(on(), [Answered("a", "member", says(wrong)), *others], "inductive")

    assert [line.gain.holm for line in made[1:4]] == [3 * 2 / 2**6] * 3


def test_seeds_make_the_mean_and_no_more_people():
    wrong = 1 - TRUTH
    twice = np.concatenate([TRUTH, wrong])

    (one, _), _ = lines(on(2), [Answered("a", "member", says(twice))], "inductive")

    assert one.figures["uar"].value == 0.5
    assert one.figures["uar"].interval == (0.5, 0.5)  # whoever is drawn, both seeds of them are
    assert one.folds["uar"] == (0.5, pytest.approx(np.std([1, 1, 1, 0, 0, 0], ddof=1)))


def test_what_a_pattern_leaves_is_told_pattern_by_pattern():
    deaf = says(TRUTH, there=(True, False, True))

    (one, _), _ = lines(on(), [Answered("face", "member", deaf)], "inductive", missing="each")

    assert one.without["audio"] is None
    assert one.without["video"]["uar"].value == 1
    assert one.curve == ()


def test_the_same_signals_are_missing_for_everybody_and_stay_missing():
    gone = masks(200, 2)

    assert gone.shape == (len(SHARES), MASKS, 200, 2)
    np.testing.assert_array_equal(gone, masks(200, 2))
    assert not gone[0].any()
    assert gone[-1].all()
    assert (gone[1:] >= gone[:-1]).all()
    np.testing.assert_allclose(gone.mean(axis=(1, 2, 3)), SHARES, atol=0.03)


def test_a_curve_looks_up_what_was_said_of_what_is_left():
    deaf = says(TRUTH, there=(True, False, True))
    gone = masks(12, 2)

    (one, _), _ = lines(on(), [Answered("face", "member", deaf)], "inductive", missing="curve")

    assert [point.accuracy for point in one.curve] == pytest.approx((~gone[..., 1]).mean(axis=(1, 2)).tolist())
    assert one.without == {}


def results(lines_, **also) -> Results:
    return Results(
        **{
            "name": "two", "corpus": "toy", "regime": "inductive", "quick": False, "lines": lines_, "best": None, "labels": ("x", "y"),
            "n": 12, "people": 6, "protocol": "by hand", "splits": 3, "seeds": 1, "drawn": "people", "drawn_from": 6, "majority": 0.5,
            "chance": 0.5, "patterns": ("audio",), **also,
        }
    )  # fmt: skip


def test_what_the_audit_finds_is_a_warning_on_the_page():
    made, best = lines(on(), [Answered("a", "member", says(TRUTH)), Answered("b", "member", says(1 - TRUTH))], "inductive")

    page = document(results(made, best=best, notes=("T1 (inflated), people in train and test: all of them", "mind the gap")))

    assert [remark.tone for remark in page.remarks[:2]] == [Tone.WARNING, Tone.PLAIN]
    assert page.title == "Ways to fuse audio: two"


def test_a_page_has_all_columns_of_the_table_in_two():
    made, best = lines(on(), [Answered("a", "member", says(TRUTH)), Answered("b", "member", says(1 - TRUTH))], "inductive", "none")

    first, second = document(results(made, best=best)).sections[0].tables

    assert (*first.heads[:2], "regime", *first.heads[2:], *second.heads[2:]) == heads("uar")
    assert "networks" in second.heads
    assert [row[1] for row in first.rows] == [row[1] for row in second.rows] == ["a", "b", ORACLE]
    assert first.caption.endswith("inductive")


def test_results_print_as_a_table_with_their_marks_first():
    found = results((Line("a", "member", "inductive", problem="no clips"),), quick=True, notes=("mind the gap",))

    lines_ = found.text().splitlines()

    assert lines_[0].startswith("QUICK")
    assert lines_[1] == "mind the gap"
    assert lines_[2].startswith("two: 12 clips of 6 people, 3 splits (by hand), 1 seed, inductive")
    assert lines_[-1] == "member a: no clips"
    assert found.as_dict()["notes"] == list(found.marks)


def test_members_are_ranked_and_gains_tested_by_what_is_measured():
    truth = np.array([0, 0, 0, 1] * 3)
    ground = replace(on(), truth=truth)
    common = Answered("common", "member", says(np.zeros(12, dtype=int)))
    rare = Answered("rare", "member", says(np.where(np.arange(12) % 4 == 0, 0, 1)))

    bests = {measure: lines(ground, [common, rare], "inductive", measure=measure) for measure in MEASURES}

    assert {measure: best for measure, (_, best) in bests.items()} == {"uar": "rare", "accuracy": "common", "weighted_f1": "common"}
    for measure, (made, best) in bests.items():
        other = next(line for line in made if line.gain)
        winner = next(line for line in made if line.name == best)
        assert other.gain.of(measure).value == pytest.approx(other.figures[measure].value - winner.figures[measure].value)
        assert other.gain.of(measure).value < 0
    assert bests["weighted_f1"][0][1].gain.p == swapped(
        weighted_f1, truth, answered(rare.scores[0]), answered(common.scores[0]), ground.owners.tolist()
    )


def test_the_ceiling_says_what_the_best_says_where_nobody_is_right():
    first, second = 1 - TRUTH, 1 - TRUTH
    first[0] = TRUTH[0]

    (*_, ceiling), _ = lines(on(), [Answered("a", "member", says(first)), Answered("b", "member", says(second))], "inductive")

    assert ceiling.figures["weighted_f1"].value == pytest.approx(weighted_f1(TRUTH, first))


def test_the_measure_that_counts_stands_first_and_with_its_interval():
    (one, other, _), best = lines(
        on(), [Answered("a", "member", says(TRUTH)), Answered("b", "member", says(1 - TRUTH))], "inductive", measure="weighted_f1"
    )

    row = dict(zip(heads("weighted_f1"), cells(other, "weighted_f1"), strict=True))

    assert best == one.name == "a"
    assert heads("weighted_f1")[3:7] == ("wF1", "accuracy", "UAR", "gain in wF1")
    assert (row["wF1"], row["UAR"], row["gain in wF1"]) == ("0.000 [0.000, 0.000]", "0.000", "-1.000 [-1.000, -1.000]")
    assert dict(zip(heads("uar"), cells(other, "uar"), strict=True))["wF1"] == "0.000"


def better(people: int, notes=()) -> str:
    """The headline where one way is right about everybody, and the member about nobody."""
    rows = on()
    truth = np.array([0, 1] * people)
    names, clips = np.repeat(np.arange(people).astype(str), 2), np.arange(2 * people)
    ground = replace(rows, truth=truth, owners=names, folds=np.zeros(2 * people, dtype=int), clips=clips)
    made, best = lines(ground, [Answered("a", "member", says(1 - truth)), Answered("b", "fusion", says(truth))], "inductive", "none")
    return sentence(results(made, best=best, drawn_from=people, people=people, notes=notes))


def test_what_so_few_people_cannot_show_is_not_called_luck():
    assert better(4).endswith("; 4 people cannot show a difference.")
    assert better(5).endswith("; 5 people cannot show a difference.")
    assert better(6).endswith(", a difference that is shown.")


def test_where_the_audit_finds_figures_too_good_the_headline_says_so_first_and_shows_nothing():
    noted = ("T1 (inflated), people in train and test: all of them", "T4 (broken), the same clips: some", "mind the gap")

    said = better(8, noted)

    assert said.startswith("These figures promise too much, by T1 (inflated) and T4 (broken). The best of 2 ways is")
    assert "shown" not in said
    assert "shown" in better(8, noted[2:])


def test_where_regimes_differ_the_page_says_each_lines_own():
    alone = Answered("face", "member", says(1 - TRUTH), regime="inductive")

    made, best = lines(on(), [alone, Answered("voice", "member", says(TRUTH))], OWN_BASELINE, "none")

    first, _ = (page := document(results(made, best=best, regime=OWN_BASELINE))).sections[0].tables
    assert [row[first.heads.index("regime")] for row in first.rows] == ["inductive", OWN_BASELINE, OWN_BASELINE]
    assert any("A line whose own modalities know no baseline" in remark.text for remark in page.remarks)


def test_one_of_a_thing_is_called_so():
    made, best = lines(on(), [Answered("a", "member", says(TRUTH)), Answered("b", "member", says(1 - TRUTH))], "inductive", "none")

    said = document(results(made, best=best, splits=1)).sections[0].text[0]

    assert "1 split (by hand), 1 seed." in said


def test_the_page_says_what_is_calibrated_and_what_the_ceiling_is():
    made, best = lines(on(), [Answered("a", "member", says(TRUTH)), Answered("b", "member", says(1 - TRUTH))], "inductive", "none")

    said = " ".join(document(results(made, best=best)).sections[-1].text)

    assert "decisions between them are not calibrated anew" in said
    assert "what a choice among the members' own answers cannot exceed. Decisions that learn can" in said
