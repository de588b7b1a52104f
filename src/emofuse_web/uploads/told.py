"""What somebody says of a file of EEG that does not say it itself: variable, axes, channels, rate, unit."""

import math
import re
from collections.abc import Mapping

from django.utils.translation import gettext as _

from emofuse_web.uploads.problems import refused

KNOWN = ("variable", "axes", "channels", "rate", "unit")
UNITS = {"V": "V", "mV": "mV", "µV": "µV", "μV": "µV", "uV": "µV", "nV": "nV"}  # two signs look like a micro, and keyboards have none
SLOWEST, FASTEST = 16.0, 50_000.0  # samples a second, as emofuse reads EEG
CHANNELS = 512
LONGEST = 200  # characters of a variable's name
AXIS = re.compile(r"time|channel|[1-9][0-9]{0,5}")


def told_checked(said: Mapping[str, object]) -> dict[str, object]:
    """What was said, checked; what is empty is left out.

    Args:
        said: Text, as from a form, or numbers and lists, as from JSON.

    Raises:
        Refused: Something that is not known, or cannot be.

    Example:
        >>> told_checked({"variable": "EEG", "axes": "time, channel", "rate": "200", "unit": "uV", "channels": ""})
        {'variable': 'EEG', 'axes': ['time', 'channel'], 'rate': 200.0, 'unit': 'µV'}
    """
    if unknown := sorted(set(said) - set(KNOWN)):
        raise _wrong(_("'%(name)s' is not known") % {"name": unknown[0][:40]}, ", ".join(KNOWN))
    checks = {"variable": _variable, "axes": _axes, "channels": _channels, "rate": _rate, "unit": _unit}
    return {name: checks[name](value) for name in KNOWN if (value := said.get(name)) not in (None, "", [])}


def _variable(value: object) -> str:
    if not isinstance(value, str) or len(value) > LONGEST or not value.isprintable():
        raise _wrong("variable", _("the name of one of the file's arrays"))
    return value.strip()


def _axes(value: object) -> list[str]:
    names = _names(value)
    letters = [name for name in names if not name.isdigit()]
    if not all(AXIS.fullmatch(name) for name in names) or sorted(letters) != ["channel", "time"] or len(names) > 8:
        raise _wrong("axes", _("one word for each axis, such as time,channel: time and channel once, and for others a number from 1"))
    return names


def _channels(value: object) -> list[str]:
    names = _names(value)
    if not 0 < len(names) <= CHANNELS or not all(0 < len(name) <= 40 and name.isprintable() for name in names):
        raise _wrong("channels", _("up to %(most)d names, such as TP9,AF7,AF8,TP10") % {"most": CHANNELS})
    return names


def _rate(value: object) -> float:
    try:
        rate = math.nan if isinstance(value, bool) else float(str(value).strip().replace(",", "."))
    except ValueError:
        rate = math.nan
    if not SLOWEST <= rate <= FASTEST:
        raise _wrong("rate", _("samples a second, from %(least)g to %(most)g") % {"least": SLOWEST, "most": FASTEST})
    return rate


def _unit(value: object) -> str:
    if str(value).strip() not in UNITS:
        raise _wrong("unit", ", ".join(dict.fromkeys(UNITS.values())))
    return UNITS[str(value).strip()]


def _names(value: object) -> list[str]:
    if isinstance(value, str):
        value = value.split(",")
    if not isinstance(value, list) or not all(isinstance(name, str | int) and not isinstance(name, bool) for name in value):
        raise _wrong("axes, channels", _("words between commas"))
    return [str(name).strip() for name in value]


def _wrong(what: str, expected: str) -> Exception:
    return refused("OPTION_INVALID", _("%(what)s: expected %(expected)s.") % {"what": what, "expected": expected})
