"""Files that were brought and that no analysis has taken yet: the draft of a new analysis, which outlives a reload."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import Q
from django.template.defaultfilters import filesizeformat
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from emofuse_web.accounts.models import User
from emofuse_web.analyses.asked import ROLES
from emofuse_web.analyses.found import Found, axes_to_choose, found
from emofuse_web.analyses.models import Analysis, Mode
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
    def units(self) -> tuple[str, ...]:
        """Units that EEG is measured in."""
        return UNITS

    @property
    def told(self) -> dict[str, str]:
        """What was told before, else what was found, as the fields of the form hold it."""
        report, told = self.upload.report or {}, self.upload.told
        said = {name: told.get(name) or report.get(name) or "" for name in ("variable", "axes", "channels", "rate", "unit")}
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
    return Draft(upload, chosen, found(upload.role, report), axes_to_choose(report), error)


def places(user: User, chosen: Iterable[str]) -> list[Place]:
    """One for each role, with the files that wait there; ids that are no file of this user choose nothing."""
    ids = set(chosen)
    waiting: dict[str, list[Draft]] = {role: [] for role in Role.values}
    for upload in _waiting(user):
        if len(waiting[upload.role]) < SHOWN:
            waiting[upload.role].append(draft(upload, str(upload.id) in ids))
    return [_place(role, waiting[role]) for role in Role.values]


def _waiting(user: User) -> Iterable[Upload]:
    taken = Q()
    for role in Role.values:
        taken |= Q(id__in=Analysis.objects.filter(owner=user, **{f"{role}__isnull": False}).values(role))
    return Upload.objects.filter(owner=user, expires__gt=timezone.now()).exclude(taken).order_by("-created", "id")[: 2 * SHOWN * len(Role)]


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
