"""What is in a file and when: decoded in a thread of its own, so that looking at faces and decoding go on at once.

FFmpeg works without Python's lock, so the two truly overlap; the queue between them is short, so memory stays small.
Nothing here knows what a face is.
"""

import queue
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, cast

import numpy as np

from emofuse.core.errors import MediaError
from emofuse.core.modality import Modality
from emofuse.core.timeline import clock
from emofuse.media.grid import HELD, NEAREST, Grid, Seen
from emofuse.media.probe import Limits, open_media, packets, picture_stream, sound_stream
from emofuse.media.sound import Waveform

if TYPE_CHECKING:
    from av import AudioFrame, Packet, VideoFrame
    from av.audio.stream import AudioStream
    from av.container import InputContainer
    from av.stream import Stream
    from av.video.stream import VideoStream

_WAITING = 8  # items between the two threads; a 4K frame has 12 MB, and the decoder holds as many again
_SPARSE = 2 * NEAREST  # seconds between pictures from which every one is decoded; so a sample is at most 75 ms from its picture
_SKIPS = frozenset({"h264", "hevc", "mpeg2video", "mpeg4"})  # codecs with pictures that no other picture refers to
_LEAP = 2.0  # seconds; a step in time beyond the end that the header gives is damage if longer than this
_LEAP_BLIND = 600.0  # seconds; the same where the header gives no end
_PATIENCE = 12.0  # seconds without anything decoded after which a file is given up; a fifth of a second of video takes some ms
_BATCH = 8_000  # samples of sound handed over at once
_GUESSED = frozenset({"mp3", "mpeg", "mpegts", "ogg"})  # demuxers that estimate a length, or measure what is there


@dataclass(frozen=True, slots=True, eq=False)
class Heard:
    """The next stretch of sound. Shape: values (time,) float32 at 16 kHz; zeros where not `present`."""

    values: np.ndarray
    present: bool


@dataclass(frozen=True, slots=True)
class End:
    """Where each modality ended, in ms, and what a reader must be told."""

    ends: dict[Modality, int]
    notes: tuple[str, ...]


Item = Heard | Seen | End


@contextmanager
def decoding(
    path: Path, wanted: frozenset[Modality], picture_rate: float, limits: Limits
) -> Iterator[tuple[frozenset[Modality], Iterator[Item]]]:
    """Which of the wanted modalities a file has, and what comes out of decoding it once; ends with an `End`.

    Args:
        path: The file.
        wanted: AUDIO, VIDEO or both.
        picture_rate: Pictures a second to look at; those between are decoded, but not converted.
        limits: What is refused.

    Raises:
        MediaError: The file is refused, or has nothing of what is wanted.
    """
    decoder = _Decoder(open_media(path, limits), wanted, picture_rate, limits)
    if not decoder.streams:
        decoder.container.close()
        what = " or ".join({Modality.AUDIO: "sound", Modality.VIDEO: "picture"}[m] for m in sorted(wanted))
        raise MediaError(f"{path} has no {what} that can be decoded. Expected it there; ask for what it has, or choose another file.")
    waiting: queue.Queue[Item | BaseException] = queue.Queue(_WAITING)
    stop = threading.Event()
    thread = threading.Thread(target=_work, args=(decoder, waiting, stop), name="emofuse decoding", daemon=True)
    thread.start()
    try:
        yield frozenset(decoder.streams), _handed(path, waiting)
    finally:
        stop.set()
        until = time.monotonic() + _PATIENCE
        while thread.is_alive() and time.monotonic() < until:  # it may be waiting to hand something over
            _drain(waiting)
            thread.join(0.05)


def _work(decoder: "_Decoder", waiting: "queue.Queue[Item | BaseException]", stop: threading.Event) -> None:
    """Decode and close; the file belongs to this thread, which may be left behind should FFmpeg not come back from a damaged file."""
    with decoder.container:
        try:
            for item in decoder.items():
                waiting.put(item)
                if stop.is_set():
                    return
        except BaseException as error:  # handed over to the other thread, which raises it
            waiting.put(error)


def _handed(path: Path, waiting: "queue.Queue[Item | BaseException]") -> Iterator[Item]:
    while True:
        try:
            item = waiting.get(timeout=_PATIENCE)
        except queue.Empty:
            raise MediaError(
                f"{path} cannot be decoded: nothing came out of it for {_PATIENCE:.0f} seconds. "
                f"Expected a file without damage; copy or export it again."
            ) from None
        if isinstance(item, BaseException):
            raise item
        yield item
        if isinstance(item, End):
            return


def _drain(waiting: "queue.Queue[Item | BaseException]") -> None:
    while True:
        try:
            waiting.get_nowait()
        except queue.Empty:
            return


