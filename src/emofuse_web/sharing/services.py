"""Whatever changes links to results: made, revoked, opened, gone when they are due."""

from datetime import timedelta

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from emofuse_web.accounts import audit, secrets
from emofuse_web.accounts.models import User
from emofuse_web.analyses.models import Analysis
from emofuse_web.sharing.models import Share
from emofuse_web.sharing.selectors import shareable

DAYS = (1, 7, 30)  # that a link may work
MOST = 20  # links of one analysis that work at a time


class NothingToShare(Exception):
    """The analysis is somebody else's, has no answer, or is no longer there."""


class TooMany(Exception):
    """It has as many links as one can look after."""


@transaction.atomic
def share_make(*, analysis: Analysis, by: User, days: int, agreed: bool, title: str = "") -> tuple[Share, str]:
    """A new link and its secret, which nobody can show again. It never works longer than the analysis is kept.

    Args:
        analysis: The maker's own, with an answer.
        by: Who makes it.
        days: One of `DAYS`.
        agreed: Whether the people shown or heard agreed that others see it, as the maker says.
        title: What visitors read above the result; neither the analysis' name nor its file's is shown to them.

    Raises:
        NothingToShare: See there.
        TooMany: See there.
    """
    if agreed is not True or days not in DAYS:
        raise ValueError(
            f"A link was asked for with days={days} and agreed={agreed}. Expected one of {', '.join(map(str, DAYS))} days, and that the "
            f"people shown agreed; ask for it with both."
        )
    User.objects.select_for_update().filter(pk=by.pk).first()  # one request of a user at a time: so many links hold, and erasing waits
    found = shareable(by).select_for_update(of=("job",)).filter(pk=analysis.pk).first()  # as removing does: none is made for what goes
    if found is None:
        raise NothingToShare
    now = timezone.now()
    if found.shares.filter(revoked=None, expires__gt=now).count() >= MOST:
        raise TooMany
    secret, digest = secrets.made()
    expires = min(now + timedelta(days=days), found.expires)
    share = Share.objects.create(analysis=found, made_by=by, title=title, digest=digest, expires=expires)
    audit.event(by, "share.made", share, days=days)
    return share, secret


def share_revoke(*, share: Share, by: User) -> None:
    """It opens nothing from now on: every request looks at the row."""
    if Share.objects.filter(pk=share.pk, revoked=None).update(revoked=timezone.now()):
        audit.event(by, "share.revoked", share)


def share_opened(*, share: Share) -> None:
    """Count that the page was asked for; by whom is not kept."""
    Share.objects.filter(pk=share.pk).update(opened=F("opened") + 1, last_opened=timezone.now())


def shares_expire() -> int:
    """Links that ran out, those among them that were revoked too; how many."""
    return Share.objects.filter(expires__lt=timezone.now()).delete()[0]
