"""People, invitations, tokens, and what was done by whom."""

import uuid
from typing import ClassVar

from django.contrib.auth.base_user import BaseUserManager
from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class UserManager(BaseUserManager["User"]):
    """Makes users by their address; there are no user names."""

    def create_user(self, email: str, password: str | None = None, **fields: object) -> "User":
        """A new user, saved."""
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: object) -> "User":
        """A new administrator, saved."""
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)


class User(AbstractUser):
    """Somebody who signs in, known by an address."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    username = None  # type: ignore[assignment]  # the address does
    email = models.EmailField(_("e-mail address"), unique=True)
    language = models.CharField(max_length=8, blank=True)
    theme = models.CharField(
        max_length=8, default="auto", choices=[("auto", _("as the system")), ("light", _("light")), ("dark", _("dark"))]
    )
    quota_bytes = models.BigIntegerField(null=True, blank=True)  # None: the setting

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects = UserManager()  # type: ignore[assignment,misc]  # AbstractUser's makes users by name

    def __str__(self) -> str:
        return self.email


class Invitation(models.Model):
    """A link that lets one person sign up, once; the first administrator's is printed on the console."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    digest = models.CharField(max_length=64, unique=True)  # SHA-256 of the secret in the link
    email = models.EmailField(blank=True)  # whom it is for; empty: whoever holds it
    staff = models.BooleanField(default=False)
    made_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.CASCADE, related_name="invitations")
    created = models.DateTimeField(auto_now_add=True)
    expires = models.DateTimeField()
    used_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    used = models.DateTimeField(null=True, blank=True)

    @property
    def open(self) -> bool:
        """Whether somebody may still use it."""
        return self.used is None and self.expires > timezone.now()


class Token(models.Model):
    """What a program signs in with: ``emo_`` and 256 bit, of which only a hash is kept."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="tokens")
    name = models.CharField(max_length=100)
    prefix = models.CharField(max_length=12)  # shown, so that one can tell them apart
    digest = models.CharField(max_length=64, unique=True)
    scopes = models.JSONField(default=list)  # "read", "write"
    created = models.DateTimeField(auto_now_add=True)
    expires = models.DateTimeField(null=True, blank=True)
    last_used = models.DateTimeField(null=True, blank=True)
    revoked = models.DateTimeField(null=True, blank=True)

    @property
    def works(self) -> bool:
        """Whether a program may still sign in with it."""
        return self.revoked is None and (self.expires is None or self.expires > timezone.now())


class Event(models.Model):
    """The audit log: who did what to what, without what was in it."""

    when = models.DateTimeField(auto_now_add=True, db_index=True)
    actor = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="events")
    verb = models.CharField(max_length=60)  # "analysis.created", "token.revoked", ...
    subject = models.CharField(max_length=80, blank=True)  # the id of what it was done to
    detail = models.JSONField(default=dict, blank=True)

    class Meta:
        indexes = [models.Index(fields=["verb", "-when"], name="event_latest")]  # when something was done last, or never


class Export(models.Model):
    """Everything of an account in one file; its bytes lie in storage as ``exports/<id>`` for a day."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="exports")
    job = models.OneToOneField("jobs.Job", on_delete=models.CASCADE, related_name="export")
    size = models.BigIntegerField(default=0)  # bytes; none until it is made
    digest = models.CharField(max_length=64, blank=True)  # SHA-256
    created = models.DateTimeField(auto_now_add=True)
    expires = models.DateTimeField()


class Notice(models.Model):
    """What people who are recorded are told: made by a user, to be read by anybody who has its address."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="notices")
    version = models.CharField(max_length=20)  # of the text around what was said
    language = models.CharField(max_length=8)
    said = models.JSONField(default=dict)  # {"who", "purpose", "setting", "analysed": [...], "why", "days", "contact"}
    created = models.DateTimeField(auto_now_add=True)


class Erasure(models.Model):
    """Keys of bytes that went with an account, to be removed once more: somebody may have been writing them at that moment."""

    keys = models.JSONField(default=list)
    created = models.DateTimeField(auto_now_add=True)
