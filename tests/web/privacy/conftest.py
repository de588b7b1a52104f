"""People who signed in by the door, as browsers do."""

from collections.abc import Callable

import pytest
from django.test import Client

PASSWORD = "correct horse battery staple"


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
def exported(tmp_path) -> Callable[..., None]:
    """Makes the file that was asked for, as a supervisor does."""
    from emofuse_web.accounts.work import collect, prepare
    from emofuse_web.jobs import queue

    def made(export) -> None:
        job = queue.job_claim(worker="test", lanes=["quick"])
        assert job.pk == export.job_id
        assert "do" not in prepare(job, tmp_path)
        assert queue.job_finish(job=job, attempt=job.attempt, effect=collect(job, tmp_path, {}))

    return made
