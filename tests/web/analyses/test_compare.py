import pytest
from result_said import document, kept, lane

from emofuse_web.analyses.agreement import cells, compared


def answer(*labels, words=("calm", "fear"), ms=100):
    """A lane of one label after the other, each so long."""
    spans = [{"start": i * ms, "end": (i + 1) * ms, "label": label} for i, label in enumerate(labels)]
    return {"labels": list(words), "spans": spans}


@pytest.fixture
def two(analysis, artifact, alice):
    made = []
    for label in ("happiness", "anger"):
        one = analysis(alice, label=f"said {label}")
        kept(artifact, one, document(lane("face", [(0, 2000, "happiness", 0.8, False), (2000, 4000, label, 0.8, False)])))
        made.append(one)
    return made


def test_kappa_is_that_of_a_known_example():
    # 20 yes-yes, 5 yes-no, 10 no-yes, 15 no-no: 0.70 seen, 0.50 by chance, so 0.4
    first = answer(*["calm"] * 25, *["fear"] * 25)
    second = answer(*["calm"] * 20, *["fear"] * 5, *["calm"] * 10, *["fear"] * 15)

    found = compared(first, second)

    assert found.share == 0.7
    assert found.kappa == pytest.approx(0.4)


def test_an_answer_agrees_with_itself():
    found = compared(answer("calm", "fear"), answer("calm", "fear"))

    assert (found.share, found.kappa, found.stretches) == (1.0, 1.0, ())


def test_kappa_is_not_had_where_both_say_one_word_throughout():
    found = compared(answer("calm", "calm"), answer("calm", "calm"))

    assert (found.share, found.kappa) == (1.0, None)


def test_what_is_absent_or_of_other_words_is_not_compared():
    found = compared(answer("calm", None, "fear", "awe", words=("calm", "fear", "awe")), answer("calm", "fear", None, "fear"))

    assert (found.cells, found.total, found.words) == (1, 4, ("calm", "fear"))


def test_nothing_in_common_gives_no_figures():
    found = compared(answer("calm", words=("calm",)), answer("fear", words=("fear",)))

    assert (found.share, found.kappa, found.cells) == (None, None, 0)


def test_stretches_are_joined_while_both_stay_the_same():
    found = compared(answer("calm", "calm", "calm", "fear"), answer("fear", "fear", "calm", "calm"))

    assert [(s.start, s.end, s.first, s.second) for s in found.stretches] == [(0, 200, "calm", "fear"), (300, 400, "fear", "calm")]


def test_a_cell_has_the_label_over_its_middle():
    spans = [{"start": 0, "end": 130, "label": "a"}, {"start": 130, "end": 260, "label": "b"}]

    assert cells(spans) == ["a", "b", "b"]


def test_the_shorter_recording_ends_the_comparison():
    found = compared(answer("calm", "fear", "fear"), answer("calm"))

    assert (found.cells, found.total) == (1, 3)


def test_anothers_analysis_is_not_compared(bobs, two):
    assert bobs.get(f"/compare/?a={two[0].id}&b={two[1].id}").status_code == 404


def test_whoever_is_not_signed_in_is_asked_to(charlies, two):
    assert charlies.get("/compare/").status_code == 302
    assert charlies.get(f"/compare/?a={two[0].id}").status_code == 302


def test_the_page_says_how_far_two_agree_and_where_they_do_not(alices, two):
    page = alices.get(f"/compare/?a={two[0].id}&b={two[1].id}").content.decode()

    assert "<strong>50 %</strong>" in page
    assert 'data-seek="2000"' not in page  # there is nothing to play
    assert "00:02.0" in page


def test_two_lanes_of_one_analysis_are_compared(alices, analysis, artifact, alice):
    one = analysis(alice)
    kept(artifact, one, document())

    page = alices.get(f"/compare/?a={one.id}&b={one.id}&b_lane=face").content.decode()

    assert "<strong>67 %</strong>" in page


def test_with_one_side_the_other_is_asked_for(alices, two):
    page = alices.get(f"/compare/?a={two[0].id}").content.decode()

    assert "Choose one" in page
    assert "said anger" in page


def test_what_has_no_name_is_called_by_its_first_file(alices, alice, analysis, artifact, upload):
    kept(artifact, analysis(alice, label="", video=upload(alice, name="visit.mp4")), document())

    assert ">visit.mp4, best, " in alices.get("/compare/").content.decode()


def test_many_choices_take_as_many_queries_as_few(
    alices, alice, analysis, upload, django_assert_num_queries, django_assert_max_num_queries
):
    analysis(alice, label="", video=upload(alice))
    alices.get("/compare/")
    with django_assert_max_num_queries(8) as few:
        alices.get("/compare/")
    for _ in range(4):
        analysis(alice, label="", video=upload(alice))
    with django_assert_num_queries(len(few.captured_queries)):
        alices.get("/compare/")


@pytest.mark.parametrize("said", ["x", "00000000-0000-0000-0000-000000000000"])
def test_what_is_no_analysis_is_not_there(alices, said):
    assert alices.get("/compare/", {"a": said}).status_code == 404


def test_words_without_times_are_compared_by_sentences(alices, alice, analysis, artifact):
    made = []
    for label, order in (("happiness", "1000"), ("anger", "1000"), ("anger", None)):
        one = analysis(alice, mode="text")
        source = {"name": "said.txt"} | ({"text_order": order} if order else {})
        kept(artifact, one, document(lane("text", [(0, 2000, "happiness", 0.8, False), (2000, 4000, label, 0.8, False)]), source=source))
        made.append(one)

    alike = alices.get("/compare/", {"a": made[0].id, "b": made[1].id}).content.decode()
    mixed = alices.get("/compare/", {"a": made[0].id, "b": made[2].id}).content.decode()

    assert "<td>3</td><td>4</td>" in alike and "00:02.0" not in alike
    assert "<dd>4 sentences</dd>" in alike
    assert "only their order was there" in mixed and "only their order was there" not in alike
    assert "<td>00:02.0</td><td>00:04.0</td>" in mixed
