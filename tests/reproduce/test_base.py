import pytest

from emofuse.audit.base import Grade
from emofuse.evaluation.report import Figure
from emofuse.reproduce.base import METRICS, STAND_INS, Claim, Found, Measured, Row


def row(value: float | None = 0.65, n: int | None = 600, **more: object) -> Row:
    given = {"theirs": object(), "clean": None, **more}
    return Row("li_2024", "one", "a network", "a corpus", Claim(value, "table 1", n=n), "theirs", **given)


def measured(value: float, half: float = 0.02, *, of: Row, metric: str = "accuracy") -> Measured:
    figure = Figure(value, (value - half, value + half))
    return Measured(of, {"paper": Found({metric: figure}, 100, 0.2, Grade.FINE, "nothing was found")})


@pytest.mark.parametrize(
    ("share", "n", "low", "high"),
    [
        (0.5, 100, 0.403832, 0.596168),  # half of a hundred, as textbooks have it
        (1.0, 10, 0.722467, 1.0),  # 1 / (1 + z² / 10)
        (0.0, 10, 0.0, 0.277533),
    ],
)
def test_the_papers_own_figure_lies_in_wilsons_interval(share, n, low, high):
    assert Claim(share, "table 1", n=n).interval == pytest.approx((low, high), abs=1e-6)


def test_it_is_what_scipy_makes_of_it():
    from scipy.stats import binomtest

    low, high = binomtest(410, 600).proportion_ci(method="wilson")

    assert Claim(410 / 600, "section 6", n=600).interval == pytest.approx((low, high), abs=1e-7)


@pytest.mark.parametrize("claim", [Claim(None, "figure 1", n=100), Claim(0.5, "table 1")])
def test_without_a_number_or_without_how_many_were_judged_there_is_no_interval(claim):
    assert claim.interval is None


@pytest.mark.parametrize(("value", "metric"), [(65.0, "accuracy"), (-0.1, "accuracy"), (0.5, "precision")])
def test_a_claim_is_a_share_of_a_known_metric(value, metric):
    with pytest.raises(ValueError, match="expected one of accuracy, .*, and a share from 0 to 1"):
        Claim(value, "table 1", metric)


@pytest.mark.parametrize(
    ("ours", "said"),
    [(0.65, "reached"), (0.62, "reached"), (0.605, "below (-0.045)"), (0.68, "reached"), (0.70, "above")],  # .611 to .687
)
def test_ours_is_held_against_the_papers_interval(ours, said):
    assert measured(ours, of=row()).verdict == said


@pytest.mark.parametrize(("ours", "said"), [(0.64, "reached"), (0.66, "reached"), (0.62, "below (-0.030)")])
def test_where_the_paper_does_not_tell_how_many_ours_has_the_interval(ours, said):
    assert measured(ours, of=row(n=None)).verdict == said


def test_where_there_is_nothing_to_compare_nothing_is_said():
    assert Measured(row()).verdict == ""
    assert measured(0.65, of=row(value=None)).verdict == ""
    assert measured(0.65, of=row(), metric="uar").verdict == ""
    assert Measured(row(), {"clean": measured(0.65, of=row()).found["paper"]}).verdict == ""


@pytest.mark.parametrize("what", STAND_INS)
def test_what_stands_in_the_papers_place_reaches_nothing(what):
    assert measured(0.99, of=row(stand_in=what)).verdict == what
    assert Measured(row(stand_in=what)).verdict == ""


def test_what_is_not_here_is_no_failure():
    problems = {"paper": "data not here (seed)", "clean": "weights not here (bert)"}

    assert Measured(row(), problems=problems).failures == {}
    assert Measured(row(), problems={**problems, "clean": "It broke."}).failures == {"clean": "It broke."}


def test_a_row_without_ways_is_a_quotation():
    assert row(theirs=None).quoted
    assert not row().quoted
    assert list(row(clean=object()).ways) == ["paper", "clean"]


def test_what_was_found_goes_through_json():
    found = Found({"accuracy": Figure(0.5, (float("nan"), float("nan")))}, 1, float("nan"), Grade.BROKEN, "T13", people=None)

    assert found.as_dict()["figures"] == {"accuracy": {"value": 0.5, "interval": [None, None]}}
    assert (found.as_dict()["majority"], found.as_dict()["grade"]) == (None, "broken")
    assert set(found.as_dict()["figures"]) <= set(METRICS)
