"""A walk along the packets of a recording: when its pictures are shown, and whether it reaches the end that its header promises."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from emofuse.media.probe import open_media, packets, picture_stream, sound_stream
from emofuse_web.recognition.suspicious import LIMITS

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.stream import Stream

WALKED = 0.6  # s that may be spent on packets
TRIED = 0.15  # s of that kind for each place of a long recording, of which at most
PLACES = 14
GUESSED = ("mp3", "mpeg", "mpegts")  # demuxers that conclude the length from some packets, and may be wrong
SHORT, SHARE = 1_000, 0.01  # ms, or part of what is promised: headers round, and the last packet may not say how long it lasts


@dataclass(frozen=True, slots=True, eq=False)
class Walk:
    """What the packets say.

    Args:
        times: When pictures are shown, in seconds, in order; of a long recording those of its beginning. Shape: (pictures,) float64
        end: ms up to which there are packets, as far as was walked.
        breaks: ms up to which there are any, where that is well before what the header promises; None where it is not.
        promised: ms; 0 where the header does not say.
    """

    times: np.ndarray
    end: int
    breaks: int | None
    promised: int


def walk(path: Path) -> Walk:
    """Walk along a recording; a long one is not walked to its end, but asked for its end.

    Raises:
        MediaError: As `emofuse.media.probe.open_media`.
    """
    shown: list[float] = []
    with open_media(path, LIMITS) as container:
        picture, streams, first = _begun(container)
        said = promised(container, streams)
        end, whole = _along(container, streams, first, WALKED, shown, picture)
    end_ms, furthest = round(end * 1_000), end
    if not whole and short(furthest, said):
        furthest = _furthest(path, furthest, said)
    breaks = round(furthest * 1_000) if furthest > 0 and short(furthest, said) else None
    return Walk(np.sort(np.array(shown)), max(0, end_ms), breaks, round(said * 1_000))


def short(end: float, promised: float) -> bool:
    """Whether a recording ends well before it should, both in seconds."""
    return 1_000 * (promised - end) > max(SHORT, SHARE * 1_000 * promised)


def clock(seconds: float) -> str:
    """As pages write times.

    Example:
        >>> clock(75.4), clock(3_600)
        ('1:15', '1:00:00')
    """
    minutes, whole = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{whole:02}" if hours else f"{minutes}:{whole:02}"


def _begun(container: "InputContainer") -> "tuple[Stream | None, list[Stream], float]":
    """The picture, all that is walked along, and the second at which it begins."""
    picture, sound = picture_stream(container), sound_stream(container)
    streams: list[Stream] = [stream for stream in (picture, sound) if stream is not None]
    starts = [float(s.start_time * s.time_base) for s in streams if s.start_time is not None and s.time_base]
    return picture, streams, min(starts, default=0.0)


def promised(container: "InputContainer", streams: "Sequence[Stream]") -> float:
    """Seconds that the header promises of picture and sound; where it says nothing of them, of the whole; 0 where not even that."""
    if container.format.name in GUESSED:
        return 0.0
    each = [float(s.duration * s.time_base) for s in streams if s.duration and s.time_base]
    return max(each, default=(container.duration or 0) / 1_000_000)


def _along(
    container: "InputContainer", streams: "list[Stream]", first: float, patience: float, shown: list[float], picture: "Stream | None"
) -> tuple[float, bool]:
    """Seconds up to which there are packets, and whether there are no more of them."""
    import av

    end, until = 0.0, time.monotonic() + patience
    try:
        for packet in packets(container, streams):  # type: ignore[arg-type]  # picture and sound, as `_begun` chose them
            stamp = packet.dts if packet.pts is None else packet.pts  # AVI has one of them
            if stamp is None or packet.time_base is None:
                continue
            at = float(stamp * packet.time_base)
            end = max(end, at + float((packet.duration or 0) * packet.time_base) - first)
            if packet.stream is picture:
                shown.append(at)
            if time.monotonic() > until:
                return end, False
    except av.error.FFmpegError:
        pass  # the rest of it is for the proxy to say
    return end, True


def _furthest(path: Path, known: float, promised: float) -> float:
    """Seconds up to which there are packets, found by halves: its end is asked for first, which a whole file has."""
    nowhere, place = promised, promised - SHORT / 2_000
    for _ in range(PLACES):
        reached = _reached(path, place)
        known = max(known, reached)
        if reached < place:
            nowhere = min(nowhere, place)
        if not short(known, nowhere):
            break
        place = (known + nowhere) / 2
    return known


def _reached(path: Path, place: float) -> float:
    """Seconds up to which there are packets after a place was sought; 0 where it cannot be."""
    import av

    with open_media(path, LIMITS) as container:
        picture, streams, first = _begun(container)
        sought = picture or streams[0]
        if not sought.time_base:
            return 0.0
        try:
            container.seek(round((place + first) / float(sought.time_base)), stream=sought)
        except av.error.FFmpegError:
            return 0.0
        return _along(container, streams, first, TRIED, [], None)[0]
