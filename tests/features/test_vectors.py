import numpy as np
import pytest

from emofuse.core.clip import Signal
from emofuse.features.vectors import WAYS, Vectors

TWO = Signal(np.array([[1, 2], [3, 6]], dtype=np.float32), rate=2)


@pytest.mark.parametrize(
    ("way", "rows"),
    [
        ("as they are", [[1, 2], [3, 6]]),
        ("mean", [[2, 4]]),
        ("mean and spread", [[2, 4, 1, 2]]),
        ("side by side", [[1, 2, 3, 6]]),
    ],
)
def test_vectors_go_over_time_as_they_are_told(way, rows):
    assert Vectors(way)(TWO).tolist() == rows
    assert way in WAYS


def test_a_way_that_does_not_exist_is_named_with_those_that_do():
    with pytest.raises(ValueError, match="as they are, mean, .* not 'sum'"):
        Vectors("sum")(TWO)


@pytest.mark.parametrize("values", [np.zeros(3), np.zeros((0, 2)), np.array([["a"]]), np.zeros((1, 2, 2))])
def test_what_is_not_vectors_is_refused(values):
    with pytest.raises(ValueError, match="takes vectors"):
        Vectors()(Signal(values, 1))


def test_what_is_no_number_is_refused():
    with pytest.raises(ValueError, match="takes finite ones"):
        Vectors()(Signal(np.array([[np.nan]]), 1))
