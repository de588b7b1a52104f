"""Burn a timeline into a copy of its video: same times, same sound, H.264 in MP4 that a browser plays.

Nothing here knows how the answer was found.
"""

import errno
import logging
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from emofuse.core.errors import MediaError
from emofuse.core.provenance import provenance
from emofuse.core.timeline import STEP, Timeline
from emofuse.media.beside import beside
from emofuse.media.panel import Panel
from emofuse.media.probe import open_media, packets, picture_stream, sound_stream

if TYPE_CHECKING:
    from av import AudioFrame, AudioResampler, AudioStream, Packet, VideoFrame, VideoStream
    from av.container import InputContainer, OutputContainer

_COPIED = frozenset({"aac", "mp3", "opus", "flac"})  # sound that MP4 carries and browsers play; all else becomes AAC
_AAC_RATES = (48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8_000, 64_000, 88_200, 96_000)  # Hz
CODING = MappingProxyType({"crf": "20", "preset": "veryfast"})  # x264's; what is added is sharp letters, the rest is a second coding
_FULL, _BT709 = 2, 1  # FFmpeg's numbers for a brightness from 0 to 255, and for BT.709 colours
_DISK = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EACCES, errno.EPERM, errno.EROFS, errno.EIO, errno.ENOENT}
_LEAP = 2_000  # ms beyond the end of what was judged; a later time is damage
_MICRO = Fraction(1, 1_000_000)  # seconds; in which FFmpeg counts a file's start

logger = logging.getLogger(__name__)


def _quietly(done: int, total: int) -> None:
    """Say nothing."""


def annotate(
    video: Path,
    target: Path,
    timeline: Timeline,
    progress: Callable[[int, int], None] = _quietly,
    *,
    coding: Mapping[str, str] = CODING,
) -> None:
    """Write the same video with the current label, its probability and a bar an emotion in the upper left corner.

    Frames keep their times, also where they come at a varying rate; sound is copied where MP4 and browsers take it.
    Turned pictures are stored upright; sides of an odd length lose their last line, which H.264 cannot keep.
    Who answered, and the sentence of limits, are its comment; nothing of the recording's own metadata is kept.

    Args:
        video: The recording that was judged.
        target: The new file (MP4); written beside and renamed.
        timeline: The answer to show.
        progress: Told about milliseconds done, and in all.
        coding: How x264 codes it.

    Raises:
        MediaError: There is no picture, or the target cannot be written.
    """
    import av

    with open_media(video) as source:
        if picture_stream(source) is None:
            raise MediaError(f"{video} has no picture to write on. Expected a video; keep the answer as subtitles (vtt, srt) instead.")
        with beside(target) as unfinished:
            try:
                with av.open(str(unfinished), "w", format="mp4", options={"movflags": "+faststart"}) as made:
                    made.metadata["comment"] = provenance(timeline)
                    _Copy(source, made, timeline, coding).run(progress)
            except av.error.FFmpegError as error:
                if error.errno in _DISK:
                    raise OSError(error.errno, error.strerror) from error
                raise MediaError(
                    f"{video} could not be copied with the answer on it ({error.strerror}). Expected a video that can be coded again; "
                    f"save it as mp4 with H.264 and AAC, as any video editor can, and try again."
                ) from error


