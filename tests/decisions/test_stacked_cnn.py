import numpy as np
import pytest
import torch

from emofuse.core.errors import SplitError
from emofuse.decisions.stacked_cnn import StackedCnn, stack


def test_ten_rows_of_five_emotions_make_the_papers_network():
    """kanafin_2024, figure 28: 160, 18,496, 8,256 and 325 parameters."""
    layers = [sum(p.numel() for p in layer.parameters()) for layer in stack(10, 5)]

    assert [count for count in layers if count] == [160, 18_496, 8_256, 325]
    assert stack(10, 5)[:9](torch.zeros(2, 1, 10, 5)).shape == (2, 64, 1, 2)


@pytest.mark.parametrize(("rows", "classes"), [(1, 2), (2, 3), (10, 8), (13, 5), (40, 28)])
def test_any_number_of_rows_and_classes_goes_through(rows, classes):
    assert stack(rows, classes)(torch.zeros(3, 1, rows, classes)).shape == (3, classes)


def test_another_number_of_segments_than_it_learnt_is_refused(generator):
    truth = np.arange(60) % 3
    decision = StackedCnn(epochs=1).fit({"face": generator.dirichlet(np.ones(3), size=(60, 6))}, truth)

    with pytest.raises(ValueError, match="Give as many"):
        decision({"face": generator.dirichlet(np.ones(3), size=(4, 5))})


def test_learning_leaves_the_callers_random_numbers_alone(generator):
    scores = {"face": generator.dirichlet(np.ones(3), size=(60, 2))}
    torch.manual_seed(7)
    expected = torch.rand(3)

    torch.manual_seed(7)
    StackedCnn(epochs=1).fit(scores, np.arange(60) % 3)

    assert torch.equal(torch.rand(3), expected)


def test_where_clips_are_many_passes_are_fewer_and_where_they_are_few_all_are_made(generator):
    truth = np.arange(60) % 3
    scores = {"face": generator.dirichlet(np.ones(3), size=(60, 2))}
    twice, once = (StackedCnn(epochs=epochs).fit(scores, truth)(scores) for epochs in (2, 1))  # of two steps each

    np.testing.assert_array_equal(StackedCnn(epochs=9, steps=5).fit(scores, truth)(scores), twice)
    np.testing.assert_array_equal(StackedCnn(epochs=2, steps=100).fit(scores, truth)(scores), twice)
    np.testing.assert_array_equal(StackedCnn(epochs=9, steps=1).fit(scores, truth)(scores), once)
    assert not np.array_equal(once, twice)


def test_clips_of_one_class_alone_teach_nothing(generator):
    scores = {"voice": generator.dirichlet(np.ones(3), (40, 1)), "face": generator.dirichlet(np.ones(3), (40, 1))}

    with pytest.raises(SplitError, match="All 40 clips to learn a decision from are of one class"):
        StackedCnn().fit(scores, np.zeros(40, dtype=int))
