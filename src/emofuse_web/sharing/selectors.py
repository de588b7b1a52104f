"""Whatever is read of links to results. Who asks with a wrong secret, too late, or for what cannot be shown, finds nothing."""

import hmac
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404
from django.utils import timezone

from emofuse_web.accounts import secrets
from emofuse_web.accounts.models import User
from emofuse_web.analyses.models import Analysis
from emofuse_web.analyses.selectors import analyses_of
from emofuse_web.jobs.models import Status
from emofuse_web.sharing.models import Share

ANSWERED = (Status.SUCCEEDED, Status.PARTIAL)
NOBODYS = "0" * 64  # what a secret is compared with where there is no link


def shareable(user: User) -> QuerySet[Analysis]:
    """A user's own analyses that have an answer; never the sample, which everybody may see anyway."""
    return analyses_of(user).filter(job__status__in=ANSWERED, artifacts__kind="json", expires__gt=timezone.now())


def shareable_of(user: User, id: UUID) -> Analysis:
    """One to be shared.

    Raises:
        Http404: There is none of this user, or it has no answer.
    """
    found = shareable(user).select_related("job", "video", "audio", "eeg", "text").filter(pk=id).first()
    if found is None:
        raise Http404
    return found


def share_of(user: User, id: UUID) -> Share:
    """One that this user made.

    Raises:
        Http404: There is none.
    """
    found = Share.objects.filter(pk=id, made_by=user).first()
    if found is None:
        raise Http404
    return found


def share_find(id: UUID, secret: str) -> Share | None:
    """The link with this secret, if it opens something now: it works, its maker has an account, and the analysis an answer."""
    share = Share.objects.select_related("analysis__job", "made_by").filter(pk=id).first()
    right = hmac.compare_digest(share.digest if share is not None else NOBODYS, secrets.digest(secret))
    return share if share is not None and right and _opens(share) else None


def _opens(share: Share) -> bool:
    analysis = share.analysis
    kept = analysis.expires > timezone.now() and analysis.job.status in ANSWERED
    return share.works and share.made_by.is_active and kept and not analysis.sample and analysis.owner_id == share.made_by_id
