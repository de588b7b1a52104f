import numpy as np
import pytest

from emofuse.core.errors import SplitError
from emofuse.decisions.logistic import Logistic


def test_a_member_that_calls_everything_by_the_wrong_name_is_still_of_use(generator):
    truth = generator.integers(3, size=120)
    rotated = 0.1 + 0.7 * np.eye(3)[(truth + 1) % 3][:, None]

    answer = Logistic(strength=10.0).fit({"face": rotated}, truth)({"face": rotated})

    np.testing.assert_array_equal(answer.argmax(axis=1), truth)


def test_what_is_asked_without_a_member_was_learnt_without_it(generator):
    truth = generator.integers(3, size=120)
    sure = 0.02 + 0.94 * np.eye(3)[truth][:, None]
    vague = 0.25 + 0.25 * np.eye(3)[truth][:, None]
    both = Logistic().fit({"face": sure, "voice": vague}, truth)
    gone = np.full_like(sure, np.nan)

    np.testing.assert_allclose(both({"face": gone, "voice": vague}), Logistic().fit({"voice": vague}, truth)({"voice": vague}))


def test_what_all_members_say_is_learnt_when_it_is_fitted_not_when_it_is_asked(generator):
    truth = generator.integers(3, size=120)
    scores = {name: generator.dirichlet(np.ones(3), size=(120, 1)) for name in ("face", "voice")}

    assert list(Logistic().fit(scores, truth).models_) == [("face", "voice")]


def test_members_that_are_together_in_clips_of_one_class_alone_are_learnt_apart(generator):
    truth = np.arange(120) % 3
    scores = {name: generator.dirichlet(np.ones(3), size=(120, 1)) for name in ("face", "voice")}
    scores["voice"][truth > 0] = np.nan

    decision = Logistic().fit(scores, truth)

    assert np.isfinite(decision({"face": scores["face"]})).all()
    with pytest.raises(SplitError, match="of one class"):
        decision({name: values[:1] for name, values in scores.items()})
