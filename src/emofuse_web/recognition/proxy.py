"""The proxy: a copy of our own making, which alone is analysed and played. Nothing after it reads what a user sent.

H.264 and AAC in an MP4: upright, square pixels, one size, a steady rate, a key frame each second, its index in front, and none of
what cameras write beside: places, devices, names. Time 0 is where the recording begins.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from emofuse.core.errors import MediaError
from emofuse.core.progress import Progress, quiet_progress
from emofuse.media.beside import beside
from emofuse.media.clock import offset
from emofuse.media.probe import Limits, open_media, packets, picture_stream, probe, sound_stream
from emofuse_web.recognition.preflight_walk import clock, promised, short
from emofuse_web.recognition.proxy_picture import Pictures, steady
from emofuse_web.recognition.proxy_sound import LEAP, Sounds
from emofuse_web.recognition.suspicious import LIMITS

if TYPE_CHECKING:
    from av import AudioFrame, AudioStream, Packet, VideoFrame, VideoStream
    from av.container import InputContainer, OutputContainer

MOST = (1_280, 720)  # pixels
PEAKS = 4_000  # of the sound: more than a screen has columns
_CODING = {"preset": "ultrafast", "crf": "23", "tune": "zerolatency"}  # x264's: an hour must not wait for hours; size pays for it
_FORMAT = {"movflags": "+faststart", "fflags": "+bitexact"}  # the latter: not even the muxer's name and version
_MICRO = Fraction(1, 1_000_000)  # seconds; in which FFmpeg counts a file's start and length


@dataclass(frozen=True, slots=True)
class Proxy:
    """What was made.

    Args:
        path: The file.
        picture: Whether it has one.
        sound: Whether it has any.
        duration: In ms.
        start: ms; where the recording began on the clock of the file that was sent.
        later: ms by which sound of its own file was put later.
        damaged: Pieces that could not be decoded.
        notes: What a reader must be told.
        peaks: How loud the sound is at most, 0 to 1, in equal parts of the time.
    """

    path: Path
    picture: bool
    sound: bool
    duration: int
    start: int
    later: int
    damaged: int
    notes: tuple[str, ...] = ()
    peaks: tuple[float, ...] = ()


def make(
    recording: Path,
    into: Path,
    *,
    sound: Path | None = None,
    later: int | None = 0,
    most: tuple[int, int] = MOST,
    threads: int = 1,
    limits: Limits = LIMITS,
    progress: Progress = quiet_progress,
) -> Proxy:
    """Make the proxy of a recording, and of sound that belongs to it in a file of its own.

    Args:
        recording: A video, or sound alone.
        into: Folder; the file is called proxy.mp4, or proxy.m4a where there is no picture.
        sound: Heard instead of the recording's own.
        later: ms by which that is later than the recording; None where it is to be found by what is heard in both.
        most: Sides of the picture, the longer first.
        threads: Of the decoder and of the encoder.
        limits: What is refused before anything is decoded.
        progress: Told about milliseconds done, and in all.

    Raises:
        MediaError: A file is refused, unreadable, or nothing in it can be decoded; or the sound's place cannot be heard.
    """
    facts = [probe(path, limits) for path in (recording, *([sound] if sound else []))]
    if sound is not None and facts[-1].sound is None:
        raise MediaError(f"{sound} has no sound. Expected a voice in it; leave it out, or name a file with sound.")
    notes: list[str] = []
    if sound is not None and later is None:
        found = offset(recording, sound)
        later, notes = found.ms, [f"sound: {found}"]
    first = _first(recording, limits) if facts[0].picture else None
    if facts[0].picture and first is None:
        if not any(one.sound for one in facts):
            raise MediaError(f"No picture of {recording} could be decoded. Expected at least one; copy or export it again.")
        notes.append("the picture cannot be decoded")
    target = into / ("proxy.mp4" if first is not None else "proxy.m4a")
    with beside(target) as unfinished, ExitStack() as opened:
        making = _Making(opened, recording, sound, later or 0, first, most, threads, limits)
        making.write(unfinished, progress)
    return making.proxy(target, notes)


def _first(path: Path, limits: Limits) -> "VideoFrame | None":
    """The first picture that can be decoded, which says how large and how turned all are."""
    with open_media(path, limits) as container:
        picture = picture_stream(container)
        assert picture is not None
        frame: VideoFrame | None = next((frame for _, frame in _decoded(container, [picture], [])), None)
        return frame


def _decoded(container: "InputContainer", streams: "Sequence[Any]", damaged: list[int]) -> Iterator[tuple[int, Any]]:
    """Frames of the streams in the file's order, with the index of their stream, up to where it breaks off."""
    import av

    demuxed = packets(container, streams)
    while True:
        try:
            packet = next(demuxed, None)
        except (av.error.FFmpegError, ValueError):
            damaged.append(1)
            return
        if packet is None:
            return
        try:
            frames: list[Any] = packet.decode()
        except av.error.EOFError:  # asked for more after its end
            continue
        except (av.error.FFmpegError, ValueError):
            damaged.append(1)
            continue
        for frame in frames:
            yield packet.stream.index, frame


