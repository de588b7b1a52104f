"""Every page of the site, light and dark, wide and narrow: nothing that axe finds, nothing that scrolls sideways, nothing too small to hit.

The pages come from the URLconf: an address that is told of nowhere here fails the first test, so none is forgotten.
"""

import json
import re
from collections.abc import Callable, Iterator
from gettext import GNUTranslations
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.urls import NoReverseMatch, URLPattern, URLResolver, get_resolver, reverse
from hands import Strict

import emofuse_web

pytestmark = pytest.mark.slow
AXE = Path(__file__).parent / "axe-4.14.1" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
SHAPES = [(width, scheme) for width in (1280, 360) for scheme in ("light", "dark")]
LEAST = 24  # px of a target
PAGES: dict[str, tuple[str, ...]] = {  # by name: who looks (nobody, ada, root, guarded), a space, the address with what is filled in
    "analyses:home": ("nobody /",),
    "analyses:problems": ("nobody /problems/",),
    "analyses:new": (
        "ada /new/", "ada /new/?mode=text", "ada /new/?mode=av_eeg&video={uploads[ready]}&audio={uploads[refused]}&eeg={uploads[asks]}",
    ),
    "analyses:list": ("ada /analyses/", "ada /analyses/?q=nothing+is+called+so", "root /analyses/"),
    "analyses:detail": (
        "ada /analyses/{done}/", "ada /analyses/{part}/", "ada /analyses/{text}/", "ada /analyses/{queued}/", "ada /analyses/{running}/",
        "ada /analyses/{failed}/", "ada /analyses/{cancelled}/",
    ),
    "analyses:sample": ("nobody /sample/",),
    "sharing:links": ("ada /analyses/{done}/share/", "ada /analyses/{text}/share/"),
    "sharing:shared": ("nobody {shared[done]}", "nobody {shared[text]}"),
    "analyses:compare": ("ada /compare/", "ada /compare/?a={done}&b={part}"),
    "accounts:first": ("nobody /account/first/spent/",),
    "accounts:join": ("nobody {join}",),
    "accounts:invitations": ("root /account/invitations/",),
    "accounts:security": ("ada /account/security/", "guarded /account/security/"),
    "accounts:tokens": ("ada /account/tokens/",),
    "accounts:privacy": ("ada /account/privacy/",),
    "accounts:erase": ("ada /account/privacy/erase/",),
    "accounts:erased": ("nobody /account/erased/",),
    "accounts:notice": ("ada /account/notice/",),
    "accounts:notice_read": ("nobody /account/notices/{notice}/",),
    "account_login": ("nobody /accounts/login/",),
    "account_logout": ("ada /accounts/logout/",),
    "account_inactive": ("nobody /accounts/inactive/",),
    "account_signup": ("nobody /accounts/signup/",),
    "account_reauthenticate": ("ada /accounts/reauthenticate/",),
    "account_email": ("ada /accounts/email/",),
    "account_change_password": ("ada /accounts/password/change/",),
    "account_reset_password": ("nobody /accounts/password/reset/",),
    "mfa_reauthenticate": ("guarded /accounts/2fa/reauthenticate/",),
    "mfa_authenticate": ("door /accounts/2fa/authenticate/",),
    "mfa_activate_totp": ("ada /accounts/2fa/totp/activate/",),
    "mfa_deactivate_totp": ("guarded /accounts/2fa/totp/deactivate/",),
    "mfa_view_recovery_codes": ("guarded /accounts/2fa/recovery-codes/",),
    "mfa_generate_recovery_codes": ("guarded /accounts/2fa/recovery-codes/generate/",),
    "mfa_add_webauthn": ("ada /accounts/2fa/webauthn/add/",),
    "mfa_reauthenticate_webauthn": ("guarded /accounts/2fa/webauthn/reauthenticate/",),
    "mfa_remove_webauthn": ("guarded /accounts/2fa/webauthn/keys/{key}/remove/",),
    "mfa_edit_webauthn": ("guarded /accounts/2fa/webauthn/keys/{key}/edit/",),
    "recognizers:list": ("nobody /models/",),
    "recognizers:card": ("nobody /models/face/", "nobody /models/voice/"),
    "operations:page": ("root /operations/",),
    "operations:docs": ("nobody /api/v1/docs",),
}  # fmt: skip
NO_PAGES = {  # data, files, fragments, forms that are only sent, and ways on to another page; a test asks whether that is so
    "analyses:theme", "analyses:file", "analyses:paste", "analyses:several", "analyses:status", "analyses:cancel", "analyses:retry",
    "analyses:remove", "analyses:timeline", "analyses:data", "analyses:export", "analyses:artifact", "accounts:invitation_gone",
    "accounts:preferences", "accounts:sessions_end", "accounts:session_end", "accounts:token_gone", "accounts:export",
    "accounts:export_file", "accounts:notice_gone", "account_set_password", "mfa_index", "mfa_download_recovery_codes",
    "mfa_list_webauthn", "mfa_login_webauthn", "usersessions_list", "uploads:create", "uploads:plain", "uploads:piece", "uploads:state",
    "uploads:told", "uploads:remove", "sharing:revoke", "sharing:timeline", "sharing:curves", "sharing:file",
    "operations:lives", "operations:ready", "operations:figures", "set_language", "analyses:mail",
}  # fmt: skip
BY_MAIL = {  # where the site sends no mail, as here, there are none of these
    "account_email_verification_sent", "account_confirm_email", "account_reset_password_done", "account_reset_password_from_key",
    "account_reset_password_from_key_done",
}  # fmt: skip
OTHERS = ("admin:", "api:")  # Django's own pages, and answers for programs
RUSSIAN = Path(emofuse_web.__file__).parent / "locale" / "ru" / "LC_MESSAGES" / "django.mo"
SENTENCE = re.compile(r"[^%{<\x04]{12,}")  # long enough to be no accident, and without blanks that are filled in
SAID = """() => {
  const copy = document.body.cloneNode(true);
  for (const one of copy.querySelectorAll('[lang=en], script, style, code, pre')) one.remove();
  const named = [...copy.querySelectorAll('[aria-label], [title], [placeholder]')].flatMap((one) =>
    ['aria-label', 'title', 'placeholder'].map((name) => one.getAttribute(name) ?? ''));
  return copy.textContent + ' ' + named.join(' ');
}"""
SMALL = """least => [...document.querySelectorAll('a[href], button, summary, select, textarea, input:not([type=hidden])')]
  .filter((one) => one.checkVisibility({ visibilityProperty: true }) && !one.matches('p a, li > a, dd a, td a, span a, .visually-hidden'))
  .map((one) => [one, (one.matches('input') && one.labels?.[0]) || one])
  .filter(([one, hit]) => { const at = [one, hit].map((it) => it.getBoundingClientRect());
    return Math.max(...at.map((box) => box.width)) < least - 0.5 || Math.max(...at.map((box) => box.height)) < least - 0.5; })
  .map(([one]) => one.outerHTML.slice(0, 150))"""
