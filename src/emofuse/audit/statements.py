"""What may be said of how something was made, and of what kind each statement is; docs/traps.md shows them with examples."""

import difflib
import math
import re
from collections.abc import Callable, Mapping

from emofuse.audit.metric_names import NAMES
from emofuse.core.errors import UnknownName


def said(says: Mapping[str, object], where: str = "--says") -> Mapping[str, object]:
    """The same statements, when every name is known and every value of its kind; null says nothing, and may always stand.

    Args:
        says: By name.
        where: They are written, for the message.

    Raises:
        UnknownName: A name is not known, or a value is of another kind.

    Example:
        >>> said({"chosen_on": "test", "accuracy": 68.3})
        {'chosen_on': 'test', 'accuracy': 68.3}
    """
    for name, value in says.items():
        kind = KINDS.get(name) or (FIGURE if _short(name) in NAMES else None)
        if kind is None:
            near = difflib.get_close_matches(name, KINDS, 1)
            raise UnknownName(
                f"{where} tells of '{name}', which no question knows. Expected one of {', '.join(sorted(KINDS))}, or a metric's name; "
                + (f"write {near[0]}." if near else "check the spelling.")
            )
        if value is not None and not kind[1](value):
            raise UnknownName(f"{where} tells {name}={value!r}. Expected {kind[0]}; write it so.")
    return says


def _text(value: object) -> bool:
    return isinstance(value, str) or (isinstance(value, list | tuple) and all(isinstance(item, str) for item in value))


def _whole(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value) and value == int(value) and value >= 0


def _share(value: object) -> bool:
    """A figure from 0 to 1, or in percent; as a number, or as it is printed."""
    if isinstance(value, str):
        value = float(value.strip().rstrip("%")) if re.fullmatch(r"\s*\d+(\.\d+)?\s*%?\s*", value) else None
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 100


def _figure(value: object) -> bool:
    return bool(value) and all(map(_share, value)) if isinstance(value, list | tuple) else _share(value)


def _system(value: object) -> bool:
    if isinstance(value, Mapping):
        return all(isinstance(name, str) and (item is None or isinstance(item, int | float | str)) for name, item in value.items()) and (
            "accuracy" not in value or _share(value["accuracy"])
        )
    # A bare 3 is more likely a rank or a count than an accuracy of 3 %.
    return _share(value) and not (isinstance(value, int | float) and 1 < value < 5)


def _systems(value: object) -> bool:
    return isinstance(value, Mapping) and all(map(_system, value.values()))


def _counts(value: object) -> bool:
    return isinstance(value, Mapping) and all(map(_whole, value.values()))


def _table(value: object) -> bool:
    if not (isinstance(value, list | tuple) and value and all(isinstance(row, list | tuple) for row in value)):
        return False
    return {len(row) for row in value} in ({len(value)}, {len(value) + 1}) and all(_whole(cell) for row in value for cell in row)


def _short(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


Kind = tuple[str, Callable[[object], bool]]
TEXT: Kind = ('a text or a list of texts, such as "train"', _text)
MAYBE: Kind = ('a text, a list of texts, true or false, such as "train only"', lambda value: isinstance(value, bool) or _text(value))
WHOLE: Kind = ("a whole number, such as 1440", _whole)
FIGURE: Kind = ("a share or a percentage, such as 0.683 or 68.3, or a list of them", _figure)
COUNTS: Kind = ('how often each label is, such as {"anger": 958}', _counts)
KINDS: Mapping[str, Kind] = {
    **dict.fromkeys(("chosen_on", "stopped_on", "tuned_on", "fused_on", "calibrated_on"), TEXT),
    **dict.fromkeys(("normalized_on", "selected_on", "reduced_on", "stacked_on"), TEXT),
    **dict.fromkeys(("independent_of", "order", "reported", "test_set"), TEXT),
    **dict.fromkeys(("augmented", "paired", "pretrained", "pretrained_on"), MAYBE),
    **dict.fromkeys(("classes", "dropped", "epoch", "folds", "n", "n_train", "n_valid", "n_test", "threads"), WHOLE),
    **dict.fromkeys(("accuracy", "uar", "macro_f1", "weighted_f1", "f1", "test_fraction"), FIGURE),
    **dict.fromkeys(("counts", "support"), COUNTS),
    "confusion": ("rows of truth with a whole number for each answer, all of one length, such as [[90, 10], [20, 80]]", _table),
    "history": (
        'a list of epochs, or curves by name, such as [{"number": 1, "valid_accuracy": 0.5}]',
        lambda value: (
            isinstance(value, Mapping) or (isinstance(value, list | tuple) and all(isinstance(i, Mapping | list | tuple) for i in value))
        ),
    ),
    "seeds": ("a whole number or a list of them, such as [0, 1, 2]", lambda value: _whole(value) or _all_whole(value)),
    "systems": ('figures by system, such as {"CNN": 0.683} or {"CNN": {"accuracy": 0.683, "n": 600}}', _systems),
}
"""What each statement is called, what is expected, and whether a value is that."""


def _all_whole(value: object) -> bool:
    return isinstance(value, list | tuple) and all(map(_whole, value))
