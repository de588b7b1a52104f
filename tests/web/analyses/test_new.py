import re
from html import unescape

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from emofuse_web.analyses import drafts
from emofuse_web.analyses.models import Analysis
from emofuse_web.recognition import facts
from emofuse_web.uploads.models import State, Upload

pytestmark = pytest.mark.django_db
NEW = "/new/"
TOLD = {
    "mode": "av",
    "model": "best",
    "purpose": "research",
    "setting": "elsewhere",
    "told": "on",
    "notice": "1",
    "consent": "on",
    "retention_days": "30",
    "annotate_video": "on",
}
FILM = {
    "role": "video",
    "duration": 187_000,
    "picture": {"codec": "h264", "width": 1280, "height": 720, "rate": 29.97, "variable": True, "rotation": 0, "faces": [1, 0, 1]},
    "sound": {"codec": "aac", "rate": 48_000, "channels": 2, "silent": False},
    "warnings": [{"text": "The pictures are very dark.", "fix": "Brighten the video."}],
}
BRAIN = {
    "role": "eeg",
    "variables": [{"name": "EEG", "shape": [4200, 5], "type": "float64"}, {"name": "labels", "shape": [10], "type": "uint8"}],
    "variable": "EEG",
    "shape": [4200, 5],
    "axes": [],
    "columns": [{"name": "TP9", "electrode": "TP9"}, {"name": "AUX", "electrode": None}],
    "channels": [],
    "needs": ["axes"],
    "warnings": [],
}

ASKED = {"code": "EEG_AXES", "title": "Its axes are not told", "detail": "It has two.", "fix": "Say which is time."}


def asked(client, **said):
    return client.post(NEW, {name: value for name, value in (TOLD | said).items() if value is not None})


def page(client, **query) -> str:
    return unescape(client.get(NEW, query).content.decode())


def test_charlie_is_asked_to_sign_in(charlies, upload, alice):
    for address in (NEW, reverse("analyses:file", args=[upload(alice).id])):
        assert charlies.get(address)["Location"].startswith(reverse("account_login"))
    assert charlies.post(reverse("analyses:paste"), {"words": "hello"})["Location"].startswith(reverse("account_login"))


def test_bob_finds_no_file_of_alices(bobs, alice, upload):
    hers = upload(alice, name="hers.mp4")
    assert bobs.get(reverse("analyses:file", args=[hers.id])).status_code == 404
    assert bobs.post(reverse("analyses:file", args=[hers.id]), {"rate": "200"}).status_code == 404
    assert "hers.mp4" not in page(bobs, video=hers.id)


def test_bob_analyses_no_file_of_alices(bobs, alice, upload):
    answer = asked(bobs, video=upload(alice).id)
    assert "No file of yours has the id" in unescape(answer.content.decode())
    assert not Analysis.objects.exists()


def test_kinds_and_limits_stand_there_before_a_file_is_chosen(alices):
    said = page(alices)
    for role in ("video", "audio", "eeg", "text"):
        assert all(ending in said for ending in facts.endings(role))
    for words in ("2.0\xa0GB", "60 minutes", "4096 × 2160", "120 pictures a second"):
        assert words in said


def test_the_limits_that_are_shown_are_those_that_hold():
    from emofuse_web.recognition.preflight_text import LIMITS as WORDS
    from emofuse_web.recognition.suspicious import LIMITS, PICTURES

    assert LIMITS.duration == drafts.MINUTES * 60_000
    assert LIMITS.pixels == drafts.WIDE * drafts.HIGH
    assert drafts.PICTURES == PICTURES
    assert WORDS.size == drafts.TEXT_MOST


def test_every_recognizer_can_be_chosen_and_says_what_it_hears(alices):
    said = page(alices)
    for name, choice in facts.choices().items():
        assert f'value="{name}"' in said
        assert all(word in said for word in choice.modalities)


