import contextlib
import errno
import os
import socket
import struct
import tempfile
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from emofuse.core.errors import MediaError
from emofuse.media.probe import Limits, PictureFacts, SoundFacts, open_media, packets, picture_stream, probe


def recording(
    path: Path,
    *,
    muxer: str = "mp4",
    picture: str | None = "libx264",
    sound: str | None = "aac",
    size: tuple[int, int] = (64, 48),
    rate: int = 25,
    frames: int = 10,
    hertz: int = 48_000,
    layout: str = "stereo",
    turned: int = 0,
) -> Path:
    """A small real file: grey frames that brighten, and a quiet tone."""
    with av.open(str(path), "w", format=muxer) as file:
        if picture:
            video = file.add_stream(picture, rate=rate)
            video.width, video.height, video.pix_fmt = *size, "yuvj420p" if picture == "mjpeg" else "yuv420p"
            if turned:
                video.set_display_rotation(turned)
        if sound:
            audio = file.add_stream(sound, rate=hertz, layout=layout)
        if picture:
            for i in range(frames):
                frame = av.VideoFrame.from_ndarray(np.full((size[1], size[0]), 16 + i % 200, np.uint8), format="gray")
                frame.pts, frame.time_base = i, Fraction(1, rate)
                file.mux(video.encode(frame.reformat(format=video.pix_fmt)))
            file.mux(video.encode(None))
        if sound:
            length = max(frames * hertz // rate, 1)
            wave = (0.1 * np.sin(2 * np.pi * 220 * np.arange(length) / hertz)).astype(np.float32)
            channels = audio.codec_context.layout.nb_channels
            for first in range(0, length, 960):
                part = np.repeat(wave[None, first : first + 960], channels, axis=0)
                block = av.AudioFrame.from_ndarray(np.ascontiguousarray(part), format="fltp", layout=layout)
                block.sample_rate, block.pts, block.time_base = hertz, first, Fraction(1, hertz)
                file.mux(audio.encode(block))
            file.mux(audio.encode(None))
    return path


@pytest.mark.parametrize(
    ("container", "muxer", "picture", "sound"),
    [
        ("mp4", "mp4", "libx264", "aac"),
        ("mov", "mov", "libx264", "pcm_s16le"),
        ("mkv", "matroska", "libx264", "flac"),
        ("webm", "webm", "libvpx-vp9", "libopus"),
        ("avi", "avi", "mpeg4", "libmp3lame"),
        ("mpg", "mpeg", "mpeg2video", "mp2"),
        ("ts", "mpegts", "libx264", "aac"),
        ("wav", "wav", None, "pcm_s16le"),
        ("flac", "flac", None, "flac"),
        ("mp3", "mp3", None, "libmp3lame"),
        ("m4a", "ipod", None, "aac"),
        ("ogg", "ogg", None, "flac"),
        ("opus", "opus", None, "libopus"),
    ],
)
def test_a_container_is_known_by_its_content_whatever_its_name(
    tmp_path: Path, container: str, muxer: str, picture: str | None, sound: str
) -> None:
    path = recording(tmp_path / "recording.txt", muxer=muxer, picture=picture, sound=sound, frames=25)

    found = probe(path)

    assert found.container == container
    assert abs(found.duration - 1_000) <= 80
    assert (found.picture is not None) == (picture is not None)
    assert found.sound is not None


def test_codecs_sizes_and_rates_are_told(tmp_path: Path) -> None:
    path = recording(tmp_path / "a.mp4", hertz=44_100, layout="mono", size=(80, 60), rate=30)

    found = probe(path)

    assert found.sound == SoundFacts("aac", 44_100, 1)
    assert found.picture == PictureFacts("h264", 80, 60, 30.0, 0)


@pytest.mark.parametrize("muxer", ["mp4", "mov"])
@pytest.mark.parametrize("turned", [90, 180, 270])
def test_a_turned_picture_is_told_clockwise_as_the_decoder_tells_it(tmp_path: Path, muxer: str, turned: int) -> None:
    path = recording(tmp_path / "a.mp4", muxer=muxer, turned=turned)

    found = probe(path)

    with open_media(path) as container:
        decoded = next(container.decode(picture_stream(container)))
    assert found.picture is not None
    assert found.picture.rotation == -decoded.rotation % 360 != 0


def test_cover_art_is_not_a_picture_stream(tmp_path: Path) -> None:
    path = tmp_path / "song.m4a"
    with av.open(str(path), "w", format="mp4") as file:
        audio = file.add_stream("aac", rate=48_000, layout="mono")
        cover = file.add_stream("mjpeg", rate=1)
        cover.width, cover.height, cover.pix_fmt = 64, 64, "yuvj420p"
        cover.disposition = av.stream.Disposition.attached_pic
        file.mux(cover.encode(av.VideoFrame.from_ndarray(np.zeros((96, 64), np.uint8), format="yuvj420p")))
        for first in range(0, 48_000, 960):
            block = av.AudioFrame.from_ndarray(np.zeros((1, 960), np.float32), format="fltp", layout="mono")
            block.sample_rate, block.pts = 48_000, first
            file.mux(audio.encode(block))
        file.mux(audio.encode(None))

    found = probe(path)

    assert found.picture is None
    assert found.sound is not None


@pytest.mark.corpus
def test_every_real_clip_is_told(shared: Path) -> None:
    for path in sorted((shared / "clips").glob("*.mp4")):
        found = probe(path)

        assert found.sound is not None and found.sound.codec == "aac"
        assert found.picture is not None and found.picture.codec == "h264"
        assert found.duration > 2_500


# Disguises. Each points at a server that counts its visitors and at a pipe that keeps whoever opens it.


@pytest.fixture
def visited() -> Iterator[tuple[int, list[bytes]]]:
    """A port of this machine, and what has been sent to it."""
    visits: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def listen() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                visits.append(connection.recv(100))
                connection.close()

        thread = threading.Thread(target=listen, daemon=True)
        thread.start()
        yield server.getsockname()[1], visits
        server.shutdown(socket.SHUT_RDWR)
        thread.join(1)


DISGUISES: dict[str, tuple[str, str]] = {
    "hls": (
        "an HLS playlist",
        "#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:5,\nhttp://127.0.0.1:{port}/a.ts\n#EXTINF:5,\n{pipe}\n#EXT-X-ENDLIST\n",
    ),
    "ffconcat": ("an ffconcat script", "ffconcat version 1.0\nfile '{pipe}'\nfile 'http://127.0.0.1:{port}/b.mp4'\n"),
    "concat without its header": ("a list of files to concatenate", "file '{pipe}'\nfile 'tcp://127.0.0.1:{port}'\n"),
    "sdp": (
        "an SDP session description",
        "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=-\nc=IN IP4 127.0.0.1\nt=0 0\na=control:rtsp://127.0.0.1:{port}/\nm=video {port} RTP/AVP 96\n",
    ),
    "dash": (
        "a DASH manifest",
        '<?xml version="1.0"?>\n<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" mediaPresentationDuration="PT5S"><Period>'
        '<AdaptationSet><Representation id="1" mimeType="video/mp4"><BaseURL>http://127.0.0.1:{port}/c.mp4</BaseURL>'
        "</Representation></AdaptationSet></Period></MPD>",
    ),
    "image2": ("a pattern of picture names (image2)", "{pipe}%03d.png\n"),
    "lavfi": ("a filter graph", "movie={pipe}[out0]"),
    "svg": (
        "an SVG drawing",
        '<?xml version="1.0"?><!-- drawn --><svg xmlns="http://www.w3.org/2000/svg"><image href="http://127.0.0.1:{port}/d.png"/></svg>',
    ),
    "xspf": ("a playlist", "<playlist><track><location>http://127.0.0.1:{port}/e.mp4</location></track></playlist>"),
    "quicktime reference": ("a playlist", "[Reference]\nRef1=http://127.0.0.1:{port}/f.mov\n"),
    "address": ("an address", "concat:{pipe}|http://127.0.0.1:{port}/g.ts"),
    "text": ("text", "This is how I felt on Monday: angry.\n"),
    "hls after a byte order mark": ("an HLS playlist", "\ufeff\n#EXTM3U\nhttp://127.0.0.1:{port}/h.ts\n"),
}


@pytest.mark.parametrize("suffix", [".mp4", ".mkv", ".wav", ".m3u8"])
@pytest.mark.parametrize("disguise", DISGUISES)
def test_a_disguise_is_named_and_what_it_points_to_is_left_alone(
    tmp_path: Path, visited: tuple[int, list[bytes]], disguise: str, suffix: str
) -> None:
    port, visits = visited
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    what, content = DISGUISES[disguise]
    path = tmp_path / f"clip{suffix}"
    path.write_text(content.format(port=port, pipe=pipe), encoding="utf-8")
    began = time.monotonic()

    with pytest.raises(MediaError, match="not a recording") as error:
        probe(path)

    assert f"is {what}, not a recording" in str(error.value)
    assert time.monotonic() - began < 3
    with pytest.raises(OSError) as nobody:  # a pipe opened for writing without waiting fails where nobody reads
        os.open(pipe, os.O_WRONLY | os.O_NONBLOCK)
    assert nobody.value.errno == errno.ENXIO
    assert visits == []


def test_media_data_that_an_mp4_refers_to_elsewhere_is_left_alone(tmp_path: Path) -> None:
    pipe = tmp_path / "elsewhere.mp4"
    path = recording(tmp_path / "clip.mp4", muxer="mov", sound=None)
    content = path.read_bytes()
    at = content.index(b"dref") - 4
    size = struct.unpack(">I", content[at : at + 4])[0]
    entry = struct.pack(">I4sI", 12 + len(os.fsencode(pipe)) + 1, b"url ", 0) + os.fsencode(pipe) + b"\0"
    box = struct.pack(">I4sII", 16 + len(entry), b"dref", 0, 1) + entry
    changed = bytearray(content[:at] + box + content[at + size :])
    for kind in (b"moov", b"trak", b"mdia", b"minf", b"dinf"):
        start = changed.index(kind) - 4
        struct.pack_into(">I", changed, start, struct.unpack_from(">I", changed, start)[0] + len(box) - size)
    path.write_bytes(changed)
    os.mkfifo(pipe)

    with open_media(path) as container:
        packets = [packet.size for packet in container.demux(video=0)]

    assert packets
    with pytest.raises(OSError):
        os.open(pipe, os.O_WRONLY | os.O_NONBLOCK)


@pytest.mark.parametrize("name", ["concat:a.mp4", "http:clip.mp4", "frame%03d.mp4", "-i.mp4", "a\nb.mp4", "Ärger 😀.mp4", "pipe:0"])
def test_a_strange_name_is_only_a_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    recording(tmp_path / name)
    monkeypatch.chdir(tmp_path)

    found = probe(Path(name))

    assert found.picture is not None


# What is no file, or none that can be read.


def nothing(folder: Path) -> Path:
    return folder / "missing.mp4"


def a_folder(folder: Path) -> Path:
    (folder / "clip.mp4").mkdir()
    return folder / "clip.mp4"


def an_empty_file(folder: Path) -> Path:
    (folder / "clip.mp4").touch()
    return folder / "clip.mp4"


def a_pipe(folder: Path) -> Path:
    os.mkfifo(folder / "clip.mp4")
    return folder / "clip.mp4"


def noise(folder: Path) -> Path:
    (folder / "clip.mp4").write_bytes(np.random.default_rng(0).bytes(50_000))
    return folder / "clip.mp4"


def zeros(folder: Path) -> Path:
    (folder / "clip.mp4").write_bytes(bytes(50_000))
    return folder / "clip.mp4"


def a_photograph(folder: Path) -> Path:
    (folder / "clip.mp4").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100))
    return folder / "clip.mp4"


