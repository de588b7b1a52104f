"""What the history shows: a user's analyses as they were asked for, a page at a time, in a fixed number of queries."""

import hashlib
from dataclasses import dataclass
from urllib.parse import urlencode

from django.core.paginator import Page, Paginator
from django.db.models import F, Prefetch, Q, QuerySet
from django.http import QueryDict
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from emofuse_web.accounts.models import User
from emofuse_web.analyses.models import Analysis, Artifact, Mode
from emofuse_web.analyses.selectors import analyses_of, sample_answered
from emofuse_web.jobs.models import Status

A_PAGE = 20
UNDER_WAY = (Status.QUEUED, Status.RUNNING)
STATES = {
    "": (_("any status"), None),
    "running": (_("under way"), UNDER_WAY),
    "done": (_("done"), (Status.SUCCEEDED, Status.PARTIAL)),
    "failed": (_("failed"), (Status.FAILED,)),
    "cancelled": (_("cancelled"), (Status.CANCELLED, Status.EXPIRED)),
}
ORDERS = {
    "-created": (_("newest first"), ("-created", "-id")),
    "created": (_("oldest first"), ("created", "id")),
    "label": (_("by name"), ("label", "-created", "-id")),
    "-duration": (_("longest first"), (F("duration").desc(nulls_last=True), "-created", "-id")),
    "expires": (_("expiring first"), ("expires", "id")),
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What of the history is asked for; what nobody can ask for is the default."""

    words: str = ""
    state: str = ""
    mode: str = ""
    order: str = "-created"
    page: str = "1"

    @classmethod
    def of(cls, query: QueryDict) -> "Wanted":
        """As the address says."""
        state, mode, order = query.get("status", ""), query.get("mode", ""), query.get("sort", "-created")
        return cls(
            words=query.get("q", "").strip()[:200],
            state=state if state in STATES else "",
            mode=mode if mode in Mode.values else "",
            order=order if order in ORDERS else "-created",
            page=query.get("page", "1"),
        )

    @property
    def anything(self) -> bool:
        """Whether it leaves some out."""
        return bool(self.words or self.state or self.mode)

    def query(self, page: int) -> str:
        """The address of another page of the same."""
        said = {"q": self.words, "status": self.state, "mode": self.mode, "sort": self.order, "page": page}
        return urlencode({name: value for name, value in said.items() if value and (name, value) != ("sort", "-created")})


def history(user: User, wanted: Wanted) -> QuerySet[Analysis]:
    """What is asked for, with all that a row shows."""
    found = analyses_of(user).select_related("job", "video", "audio", "eeg", "text")
    found = found.prefetch_related(Prefetch("artifacts", Artifact.objects.filter(kind="thumbnail"), to_attr="pictures"))
    if wanted.words:
        named = Q(label__icontains=wanted.words)
        for role in ("video", "audio", "eeg", "text"):
            named |= Q(**{f"{role}__name__icontains": wanted.words})
        found = found.filter(named)
    if states := STATES[wanted.state][1]:
        found = found.filter(job__status__in=states)
    if wanted.mode:
        found = found.filter(mode=wanted.mode)
    return found.order_by(*ORDERS[wanted.order][1])


def history_page(user: User, wanted: Wanted) -> Page[Analysis]:
    """One page of it; the last where there are not as many."""
    return Paginator(history(user, wanted), A_PAGE).get_page(wanted.page)


def page_links(page: Page[Analysis], wanted: Wanted) -> list[tuple[int | str, str]]:
    """Pages to go to: the first, the last and those around this one, with their addresses; of those between a sign without one."""
    shown = page.paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1)
    return [(n, wanted.query(n) if isinstance(n, int) else "") for n in shown]


def page_mark(page: Page[Analysis]) -> str:
    """An ETag of the rows: the same while they would look the same, but for how long ago things were."""
    rows = [(str(a.id), a.label, a.job.status, a.job.stage, round(100 * a.job.progress), len(a.pictures)) for a in page]  # type: ignore[attr-defined]  # prefetched
    return '"' + hashlib.sha256(repr((rows, get_language())).encode()).hexdigest()[:32] + '"'


def sample_exists() -> bool:
    """Whether there is something to open for those who have nothing yet."""
    return sample_answered() is not None
