"""What a file is, before anything decodes it, and the one safe way to open it.

The container is told from the content (`emofuse.media.signature`), FFmpeg is held to that one demuxer,
may open nothing but this file, and may use only the decoders listed here, even while it looks for the streams.
"""

import errno
import os
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from emofuse.core.errors import MediaError
from emofuse.media import signature
from emofuse.media.boxes import rotation, squeezed

if TYPE_CHECKING:
    from av import Packet
    from av.audio.stream import AudioStream
    from av.container import InputContainer
    from av.stream import Stream
    from av.video.stream import VideoStream

# fmt: off
PICTURE_CODECS = frozenset({
    "h264", "hevc", "vp8", "vp9", "av1", "mpeg4", "mpeg2video", "mpeg1video", "mjpeg", "prores", "dnxhd", "theora", "h263", "msmpeg4v3",
    "dvvideo", "ffv1", "huffyuv", "rawvideo",
})
SOUND_CODECS = frozenset({
    "aac", "mp3", "mp2", "opus", "vorbis", "flac", "alac", "ac3", "eac3", "speex", "amr_nb", "amr_wb", "adpcm_ms", "adpcm_ima_wav", "wmav2",
    "pcm_u8", "pcm_s8", "pcm_s16le", "pcm_s16be", "pcm_s24le", "pcm_s24be", "pcm_s32le", "pcm_s32be", "pcm_f32le", "pcm_f32be", "pcm_f64le",
    "pcm_f64be", "pcm_alaw", "pcm_mulaw", "pcm_bluray", "pcm_dvd",
})
_DECODERS = {  # decoders that are not called like their codec
    "libdav1d": "av1", "libopus": "opus", "mp3float": "mp3", "mp2float": "mp2", "amrnb": "amr_nb", "libopencore_amrnb": "amr_nb",
    "amrwb": "amr_wb", "libopencore_amrwb": "amr_wb",
}
# fmt: on

_OPEN_TIME = 10.0  # seconds; a backstop against headers that send FFmpeg round in circles
_KINDS = "mp4, mov, mkv, webm, avi, mpg, wav, flac, mp3, m4a, ogg or opus"
_ADVICE = "Save it as mp4 with H.264 and AAC, as any video editor can, and try again."


@dataclass(frozen=True, slots=True)
class Limits:
    """How big a file may be before it is refused.

    Args:
        pixels: Width times height; the default lets 5.3K action cameras in and keeps 8K and decompression bombs out.
        duration: Length in ms.
        streams: Streams of any kind.
        frame_rate: Frames per second.
        sound_rate: Samples per second.
        channels: Channels of sound.
        codecs: What may be decoded, of `PICTURE_CODECS` and `SOUND_CODECS`.
    """

    pixels: int = 4_096 * 4_096
    duration: int = 12 * 3_600_000
    streams: int = 32
    frame_rate: float = 1_000.0
    sound_rate: int = 768_000
    channels: int = 64
    codecs: frozenset[str] = PICTURE_CODECS | SOUND_CODECS


LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class SoundFacts:
    """What the header says of the sound: codec name, samples per second, channels."""

    codec: str
    rate: int
    channels: int


@dataclass(frozen=True, slots=True)
class PictureFacts:
    """What the header says of the picture.

    Args:
        codec: FFmpeg's name.
        width: Pixels, as stored: before `rotation`.
        height: Pixels, as stored.
        rate: Mean frames per second; 0 where the header does not say.
        rotation: Degrees clockwise by which frames are turned for display: 0, 90, 180 or 270.
    """

    codec: str
    width: int
    height: int
    rate: float
    rotation: int


@dataclass(frozen=True, slots=True)
class Probe:
    """What a file is.

    Args:
        path: The file.
        container: A key of `emofuse.media.signature.DEMUXERS`.
        duration: In ms as the header has it; 0 where it does not say (recorded by a browser, say).
        sound: None where there is none.
        picture: None where there is none; cover art is none.
    """

    path: Path
    container: str
    duration: int
    sound: SoundFacts | None
    picture: PictureFacts | None


def probe(path: Path, limits: Limits = LIMITS) -> Probe:
    """Say what a file is without decoding it.

    Raises:
        MediaError: It cannot be read, is no recording, or goes beyond the limits.
    """
    with open_media(path, limits) as container:
        sound, picture = sound_stream(container), picture_stream(container)
        kind = _container(path)
        return Probe(
            path=path,
            container=kind,
            duration=_duration(container),
            sound=SoundFacts(_codec(sound), sound.rate, sound.channels) if sound else None,
            picture=PictureFacts(
                _codec(picture),
                picture.width,
                picture.height,
                _frame_rate(picture),
                rotation(path, picture.id) if signature.DEMUXERS[kind] == "mov" else 0,
            )
            if picture
            else None,
        )


