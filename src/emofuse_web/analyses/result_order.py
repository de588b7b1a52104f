"""Words without times: what stands on their timeline is which sentence came after which, and never a clock's time."""

from collections.abc import Mapping
from typing import Any


def order(said: Mapping[str, Any], read: Mapping[str, Any] | None = None) -> int:
    """How many ms stand for one sentence or row of words that nobody timed; 0 where times are times.

    Args:
        said: The JSON export.
        read: The transcript, where words are all that was brought: answers of before the export said so.
    """
    told = int(said.get("source", {}).get("text_order", 0))
    if told or not read or read["timed"] or not read["utterances"]:
        return told
    one = read["utterances"][0]
    return int(one["end"] - one["start"])


def first(ms: int, order: int) -> int:
    """Which sentence something begins with.

    Example:
        >>> first(0, 1_000), first(2_000, 1_000)
        (1, 3)
    """
    return int(ms) // order + 1


def last(ms: int, order: int) -> int:
    """Which sentence something ends with.

    Example:
        >>> last(1_000, 1_000), last(3_000, 1_000)
        (1, 3)
    """
    return max(-(-int(ms) // order), 1)