def a_header_alone(folder: Path) -> Path:
    (folder / "clip.mp4").write_bytes(b"\0\0\0\x20ftypisom\0\0\x02\0isomiso2avc1mp41\0\0\0\x10moov\0\0\0\0")
    return folder / "clip.mp4"


def a_file_without_its_index(folder: Path) -> Path:
    path = recording(folder / "clip.mp4")
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    return path


@pytest.mark.parametrize(
    ("arrange", "what"),
    [
        (nothing, "There is no file"),
        (lambda folder: an_empty_file(folder) / "inside.mp4", "There is no file"),
        (a_folder, "is a folder"),
        (an_empty_file, "is empty"),
        (a_pipe, "is a pipe or a device"),
        (lambda folder: Path("/dev/zero"), "is a pipe or a device"),
        (lambda folder: Path("a\0b.mp4"), "cannot be read"),
        (noise, "is none of the recordings known here"),
        (zeros, "is none of the recordings known here"),
        (a_photograph, r"is a still picture \(PNG\)"),
        (a_header_alone, "streams cannot be read|neither sound nor picture"),
        (a_file_without_its_index, "streams cannot be read; most such files have their index at the end"),
    ],
)
def test_what_cannot_be_read_is_said_in_three_parts(tmp_path: Path, arrange: Callable[[Path], Path], what: str) -> None:
    path = arrange(tmp_path)
    began = time.monotonic()

    with pytest.raises(MediaError, match=what) as error:
        probe(path)

    assert "Expected" in str(error.value)
    assert str(error.value).count(". ") >= 2
    assert time.monotonic() - began < 3


