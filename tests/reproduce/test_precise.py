"""Precisions as papers print them, beside what scikit-learn says of the same answers."""

import numpy as np
import pytest

from emofuse.core.clip import Clip
from emofuse.core.labels import LabelSet
from emofuse.reproduce.precise import macro_precision, precise, weighted_precision

LABELS = LabelSet(("anger", "joy", "fear", "neutral"))


def answers(absent: bool = False) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(3)
    truth, said = random.choice(4, size=60, p=(0.5, 0.2, 0.2, 0.1)), random.integers(0, 3, size=60)  # neutral is never answered
    said[:10] = -1 if absent else truth[:10]
    return truth, said


def test_they_are_as_scikit_learn_has_them():
    from sklearn.metrics import precision_score

    truth, said = answers()
    for average, ours in (("macro", macro_precision), ("weighted", weighted_precision)):
        assert float(ours(truth, said)) == pytest.approx(precision_score(truth, said, average=average, zero_division=0))


def test_no_answer_is_nobodys_answer():
    truth, said = answers(absent=True)
    there = said >= 0
    right = [np.mean(truth[there][said[there] == label] == label) if (said == label).any() else 0.0 for label in range(4)]

    assert float(macro_precision(truth, said)) == pytest.approx(np.mean(right))
    assert float(weighted_precision(truth, said)) == pytest.approx(np.mean([right[label] for label in truth]))


def test_a_clip_drawn_twice_counts_twice():
    truth, said = answers()
    times = np.random.default_rng(0).integers(0, 3, size=(5, 60)).astype(np.float32)
    for measure in (macro_precision, weighted_precision):
        drawn = measure(truth, said, times)
        assert drawn.shape == (5,)
        for one, row in zip(drawn, times.astype(int), strict=True):
            assert one == pytest.approx(float(measure(truth.repeat(row), said.repeat(row))), abs=1e-6)


def test_a_report_of_them_has_intervals_and_its_weighted_recall_is_the_accuracy():
    truth, said = answers()
    clips = [Clip(str(i), f"person {i % 6}", LABELS[label], {}) for i, label in enumerate(truth)]

    found = precise(LABELS, clips, np.eye(4)[said], resamples=200)

    assert list(found) == ["macro_precision", "weighted_precision", "weighted_recall"]
    assert found["weighted_recall"].value == pytest.approx(np.mean(truth == said))
    for figure in found.values():
        assert figure.interval[0] < figure.value < figure.interval[1]
