"""Files that users bring."""

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from emofuse_web.jobs.models import Job


class Role(models.TextChoices):
    """What a file is for."""

    VIDEO = "video", _("video")
    AUDIO = "audio", _("sound")
    EEG = "eeg", _("EEG")
    TEXT = "text", _("text")


class State(models.TextChoices):
    """How far a file has come."""

    RECEIVING = "receiving", _("arriving")
    CHECKING = "checking", _("being looked at")
    READY = "ready", _("ready")
    REFUSED = "refused", _("refused")


class Upload(models.Model):
    """One file: its bytes lie in storage under its id, never under its name."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="uploads")
    role = models.CharField(max_length=8, choices=Role.choices)
    name = models.CharField(max_length=255)  # as the user called it: shown, never used as a path
    size = models.BigIntegerField()  # bytes that were announced
    offset = models.BigIntegerField(default=0)  # bytes that are here
    expected = models.CharField(max_length=64, blank=True)  # SHA-256 that was announced
    digest = models.CharField(max_length=64, blank=True)  # SHA-256 of what came
    state = models.CharField(max_length=12, choices=State.choices, default=State.RECEIVING)
    told = models.JSONField(default=dict, blank=True)  # of EEG: variable, axes, channels, rate, unit, as the user chose them
    report = models.JSONField(null=True, blank=True)  # what the look at it found: codec, rate, sound, faces, channels, ...
    problem = models.JSONField(null=True, blank=True)  # {"code", "title", "detail", "fix"}
    look = models.ForeignKey(Job, null=True, blank=True, on_delete=models.SET_NULL, related_name="looks")
    created = models.DateTimeField(auto_now_add=True)
    touched = models.DateTimeField(auto_now=True)
    expires = models.DateTimeField()  # unless an analysis takes it

    class Meta:
        indexes = [models.Index(fields=["owner", "state"], name="upload_of_owner")]
