import base64
import io
import uuid

import pytest
from PIL import Image

from emofuse_web.accounts.models import Notice
from emofuse_web.accounts.notices import LANGUAGES, NOTICE, VERSIONS, notice_code, notice_make, notice_text

SAID = {
    "who": "Clinic of <b>N.</b>",
    "contact": "ask@example.org",
    "analysed": ["face", "eeg"],
    "purpose": "medical",
    "setting": "elsewhere",
    "why": "To see how an expression changes.",
    "days": 30,
}


def test_bob_does_not_remove_alices_notice_nor_see_it_in_his_list(alice, bobs):
    made = notice_make(owner=alice, language="en", said=SAID)

    assert bobs.post(f"/account/notices/{made.pk}/remove/").status_code == 404
    assert str(made.pk) not in bobs.get("/account/notice/").content.decode()


def test_charlie_makes_none_and_reads_what_he_is_given(charlies, alice):
    made = notice_make(owner=alice, language="en", said=SAID)

    assert charlies.get("/account/notice/").url.startswith("/accounts/login/")
    assert charlies.post(f"/account/notices/{made.pk}/remove/").url.startswith("/accounts/login/")
    page = charlies.get(f"/account/notices/{made.pk}/").content.decode()
    assert "To see how an expression changes." in page
    assert "alice@example.org" not in page


def test_an_invented_address_shows_nothing(charlies, db):
    assert charlies.get(f"/account/notices/{uuid.uuid4()}/").status_code == 404


def test_the_form_makes_a_notice_of_this_version(alices, alice):
    answer = alices.post("/account/notice/", SAID | {"language": "ru"})

    made = Notice.objects.get(owner=alice)
    assert answer.url == f"/account/notices/{made.pk}/"
    assert (made.version, made.language, made.said["days"]) == (NOTICE, "ru", 30)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("version", VERSIONS)
def test_every_version_says_who_what_why_how_long_and_which_rights(alice, version, language):
    made = notice_make(owner=alice, language=language, said=SAID | {"analysed": ["face", "voice", "text", "eeg"]})
    made.version = version

    text = str(notice_text(made))

    assert "Clinic of &lt;b&gt;N.&lt;/b&gt;" in text
    for word in ("To see how an expression changes.", "ask@example.org", "30"):
        assert word in text
    assert text.count("<h2>") == 6
    assert text.count("<li>") == 4 + 5
    for claim in ("how you feel", "that you feel", "inner state", "внутренн"):
        assert claim not in text
    assert ("does not know what you feel" in text) or ("не знает, что вы чувствуете" in text)


def test_what_is_not_analysed_is_not_named(alice):
    text = str(notice_text(notice_make(owner=alice, language="en", said=SAID)))

    assert "EEG" in text
    assert "the sound of your voice" not in text


@pytest.mark.parametrize("address", ["https://emofuse.example.org/account/notices/1/", "http://127.0.0.1:8000/account/notices/1/"])
def test_the_code_is_a_picture(alice, address):
    source = notice_code(notice_make(owner=alice, language="ru", said=SAID), address)

    picture = Image.open(io.BytesIO(base64.b64decode(source.removeprefix("data:image/png;base64,"))))
    assert picture.width == picture.height > 150


def test_the_notice_goes_when_it_is_removed(alice, alices, charlies):
    made = notice_make(owner=alice, language="en", said=SAID)

    alices.post(f"/account/notices/{made.pk}/remove/")

    assert charlies.get(f"/account/notices/{made.pk}/").status_code == 404
