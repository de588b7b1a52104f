import re
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.test import Client, RequestFactory
from django.urls import reverse

import emofuse_web
from emofuse_web.config import errors

pytestmark = pytest.mark.django_db
PLACES = Path(emofuse_web.__file__).parent
TEMPLATES = sorted(PLACES.rglob("templates/**/*.html"))


def theme_of(page: str) -> tuple[str, str]:
    found = re.search(r'data-theme="(\w+)" data-bs-theme="(\w+)"', page)
    assert found
    return found[1], found[2]


def test_the_frame_leads_past_itself_and_says_what_it_judges(charlies):
    page = charlies.get("/").content.decode()
    assert page.index('href="#main"') < page.index("<header")
    assert 'id="main"' in page
    assert "It judges how an expression looks or sounds." in page
    assert "emofuse 0." in page


def test_operations_are_shown_to_staff_only(alices, stefanies):
    link = reverse("operations:page")
    assert link not in alices.get("/problems/").content.decode()
    assert link in stefanies.get("/problems/").content.decode()


@pytest.mark.parametrize(("chosen", "drawn"), [("dark", "dark"), ("light", "light"), ("auto", "light")])
def test_a_theme_is_kept_in_the_account_and_written_by_the_server(alice, alices, chosen, drawn):
    assert alices.post(reverse("analyses:theme"), {"theme": chosen, "next": "/problems/"})["Location"] == "/problems/"
    alice.refresh_from_db()
    assert alice.theme == chosen
    assert theme_of(alices.get("/problems/").content.decode()) == (chosen, drawn)


def test_a_theme_is_kept_in_a_cookie_before_sign_in(charlies):
    charlies.post(reverse("analyses:theme"), {"theme": "dark"})
    assert theme_of(charlies.get("/").content.decode()) == ("dark", "dark")
    charlies.cookies["theme"] = '"><script>'
    assert theme_of(charlies.get("/").content.decode()) == ("auto", "light")


@pytest.mark.parametrize("next_", ["https://elsewhere.example/", "//elsewhere.example", "javascript:alert(1)"])
def test_choosing_a_theme_leads_nowhere_else(charlies, next_):
    assert charlies.post(reverse("analyses:theme"), {"theme": "dark", "next": next_})["Location"] == "/"


def test_the_language_is_changed_by_a_form(charlies):
    answer = charlies.post(reverse("set_language"), {"language": "ru", "next": "/problems/"}, follow=True)
    assert '<html lang="ru"' in answer.content.decode()


@pytest.mark.parametrize("file", TEMPLATES, ids=lambda file: file.relative_to(PLACES).as_posix())
def test_no_template_has_what_the_policy_forbids(file):
    html = file.read_text(encoding="utf-8")
    assert not re.search(r"\sstyle\s*=", html), "a style attribute"
    assert not re.search(r"\son[a-z]+\s*=", html), "a handler in an attribute"
    assert not re.search(r"<style", html), "a style element"
    assert not re.search(r"<script(?![^>]*(\bsrc=|application/json))[^>]*>", html), "a script without a file"
    assert not re.search(r"""(src|href)=["'](https?:)?//""", html.replace('href="https://', "")), "a file from elsewhere"


@pytest.mark.parametrize("file", sorted((PLACES / "static/vendor").rglob("*.*s")), ids=lambda file: file.name)
def test_vendored_files_name_no_map_that_is_not_there_and_come_with_their_licence(file):
    assert "sourceMappingURL" not in file.read_text(encoding="utf-8")
    assert (file.parent / "LICENSE").is_file()


# --- what went wrong ------------------------------------------------------------------------------------------------------------------


def test_what_is_not_there_is_a_page_with_the_number_of_the_request(charlies):
    answer = charlies.get("/nothing/here/")
    assert answer.status_code == 404
    assert answer["X-Request-Id"] in answer.content.decode()