class _Decoder:
    """One pass over an open file."""

    def __init__(self, container: "InputContainer", wanted: frozenset[Modality], picture_rate: float, limits: Limits) -> None:
        self.container, self.limits = container, limits
        self.streams: dict[Modality, AudioStream | VideoStream] = {}
        sound, picture = sound_stream(container), picture_stream(container)
        if sound is not None and Modality.AUDIO in wanted:
            self.streams[Modality.AUDIO] = sound
        if picture is not None and Modality.VIDEO in wanted:
            self.streams[Modality.VIDEO] = picture
            picture.thread_type = "AUTO"
            if picture.codec_context.codec.canonical_name in _SKIPS:
                # Pictures that no other refers to need not be decoded: the rest comes out the same to the bit (tests/media/test_stream.py),
                # and 720p H.264 takes three quarters of the time. Where what remains is too sparse, `_seen` takes this back.
                picture.codec_context.skip_frame = "NONREF"
        self.origin = (container.start_time or 0) / 1_000_000
        everything = len(self.streams) == (sound is not None) + (picture is not None)
        self.expected = self._length(everything)
        furthest, leap = (self.expected + _LEAP, _LEAP) if self.expected else (0.0, _LEAP_BLIND)
        self.sound = Waveform(furthest, leap)
        self.pictures = Grid(picture_rate, furthest, leap, _aspect(picture), _spacing(picture))
        self.damaged = dict.fromkeys(self.streams, 0)
        self.batch: list[np.ndarray] = []
        self.shown = 0.0  # seconds at which the last packet of the picture ends, decoded or not

    def _length(self, everything: bool) -> float:
        """Seconds that the streams read last as the header has it; 0 where it does not say, or only guesses."""
        if self.container.format.name in _GUESSED:
            return 0.0
        told = [float(s.duration * s.time_base) for s in self.streams.values() if s.duration and s.time_base]
        if len(told) == len(self.streams):
            return max(told, default=0.0)
        return (self.container.duration or 0) / 1_000_000 if everything else 0.0

    def items(self) -> Iterator[Item]:
        import av

        broken = False
        index = {stream.index: m for m, stream in self.streams.items()}
        try:
            for packet in packets(self.container, self.streams.values()):
                yield from self._decoded(packet, index[packet.stream.index])
                if self.sound.end > self.limits.duration or self.pictures.last * 1_000 > self.limits.duration:
                    break
        except av.error.FFmpegError:
            broken = True
        yield from self._heard(self.sound.close(), flush=True)
        yield from self.pictures.close(self.shown)
        yield self._end(broken)

    def _decoded(self, packet: "Packet[Stream]", m: Modality) -> Iterator[Item]:
        import av

        if m is Modality.VIDEO and packet.pts is not None and packet.time_base is not None and not packet.is_discard:
            self.shown = max(self.shown, float((packet.pts + (packet.duration or 0)) * packet.time_base) - self.origin)
        try:
            frames = cast("list[AudioFrame | VideoFrame]", packet.decode())
        except av.error.EOFError:  # asked for more after its end
            return
        except av.error.FFmpegError:
            self.damaged[m] += 1
            return
        for frame in frames:
            start = None if frame.pts is None or frame.time_base is None else float(frame.pts * frame.time_base) - self.origin
            if frame.is_corrupt:
                self.damaged[m] += 1
            elif m is Modality.AUDIO:
                yield from self._heard(self.sound.push(cast("AudioFrame", frame), start))
            else:
                yield from self._seen(cast("VideoFrame", frame), start)

    def _seen(self, frame: "VideoFrame", start: float | None) -> Iterator[Item]:
        picture, before = self.streams[Modality.VIDEO].codec_context, self.pictures.last
        yield from self.pictures.push(frame, start)
        if picture.skip_frame == "NONREF" and self.pictures.last - before > _SPARSE:
            picture.skip_frame = "DEFAULT"

    def _heard(self, blocks: Iterator[tuple[np.ndarray, bool]], flush: bool = False) -> Iterator[Item]:
        """Sound in larger pieces than packets: handing over costs more than a packet is worth."""
        for values, present in blocks:
            if present:
                self.batch.append(values)
            if self.batch and (not present or sum(map(len, self.batch)) >= _BATCH):
                yield Heard(np.concatenate(self.batch), present=True)
                self.batch = []
            if not present:
                yield Heard(values, present=False)
        if flush and self.batch:
            yield Heard(np.concatenate(self.batch), present=True)
            self.batch = []

    def _end(self, broken: bool) -> End:
        ends = {m: self.sound.end if m is Modality.AUDIO else self.pictures.end for m in self.streams}
        until, expected = max(ends.values()), round(self.expected * 1_000)
        notes = []
        if until > self.limits.duration:
            notes.append(f"the file is longer than the {clock(self.limits.duration)} allowed; only that was analysed")
        elif expected - until > max(300, expected // 1_000):  # encoders' paddings and last frames stay below this
            notes.append(f"the file breaks off at {clock(until)} of {clock(expected)}; what came before was analysed")
        elif broken:
            notes.append(f"the file breaks off at {clock(until)}; what came before was analysed")
        for m, what in ((Modality.AUDIO, "sound"), (Modality.VIDEO, "picture")):
            lost = self.damaged.get(m, 0) + (self.sound.damaged if m is Modality.AUDIO else self.pictures.damaged)
            if m in ends and lost:
                many = f"{lost} damaged pieces of the {what} were" if lost > 1 else f"1 damaged piece of the {what} was"
                notes.append(f"{many} left out" if ends[m] else f"the {what} cannot be decoded")
        return End(ends, tuple(notes))


def _aspect(picture: "VideoStream | None") -> float:
    ratio = picture.sample_aspect_ratio if picture is not None else None
    return float(ratio) if ratio and 0.1 < ratio < 10 else 1.0


def _spacing(picture: "VideoStream | None") -> float:
    rate = (picture.average_rate or picture.guessed_rate) if picture is not None else None
    return min(1 / float(rate), HELD) if rate else 0.04
