"""Every address of the site, asked by everybody: whoever is not signed in, somebody else, the owner, and staff.

The addresses come from the URLconf itself: one that is not told of here fails the test, so none is forgotten.
"""

import json
import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from emofuse_web.accounts.models import Export, Notice, Token
from emofuse_web.accounts.tokens import token_make
from emofuse_web.analyses.lanes import Lane, packed
from emofuse_web.jobs.models import Job
from emofuse_web.sharing import doors
from emofuse_web.sharing.models import Share
from emofuse_web.sharing.services import share_make

pytestmark = pytest.mark.django_db
CANARY = "canary-7f3a"  # in all that is Alice's: nobody else may ever be sent it
PUBLIC = {  # pages for everybody, which hold nothing of anybody
    "analyses:home", "analyses:sample", "analyses:problems", "analyses:theme", "operations:lives", "operations:ready", "operations:docs",
    "accounts:erased", "api:schema", "api:docs", "recognizers:list", "recognizers:card", "set_language", "javascript-catalog",
}  # fmt: skip
LINKS = {"accounts:first", "accounts:join", "accounts:notice_read"}  # whoever holds the link may; what it opens is tested elsewhere
SECRET = {"sharing:shared", "sharing:timeline", "sharing:curves", "sharing:file"}  # the same, and a right id alone opens nothing
OWN = {  # for whoever is signed in, about themselves alone
    "analyses:list", "analyses:new", "analyses:paste", "analyses:several", "analyses:compare", "accounts:invitations", "accounts:security",
    "accounts:preferences", "accounts:sessions_end", "accounts:tokens", "accounts:privacy", "accounts:export", "accounts:erase",
    "accounts:notice", "uploads:create", "uploads:plain", "api:uploads", "api:plain", "api:jobs", "api:models", "api:model", "api:me",
    "api:quota", "api:tokens", "api:sessions", "api:account", "api:unknown",
}  # fmt: skip
STAFF = {"operations:page", "accounts:invitations", "accounts:invitation_gone"}  # no content of users
MACHINES = {"operations:figures"}  # from this machine, or staff
THINGS = {  # addresses that name something of somebody's: which, by the name of the argument
    "analyses:file": {"id": "upload"}, "analyses:detail": {"id": "analysis"}, "analyses:status": {"id": "analysis"},
    "analyses:cancel": {"id": "analysis"}, "analyses:retry": {"id": "analysis"}, "analyses:remove": {"id": "analysis"},
    "analyses:mail": {"id": "analysis"},
    "analyses:timeline": {"id": "analysis"}, "analyses:data": {"id": "analysis"}, "analyses:artifact": {"id": "artifact"},
    "analyses:export": {"id": "analysis", "kind": "json"}, "uploads:piece": {"upload": "upload"}, "uploads:state": {"upload": "upload"},
    "uploads:told": {"upload": "upload"}, "uploads:remove": {"upload": "upload"}, "accounts:token_gone": {"code": "token"},
    "accounts:session_end": {"code": "session"}, "accounts:export_file": {"code": "export"}, "accounts:notice_gone": {"code": "notice"},
    "api:upload": {"upload": "upload"}, "api:told": {"upload": "upload"}, "api:job": {"id": "analysis"},
    "api:cancel": {"id": "analysis"}, "api:retry": {"id": "analysis"}, "api:segments": {"id": "analysis"},
    "api:curves": {"id": "analysis"}, "api:export": {"id": "analysis", "name": "json"}, "api:events": {"id": "analysis"},
    "api:artifact": {"id": "artifact"}, "api:token": {"id": "token"}, "api:session": {"id": "uuid"},
    "sharing:links": {"id": "answered"}, "sharing:revoke": {"id": "share"},
}  # fmt: skip
THEIRS = ("account_", "mfa_", "usersessions_", "admin:")  # Django's own and allauth's, which know only who is signed in
LANE = {
    "name": CANARY, "labels": [CANARY], "label": CANARY, "pooled": {CANARY: 1.0}, "threshold": 0.1,
    "spans": [{"start": 0, "end": 1_000, "label": CANARY, "probability": 0.8, "uncertain": False, "absent": None}],
    "curves": {"start": [0], "end": [1_000], "absent": [None], "p": {CANARY: [0.8]}},
}  # fmt: skip
DOCUMENT = {"schema": "emofuse-timeline/1", "duration": 1_000, "notes": [CANARY], "models": [], "facts": {}, "lanes": [LANE]}
METHODS = ("GET", "HEAD", "POST", "PATCH", "PUT", "DELETE")
LOOKED = (200, 206, 304)


@dataclass(frozen=True)
class Address:
    """One pattern of the URLconf."""

    name: str
    route: str

    def path(self, things: dict[str, Any]) -> str:
        said = THINGS[self.name]
        filled = re.sub(r"<(?:\w+:)?(\w+)>", lambda found: str(things.get(said[found[1]], said[found[1]])), self.route)
        return "/" + filled


