"""Alice owns things, Bob is another user, Charlie is not signed in, Stefanie is staff. Rows and files that tests begin with."""

import hashlib
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone

# Settings, which must be read once, and programs of their own: nothing to look for examples in.
collect_ignore = [
    "settings",
    *("load/load_worker.py", "load/load_child.py", "jobs/stand_in.py", "jobs/stand_in_worker.py", "security/looker.py"),
]

PASSWORD = "correct horse battery staple"


@pytest.fixture(autouse=True)
def _english():
    """Whatever language a page of the test before spoke."""
    from django.utils import translation

    translation.activate("en")


@pytest.fixture(autouse=True)
def _own_storage(settings, tmp_path):
    """Files of one test are nobody else's."""
    from django.core.cache import cache

    from emofuse_web.storage import storage

    settings.STORAGE = str(tmp_path / "files")
    storage.cache_clear()
    cache.clear()
    yield
    storage.cache_clear()


@pytest.fixture
def people(db) -> Callable[..., object]:
    from emofuse_web.accounts.models import User

    def person(name: str, **fields: object) -> User:
        return User.objects.create_user(f"{name}@example.org", PASSWORD, **fields)

    return person


@pytest.fixture
def alice(people):
    return people("alice")


@pytest.fixture
def bob(people):
    return people("bob")


@pytest.fixture
def stefanie(people):
    return people("stefanie", is_staff=True)


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def by_the_door() -> Callable[..., Client]:
    """Signs somebody in by the form, and types the password once more, as what is guarded asks for every five minutes."""

    def entered(user) -> Client:
        client = Client()
        assert client.post("/accounts/login/", {"login": user.email, "password": PASSWORD}).status_code == 302
        assert client.post("/accounts/reauthenticate/", {"password": PASSWORD}).status_code == 302
        return client

    return entered


@pytest.fixture
def alices(alice) -> Client:
    return signed_in(alice)


@pytest.fixture
def bobs(bob) -> Client:
    return signed_in(bob)


@pytest.fixture
def stefanies(stefanie) -> Client:
    return signed_in(stefanie)


@pytest.fixture
def charlies(db) -> Client:
    return Client()


@pytest.fixture
def upload(db, tmp_path) -> Callable[..., object]:
    """A file that is here and was found good."""
    from emofuse_web.storage import storage
    from emofuse_web.uploads.models import State, Upload

    def brought(owner, role: str = "video", *, content: bytes = b"film", name: str = "visit.mp4", state: str = State.READY, **fields):
        row = Upload.objects.create(
            owner=owner,
            role=role,
            name=name,
            size=len(content),
            offset=len(content),
            digest=hashlib.sha256(content).hexdigest(),
            state=state,
            expires=timezone.now() + timedelta(days=1),
            **fields,
        )
        file = tmp_path / "brought"
        file.write_bytes(content)
        storage().put(f"uploads/{row.id}", file)
        return row

    return brought


@pytest.fixture
def analysis(db) -> Callable[..., object]:
    """An analysis of a user, as it stands in the rows."""
    from emofuse_web.analyses.models import Analysis
    from emofuse_web.jobs.models import TERMINAL, Job

    def asked(owner, *, status: str = "succeeded", mode: str = "av", label: str = "visit 12", **fields):
        now = timezone.now()
        job = Job.objects.create(
            owner=owner,
            kind="analysis",
            status=status,
            finished=now if status in TERMINAL else None,
            progress=1.0 if status in TERMINAL else 0.0,
        )
        said = {"model": "best", "purpose": "research", "setting": "elsewhere", "notice": "1", "consent": now, "retention_days": 30}
        said |= {"expires": now + timedelta(days=30), **fields}
        return Analysis.objects.create(owner=owner, job=job, mode=mode, label=label, **said)

    return asked


@pytest.fixture
def artifact(db, tmp_path) -> Callable[..., object]:
    """A file that came out of an analysis."""
    from emofuse_web.analyses.models import Artifact
    from emofuse_web.storage import storage

    def made(analysis, kind: str = "json", *, content: bytes = b"{}", media_type: str = "application/json"):
        row = Artifact.objects.create(
            analysis=analysis, kind=kind, media_type=media_type, size=len(content), digest=hashlib.sha256(content).hexdigest(), attempt=1
        )
        file: Path = tmp_path / "made"
        file.write_bytes(content)
        storage().put(f"artifacts/{row.id}", file)
        return row

    return made
