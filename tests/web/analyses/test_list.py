import io
import zipfile
from html import unescape

import pytest
from django.urls import reverse

from emofuse_web.analyses.models import Analysis

pytestmark = pytest.mark.django_db
LIST = "/analyses/"
STRIP = {"strip": [[0, 6_000, "happiness"], [6_000, 9_000, None], [9_000, 10_000, "fear"]]}


def listed(client, **query) -> str:
    return client.get(LIST, query).content.decode()


def act(client, what: str, *chosen, **more):
    return client.post(reverse("analyses:several"), {"act": what, "id": [str(one.id) for one in chosen], **more})


def test_charlie_is_asked_to_sign_in(charlies):
    assert charlies.get(LIST)["Location"].startswith(reverse("account_login"))
    assert act(charlies, "remove")["Location"].startswith(reverse("account_login"))


def test_bob_does_not_see_what_is_alices(alice, bobs, analysis):
    analysis(alice, label="hers alone")
    assert "hers alone" not in listed(bobs)


def test_nothing_yet_leads_to_a_new_one_and_to_the_sample(alices, analysis):
    page = listed(alices)
    assert "Nothing here yet" in page
    assert reverse("analyses:new") in page
    assert reverse("analyses:sample") not in page
    analysis(None, sample=True)
    assert reverse("analyses:sample") in listed(alices)


def test_a_row_says_what_it_is_how_it_stands_and_what_was_found(alice, alices, analysis):
    analysis(alice, label="visit 12", duration=10_000, summary=STRIP)
    page = listed(alices)
    for said in ("visit 12", "0:10", "best", "done", "60 %", "happiness", "no answer", "deleted in"):
        assert said in page


def test_colour_never_says_an_emotion_alone(alice, alices, analysis):
    analysis(alice, summary=STRIP)
    page = listed(alices)
    assert 'fill="url(#pattern-happiness)"' in page
    assert 'id="pattern-happiness"' in page
    assert 'aria-label="happiness 60 %, no answer 30 %, fear 10 %"' in page


def test_an_answer_that_is_uncertain_on_the_whole_is_said_to_be(alice, alices, analysis):
    analysis(alice, summary=STRIP)
    assert "uncertain on the whole" not in listed(alices)
    analysis(alice, summary=STRIP | {"uncertain": True})
    assert "uncertain on the whole" in listed(alices)


def test_without_a_label_the_first_file_names_it(alice, alices, analysis, upload):
    analysis(alice, label="", video=upload(alice, name="holiday.mp4"))
    assert "holiday.mp4" in listed(alices)


def test_names_of_files_and_labels_are_searched(alice, alices, analysis, upload):
    analysis(alice, label="", video=upload(alice, name="holiday.mp4"))
    analysis(alice, label="office")
    assert "office" not in listed(alices, q="HOLI")
    assert "holiday.mp4" in listed(alices, q="HOLI")
    assert "Nothing fits" in listed(alices, q="nowhere")


def test_status_and_mode_choose(alice, alices, analysis):
    analysis(alice, label="one that failed", status="failed")
    analysis(alice, label="one of words", mode="text")
    assert "one of words" not in listed(alices, status="failed")
    assert "one that failed" not in listed(alices, mode="text")


def test_what_nobody_can_ask_for_is_the_usual(alice, alices, analysis):
    analysis(alice, label="still there")
    assert "still there" in listed(alices, status="'", mode="../", sort="password", page="-9")


@pytest.mark.parametrize(("sort", "first"), [("label", "a"), ("-duration", "b"), ("created", "b"), ("-created", "a")])
def test_the_order_is_as_asked(alice, alices, analysis, sort, first):
    analysis(alice, label="row b", duration=9)
    analysis(alice, label="row a", duration=1)
    page = listed(alices, sort=sort)
    assert (page.index("row a") < page.index("row b")) == (first == "a")


def test_more_than_a_page_is_cut_into_pages(alice, alices, analysis):
    for n in range(21):
        analysis(alice, label=f"number {n:02}")
    assert "number 20" in listed(alices)
    assert "number 00" not in listed(alices)
    assert "number 00" in listed(alices, page=2)
    assert 'href="?q=number&amp;page=2"' in listed(alices, q="number")


