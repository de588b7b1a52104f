"""A job: the row is the truth about work that outlives a request."""

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Status(models.TextChoices):
    """How a job stands; the last five are for good."""

    QUEUED = "queued", _("waiting")
    RUNNING = "running", _("running")
    SUCCEEDED = "succeeded", _("done")
    PARTIAL = "partial", _("done in part")
    FAILED = "failed", _("failed")
    CANCELLED = "cancelled", _("cancelled")
    EXPIRED = "expired", _("expired")


TERMINAL = (Status.SUCCEEDED, Status.PARTIAL, Status.FAILED, Status.CANCELLED, Status.EXPIRED)


class Kind(models.TextChoices):
    """What is to be done; each kind is a module in `emofuse_web.jobs.kinds.KINDS`."""

    ANALYSIS = "analysis", _("analysis")
    PREFLIGHT = "preflight", _("a look at a file")
    EXPORT = "export", _("export of an account")


class Job(models.Model):
    """One thing to be done once, by whoever claims it.

    Every write of a worker names the attempt it belongs to (`emofuse_web.jobs.queue`), so that one who was thought dead changes nothing.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.CASCADE, related_name="jobs")
    kind = models.CharField(max_length=16, choices=Kind.choices)
    lane = models.CharField(max_length=8, default="cpu")  # which workers take it: cpu, gpu, or quick (looks at files)
    status = models.CharField(max_length=12, choices=Status.choices, default=Status.QUEUED)
    stage = models.CharField(max_length=24, blank=True)
    progress = models.FloatField(default=0.0)  # 0..1, never goes back
    stages = models.JSONField(default=list)  # [{"name", "began", "ended"}] of the attempt that runs, ISO times
    attempt = models.PositiveIntegerField(default=0)
    failures = models.PositiveIntegerField(default=0)  # attempts that died or failed by a fault of ours
    worker = models.CharField(max_length=120, blank=True)
    beat = models.DateTimeField(null=True, blank=True)  # the last heartbeat
    not_before = models.DateTimeField(default=timezone.now)
    cancel = models.BooleanField(default=False)  # asked for; wins over completion
    problem = models.JSONField(null=True, blank=True)  # {"code", "title", "detail", "fix"}
    created = models.DateTimeField(auto_now_add=True)
    started = models.DateTimeField(null=True, blank=True)
    finished = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["status", "lane", "not_before"], name="job_waiting"),
            models.Index(fields=["owner", "status"], name="job_of_owner"),
        ]

    @property
    def terminal(self) -> bool:
        """Whether it is over."""
        return self.status in TERMINAL


class Worker(models.Model):
    """A supervisor that is, or was, at work."""

    name = models.CharField(max_length=120, primary_key=True)  # host:pid:start
    host = models.CharField(max_length=80)
    lanes = models.JSONField(default=list)
    started = models.DateTimeField(auto_now_add=True)
    beat = models.DateTimeField()
    sandbox = models.JSONField(default=dict)  # {"level": "green|amber|red", "missing": [...]}
    versions = models.JSONField(default=dict)  # emofuse, python, av, ffmpeg, ...
