"""Words that nobody else uses are given to every page and service of accounts; none of them is found in what is written down."""

import logging

import pytest
from django.test import Client

from emofuse_web.accounts.erasing import account_erase
from emofuse_web.accounts.exports import export_request
from emofuse_web.accounts.models import Event, User
from emofuse_web.accounts.services import first_link, invitation_make
from emofuse_web.accounts.tokens import token_make
from emofuse_web.api.authentication import BearerToken

EMAIL, PASSWORD, LABEL, NAME = "canary.zq81@example.org", "canary zq82 battery staple", "canary-zq83", "canary-zq84.mp4"


@pytest.fixture
def everything_said(caplog, capfd):
    caplog.set_level(logging.DEBUG)
    yield lambda: caplog.text + "".join(capfd.readouterr()) + str(list(Event.objects.values("verb", "subject", "detail")))


def test_neither_addresses_nor_secrets_nor_names_are_written_down(db, everything_said, analysis, upload, exported, rf, tmp_path):
    browser, stranger = Client(), Client()
    first = first_link()
    browser.post(first, {"email": EMAIL, "password": PASSWORD, "again": PASSWORD})
    user = User.objects.get(email=EMAIL)
    stranger.post("/accounts/login/", {"login": EMAIL, "password": "canary zq85"})
    browser.post("/account/tokens/", {"name": LABEL, "scopes": ["read"], "days": "30"})
    _, token = token_make(owner=user, name=LABEL, scopes=["read"])
    BearerToken().authenticate(rf.get("/", HTTP_AUTHORIZATION=f"Bearer {token}"))
    _, invited = invitation_make(by=user, email="canary.zq86@example.org")
    stranger.get(invited)
    analysis(user, label=LABEL, video=upload(user, name=NAME))
    exported(export_request(owner=user))
    browser.get("/account/privacy/")
    account_erase(user=user)

    said = everything_said()

    assert "account.erased" in said
    for canary in (
        "zq81",
        "zq82",
        "zq83",
        "zq84",
        "zq85",
        "zq86",
        token,
        token[:12],
        *(link.rstrip("/").rsplit("/", 1)[-1] for link in (first, invited)),
    ):
        assert canary not in said, canary
