"""Time: half-open intervals of whole milliseconds."""

from dataclasses import dataclass


@dataclass(frozen=True, order=True, slots=True)
class Segment:
    """The interval ``[start, end)`` in milliseconds.

    Raises:
        ValueError: It starts before zero or does not end after its start.

    Example:
        >>> Segment(1_000, 3_000).duration
        2000
        >>> Segment(1_000, 3_000).slice(rate=4)
        slice(4, 12, None)
    """

    start: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.start < self.end:
            raise ValueError(f"A segment runs from {self.start} to {self.end} ms; it must start at 0 or later and end after that.")

    @property
    def duration(self) -> int:
        """Length in milliseconds."""
        return self.end - self.start

    @property
    def middle(self) -> int:
        """The millisecond half way."""
        return (self.start + self.end) // 2

    def slice(self, rate: float) -> slice:
        """Samples of this interval at `rate` hertz; neighbouring segments share none and lose none."""
        return slice(round(self.start * rate / 1_000), round(self.end * rate / 1_000))


def windows(duration: int, length: int, count: int | None = None) -> tuple[Segment, ...]:
    """Lay windows of `length` ms over `duration` ms.

    Without `count` they stand side by side and the last one ends with the recording (it may overlap).
    With `count` they are spread evenly, overlapping where they do not fit side by side.

    Raises:
        ValueError: A length or count below one.

    Example:
        >>> [w.start for w in windows(20_000, 3_600, count=6)]
        [0, 3280, 6560, 9840, 13120, 16400]
        >>> windows(1_000, 3_600)
        (Segment(start=0, end=1000),)
    """
    if length < 1 or duration < 1 or (count is not None and count < 1):
        raise ValueError(f"Windows of {length} ms over {duration} ms, {count} of them: all must be at least 1.")
    length = min(length, duration)
    if count is None:
        count = -(-duration // length)
    last = duration - length
    starts = [round(last * i / (count - 1)) for i in range(count)] if count > 1 else [0]
    return tuple(Segment(start, start + length) for start in dict.fromkeys(starts))


def sliding(duration: int, length: int, hop: int) -> tuple[Segment, ...]:
    """Windows of `length` ms every `hop` ms, from 0 on, until one reaches the end of `duration`.

    The last one may reach past the end: a recognizer pads what is not there.

    Example:
        >>> sliding(4_500, 3_000, 1_000)
        (Segment(start=0, end=3000), Segment(start=1000, end=4000), Segment(start=2000, end=5000))
    """
    if length < 1 or duration < 1 or hop < 1:
        raise ValueError(f"Windows of {length} ms every {hop} ms over {duration} ms: all must be at least 1.")
    starts = range(0, max(duration - length, 0) + hop, hop) if duration > length else (0,)
    return tuple(Segment(start, start + length) for start in starts)