def test_a_long_history_takes_as_many_queries_as_a_short_one(
    alice, alices, analysis, artifact, upload, django_assert_num_queries, django_assert_max_num_queries
):
    for n in range(3):
        artifact(analysis(alice, label=f"number {n}", video=upload(alice)), "thumbnail")
    alices.get(LIST)
    with django_assert_max_num_queries(12) as few:
        alices.get(LIST)
    for n in range(12):
        artifact(analysis(alice, label=f"number {n}", video=upload(alice)), "thumbnail")
    with django_assert_num_queries(len(few.captured_queries)):
        alices.get(LIST)


def test_rows_are_looked_at_again_only_while_something_runs(alice, alices, analysis):
    analysis(alice)
    assert "data-poll" not in listed(alices)
    analysis(alice, status="running")
    assert "data-poll" in listed(alices)


def test_rows_that_did_not_change_are_not_sent_again(alice, alices, analysis):
    row = analysis(alice, status="running")
    said = alices.get(LIST, headers={"HX-Request": "true"})
    mark = unescape(said.content.decode().partition("data-mark='")[2].partition("'")[0])
    assert "<html" not in said.content.decode()
    again = alices.get(LIST, headers={"HX-Request": "true", "If-None-Match": mark})
    assert (again.status_code, again.content) == (304, b"")
    row.job.progress = 0.5
    row.job.save()
    assert alices.get(LIST, headers={"HX-Request": "true", "If-None-Match": mark}).status_code == 200


def test_deleting_several_is_asked_before_it_is_done(alice, alices, analysis):
    one, two, three = (analysis(alice, label=label) for label in ("one", "two", "three"))
    asked = act(alices, "remove", one, two)
    assert "Delete these 2 analyses?" in asked.content.decode()
    assert Analysis.objects.count() == 3
    act(alices, "remove", one, two, sure="yes")
    assert list(Analysis.objects.all()) == [three]


def test_what_is_bobs_is_not_deleted_by_alice(alices, bob, analysis):
    his = analysis(bob)
    act(alices, "remove", his, sure="yes")
    assert Analysis.objects.filter(id=his.id).exists()


def test_two_are_compared_and_no_more_and_no_fewer(alice, alices, analysis):
    one, two, three = (analysis(alice) for _ in range(3))
    answer = act(alices, "compare", one, two)
    assert answer["Location"].startswith(reverse("analyses:compare"))
    assert str(one.id) in answer["Location"]
    assert str(two.id) in answer["Location"]
    assert act(alices, "compare", one, two, three)["Location"] == LIST
    assert act(alices, "compare", one)["Location"] == LIST


@pytest.mark.parametrize("act_", ["", "explode", "../json"])
def test_what_is_not_known_is_not_done(alice, alices, analysis, act_):
    assert act(alices, act_, analysis(alice))["Location"] == LIST


def test_ids_that_are_none_choose_nothing(alices):
    assert alices.post(reverse("analyses:several"), {"act": "remove", "sure": "yes", "id": ["'", "1"]})["Location"] == LIST


def test_several_come_in_one_zip_each_under_a_name_of_its_own(alice, alices, bob, analysis, artifact):
    same = [analysis(alice, label="visit/../12") for _ in range(2)]
    for n, one in enumerate(same):
        artifact(one, content=b'{"n": %d}' % n)
    artifact(analysis(bob), content=b"his")
    answer = act(alices, "json", *same, Analysis.objects.get(owner=bob))
    pack = zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))
    assert sorted(pack.read(name) for name in pack.namelist()) == [b'{"n": 0}', b'{"n": 1}']
    assert len(set(pack.namelist())) == 2
    assert not any("/" in name or ".." in name for name in pack.namelist())


def test_nothing_of_it_is_kept_by_a_shared_browser(alices):
    assert "no-store" in alices.get(LIST)["Cache-Control"]


def test_words_without_times_have_a_number_of_sentences_and_no_length(alices, alice, analysis):
    analysis(alice, mode="text", duration=4_000, summary={"label": "happiness", "shares": {}, "strip": [], "sentences": 4})

    said = listed(alices)

    assert "4 sentences" in said and "0:04" not in said
