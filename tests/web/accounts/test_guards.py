"""What holds for every address of accounts at once: nothing is changed without a token of the form, nothing personal is kept by caches."""

import uuid

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

ARGS = {"secret": "x", "code": str(uuid.UUID(int=7)), "key": "x", "uidb36": "1", "pk": "1"}


def patterns(resolver, before: str = "") -> list[tuple[str, URLPattern]]:
    found = []
    for entry in resolver.url_patterns:
        here = before + str(entry.pattern)
        found += patterns(entry, here) if isinstance(entry, URLResolver) else [(here, entry)]
    return found


def address(route: str, pattern: URLPattern) -> str:
    """An address that fits, made of the route's own parts."""
    made = route.replace("<uuid:code>", ARGS["code"]).replace("<int:code>", "1").replace("<int:pk>", "1").replace("<str:secret>", "x")
    made = made.replace(r"(?P<key>[-:\w]+)", "x").replace("(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)", "1-x")
    return "/" + made.replace("^", "").replace("$", "")


OURS = sorted({address(route, found) for route, found in patterns(get_resolver()) if route.startswith(("account/", "accounts/"))})


def test_there_are_addresses():
    assert len(OURS) > 35
    assert not [made for made in OURS if "<" in made or "(" in made]


@pytest.mark.parametrize("made", OURS)
def test_nothing_is_taken_from_a_form_that_is_not_ours(alice, made):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(alice, backend="django.contrib.auth.backends.ModelBackend")

    assert browser.post(made, {"typed": alice.email}).status_code == 403


@pytest.mark.parametrize("made", OURS)
def test_pages_for_one_are_kept_by_nobody(alices, made):
    answer = alices.get(made)

    if answer.status_code == 200 and "/static/" in answer.content.decode():
        assert "no-store" in answer.get("Cache-Control", ""), made


@pytest.mark.parametrize("made", OURS)
def test_no_address_breaks_for_anybody(charlies, alices, stefanies, made):
    for browser in (charlies, alices, stefanies):
        assert browser.get(made).status_code < 500
