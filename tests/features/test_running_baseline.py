"""Recordings that are seen against their own past."""

import numpy as np
import pytest

from emofuse.core.clip import Clip
from emofuse.core.errors import SplitError
from emofuse.features.baseline import Beginning, Few, Running
from emofuse.features.population import NEVER, Population

ANYBODY = Population(np.array([10.0]), np.array([4.0]), np.array([3.0]), np.array([9.0]))


def test_a_recording_is_seen_against_its_own_past_alone(generator):
    recording = generator.normal(size=(20, 2)).astype(np.float32)
    running = Running(population=Population(*np.ones((4, 2))))

    whole, cut = running.along(recording, 1_000), running.along(recording[:12], 1_000)

    assert (whole[:12] == cut).all()
    assert whole[0] == pytest.approx(recording[0])  # nothing was heard: as it is


def test_the_beginning_is_what_counts_from_then_on():
    steps = np.concatenate([np.full((60, 1), 14.0), np.full((200, 1), 16.0)]).astype(np.float32)

    seen = Beginning(until=60_000, population=ANYBODY).along(steps, 1_000)

    assert len(set(seen[60:, 0].tolist())) == 1  # what came after the first minute changed nothing
    # 60 s are 15 clips: mean 10 + 15/18 of 4; variance 4 + 15/24 of (0.67² - 4)
    assert seen[100] == pytest.approx(10 + 2 * (16 - (10 + 4 * 15 / 18)) / np.sqrt(4 + 15 / 24 * ((4 * 3 / 18) ** 2 - 4)), rel=1e-4)


def test_what_was_heard_long_ago_counts_half_as_much():
    steps = np.array([[2.0], [8.0], [0.0]])
    forgetting = Running(half_life=4_000, population=Population(np.zeros(1), np.ones(1), np.zeros(1) + 1e-9, np.full(1, NEVER)))

    seen = forgetting.along(steps, 4_000)

    assert seen[2] == pytest.approx(-(0.5 * 2 + 8) / 1.5, rel=1e-4)  # the older one is one half-life older


def test_a_running_baseline_is_learnt_beside_all_other_clips_of_a_person(generator):
    values = generator.normal(size=(12, 1, 1, 3)).astype(np.float32)
    whose = [Clip(f"c{i}", f"p{i // 4}", None, {}) for i in range(12)]

    assert (Running().among(values, whose)(values, whose) == Few().among(values, whose)(values, whose)).all()
    assert (Running().needs_others, Few().needs_others) == (False, True)


def test_a_recording_needs_a_population_for_its_first_moment():
    with pytest.raises(SplitError, match="nobody was learnt from"):
        Running().along(np.zeros((3, 1)), 1_000)
