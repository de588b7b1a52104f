import numpy as np
import pytest

from emofuse.core.errors import SplitError
from emofuse.decisions.gate import Gate


@pytest.fixture
def moody(generator):
    """The face is right when its picture is good, the voice when it is not; both are always equally sure."""
    truth = generator.integers(3, size=400)
    good = generator.random(400) < 0.5
    wrong = (truth + generator.integers(1, 3, size=400)) % 3
    face = 0.1 + 0.7 * np.eye(3)[np.where(good, truth, wrong)][:, None]
    voice = 0.1 + 0.7 * np.eye(3)[np.where(good, wrong, truth)][:, None]
    return {"face": face, "voice": voice}, truth, {"face": good.astype(float)}


def test_quality_tells_whom_to_trust(moody):
    scores, truth, quality = moody

    with_it = Gate().fit(scores, truth, quality)(scores, quality)
    without = Gate().fit(scores, truth)(scores)

    assert (with_it.argmax(axis=1) == truth).mean() > 0.95
    assert (without.argmax(axis=1) == truth).mean() < 0.7


def test_weights_are_shared_out_among_those_who_are_there(moody):
    scores, truth, quality = moody
    gate = Gate().fit(scores, truth, quality)
    left = {name: values.copy() for name, values in scores.items()}
    left["voice"][0] = np.nan

    weights = gate.weights(left, quality)

    np.testing.assert_allclose(weights.sum(axis=0), 1)
    assert weights[:, 0].tolist() == [1.0, 0.0]


def test_where_there_is_nothing_to_learn_it_stays_the_average(generator):
    truth = generator.integers(3, size=300)
    same = generator.dirichlet(np.ones(3), size=(300, 1))
    scores = {"face": same, "voice": same.copy()}

    np.testing.assert_allclose(Gate().fit(scores, truth).weights(scores), 0.5, atol=1e-6)


def test_its_slope_is_that_of_its_cost(moody, monkeypatch):
    from scipy import optimize

    checked = []

    def watched(cost, start, **options):
        at = np.random.default_rng(0).normal(size=start.shape) * 0.3
        checked.append(optimize.check_grad(lambda x: cost(x)[0], lambda x: cost(x)[1], at))
        return optimize.OptimizeResult(x=start)

    monkeypatch.setattr("scipy.optimize.minimize", watched)
    scores, truth, quality = moody
    Gate().fit(scores, truth, quality)

    assert checked[0] < 1e-5


def test_clips_of_one_class_alone_teach_nothing(generator):
    scores = {"voice": generator.dirichlet(np.ones(3), (40, 1)), "face": generator.dirichlet(np.ones(3), (40, 1))}

    with pytest.raises(SplitError, match="All 40 clips to learn a decision from are of one class"):
        Gate().fit(scores, np.zeros(40, dtype=int))
