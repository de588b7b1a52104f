"""What users give us by mistake, and what others may on purpose: a reason, an exit code, and nothing half-made."""

import contextlib
import os
import resource
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from emofuse import demo
from emofuse.cli import main
from emofuse.media import faces
from emofuse.run import shipped

pytestmark = pytest.mark.skipif(not shipped(), reason="no weights are shipped yet")

REFUSAL = 3.0  # seconds within which a file must be refused
SRC = Path(__file__).resolve().parents[2] / "src"


@dataclass(frozen=True)
class Said:
    """What the command left behind."""

    code: int
    out: str
    err: str
    seconds: float
    written: tuple[str, ...]


@pytest.fixture
def analyze(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> Callable[..., Said]:
    """``emofuse analyze FILES --out ...``, here."""
    out = tmp_path / "out"

    def run(*files: Path, options: Sequence[str] = ()) -> Said:
        capfd.readouterr()
        began = time.monotonic()
        code = main(["analyze", *map(str, files), "--out", str(out), *options])
        seconds = time.monotonic() - began
        printed = capfd.readouterr()
        written = tuple(sorted(path.name for path in out.rglob("*"))) if out.exists() else ()
        return Said(code, printed.out, printed.err, seconds, written)

    return run


@pytest.fixture(scope="module", autouse=True)
def _warm(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Import what is slow to import, and look for the face detector, so that it is the refusals that are timed."""
    from emofuse.analysis import recognizer

    home = tmp_path_factory.mktemp("home")
    weights = request.config.getoption("--data").parent / "models" / "yunet_n_320_320.onnx"
    if weights.is_file():
        shutil.copy(weights, home)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("EMOFUSE_HOME", str(home))
        faces.finder()
        recognizer()
        yield


@pytest.fixture(scope="module")
def portrait() -> np.ndarray:
    """Shape: (240, 320, 3) uint8."""
    return np.ascontiguousarray(demo.frame(demo.portrait(), 0.0)[::2, ::2])


def clip(
    path: Path,
    *,
    muxer: str,
    pictures: Sequence[np.ndarray] = (),
    sound: np.ndarray | None = None,
    hertz: int = demo.SOUND_RATE,
    layout: str = "mono",
    codec: str = "aac",
    options: dict[str, str] | None = None,
) -> Path:
    """Pictures (height, width, 3) at 25 a second, and the same sound (time,) in every channel, as a file."""
    with av.open(str(path), "w", format=muxer, options=options or {}) as file:
        if len(pictures):
            video = file.add_stream("libx264", rate=25, options={"preset": "ultrafast", "g": "25"})
            video.height, video.width, video.pix_fmt = *pictures[0].shape[:2], "yuv420p"
        if sound is not None:
            audio = file.add_stream(codec, rate=hertz, layout=layout)
        for i, picture in enumerate(pictures):
            shown = av.VideoFrame.from_ndarray(picture, format="rgb24")
            shown.pts, shown.time_base = i, Fraction(1, 25)
            file.mux(video.encode(shown))
            if sound is not None:
                _speak(file, audio, sound, hertz, layout, i * hertz // 25, (i + 1) * hertz // 25)
        if len(pictures):
            file.mux(video.encode(None))
        if sound is not None:
            _speak(file, audio, sound, hertz, layout, len(pictures) * hertz // 25, len(sound))
            file.mux(audio.encode(None))
    return path


def _speak(
    file: av.container.OutputContainer, audio: av.AudioStream, sound: np.ndarray, hertz: int, layout: str, first: int, last: int
) -> None:
    part = sound[first:last]
    if len(part):
        channels = av.AudioLayout(layout).nb_channels
        heard = av.AudioFrame.from_ndarray(np.repeat(part[None], channels, axis=0).astype(np.float32), format="fltp", layout=layout)
        heard.sample_rate, heard.pts, heard.time_base = hertz, first, Fraction(1, hertz)
        file.mux(audio.encode(heard))


def resampled(sound: np.ndarray, hertz: int) -> np.ndarray:
    places = np.arange(int(len(sound) * hertz / demo.SOUND_RATE)) * demo.SOUND_RATE / hertz
    heard: np.ndarray = np.interp(places, np.arange(len(sound)), sound).astype(np.float32)
    return heard


GREY = np.full((120, 160, 3), 128, np.uint8)


# Refused.


def missing(folder: Path) -> Path:
    return folder / "clip.mp4"


def folder_without_media(folder: Path) -> Path:
    (folder / "clips").mkdir()
    (folder / "clips" / "readme.txt").write_text("nothing here")
    return folder / "clips"


def empty(folder: Path) -> Path:
    (folder / "clip.mp4").touch()
    return folder / "clip.mp4"


def text(folder: Path) -> Path:
    (folder / "clip.mp4").write_text("I was angry on Monday.\n" * 100)
    return folder / "clip.mp4"


def broken_index(folder: Path) -> Path:
    path = clip(folder / "clip.mp4", muxer="mp4", pictures=[GREY] * 10)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 3])
    return path


def neither_face_nor_voice(folder: Path) -> Path:
    return clip(folder / "clip.mp4", muxer="mp4", pictures=[GREY] * 25)


def one_grey_frame(folder: Path) -> Path:
    return clip(folder / "clip.mp4", muxer="mp4", pictures=[GREY])


def silence(folder: Path) -> Path:
    return clip(folder / "clip.wav", muxer="wav", sound=np.zeros(32_000, np.float32), codec="pcm_s16le")


def short_silence(folder: Path) -> Path:
    return clip(folder / "clip.wav", muxer="wav", sound=np.zeros(1_600, np.float32), codec="pcm_s16le")


def huge_frames(folder: Path) -> Path:
    path = folder / "clip.avi"
    with av.open(str(path), "w", format="avi") as file:
        video = file.add_stream("mjpeg", rate=25)
        video.width, video.height, video.pix_fmt = 160, 120, "yuvj420p"
        file.mux(video.encode(av.VideoFrame.from_ndarray(GREY, format="rgb24").reformat(format="yuvj420p")))
        file.mux(video.encode(None))
    content = bytearray(path.read_bytes())  # encoding 67 million pixels takes seconds: only say that they are there
    at, frame = content.index(b"strf") + 12, content.index(b"\xff\xc0") + 5
    content[at : at + 8] = (8_192).to_bytes(4, "little") * 2
    content[frame : frame + 4] = (8_192).to_bytes(2, "big") * 2
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    ("arrange", "what"),
    [
        (missing, "no file"),
        (folder_without_media, "clips"),
        (empty, "is empty"),
        (text, "is text, not a recording"),
        (broken_index, "streams cannot be read"),
        (neither_face_nor_voice, "no face"),
        (one_grey_frame, "no face"),
        (silence, "silence"),
        (short_silence, "silence"),
        (huge_frames, "8192x8192"),
    ],
)
def test_what_cannot_be_analysed_gets_a_reason_and_leaves_nothing(
    tmp_path: Path, analyze: Callable[..., Said], arrange: Callable[[Path], Path], what: str
) -> None:
    path = arrange(tmp_path)

    said = analyze(path)

    assert said.code == 1
    assert what in said.err
    assert path.name in said.err
    assert "Expected" in said.err
    assert "Traceback" not in said.err
    assert said.written == ()
    assert said.seconds < REFUSAL


DISGUISES = {
    "an HLS playlist": "#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:5,\nhttp://127.0.0.1:{port}/a.ts\n#EXTINF:5,\n{canary}\n#EXT-X-ENDLIST\n",
    "an ffconcat script": "ffconcat version 1.0\nfile '{canary}'\nfile 'http://127.0.0.1:{port}/b.mp4'\n",
    "an SDP session description": "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=-\nc=IN IP4 127.0.0.1\nt=0 0\nm=video {port} RTP/AVP 96\n",
    "a DASH manifest": '<?xml version="1.0"?><MPD><Period><BaseURL>http://127.0.0.1:{port}/c.mp4</BaseURL></Period></MPD>',
    "a pattern of picture names (image2)": "{canary}%03d.png\n",
    "a filter graph": "movie={canary}[out0]",
    "an SVG drawing": '<svg xmlns="http://www.w3.org/2000/svg"><image href="http://127.0.0.1:{port}/d.png"/></svg>',
}


@pytest.mark.parametrize("what", DISGUISES)
def test_a_script_in_disguise_is_refused_and_what_it_points_to_is_left_alone(
    tmp_path: Path, analyze: Callable[..., Said], what: str
) -> None:
    canary = tmp_path / "canary"
    os.mkfifo(canary)  # whoever opens it waits for ever
    path = tmp_path / "clip.mp4"

    with visits() as (port, visited):
        path.write_text(DISGUISES[what].format(port=port, canary=canary))
        said = analyze(path)

    assert said.code == 1
    assert f"is {what}, not a recording" in said.err
    assert visited == []
    assert said.written == ()
    assert said.seconds < REFUSAL


@contextlib.contextmanager
def visits() -> Iterator[tuple[int, list[str]]]:
    """A port of this machine, and who came."""
    visited: list[str] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def listen() -> None:
            with contextlib.suppress(OSError):
                while True:
                    connection, address = server.accept()
                    visited.append(str(address))
                    connection.close()

        thread = threading.Thread(target=listen)
        thread.start()
        try:
            yield server.getsockname()[1], visited
        finally:
            server.shutdown(socket.SHUT_RDWR)
            thread.join()


def test_a_file_that_may_not_be_read_is_refused(analyze: Callable[..., Said], tmp_path: Path) -> None:
    path = clip(tmp_path / "clip.wav", muxer="wav", sound=demo.speech(1), codec="pcm_s16le")
    path.chmod(0)
    if os.access(path, os.R_OK):
        pytest.skip("the superuser may read everything; tests/media/test_probe.py asks as somebody else")

    said = analyze(path)

    assert said.code == 1
    assert "may not be read" in said.err
    assert said.written == ()


def test_files_that_fail_do_not_keep_the_others_from_being_done(tmp_path: Path, analyze: Callable[..., Said]) -> None:
    bad, good = text(tmp_path), clip(tmp_path / "voice.wav", muxer="wav", sound=demo.speech(2), codec="pcm_s16le")

    said = analyze(bad, good)

    assert said.code == 1
    assert "clip.mp4 is text" in said.err
    assert "1 of 2 analysed" in said.out
    assert {name.split(".")[0] for name in said.written} == {"voice"}


# Unusual, and analysed.


def one_frame(folder: Path, picture: np.ndarray) -> Path:
    return clip(folder / "clip.mp4", muxer="mp4", pictures=[picture])


def a_tenth_of_a_second(folder: Path, picture: np.ndarray) -> Path:
    return clip(folder / "clip.mp4", muxer="mp4", pictures=[picture] * 3, sound=demo.speech(1)[:1_600])


def a_tenth_of_a_second_of_sound(folder: Path, picture: np.ndarray) -> Path:
    return clip(folder / "clip.wav", muxer="wav", sound=demo.speech(1)[800:2_400], codec="pcm_s16le")


def a_silent_face(folder: Path, picture: np.ndarray) -> Path:
    return clip(folder / "clip.mp4", muxer="mp4", pictures=[picture] * 25, sound=np.zeros(16_000, np.float32))


def a_voice_without_a_face(folder: Path, picture: np.ndarray) -> Path:
    return clip(folder / "clip.mp4", muxer="mp4", pictures=[GREY] * 50, sound=demo.speech(2))


def telephone(folder: Path, picture: np.ndarray) -> Path:
    return clip(folder / "clip.wav", muxer="wav", sound=resampled(demo.speech(2), 8_000), hertz=8_000, codec="pcm_s16le")


def studio(folder: Path, picture: np.ndarray) -> Path:
    return clip(folder / "clip.flac", muxer="flac", sound=resampled(demo.speech(2), 96_000), hertz=96_000, codec="flac")


def cinema(folder: Path, picture: np.ndarray) -> Path:
    sound = resampled(demo.speech(2), 48_000)
    return clip(folder / "clip.mkv", muxer="matroska", pictures=[picture] * 25, sound=sound, hertz=48_000, layout="5.1")


@pytest.mark.parametrize(
    ("arrange", "duration", "note"),
    [
        (one_frame, 40, "no sound"),
        (a_tenth_of_a_second, 120, ""),
        (a_tenth_of_a_second_of_sound, 100, "no picture"),
        (a_silent_face, 1_000, "silence"),
        (a_voice_without_a_face, 2_000, "no face"),
        (telephone, 2_000, "no picture"),
        (studio, 2_000, "no picture"),
        (cinema, 2_000, ""),
    ],
)
def test_what_is_unusual_is_analysed_and_what_is_missing_is_said(
    tmp_path: Path,
    analyze: Callable[..., Said],
    portrait: np.ndarray,
    arrange: Callable[[Path, np.ndarray], Path],
    duration: int,
    note: str,
) -> None:
    path = arrange(tmp_path, portrait)

    said = analyze(path)

    assert (said.code, note in said.err) == (0, True), said.err
    assert f"{duration / 1_000:.1f} s" in said.out or abs(_seconds(said.out) - duration / 1_000) <= 0.15
    assert any(name.endswith(".json") for name in said.written)


def _seconds(out: str) -> float:
    """How long the clip lasts, from the table's one line."""
    return float(out.splitlines()[0].split(" s,")[0].split()[-1])


@pytest.mark.parametrize(
    ("muxer", "options", "loss"),
    [
        ("mp4", {"movflags": "faststart"}, "breaks off"),
        ("matroska", {}, "breaks off"),
        ("mpegts", {}, "left out"),  # which never says how long it is; but its last picture is incomplete
    ],
)
def test_a_video_that_breaks_off_is_analysed_as_far_as_it_goes(
    tmp_path: Path, analyze: Callable[..., Said], portrait: np.ndarray, muxer: str, options: dict[str, str], loss: str
) -> None:
    pictures = [np.roll(portrait, i % 8, axis=1) for i in range(100)]
    path = clip(tmp_path / "clip.mp4", muxer=muxer, pictures=pictures, sound=demo.speech(4), options=options)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])

    said = analyze(path)

    assert said.code == 0, said.err
    assert loss in said.err
    assert 1.0 < _seconds(said.out) < 3.5


