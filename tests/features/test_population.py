import json

import numpy as np
import pytest

from emofuse.core.errors import RunError, SplitError
from emofuse.features.population import UTMOST, Moments, Population

ANYBODY = Population(np.array([10.0]), np.array([4.0]), np.array([3.0]), np.array([9.0]))


def people(generator, count=40, each=30, between=2.0, within=1.0, width=3):
    """Clips of people who differ at rest. Shape: (N, 1, D), and whose they are."""
    rest = generator.normal(0, between, size=(count, 1, width))
    values = 5 + rest + generator.normal(0, within, size=(count, each, width))
    return values.reshape(-1, 1, width), [f"p{i}" for i in range(count) for _ in range(each)]


def clips(count, value):
    """So many clips, all the same."""
    return Moments.of(np.full((1, 1), value), count)


def test_of_nobody_known_what_is_usual_is_what_is_usual_for_everybody():
    usual = ANYBODY.usual(Moments.nothing())

    assert (usual.mean, usual.spread) == (10, 2)


def test_clips_count_as_much_as_their_credibility():
    usual = ANYBODY.usual(clips(3, 14.0))

    # half of the way from 10 to 14; the variance is 4 + 3/12 of (2² - 4)
    assert (usual.mean, usual.spread) == (12, 2)


def test_with_more_and_more_clips_a_person_is_seen_against_themselves():
    means = [float(ANYBODY.usual(clips(count, 20.0)).mean[0]) for count in (0, 1, 10, 1_000)]

    assert means == pytest.approx([10, 12.5, 10 + 100 / 13, 20], abs=0.05)


def test_a_person_is_brought_to_what_everybody_is_like():
    usual = ANYBODY.usual(clips(3, 14.0))  # mean 12, spread 2; everybody's are 10 and 2

    assert usual(np.array([[12.0], [16.0]])).tolist() == [[10.0], [14.0]]
    assert usual(np.array([[1e9]])).tolist() == [[10.0 + 2 * UTMOST]]


def test_how_much_people_differ_is_found_again(generator):
    found = Population.of(*people(generator, count=200, each=30, between=2.0, within=3.0))

    assert found.mean == pytest.approx(np.full(3, 5.0), abs=0.5)
    assert found.variance == pytest.approx(np.full(3, 9.0), rel=0.05)
    assert found.mean_clips == pytest.approx(np.full(3, 9 / 4), rel=0.35)  # variance within over variance between
    assert (found.variance_clips > 50).all()  # everybody's clips spread alike


def test_two_clips_a_person_say_on_average_how_much_they_spread(generator):
    found = Population.of(*people(generator, count=4_000, each=2, within=3.0, width=1))

    assert found.variance == pytest.approx([9.0], rel=0.1)


def test_a_clip_counts_one_however_many_time_steps_it_has(generator):
    short, long = generator.normal(size=(4, 2)), generator.normal(size=(400, 2))

    both = Moments.of(short).plus(Moments.of(long))

    assert both.clips == 2
    assert both.total == pytest.approx(short.mean(axis=0) + long.mean(axis=0))


def test_a_population_is_the_same_after_it_was_written_down(generator):
    values, whose = people(generator, count=3)
    population, own = Population.of(values, whose), Moments.of(values[0])

    again = Population.from_dict(json.loads(json.dumps(population.as_dict())))

    assert (again.usual(own)(values[1]) == population.usual(own)(values[1])).all()


FOUR = {"mean": [1.0], "variance": [1.0], "mean_clips": [1.0], "variance_clips": [1.0]}


@pytest.mark.parametrize(
    "said", [None, {}, {**FOUR, "mean": "much"}, {**FOUR, "variance": [1.0, 2.0]}, {**FOUR, "mean_clips": [float("nan")]}]
)
def test_a_population_that_was_tampered_with_is_refused(said):
    with pytest.raises(RunError, match="restore run.json"):
        Population.from_dict(said)


def test_clips_of_nobody_tell_nothing_of_how_people_differ(generator):
    values, whose = people(generator, count=3)
    beside = np.concatenate([values, 1_000 + values])

    known, with_nobody = Population.of(values, whose), Population.of(beside, [*whose, *[None] * len(values)])

    assert known.as_dict() == with_nobody.as_dict()


def test_people_who_cannot_be_told_apart_are_not_enough(generator):
    values, _ = people(generator, count=2)

    with pytest.raises(SplitError, match="0 of 0 people have two clips or more. Expected two such people at least"):
        Population.of(values, [None] * len(values))