def _fewer(peaks: Sequence[float]) -> tuple[float, ...]:
    """At most `PEAKS` of them, each the highest of its part."""
    each = -(-len(peaks) // PEAKS) or 1
    return tuple(round(min(max(peaks[first : first + each]), 1.0), 3) for first in range(0, len(peaks), each))


class _Making:
    """One pass over one or two files."""

    def __init__(
        self,
        opened: ExitStack,
        recording: Path,
        sound: Path | None,
        later: int,
        first: "VideoFrame | None",
        most: tuple[int, int],
        threads: int,
        limits: Limits,
    ) -> None:
        self.path, self.limits, self.threads, self.later = recording, limits, threads, later
        self.main = opened.enter_context(open_media(recording, limits))
        self.other = opened.enter_context(open_media(sound, limits)) if sound is not None else None
        self.start = (self.main.start_time or 0) * _MICRO
        self.damaged: list[int] = []
        self.picture: VideoStream | None = picture_stream(self.main) if first is not None else None
        self.heard: AudioStream | None = sound_stream(self.other or self.main)
        self.expected = float((self.main.duration or 0) * _MICRO)
        own = [stream for stream in (self.picture, None if self.other else self.heard) if stream is not None]
        self.promised = promised(self.main, own) if own else 0.0
        self.pictures: Pictures | None = None
        self.sounds: Sounds | None = None
        if self.picture is not None and first is not None:
            self.picture.thread_type, self.picture.codec_context.thread_count = "AUTO", threads
            aspect = float(self.picture.sample_aspect_ratio or 1)
            rate = steady(self.picture.average_rate or self.picture.guessed_rate)
            self.pictures = Pictures(first, rate, aspect if 0.1 < aspect < 10 else 1.0, most)
        if self.heard is not None:
            ends = float(((self.other or self.main).duration or 0) * _MICRO)
            self.sounds = Sounds(self.heard.rate, self.heard.channels, later / 1_000 if sound else 0.0, ends)
        self.shown = Fraction(0)  # seconds at which the last picture ends
        self.lasts = Fraction(1, 25)  # seconds that a picture is shown where the file does not say

    def write(self, target: Path, progress: Progress) -> None:
        """Decode, fit, encode."""
        import av

        total = round(self.expected * 1_000)
        with av.open(str(target), "w", format="mp4", options=_FORMAT) as made:
            encode = self._encoders(made)
            streams = [one for one in (self.picture, None if self.other else self.heard) if one is not None]
            laid = self._laid(encode)
            for index, frame in _decoded(self.main, streams, self.damaged):
                seconds = self._seconds(frame, self.start)
                if self.picture is not None and index == self.picture.index:
                    self._show(frame, seconds, encode)
                    if self.other is not None:
                        laid(float(self.shown) + 1)
                else:
                    self._hear(frame, seconds, encode)
                done = round(1_000 * float(max(self.shown, Fraction(self.sounds.end if self.sounds and not self.other else 0))))
                self._within(done)
                progress(min(done, total) if total else done, total)
            laid(None)
            self._finish(encode)
        if not self.duration:
            raise MediaError(f"Nothing in {self.path} can be decoded. Expected at least one frame or a moment of sound; export it again.")
        progress(total, total)

    @property
    def duration(self) -> int:
        """In ms, of what was written."""
        ends = [float(self.pictures.end) if self.pictures else 0.0, self.sounds.end if self.sounds else 0.0]
        return round(1_000 * max(ends))

    def proxy(self, target: Path, notes: Sequence[str]) -> Proxy:
        """What was made, in words."""
        lost = len(self.damaged) + (self.sounds.damaged if self.sounds else 0)
        said = [*notes, *self._broken_off(), *([f"damaged pieces that were left out: {lost}"] if lost else [])]
        sound = self.sounds is not None and self.sounds.made > 0
        start = round(1_000 * self.start)
        peaks = _fewer(self.sounds.peaks) if self.sounds else ()
        return Proxy(target, self.pictures is not None, sound, self.duration, start, self.later, lost, tuple(said), peaks)

    def _broken_off(self) -> list[str]:
        """That the recording ends well before its header says; a file that was cut off is read up to there without a complaint."""
        ends = [float(self.pictures.end) if self.pictures else 0.0, self.sounds.end if self.sounds and not self.other else 0.0]
        end, header = max(ends), clock(self.promised)
        return [f"the file breaks off at {clock(end)} of {header}; what came before was analysed"] if short(end, self.promised) else []

    def _encoders(self, made: "OutputContainer") -> Callable[[Any, bool], None]:
        """Make the streams; gives what encodes a frame (of picture or not) and keeps what comes out."""
        outs: dict[bool, Any] = {}
        if self.pictures is not None:
            each = max(1, int(self.pictures.rate))  # a key frame each second
            options = {**_CODING, "x264-params": f"keyint={each}:min-keyint={each}:scenecut=0:sliced-threads=0:sync-lookahead=0"}
            outs[True] = made.add_stream("libx264", rate=self.pictures.rate, options=options)
            outs[True].width, outs[True].height, outs[True].pix_fmt = *self.pictures.size, "yuv420p"
            context = outs[True].codec_context
            context.thread_count, context.time_base, context.color_range = self.threads, 1 / self.pictures.rate, 1
        if self.sounds is not None:
            outs[False] = made.add_stream("aac", rate=self.sounds.rate, layout=self.sounds.layout)

        def encode(frame: "VideoFrame | AudioFrame | None", picture: bool) -> None:
            coded: Sequence[Packet[Any]] = outs[picture].encode(frame)
            for packet in coded:
                made.mux(packet)

        return encode

    def _seconds(self, frame: "VideoFrame | AudioFrame", start: Fraction) -> Fraction | None:
        return None if frame.pts is None or frame.time_base is None else frame.pts * frame.time_base - start

    def _show(self, frame: "VideoFrame", seconds: Fraction | None, encode: Callable[[Any, bool], None]) -> None:
        assert self.pictures is not None
        seconds = self.shown if seconds is None else seconds
        if seconds < 0 or frame.is_corrupt:
            return
        if self.expected and seconds > self.expected + LEAP and seconds > self.shown + Fraction(LEAP):
            self.damaged.append(1)
            return
        if frame.duration and frame.time_base:
            self.lasts = min(frame.duration * frame.time_base, Fraction(1))
        self.shown = max(self.shown, seconds + self.lasts)
        self._within(round(1_000 * seconds))
        for fit in self.pictures.push(frame, seconds):
            encode(fit, True)

    def _hear(self, frame: "AudioFrame", seconds: Fraction | None, encode: Callable[[Any, bool], None]) -> None:
        assert self.sounds is not None
        if seconds is not None:
            self._within(round(1_000 * seconds) + self.later)
        for block in self.sounds.push(frame, None if seconds is None else float(seconds)):
            encode(block, False)

    def _laid(self, encode: Callable[[Any, bool], None]) -> Callable[[float | None], None]:
        """What brings sound of another file up to a second of the recording, or to its end."""
        if self.other is None:
            return lambda until: None
        frames = _decoded(self.other, [self.heard], self.damaged)
        start = (self.other.start_time or 0) * _MICRO

        def bring(until: float | None) -> None:
            assert self.sounds is not None
            while until is None or self.sounds.clock < until:
                found = next(frames, None)
                if found is None:
                    return
                self._hear(found[1], self._seconds(found[1], start), encode)

        return bring

    def _finish(self, encode: Callable[[Any, bool], None]) -> None:
        if self.pictures is not None:
            for fit in self.pictures.close(self.shown):
                encode(fit, True)
            encode(None, True)
        if self.sounds is not None:
            for block in self.sounds.close():
                encode(block, False)
            encode(None, False)

    def _within(self, done: int) -> None:
        if done > self.limits.duration + 1_000 * LEAP:
            raise MediaError(
                f"{self.path} goes on after {self.limits.duration / 1_000:g} seconds, which is the limit. Expected less. Cut it into parts."
            )
