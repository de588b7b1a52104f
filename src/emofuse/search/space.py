"""Where to search: arguments of a recipe, and which values each may take, as users type them.

learning_rate=1e-4..1e-1:log      any number between, even in its logarithm
dropout=0.1..0.7:4                four numbers, both ends among them; also with :log, as in 1e-4..1e-1:log:4
members=1..5                      whole numbers, as both ends are
width=[32, 64, 128]               these values: any JSON, such as words or lists
learning_rate=1e-4..1e-1:log,width=[32,64]      several, separated by commas
"""

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from emofuse.core.errors import UnknownName

EXPECTED = "Expected NAME=[value, value] or NAME=LOW..HIGH, with :log and a number of steps where they are wanted; mend it"


@dataclass(frozen=True, slots=True)
class Choices:
    """One of these.

    Args:
        values: Anything that JSON holds; no two alike.
    """

    values: tuple[object, ...]

    def __str__(self) -> str:
        return json.dumps(list(self.values), ensure_ascii=False)


@dataclass(frozen=True, slots=True)
class Range:
    """Any number from `low` to `high`, both included.

    Args:
        low: Above 0 where `log`.
        high: More than `low`.
        log: As likely between 1 and 10 as between 10 and 100.
        whole: Whole numbers only.
    """

    low: float
    high: float
    log: bool = False
    whole: bool = False

    def __str__(self) -> str:
        return f"{self.low}..{self.high}{':log' * self.log}"

    def readable(self, value: float) -> float:
        """A number of the range that can be read and typed: a thousandth of the range, or of itself in a logarithm, is enough.

        Example:
            >>> Range(1e-4, 0.1, log=True).readable(0.00123456), Range(0.99, 0.999).readable(0.99123456)
            (0.00123, 0.99123)
        """
        size = value if self.log else self.high - self.low
        return min(max(round(value, 2 - math.floor(math.log10(size))), self.low), self.high)


Axis = Choices | Range
Space = Mapping[str, Axis]


def space(texts: Sequence[str]) -> dict[str, Axis]:
    """What ``--over`` says.

    Raises:
        UnknownName: Something that cannot be read, or that leaves nothing to choose from.

    Example:
        >>> {name: str(axis) for name, axis in space(["rate=1e-3..1:log:4,width=[32,64]", "members=1..5"]).items()}
        {'rate': '[0.001, 0.01, 0.1, 1]', 'width': '[32, 64]', 'members': '1..5'}
    """
    found: dict[str, Axis] = {}
    for text in texts:
        for part in _parts(text):
            name, sign, value = (piece.strip() for piece in part.partition("="))
            if not sign or not name.isidentifier():
                raise UnknownName(f"--over {part} cannot be read: there is no NAME= at its beginning. {EXPECTED}.")
            if name in found:
                raise UnknownName(f"--over names '{name}' twice. Expected each argument once; put all its values in one list or range.")
            try:
                found[name] = _choices(value) if value.startswith("[") else _range(value)
            except ValueError as error:
                raise UnknownName(f"--over {part} cannot be read: {error}. {EXPECTED}.") from error
    if not found:
        raise UnknownName(f"Nothing to search over was named. {EXPECTED}.")
    return found


def countable(wanted: Space) -> bool:
    """Whether a list of values was given for each argument, by name or by a number of steps."""
    return all(isinstance(axis, Choices) for axis in wanted.values())


def values(name: str, axis: Axis) -> tuple[object, ...]:
    """Every value that a grid has of an argument.

    Raises:
        UnknownName: There is no end of them.

    Example:
        >>> values("members", Range(1, 3, whole=True))
        (1, 2, 3)
    """
    if isinstance(axis, Choices):
        return axis.values
    if not axis.whole or axis.log:
        raise UnknownName(
            f"A grid over {name}={axis} has no end: any number between would do. "
            f"Expected a number of steps; write {name}={axis}:4 for four of them, or search with --way random or tpe."
        )
    return tuple(range(int(axis.low), int(axis.high) + 1))


def _parts(text: str) -> Iterator[str]:
    """What stands between commas, but for those within brackets and quotes."""
    depth, quoted, part = 0, False, ""
    before = ""
    for sign in text:
        if sign == '"' and before != "\\":
            quoted = not quoted
        elif not quoted:
            depth += (sign in "[{") - (sign in "]}")
        if sign == "," and not depth and not quoted:
            yield part
            part = ""
        else:
            part += sign
        before = sign
    if part.strip() or not text:
        yield part


def _choices(text: str) -> Choices:
    found = json.loads(text, parse_constant=_no_number)
    if not found:
        raise ValueError("the list is empty")
    written = [json.dumps(value, sort_keys=True) for value in found]
    twice = next((value for value in written if written.count(value) > 1), None)
    if twice is not None:
        raise ValueError(f"{twice} is in the list twice")
    return Choices(tuple(found))


def _range(text: str) -> Axis:
    ends, *more = text.split(":")
    low, dots, high = ends.partition("..")
    if not dots:
        raise ValueError(f"{text or 'nothing'} is neither a list nor a range")
    first, last = _number(low), _number(high)
    log = "log" in more
    steps = [word for word in more if word != "log"]
    if len(steps) > 1 or more.count("log") > 1 or any(not word.isdigit() or int(word) < 2 for word in steps):
        raise ValueError(f"after a range comes :log or a number of steps, 2 or more, not :{':'.join(more)}")
    if first >= last:
        raise ValueError(f"{low} is not below {high}")
    if log and first <= 0:
        raise ValueError(f"{low} has no logarithm")
    whole = isinstance(first, int) and isinstance(last, int)
    found = Range(first, last, log, whole)
    return _steps(found, int(steps[0])) if steps else found


def _steps(over: Range, count: int) -> Choices:
    """So many numbers, evenly spread; whole ones are rounded, and two that become the same are one."""
    low, high = over.low, over.high
    shares = [i / (count - 1) for i in range(1, count - 1)]
    between = [math.exp(math.log(low) + share * math.log(high / low)) if over.log else low + share * (high - low) for share in shares]
    return Choices(tuple(dict.fromkeys([low, *(round(value) if over.whole else over.readable(value) for value in between), high])))


def _number(text: str) -> float:
    try:
        value = int(text) if text.strip().lstrip("+-").isdigit() else float(text)
    except ValueError as error:
        raise ValueError(f"'{text}' is no number") from error
    if not math.isfinite(value):
        raise ValueError(f"'{text}' is no end")
    return value


def _no_number(text: str) -> float:
    raise ValueError(f"{text} is no number that can be searched")
