"""Whatever changes an analysis: asked for, cancelled, tried again, removed. Pages and the REST interface both go through here."""

import hashlib
import json
from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from emofuse_web.accounts import audit
from emofuse_web.accounts.models import User
from emofuse_web.analyses.asked import heard_checked, inputs_checked, label_checked, model_checked, options_checked, retention_checked
from emofuse_web.analyses.gate import purpose_checked, told_checked
from emofuse_web.analyses.models import Analysis, IdempotencyKey
from emofuse_web.analyses.problems import refused
from emofuse_web.analyses.quota import quota_checked
from emofuse_web.jobs import queue
from emofuse_web.jobs.models import Job, Kind, Status
from emofuse_web.storage import storage
from emofuse_web.uploads.models import Upload
from emofuse_web.uploads.services import upload_bytes_gone, upload_needed

LANE = "cpu"
ROLES = ("video", "audio", "eeg", "text")


@transaction.atomic
def analysis_request(
    *,
    owner: User,
    mode: str,
    inputs: Mapping[str, UUID | str | None],
    model: str = "best",
    options: Mapping[str, object] | None = None,
    purpose: str,
    setting: str,
    reason: str = "",
    notice: str,
    consent: bool,
    label: str = "",
    retention_days: int | None = None,
    webhook: str = "",
    key: UUID | None = None,
) -> Analysis:
    """Ask for an analysis; under a key that was used for the same before, the analysis that it gave then.

    Args:
        owner: Who asks.
        mode: One of `Mode`.
        inputs: Uploads of the owner by role.
        model: "best", "light", or the name of a recognizer.
        options: See `options_checked`.
        purpose: One of `Purpose`.
        setting: One of `Setting`.
        reason: Why at work or in education.
        notice: The version of the notice that people were given.
        consent: Whether they agreed.
        label: What the owner calls it.
        retention_days: How long it is kept; None for the usual.
        webhook: An https address that is told when it is over.
        key: Names the request, so that it is done once however often it is sent.

    Raises:
        Refused: Anything of that cannot be; nothing was changed.
    """
    User.objects.select_for_update().get(pk=owner.pk)  # one request of a user at a time: quotas and keys hold
    body = _body(
        [mode, {r: str(v) for r, v in inputs.items() if v}, model, options or {}, purpose, setting, reason, notice, consent]
        + [label, retention_days, webhook]
    )
    if key is not None and (before := IdempotencyKey.objects.select_related("analysis").filter(owner=owner, key=key).first()):
        return _again(before, body)
    purpose_checked(purpose=purpose, setting=setting, reason=reason)
    told_checked(notice=notice, consent=consent)
    files = inputs_checked(owner=owner, mode=mode, inputs=inputs)
    chosen = options_checked(options or {}, files)
    heard_checked(files, chosen)
    said = {
        "model": model_checked(model, files),
        "options": chosen,
        "retention_days": retention_checked(retention_days),
        "label": label_checked(label),
        "webhook": _webhook(webhook),
    }
    quota_checked(owner)
    now = timezone.now()
    analysis = Analysis.objects.create(
        owner=owner,
        job=queue.job_add(owner=owner, kind=Kind.ANALYSIS, lane=LANE),
        mode=mode,
        **files,
        **said,
        purpose=purpose,
        setting=setting,
        reason=reason.strip(),
        notice=notice,
        consent=now,
        expires=now + timedelta(days=int(str(said["retention_days"]))),
    )
    for upload in files.values():  # a file is kept as long as what needs it
        upload.expires = max(upload.expires, analysis.expires)
        upload.save(update_fields=["expires"])
    if key is not None:
        IdempotencyKey.objects.create(owner=owner, key=key, body=body, analysis=analysis)
    _told(owner, "analysis.created", analysis)
    return analysis


def _body(said: object) -> str:
    return hashlib.sha256(json.dumps(said, sort_keys=True, default=str).encode()).hexdigest()


def _again(before: IdempotencyKey, body: str) -> Analysis:
    if before.body != body:
        raise refused("KEY_REUSED", _("The key belongs to an earlier request that asked for something else."))
    return before.analysis


def _webhook(address: str) -> str:
    from emofuse_web.api.webhooks import webhook_checked

    return webhook_checked(address) if address else ""


def analysis_cancel(*, analysis: Analysis, by: User) -> Analysis:
    """Stop it: at once where it waits, soon where it runs.

    Raises:
        Refused: It is over.
    """
    with transaction.atomic():
        job = Job.objects.select_for_update().get(pk=analysis.job_id)
        if job.terminal:
            raise refused("JOB_OVER", _standing(job))
        queue.job_cancel(job=job)
        _told(by, "analysis.cancelled", analysis)
    return Analysis.objects.select_related("job").get(pk=analysis.pk)


def analysis_retry(*, analysis: Analysis, by: User) -> Analysis:
    """Try again what failed or was cancelled.

    Raises:
        Refused: It did neither, its files are gone, or the quota is full.
    """
    with transaction.atomic():
        User.objects.select_for_update().get(pk=by.pk)
        job = Job.objects.select_for_update().get(pk=analysis.job_id)
        if not job.terminal:
            raise refused("JOB_NOT_OVER", _standing(job))
        if job.status not in (Status.FAILED, Status.CANCELLED):
            raise refused("JOB_OVER", _standing(job), _("Ask for a new analysis instead."))
        if not any(getattr(analysis, f"{role}_id") for role in ROLES):
            raise refused("INPUT_GONE", _("The files of this analysis were removed."))
        quota_checked(by)
        queue.job_retry(job=job)
        _told(by, "analysis.retried", analysis)
    return Analysis.objects.select_related("job").get(pk=analysis.pk)


def analysis_remove(*, analysis: Analysis, by: User | None) -> None:
    """Remove it, with all rows and bytes: results, and files that no other analysis needs. Whoever works on it finds the row gone.

    Bytes go before rows: should the machine stop in between, the rows are still there to be removed again.
    """
    with transaction.atomic():
        job = Job.objects.select_for_update().filter(pk=analysis.job_id).first()
        if job is None:
            return
        for artifact in analysis.artifacts.all():
            storage().delete(f"artifacts/{artifact.id}")
        if not job.terminal:
            queue.job_cancel(job=job)
        ids = [getattr(analysis, f"{role}_id") for role in ROLES]
        job.delete()  # and the analysis, its artifacts and keys with it
        for upload in Upload.objects.select_for_update().filter(id__in=[id for id in ids if id]).order_by("id"):  # see upload_remove
            if not upload_needed(upload):
                _upload_gone(upload)
        _told(by, "analysis.removed", analysis)


def _upload_gone(upload: Upload) -> None:
    upload_bytes_gone(upload.id)
    if upload.look_id:
        Job.objects.filter(pk=upload.look_id).delete()
    upload.delete()


def _standing(job: Job) -> str:
    return _("The analysis stands at: %(status)s.") % {"status": Status(job.status).label}


def _told(by: User | None, verb: str, analysis: Analysis) -> None:
    audit.event(by, verb, analysis, mode=analysis.mode)
