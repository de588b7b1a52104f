import numpy as np
import pytest

from emofuse.decisions.weighted import Weighted

TRUTH = np.array([0, 1] * 10)
RIGHT = np.eye(2)[TRUTH][:, None]


def half_right():
    scores = RIGHT.copy()
    scores[:10] = scores[:10, :, ::-1]
    return scores


def test_weights_are_accuracies():
    assert Weighted().fit({"face": RIGHT, "voice": half_right()}, TRUTH).weights_.tolist() == [1.0, 0.5]


def test_accuracy_is_of_the_clips_that_a_member_answers():
    absent = half_right()
    absent[:10] = np.nan

    assert Weighted().fit({"face": RIGHT, "voice": absent}, TRUTH).weights_.tolist() == [1.0, 1.0]


def test_the_answer_is_the_weighted_mean():
    decision = Weighted().fit({"face": RIGHT, "voice": half_right()}, TRUTH)

    answer = decision({"face": np.array([[[0.9, 0.1]]]), "voice": np.array([[[0.0, 1.0]]])})

    assert answer[0, 0] == pytest.approx(0.9 / 1.5)


def test_members_that_were_never_right_count_the_same_rather_than_nothing():
    decision = Weighted().fit({"face": RIGHT[:, :, ::-1], "voice": RIGHT[:, :, ::-1]}, TRUTH)

    assert decision({"face": np.array([[[0.8, 0.2]]]), "voice": np.array([[[0.4, 0.6]]])})[0, 0] == pytest.approx(0.6)
