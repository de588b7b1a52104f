"""Claims, fences and ends: what each function may write, and what it must not."""

from collections import Counter
from datetime import timedelta

import pytest
from django.utils import timezone

from emofuse_web.jobs import who
from emofuse_web.jobs.models import Job, Status
from emofuse_web.jobs.queue import (
    job_beat,
    job_cancel,
    job_claim,
    job_fail,
    job_finish,
    job_release,
    job_retry,
    job_told,
    jobs_stray,
    jobs_sweep,
    jobs_wanted,
    place_in_queue,
    time_left,
)
from emofuse_web.problems import problem

ELSEWHERE = "elsewhere:1:1"
FAULT = problem("OURS")


def claim(lanes=("cpu",), worker=ELSEWHERE):
    return job_claim(worker=worker, lanes=lanes)


def done():
    return Status.SUCCEEDED


def later(job, **fields):
    """What time alone would change."""
    Job.objects.filter(pk=job.pk).update(**fields)


def test_a_claim_raises_the_attempt_and_names_the_worker(add, alice):
    job = add(alice)

    claimed = claim()

    assert (claimed.pk, claimed.attempt, claimed.status, claimed.worker) == (job.pk, 1, "running", ELSEWHERE)
    assert claim() is None


def test_a_worker_takes_only_jobs_of_its_lanes(add, alice):
    add(alice, lane="gpu")

    assert claim() is None
    assert claim(["cpu", "gpu"]).lane == "gpu"


def test_what_is_to_be_tried_later_is_not_claimed_before(add, alice):
    later(add(alice), not_before=timezone.now() + timedelta(seconds=60))

    assert claim() is None


def test_somebody_with_one_job_does_not_wait_behind_a_hundred_of_another(add, alice, bob):
    hundred = [add(alice) for _ in range(100)]
    running = claim()
    one = add(bob)

    job_finish(job=running, attempt=1, effect=done)

    assert claim().pk == one.pk
    assert claim().owner == alice
    assert running.pk == hundred[0].pk


def test_people_who_wait_take_turns(add, alice, bob, stefanie):
    for person in (alice, bob, stefanie):
        for _ in range(3):
            add(person)

    order = []
    while job := claim():
        order.append(job.owner)
        job_finish(job=job, attempt=1, effect=done)

    assert [set(order[i : i + 3]) for i in (0, 3, 6)] == [{alice, bob, stefanie}] * 3


def test_no_more_analyses_of_one_user_run_than_the_quota_says(add, alice, bob, settings):
    settings.QUOTA_RUNNING = 2
    for _ in range(4):
        add(alice)
    add(bob)

    running = Counter(job.owner for job in iter(claim, None))

    assert running == {alice: 2, bob: 1}


def test_a_look_at_a_file_does_not_wait_for_the_quota_of_analyses(add, alice, settings):
    settings.QUOTA_RUNNING = 1
    add(alice)
    claim()

    look = add(alice, kind="preflight", lane="quick")

    assert claim(["quick"]).pk == look.pk


def test_a_job_is_finished_with_its_effect_in_one_transaction(add, alice):
    add(alice)
    job = claim()

    def broken():
        alice.language = "ru"
        alice.save()
        raise RuntimeError("in the middle")

    with pytest.raises(RuntimeError):
        job_finish(job=job, attempt=1, effect=broken)

    job.refresh_from_db()
    alice.refresh_from_db()
    assert (job.status, alice.language) == ("running", "")


@pytest.mark.parametrize(
    "write",
    [
        lambda job: job_beat(job=job, attempt=1),
        lambda job: job_told(job=job, attempt=1, stage="voice", progress=0.9),
        lambda job: job_finish(job=job, attempt=1, effect=done),
        lambda job: job_fail(job=job, attempt=1, problem=FAULT, ours=True),
        lambda job: job_release(job=job, attempt=1),
    ],
    ids=["beat", "told", "finish", "fail", "release"],
)
def test_one_who_was_thought_dead_changes_nothing(add, alice, write):
    add(alice)
    old = claim()
    job_release(job=old, attempt=1)
    new = claim()
    before = Job.objects.filter(pk=old.pk).values().get()

    written = write(old)

    assert (written, new.attempt) == (False, 2)
    assert Job.objects.filter(pk=old.pk).values().get() == before