def open_media(path: Path, limits: Limits = LIMITS) -> "InputContainer":
    """Open a file for demuxing, after every check that `probe` makes. Close it, or use it in a ``with``.

    Decoders of its pictures refuse frames above the limit too, should a stream grow on the way; none but the codecs allowed is started.

    Raises:
        MediaError: It cannot be read, is no recording, or goes beyond the limits.
    """
    kind = _container(path)
    if signature.DEMUXERS[kind] == "mov" and squeezed(path):
        raise MediaError(
            f"{path} has a compressed index, as QuickTime wrote until 2001; it could unpack to any size. Expected a plain one. {_ADVICE}"
        )
    decoders = limits.codecs | {name for name, codec in _DECODERS.items() if codec in limits.codecs}
    container = _demuxer(path, kind, decoders, limits)
    try:
        if any(stream.width == 0 for stream in _moving(container) if stream.codec_context is not None):
            with _demuxer(path, kind, frozenset({"none"}), limits) as undecoded:  # a decoder that refuses a size also forgets it
                _check(path, undecoded, limits)
        _check(path, container, limits)
        held = {"codec_whitelist": ",".join(sorted(decoders))}  # what the demuxer is held to does not hold its streams
        for stream in (*container.streams.video, *container.streams.audio):
            if stream.codec_context is not None:  # None where FFmpeg has no decoder
                pixels = {"max_pixels": str(limits.pixels)} if stream.type == "video" else {}
                stream.codec_context.options = {**held, **pixels}
    except BaseException:
        container.close()
        raise
    return container


def _demuxer(path: Path, kind: str, decoders: frozenset[str], limits: Limits) -> "InputContainer":
    """FFmpeg on this file, held to one demuxer and, while it looks for streams, to these decoders.

    Raises:
        MediaError: It finds no streams it can read.
    """
    import av  # here because it takes 0.1 s, which the command line's help must not

    options = {"protocol_whitelist": "file", "codec_whitelist": ",".join(sorted(decoders)), "max_pixels": str(limits.pixels)}
    if signature.DEMUXERS[kind] == "mov":
        options |= {"enable_drefs": "0", "use_absolute_path": "0"}  # media data lies in this file or nowhere
    try:
        return av.open(
            f"file:{path.absolute()}",  # the prefix keeps FFmpeg from reading "concat:..." or "%d" in a name as an order
            format=signature.DEMUXERS[kind],
            options=options,
            timeout=(_OPEN_TIME, None),
            metadata_errors="replace",
        )
    except (av.error.FFmpegError, OSError, ValueError) as error:
        raise MediaError(_unreadable(path, kind)) from error


def packets(container: "InputContainer", streams: "Iterable[AudioStream | VideoStream]") -> "Iterator[Packet[Stream]]":
    """What lies in some streams of a file, in the file's order; then an empty packet for each, which asks its decoder for the rest.

    Raises:
        av.error.FFmpegError: The file cannot be read any further.
    """
    demuxed = container.demux(*streams)
    while True:
        try:
            packet = next(demuxed, None)
        except IndexError:  # PyAV 18 stumbles at the end over streams that began on the way, as damaged MPEG files have them
            return
        if packet is None:
            return
        yield packet


def sound_stream(container: "InputContainer") -> "AudioStream | None":
    """The sound to analyse: the first that can be decoded; None where there is none."""
    return next((s for s in container.streams.audio if _codec(s) in SOUND_CODECS and s.rate > 0 and s.channels > 0), None)


def picture_stream(container: "InputContainer") -> "VideoStream | None":
    """The picture to analyse: the first that can be decoded and moves; None where there is none. Cover art does not move."""
    return next((s for s in _moving(container) if _codec(s) in PICTURE_CODECS and s.width > 0 and s.height > 0), None)


def _container(path: Path) -> str:
    head = _head(path)
    kind = signature.container(head)
    if kind is None:
        raise MediaError(f"{path} is {signature.description(head)}, not a recording. Expected {_KINDS}, whatever its name. {_ADVICE}")
    return kind


