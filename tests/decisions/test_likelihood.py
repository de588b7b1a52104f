import numpy as np
import pytest

from emofuse.decisions.likelihood import Likelihood


def made(generator, knowledge, truth):
    logits = generator.normal(size=(len(truth), 1, 3)) + knowledge * np.eye(3)[truth][:, None]
    return np.exp(logits) / np.exp(logits).sum(axis=2, keepdims=True)


def test_no_other_weights_make_the_truth_more_likely(generator):
    truth = generator.integers(3, size=300)
    scores = {"face": made(generator, 1.0, truth), "voice": made(generator, 1.5, truth)}

    found = Likelihood().fit(scores, truth).weights_[0]

    of_truth = {name: values[np.arange(300), 0, truth] for name, values in scores.items()}
    grid = np.linspace(0, 1, 1_001)
    likelihoods = [np.log(w * of_truth["face"] + (1 - w) * of_truth["voice"]).mean() for w in grid]
    assert found == pytest.approx(grid[int(np.argmax(likelihoods))], abs=0.01)


def test_a_member_that_adds_nothing_ends_with_no_weight(generator):
    truth = generator.integers(3, size=300)
    scores = {"face": np.full((300, 1, 3), 1 / 3), "voice": made(generator, 4.0, truth)}

    assert Likelihood().fit(scores, truth).weights_[0] < 0.05