def addresses(patterns: list[Any], before: str = "", space: str = "") -> Iterator[Address]:
    for one in patterns:
        if isinstance(one, URLResolver):
            inner = ":".join(filter(None, (space, one.namespace or "")))
            yield from addresses(one.url_patterns, before + str(one.pattern), inner)
        elif isinstance(one, URLPattern):
            yield Address(":".join(filter(None, (space, one.name or str(one.pattern)))), before + str(one.pattern))


ALL = list(addresses(get_resolver().url_patterns))
NAMED = [address for address in ALL if address.name in THINGS]
HELD = [address for address in ALL if address.name in SECRET]


@pytest.fixture(autouse=True)
def _allowed(settings):
    """Links to results, which are there only where a site is told so."""
    settings.SHARING = True


@pytest.fixture
def things(alice, upload, analysis, artifact, tmp_path) -> dict[str, Any]:
    """One of everything that is Alice's, with the canary in it."""
    film = upload(alice, "eeg", content=CANARY.encode(), name=f"{CANARY}.csv", report={"said": CANARY}, told={"variable": CANARY})
    one = analysis(alice, label=CANARY, status="failed", video=film, warnings=[CANARY], reason=CANARY)
    token, _secret = token_make(owner=alice, name=CANARY, scopes=("read",))
    job = Job.objects.create(owner=alice, kind="export", status="succeeded")
    notice = Notice.objects.create(owner=alice, version="1", language="en", said={"who": CANARY})
    p = np.ones((1, 1), dtype=np.float32)
    lanes = packed([Lane(CANARY, (CANARY,), np.array([0]), np.array([1_000]), p)])
    answered = analysis(alice, label=CANARY, warnings=[CANARY])
    for shown in (one, answered):
        artifact(shown, "lanes", content=lanes)
    artifact(answered, "json", content=json.dumps(DOCUMENT).encode())
    artifact(answered, "proxy", content=CANARY.encode(), media_type="video/mp4")
    share, secret = share_make(analysis=answered, by=alice, days=1, agreed=True, title=CANARY)
    browser = Client()
    browser.force_login(alice, backend="django.contrib.auth.backends.ModelBackend")
    browser.get("/account/security/")
    return {
        "upload": film.id,
        "analysis": one.id,
        "artifact": artifact(one, "json", content=json.dumps(DOCUMENT).encode()).id,
        "token": token.id,
        "session": alice.usersession_set.get().pk,
        "export": Export.objects.create(owner=alice, job=job, size=9, expires=timezone.now() + timezone.timedelta(days=1)).id,
        "notice": notice.id,
        "uuid": uuid.uuid4(),
        "answered": answered.id,
        "share": share.id,
        "secret": secret,
    }


def standing() -> dict[str, int]:
    """How many rows there are of what could be taken away, and how jobs stand."""
    from emofuse_web.accounts.models import Invitation
    from emofuse_web.analyses.models import Analysis, Artifact
    from emofuse_web.uploads.models import Upload

    counts = {model.__name__: model.objects.count() for model in (Analysis, Artifact, Upload, Job, Export, Notice, Invitation)}
    counts["revoked"] = Token.objects.exclude(revoked=None).count()
    counts["unshared"] = Share.objects.exclude(revoked=None).count()
    return counts | {"shares": Share.objects.count(), "failed": Job.objects.filter(status="failed").count()}


def ask(client: Client, method: str, path: str):
    headers = {"Tus-Resumable": "1.0.0"} if "upload" in path else {}
    response = client.generic(method, path, headers=headers)
    return response, b"".join(response.streaming_content) if response.streaming else response.content


def test_every_address_is_told_of_here():
    unknown = [
        address for address in ALL
        if address.name not in PUBLIC | LINKS | SECRET | OWN | STAFF | MACHINES | set(THINGS) and not address.name.startswith(THEIRS)
    ]  # fmt: skip

    assert unknown == [], "say here whose these are"
    assert len(NAMED) == len(THINGS) and len(HELD) == len(SECRET), "and forget those that are gone"


def test_what_somebody_owns_is_named_by_what_nobody_can_guess():
    """UUIDs; sessions are listed for their owner alone, by a number that opens nothing to others."""
    for address in NAMED:
        kinds = re.findall(r"<(\w+):", address.route)
        assert "uuid" in kinds or address.name == "accounts:session_end", address


@pytest.mark.parametrize("address", NAMED, ids=lambda address: address.name)
@pytest.mark.parametrize("person", ["bob", "stefanie"])
def test_other_peoples_things_are_not_there(address, person, things, request):
    client = Client()
    client.force_login(request.getfixturevalue(person), backend="django.contrib.auth.backends.ModelBackend")
    before = standing()

    for method in METHODS:
        theirs, content = ask(client, method, address.path(things))
        none, _content = ask(client, method, address.path(dict.fromkeys(things, uuid.uuid4()) | {"session": 987_654}))

        assert theirs.status_code == none.status_code, f"{method}: as if there were none"
        again = theirs.status_code == 302 and theirs["Location"].startswith("/accounts/reauthenticate/")
        assert again or theirs.status_code in (404, 405), f"{method} {theirs.status_code}"
        assert CANARY.encode() not in content
    assert standing() == before


