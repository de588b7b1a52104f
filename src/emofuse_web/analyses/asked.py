"""What may be asked of an analysis: which files, which recognizer, which options, for how long."""

import math
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext as _

from emofuse_web.accounts.models import User
from emofuse_web.analyses.models import Mode
from emofuse_web.analyses.problems import refused
from emofuse_web.recognition import facts
from emofuse_web.uploads.models import Role, State, Upload

ROLES = {  # what a mode needs, and what it also takes
    Mode.VIDEO: (("video",), ("audio", "text")),
    Mode.VIDEO_EEG: (("video", "eeg"), ("audio", "text")),
    Mode.TEXT: (("text",), ()),  # words alone: nothing biometric is read, and the law counts it otherwise
}
OFFSET_MOST = 24 * 3_600  # s
LABEL_MOST = 200
HEARD_LEAST = 3_000  # ms that must be heard to find a sound's place by ear: `emofuse.media.clock.LEAST`, which pages do not load


def inputs_checked(*, owner: User, mode: str, inputs: Mapping[str, UUID | str | None]) -> dict[str, Upload]:
    """The files that are named, by role; each the owner's own, looked at, and found good.

    Raises:
        Refused: No such mode; a file is missing, too many, unknown (whoever else's it may be), not ready, or of another role.
    """
    if mode not in Mode.values:
        raise refused("OPTION_INVALID", _("Expected one of these modes: %(known)s.") % {"known": ", ".join(Mode.values)})
    named = {role: value for role, value in inputs.items() if value}
    needed, others = ROLES[Mode(mode)]
    wanted = {"needed": ", ".join(needed), "others": ", ".join(others) or _("nothing else")}
    for code, roles in (
        ("INPUT_MISSING", [role for role in needed if role not in named]),
        ("INPUT_UNEXPECTED", [role for role in named if role not in needed + others]),
    ):
        if roles:
            found = _("This mode needs: %(needed)s; it also takes: %(others)s.") % wanted
            raise refused(code, f"{', '.join(roles)[:100]}: {found}")
    return {role: _ready(owner, role, value) for role, value in named.items()}


def _ready(owner: User, role: str, value: UUID | str) -> Upload:
    try:
        upload = Upload.objects.select_for_update().filter(owner=owner, id=UUID(str(value))).first()
    except ValueError:
        upload = None
    if upload is None:
        raise refused("INPUT_UNKNOWN", _("No file of yours has the id that is named for %(role)s.") % {"role": role})
    if upload.role != role:
        said = {"role": role, "was": Role(upload.role).value}
        raise refused("INPUT_ROLE", _("The file named for %(role)s was brought as %(was)s.") % said)
    if upload.state != State.READY:
        said = {"role": role, "state": str(State(upload.state).label)}
        raise refused("INPUT_NOT_READY", _("The file named for %(role)s: %(state)s.") % said)
    if upload.problem:  # EEG that does not say all of itself waits to be told
        raise refused("INPUT_NOT_READY", _("The file named for %(role)s: %(title)s.") % {"role": role, "title": upload.problem["title"]})
    return upload


def model_checked(model: str, roles: Iterable[str]) -> str:
    """The name of a recognizer, or "best" or "light".

    Args:
        model: What is asked for.
        roles: The files there are; a video also brings its sound.

    Raises:
        Refused: There is none of that name, or it listens to nothing of what there is.
    """
    known = facts.choices()
    if model not in known:
        raise refused("MODEL_UNKNOWN", _("Expected one of: %(known)s.") % {"known": ", ".join(known)})
    there = {*roles} | ({"audio"} if "video" in roles else set())
    if not known[model].modalities & there:
        said = {"needs": ", ".join(sorted(known[model].modalities)), "there": ", ".join(sorted(there))}
        raise refused("MODEL_UNFIT", _("It listens to: %(needs)s. There is: %(there)s.") % said)
    return model


def options_checked(options: Mapping[str, object], roles: Mapping[str, object]) -> dict[str, object]:
    """Options with their defaults filled in.

    Args:
        options: "explain", "annotate_video": yes or no. "offsets": by how many seconds "audio", "eeg" or "text" is later than the
            recording; null for sound that is to be found by ear. "language": the code of what the text is in; null to notice it.
            "hop_ms": an answer every so many ms of recognizers that read by windows; "threshold": the lead below which a span is uncertain,
            0 to 1; null for the recognizers' own.
        roles: The files there are.

    Raises:
        Refused: One that is unknown, or not what it should be.
    """
    own: dict[str, object] = {
        "explain": False,
        "annotate_video": True,
        "offsets": {},
        "language": None,
        "hop_ms": None,
        "threshold": None,
    }
    if extra := sorted(set(options) - set(own)):
        said = {"extra": ", ".join(extra)[:100], "known": ", ".join(own)}
        raise refused("OPTION_INVALID", _("There is no option '%(extra)s'. Expected some of: %(known)s.") % said)
    chosen = {**own, **options}
    for name in ("explain", "annotate_video"):
        if not isinstance(chosen[name], bool):
            raise refused("OPTION_INVALID", _("'%(name)s' takes true or false.") % {"name": name})
    offsets = chosen["offsets"]
    if not isinstance(offsets, Mapping) or not all(_offset(role, value, roles) for role, value in offsets.items()):
        expected = _(
            "Expected seconds by which a file that is named (audio, eeg or text) is later; for audio also null, to find it by ear."
        )
        raise refused("OPTION_INVALID", expected)
    _language_checked(chosen["language"], roles)
    _hop_checked(chosen["hop_ms"], roles)
    lead = chosen["threshold"]
    if lead is not None and not (_number(lead) and 0 <= float(str(lead)) <= 1):
        raise refused("OPTION_INVALID", _("'threshold' takes a number from 0 to 1, or null for the recognizers' own."))
    return chosen