@contextlib.contextmanager
def nobody() -> Iterator[None]:
    """Be a user who may not read everything, should we be the superuser, who may."""
    superuser = os.geteuid() == 0
    if superuser:
        os.seteuid(65_534)
    try:
        yield
    finally:
        if superuser:
            os.seteuid(0)


@pytest.mark.parametrize("what", ["file", "folder"])
def test_what_may_not_be_read_is_refused(what: str) -> None:
    with tempfile.TemporaryDirectory() as name:  # not tmp_path, which another user may not even enter
        folder = Path(name)
        path = recording(folder / "clip.mp4")
        path.chmod(0o000 if what == "file" else 0o644)
        folder.chmod(0o755 if what == "file" else 0o000)

        with nobody(), pytest.raises(MediaError, match="may not be read") as error:
            probe(path)

        folder.chmod(0o755)
    assert "Expected" in str(error.value)


@pytest.mark.parametrize(
    ("limits", "what"),
    [
        (Limits(pixels=63 * 48), r"3072 pixels \(64x48\)"),
        (Limits(duration=200), "0.4[0-9]* seconds"),
        (Limits(streams=1), "2 streams"),
        (Limits(frame_rate=24), "25 frames a second"),
        (Limits(sound_rate=16_000), "48000 samples of sound a second"),
        (Limits(channels=1), "2 channels of sound"),
    ],
)
def test_what_goes_beyond_the_limits_is_refused(tmp_path: Path, limits: Limits, what: str) -> None:
    path = recording(tmp_path / "clip.mp4")

    with pytest.raises(MediaError, match=what):
        probe(path, limits)


