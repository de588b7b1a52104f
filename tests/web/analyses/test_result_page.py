import gzip
import json
import re
import uuid

import pytest
from result_said import LABELS, document, kept, lane


@pytest.fixture
def finished(analysis, artifact, alice):
    """Alice's analysis with an answer."""

    def made(said=None, owner=alice, **fields):
        one = analysis(owner, **fields)
        kept(artifact, one, said or document())
        return one

    return made


@pytest.fixture
def sample(finished):
    return finished(owner=None, sample=True, label="the sample")


def test_another_users_result_is_not_there(bobs, finished):
    one = finished()

    answers = [bobs.get(f"/analyses/{one.id}/{end}") for end in ("", "timeline.json", "curves.json", "exports/json/")]

    assert [answer.status_code for answer in answers] == [404, 404, 404, 404]


def test_a_stranger_sees_nothing_of_a_result(charlies, finished):
    one = finished()

    answers = [charlies.get(f"/analyses/{one.id}/{end}") for end in ("", "timeline.json", "curves.json", "exports/json/")]

    assert all(answer.status_code in (302, 404) for answer in answers)
    assert not any(b"happiness" in answer.content for answer in answers if answer.status_code == 302)


def test_the_page_says_the_answer_its_shares_and_what_to_mind(alices, finished):
    page = alices.get(f"/analyses/{finished().id}/").content.decode()

    assert "Expression looks mostly like" in page
    assert "no face for 40 % of the time" in page
    assert "40 %" in page
    assert "Do not decide about people with it." in page
    assert "SHA-256 aaaaaaaaaaaaaaaa" in page


def test_the_page_has_no_inline_script_style_or_handler(alices, finished):
    page = alices.get(f"/analyses/{finished().id}/").content.decode()

    assert " style=" not in page
    assert " onclick=" not in page
    assert page.count("<script") == page.count("<script src") + page.count('<script type="module" src') + page.count("application/json")


def test_nothing_of_it_is_kept_by_browsers(alices, finished):
    one = finished()

    for end in ("", "timeline.json", "curves.json?lane=face"):
        assert "no-store" in alices.get(f"/analyses/{one.id}/{end}")["Cache-Control"]


def test_only_files_that_are_there_are_offered(alices, finished, artifact):
    one = finished()
    artifact(one, "vtt", content=b"WEBVTT", media_type="text/vtt")

    page = alices.get(f"/analyses/{one.id}/").content.decode()

    assert f"/analyses/{one.id}/exports/vtt/" in page
    assert f"/analyses/{one.id}/exports/srt/" not in page
    assert alices.get(f"/analyses/{one.id}/exports/srt/").status_code == 404


def test_what_is_no_export_is_not_given_by_that_way(alices, finished):
    assert alices.get(f"/analyses/{finished().id}/exports/lanes/").status_code == 404


def test_without_a_recording_to_play_there_is_no_player(alices, finished, artifact):
    one = finished()
    before = alices.get(f"/analyses/{one.id}/").content.decode()
    artifact(one, "proxy", content=b"film", media_type="video/mp4")
    after = alices.get(f"/analyses/{one.id}/").content.decode()

    assert "<video" not in before
    assert "neither picture nor sound" in before
    assert "<video" in after


def test_sound_alone_has_a_player_of_its_own(alices, finished, artifact):
    one = finished()
    artifact(one, "proxy", content=b"sound", media_type="audio/mp4")

    page = alices.get(f"/analyses/{one.id}/").content.decode()

    assert "<audio" in page
    assert "<video" not in page


def test_a_link_seeks_without_scripts(alices, finished, artifact):
    one = finished()
    film = artifact(one, "proxy", content=b"film", media_type="video/mp4")

    page = alices.get(f"/analyses/{one.id}/?t=4.5").content.decode()

    assert f'src="/artifacts/{film.id}/#t=4.5"' in page


@pytest.mark.parametrize("said", ["x", '"><script>', "-1", "1e9", "٣"])
def test_a_time_that_is_none_is_passed_over(alices, finished, artifact, said):
    one = finished()
    artifact(one, "proxy", content=b"film", media_type="video/mp4")

    page = alices.get(f"/analyses/{one.id}/", {"t": said}).content.decode()

    assert "#t=" not in page


def test_an_answer_whose_file_is_gone_says_so(alices, analysis, alice):
    answer = alices.get(f"/analyses/{analysis(alice).id}/")

    assert answer.status_code == 200
    assert "missing from storage" in answer.content.decode()


def test_where_nothing_could_be_judged_the_page_still_stands(alices, finished):
    nothing = lane("face", [(0, 1000, None, None, False)])

    page = alices.get(f"/analyses/{finished(document(nothing)).id}/").content.decode()

    assert "Nothing could be judged" in page


