"""Runs of other rows, averaged by hand."""

from pathlib import Path

import numpy as np
import pytest

from emofuse.core.errors import RunError
from emofuse.evaluation.metrics import accuracy, answered
from emofuse.evaluation.predictions import FILE, read_predictions
from emofuse.reproduce.averaged import Averaged
from emofuse.reproduce.base import Place
from emofuse.reproduce.ways import Trained
from emofuse.run import calibrate, load

ONE, TWO = (Trained("toy:audio_video", {"epochs": 1}, "two people judged", seed=seed) for seed in (3, 4))


@pytest.fixture(scope="module")
def root(tmp_path_factory) -> Path:
    """The rows ``one`` and ``two`` are trained."""
    root = tmp_path_factory.mktemp("rows")
    for name, way in (("one", ONE), ("two", TWO)):
        way(Place(root, root, quick=True), folder(root, name))
    return root


def folder(root: Path, row: str = "three") -> Path:
    return root / "paper_1999" / row / "paper"


def mean(first: float, calibrated: bool = True, **more: object) -> Averaged:
    return Averaged("paper_1999", {"one": (ONE, first), "two": (TWO, 1 - first)}, calibrated, "two people judged", **more)


def test_it_says_what_trains_its_runs():
    assert mean(0.6).command == "emofuse reproduce paper_1999 --row one --row two --data DIR"
    assert mean(0.6).corpora == ("toy",)
    assert mean(0.6).weights == ()


@pytest.mark.slow
@pytest.mark.parametrize(("first", "row"), [(1.0, "one"), (0.0, "two")])
@pytest.mark.parametrize("calibrated", [True, False])
def test_a_run_that_has_all_the_weight_answers_alone(root, first, row, calibrated):
    found = mean(first, calibrated)(Place(root, root, quick=True), folder(root))

    alone = read_predictions(folder(root, row) / FILE)
    truth = np.array([alone.labels.index(clip.label) for clip in alone.clips])
    assert found.n == len(alone.clips)
    assert found.figures["accuracy"].value == pytest.approx(float(accuracy(truth, alone.answers)))


@pytest.mark.slow
def test_probabilities_are_averaged_as_they_come_or_calibrated(root):
    temperature = load(folder(root, "one")).temperature
    told = [read_predictions(folder(root, row) / FILE) for row in ("one", "two")]
    truth = np.array([told[0].labels.index(clip.label) for clip in told[0].clips])

    found = mean(0.6)(Place(root, root, quick=True), folder(root))

    usual = answered(0.6 * told[0].probabilities + 0.4 * told[1].probabilities)
    assert found.figures["accuracy"].value == pytest.approx(float(accuracy(truth, usual)))
    raw = mean(0.6, calibrated=False)(Place(root, root, quick=True), folder(root))
    calibrate(folder(root, "one"), 7.0, 0.0)  # another temperature is nothing to what comes without it
    assert mean(0.6, calibrated=False)(Place(root, root, quick=True), folder(root)) == raw
    calibrate(folder(root, "one"), temperature, 0.0)


@pytest.mark.slow
def test_some_of_the_clips_are_judged_alone(root):
    clips = read_predictions(folder(root, "one") / FILE).clips
    some = {clip.id for clip in clips[::2]}

    found = mean(0.6, keep=lambda clips, data: some)(Place(root, root), folder(root))

    assert found.n == len(some)


@pytest.mark.slow
def test_what_is_averaged_of_nothing_is_refused(root, tmp_path):
    for name, way in (("one", ONE), ("two", TWO)):
        way(Place(tmp_path, tmp_path, quick=True), folder(tmp_path, name))
    path = folder(tmp_path, "two") / FILE
    said = path.read_text().splitlines()
    path.write_text("\n".join([said[0], *(f"other-{line}" for line in said[1:])]) + "\n")

    with pytest.raises(RunError, match="one, two answer 0 clips in common. Expected some"):
        mean(0.6)(Place(tmp_path, tmp_path, quick=True), folder(tmp_path))
