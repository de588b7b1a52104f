from dataclasses import replace

import numpy as np
import pytest

from emofuse.core.clip import Clip
from emofuse.core.errors import RunError, SplitError
from emofuse.core.labels import LabelSet
from emofuse.evaluation.compare import compare
from emofuse.evaluation.evaluate import judged
from emofuse.evaluation.predictions import Predictions

from .conftest import answered

WORDS = LabelSet(("anger", "calm"))


def said(*answers, people="aabb", truth="acac", ids=None, labels=WORDS):
    """A system that answers anger (a), calm (c) or nothing (-) to four clips."""
    words = {"a": "anger", "c": "calm"}
    rows = [np.eye(len(labels))[labels.index(words[answer])] if answer != "-" else np.full(len(labels), np.nan) for answer in answers]
    clips = [
        Clip(name, who if who != "?" else None, words[right], {}, {"dialogue": f"d{i}"})
        for i, (name, who, right) in enumerate(zip(ids or "1234", people, truth, strict=True))
    ]
    return Predictions(labels, tuple(clips), np.stack(rows))


def test_a_comparison_by_hand():
    told = compare({"first": said(*"acac"), "second": said(*"aaaa")}, resamples=200)

    (pair,) = told.pairs
    assert (told.n, told.drawn, told.units) == (4, "people", 2)
    assert (pair.first, pair.second) == ("first", "second")
    assert (pair.accuracy.value, pair.uar.value) == (0.5, 0.5)
    assert (pair.both, pair.only_first, pair.only_second, pair.neither) == (0.5, 2, 0, 0.0)
    assert pair.agreement == 0.5
    assert pair.mcnemar == pytest.approx(0.5)
    assert (pair.permutation, pair.exact, pair.least) == (0.5, True, 0.5)
    assert (told.any_right.value, told.all_right.value) == (1.0, 0.5)


def test_the_better_one_stands_first_whatever_the_order():
    (pair,) = compare({"worse": said(*"aaaa"), "better": said(*"acac")}, resamples=50).pairs

    assert (pair.first, pair.accuracy.value) == ("better", 0.5)


def test_figures_are_those_of_the_reports():
    one, other = answered(seed=1), answered(seed=2, sure=0.4)

    told = compare({"one": one, "other": other}, resamples=300)

    for name, system in (("one", one), ("other", other)):
        report = judged(system.labels, system.clips, system.probabilities, resamples=300)
        assert (told.accuracy[name], told.uar[name]) == (report.accuracy, report.uar)
    (pair,) = told.pairs
    assert pair.accuracy.value == pytest.approx(told.accuracy["one"].value - told.accuracy["other"].value)
    assert pair.uar.value == pytest.approx(told.uar["one"].value - told.uar["other"].value)
    assert pair.accuracy.interval[0] < pair.accuracy.value < pair.accuracy.interval[1]


def test_flipping_people_for_uar_is_swapping_their_answers():
    one, other = answered(people=7, seed=3), answered(people=7, seed=4, sure=0.9)
    truth = np.array([one.labels.index(clip.label) for clip in one.clips])
    who = np.array([clip.subject for clip in one.clips])
    recalls = []
    for flip in range(2**7):
        swapped = np.isin(who, [f"p{i}" for i in range(7) if flip >> i & 1])
        a, b = np.where(swapped, other.answers, one.answers), np.where(swapped, one.answers, other.answers)
        recalls.append(np.mean([(a[truth == c] == c).mean() - (b[truth == c] == c).mean() for c in range(3)]))

    (pair,) = compare({"one": one, "other": other}, resamples=50).pairs

    assert pair.permutation_uar == pytest.approx(np.mean(np.abs(recalls) >= abs(recalls[0]) - 1e-9))


def test_a_difference_between_enough_people_is_shown():
    (pair,) = compare(
        {"good": answered(n=480, people=24, sure=3.0), "bad": answered(n=480, people=24, sure=0.3, seed=1)}, resamples=500
    ).pairs

    assert pair.shown
    assert pair.sentence.endswith("shown.")
    assert "good is better than bad by" in pair.sentence
    assert "over 24 people (permutation p < 0.001)" in pair.sentence


def test_what_is_not_shown_says_how_many_people_it_would_need():
    one = answered(n=240, people=24, sure=1.0)
    (pair,) = compare({"one": one, "other": answered(n=240, people=24, sure=1.0, seed=5)}, resamples=200).pairs

    assert not pair.shown
    assert "not shown; it would need about" in pair.sentence
    assert pair.needed > 24


def test_a_difference_that_hardly_is_one_would_need_more_people_than_there_are():
    (pair,) = compare({"one": answered(n=240, people=24), "other": answered(n=240, people=24, seed=5)}, resamples=50).pairs

    assert "it would need about more than 100,000 people like these" not in pair.sentence
    assert replace(pair, needed=2_000_000).sentence.endswith("not shown; it would need more than 100,000 people like these.")
    assert replace(pair, needed=1_234).sentence.endswith("not shown; it would need about 1,200 people like these.")


def test_few_people_can_never_show_anything_and_are_told_so():
    told = {"good": answered(n=60, people=4, sure=6.0), "bad": answered(n=60, people=4, sure=0.0, seed=1)}
    (pair,) = compare(told, resamples=200).pairs

    assert pair.permutation == 0.125
    assert pair.sentence.endswith("not shown, nor could 4 people show any: the smallest possible p is 0.12.")


def test_the_same_system_twice_is_no_difference():
    (pair,) = compare({"one": said(*"acaa"), "twin": said(*"acaa")}, resamples=50).pairs

    assert pair.sentence == "one and twin are right equally often [0.0, 0.0] over 2 people (permutation p = 1.00): no difference is shown."
    assert (pair.kappa, pair.agreement, pair.needed) == (1.0, 1.0, None)


