"""The sample: one analysis that everybody may open, of a portrait in the public domain that is moved and spoken over."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from emofuse_web.analyses.models import Analysis, Mode, Purpose, Setting
from emofuse_web.jobs import queue
from emofuse_web.jobs.models import Kind, Status

NAME = "Sample"
KEPT = 36_500  # days


def sample_request() -> Analysis:
    """The sample; asked for where there is none, and tried again where it failed."""
    with transaction.atomic():
        found = Analysis.objects.select_for_update(of=("self",)).select_related("job").filter(sample=True).first()
        if found is None:
            return _made()
        if found.job.status in (Status.FAILED, Status.CANCELLED):
            queue.job_retry(job=found.job)
    return found


def _made() -> Analysis:
    now = timezone.now()
    return Analysis.objects.create(
        owner=None,
        sample=True,
        label=NAME,
        mode=Mode.VIDEO,
        job=queue.job_add(owner=None, kind=Kind.ANALYSIS, lane="cpu"),
        model="best",
        options={"explain": True, "annotate_video": True, "offsets": {}},
        purpose=Purpose.RESEARCH,
        setting=Setting.ELSEWHERE,
        notice="sample",
        consent=now,
        retention_days=KEPT,
        expires=now + timedelta(days=KEPT),
    )