def test_a_video_is_asked_for_and_followed(alice, alices, upload):
    film = upload(alice)
    answer = asked(alices, video=film.id, label="visit 12", retention_days="7")
    analysis = Analysis.objects.get()
    assert answer["Location"] == reverse("analyses:detail", args=[analysis.id])
    assert (analysis.owner, analysis.video, analysis.label, analysis.retention_days) == (alice, film, "visit 12", 7)
    assert (analysis.purpose, analysis.setting, analysis.notice) == ("research", "elsewhere", "1")
    assert analysis.options == {
        "explain": False,
        "annotate_video": True,
        "offsets": {},
        "language": None,
        "hop_ms": None,
        "threshold": None,
    }


def test_offsets_go_with_their_files_and_sound_is_found_by_ear(alice, alices, upload):
    files = {role: upload(alice, role).id for role in ("video", "audio", "eeg")}
    asked(alices, mode="av_eeg", offset_eeg="-1.5", offset_text="3", **files)
    assert Analysis.objects.get().options["offsets"] == {"audio": None, "eeg": -1.5}


def languages(said: str) -> list[tuple[str, bool, str]]:
    """What can be chosen: code, whether it is, and what it is called."""
    select = re.search(r'<select name="language"[^>]*>.*?</select>', said, re.DOTALL)
    assert select and 'form="ask"' in select[0] and 'aria-describedby="id_language_helptext"' in select[0]
    found = re.findall(r'<option value="(\w*)"( selected)?>([^<]+)</option>', select[0])
    return [(code, bool(chosen), name) for code, chosen, name in found]


def test_the_language_of_the_words_can_be_told_and_is_noticed_without(alices):
    said = page(alices)
    first, *others = languages(said)
    assert first == ("", True, "Notice it by itself")
    assert {code for code, *_ in others} == set(facts.languages())
    assert [name for *_, name in others] == sorted(name for *_, name in others)
    assert ("de", False, "German") in others
    assert "learnt English. With another language its answers are not to be believed." in said


@pytest.mark.parametrize("mode", ["text", "av"])
def test_the_language_that_was_chosen_goes_with_the_words(alice, alices, upload, mode):
    asked(alices, mode=mode, video=upload(alice).id, text=upload(alice, "text").id, language="de")
    assert Analysis.objects.get().options["language"] == "de"


def test_without_words_no_language_is_told(alice, alices, upload):
    asked(alices, video=upload(alice).id, language="de")
    assert Analysis.objects.get().options["language"] is None


def test_a_language_that_is_not_in_the_list_is_said_beside_its_field(alice, alices, upload):
    answer = unescape(asked(alices, mode="text", text=upload(alice, "text").id, language="xx").content.decode())
    assert '<a href="#id_language">There is no such language here.' in answer
    assert not Analysis.objects.exists()


def test_the_address_keeps_the_language_and_what_was_refused_too(alice, alices, upload):
    words = upload(alice, "text").id
    for said in (
        page(alices, mode="text", text=words, language="de"),
        unescape(asked(alices, mode="text", text=words, language="de", consent=None).content.decode()),
    ):
        assert [code for code, chosen, _ in languages(said) if chosen] == ["de"]
    assert [code for code, chosen, _ in languages(page(alices, language="xx")) if chosen] == [""]


@pytest.mark.parametrize(("meanwhile", "chosen"), [({}, "de"), ({"language": "ru"}, "ru"), ({"language": ""}, "")])
def test_asking_again_begins_with_the_language_before(alice, alices, upload, analysis, meanwhile, chosen):
    row = analysis(alice, status="failed", mode="text", text=upload(alice, "text"), options={"language": "de"})
    assert [code for code, is_, _ in languages(page(alices, again=row.id, **meanwhile)) if is_] == [chosen]


def test_a_look_says_what_language_it_seems_to_be(alice, alices, upload):
    upload(alice, "text", report={"words": 3, "language": "German", "timed": False})
    assert "<dd>seems to be German</dd>" in page(alices, mode="text")


def test_files_of_other_modes_are_left_out(alice, alices, upload):
    asked(alices, mode="text", video=upload(alice).id, text=upload(alice, "text").id)
    analysis = Analysis.objects.get()
    assert (analysis.video, analysis.mode) == (None, "text")