def test_writes_about_a_deleted_job_do_nothing(add, alice):
    add(alice)
    job = claim()
    Job.objects.all().delete()

    assert not job_beat(job=job, attempt=1)
    assert not job_told(job=job, attempt=1, progress=0.5)
    assert not job_finish(job=job, attempt=1, effect=done)
    assert not job_fail(job=job, attempt=1, problem=FAULT, ours=True)
    assert not Job.objects.exists()


def test_progress_never_goes_back_not_even_in_another_attempt(add, alice):
    job = add(alice)
    claim()

    seen = []
    for attempt, progress in ((1, 0.5), (1, 0.3), (1, 7.0), (2, 0.1)):
        if attempt == 2:
            job_release(job=job, attempt=1)
            claim()
        job_told(job=job, attempt=attempt, progress=progress)
        job.refresh_from_db()
        seen.append(job.progress)

    assert seen == [0.5, 0.5, 1.0, 1.0]


def test_stages_keep_their_times(add, alice):
    job = add(alice)
    claim()

    for stage in ("probe", "decode", "decode"):
        job_told(job=job, attempt=1, stage=stage)
    job_finish(job=job, attempt=1, effect=done)

    job.refresh_from_db()
    assert [stage["name"] for stage in job.stages] == ["probe", "decode"]
    assert job.stages[0]["ended"] <= job.stages[1]["began"] <= job.stages[1]["ended"]


def test_a_fault_of_ours_is_tried_three_times_with_longer_and_longer_waits(add, alice, stand_in):
    job = add(alice)

    waits = []
    for attempt in (1, 2, 3):
        later(job, not_before=timezone.now())
        claim()
        job_fail(job=job, attempt=attempt, problem=FAULT, ours=True)
        job.refresh_from_db()
        waits.append(round((job.not_before - timezone.now()).total_seconds(), -1))

    assert waits[:2] == [10, 60]
    assert (job.status, job.failures, job.problem["code"]) == ("failed", 3, "OURS")
    assert [(job.pk, "failed")] == stand_in.ENDED


def test_an_input_that_kills_three_children_is_set_aside_as_poison_and_neighbours_go_on(add, alice, bob):
    poison, neighbour = add(alice), add(bob)

    for attempt in (1, 2, 3):
        later(poison, not_before=timezone.now())
        assert any(job.pk == poison.pk for job in iter(claim, None))
        job_fail(job=poison, attempt=attempt, problem=problem("CHILD_DIED"), ours=True, died=True)

    poison.refresh_from_db()
    neighbour.refresh_from_db()
    assert (poison.status, poison.problem["code"], claim()) == ("failed", "POISON", None)
    assert (neighbour.status, neighbour.failures) == ("running", 0)


def test_a_fault_of_the_input_is_not_tried_again(add, alice):
    job = add(alice)
    claim()

    job_fail(job=job, attempt=1, problem=problem("MEDIA_CODEC"), ours=False)

    job.refresh_from_db()
    assert (job.status, job.attempt, job.problem["code"]) == ("failed", 1, "MEDIA_CODEC")


def test_what_waits_is_cancelled_at_once(add, alice, stand_in):
    job = add(alice)

    assert job_cancel(job=job)

    job.refresh_from_db()
    assert (job.status, claim()) == ("cancelled", None)
    assert [(job.pk, "cancelled")] == stand_in.ENDED


@pytest.mark.parametrize("end", ["finish", "fail", "release", "sweep"])
def test_cancelling_wins_over_every_other_end(add, alice, end, stand_in):
    job = add(alice)
    claim()

    assert job_cancel(job=job)
    match end:
        case "finish":
            assert not job_finish(job=job, attempt=1, effect=done)
        case "fail":
            job_fail(job=job, attempt=1, problem=FAULT, ours=True)
        case "release":
            job_release(job=job, attempt=1)
        case "sweep":
            later(job, beat=timezone.now() - timedelta(hours=1))
            jobs_sweep()

    job.refresh_from_db()
    assert job.status == "cancelled"
    assert [(job.pk, "cancelled")] == stand_in.ENDED