def _head(path: Path) -> bytes:
    """The first bytes of a file; looks before it opens, because opening a pipe or a device may wait for ever.

    Raises:
        MediaError: Missing, not a file, not ours to read, or empty.
    """
    try:
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            raise MediaError(f"{path} is a folder. Expected one file with sound, picture or both. Name a file in it.")
        if not stat.S_ISREG(mode):
            raise MediaError(f"{path} is a pipe or a device. Expected a file on disk. Save the recording first, then name that file.")
        if not os.access(path, os.R_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        with path.open("rb") as file:
            head = file.read(signature.HEAD)
    except MediaError:  # a ValueError, too
        raise
    except PermissionError as error:
        raise MediaError(
            f"{path} may not be read by this user. Expected a file with read permission. Change that (chmod u+r), or copy the file."
        ) from error
    except (FileNotFoundError, NotADirectoryError) as error:
        raise MediaError(f"There is no file {path}. Expected a recording there. Check the spelling and the folder.") from error
    except (OSError, ValueError) as error:  # ValueError: a null byte in the name
        raise MediaError(f"{path} cannot be read ({error}). Expected a readable file on disk. Copy it elsewhere and try again.") from error
    if not head:
        raise MediaError(f"{path} is empty. Expected a recording ({_KINDS}). Copy or export it again; the transfer probably stopped.")
    return head


def _check(path: Path, container: "InputContainer", limits: Limits) -> None:
    """Hold what the headers say against the limits and the list of codecs.

    Raises:
        MediaError: The first thing that does not pass.
    """
    streams = container.streams
    _within(path, len(streams), limits.streams, "streams", "Keep one sound and one picture.")
    pictures = _moving(container)
    if not pictures and not streams.audio:
        raise MediaError(f"{path} has neither sound nor picture. Expected at least one of them. Check the export, and choose another file.")
    for found, codecs, what in ((pictures, PICTURE_CODECS, "picture"), (streams.audio, SOUND_CODECS, "sound")):
        names = [_codec(stream) for stream in found]
        first = next((name for name in names if name in codecs), names[0] if names else "")  # what would be analysed
        if names and first not in codecs & limits.codecs:
            raise MediaError(
                f"The {what} in {path} is coded as {first}, which is not decoded here. "
                f"Expected one of {', '.join(sorted(codecs & limits.codecs))}. {_ADVICE}"
            )
    picture, sound = picture_stream(container), sound_stream(container)
    if picture is None and sound is None:
        raise MediaError(_unreadable(path, _container(path)))
    for stream in (s for s in pictures if s.codec_context is not None):
        _within(path, stream.width * stream.height, limits.pixels, f"pixels ({stream.width}x{stream.height})", "Make the picture smaller.")
        _within(path, _frame_rate(stream), limits.frame_rate, "frames a second", "Save it at 25 or 30.")
    for track in (s for s in streams.audio if s.codec_context is not None):
        _within(path, track.rate, limits.sound_rate, "samples of sound a second", "Save it at 48000.")
        _within(path, track.channels, limits.channels, "channels of sound", "Save it in stereo.")
    _within(path, _duration(container) / 1_000, limits.duration / 1_000, "seconds", "Cut it into parts.")


def _within(path: Path, value: float, limit: float, unit: str, remedy: str) -> None:
    if value > limit:
        raise MediaError(
            f"{path} says that it has {value:.12g} {unit}. Expected at most {limit:.12g}. {remedy} "
            f"Or raise the limit (emofuse.media.probe.Limits)."
        )


def _unreadable(path: Path, kind: str) -> str:
    late = kind in ("mp4", "mov", "m4a")
    reason = "; most such files have their index at the end, and a copy that broke off lacks it" if late else ""
    return f"{path} begins like {kind}, but its streams cannot be read{reason}. Expected a complete file. Copy or export it again."


def _moving(container: "InputContainer") -> "list[VideoStream]":
    from av.stream import Disposition

    still = Disposition.attached_pic | Disposition.timed_thumbnails
    return [stream for stream in container.streams.video if not stream.disposition & still]


def _codec(stream: "AudioStream | VideoStream") -> str:
    """FFmpeg's name of the codec, whichever decoder would be used for it."""
    return stream.codec_context.codec.canonical_name if stream.codec_context is not None else "something unknown"


def _frame_rate(stream: "VideoStream") -> float:
    return float(stream.average_rate or stream.guessed_rate or 0)


def _duration(container: "InputContainer") -> int:
    return max(0, round((container.duration or 0) / 1_000))  # av counts microseconds