def test_the_same_form_sent_twice_is_done_once(alice, alices, upload):
    said = {"video": upload(alice).id, "key": "7e9ad9b9-7d4e-4b9f-8f0e-5a4f9a2f3c11"}
    assert asked(alices, **said)["Location"] == asked(alices, **said)["Location"]
    assert Analysis.objects.count() == 1


@pytest.mark.parametrize(
    ("left_out", "said"),
    [
        ("video", "A video is missing."),
        ("purpose", "What it is for is missing."),
        ("setting", "Where the people were recorded is missing."),
        ("told", "Without the notice it may not be analysed."),
        ("consent", "Without their consent it may not be analysed."),
        ("retention_days", "After how many days it is deleted is missing."),
    ],
)
def test_what_is_missing_is_said_on_top_and_beside_its_field(alice, alices, upload, left_out, said):
    answer = unescape(asked(alices, **({"video": upload(alice).id} | {left_out: None})).content.decode())
    assert answer.count(said) == 2
    target = re.search(rf'<li><a href="#([^"]+)">{re.escape(said)}', answer)
    assert target
    assert f'id="{target[1]}"' in answer
    assert not Analysis.objects.exists()


def test_everything_that_is_missing_is_said_at_once(alices):
    answer = asked(alices, purpose=None, setting=None, told=None, consent=None).content.decode()
    assert len(re.findall(r'<li><a href="#', answer)) == 5


@pytest.mark.parametrize("setting", ["workplace", "education"])
def test_work_and_education_are_refused_beside_the_question(alice, alices, upload, setting):
    answer = asked(alices, video=upload(alice).id, setting=setting).content.decode()
    assert 'id="id_setting_error"' in answer
    assert "article 5(1)(f)" in answer
    assert not Analysis.objects.exists()


def test_at_work_a_medical_purpose_needs_its_reason_and_goes_with_it(alice, alices, upload):
    film = upload(alice).id
    answer = asked(alices, video=film, setting="workplace", purpose="medical").content.decode()
    assert 'id="id_reason_error"' in answer
    asked(alices, video=film, setting="workplace", purpose="medical", reason="Seizures of patients at work, study 14")
    assert Analysis.objects.get().reason.startswith("Seizures")


@pytest.mark.parametrize("state", [State.RECEIVING, State.CHECKING, State.REFUSED])
def test_a_file_that_is_not_ready_starts_nothing(alice, alices, upload, state):
    answer = asked(alices, video=upload(alice, state=state).id).content.decode()
    assert "This file is not ready." in unescape(answer)
    assert not Analysis.objects.exists()


def test_eeg_that_asks_something_starts_nothing_until_it_is_told(alice, alices, upload):
    answer = asked(alices, mode="av_eeg", video=upload(alice).id, eeg=upload(alice, "eeg", report=BRAIN, problem=ASKED).id)
    assert '<a href="#place-eeg">Its axes are not told' in answer.content.decode()
    assert not Analysis.objects.exists()


def test_what_was_filled_in_is_still_there_after_a_refusal(alice, alices, upload):
    film = upload(alice, name="visit.mp4")
    answer = unescape(asked(alices, video=film.id, label="my name for it", consent=None).content.decode())
    assert 'value="my name for it"' in answer
    assert re.search(rf'value="{film.id}" checked', answer)


# --- files -----------------------------------------------------------------------------------------------------------------------------


def test_a_draft_survives_a_reload(alice, alices, upload):
    film = upload(alice, name="visit.mp4")
    assert re.search(rf'value="{film.id}" checked', page(alices, mode="av", video=film.id))
    assert re.search(r'value="av_eeg"[^>]*checked', page(alices, mode="av_eeg"))


def test_files_that_an_analysis_took_are_no_draft_any_longer(alice, alices, upload, analysis):
    analysis(alice, video=upload(alice, name="taken.mp4"))
    upload(alice, name="waiting.mp4")
    said = page(alices)
    assert "waiting.mp4" in said
    assert "taken.mp4" not in said


