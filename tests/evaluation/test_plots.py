import numpy as np
import pytest

from emofuse.evaluation import plots
from emofuse.evaluation.report import Figure


def test_figures_without_anything_to_compare_them_with_are_drawn_all_the_same():
    drawn = plots.whiskers({"accuracy": Figure(0.5, (0.4, 0.6)), "unknown": Figure(np.nan, (np.nan, np.nan))}, {})

    assert drawn.startswith("<svg")
    assert "accuracy" in drawn
    assert "unknown" not in drawn


def test_the_same_figures_are_drawn_with_the_same_bytes():
    rows = {"a": Figure(0.1, (-0.1, 0.3)), "b": Figure(0.0, (0.0, 0.0))}

    assert plots.differences(rows) == plots.differences(rows)


@pytest.mark.parametrize("name", ["sex: female", "statement: kids are talking by the door and never come to an end of it"])
def test_a_long_name_leaves_room_for_what_it_names(name):
    folded = plots._folded(name)

    assert all(len(line) <= plots.LETTERS for line in folded.split("\n"))
    assert folded.count("\n") <= 1


@pytest.mark.parametrize("name", ["$\\bad$", "50 %", "<b>&amp;", "a_b^c", "--", "Ünï çödé 情感"])
def test_a_name_is_only_letters(name):
    some = Figure(0.5, (0.4, 0.6))

    assert plots.whiskers({name: some}, {name: 0.5}).startswith("<svg")
    assert plots.people({name: 0.5}, {name: 0.4}, 0.5).startswith("<svg")
    assert plots.confusions([[1, 0], [0, 1]], (name, "b"), (name, "b"), rates=True).startswith("<svg")


def test_no_drawing_leaves_anything_of_matplotlib_behind():
    import matplotlib as mpl

    before = dict(mpl.rcParams)

    plots.people({"ann": 0.5, "bob": 0.7}, {"ann": 0.4, "bob": np.nan}, 0.6)

    assert dict(mpl.rcParams) == before


def test_a_mark_at_one_is_seen_whole(monkeypatch):
    limits = []
    monkeypatch.setattr(plots, "_finished", lambda axes: limits.append(axes.get_xlim()))

    plots.whiskers({"accuracy": Figure(1.0, (0.9, 1.0))}, {})

    assert limits[0][1] > 1.01
