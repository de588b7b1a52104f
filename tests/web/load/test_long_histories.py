"""No page grows with what somebody has, beyond what it shows of it: as many queries, as many bytes, and no more work."""

import time
from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.paginator import Paginator
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from emofuse_web.analyses.history import Wanted, page_links

pytestmark = pytest.mark.django_db
STRIP = {"strip": [[i * 1_000, (i + 1) * 1_000, ("happiness", None, "fear")[i % 3]] for i in range(120)]}
FEW, MANY = 120, 620  # both more than any page shows
MOST = 25  # queries of a page
WORK = 1.0  # s of the processor's time until the answer is there; some 50 ms where nobody else works
PAGES = (
    "/analyses/",
    "/analyses/?q=visit&sort=label&status=done",
    "/analyses/?page=3&status=done",
    "/analyses/{finished}/",
    "/analyses/{waiting}/",
    "/analyses/{waiting}/status/",
    "/new/",
    "/account/privacy/",
    "/account/security/",
    "/account/tokens/",
    "/models/",
    "/operations/",
    "/api/v1/jobs",
    "/api/v1/me/quota",
)


@pytest.fixture
def asked(db):
    """So many more analyses of somebody, each with files and results; a third of them failed, some wait."""
    from emofuse_web.accounts.models import Event
    from emofuse_web.analyses.models import Analysis, Artifact
    from emofuse_web.jobs.models import Job
    from emofuse_web.uploads.models import Upload

    def made(owner, count: int) -> None:
        now = timezone.now()
        said = {"model": "best", "purpose": "research", "setting": "elsewhere", "notice": "1", "consent": now, "retention_days": 30}
        said |= {"expires": now + timedelta(days=30), "mode": "av", "duration": 120_000, "summary": STRIP, "owner": owner}
        states = ("succeeded", "failed", "succeeded")
        jobs = [
            Job(owner=owner, kind="analysis", status=states[i % 3], started=now, finished=now, problem={"code": "OURS"})
            for i in range(count)
        ]
        films = [Upload(owner=owner, role="video", name="visit.mp4", size=9, offset=9, state="ready", expires=now) for _ in jobs]
        waiting = [Upload(owner=owner, role="video", name="new.mp4", size=9, state="ready", expires=now + timedelta(1)) for _ in jobs]
        Job.objects.bulk_create(jobs)
        Upload.objects.bulk_create([*films, *waiting])
        rows = Analysis.objects.bulk_create(
            [Analysis(job=job, video=film, label=f"visit {i:04}", **said) for i, (job, film) in enumerate(zip(jobs, films, strict=True))]
        )
        Artifact.objects.bulk_create(
            [
                Artifact(id=uuid4(), analysis=row, kind=kind, media_type="image/jpeg", size=9, digest="0" * 64, attempt=1)
                for row in rows
                for kind in ("thumbnail", "proxy")
            ]
        )
        Event.objects.bulk_create([Event(actor=owner, verb="analysis.created", subject=str(row.id)) for row in rows])

    return made


@pytest.mark.slow
def test_pages_cost_the_same_with_five_hundred_more(stefanie, stefanies, analysis, artifact, asked):
    artifact(finished := analysis(stefanie, label="visit one"), "thumbnail")
    waiting = analysis(stefanie, status="queued")

    def costs() -> dict[str, tuple[int, int, float]]:
        """Of every page: queries, bytes, s of the processor."""
        found = {}
        for page in PAGES:
            address = page.format(finished=finished.id, waiting=waiting.id)
            stefanies.get(address)  # what is read once a process is read
            began = time.process_time()
            with CaptureQueriesContext(connection) as queries:
                answer = stefanies.get(address)
            assert answer.status_code == 200
            found[page] = (len(queries), len(answer.content), time.process_time() - began)
        return found

    asked(stefanie, FEW)
    few = costs()
    asked(stefanie, MANY - FEW)
    many = costs()

    assert {page: queries for page, (queries, _, _) in many.items() if queries > min(MOST, few[page][0])} == {}
    assert {page: size for page, (_, size, _) in many.items() if size > 1.02 * few[page][1] + 200} == {}  # figures have more digits
    assert {page: took for page, (_, _, took) in many.items() if took > WORK} == {}


def test_of_many_pages_the_first_the_last_and_those_around_are_named():
    shown = page_links(Paginator(range(620), 20).page(12), Wanted(words="visit"))
    assert [n for n, _query in shown] == [1, Paginator.ELLIPSIS, 10, 11, 12, 13, 14, Paginator.ELLIPSIS, 31]
    assert [query for n, query in shown if n in (1, Paginator.ELLIPSIS)] == ["q=visit&page=1", "", ""]
