"""Links to results."""

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone

from emofuse_web.analyses.models import Analysis


class Share(models.Model):
    """A link by which whoever holds it may look at one result; of the secret in it only a hash is kept."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    analysis = models.ForeignKey(Analysis, on_delete=models.CASCADE, related_name="shares")
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="shares")
    title = models.CharField(max_length=200, blank=True)  # what visitors read above the result
    digest = models.CharField(max_length=64, unique=True)  # SHA-256 of the secret in the link
    created = models.DateTimeField(auto_now_add=True)  # and when its maker said that the people shown agree
    expires = models.DateTimeField(db_index=True)
    revoked = models.DateTimeField(null=True, blank=True)
    opened = models.PositiveIntegerField(default=0)  # times that the page was asked for
    last_opened = models.DateTimeField(null=True, blank=True)

    @property
    def works(self) -> bool:
        """Whether it still opens something."""
        return self.revoked is None and self.expires > timezone.now()