def test_what_was_found_is_shown_before_anything_is_asked(alice, alices, upload):
    upload(alice, report=FILM)
    said = page(alices)
    for words in (
        "3:07",
        "h264, 1280 × 720, 29.97 pictures a second, varying",
        "1, 0, 1",
        "aac, 48000 Hz, 2 channels",
        "Brighten the video.",
    ):
        assert words in said


def test_a_refused_file_says_why_and_what_to_do(alice, alices, upload):
    problem = {"code": "MEDIA_CODEC", "title": "Not decoded here", "detail": "It is coded as magicyuv.", "fix": "Save it with H.264."}
    upload(alice, state=State.REFUSED, problem=problem)
    said = page(alices)
    for words in ("Not decoded here", "It is coded as magicyuv.", "Save it with H.264.", "#media_codec"):
        assert words in said


def test_a_file_that_is_looked_at_is_asked_for_again_until_it_is_ready(alice, alices, upload):
    film = upload(alice, state=State.CHECKING)
    address = reverse("analyses:file", args=[film.id])
    first = alices.get(address).content.decode()
    assert "data-poll" in first
    mark = unescape(first.partition("data-mark='")[2].partition("'")[0])
    assert alices.get(address, headers={"If-None-Match": mark}).status_code == 304
    film.state, film.report = State.READY, FILM
    film.save()
    answer = alices.get(address, headers={"If-None-Match": mark}).content.decode()
    assert "data-poll" not in answer
    assert "h264" in answer


def test_eeg_shows_its_arrays_and_both_ways_to_read_one(alice, alices, upload):
    upload(alice, "eeg", name="trial.mat", report=BRAIN, problem=ASKED)
    said = page(alices, mode="av_eeg")
    for words in ("EEG (4200 × 5, float64)", "labels (10, uint8)", "4200 samples of 5 channels: time first", "TP9", "asks something"):
        assert words in said


def test_what_is_told_of_eeg_is_kept_and_looked_at_again(alice, alices, upload):
    brain = upload(alice, "eeg", report=BRAIN, problem=ASKED)
    told = {"variable": "EEG", "axes": "time,channel", "rate": "200", "unit": "µV", "channels": "TP9,AF7"}
    answer = alices.post(reverse("analyses:file", args=[brain.id]), told)
    assert answer["Location"].startswith(NEW)
    brain.refresh_from_db()
    assert brain.state == State.CHECKING
    assert brain.told == {"variable": "EEG", "axes": ["time", "channel"], "rate": 200.0, "unit": "µV", "channels": ["TP9", "AF7"]}


def test_nonsense_told_of_eeg_is_refused_beside_it(alice, alices, upload):
    brain = upload(alice, "eeg", report=BRAIN, problem=ASKED)
    answer = alices.post(reverse("analyses:file", args=[brain.id]), {"rate": "many"}, headers={"HX-Request": "true"}).content.decode()
    assert "field-error" in answer
    brain.refresh_from_db()
    assert brain.state == State.READY


def test_pasted_words_become_a_file(alices, alice):
    answer = alices.post(reverse("analyses:paste"), {"words": "It was a good day.", "mode": "text"})
    brought = Upload.objects.get(owner=alice)
    assert (brought.role, brought.size, brought.state) == ("text", 18, State.CHECKING)
    assert answer["Location"] == f"{NEW}?mode=text&text={brought.id}"


def test_nothing_pasted_is_said(alices):
    assert "There are no words in it." in unescape(alices.post(reverse("analyses:paste"), {"words": "  "}).content.decode())
    assert not Upload.objects.exists()


def test_a_plain_form_brings_a_file_and_comes_back_with_it(alices, alice):
    form = {"role": "video", "mode": "av", "file": SimpleUploadedFile("visit.mp4", b"film")}
    back = alices.post(reverse("uploads:plain"), form, headers={"Accept": "text/html"})["Location"]
    assert back.startswith(NEW)
    assert re.search(rf'value="{Upload.objects.get().id}" checked', alices.get(back).content.decode())