# The machine gives up, or the user does.


def child(*arguments: str | Path, limit: int | None = None) -> "subprocess.Popen[str]":
    """``python -m emofuse ...`` on its own; `limit` is the largest file it may write, in bytes."""

    def narrow() -> None:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        if limit is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    environment = {**os.environ, "PYTHONPATH": str(SRC), "OMP_NUM_THREADS": "1"}
    return subprocess.Popen(
        [sys.executable, "-m", "emofuse", *map(str, arguments)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment, preexec_fn=narrow,
    )  # fmt: skip


@pytest.fixture
def tiny_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 64 KiB."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", disk], capture_output=True, check=False).returncode == 0
    if not mounted:
        pytest.skip("only the superuser can mount a small disk; the limit on file size is tried instead")
    try:
        yield disk
    finally:
        subprocess.run(["umount", disk], check=True)


@pytest.mark.slow
def test_a_full_disk_is_said_and_nothing_half_made_stays(tmp_path: Path, tiny_disk: Path, portrait: np.ndarray) -> None:
    path = clip(tmp_path / "clip.mp4", muxer="mp4", pictures=[portrait] * 50, sound=demo.speech(2))
    (tiny_disk / "filler").write_bytes(bytes(48 * 1_024))

    process = child("analyze", path, "--out", tiny_disk / "out", "--plot", "--annotate")
    _, err = process.communicate(timeout=120)

    assert process.returncode == 1, err
    assert "no space left" in err
    assert "Traceback" not in err
    assert _unfinished(tiny_disk) == []