def test_several_differences_are_corrected_for():
    told = {
        name: answered(n=240, people=12, sure=sure, seed=seed) for seed, (name, sure) in enumerate((("a", 3.0), ("b", 1.2), ("c", 0.9)))
    }

    pairs = compare(told, resamples=200).pairs

    assert [(pair.first, pair.second) for pair in pairs] == [("a", "b"), ("a", "c"), ("b", "c")]
    smallest = min(pairs, key=lambda pair: pair.permutation)
    assert smallest.holm == pytest.approx(3 * smallest.permutation)
    assert all(pair.holm >= pair.permutation and pair.holm_mcnemar >= pair.mcnemar for pair in pairs)
    assert "Holm" in smallest.sentence


def test_no_answer_is_wrong_and_two_silences_agree():
    (pair,) = compare({"one": said(*"ac--"), "other": said(*"a---")}, resamples=50).pairs

    assert (pair.only_first, pair.neither, pair.agreement) == (1, 0.5, 0.75)


def test_only_rows_that_all_have_count_and_the_others_are_counted():
    told = compare({"one": said(*"acac"), "other": said(*"aacc", ids="2345", truth="caca", people="abba")}, resamples=50)

    assert (told.n, told.left) == (3, {"one": 1, "other": 1})
    assert "1 more rows of one left out" in told.text()
    assert "1 more rows of other were left out: not all have them." in [remark.text for remark in told.document().remarks]


def test_rows_without_an_answer_are_counted_and_told_to_count_as_wrong():
    told = compare({"one": said(*"acac"), "other": said(*"a--c"), "silent": said(*"----")}, resamples=50)

    remarks = [remark.text for remark in told.document().remarks]
    assert told.unanswered == {"one": 0, "other": 2, "silent": 4}
    assert told.as_dict()["unanswered"] == {"one": 0, "other": 2, "silent": 4}
    for line in ("2 rows without an answer of other count as wrong", "4 rows without an answer of silent count as wrong"):
        assert line in told.text().splitlines()
        assert f"{line}." in remarks
    assert "answer of one" not in told.text()


def test_labels_in_another_order_are_the_same_labels():
    turned = said(*"acac", labels=LabelSet(("calm", "fear", "anger")))

    (pair,) = compare({"one": said(*"acac"), "turned": turned}, resamples=50).pairs

    assert (pair.agreement, pair.both) == (1.0, 1.0)


@pytest.mark.parametrize(
    ("other", "said_"),
    [
        (said(*"acac", truth="aaac"), "one says of row 2 that it is 'calm', by a; other says 'anger', by a"),
        (said(*"acac", people="abbb"), "one says of row 2 that it is 'calm', by a; other says 'calm', by b"),
        (said(*"acac", truth="aaac", people="????"), "other says 'anger'[.] Expected the same truth"),
        (said(*"acac", ids="5678"), "one, other have no row in common: 1 is in one alone"),
    ],
)
def test_what_is_not_the_same_rows_is_refused(other, said_):
    with pytest.raises(RunError, match=said_):
        compare({"one": said(*"acac"), "other": other})


def test_one_alone_cannot_be_compared():
    with pytest.raises(RunError, match="nothing to compare one with. Expected two systems or more"):
        compare({"one": said(*"acac")})


def test_people_unknown_are_a_warning():
    told = compare({"one": said(*"acac", people="????"), "other": said(*"aaaa", people="????")}, resamples=50)

    assert (told.drawn, told.units) == ("clips", 4)
    assert told.document().remarks[0].text == (
        "4 clips are drawn and flipped as a whole: people are not known, so that differences look surer than they are."
    )


def test_anything_that_every_row_says_may_be_flipped():
    told = compare({"one": said(*"acac"), "other": said(*"aaaa")}, units="dialogue", resamples=50)

    assert (told.drawn, told.units, told.pairs[0].units) == ("dialogues", 4, 4)
    with pytest.raises(SplitError, match="says its session"):
        compare({"one": said(*"acac"), "other": said(*"aaaa")}, units="session")


def test_the_text_and_the_page_say_every_sentence():
    told = compare({"a": answered(seed=1), "b": answered(seed=2, sure=1.0), "c": answered(seed=3, sure=0.5)}, resamples=50)

    text, page = told.text(), told.document()

    spoken = " ".join((page.lead, *(text for section in page.sections for text in section.text)))
    for pair in told.pairs:
        assert pair.sentence in text
        assert pair.sentence in spoken
    assert f"any of them  {told.any_right}" in text
    assert "On the same 60 rows, " in page.lead
    assert page.sections[1].pictures[0].draw().startswith("<svg")


def test_two_systems_lead_with_their_sentence():
    told = compare({"a": answered(seed=1), "b": replace(answered(seed=2))}, resamples=50)

    assert told.document().lead == told.pairs[0].sentence


def test_of_one_unit_a_difference_has_no_interval_and_is_not_shown():
    first, second = (said(*answers, people="aaaa") for answers in ("acac", "aaaa"))
    alike = [replace(told, clips=tuple(replace(clip, facts={"dialogue": "d"}) for clip in told.clips)) for told in (first, second)]

    told = compare(dict(zip(("first", "second"), alike, strict=True)), units="dialogue", resamples=50)

    (pair,) = told.pairs
    assert not pair.shown
    assert pair.sentence.startswith("first is better than second by 50.0 points [-] over 1 dialogue (")
    assert "nan" not in told.text()
    assert told.as_dict()["pairs"][0]["accuracy"]["interval"] == [None, None]
    assert told.document().sections[1].pictures[0].draw().startswith("<svg")