def claiming(path: Path, size: int, *, in_header: bool) -> Path:
    """A file whose pictures, and header, say that they are larger than they are."""
    content = bytearray(recording(path, muxer="avi", picture="mjpeg", sound=None).read_bytes())
    if in_header:
        struct.pack_into("<ii", content, content.index(b"strf") + 12, size, size)
    start = content.find(b"\xff\xc0")
    while start >= 0:
        struct.pack_into(">HH", content, start + 5, size, size)
        start = content.find(b"\xff\xc0", start + 9)
    path.write_bytes(content)
    return path


def test_huge_frames_are_refused_before_they_are_decoded(tmp_path: Path) -> None:
    path = claiming(tmp_path / "clip.avi", 8_192, in_header=True)
    began = time.monotonic()

    with pytest.raises(MediaError, match="8192x8192"):
        probe(path)

    assert time.monotonic() - began < 3


class Stumbling:
    """A file in which streams began on the way: PyAV 18 gives its packets, then looks for streams that it does not know."""

    def demux(self, *streams: object) -> Iterator[str]:
        yield "packet"
        raise IndexError("list index out of range")


def test_streams_that_begin_on_the_way_do_not_trouble_the_end() -> None:
    assert list(packets(Stumbling(), [])) == ["packet"]


def test_huge_frames_that_the_header_hides_are_not_decoded(tmp_path: Path) -> None:
    path = claiming(tmp_path / "clip.avi", 8_192, in_header=False)

    with open_media(path) as container, pytest.raises(av.error.FFmpegError):
        next(container.decode(picture_stream(container)))


