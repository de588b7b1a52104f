from dataclasses import replace

import numpy as np
import pytest

from emofuse.core.clip import Clip
from emofuse.core.errors import SplitError, UnknownName
from emofuse.core.modality import Modality
from emofuse.features.baseline import Beginning, Few, Running, named, told
from emofuse.features.population import NEVER, UTMOST, Population

ANYBODY = Population(np.array([10.0]), np.array([4.0]), np.array([3.0]), np.array([9.0]))


def clips(*people, label="fear"):
    """A clip for each name, in their order."""
    return [Clip(f"{who}{i}", who, label, {}) for i, who in enumerate(people)]


def rows(*values):
    """One variant, one time step, one dimension a clip. Shape: (N, 1, 1, 1)."""
    return np.array(values, dtype=np.float32).reshape(-1, 1, 1, 1)


def people(generator, count=40, each=30, between=2.0, within=1.0, width=3):
    """Clips of people who differ at rest. Shape: (N, 1, 1, D), and the clips."""
    rest = generator.normal(0, between, size=(count, 1, width))
    values = 5 + rest + generator.normal(0, within, size=(count, each, width))
    return values.reshape(-1, 1, 1, width).astype(np.float32), clips(*(f"p{i:02d}" for i in range(count) for _ in range(each)))


def test_a_clip_is_seen_against_mean_and_spread_of_the_others_alone():
    seen = Few()(rows(7, 1, 3), clips("a", "a", "a"))

    # 7 beside 1 and 3: mean 2, spread 1; 1 beside 7 and 3: mean 5, spread 2; 3 beside 7 and 1: mean 4, spread 3
    assert seen.ravel() == pytest.approx([5, -2, -1 / 3])


def test_what_a_clip_holds_changes_nothing_of_what_it_is_seen_against():
    once, again = (Few()(rows(value, 1, 3), clips("a", "a", "a"))[0, 0, 0, 0] for value in (4, 6))

    assert (once, again) == (2, 4)


def test_other_people_are_no_part_of_it():
    alone = Few()(rows(7, 1, 3), clips("a", "a", "a"))

    beside_others = Few()(rows(7, 1, 3, 100, 200), clips("a", "a", "a", "b", "b"))

    assert (beside_others[:3] == alone).all()


def test_labels_are_never_looked_at(generator):
    values, whose = people(generator, count=4)
    words = generator.permutation(["fear", "calm"] * 60)
    other = [replace(clip, label=word) for clip, word in zip(whose, words, strict=True)]
    nameless = [replace(clip, label=None) for clip in whose]

    for baseline in (Few(), Few(clips=3), Few(clips=3).among(values, whose), Running().among(values, other)):
        assert (baseline(values, whose) == baseline(values, other)).all()
        assert (baseline(values, whose) == baseline(values, nameless)).all()


def test_the_order_of_clips_changes_nothing(generator):
    values, whose = people(generator, count=3)
    order = generator.permutation(len(whose))
    few = Few(clips=5).among(values, whose)

    shuffled = few(values[order], [whose[i] for i in order])

    assert np.allclose(shuffled, few(values, whose)[order], atol=1e-6)


def test_few_others_are_drawn_always_the_same_and_for_each_clip_anew():
    theirs = [f"a{i}" for i in range(10)]

    first, second, other = ([few.drawn(clip, theirs) for clip in theirs] for few in (Few(clips=3), Few(clips=3), Few(clips=3, seed=1)))

    assert first == second != other
    assert all(len(set(drawn)) == 3 and clip not in drawn for clip, drawn in zip(theirs, first, strict=True))
    assert len(set(map(tuple, first))) > 5


def test_a_person_with_fewer_others_than_asked_for_has_all_of_them():
    assert Few(clips=10).drawn("a", ["a", "b", "c"]) == Few().drawn("a", ["a", "b", "c"]) == ["b", "c"]


def test_a_clip_that_stands_there_twice_is_not_in_its_own_baseline():
    whose = clips("a", "a", "a")

    twice = Few()(rows(7, 1, 3, 7), [*whose, whose[0]])

    assert twice.ravel() == pytest.approx([5, -2, -1 / 3, 5])


