import numpy as np
import pytest

from emofuse.decisions.product import Product


def row(*probabilities):
    return np.array([[probabilities]])


def test_two_members_of_like_mind_are_surer_than_either():
    answer = Product()({"voice": row(0.6, 0.4), "face": row(0.6, 0.4)})

    assert answer[0, 0] == pytest.approx(0.36 / (0.36 + 0.16))


def test_never_is_a_veto_and_still_no_nan():
    answer = Product()({"voice": row(1.0, 0.0), "face": row(0.01, 0.99)})

    assert answer[0].argmax() == 0
    assert np.isfinite(answer).all()


def test_a_member_alone_is_taken_at_its_word():
    np.testing.assert_allclose(Product()({"voice": row(0.7, 0.3), "face": row(np.nan, np.nan)}), [[0.7, 0.3]])
