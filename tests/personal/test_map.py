import json

import numpy as np
import pytest

from emofuse.calibration import softened
from emofuse.core.errors import RunError
from emofuse.core.labels import LabelSet
from emofuse.personal.map import Personal

LABELS = LabelSet(("anger", "calm", "fear"))


@pytest.fixture
def rows(generator):
    return generator.dirichlet(np.ones(3), size=6)


def test_without_numbers_nothing_changes(rows):
    np.testing.assert_allclose(Personal(LABELS, "nothing")(rows), rows, atol=1e-6)


def test_a_temperature_alone_softens_as_calibration_does(rows):
    np.testing.assert_allclose(Personal(LABELS, "softer", temperature=2.0)(rows), softened(np.log(rows), 2.0), atol=1e-6)


def test_a_bias_multiplies_the_odds():
    rows = np.array([[0.5, 0.25, 0.25]])

    answer = Personal(LABELS, "bias", bias=(0.0, float(np.log(2)), 0.0))(rows)

    np.testing.assert_allclose(answer, [[0.4, 0.4, 0.2]], atol=1e-6)


def test_a_mix_can_exchange_two_labels(rows):
    swap = ((-1.0, 1.0, 0.0), (1.0, -1.0, 0.0), (0.0, 0.0, 0.0))

    np.testing.assert_allclose(Personal(LABELS, "swap", mix=swap)(rows), rows[:, [1, 0, 2]], atol=1e-6)


def test_rows_sum_to_one_even_where_a_label_was_impossible_and_absent_ones_stay_absent():
    rows = np.array([[1.0, 0.0, 0.0], [np.nan] * 3])

    answer = Personal(LABELS, "bias", bias=(-2.0, 1.0, 1.0))(rows)

    assert answer[0].sum() == pytest.approx(1)
    assert np.isnan(answer[1]).all()


def test_weights_are_of_the_members_that_are_there():
    face, voice = np.array([[[0.8, 0.1, 0.1]]]), np.array([[[0.2, 0.4, 0.4]]])
    hers = Personal(LABELS, "weights", weights={"face": 3.0, "voice": 1.0})

    np.testing.assert_allclose(hers.fused({"face": face, "voice": voice}), [[0.65, 0.175, 0.175]], atol=1e-6)
    np.testing.assert_allclose(hers.fused({"face": np.full((1, 1, 3), np.nan), "voice": voice}), voice[0], atol=1e-6)


def test_it_comes_back_from_json_as_it_was():
    hers = Personal(LABELS, "all", 1.5, (0.1, -0.1, 0.0), ((0.0, 0.1, 0.0),) * 3, {"voice": 0.25})

    assert Personal.from_dict(json.loads(json.dumps(hers.as_dict()))) == hers


@pytest.mark.parametrize(
    "wrong",
    [
        {"bias": (1.0,)},
        {"bias": (float("nan"), 0.0, 0.0)},
        {"mix": ((1.0, 0.0, 0.0),)},
        {"mix": ((1.0,),) * 3},
        {"temperature": 0.0},
        {"temperature": float("inf")},
        {"weights": {"voice": -1.0}},
    ],
)
def test_numbers_that_do_not_fit_are_refused(wrong):
    with pytest.raises(ValueError, match="A map"):
        Personal(LABELS, "wrong", **wrong)


@pytest.mark.parametrize(
    "said", [None, [], {}, {"labels": ["anger"], "how": "", "temperature": "warm", "bias": [], "mix": [], "weights": {}}]
)
def test_what_is_no_map_is_refused(said):
    with pytest.raises(RunError, match="This is no map for a person .*Expected labels, how, .*calibrate again"):
        Personal.from_dict(said)
