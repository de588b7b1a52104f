import numpy as np
import pytest

from emofuse.decisions.average import Average

GONE = [np.nan, np.nan]


def test_the_average_is_the_mean_of_members():
    answer = Average()({"voice": np.array([[[0.9, 0.1]]]), "face": np.array([[[0.3, 0.7]]])})

    np.testing.assert_allclose(answer, [[0.6, 0.4]])


def test_a_member_with_many_windows_does_not_outvote_one_with_few():
    many = np.array([[[1.0, 0.0]] * 9])
    few = np.array([[[0.0, 1.0]]])

    np.testing.assert_allclose(Average()({"many": many, "few": few}), [[0.5, 0.5]])


def test_absent_windows_and_members_are_left_out():
    voice = np.array([[[0.8, 0.2], GONE], [GONE, GONE]])
    face = np.array([[GONE], [GONE]])

    answer = Average()({"voice": voice, "face": face})

    np.testing.assert_allclose(answer, [[0.8, 0.2], GONE])


def test_there_is_nothing_to_learn():
    average = Average()

    assert average.fit({}, np.array([])) is average


def test_no_members_is_an_error():
    with pytest.raises(ValueError, match="no members"):
        Average()({})
