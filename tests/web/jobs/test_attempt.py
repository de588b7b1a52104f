"""One attempt, from the claimed row to the ended one."""

import signal

import pytest

from emofuse_web.jobs.attempt import Attempt
from emofuse_web.jobs.folder import place
from emofuse_web.jobs.queue import job_cancel, job_claim
from emofuse_web.storage import storage


@pytest.fixture
def through(add, alice, monkeypatch):
    """Claim a new job and see its attempt through, in this thread; gives the row."""

    def done(job=None, before=lambda job: None):
        job = job or add(alice)
        claimed = job_claim(worker="elsewhere:1:1", lanes=["cpu"])
        before(claimed)
        Attempt(claimed).through()
        job.refresh_from_db()
        return job

    return done


def test_an_attempt_ends_as_done_with_what_came_out_in_storage(through):
    job = through()

    assert (job.status, job.progress, job.attempt, job.failures) == ("succeeded", 1.0, 1, 0)
    assert storage().size(f"artifacts/{job.pk}") == 32_000
    assert [stage["name"] for stage in job.stages] == ["probe", "decode", "render"]
    assert all(stage["ended"] >= stage["began"] for stage in job.stages)


def test_nothing_of_an_attempt_stays_on_the_disk(through):
    through()

    assert list(place().iterdir()) == []


def test_a_child_that_is_killed_is_tried_again_later(through, stand_in):
    stand_in.ORDER = {**stand_in.ORDER, "signal": signal.SIGKILL}

    job = through()

    assert (job.status, job.failures) == ("queued", 1)
    assert 9 < (job.not_before - job.created).total_seconds() < 15


def test_an_input_that_is_refused_is_not_tried_again(through, stand_in):
    stand_in.ORDER = {**stand_in.ORDER, "problem": {"code": "MEDIA_CODEC", "detail": "It is coded as magicyuv.", "ours": False}}

    job = through()

    assert (job.status, job.failures, job.problem["code"]) == ("failed", 0, "MEDIA_CODEC")
    assert job.problem["detail"] == "It is coded as magicyuv."
    assert [(job.pk, "failed")] == stand_in.ENDED


def test_what_was_cancelled_while_it_ran_ends_as_cancelled_even_when_it_was_done(through, stand_in):
    job = through(before=lambda job: job_cancel(job=job))

    assert job.status == "cancelled"
    assert [(job.pk, "cancelled")] == stand_in.ENDED


def test_the_last_word_about_progress_is_written_even_when_silence_follows(through, stand_in, monkeypatch):
    monkeypatch.setattr("emofuse_web.jobs.attempt.TELL", 0.3)
    written = []
    monkeypatch.setattr("emofuse_web.jobs.attempt.job_told", lambda **told: written.append(told["progress"]))
    code = "import time\nfor far in (0.1, 0.2, 0.3): print('{\"progress\": %s}' % far, flush=True)\ntime.sleep(0.8)"
    stand_in.ORDER = {**stand_in.ORDER, "code": code}

    through()

    assert written[-1] == 0.3
    assert len(written) <= 2


def test_stages_without_end_do_not_fill_the_row(through, stand_in, monkeypatch):
    monkeypatch.setattr("emofuse_web.jobs.attempt.STAGES", 5)
    code = "for i in range(50): print('{\"stage\": \"s%d\"}' % i)\nopen('out/result', 'w').write('x'); print('{\"done\": {}}', flush=True)"
    stand_in.ORDER = {**stand_in.ORDER, "code": code}

    job = through()

    assert (job.status, len(job.stages)) == ("succeeded", 5)