def test_many_files_take_as_many_queries_as_few(alice, alices, upload, django_assert_num_queries, django_assert_max_num_queries):
    upload(alice)
    alices.get(NEW)
    with django_assert_max_num_queries(8) as few:
        alices.get(NEW)
    for role in ("video", "audio", "eeg", "text"):
        for _ in range(4):
            upload(alice, role)
    with django_assert_num_queries(len(few.captured_queries)):
        alices.get(NEW)


# --- what would fail later is said before it costs anything ----------------------------------------------------------------------------

SHORT = FILM | {"duration": 2_600, "picture": None}


@pytest.mark.parametrize(("film", "sound"), [(3_000, 2_600), (2_900, 60_000)])
def test_a_sound_too_short_to_be_placed_by_ear_is_refused_where_its_place_is_entered(alice, alices, upload, film, sound):
    files = {
        "video": upload(alice, report=FILM | {"duration": film}).id,
        "audio": upload(alice, "audio", report=SHORT | {"duration": sound}).id,
    }
    answer = unescape(asked(alices, **files).content.decode())
    assert not Analysis.objects.exists()
    assert '<a href="#id_offset_audio">' in answer
    assert "OFFSET_UNHEARD" in answer
    assert "'Sound is later by (s)' under 'More options'" in answer
    assert re.search(r'<details class="mapping" open>\s*<summary>More options', answer)
    assert asked(alices, offset_audio="0", **files).status_code == 302


def test_a_reason_that_is_too_short_says_by_how_much(alice, alices, upload):
    answer = asked(alices, video=upload(alice).id, setting="workplace", purpose="medical", reason="Seizures").content.decode()
    assert 'id="id_reason_error"' in answer
    assert "The reason is too short. It has 8 characters" in answer
    assert "12 more." in answer
    assert "The reason is missing" not in answer


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("retention_days", "0", "After how many days it is deleted cannot be right. Expected a whole number from 1 to 365"),
        ("retention_days", "366", "After how many days it is deleted cannot be right. Expected a whole number from 1 to 365"),
        ("retention_days", "many", "After how many days it is deleted cannot be right. Expected a whole number from 1 to 365"),
        ("offset_audio", "soon", "By how much the sound is later cannot be right. Expected a number of seconds"),
        ("offset_eeg", "1e9", "By how much the EEG is later cannot be right. Expected a number of seconds from −86400 to 86400"),
        ("label", "a" * 201, "The name is too long. At most 200 characters fit"),
        ("notice", "1" * 21, "The version of the notice is too long. At most 20 characters fit"),
    ],
)
def test_what_cannot_be_right_is_named_with_what_was_expected(alice, alices, upload, field, value, said):
    answer = unescape(asked(alices, video=upload(alice).id, **{field: value}).content.decode())
    assert f'<a href="#id_{field}">{said}' in answer
    assert "Ensure this value" not in answer


# --- coming back -----------------------------------------------------------------------------------------------------------------------


def checked(said: str, role: str) -> list[str]:
    return [tag for tag in re.findall(rf'<input[^>]* name="{role}" value="[^"]+"[^>]*>', said) if " checked" in tag]


def test_the_only_file_that_can_be_used_is_chosen(alice, alices, upload):
    film = upload(alice, name="visit.mp4")
    upload(alice, name="bad.mp4", state=State.REFUSED)
    assert [str(film.id) in tag for tag in checked(page(alices), "video")] == [True]
    upload(alice, name="second.mp4")
    assert checked(page(alices), "video") == []


def test_a_file_that_is_not_needed_is_chosen_by_nobody_else(alice, alices, upload):
    upload(alice, "audio")
    upload(alice, "text")
    assert checked(page(alices), "audio") == checked(page(alices), "text") == []
    assert len(checked(page(alices, mode="text"), "text")) == 1


def test_a_refused_file_cannot_be_chosen(alice, alices, upload):
    bad = upload(alice, state=State.REFUSED)
    tag = re.search(rf'<input[^>]*value="{bad.id}"[^>]*>', page(alices, mode="av", video=bad.id))
    assert tag and " disabled" in tag[0] and " checked" not in tag[0]