def test_nothing_is_known_of_a_person_without_other_clips():
    few = Few(population=ANYBODY)

    assert few(rows(14), clips("a")).ravel() == [14]  # as it is: there is nothing to bring nearer to everybody
    assert few(rows(14, 6), [Clip("x", None, None, {}), Clip("y", None, None, {})]).ravel().tolist() == [14, 6]
    with pytest.raises(SplitError, match="one clip alone, or a clip of nobody"):
        Few()(rows(14), clips("a"))


def test_one_clip_counts_as_much_as_its_credibility():
    # the other clip, 6: mean 10 + 1/4 of -4 = 9; its square from there 9, so the variance is 4 + 1/10 of 5 = 4.5
    seen = Few(population=ANYBODY)(rows(12, 6), clips("a", "a"))

    assert seen[0] == pytest.approx(10 + 2 * (12 - 9) / np.sqrt(4.5))


def test_where_people_do_not_differ_one_of_them_is_seen_against_all(generator):
    values, whose = people(generator, count=50, between=0.0)
    few = Few().among(values, whose)

    assert few.population.mean_clips.min() > len(values) / 50
    assert few(values, whose) == pytest.approx(values, abs=0.5)


def test_a_constant_feature_becomes_zero_and_not_infinite(generator):
    values, whose = people(generator, count=3)
    values[..., 1] = 0.1

    for baseline in (Few(), Few().among(values, whose), Few(clips=1).among(values, whose)):
        seen = baseline(values, whose)
        assert np.isfinite(seen).all()
        assert seen[..., 1] == pytest.approx(0.1 if baseline.population else 0, abs=1e-5)
    assert Few().among(values, whose).population.mean_clips[1] == NEVER


def test_what_is_far_from_usual_is_no_further_than_the_utmost():
    assert Few()(rows(1e6, 1, 3, 2), clips(*"aaaa")).max() == UTMOST


def test_a_variant_is_seen_against_the_same_variant_of_the_others():
    values = np.array([[7, 70], [1, 10], [3, 30]], dtype=np.float32).reshape(3, 2, 1, 1)

    seen = Few()(values, clips(*"aaa"))

    assert seen[:, 0] == pytest.approx(seen[:, 1])


def test_one_person_is_not_enough_to_know_what_is_usual():
    with pytest.raises(SplitError, match="1 of 2 people have two clips or more. Expected two such people"):
        Few().among(rows(1, 2, 3), clips("a", "a", "b"))


def test_a_reader_is_told_that_clips_were_not_judged_alone():
    assert told({}) == ()
    assert told({Modality.VIDEO: Few(clips=10)}) == (
        "with the person's own baseline, not to be compared with clips judged alone: video beside 10 other clips of the person",
    )
    assert str(Few()) == "all other clips of the person"
    assert str(Few(clips=1)) == "1 other clip of the person"
    assert str(Beginning()) == "what came before in the recording within its first 60 s"
    assert str(Running()) == "what came before in the recording"


def test_it_is_named_with_its_settings():
    assert named("few", clips=5) == Few(clips=5)
    assert named("running", half_life=60_000) == Running(half_life=60_000)
    assert named("beginning") == Beginning()
    assert type(named("beginning")) is Beginning


@pytest.mark.parametrize(
    ("kind", "settings", "error", "said"),
    [
        ("usual", {}, UnknownName, "Unknown baseline 'usual'. Known: few, running, beginning; name one"),
        ("few", {"half_life": 1}, UnknownName, "'few' takes no 'half_life'. It takes: clips, seed; leave"),
        ("few", {"population": None}, UnknownName, "takes no 'population'"),
        ("few", {"clips": -1}, SplitError, "against -1 others. Expected none or more; name no number"),
        ("running", {"half_life": 0}, SplitError, "half-life of 0 ms was asked for. Expected one above 0; name none"),
        ("beginning", {"until": -5}, SplitError, "end of -5 ms was asked for"),
    ],
)
def test_one_that_does_not_exist_or_says_nothing_is_refused(kind, settings, error, said):
    with pytest.raises(error, match=said):
        named(kind, **settings)


def test_beside_no_clip_everybody_is_what_is_usual():
    assert Few(clips=0, population=ANYBODY)(rows(14, 6), clips("a", "a")).ravel().tolist() == [14, 6]