WIDER = """() => document.documentElement.scrollWidth <= innerWidth ? [] : [...document.querySelectorAll('body *')]
  .filter((one) => one.getBoundingClientRect().right > innerWidth + 1 && !one.closest('.scroll, .table-responsive, pre'))
  .map((one) => one.outerHTML.slice(0, 120)).slice(0, 3).concat('sideways')"""


def names(patterns: list[Any], space: str = "") -> Iterator[str]:
    for one in patterns:
        if isinstance(one, URLResolver):
            yield from names(one.url_patterns, ":".join(filter(None, (space, one.namespace or ""))))
        elif isinstance(one, URLPattern):
            yield ":".join(filter(None, (space, one.name or str(one.pattern))))


def test_no_address_is_forgotten():
    ours = {name for name in names(get_resolver().url_patterns) if not name.startswith(OTHERS)}

    assert ours == PAGES.keys() | NO_PAGES | BY_MAIL


@pytest.fixture(scope="module")
def full(site: Any, chromium: Any) -> dict[str, Any]:
    """A site on which every page has something to show."""
    site.sampled()
    made = json.loads(site.run(str(Path(__file__).parent / "filling.py")).strip().splitlines()[-1])
    return made | {"key": passkey(chromium, site, made)}


def passkey(chromium: Any, site: Any, full: dict[str, Any]) -> str:
    """Give `guarded` a passkey, which only a browser can make; its number."""
    window = Strict(chromium, site.address, width=1280, locale="en", dark=False, patience=60_000)
    came_in(window.page, "guarded", full, site.address)
    device = window.context.new_cdp_session(window.page)
    device.send("WebAuthn.enable")
    said = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
    said |= {"isUserVerified": True, "automaticPresenceSimulation": True}
    device.send("WebAuthn.addVirtualAuthenticator", {"options": said})
    window.page.goto("/accounts/2fa/webauthn/add/")
    window.page.get_by_label("Name").fill("this laptop")
    window.page.get_by_role("button", name="Add it").click()
    window.page.wait_for_url(lambda address: "/add/" not in address)
    found = window.page.request.get("/account/security/").text()
    window.context.close()
    return re.search(r"/webauthn/keys/(\d+)/", found)[1]