class _Copy:
    """One pass over the source: pictures through the panel and the encoder, sound past them."""

    def __init__(self, source: "InputContainer", made: "OutputContainer", timeline: Timeline, coding: Mapping[str, str]) -> None:
        picture, sound = picture_stream(source), sound_stream(source)
        assert picture is not None
        self.source, self.made, self.timeline, self.coding = source, made, timeline, dict(coding)
        self.picture: VideoStream = picture
        self.picture.thread_type = "AUTO"
        self.base = picture.time_base or Fraction(1, 1_000)
        self.sound: AudioStream | None = sound
        self.start = (source.start_time or 0) * _MICRO  # of the recording's clock, on that of the file
        self.spans, self.cells = timeline.spans(), timeline.on(STEP)
        self.begins = [span.segment.start for span in self.spans]
        self.drawn: VideoStream | None = None
        self.panel: Panel | None = None
        self.heard: AudioStream | None = None
        self.kind: tuple[str, str, int] | None = None  # format, layout and rate that `fitting` takes
        self.fitting: AudioResampler | None = None
        self.last: dict[int, int] = {}  # latest time written, by index of the stream made
        self.step = 1  # time between the last two pictures
        self.copied = False
        self.damaged = 0

    def run(self, progress: Callable[[int, int], None]) -> None:
        """Copy everything that can be read."""
        waiting: list[Packet[Any]] = []  # sound that comes before the first picture, which says what the header must say
        for packet in self._packets():
            if packet.stream is self.picture:
                for frame in self._decoded(packet):
                    self._draw(frame)
                    if self.timeline.duration:
                        progress(min(self._milliseconds(frame), self.timeline.duration), self.timeline.duration)
            else:
                waiting.append(packet)
            if self.drawn is not None:
                for sound in waiting:
                    self._pass(sound)
                waiting.clear()
        if self.drawn is None:
            raise MediaError(
                f"No picture of {self.source.name.removeprefix('file:')} could be decoded. Expected at least one; copy or export it again."
            )
        self._finish()
        if self.damaged:
            logger.warning("Damaged pieces that the annotated copy lacks: %d.", self.damaged)
        progress(self.timeline.duration, self.timeline.duration)

    def _packets(self) -> "Iterator[Packet[Any]]":
        """What the file holds of sound and picture, up to where it breaks off; then an empty packet a stream."""
        import av

        streams = [stream for stream in (self.picture, self.sound) if stream is not None]
        demuxed = packets(self.source, streams)
        while True:
            try:
                packet = next(demuxed, None)
            except (av.error.FFmpegError, ValueError):
                self.damaged += 1
                return
            if packet is None:
                return
            yield packet

    def _decoded(self, packet: "Packet[Any]") -> "list[Any]":
        """Frames of a packet, of picture or sound; none where it is damaged, which is counted."""
        import av

        try:
            frames: list[Any] = packet.decode()
        except av.error.EOFError:  # asked for more after its end
            return []
        except (av.error.FFmpegError, ValueError):
            self.damaged += 1
            return []
        return frames

    def _milliseconds(self, frame: "VideoFrame") -> int:
        return max(0, round(self._seconds(frame) * 1_000))

    def _seconds(self, frame: "VideoFrame") -> Fraction:
        return (frame.pts or 0) * (frame.time_base or self.base) - self.start

    def _draw(self, frame: "VideoFrame") -> None:
        """One picture, with the panel on it, to the encoder."""
        if frame.pts is None or self._milliseconds(frame) > self.timeline.duration + _LEAP:
            return
        upright = _upright(frame)
        if self.drawn is None:
            self._begin(upright, turned=round(frame.rotation / 90) % 2 == 1)
        assert self.drawn is not None
        assert self.panel is not None
        if (upright.width, upright.height) != (self.drawn.width, self.drawn.height):  # streams may change on the way
            upright = upright.reformat(width=self.drawn.width, height=self.drawn.height)
        pts = round(self._seconds(frame) / self.base)
        before = self.last.get(self.drawn.index)
        if pts < 0 or (before is not None and pts <= before):
            return
        self.step = frame.duration or (pts - before if before is not None else self.step)
        self.last[self.drawn.index] = pts
        now = min(self._milliseconds(frame), self.timeline.duration - 1)
        span = self.spans[bisect_right(self.begins, now) - 1]
        self.panel.overlay(span, self.cells.scores[now // STEP]).lay(_planes(upright))
        upright.pts, upright.time_base, upright.duration = pts, self.base, self.step
        upright.pict_type = 0  # the decoder's kinds of frames are not orders to the encoder
        self._write(self.drawn.encode(upright))

    def _begin(self, first: "VideoFrame", *, turned: bool) -> None:
        """Make the new file's streams, now that the first picture is known."""
        rate = self.picture.average_rate or self.picture.guessed_rate or Fraction(25)
        made = self.made.add_stream("libx264", rate=min(max(rate, Fraction(1)), Fraction(1_000)), options=self.coding)
        aspect = self.picture.sample_aspect_ratio or Fraction(1)
        aspect = 1 / aspect if turned and aspect > 0 else aspect
        made.width, made.height, made.pix_fmt = first.width, first.height, "yuv420p"
        context = made.codec_context
        context.time_base = self.base
        context.sample_aspect_ratio = aspect
        context.color_range, context.colorspace = first.color_range, first.colorspace
        context.color_primaries, context.color_trc = first.color_primaries, first.color_trc
        matrix = 709 if first.colorspace == _BT709 or (first.colorspace == 2 and first.height >= 720) else 601
        self.panel = Panel(first.width, first.height, self.timeline.labels, float(aspect or 1), matrix, full=first.color_range == _FULL)
        self.drawn = made
        if self.sound is not None:
            self.heard = self._sound_made(self.sound)

    def _sound_made(self, sound: "AudioStream") -> "AudioStream":
        codec = sound.codec_context.codec.canonical_name
        raw = codec == "aac" and not sound.codec_context.extradata  # AAC of broadcasts, whose header lies in every packet
        self.copied = codec in _COPIED and not raw
        if self.copied:
            return self.made.add_stream_from_template(sound)
        rate = sound.rate if sound.rate in _AAC_RATES else _AAC_RATES[0]
        layout = "mono" if sound.channels == 1 else "stereo"  # what browsers and every AAC decoder take
        return self.made.add_stream("aac", rate=rate, layout=layout)

    def _pass(self, packet: "Packet[Any]") -> None:
        """One packet of sound: as it is, or through the AAC encoder."""
        assert self.heard is not None
        if not self.copied:
            for frame in self._decoded(packet):
                if frame.pts is not None and frame.time_base:
                    frame.pts -= round(self.start / frame.time_base)
                for fitting in self._fitted(frame):
                    self._write(self.heard.encode(fitting))
            return
        told = [time for time in (packet.pts, packet.dts) if time is not None]
        if not told:
            return
        shift = round(self.start / packet.time_base)
        pts, dts = told[0] - shift, told[-1] - shift
        if dts <= self.last.get(self.heard.index, dts - 1) or pts * packet.time_base * 1_000 > self.timeline.duration + _LEAP:
            return
        packet.pts, packet.dts, self.last[self.heard.index] = pts, dts, dts
        packet.stream = self.heard
        self.made.mux(packet)

    def _fitted(self, frame: "AudioFrame") -> "Iterator[AudioFrame]":
        """Sound as the encoder was told that it would be: broadcasts change their channels on the way, and damage changes the rest."""
        import av

        assert self.heard is not None
        kind = (frame.format.name, frame.layout.name, frame.sample_rate)
        if kind != self.kind:
            if self.fitting is not None:
                yield from self.fitting.resample(None)
            context = self.heard.codec_context
            self.kind, self.fitting = kind, av.AudioResampler(context.format, context.layout, context.sample_rate)
        assert self.fitting is not None
        try:
            yield from self.fitting.resample(frame)
        except (av.error.FFmpegError, ValueError):
            self.damaged += 1

    def _finish(self) -> None:
        assert self.drawn is not None
        self._write(self.drawn.encode(None))
        if self.heard is not None and not self.copied:
            for fitting in self.fitting.resample(None) if self.fitting is not None else ():
                self._write(self.heard.encode(fitting))
            self._write(self.heard.encode(None))

    def _write(self, packets: "Sequence[Packet[Any]]") -> None:
        for packet in packets:
            self.made.mux(packet)


def _upright(frame: "VideoFrame") -> "VideoFrame":
    """The frame as 4:2:0 of 8 bits that may be written into, standing upright, its sides even."""
    import av

    turns = round(-frame.rotation / 90) % 4  # clockwise; FFmpeg counts the other way
    if frame.format.name != "yuv420p" or min(frame.width, frame.height) < 2:
        pts, base, duration = frame.pts, frame.time_base, frame.duration
        frame = frame.reformat(max(frame.width, 2), max(frame.height, 2), "yuv420p", dst_color_range=1)
        frame.pts, frame.time_base, frame.duration = pts, base, duration
    if not turns and not frame.width % 2 and not frame.height % 2:
        frame.make_writable()  # others may still be predicted from it
        return frame
    width, height = (frame.height, frame.width) if turns % 2 else (frame.width, frame.height)
    made = av.VideoFrame(width // 2 * 2, height // 2 * 2, "yuv420p")
    for old, new in zip(_planes(frame), _planes(made), strict=True):
        new[...] = np.rot90(old, -turns)[: new.shape[0], : new.shape[1]]
    made.color_range, made.colorspace = frame.color_range, frame.colorspace
    made.color_primaries, made.color_trc = frame.color_primaries, frame.color_trc
    return made


def _planes(frame: "VideoFrame") -> list[np.ndarray]:
    """Brightness and both colours as they lie in memory. Shape: (height, width), and half of both twice; uint8."""
    views = []
    for plane in frame.planes:
        rows = np.frombuffer(memoryview(plane), np.uint8, count=plane.line_size * plane.height).reshape(plane.height, plane.line_size)
        views.append(rows[:, : plane.width])
    return views
