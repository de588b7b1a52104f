"""The page of a new analysis asks, for whoever opens it, how often there is an answer and how sure it must be."""

import re
from html import unescape

import pytest

from emofuse_web.analyses.models import Analysis

pytestmark = pytest.mark.django_db
TOLD = {
    "mode": "av",
    "model": "best",
    "purpose": "research",
    "setting": "elsewhere",
    "told": "on",
    "notice": "1",
    "consent": "on",
    "retention_days": "30",
}


def asked(client, **said):
    return client.post("/new/", {name: value for name, value in (TOLD | said).items() if value is not None})


def page(client, **query) -> str:
    return unescape(client.get("/new/", query).content.decode())


def advanced(said: str) -> tuple[bool, str]:
    """Whether it is open, and what is in it."""
    found = re.search(r'<details class="mapping"( open)?>\s*<summary>Advanced</summary>(.*?)</details>', said, re.DOTALL)
    assert found
    return bool(found[1]), found[2]


def hops(said: str) -> list[tuple[str, bool, str]]:
    """What can be chosen: value, whether it is, and what it is called."""
    select = re.search(r'<select name="hop"[^>]*>.*?</select>', advanced(said)[1], re.DOTALL)
    assert select and 'aria-describedby="id_hop_helptext"' in select[0]
    return [(value, bool(is_), name) for value, is_, name in re.findall(r'<option value="(\w*)"( selected)?>([^<]+)</option>', select[0])]


def lead(said: str) -> str | None:
    field = re.search(r'<input type="number" name="threshold"[^>]*>', advanced(said)[1])
    assert field and 'min="0"' in field[0] and 'max="100"' in field[0]
    value = re.search(r' value="([^"]*)"', field[0])
    return value and value[1]


def chosen(said: str) -> tuple[str, str | None]:
    return next(value for value, is_, _ in hops(said) if is_), lead(said)


def test_it_is_closed_at_first_and_leaves_recognizers_as_they_were_taught(alices):
    said = page(alices)

    assert advanced(said)[0] is False
    assert hops(said) == [
        ("", True, "As the recognizer was taught"),
        *((ms, False, f"{ms} ms") for ms in ("100", "200", "500", "1000", "2000")),
    ]
    assert lead(said) is None
    assert "A shorter time gives a finer curve, not a better answer; a longer one is a little quicker." in said
    assert "as it was measured for each recognizer; another number calls more or fewer stretches uncertain" in said


def test_a_hop_is_asked_for_wherever_somebody_is_heard_and_a_threshold_everywhere(alices):
    _open, inside = advanced(page(alices))

    hop = inside[: inside.index('name="threshold"')]
    assert '<div data-modes="av av_eeg">' in hop and hop.count("<div") == hop.count("</div>") + 2, "the hop's place is closed"


@pytest.mark.parametrize(("hop", "ms"), [("", None), ("100", 100), ("2000", 2_000)])
@pytest.mark.parametrize(("percent", "share"), [("", None), ("0", 0), ("12.5", 0.125), ("29", 0.29), ("100", 1)])
def test_what_was_chosen_is_asked_for(alice, alices, upload, hop, ms, percent, share):
    asked(alices, video=upload(alice).id, hop=hop, threshold=percent)

    options = Analysis.objects.get().options
    assert (options["hop_ms"], options["threshold"]) == (ms, share)


def test_words_alone_are_asked_for_without_a_hop(alice, alices, upload):
    asked(alices, mode="text", text=upload(alice, "text").id, hop="100", threshold="30")

    options = Analysis.objects.get().options
    assert (options["hop_ms"], options["threshold"]) == (None, 0.3)


@pytest.mark.parametrize("hop", ["99", "10001", "often", "9" * 5_000, "٣٠٠", "1e3"])
def test_a_hop_that_cannot_be_is_said_beside_its_field_which_is_shown(alice, alices, upload, hop):
    answer = unescape(asked(alices, video=upload(alice).id, hop=hop).content.decode())

    assert '<a href="#id_hop">There is no such time between answers here.' in answer
    assert advanced(answer)[0] is True
    assert not Analysis.objects.exists()


@pytest.mark.parametrize("percent", ["-1", "100.1", "sure", "nan", "inf"])
def test_a_threshold_that_cannot_be_is_said_beside_its_field_which_is_shown(alice, alices, upload, percent):
    answer = unescape(asked(alices, video=upload(alice).id, threshold=percent).content.decode())

    assert '<a href="#id_threshold">By how much the first label must lead cannot be right.' in answer
    assert advanced(answer)[0] is True
    assert not Analysis.objects.exists()


def test_the_address_keeps_both_and_what_was_refused_too(alice, alices, upload):
    film = upload(alice).id
    for said in (
        page(alices, mode="av", video=film, hop="200", threshold="0"),
        unescape(asked(alices, video=film, hop="200", threshold="0", consent=None).content.decode()),
    ):
        assert chosen(said) == ("200", "0")
        assert advanced(said)[0] is True
    assert chosen(page(alices, hop="5", threshold="sure")) == ("", None)


@pytest.mark.parametrize(
    ("meanwhile", "begins"),
    [({}, ("250", "12.5")), ({"hop": "500", "threshold": "7"}, ("500", "7")), ({"hop": "", "threshold": ""}, ("", None))],
)
def test_asking_again_begins_with_what_was_told_before(alice, alices, upload, analysis, meanwhile, begins):
    """Also with a hop that only the interface offers."""
    row = analysis(alice, status="failed", video=upload(alice), options={"hop_ms": 250, "threshold": 0.125})

    assert chosen(page(alices, again=row.id, **meanwhile)) == begins


def test_a_hop_of_the_interface_is_taken_when_it_comes_back(alice, alices, upload):
    asked(alices, video=upload(alice).id, hop="250")

    assert Analysis.objects.get().options["hop_ms"] == 250


def test_asking_again_where_nothing_was_told_begins_closed(alice, alices, upload, analysis):
    row = analysis(alice, status="failed", video=upload(alice), options={"explain": True})

    assert advanced(page(alices, again=row.id))[0] is False