def test_what_is_over_cannot_be_cancelled(add, alice):
    job = add(alice)
    claim()
    job_finish(job=job, attempt=1, effect=done)

    assert not job_cancel(job=job)

    job.refresh_from_db()
    assert job.status == "succeeded"


def test_only_what_failed_or_was_cancelled_can_be_begun_again(add, alice):
    job = add(alice)
    assert not job_retry(job=job)
    claim()
    job_told(job=job, attempt=1, progress=0.7)
    job_fail(job=job, attempt=1, problem=problem("MEDIA_CODEC"), ours=False)

    assert job_retry(job=job)

    job.refresh_from_db()
    assert (job.status, job.progress, job.problem, job.failures, job.finished) == ("queued", 0.0, None, 0, None)
    assert claim().attempt == 2


def test_whose_lease_is_over_is_taken_back(add, alice, settings):
    job = add(alice)
    claim()

    assert jobs_sweep() == 0
    later(job, beat=timezone.now() - timedelta(seconds=settings.JOB_LEASE + 1))
    assert jobs_sweep() == 1

    job.refresh_from_db()
    assert (job.status, job.failures) == ("queued", 1)


def test_a_dead_process_of_this_machine_loses_its_job_at_once(add, alice):
    add(alice)
    claim(worker=f"{who.host()}:{2**22 + 1}:1")  # no process has so large a number

    assert jobs_sweep() == 1
    assert claim().attempt == 2


def test_a_living_process_keeps_its_job(add, alice):
    add(alice)
    claim(worker=who.name())

    assert jobs_sweep() == 0


def test_a_number_that_another_process_has_by_now_is_not_the_worker():
    alive, number = who.name(), who.name().split(":")[1]

    assert not who.gone(alive)
    assert who.gone(f"{who.host()}:{number}:1")
    assert not who.gone(f"another-machine:{number}:1")


def test_a_worker_whose_claim_was_lost_on_the_way_lets_go_of_it(add, alice):
    job = add(alice)
    claim()

    assert jobs_stray(worker=ELSEWHERE, known={job.pk: 1}) == 0
    assert jobs_stray(worker=ELSEWHERE, known={}) == 1

    job.refresh_from_db()
    assert (job.status, job.failures) == ("queued", 0)


def test_what_is_wanted_is_what_is_there_and_ours_and_not_cancelled(add, alice, bob, stefanie, settings):
    settings.QUOTA_RUNNING = 9
    kept, cancelled, deleted, taken = (add(alice) for _ in range(4))
    while claim():
        pass
    job_cancel(job=cancelled)
    Job.objects.filter(pk=deleted.pk).delete()

    wanted = jobs_wanted({kept.pk: 1, cancelled.pk: 1, deleted.pk: 1, taken.pk: 7})

    assert wanted == {kept.pk}


def test_the_place_in_the_queue_is_the_order_of_claims(add, alice, bob, settings):
    settings.QUOTA_RUNNING = 9
    jobs = [add(alice), add(alice), add(alice), add(bob), add(bob)]
    places = {job.pk: place_in_queue(job) for job in jobs}

    order = [job.pk for job in iter(claim, None)]

    assert sorted(places, key=places.get) == order
    jobs[0].refresh_from_db()
    assert place_in_queue(jobs[0]) is None


def test_the_time_left_comes_from_the_pace_of_the_job(add, alice):
    add(alice)
    job = claim()
    job_told(job=job, attempt=1, progress=0.25)
    later(job, started=timezone.now() - timedelta(seconds=10))
    job.refresh_from_db()

    assert 29 <= time_left(job) <= 31


def test_before_it_has_a_pace_the_time_left_comes_from_those_before(add, alice):
    first = add(alice)
    assert time_left(first) is None
    claim()
    job_finish(job=first, attempt=1, effect=done)
    later(first, started=timezone.now() - timedelta(seconds=40), finished=timezone.now())

    waiting = add(alice)

    assert 38 <= time_left(waiting) <= 42
