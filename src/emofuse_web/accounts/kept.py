"""What is kept of an account, how much of it, and until when."""

from dataclasses import dataclass
from datetime import datetime

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.db.models import Count, Min, QuerySet, Sum
from django.utils.translation import gettext as _

from emofuse_web.accounts.models import Export, User
from emofuse_web.analyses.models import Analysis, Artifact
from emofuse_web.sharing.models import Share
from emofuse_web.uploads.models import Upload

LOG_DAYS = 365  # that the audit log keeps a line


@dataclass(frozen=True)
class Kept:
    """One kind of things.

    Attributes:
        name: What they are.
        count: How many.
        size: Bytes; None for rows alone.
        until: How long, in words.
        next: When the first of them goes by itself, where they do.
    """

    name: str
    count: int
    size: int | None
    until: str
    next: datetime | None = None


def kept(user: User) -> list[Kept]:
    """Each kind of things of an account."""
    uploads, exports = Upload.objects.filter(owner=user), user.exports.filter(size__gt=0)
    analyses, artifacts = Analysis.objects.filter(owner=user), Artifact.objects.filter(analysis__owner=user)
    asked = analyses.aggregate(first=Min("expires"))["first"]
    hours = {"hours": settings.UPLOAD_KEPT}
    return [
        Kept(_("Analyses"), analyses.count(), None, _("as long as you chose for each"), asked),
        Kept(_("Results and films made from them"), artifacts.count(), _sum(artifacts), _("as long as their analysis"), asked),
        Kept(
            _("Files you brought"),
            uploads.count(),
            uploads.aggregate(all=Sum("offset"))["all"] or 0,
            _("as long as an analysis needs them, otherwise %(hours)d hours") % hours,
            uploads.aggregate(first=Min("expires"))["first"],
        ),
        Kept(_("Exports of everything"), exports.count(), _sum(exports), _("24 hours"), exports.aggregate(first=Min("expires"))["first"]),
        *_shared(user),
        Kept(_("Notices you made"), user.notices.count(), None, _("until you remove them")),
        Kept(_("API tokens"), user.tokens.count(), None, _("until you erase the account")),
        Kept(_("Signed-in browsers"), UserSession.objects.filter(user=user).count(), None, _("until they sign out, at most 14 days")),
        Kept(_("Lines of the audit log"), user.events.count(), None, _("a year; they hold no content")),
    ]


def _shared(user: User) -> list[Kept]:
    """Links to results; no line where there are none and can be none."""
    shares = Share.objects.filter(made_by=user).aggregate(count=Count("pk"), first=Min("expires"))
    until = _("until they run out, or with their analysis")
    return (
        [Kept(_("Links to results you share"), shares["count"], None, until, shares["first"])]
        if settings.SHARING or shares["count"]
        else []
    )


def consents(user: User, most: int = 100) -> QuerySet[Analysis]:
    """What somebody said when they asked for analyses, newest first."""
    return Analysis.objects.filter(owner=user).select_related("job", "video", "audio", "eeg", "text").order_by("-consent")[:most]


def _sum(rows: QuerySet[Artifact] | QuerySet[Export]) -> int:
    return int(rows.aggregate(all=Sum("size"))["all"] or 0)
