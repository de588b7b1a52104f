import numpy as np

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