def _language_checked(language: object, roles: Mapping[str, object]) -> None:
    if language is None:
        return
    known = facts.languages()
    if not isinstance(language, str) or language not in known:
        said = {"code": str(language)[:20], "known": ", ".join(known)}
        fix = _("Say one of these codes, or null to have the language noticed.")
        raise refused("OPTION_INVALID", _("'language' is '%(code)s'. Expected null, or one of: %(known)s.") % said, fix)
    if "text" not in roles:
        fix = _("Name the text, or leave 'language' out.")
        raise refused("OPTION_INVALID", _("'language' says what the words are in, and there is no text. Expected a text beside it."), fix)


def _hop_checked(hop: object, roles: Mapping[str, object]) -> None:
    if hop is None:
        return
    least, most = facts.hops()
    if isinstance(hop, bool) or not isinstance(hop, int) or not least <= hop <= most:
        said = {"least": least, "most": most}
        expected = _("'hop_ms' takes a whole number of milliseconds from %(least)d to %(most)d, or null for the recognizers' own.")
        raise refused("OPTION_INVALID", expected % said)
    if set(roles) == {"text"}:
        fix = _("Leave 'hop_ms' out.")
        raise refused("OPTION_INVALID", _("'hop_ms' is for voice and EEG; words are answered as they were said. Expected null."), fix)


def _number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(float(str(value)))


def _offset(role: str, value: object, roles: Mapping[str, object]) -> bool:
    if role not in ("audio", "eeg", "text") or role not in roles:
        return False
    if value is None:
        return role == "audio"
    return _number(value) and abs(float(str(value))) <= OFFSET_MOST


def heard_checked(files: Mapping[str, Upload], options: Mapping[str, object]) -> None:
    """Look whether a sound of its own can be put in its place by ear, where nobody says it: before it costs a place in the queue.

    Args:
        files: By role, each looked at.
        options: As `options_checked` gives them.

    Raises:
        Refused: The looks tell that one of the two is too short, or has no sound.
    """
    offsets = options["offsets"]
    told = isinstance(offsets, Mapping) and offsets.get("audio") is not None
    if told or not {"video", "audio"} <= set(files):
        return
    fix = _(
        "Say by how many seconds it is later than the video: 'Sound is later by (s)' under 'More options' "
        "(offsets.audio in the API), 0 where they began together; or leave the sound out."
    )
    for upload in (files["video"], files["audio"]):
        report: Mapping[str, Any] = upload.report or {}
        said = {"name": upload.name, "least": HEARD_LEAST // 1_000}
        if report and not report.get("sound"):
            raise refused("OFFSET_UNHEARD", _("'%(name)s' has no sound of which the other's place could be told.") % said, fix)
        if report.get("duration") and report["duration"] < HEARD_LEAST:
            said["seconds"] = f"{math.floor(report['duration'] / 100) / 10:.1f}"
            found = _("'%(name)s' lasts %(seconds)s s. At least %(least)d s of both are needed to find its place by ear.") % said
            raise refused("OFFSET_UNHEARD", found, fix)


def retention_checked(days: int | None) -> int:
    """For how many days it is kept.

    Raises:
        Refused: Not a number of days that is allowed.
    """
    chosen = settings.RETENTION_DAYS if days is None else days
    if isinstance(chosen, bool) or not isinstance(chosen, int) or not 1 <= chosen <= settings.RETENTION_MOST:
        raise refused("OPTION_INVALID", _("It can be kept for 1 to %(most)d days.") % {"most": settings.RETENTION_MOST})
    return chosen


def label_checked(label: str) -> str:
    """What the user calls it.

    Raises:
        Refused: It is too long, or holds what cannot be read.
    """
    label = label.strip()
    if len(label) > LABEL_MOST or not all(c.isprintable() for c in label):
        raise refused("OPTION_INVALID", _("Expected a name of up to %(most)d characters in one line.") % {"most": LABEL_MOST})
    return label
