"""Analyses, and the files that came out of them."""

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from emofuse_web.jobs.models import Job
from emofuse_web.uploads.models import Upload


class Mode(models.TextChoices):
    """What is given."""

    VIDEO = "av", _("video")
    VIDEO_EEG = "av_eeg", _("video, sound and EEG")
    TEXT = "text", _("text")


class Purpose(models.TextChoices):
    """What it is for; the law asks (docs/deploy.md)."""

    RESEARCH = "research", _("research")
    MEDICAL = "medical", _("medical")
    SAFETY = "safety", _("safety")
    PERSONAL = "personal", _("personal")
    MARKETING = "marketing", _("marketing")
    OTHER = "other", _("other")


class Setting(models.TextChoices):
    """Where the people were recorded: the first two are refused unless the purpose is medical or safety, with a reason."""

    WORKPLACE = "workplace", _("at work, or as somebody who works")
    EDUCATION = "education", _("at a school, university or course")
    ELSEWHERE = "elsewhere", _("elsewhere")


class Analysis(models.Model):
    """What somebody asked for, and what was answered. How far it is: its job."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.CASCADE, related_name="analyses")
    sample = models.BooleanField(default=False)  # the one that everybody may see; it has no owner
    label = models.CharField(max_length=200, blank=True)
    mode = models.CharField(max_length=8, choices=Mode.choices)
    job = models.OneToOneField(Job, on_delete=models.CASCADE, related_name="analysis")
    video = models.ForeignKey(Upload, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    audio = models.ForeignKey(Upload, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    eeg = models.ForeignKey(Upload, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    text = models.ForeignKey(Upload, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    model = models.CharField(max_length=100)  # "best", "light" or a recognizer's name
    version = models.CharField(max_length=200, blank=True)  # what answered: names and hashes
    options = models.JSONField(default=dict)  # {"explain", "annotate_video", "offsets": {"audio": s | null, "eeg": s}}
    purpose = models.CharField(max_length=12, choices=Purpose.choices)
    setting = models.CharField(max_length=12, choices=Setting.choices)
    reason = models.TextField(blank=True)
    notice = models.CharField(max_length=20)  # version of the notice that the people shown were given
    consent = models.DateTimeField()  # when the user said that they consented
    retention_days = models.PositiveIntegerField()
    expires = models.DateTimeField(db_index=True)
    duration = models.PositiveIntegerField(null=True, blank=True)  # ms
    summary = models.JSONField(null=True, blank=True)  # {"label", "probability", "strip": [[start, end, label]...], "shares": {...}, ...}
    warnings = models.JSONField(default=list)
    webhook = models.URLField(blank=True, max_length=500)
    created = models.DateTimeField(auto_now_add=True, db_index=True)

    class Meta:
        indexes = [
            models.Index(fields=["owner", "-created"], name="analysis_of_owner"),
            models.Index(fields=["sample"], condition=models.Q(sample=True), name="analysis_sample"),  # one row, found among all
        ]


class Artifact(models.Model):
    """A file that came out; its bytes lie in storage under its id."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    analysis = models.ForeignKey(Analysis, on_delete=models.CASCADE, related_name="artifacts")
    kind = models.CharField(
        max_length=24
    )  # proxy, annotated, thumbnail, peaks, lanes, json, csv_spans, csv_curves, vtt, srt, eaf, audacity, png
    media_type = models.CharField(max_length=100)
    size = models.BigIntegerField()
    digest = models.CharField(max_length=64)  # SHA-256
    attempt = models.PositiveIntegerField()
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["analysis", "kind"], name="one_artifact_a_kind")]


class Letter(models.Model):
    """A message that its owner asked for, to be sent when the analysis is over; gone once it was, or cannot be."""

    analysis = models.OneToOneField(Analysis, on_delete=models.CASCADE, related_name="letter")
    tries = models.PositiveIntegerField(default=0)
    due = models.DateTimeField()


class IdempotencyKey(models.Model):
    """A request that was made before under this key gets the same answer; another request under it is refused."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    key = models.UUIDField()
    body = models.CharField(max_length=64)  # SHA-256
    analysis = models.ForeignKey(Analysis, on_delete=models.CASCADE, related_name="+")
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["owner", "key"], name="one_request_a_key")]
