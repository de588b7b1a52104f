import sys

import numpy as np
import pytest

from emofuse.core.errors import RunError
from emofuse.decisions.boosted import Boosted


def test_trees_learn_what_no_average_can_who_to_believe_about_which_class(generator):
    """The face knows 0 from the rest, the voice 1 from 2; about anything else they are loud and wrong."""
    truth = generator.integers(3, size=400)
    face, voice = generator.dirichlet(np.ones(3), size=(400, 1)), generator.dirichlet(np.ones(3), size=(400, 1))
    face[:, 0, 0] = np.where(truth == 0, 0.9, 0.1)
    voice[:, 0, 1] = np.where(truth == 1, 0.8, np.where(truth == 2, 0.1, voice[:, 0, 1]))
    face, voice = (values / values.sum(axis=2, keepdims=True) for values in (face, voice))
    scores = {"face": face, "voice": voice}

    answer = Boosted().fit({name: values[:300] for name, values in scores.items()}, truth[:300])(
        {name: values[300:] for name, values in scores.items()}
    )

    average = (face + voice)[300:, 0].argmax(axis=1)
    assert (answer.argmax(axis=1) == truth[300:]).mean() > (average == truth[300:]).mean() + 0.1


def test_without_xgboost_the_extra_is_named(monkeypatch, generator):
    monkeypatch.setitem(sys.modules, "xgboost", None)
    truth = np.arange(30) % 3

    with pytest.raises(RunError, match=r"emofuse\[boosted\]"):
        Boosted().fit({"face": np.eye(3)[truth][:, None]}, truth)
