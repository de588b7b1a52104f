"""What a browser is told where the site is behind TLS, asked of a process that was started so."""

import json
import os
import subprocess
import sys

import pytest

pytestmark = pytest.mark.slow

ASK = """
KEYS = ("secure", "httponly", "samesite", "path", "domain")
import json, django
django.setup()
from django.test import Client
from django.core.management import call_command
call_command("migrate", verbosity=0)
call_command("createcachetable")
call_command("collectstatic", interactive=False, verbosity=0)
call_command("check", "--deploy", "--fail-level", "WARNING")
browser = Client(headers={"x-forwarded-proto": "https", "host": "emofuse.example.org"})
page = browser.get("/accounts/login/")
browser.post("/i18n/setlang/", {"language": "ru"})
plain = Client(headers={"host": "emofuse.example.org"}).get("/accounts/login/")
from emofuse_web.accounts.models import User
User.objects.create_user("alice@example.org", "correct horse battery staple")
entered = browser.post("/accounts/login/", {"login": "alice@example.org", "password": "correct horse battery staple"})
print(json.dumps({
    "headers": dict(page.headers), "status": entered.status_code, "plain": [plain.status_code, plain.headers.get("Location")],
    "cookies": {name: {key: cookie[key] for key in KEYS} for name, cookie in browser.cookies.items()},
}))
"""


@pytest.fixture(scope="module")
def told(tmp_path_factory) -> dict:
    home = tmp_path_factory.mktemp("tls")
    (home / "static").mkdir()
    env = {name: value for name, value in os.environ.items() if not name.startswith(("EMOFUSE_", "DATABASE_"))} | {
        "DJANGO_SETTINGS_MODULE": "emofuse_web.config.settings",
        "PYTHONPATH": os.pathsep.join(sys.path),
        "EMOFUSE_WEB_HOME": str(home),
        "EMOFUSE_HTTPS": "1",
        "EMOFUSE_HOSTS": "emofuse.example.org",
        "EMOFUSE_ORIGINS": "https://emofuse.example.org",
    }
    done = subprocess.run([sys.executable, "-c", ASK], env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def test_every_cookie_is_bound_to_this_host_and_to_tls(told):
    assert set(told["cookies"]) == {"__Host-csrf", "__Host-session", "__Host-language"}
    for cookie in told["cookies"].values():
        assert cookie == {"secure": True, "httponly": True, "samesite": "Lax", "path": "/", "domain": ""}


def test_a_year_of_tls(told):
    assert told["headers"]["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains; preload"
    assert told["plain"] == [301, "https://emofuse.example.org/accounts/login/"]


def test_the_policy_lets_nothing_in(told):
    policy = dict(part.strip().split(" ", 1) for part in told["headers"]["Content-Security-Policy"].split(";"))

    assert "unsafe" not in str(policy)
    assert policy["default-src"] == policy["object-src"] == policy["base-uri"] == policy["frame-ancestors"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["form-action"] == "'self'"


def test_the_rest_is_said_too(told):
    assert told["headers"]["X-Content-Type-Options"] == "nosniff"
    assert told["headers"]["Referrer-Policy"] == "same-origin"
    assert told["headers"]["X-Frame-Options"] == "DENY"
    assert told["status"] == 302