def test_one_second_with_one_span_is_shown(alices, finished):
    page = alices.get(f"/analyses/{finished(document(lane('face', [(0, 1000, 'neutral', 0.9, False)]))).id}/").content.decode()

    assert "1 span" in page


def test_of_thousands_of_spans_the_page_lists_some_and_names_the_rest(alices, finished):
    many = [(i * 500, i * 500 + 500, LABELS[i % 3], 0.7, False) for i in range(1_000)]

    page = alices.get(f"/analyses/{finished(document(lane('face', many))).id}/").content.decode()

    assert page.count("data-span=") == 200
    assert "800 more spans" in page


def test_a_recording_with_eeg_shows_its_windows_and_its_one_label(alices, finished):
    windows = {"start": [0, 500], "end": [500, 1000], "absent": [None, None], "p": {word: [0.2, 0.5] for word in LABELS}}
    silent = {"start": [0, 500], "end": [500, 1000], "absent": ["silence"] * 2, "p": {word: [None, None] for word in LABELS}}
    grid = [
        {"name": "eeg", "decides": True, "labels": LABELS, "curves": windows},
        {"name": "voice", "decides": False, "labels": LABELS, "curves": silent},
    ]
    overall = {
        "decision": "average",
        "labels": LABELS,
        "label": "anger",
        "uncertain": True,
        "p": dict.fromkeys(LABELS, 0.3333),
        "grid": grid,
    }

    page = alices.get(f"/analyses/{finished(document(overall=overall)).id}/").content.decode()

    assert "Kanafin et al. (2024)" in page
    assert "<strong>anger</strong> (uncertain)" in page
    assert "does not count" in page


def test_words_are_shown_with_what_they_look_like(alices, finished, artifact):
    one = finished(mode="text")
    said = [
        {"start": 0, "end": 4000, "text": "How <lovely>", "speaker": "Ann"},
        {"start": 7000, "end": 8000, "text": "Well", "speaker": None},
    ]
    artifact(one, "transcript", content=json.dumps({"timed": True, "language": "en", "utterances": said}).encode())

    page = alices.get(f"/analyses/{one.id}/").content.decode()

    assert "How &lt;lovely&gt;" in page
    assert "happiness 0.80" in re.sub(r"<[^>]+>", "", page)
    assert "Ann" in page
    assert "<video" not in page


@pytest.mark.parametrize(
    ("read", "said"),
    [
        ({"language": "German", "told": True}, "Language: German, as was said."),
        ({"language": "German", "told": False}, "Language: it seems to be German."),
        ({"language": "German"}, "Language: it seems to be German."),
        ({"language": None, "told": False}, None),
        ({}, None),
    ],
)
@pytest.mark.parametrize("mode", ["text", "av"])
def test_the_page_says_which_language_was_told_or_noticed(alices, finished, artifact, read, said, mode):
    one = finished(mode=mode)
    words = [{"start": 0, "end": 4000, "text": "Hm.", "speaker": None}]
    artifact(one, "transcript", content=json.dumps({"timed": True, "utterances": words, **read}).encode())

    page = alices.get(f"/analyses/{one.id}/").content.decode()

    assert "Hm." in page
    assert ("Language: " in page) == (said is not None)
    assert said is None or said in page


@pytest.mark.parametrize("mode", ["text", "av"])
@pytest.mark.parametrize(
    ("told", "said", "slider"),
    [
        ({"hop_ms": 250, "threshold": 0.125}, ["250 ms, as was asked", "0.125, as was asked"], "as was asked"),
        ({"hop_ms": 2_000}, ["2000 ms, as was asked"], "as each recognizer has it"),
        ({"threshold": 0}, ["0, as was asked"], "as was asked"),
        (None, [], "as each recognizer has it"),
    ],
)
def test_the_page_says_which_hop_and_threshold_were_told(alices, finished, told, said, slider, mode):
    facts = {"emofuse": "0.1.0"} | ({"told": told} if told else {})

    page = alices.get(f"/analyses/{finished(document(facts=facts), mode=mode).id}/").content.decode()

    assert re.findall(r">([^<]*, as was asked)<", page) == said
    assert f'"own": "{slider}"' in page


def test_the_slider_begins_at_the_threshold_that_was_told(alices, finished):
    told = document(lane("fused", [(0, 4000, "happiness", 0.8, False)], threshold=0.35), facts={"told": {"threshold": 0.35}})

    page = alices.get(f"/analyses/{finished(told).id}/").content.decode()

    (slider,) = re.findall(r'<input type="range" id="threshold"[^>]*>', page)
    assert 'value="0.35"' in slider


SAID = [(0, 2000, "happiness", 0.8, False), (2000, 3000, "anger", 0.45, True), (3000, 4000, None, None, False)]


