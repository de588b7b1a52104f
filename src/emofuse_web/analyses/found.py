"""What a look at a file found, in words of the page of a new analysis. Reports are written by `emofuse_web.recognition.preflight`."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from emofuse_web.analyses.templatetags.emotions import clock
from emofuse_web.phrases import told
from emofuse_web.uploads.models import Role

Found = list[tuple[str, str]]


def found(role: str, report: Mapping[str, Any] | None) -> Found:
    """Names and values, in the order of interest; nothing where nothing was found yet."""
    if not report:
        return []
    by_role = {Role.VIDEO: _media, Role.AUDIO: _media, Role.EEG: _brain, Role.TEXT: _words}
    return [(name, value) for name, value in by_role[Role(role)](report) if value]


def _media(report: Mapping[str, Any]) -> Found:
    picture, sound = report.get("picture") or {}, report.get("sound") or {}
    facts = [(_("Length"), clock(report["duration"]) if report.get("duration") else "")]
    if picture:
        rate = _("%(rate)g pictures a second") % {"rate": picture["rate"]} + (_(", varying") if picture["variable"] else "")
        facts.append((_("Picture"), f"{picture['codec']}, {picture['width']} × {picture['height']}, {rate}"))
        counts = ", ".join(str(count) for count in picture["faces"])
        facts.append((_("Faces in sampled pictures"), counts))
    if sound:
        channels = ngettext("%(n)d channel", "%(n)d channels", sound["channels"]) % {"n": sound["channels"]}
        facts.append((_("Sound"), f"{sound['codec']}, {sound['rate']} Hz, {channels}"))
    elif picture:
        facts.append((_("Sound"), _("none")))
    return facts


def _brain(report: Mapping[str, Any]) -> Found:
    shape, channels = report.get("shape") or [], report.get("channels") or []
    return [
        (_("Length"), clock(report["duration"]) if report.get("duration") else ""),
        (_("Array"), " ".join(filter(None, [str(report.get("variable") or ""), " × ".join(map(str, shape))]))),
        (_("Axes"), " × ".join(told(axis) for axis in report.get("axes") or [])),
        (_("Channels"), ", ".join(channels)),
        (_("Samples a second"), f"{report['rate']:g}" if report.get("rate") else ""),
        (_("Unit"), str(report.get("unit") or "")),
    ]


def _words(report: Mapping[str, Any]) -> Found:
    timed = _("yes, up to %(end)s") % {"end": clock(report["duration"])} if report.get("timed") else _("no: places instead of times")
    return [
        (_("Written as"), " ".join(told(str(report[key])) for key in ("format", "encoding") if report.get(key))),
        (_("Number of words"), str(report.get("words") or "")),
        (_("Language"), _("seems to be %(language)s") % {"language": told(report["language"])} if report.get("language") else ""),
        (_("Says when"), timed if "timed" in report else ""),
    ]


def axes_to_choose(report: Mapping[str, Any] | None) -> list[tuple[str, str]]:
    """Both ways to read an array of two axes; none for others, whose axes are typed."""
    shape: list[int] = (report or {}).get("shape") or next(
        (one["shape"] for one in (report or {}).get("variables", []) if one["name"] == (report or {}).get("variable")), []
    )
    if len(shape) != 2:
        return []
    first, second = shape
    return [
        ("time,channel", _("%(time)d samples of %(channels)d channels: time first") % {"time": first, "channels": second}),
        ("channel,time", _("%(channels)d channels of %(time)d samples: channels first") % {"time": second, "channels": first}),
    ]
