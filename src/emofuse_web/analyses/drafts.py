"""Files that were brought and that no analysis has taken yet: the draft of a new analysis, which outlives a reload."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Case, Exists, OuterRef, Q, QuerySet, Value, When
from django.template.defaultfilters import filesizeformat
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from emofuse_web.accounts.models import User
from emofuse_web.analyses.asked import ROLES
from emofuse_web.analyses.found import Found, axes_to_choose, found
from emofuse_web.analyses.models import Analysis, Mode
from emofuse_web.jobs.models import Status
from emofuse_web.recognition import facts
from emofuse_web.uploads.models import Role, State, Upload

SHOWN = 5  # of a role
MINUTES, WIDE, HIGH, PICTURES = 60, 4_096, 2_160, 120  # what a recording may be: `recognition.suspicious.LIMITS`, which pages do not load
TEXT_MOST = 16 * 2**20  # bytes; `recognition.preflight_text.LIMITS`
UNITS = ("V", "mV", "µV", "nV")
ABOUT: dict[str, tuple[Promise, Promise]] = {
    Role.VIDEO: (_("Video"), _("One person, seen from the front and heard.")),
    Role.AUDIO: (_("Sound of its own"), _("Heard instead of the video's sound; where it lies in time is found by ear.")),
    Role.EEG: (_("EEG"), _("One recording; which array and channels it holds is shown before it is read.")),
    Role.TEXT: (_("Text"), _("What was said, with or without times.")),
}


@dataclass(frozen=True, slots=True)
class Draft:
    """A file as the page shows it."""

    upload: Upload
    chosen: bool
    found: Found
    axes: list[tuple[str, str]]
    error: str = ""

    @property
    def moving(self) -> bool:
        """Whether it will change by itself."""
        return self.upload.state == State.CHECKING or (self.upload.state == State.RECEIVING and self.upload.offset == self.upload.size)

    @property
    def mappable(self) -> bool:
        """Whether it is EEG that can be told how it is to be read."""
        return self.upload.role == Role.EEG and bool(self.upload.report) and self.upload.state == State.READY

    @property
    def asks(self) -> bool:
        """Whether it can be used once something is told."""
        return self.upload.state == State.READY and self.upload.problem is not None

    @property
    def usable(self) -> bool:
        """Whether an analysis can take it as it is."""
        return self.upload.state == State.READY and self.upload.problem is None

    @property
    def held(self) -> bool:
        """Whether an analysis was asked of it, with which it goes."""
        return bool(getattr(self.upload, "held", False))

    @property
    def units(self) -> tuple[str, ...]:
        """Units that EEG is measured in."""
        return UNITS

    @property
    def told(self) -> dict[str, str]:
        """What was told before, as the fields of the form hold it; never what was found, which would then count as told."""
        said = {name: self.upload.told.get(name) or "" for name in ("variable", "axes", "channels", "rate", "unit")}
        return {name: ",".join(map(str, value)) if isinstance(value, list | tuple) else str(value) for name, value in said.items()}


@dataclass(frozen=True, slots=True)
class Place:
    """Where files of a role are dropped, with all that is said of them before one is chosen."""

    role: str
    name: Promise
    about: Promise
    endings: tuple[str, ...]
    modes: str
    needed: str
    most: int  # bytes
    limits: str
    drafts: list[Draft]

    @property
    def accept(self) -> str:
        """For the browser's own dialogue."""
        return ",".join(self.endings)

    @property
    def optional(self) -> bool:
        """Whether a mode can do without it."""
        return self.modes != self.needed


def draft(upload: Upload, chosen: bool = True, error: str = "") -> Draft:
    """One file."""
    report: Mapping[str, Any] = upload.report or {}
    return Draft(upload, chosen and upload.state != State.REFUSED, found(upload.role, report), axes_to_choose(report), error)


def files_of(user: User) -> QuerySet[Upload]:
    """A user's files, each with whether an analysis holds it ("held"): then it goes with that alone."""
    holds = Q()
    for role in Role.values:
        holds |= Q(**{role: OuterRef("pk")})
    return Upload.objects.filter(owner=user).annotate(held=Exists(Analysis.objects.filter(holds)))


def places(user: User, chosen: Iterable[str], fill: str = "") -> list[Place]:
    """One for each role, with the files that wait there.

    Args:
        user: Whose files.
        chosen: Ids of what is chosen, which is there whatever took it before; what is no file of this user chooses nothing.
        fill: A mode: where a role that it needs has one file alone that can be used, that is chosen.
    """
    ids = {id for said in chosen if (id := _id(said))}
    waiting: dict[str, list[Upload]] = {role: [] for role in Role.values}
    for upload in _waiting(user, ids):
        if len(waiting[upload.role]) < SHOWN:
            waiting[upload.role].append(upload)
    for role in ROLES[Mode(fill)][0] if fill in Mode.values else ():
        usable = [upload.id for upload in waiting[role] if upload.state == State.READY and upload.problem is None]
        if len(usable) == 1 and ids.isdisjoint(upload.id for upload in waiting[role]):
            ids |= {*usable}
    return [_place(role, [draft(upload, upload.id in ids) for upload in waiting[role]]) for role in Role.values]


def _waiting(user: User, ids: set[UUID]) -> Iterable[Upload]:
    """What is chosen first; then what no analysis took, or only such as came to nothing."""
    asked = Analysis.objects.filter(owner=user).exclude(job__status__in=(Status.FAILED, Status.CANCELLED, Status.EXPIRED))
    taken = Q()
    for role in Role.values:
        taken |= Q(id__in=asked.filter(**{f"{role}__isnull": False}).values(role))
    first = Case(When(id__in=ids, then=0), default=1) if ids else Value(1)
    there = files_of(user).filter(Q(id__in=ids) | ~taken, expires__gt=timezone.now())
    return there.order_by(first, "-created", "id")[: 2 * SHOWN * len(Role)]


def _id(said: str) -> UUID | None:
    try:
        return UUID(said)
    except ValueError:
        return None


def _place(role: str, drafts: list[Draft]) -> Place:
    modes = " ".join(mode for mode in Mode.values if role in sum(ROLES[Mode(mode)], ()))
    needed = " ".join(mode for mode in Mode.values if role in ROLES[Mode(mode)][0])
    name, about = ABOUT[role]
    most = min(TEXT_MOST, settings.UPLOAD_LIMIT) if role == Role.TEXT else settings.UPLOAD_LIMIT
    return Place(role, name, about, facts.endings(role), modes, needed, most, _limits(role, filesizeformat(most)), drafts)


def _limits(role: str, size: str) -> str:
    if role == Role.VIDEO:
        many = _("up to %(size)s, %(minutes)d minutes, %(wide)d × %(high)d, %(pictures)d pictures a second")
        return str(many) % {"size": size, "minutes": MINUTES, "wide": WIDE, "high": HIGH, "pictures": PICTURES}
    return str(_("up to %(size)s, %(minutes)d minutes")) % {"size": size, "minutes": MINUTES}
