"""Sound and faces of a file in one decoding pass, chunk by chunk, in memory that does not grow with its length.

`emofuse.media.decode` says what is in the file and when; here it becomes faces and consecutive chunks.
Time 0 is where the file begins: the earliest start of its streams.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from emofuse.core.clip import Chunk, Signal
from emofuse.core.errors import MediaError
from emofuse.core.modality import Modality
from emofuse.media import faces
from emofuse.media.decode import End, Heard, decoding
from emofuse.media.follow import Follower
from emofuse.media.grid import Seen
from emofuse.media.probe import LIMITS, Limits
from emofuse.media.sound import RATE

FACE_RATE = 5.0  # faces a second; an expression that can be named lasts at least half a second (Ekman 2003)
_LAG = 60_000  # ms that one stream may be behind the other in the file before it is taken to be absent there


def stream(
    path: Path,
    wanted: frozenset[Modality],
    length: int,
    *,
    finder: Callable[[], faces.Finder] = faces.finder,
    face_rate: float = FACE_RATE,
    limits: Limits = LIMITS,
) -> Iterator[Chunk]:
    """Consecutive chunks of `length` ms; the last is shorter, and says what a reader must be told.

    Shape:
        audio: values (time,) float32 in -1..1 at 16 kHz; absent where the file has no sound at that time
        video: values (time, 48, 48) uint8, the main face upright; absent where there is none

    Args:
        path: A video or a sound file.
        wanted: AUDIO, VIDEO or both; what the file does not have is left out.
        length: Of a chunk, in ms.
        finder: Makes what finds faces; called once, when there is a picture.
        face_rate: Faces a second.
        limits: What is refused.

    Raises:
        MediaError: The file is refused, has nothing of what is wanted, or nothing in it can be decoded.
    """
    tracks: dict[Modality, _Track] = {}
    follower: Follower | None = None
    face: np.ndarray | None = None
    done, end = 0, None
    with decoding(path, wanted, face_rate, limits) as (modalities, items):
        if Modality.AUDIO in modalities:
            tracks[Modality.AUDIO] = _Track(RATE, ())
        if Modality.VIDEO in modalities:
            tracks[Modality.VIDEO], follower = _Track(face_rate, (faces.SIDE, faces.SIDE)), Follower(finder())
        for item in items:
            match item:
                case Heard(values, present):
                    tracks[Modality.AUDIO].add(values, np.full(len(values), present))
                case Seen(None, count):
                    tracks[Modality.VIDEO].add(np.zeros((count, faces.SIDE, faces.SIDE), dtype=np.uint8), np.zeros(count, dtype=bool))
                case Seen(picture, count):
                    assert follower is not None
                    assert picture is not None
                    face = follower.see(picture)
                    seen = np.zeros((faces.SIDE, faces.SIDE), dtype=np.uint8) if face is None else face
                    tracks[Modality.VIDEO].add(np.repeat(seen[None], count, axis=0), np.full(count, face is not None))
                case End():
                    end = item
            while _ready(tracks, done + length):
                yield Chunk({m: track.cut(done, done + length) for m, track in tracks.items()}, done + length)
                done += length
    assert end is not None  # whatever happens to a file, its decoding ends with this or raises
    until = max(end.ends.values(), default=0)
    if until <= 0:
        raise MediaError(
            f"Nothing in {path} can be decoded{f' ({end.notes[0]})' if end.notes else ''}. "
            f"Expected at least one frame or a tenth of a second of sound; copy or export it again."
        )
    notes = end.notes + (follower.notes() if follower is not None else ())
    while done < until:
        stop = min(done + length, until)
        left = {m: track.cut(done, min(stop, end.ends[m])) for m, track in tracks.items() if end.ends[m] > done}
        yield Chunk(left, stop, notes if stop == until else ())
        done += length


class _Track:
    """Samples of one modality that are waiting for their chunk to be full; time is kept from 0 on, without holes."""

    def __init__(self, rate: float, shape: tuple[int, ...]) -> None:
        self.rate = rate
        self.held: list[tuple[np.ndarray, np.ndarray]] = []
        self.first = 0  # index of the first sample held
        self.count = 0  # samples held
        self.shape = shape
        self.kind = np.uint8 if shape else np.float32

    @property
    def until(self) -> float:
        """Where the samples end, in ms."""
        return (self.first + self.count) * 1_000 / self.rate

    def add(self, values: np.ndarray, present: np.ndarray) -> None:
        skip = min(max(-self.count, 0), len(values))  # samples that come after their chunk was given out without them
        self.count += len(values)
        if len(values) > skip:
            self.held.append((values[skip:], present[skip:]))

    def cut(self, start: int, end: int) -> Signal:
        """The samples from `start` to `end` ms, which are then let go; absent where there are none yet."""
        last = -int(-end * self.rate // 1_000)  # the first sample at `end` or later
        wanted = last - self.first
        values = np.concatenate([np.empty((0, *self.shape), self.kind), *(part for part, _ in self.held)])
        present = np.concatenate([np.empty(0, dtype=bool), *(mask for _, mask in self.held)])
        short = max(wanted - len(values), 0)
        given = Signal(
            np.concatenate([values[:wanted], np.zeros((short, *self.shape), self.kind)]),
            self.rate,
            round(self.first * 1_000 / self.rate),
            None if not short and present[:wanted].all() else np.concatenate([present[:wanted], np.zeros(short, dtype=bool)]),
        )
        self.held = [(values[wanted:].copy(), present[wanted:].copy())] if len(values) > wanted else []
        self.first, self.count = last, self.count - wanted
        return given


def _ready(tracks: dict[Modality, _Track], border: int) -> bool:
    """Whether every modality has passed `border`, or one is so far past it that the others are taken to be absent before it."""
    ends = [track.until for track in tracks.values()]
    return bool(ends) and (min(ends) > border or max(ends) > border + _LAG)
