"""Cards are everybody's to read, and hold what a reader must know before trusting an answer."""

from html import unescape

import pytest
from django.urls import reverse

from emofuse_web.recognition import facts
from emofuse_web.recognition.cards import Card
from emofuse_web.recognizers.confusion import confusion
from emofuse_web.recognizers.views import WAYS


def page(client, *where: str) -> str:
    answer = client.get(reverse(*where[:1], args=where[1:]))
    assert answer.status_code == 200
    return unescape(answer.content.decode())


def test_everybody_sees_what_can_be_chosen_and_what_files_may_be(charlies):
    said = page(charlies, "recognizers:list")

    for name in facts.choices():
        assert f">{name}</code>" in said
    for role in ("video", "audio", "eeg", "text"):
        assert all(f"<code>{ending}</code>" in said for ending in facts.endings(role))
    assert facts.limits_sentence() in said
    assert "must not decide" in said


@pytest.mark.parametrize("name", facts.recognizers())
def test_a_card_shows_figures_licence_hash_and_what_it_must_not_be_used_for(charlies, name):
    card = facts.recognizers()[name]

    said = page(charlies, "recognizers:card", name)

    for words in (card.sha256, card.version, card.licence, card.not_for, card.sentence, facts.limits_sentence()):
        assert words in said
    assert all(group.value in said for group in card.groups)
    assert card.groups or "no figures by group" in said


@pytest.mark.parametrize("name", [facts.BEST, facts.LIGHT])
def test_a_fusion_says_who_answers_in_it_and_that_nobody_measured_it(charlies, name):
    said = page(charlies, "recognizers:card", name)

    members = facts.choices()[name].members
    assert members
    for member in facts.recognizers():
        assert (f'href="{reverse("recognizers:card", args=[member])}"' in said) == (member in members)
    assert "This fusion itself was measured nowhere" in said
    assert facts.limits_sentence() in said


def test_ways_of_fusions_are_those_that_are_gone():
    from emofuse_web.recognition.judging import chosen
    from emofuse_web.recognition.proxy import MOST

    for name, way in WAYS.items():
        assert (way["wide"], way["high"]) == (chosen(name).most or MOST)
        assert way["looks"] == chosen(name).face_rate
    assert set(WAYS) == set(facts.choices()) - set(facts.recognizers())


def test_every_choice_leads_to_its_page(charlies, alices):
    for shown in (page(charlies, "recognizers:list"), page(alices, "analyses:new")):
        assert all(f'"{reverse("recognizers:card", args=[name])}"' in shown for name in facts.choices())


def test_the_audit_that_found_something_is_not_kept_quiet(charlies):
    assert facts.recognizers()["face"].verdict == "broken"
    assert 'badge-bad">broken' in page(charlies, "recognizers:card", "face")


def test_a_recognizer_that_is_none_has_no_card(charlies):
    assert charlies.get("/models/nobody/").status_code == 404


def test_nothing_can_be_sent_to_these_pages(charlies):
    assert charlies.post(reverse("recognizers:list")).status_code == 405


def card(confused: tuple[tuple[str, tuple[int, ...]], ...]) -> Card:
    from dataclasses import replace

    return replace(facts.recognizers()["voice"], labels=("calm", "anger"), confusion=confused)


def test_a_row_of_the_confusion_is_of_a_hundred_and_knows_what_is_right():
    rows = confusion(card((("calm", (3, 1, 0)), ("anger", (0, 2, 0)))))

    assert [(cell.percent, cell.right) for cell in rows[0].cells] == [(75, True), (25, False)]
    assert [(row.label, row.clips) for row in rows] == [("calm", 4), ("anger", 2)]


def test_clips_without_an_answer_have_a_column_where_there_are_any():
    rows = confusion(card((("calm", (3, 1, 4)), ("anger", (0, 2, 0)))))

    assert [cell.percent for cell in rows[0].cells] == [38, 12, 50]


def test_a_label_without_clips_divides_by_nothing():
    (row,) = confusion(card((("calm", (0, 0, 0)),)))

    assert [cell.percent for cell in row.cells] == [0, 0]
