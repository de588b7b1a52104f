from dataclasses import replace

import pytest

from emofuse.evaluation.about import About, headline
from emofuse.evaluation.report import Figure

from .conftest import answered, report_of


def right(report, share, low=None, least=0.13):
    """The report as if so many were right, and so many by always saying the same."""
    edges = (share - 0.05 if low is None else low, share + 0.05)
    return replace(report, accuracy=Figure(share, edges), majority=Figure(least, (least, least)), commonest="neutral")


@pytest.mark.parametrize(
    ("modalities", "whose"),
    [
        (("audio",), "of people it has never heard"),
        (("video",), "of people it has never seen"),
        (("text",), "of people it has never read"),
        (("audio", "video"), "of people it has never met"),
        ((), "of people it has never met"),
    ],
)
def test_a_stranger_is_told_of_a_hundred(report, modalities, whose):
    said = headline(right(report, 0.6382), About("voice", "ravdess", modalities))

    assert said == f"Of 100 clips {whose}, it gets 64 right; always saying neutral gets 13."


@pytest.mark.parametrize(
    ("changes", "whose"),
    [
        ({"shared": ("p1",)}, "of people it knows in part"),
        ({"shared": ("p0", "p1", "p2", "p3", "p4", "p5")}, "of people whom it has heard before"),
        ({"shared": None}, "it has not heard before"),
        ({"people": None, "shared": None}, "it has not heard before"),
    ],
)
def test_shared_people_are_not_called_strangers(report, changes, whose):
    assert f"clips {whose}, it gets" in headline(replace(report, **changes), About("voice", "ravdess", ("audio",)))


def test_another_corpus_is_named():
    said = headline(right(report_of(answered()), 0.43), About("voice", "emodb", ("audio",), unseen=True))

    assert said.startswith("Of 100 clips in emodb, a corpus it has never heard, it gets 43 right")


def test_what_does_not_beat_the_majority_is_said_not_to(report):
    said = headline(right(report, 0.43, low=0.37, least=0.375), About("voice", "ravdess"))

    assert said.endswith("always saying neutral gets 38, which it is not shown to beat.")


@pytest.mark.parametrize(("share", "said"), [(0.997, "99.7"), (0.9999, "99.9"), (1.0, "100"), (0.001, "0.1"), (0.0, "0")])
def test_nearly_all_is_not_called_all(report, share, said):
    assert f"it gets {said} right" in headline(right(report, share), About("voice", "ravdess"))


def test_what_was_learnt_from_is_no_result(report):
    inside = right(report, 0.99)

    with_folds = headline(inside, About("voice", "ravdess", ("audio",), in_sample=True, held_out=right(report, 0.64)))
    without = headline(inside, About("voice", "ravdess", ("audio",), in_sample=True))

    assert "it gets 64 right" in with_folds
    assert "99" not in with_folds + without
    assert without.startswith("It has learnt from all of these 60 clips")


def test_segments_are_called_segments(report):
    assert headline(replace(report, level="segment"), About("voice", "ravdess")).startswith("Of 100 segments of people")