def came_in(page: Any, person: str, full: dict[str, Any], address: str) -> None:
    """Be that person from now on."""
    page.context.clear_cookies()
    if person in full["cookies"]:
        page.context.add_cookies([{"name": full["cookie"], "value": full["cookies"][person], "url": address}])
    elif person == "door":  # half way in: the password was right, the second factor is asked for
        page.goto("/accounts/login/")
        page.locator("[name=login]").fill(full["guarded"])
        page.locator("[name=password]").fill("correct horse battery staple")
        page.locator("[type=submit]").first.click()
        page.wait_for_url("**/2fa/authenticate/**")


def looked_at(page: Any, about: str) -> list[str]:
    """What is wrong with a page, in each of its shapes."""
    wrong = []
    page.evaluate(AXE.read_text() + "; 0")  # not as an element: the policy forbids scripts that are not the site's
    for width, scheme in SHAPES:
        page.set_viewport_size({"width": width, "height": 800})
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        page.wait_for_function("scheme => document.documentElement.dataset.bsTheme === scheme", arg=scheme)
        page.wait_for_timeout(120)  # colours fade
        found = page.evaluate("rules => axe.run({ runOnly: rules, resultTypes: ['violations'] })", RULES)
        for rule in found["violations"]:
            places = [f"{node['target']} {node.get('any', [{}])[:1] and node['any'][0]['message']}" for node in rule["nodes"][:3]]
            wrong.append(f"{about} {width} {scheme}: {rule['id']} {places}")
        wrong += [f"{about} {width} {scheme}: wider than the window: {one}" for one in page.evaluate(WIDER)]
        wrong += [f"{about} {width} {scheme}: small: {one}" for one in page.evaluate(SMALL, LEAST)[:3]]
    return wrong


@pytest.mark.parametrize("person", ["nobody", "ada", "guarded", "root", "door"])
def test_axe_finds_nothing_on_any_page(person, site, opened, full):
    page = opened()
    came_in(page, person, full, site.address)
    wrong = []
    for place in (place for places in PAGES.values() for place in places if place.split()[0] == person):
        path = place.split()[1].format_map(full)
        if person != "door":
            assert page.goto(path).status == (410 if "spent" in path else 200), place
            assert urlsplit(page.url).path == urlsplit(path).path, f"{place}: instead {page.url}"
        assert page.locator("main h1, main .heading").count(), place
        if page.locator(".result:not(.compare-result)").count():
            page.locator("html.result-ready").wait_for()
        wrong += looked_at(page, place)
    page.trouble[:] = [said for said in page.trouble if "410 (Gone)" not in said]  # what Chromium says of the link that was used before

    assert wrong == []


def test_axe_finds_nothing_on_pages_of_trouble(opened, full):
    page = opened()
    wrong = []
    for name, content in full["troubled"].items():
        page.route("**/trouble", answered(content))
        page.goto("/trouble")
        wrong += looked_at(page, name)
        page.unroute("**/trouble")

    assert wrong == []


def answered(content: str) -> Callable[[Any], None]:
    return lambda route: route.fulfill(body=content, content_type="text/html")


def test_what_is_no_page_shows_none(site, opened, full):
    """Asked as a browser asks, these answer with data, a file, another address, or that they are only sent to."""
    page = opened()
    came_in(page, "guarded", full, site.address)
    things = {"id": full["done"], "upload": full["uploads"]["ready"], "code": full["invitation"], "kind": "json"}
    shown = []
    for name in sorted(NO_PAGES):
        for arguments in ({}, *({key: value} for key, value in things.items()), {"id": full["done"], "kind": "json"}, {"code": 1}):
            try:
                path = reverse(name, kwargs=arguments)
            except NoReverseMatch:
                continue
            answer = page.request.get(path, headers={"Accept": "text/html"}, max_redirects=0)
            if answer.status == 200 and b"<main" in answer.body():
                shown.append(name)

    assert shown == []


@pytest.mark.skipif(not RUSSIAN.is_file(), reason="The Russian words are not here: msgfmt makes them.")
@pytest.mark.parametrize("person", ["nobody", "ada", "guarded", "root"])
def test_nothing_is_left_in_english(person, site, opened, full):
    """Every sentence that is translated is shown translated; parts of a page that say they are English may be."""
    with RUSSIAN.open("rb") as file:
        known = GNUTranslations(file)._catalog
    sentences = [one for one, said in known.items() if isinstance(one, str) and one != said and SENTENCE.fullmatch(one)]
    assert len(sentences) > 300
    page = opened(locale="ru")
    came_in(page, person, full, site.address)
    left = []
    for place in (place for places in PAGES.values() for place in places if place.split()[0] == person):
        page.goto(place.split()[1].format_map(full))
        assert page.locator("html").get_attribute("lang") == "ru", place
        said = " ".join(page.evaluate(SAID).split())
        left += [f"{place}: {one}" for one in sentences if one in said]
    page.trouble[:] = [said for said in page.trouble if "410 (Gone)" not in said]

    assert left == []
