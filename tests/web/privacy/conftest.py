"""The file of everything that is kept of somebody, made as a supervisor does."""

from collections.abc import Callable

import pytest


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