@pytest.mark.parametrize("status", errors.PAGES)
def test_every_error_has_a_page_that_says_what_to_do(status):
    request = RequestFactory().get("/")
    request.number = "number-of-it"
    answer = errors.page(request, status)
    page = answer.content.decode()
    assert answer.status_code == status
    assert "number-of-it" in page
    assert re.search(r"<h1[^>]*>\s*\S", page)
    assert len(re.search(r"<p>(.*?)</p>", page)[1]) > 40
    assert "no-store" in answer["Cache-Control"]


def test_error_pages_ask_the_database_nothing(django_assert_num_queries):
    with django_assert_num_queries(0):
        errors.page(RequestFactory().get("/"), 500)


def test_a_form_without_the_pages_sign_gets_our_own_page(alice):
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice, backend="django.contrib.auth.backends.ModelBackend")
    answer = client.post(reverse("analyses:theme"), {"theme": "dark"})
    assert answer.status_code == 403
    assert "open for too long" in answer.content.decode()


def test_a_bare_refusal_becomes_a_page_for_a_browser_and_stays_bare_for_a_program(alices):
    address = reverse("analyses:several")
    shown = alices.get(address, headers={"Accept": "text/html"})
    assert (shown.status_code, shown["Allow"]) == (405, "POST")
    assert "<h1" in shown.content.decode()
    assert alices.get(address, headers={"Accept": "application/json"}).content == b""


def test_a_fault_of_ours_is_a_page_without_a_trace(alice, monkeypatch):
    client = Client(raise_request_exception=False)
    client.force_login(alice, backend="django.contrib.auth.backends.ModelBackend")

    def broken(user):
        raise RuntimeError("secret of the inside")

    monkeypatch.setattr("emofuse_web.analyses.views.quota_of", broken)
    answer = client.get(reverse("analyses:list"))
    assert answer.status_code == 500
    assert answer["X-Request-Id"] in answer.content.decode()
    assert "secret of the inside" not in answer.content.decode()


def test_a_database_that_does_not_answer_is_said_to_be_over_soon(alice, monkeypatch):
    from django.db import OperationalError

    client = Client(raise_request_exception=False)
    client.force_login(alice, backend="django.contrib.auth.backends.ModelBackend")

    def gone(user):
        raise OperationalError("terminating connection")

    monkeypatch.setattr("emofuse_web.analyses.views.quota_of", gone)
    answer = client.get(reverse("analyses:list"))
    assert (answer.status_code, answer["Retry-After"]) == (503, "10")


@pytest.mark.parametrize(
    ("said", "free", "status"),
    [("database or disk is full", 2**30, 507), ("disk I/O error", 4096, 507), ("disk I/O error", 2**30, 503)],
)
def test_a_disk_without_room_for_the_database_is_said(alice, monkeypatch, said, free, status):
    from django.db import OperationalError

    client = Client(raise_request_exception=False)
    client.force_login(alice, backend="django.contrib.auth.backends.ModelBackend")

    def full(user):
        raise OperationalError(said)

    monkeypatch.setattr("emofuse_web.analyses.views.quota_of", full)
    monkeypatch.setattr("shutil.disk_usage", lambda place: SimpleNamespace(free=free))
    assert client.get(reverse("analyses:list")).status_code == status


def test_a_page_about_trouble_that_cannot_be_drawn_is_still_an_answer(monkeypatch):
    monkeypatch.setattr(errors, "render_to_string", lambda *_: 1 / 0)
    answer = errors.page(RequestFactory().get("/"), 503)
    assert (answer.status_code, answer["Content-Type"]) == (503, "text/plain; charset=utf-8")


def test_while_the_house_is_mended_every_page_says_so_and_health_is_told(charlies, settings, tmp_path):
    settings.MAINTENANCE = tmp_path / "maintenance"
    settings.MAINTENANCE.touch()
    closed = charlies.get("/")
    assert closed.status_code == 503
    assert int(closed["Retry-After"]) > 0
    assert "Back in a few minutes" in closed.content.decode()
    assert charlies.get("/healthz").status_code == 200
    settings.MAINTENANCE.unlink()
    assert charlies.get("/").status_code == 200