def test_frames_that_grow_on_the_way_are_not_decoded(tmp_path: Path) -> None:
    small, large = (recording(tmp_path / f"{n}.ts", muxer="mpegts", picture="mpeg2video", sound=None, size=(n, n)) for n in (64, 512))
    path = tmp_path / "both.ts"
    path.write_bytes(small.read_bytes() + large.read_bytes())

    widths = set()
    with open_media(path, Limits(pixels=100 * 100)) as container:
        for packet in container.demux(picture_stream(container)):
            try:
                widths |= {frame.width for frame in packet.decode()}
            except av.error.FFmpegError:
                widths.add(0)

    assert max(widths) == 64


def box(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I4s", 8 + len(content), name) + content


@pytest.mark.parametrize("around", [(b"moov",), (b"moov", b"trak"), (b"free",), ()])
def test_an_index_that_unpacks_to_a_gigabyte_is_refused(tmp_path: Path, around: tuple[bytes, ...]) -> None:
    packed = zlib.compress(bytes(1_000_000))
    content = box(b"cmov", box(b"dcom", b"zlib") + box(b"cmvd", struct.pack(">I", 1 << 30) + packed))
    for name in reversed(around):
        content = box(name, content)
    path = tmp_path / "clip.mov"
    path.write_bytes(box(b"ftyp", b"qt  \0\0\0\0qt  ") + content)

    with pytest.raises(MediaError, match="compressed index"):
        probe(path)


def test_a_codec_that_is_not_listed_is_refused_by_name(tmp_path: Path) -> None:
    path = recording(tmp_path / "clip.mkv", muxer="matroska", picture="snow", sound=None)

    with pytest.raises(MediaError, match="coded as snow"):
        probe(path)


def test_nothing_is_printed_about_damaged_headers(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path = recording(tmp_path / "clip.mkv", muxer="matroska")
    content = bytearray(path.read_bytes())
    content[200:600:7] = bytes(58)
    path.write_bytes(content)

    with contextlib.suppress(MediaError):
        probe(path)

    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("muxer", ["mp4", "matroska", "avi", "mpegts", "mpeg", "wav", "ogg", "mp3", "flac"])
def test_damaged_headers_never_crash(tmp_path: Path, generator: np.random.Generator, muxer: str) -> None:
    alone = {"wav": "pcm_s16le", "ogg": "flac", "mp3": "libmp3lame", "flac": "flac"}
    picture, sound = (None, alone[muxer]) if muxer in alone else ("mpeg2video" if muxer == "mpeg" else "mpeg4", "mp2")
    original = recording(tmp_path / "original", muxer=muxer, picture=picture, sound=sound).read_bytes()
    path = tmp_path / "damaged"

    for _ in range(30):
        content = bytearray(original)
        places = generator.integers(0, min(len(content), 4_000), size=8)
        for place in places:
            content[place] ^= 1 << generator.integers(8)
        path.write_bytes(content[: generator.integers(16, len(content))])
        try:
            probe(path)
        except MediaError as error:
            assert "Expected" in str(error)


def test_codecs_may_be_held_closer(tmp_path: Path) -> None:
    path = recording(tmp_path / "clip.mkv", muxer="matroska", picture="mjpeg", sound=None)

    with pytest.raises(MediaError, match="coded as mjpeg, which is not decoded here. Expected one of h264"):
        probe(path, Limits(codecs=frozenset({"h264", "aac"})))


def test_a_decoder_beside_the_chosen_one_cannot_be_started(tmp_path: Path) -> None:
    path = recording(tmp_path / "clip.mkv", muxer="matroska", sound="flac")

    with open_media(path, Limits(codecs=frozenset({"h264", "flac"}))) as container:
        assert len(list(container.decode(audio=0))) > 0
    with open_media(path) as container:
        container.streams.audio[0].codec_context.options = {"codec_whitelist": "h264"}
        with pytest.raises(av.error.ArgumentError):
            list(container.decode(audio=0))