@pytest.fixture
def untimed(finished, artifact):
    """Alice's four sentences that nobody timed: the answer says so, or, as once, their transcript alone."""

    def made(*, told: bool = True, **fields):
        source = {"name": "said.txt"} | ({"text_order": "1000"} if told else {})
        one = finished(document(lane("text", SAID), source=source, notes=["no words for 25 % of the time"]), mode="text", **fields)
        said = [{"start": i * 1000, "end": i * 1000 + 1000, "text": f"Hm {i}.", "speaker": None} for i in range(4)]
        artifact(one, "transcript", content=json.dumps({"timed": False, "language": "en", "utterances": said}).encode())
        return one

    return made


CLOCK = re.compile(r"\d\d:\d\d\.\d")


@pytest.mark.parametrize("told", [True, False])
def test_words_without_times_are_shown_with_sentences_and_no_clock(alices, untimed, told):
    page = alices.get(f"/analyses/{untimed(told=told).id}/").content.decode()

    assert not CLOCK.search(page)
    assert "<span>4 sentences</span>" in page
    assert "no words for 25 % of the sentences" in page
    assert "Sentence by sentence" in page and "Moment by moment" not in page
    assert re.search(r'data-seek="0">1</a></td><td>2</td>', page)
    assert re.search(r'data-seek="2000">3</a></td><td>3</td>', page)
    assert "sentences 1 to 2" in page  # the longest span
    assert "of the time" not in page
    script = json.loads(re.search(r'<script id="result-said"[^>]*>(.*?)</script>', page)[1])
    assert script["order"] == 1000
    assert "{place}" in script["words"]["span"]


def test_words_with_times_keep_their_clock(alices, finished):
    page = alices.get(f"/analyses/{finished(mode='text').id}/").content.decode()

    assert CLOCK.search(page)
    assert "Moment by moment" in page
    assert "{start} to {end}" in json.loads(re.search(r'<script id="result-said"[^>]*>(.*?)</script>', page)[1])["words"]["span"]


def test_everybody_may_see_the_sample_and_change_nothing(charlies, sample):
    page = charlies.get("/sample/").content.decode()

    assert "the sample" in page
    assert "/remove/" not in page
    assert charlies.get(f"/analyses/{sample.id}/timeline.json").status_code == 200


def test_without_a_sample_its_page_says_so(charlies, db):
    answer = charlies.get("/sample/")

    assert answer.status_code == 404
    assert "no sample yet" in answer.content.decode()


def test_the_script_is_given_spans_and_curves_of_every_lane(alices, finished):
    said = alices.get(f"/analyses/{finished().id}/timeline.json").json()

    assert said["duration"] == 10_000
    assert [one["name"] for one in said["lanes"]] == ["fused", "face"]
    assert said["lanes"][0]["spans"]["label"] == [1, 0, -1]
    assert said["lanes"][0]["spans"]["absent"] == [-1, -1, 0]
    assert said["lanes"][0]["reasons"] == ["no face"]
    assert len(said["lanes"][0]["curves"]["t"]) == 20


def test_it_travels_packed_where_that_is_understood(alices, finished):
    answer = alices.get(f"/analyses/{finished().id}/timeline.json", headers={"accept-encoding": "gzip"})

    assert answer["Content-Encoding"] == "gzip"
    assert json.loads(gzip.decompress(answer.content))["duration"] == 10_000


def test_a_stretch_of_curves_is_cut_out(alices, finished):
    said = alices.get(f"/analyses/{finished().id}/curves.json?lane=face&from=1000&to=2000").json()

    assert said["t"] == [1250, 1750]


@pytest.mark.parametrize("query", ["from=x&to=y&points=z", "from=-5", "points=0", "points=99999999999999999999", "from=٣"])
def test_a_stretch_that_is_none_is_passed_over(alices, finished, query):
    assert alices.get(f"/analyses/{finished().id}/curves.json?{query}").status_code == 200


def test_a_lane_that_is_none_is_not_there(alices, finished):
    assert alices.get(f"/analyses/{finished().id}/curves.json?lane=nose").status_code == 404


def test_an_analysis_that_is_none_is_not_there(alices):
    assert alices.get(f"/analyses/{uuid.uuid4()}/timeline.json").status_code == 404


def test_a_sentence_has_one_number_also_where_rows_without_words_lie_between(alices, alice, analysis, artifact):
    one = analysis(alice, mode="text")
    said = [(0, 2_000, "happiness", 0.8, False), (2_000, 3_000, None, None, False), (3_000, 5_000, "anger", 0.45, True)]
    kept(artifact, one, document(lane("text", said), source={"name": "a.txt", "text_order": "1000"}))
    rows = [{"start": at, "end": at + 1_000, "speaker": None, "text": "Hm."} for at in (0, 2_000, 4_000)]
    artifact(one, "transcript", content=json.dumps({"timed": False, "utterances": rows}).encode())

    page = alices.get(f"/analyses/{one.id}/").content.decode()

    assert re.findall(r'data-seek="(\d+)">(\d+)</a>\s*<div>', page) == [("0", "1"), ("2000", "3"), ("4000", "5")]