@pytest.mark.parametrize("address", NAMED, ids=lambda address: address.name)
def test_whoever_is_not_signed_in_gets_nothing(address, things):
    before = standing()

    for method in METHODS:
        response, content = ask(Client(), method, address.path(things))

        assert response.status_code in (302, 401, 403, 404, 405), f"{method} {response.status_code}"
        assert response.status_code != 302 or response["Location"].startswith("/accounts/login/")
        assert CANARY.encode() not in content
    assert standing() == before


def held(address: Address, share: object, secret: str) -> str:
    filled = {"<uuid:id>": str(share), "<slug:secret>": secret, "<slug:kind>": "proxy"}
    return "/" + re.sub(r"<\w+:\w+>", lambda found: filled[found[0]], address.route)


@pytest.mark.parametrize("address", HELD, ids=lambda address: address.name)
@pytest.mark.parametrize("person", ["alice", "bob", "stefanie", None])
def test_what_is_shared_is_opened_by_the_whole_link_and_by_no_part_of_it_whoever_asks(address, person, things, request, monkeypatch):
    monkeypatch.setitem(doors.RATES, "missed", "999/m/ip")
    client = Client()
    if person:
        client.force_login(request.getfixturevalue(person), backend="django.contrib.auth.backends.ModelBackend")
    before = standing()

    for method in METHODS:
        for share, secret in ((things["share"], "x" * 43), (uuid.uuid4(), things["secret"]), (things["answered"], things["secret"])):
            response, content = ask(client, method, held(address, share, secret))
            assert response.status_code == 404, method
            assert CANARY.encode() not in content
        response, content = ask(client, method, held(address, things["share"], things["secret"]))
        assert response.status_code == (200 if method in ("GET", "HEAD") else 405), method
        assert method != "GET" or CANARY.encode() in content, "it opens what the tests above find shut"
    assert standing() == before


@pytest.mark.parametrize("address", HELD, ids=lambda address: address.name)
def test_where_nothing_is_shared_the_whole_link_opens_nothing(address, things, settings):
    settings.SHARING = False

    for method in METHODS:
        response, content = ask(Client(), method, held(address, things["share"], things["secret"]))
        assert response.status_code == 404
        assert CANARY.encode() not in content


@pytest.mark.parametrize("address", NAMED, ids=lambda address: address.name)
def test_the_owner_gets_an_answer(address, things, alice):
    """Otherwise the tests above would hold for addresses that answer nobody."""
    client = Client()
    client.force_login(alice, backend="django.contrib.auth.backends.ModelBackend")
    if address.name == "api:session":
        things["uuid"] = client.get("/api/v1/me/sessions").json()["items"][0]["id"]

    answers = {method: ask(client, method, address.path(things))[0].status_code for method in METHODS}

    assert any(status not in (401, 403, 404, 405) for status in answers.values()), answers


@pytest.mark.parametrize("address", [one for one in ALL if one.name in OWN | STAFF | MACHINES], ids=lambda address: address.name)
@pytest.mark.parametrize("person", ["bob", "stefanie", None])
def test_pages_about_oneself_tell_nothing_of_others(address, person, things, request):
    client = Client()
    if person:
        client.force_login(request.getfixturevalue(person), backend="django.contrib.auth.backends.ModelBackend")
    before = standing()

    for method in ("GET", "HEAD"):
        path = "/" + re.sub(r"<uuid:code>", str(uuid.uuid4()), address.route)
        path = re.sub(r"<\w+:name>", "voice", path).replace("^(?P<rest>.*)$", "nothing")
        query = f"?a={things['analysis']}&b={things['analysis']}" if address.name == "analyses:compare" else f"?q={CANARY[:6]}"
        response, content = ask(client, method, path + (query if not address.name.startswith("api:") else ""))

        assert response.status_code < 500
        assert CANARY.encode() not in content
        if person is None and address.name != "analyses:compare" and address.name not in MACHINES:
            assert response.status_code not in LOOKED, f"{method} {response.status_code}"
    assert standing() == before


@pytest.mark.parametrize("address", [one for one in ALL if one.name in STAFF], ids=lambda address: address.name)
def test_pages_for_staff_are_not_there_for_others(address, bob):
    client = Client()
    client.force_login(bob, backend="django.contrib.auth.backends.ModelBackend")

    response, _content = ask(client, "GET", "/" + address.route.replace("<uuid:code>", str(uuid.uuid4())))

    assert response.status_code in (302, 403, 404, 405)


def test_staff_see_no_content_of_others_in_the_admin(things, people):
    """Of administrators, too: what the admin lists of analyses and files holds no label, no name, no result. Tokens show their names."""
    Token.objects.update(name="laptop")
    client = Client()
    client.force_login(people("root", is_staff=True, is_superuser=True), backend="django.contrib.auth.backends.ModelBackend")
    seen = ["/admin/"]
    for path in seen:
        response, content = ask(client, "GET", path)
        assert CANARY.encode() not in content, path
        if response.status_code == 200 and path.count("/") <= 4:
            found = re.findall(r'href="(/admin/[\w/-]*)"', content.decode())
            seen += [link for link in found if link not in seen and "logout" not in link and "password" not in link]
    assert len(seen) > 1
