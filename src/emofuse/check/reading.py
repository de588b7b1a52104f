"""Whether a clip's sources can be read, and what their values are.

What is one signal is read as training would read it. A recording with sound and picture in one file is followed from its
first packet to its last instead: that finds what is cut off or garbled in a hundredth of the time that decoding takes.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from emofuse.core.clip import Clip, Source
from emofuse.core.errors import EmofuseError, MediaError
from emofuse.core.modality import Modality
from emofuse.media.files import ENDINGS

_BROKEN_OFF = 0.95  # share of the length in a recording's header that its packets must reach

Item = tuple[str, Modality, Source]
"""Id of a clip, and one of its sources."""


@dataclass
class Found:
    """What reading told.

    Args:
        unreadable: Reason to "clip (file)".
        read: Sources read whole.
        followed: Recordings followed from packet to packet.
        opened: Files opened and no more, in a quick check.
        strange: Clips with values that are no finite numbers.
        lowest: By modality, of signals of one step: the least value of each column.
        highest: The greatest.
    """

    unreadable: dict[str, list[str]] = field(default_factory=dict)
    read: int = 0
    followed: int = 0
    opened: int = 0
    strange: list[str] = field(default_factory=list)
    lowest: dict[Modality, np.ndarray] = field(default_factory=dict)
    highest: dict[Modality, np.ndarray] = field(default_factory=dict)

    def add(self, other: "Found") -> None:
        """Take what another batch told."""
        for reason, where in other.unreadable.items():
            self.unreadable.setdefault(reason, []).extend(where)
        self.read, self.followed, self.opened = self.read + other.read, self.followed + other.followed, self.opened + other.opened
        self.strange += other.strange
        for m, values in other.lowest.items():
            if m not in self.lowest or self.lowest[m].shape == values.shape:
                self.lowest[m] = np.minimum(self.lowest.get(m, values), values)
                self.highest[m] = np.maximum(self.highest.get(m, other.highest[m]), other.highest[m])

    @property
    def constant(self) -> Mapping[str, int]:
        """By modality, how many columns of its signals of one step say the same in every clip."""
        same = {str(m): int((self.lowest[m] == self.highest[m]).sum()) for m in sorted(self.lowest)}
        return {m: count for m, count in same.items() if count}


def items(clips: Sequence[Clip]) -> Iterator[Item]:
    """Each source once: sound and picture of one recording are one."""
    seen = set()
    for clip in clips:
        for m, source in sorted(clip.sources.items()):
            if source.stream is not None:
                if source.path in seen:
                    continue
                seen.add(source.path)
            yield clip.id, m, source


def told(batch: Iterable[Item], quick: bool) -> Found:
    """Read some sources, or open them if it is to be quick; what cannot be read is told, not raised."""
    found = Found()
    for name, m, source in batch:
        try:
            if quick:
                found.opened += _opened(source) if source.path.exists() else _read(name, m, source, found)  # else it is made up, or says so
            elif source.stream is not None:
                found.followed += _followed(source.path)
            else:
                found.read += _read(name, m, source, found)
        except EmofuseError as error:
            found.unreadable.setdefault(_reason(error, source), []).append(where(name, source))
        except OSError as error:
            found.unreadable.setdefault((error.strerror or str(error)).lower(), []).append(where(name, source))
        except Exception as error:  # a reader's own fault on a file that nobody foresaw: one such file must not end the check
            found.unreadable.setdefault(f"{type(error).__name__}: {error}", []).append(where(name, source))
    return found


def _read(name: str, m: Modality, source: Source, found: Found) -> int:
    values = source.read(source.path).values
    if not len(values):
        raise MediaError("it holds no samples")
    if values.dtype.kind == "f":
        if not np.isfinite(values).all():
            found.strange.append(name)
        if values.ndim == 2 and len(values) == 1:
            lowest, highest = found.lowest.get(m, values[0]), found.highest.get(m, values[0])
            if lowest.shape == values[0].shape:
                found.lowest[m], found.highest[m] = np.minimum(lowest, values[0]), np.maximum(highest, values[0])
    return 1


def _opened(source: Source) -> int:
    """Whether there is a file that is not empty, and begins like a recording if it is named like one.

    Raises:
        MediaError: It is not so.
    """
    if source.path.suffix.lower() in ENDINGS:
        from emofuse.media.probe import probe

        probe(source.path)
    else:
        with source.path.open("rb") as file:
            if not file.read(1):
                raise MediaError("it is empty")
    return 1


def _followed(path: Path) -> int:
    """Go through the packets of a recording.

    Raises:
        MediaError: It cannot be opened, or breaks off.
    """
    import av

    from emofuse.media.probe import open_media, packets, picture_stream, sound_stream

    with open_media(path) as container:
        streams = [stream for stream in (sound_stream(container), picture_stream(container)) if stream is not None]
        length = (container.duration or 0) / 1_000_000  # s
        until = 0.0
        try:
            for packet in packets(container, streams):
                if packet.is_corrupt:
                    raise MediaError(f"it is damaged after {until:.0f} s")
                if packet.pts is not None and packet.time_base is not None:
                    until = max(until, float((packet.pts + (packet.duration or 0)) * packet.time_base))
        except av.error.FFmpegError as error:
            raise MediaError(f"it breaks off after {until:.0f} s") from error
    if until < length * _BROKEN_OFF:
        raise MediaError(f"it breaks off after {until:.0f} s of {length:.0f}")
    return 1


def _reason(error: EmofuseError, source: Source) -> str:
    """What happened, without the file's name, the place in it, and what to do about it, so that like faults stand together."""
    text = str(error).partition(". Expected")[0].strip()
    text = text.removeprefix(str(source.path)).replace(str(source.path), "the file").strip()
    return re.sub(r"\b(trial|byte|picture|row|line|window) \d+", r"a \1", text, flags=re.IGNORECASE) or "it cannot be read"


def where(name: str, source: Source) -> str:
    """A clip and its file, as reports name them."""
    return f"{name} ({source.path})"
