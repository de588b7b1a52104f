"""Which bytes of a file an answer holds: one range, as RFC 9110 section 14 has it."""

import re

ONE = re.compile(r"bytes=[ \t,]*(\d*)-(\d*)[ \t,]*", re.IGNORECASE | re.ASCII)
HUGE = 10**18  # bytes, beyond every file; a number with more digits than that is not worth reading
DIGITS = 18


class Unsatisfiable(Exception):
    """There are no such bytes."""


def asked(header: str, size: int) -> tuple[int, int] | None:
    """From where up to where (not included); None for all of it.

    What is no range of bytes, turns back on itself, or names several is not answered in part: the whole file is, as the standard allows.
    A player asks for one range at a time, and several in one answer are how servers are worn out.

    Raises:
        Unsatisfiable: The range begins behind the end, or asks for the last no bytes.

    Example:
        >>> asked("bytes=2-3", 10), asked("bytes=-4", 10), asked("bytes=7-", 10), asked("bytes=0-1,4-5", 10)
        ((2, 4), (6, 10), (7, 10), None)
    """
    found = ONE.fullmatch(header.strip())
    if found is None or found[0] == "" or not (found[1] or found[2]):
        return None
    first, last = (_number(part) if part else None for part in found.groups())
    if first is None:
        if not last or not size:
            raise Unsatisfiable
        return max(size - last, 0), size
    if last is not None and last < first:
        return None
    if first >= size:
        raise Unsatisfiable
    return first, size if last is None else min(last + 1, size)


def _number(digits: str) -> int:
    digits = digits.lstrip("0") or "0"
    return int(digits) if len(digits) <= DIGITS else HUGE
