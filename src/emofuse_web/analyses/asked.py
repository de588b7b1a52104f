"""What may be asked of an analysis: which files, which recognizer, which options, for how long."""

import math
from collections.abc import Mapping
from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext as _

from emofuse_web.accounts.models import User
from emofuse_web.analyses.models import Mode
from emofuse_web.analyses.problems import Refused
from emofuse_web.uploads.models import Role, State, Upload

ROLES = {  # what a mode needs, and what it also takes
    Mode.VIDEO: (("video",), ("audio", "text")),
    Mode.VIDEO_EEG: (("video", "eeg"), ("audio", "text")),
    Mode.TEXT: (("text",), ()),  # words alone: nothing biometric is read, and the law counts it otherwise
}
OFFSET_MOST = 24 * 3_600  # s
LABEL_MOST = 200
LANGUAGES = tuple(code for code, _name in settings.LANGUAGES)


def invalid(title: str, detail: str, fix: str) -> Refused:
    """A field that cannot be."""
    return Refused("REQUEST_INVALID", title, detail, fix)


def inputs_checked(*, owner: User, mode: str, inputs: Mapping[str, UUID | str | None]) -> dict[str, Upload]:
    """The files that are named, by role; each the owner's own, looked at, and found good.

    Raises:
        Refused: No such mode; a file is missing, too many, unknown (whoever else's it may be), not ready, or of another role.
    """
    if mode not in Mode.values:
        raise invalid(
            _("There is no such mode"),
            _("'%(mode)s' is none. Expected one of: %(known)s.") % {"mode": mode, "known": ", ".join(Mode.values)},
            _("Choose one of them."),
        )
    named = {role: value for role, value in inputs.items() if value}
    needed, others = ROLES[Mode(mode)]
    if (missing := [role for role in needed if role not in named]) or (extra := [role for role in named if role not in needed + others]):
        found = _("%(roles)s missing") if missing else _("%(roles)s not expected")
        raise Refused(
            "INPUT_MISSING" if missing else "INPUT_UNEXPECTED",
            _("The files do not fit the mode"),
            (found % {"roles": ", ".join(missing or extra)})
            + ". "
            + _("This mode needs: %(needed)s; it also takes: %(others)s.")
            % {"needed": ", ".join(needed), "others": ", ".join(others) or _("nothing else")},
            _("Add what is missing, and leave out the rest; or choose another mode."),
        )
    return {role: _ready(owner, role, value) for role, value in named.items()}


def _ready(owner: User, role: str, value: UUID | str) -> Upload:
    try:
        upload = Upload.objects.select_for_update().filter(owner=owner, id=UUID(str(value))).first()
    except ValueError:
        upload = None
    if upload is None:
        raise Refused(
            "INPUT_UNKNOWN",
            _("There is no such file"),
            _("No file of yours has the id that is named for %(role)s.") % {"role": role},
            _("Bring the file again, and name the id that you are given."),
        )
    if upload.role != role:
        raise Refused(
            "INPUT_ROLE",
            _("A file was brought for something else"),
            _("The file named for %(role)s was brought as %(was)s.") % {"role": role, "was": Role(upload.role).value},
            _("Bring it again for what it is."),
        )
    if upload.state != State.READY:
        raise Refused(
            "INPUT_NOT_READY",
            _("A file is not ready"),
            _("The file named for %(role)s is %(state)s.") % {"role": role, "state": State(upload.state).label},
            _("Wait until it has arrived and was looked at; bring another one where it was refused."),
            409,
        )
    return upload


def model_checked(model: str) -> str:
    """The name of a recognizer, or "best" or "light".

    Raises:
        Refused: There is none of that name.
    """
    from emofuse_web.recognition import facts

    known = facts.choices()
    if model not in known:
        raise Refused(
            "MODEL_UNKNOWN",
            _("There is no such recognizer"),
            _("'%(model)s' is none. Expected one of: %(known)s.") % {"model": model[:100], "known": ", ".join(known)},
            _("Choose one of them."),
        )
    return model


def options_checked(options: Mapping[str, object], roles: Mapping[str, object]) -> dict[str, object]:
    """Options with their defaults filled in.

    Args:
        options: "explain", "annotate_video": yes or no. "offsets": by how many seconds "audio", "eeg" or "text" is later than the
            recording; null for sound that is to be found by ear. "language" in which exports for people are written.
        roles: The files there are.

    Raises:
        Refused: One that is unknown, or not what it should be.
    """
    known = ("explain", "annotate_video", "offsets", "language")
    if extra := sorted(set(options) - set(known)):
        raise invalid(
            _("An option is unknown"),
            _("There is no '%(extra)s'. Expected some of: %(known)s.") % {"extra": ", ".join(extra)[:200], "known": ", ".join(known)},
            _("Leave it out."),
        )
    chosen: dict[str, object] = {"explain": False, "annotate_video": True, "offsets": {}, "language": settings.LANGUAGE_CODE, **options}
    for name in ("explain", "annotate_video"):
        if not isinstance(chosen[name], bool):
            raise invalid(_("An option is not yes or no"), _("'%(name)s' takes true or false.") % {"name": name}, _("Give one of them."))
    if chosen["language"] not in LANGUAGES:
        raise invalid(
            _("There is no such language"), _("Expected one of: %(known)s.") % {"known": ", ".join(LANGUAGES)}, _("Choose one of them.")
        )
    offsets = chosen["offsets"]
    if not isinstance(offsets, Mapping) or not all(_offset(role, value, roles) for role, value in offsets.items()):
        raise invalid(
            _("An offset cannot be"),
            _("Expected seconds by which a file that is named (audio, eeg or text) is later; for audio also null, to find it by ear."),
            _("Mend it, or leave it out."),
        )
    return chosen


def _offset(role: str, value: object, roles: Mapping[str, object]) -> bool:
    if role not in ("audio", "eeg", "text") or role not in roles:
        return False
    if value is None:
        return role == "audio"
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return number and math.isfinite(float(str(value))) and abs(float(str(value))) <= OFFSET_MOST


def retention_checked(days: int | None) -> int:
    """For how many days it is kept.

    Raises:
        Refused: Not a number of days that is allowed.
    """
    chosen = settings.RETENTION_DAYS if days is None else days
    if isinstance(chosen, bool) or not isinstance(chosen, int) or not 1 <= chosen <= settings.RETENTION_MOST:
        raise Refused(
            "RETENTION",
            _("It cannot be kept for so long"),
            _("Expected a number of days between 1 and %(most)d.") % {"most": settings.RETENTION_MOST},
            _("Choose one of them."),
        )
    return chosen


def label_checked(label: str) -> str:
    """What the user calls it.

    Raises:
        Refused: It is too long, or holds what cannot be read.
    """
    label = label.strip()
    if len(label) > LABEL_MOST or not all(c.isprintable() for c in label):
        raise invalid(
            _("The name cannot be"), _("Expected up to %(most)d characters in one line.") % {"most": LABEL_MOST}, _("Choose another.")
        )
    return label