@pytest.mark.slow
def test_a_file_that_may_not_grow_is_said_and_nothing_half_made_stays(tmp_path: Path, portrait: np.ndarray) -> None:
    path = clip(tmp_path / "clip.mp4", muxer="mp4", pictures=[portrait] * 50, sound=demo.speech(2))

    process = child("analyze", path, "--out", tmp_path / "out", "--plot", "--annotate", limit=2_000)
    _, err = process.communicate(timeout=120)

    assert process.returncode == 1, err
    assert "no space left" in err
    assert "Traceback" not in err
    assert _unfinished(tmp_path / "out") == []


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="which files another process has open is told by Linux only")
@pytest.mark.parametrize("moment", ["reading", "writing"])
def test_ctrl_c_stops_without_a_trace_and_nothing_half_made_stays(tmp_path: Path, portrait: np.ndarray, moment: str) -> None:
    pictures = [np.roll(portrait, i, axis=1) for i in range(8)] * 40
    path = clip(tmp_path / "clip.mp4", muxer="mp4", pictures=pictures, sound=demo.speech(13))
    out = tmp_path / "out"

    process = child("analyze", path, "--out", out, "--annotate")
    begun = (lambda: _opened(process.pid, path)) if moment == "reading" else (lambda: bool(_unfinished(out, "*.unfinished.mp4")))
    while process.poll() is None and not begun():
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    asked = time.monotonic()
    assert process.stderr is not None
    said = next((line for line in process.stderr if line.startswith("Stopped")), "")
    seconds = time.monotonic() - asked  # until it has stopped; on a busy machine torch alone takes seconds to be let go
    _, err = process.communicate(timeout=60)

    assert process.returncode == 130, said + err
    assert "Traceback" not in said + err
    assert seconds < REFUSAL
    assert _unfinished(out) == []
    assert not list(out.glob("*.annotated.mp4"))


def _opened(process: int, path: Path) -> bool:
    """Whether a process has a file open."""
    with contextlib.suppress(OSError):
        return any(link.readlink() == path for link in Path(f"/proc/{process}/fd").iterdir())
    return False


def _unfinished(folder: Path, pattern: str = "*") -> list[str]:
    """Hidden and partial files."""
    found = folder.rglob(pattern) if folder.exists() else []
    return sorted(path.name for path in found if path.name.startswith(".") or ".part" in path.name or ".unfinished" in path.name)


@pytest.mark.slow
@pytest.mark.parametrize("arrange", [missing, empty, text])
def test_refusing_takes_under_three_seconds_with_everything_that_has_to_be_imported(
    tmp_path: Path, arrange: Callable[[Path], Path]
) -> None:
    path = arrange(tmp_path)
    began = time.monotonic()

    process = child("analyze", path, "--out", tmp_path / "out")
    _, err = process.communicate(timeout=60)

    assert process.returncode == 1
    assert "Expected" in err
    assert time.monotonic() - began < REFUSAL