@pytest.mark.parametrize("status", ["failed", "cancelled"])
def test_files_of_an_analysis_that_came_to_nothing_wait_again(alice, alices, upload, analysis, status):
    analysis(alice, status=status, video=upload(alice, name="again.mp4"))
    assert "again.mp4" in page(alices)


def test_what_failed_is_asked_again_with_its_files_and_answers(alice, alices, upload, analysis):
    files = {role: upload(alice, role, name=f"mine.{role}") for role in ("video", "audio", "eeg")}
    said = {"mode": "av_eeg", "model": "voice", "purpose": "medical", "setting": "workplace", "reason": "Seizures of patients, study 14"}
    said |= {"label": "visit 13", "notice": "7", "retention_days": 12}
    options = {"explain": True, "annotate_video": False, "offsets": {"audio": None, "eeg": -1.5}}
    row = analysis(alice, status="failed", options=options, **said, **files)
    shown = page(alices, again=row.id)
    for role, file in files.items():
        assert [str(file.id) in tag for tag in checked(shown, role)] == [True]
    for pattern in (
        r'value="av_eeg"[^>]*checked',
        r'<option value="voice"[^>]* selected',
        r'<option value="medical" selected',
        r'name="setting" value="workplace"[^>]* checked',
        r"Seizures of patients, study 14</textarea>",
        r'name="label" value="visit 13"',
        r'name="notice" value="7"',
        r'name="retention_days" value="12"',
        r'name="offset_eeg" value="-1.5"',
        r'name="explain"[^>]* checked',
        r'<details class="mapping" open>\s*<summary>More options',
    ):
        assert re.search(pattern, shown), pattern
    assert not re.search(r'name="offset_audio" value|name="annotate_video"[^>]* checked|name="consent"[^>]* checked', shown)


def test_what_is_asked_again_and_refused_keeps_its_files(alice, alices, upload, analysis):
    row = analysis(alice, status="succeeded", video=upload(alice, name="kept.mp4"))
    assert "kept.mp4" in asked(alices, video=row.video_id, consent=None).content.decode()
    assert "kept.mp4" in page(alices, again=row.id)


def test_only_its_owner_asks_again(alice, bobs, charlies, upload, analysis):
    row = analysis(alice, status="failed", video=upload(alice))
    assert bobs.get(NEW, {"again": row.id}).status_code == 404
    assert bobs.get(NEW, {"again": "x"}).status_code == 404
    assert charlies.get(NEW, {"again": row.id})["Location"].startswith(reverse("account_login"))


def test_files_of_a_mode_that_was_chosen_meanwhile_are_those_of_the_address(alice, alices, upload, analysis):
    row = analysis(alice, status="failed", video=upload(alice), audio=upload(alice, "audio"))
    assert checked(page(alices, again=row.id, mode="av", video=row.video_id), "audio") == []


def test_a_file_that_an_analysis_holds_cannot_be_removed_beside_it(alice, alices, upload, analysis):
    row, free = analysis(alice, status="failed", video=upload(alice)), upload(alice)
    said = page(alices)
    assert reverse("uploads:remove", args=[free.id]) in said
    assert reverse("uploads:remove", args=[row.video_id]) not in said
    assert said.count("goes with its analysis") == 1
    assert "goes with its analysis" in alices.get(reverse("analyses:file", args=[row.video_id])).content.decode()


@pytest.mark.parametrize(("status", "state"), [("failed", State.CHECKING), ("cancelled", State.CHECKING), ("succeeded", State.READY)])
def test_eeg_of_an_analysis_that_came_to_nothing_can_be_told_otherwise(alice, alices, upload, analysis, status, state):
    row = analysis(alice, status=status, mode="av_eeg", video=upload(alice), eeg=upload(alice, "eeg", report=BRAIN))
    alices.post(reverse("analyses:file", args=[row.eeg_id]), {"rate": "200"})
    row.eeg.refresh_from_db()
    assert row.eeg.state == state
