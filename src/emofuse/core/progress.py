"""How far along something long is: the one seam for bars and pages."""

from collections.abc import Callable

Progress = Callable[[int, int], None]
"""Milliseconds of the recording done, milliseconds in all (0 where nobody knows)."""


def quiet_progress(done: int, total: int) -> None:
    """Say nothing."""
