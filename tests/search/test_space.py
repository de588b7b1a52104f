"""Where to search, as users type it."""

import pytest

from emofuse.core.errors import UnknownName
from emofuse.search.space import Choices, Range, countable, space, values


@pytest.mark.parametrize(
    ("typed", "axis"),
    [
        ("a=[32, 64, 128]", Choices((32, 64, 128))),
        ("a=[[64, 64], [128]]", Choices(([64, 64], [128]))),
        ('a=["x,y", "=", "]"]', Choices(("x,y", "=", "]"))),
        ("a=[true, null, 0.5]", Choices((True, None, 0.5))),
        ("a=1e-4..1e-1:log", Range(1e-4, 0.1, log=True)),
        ("a=0.1..0.5", Range(0.1, 0.5)),
        ("a=0...5", Range(0, 0.5)),
        ("a=-1..1", Range(-1, 1, whole=True)),
        ("a=1..256:log", Range(1, 256, log=True, whole=True)),
        ("a=1..5:3", Choices((1, 3, 5))),
        ("a=0.0..0.6:4", Choices((0.0, 0.2, 0.4, 0.6))),
        ("a=1e-4..0.1:log:4", Choices((1e-4, 1e-3, 1e-2, 0.1))),
        ("a=1e-4..0.1:4:log", Choices((1e-4, 1e-3, 1e-2, 0.1))),
        ("a=16..256:log:5", Choices((16, 32, 64, 128, 256))),
        ("a=1..3:9", Choices((1, 2, 3))),
    ],
)
def test_lists_and_ranges_are_read(typed, axis):
    assert space([typed]) == {"a": axis}
    found = space([typed])["a"]
    assert [type(value) for value in getattr(found, "values", ())] == [type(value) for value in getattr(axis, "values", ())]


def test_several_stand_between_commas_or_after_several_options():
    together = space(["rate=1e-4..1e-1:log,widths=[[32],[64, 64]],b=1..3"])

    assert list(together) == ["rate", "widths", "b"]
    assert space(["rate=1e-4..1e-1:log", "widths=[[32],[64, 64]]", " b = 1..3"]) == together


def test_what_is_printed_is_read_as_the_same():
    typed = ["rate=1e-4..1e-1:log", 'kind=["a, b", "c"]', "b=1..3", "c=0.25..2.5"]

    assert space([",".join(f"{name}={axis}" for name, axis in space(typed).items())]) == space(typed)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("[1,2]", "there is no NAME="),
        ("2a=[1,2]", "there is no NAME="),
        ("a=[1,2],", None),
        ("a=[]", "the list is empty"),
        ("a=[1,1]", "1 is in the list twice"),
        ("a=[1,2", "cannot be read"),
        ("a=[NaN]", "NaN is no number"),
        ("a=", "nothing is neither a list nor a range"),
        ("a=0.1", "0.1 is neither a list nor a range"),
        ("a=low..high", "'low' is no number"),
        ("a=0..inf", "'inf' is no end"),
        ("a=5..1", "5 is not below 1"),
        ("a=0..1:log", "0 has no logarithm"),
        ("a=1..2:lin", "after a range comes :log or a number of steps"),
        ("a=1..2:1", "2 or more"),
        ("a=1..2:3:4", "after a range comes"),
        ("a=1..2:log:log", "after a range comes"),
        ("a=1..2,a=[3]", "names 'a' twice"),
        ("", "there is no NAME="),
    ],
)
def test_what_cannot_be_read_says_why_and_what_was_expected(typed, said):
    if said is None:
        assert space([typed]) == {"a": Choices((1, 2))}
        return
    with pytest.raises(UnknownName, match="Expected") as raised:
        space([typed])
    assert said in str(raised.value)


def test_nothing_to_search_over_is_refused():
    with pytest.raises(UnknownName, match=r"Nothing to search over.*Expected NAME="):
        space([])


def test_a_grid_over_what_has_no_end_asks_for_a_number_of_steps():
    with pytest.raises(UnknownName, match=r"has no end.*write rate=0.1..0.5:4 for four of them, or search with --way random or tpe"):
        values("rate", Range(0.1, 0.5))
    with pytest.raises(UnknownName, match="number of steps"):
        values("width", Range(1, 1_000, log=True, whole=True))
    assert values("members", Range(1, 4, whole=True)) == (1, 2, 3, 4)


def test_only_lists_and_steps_can_be_counted_without_being_asked():
    assert countable(space(["a=[1,2],b=1..9:3"]))
    assert not countable(space(["a=[1,2],b=1..9"]))
