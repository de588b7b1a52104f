"""Clips with bytes cut out and bits flipped: read, or refused with a reason; never a crash, never a hang.

A clip is read in another process, because what is feared is a fault in native code, which would take the tests with it.
"""

import os
import queue
import subprocess
import sys
import threading
from collections import Counter
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from emofuse import demo

PATIENCE = 30.0  # seconds a clip may take
MEMORY = 900  # MB that reading may take at its peak, whatever a header claims
SRC = Path(__file__).resolve().parents[2] / "src"

# Reads each path that comes in, and answers with one line. Its faces are wherever the middle is: quick, and always cropped.
READER = """
import resource, sys
from pathlib import Path
import numpy as np
from emofuse.core.errors import EmofuseError
from emofuse.core.modality import Modality
from emofuse.media.faces import Finder
from emofuse.media.stream import stream
from emofuse.media.video import Box

def middle(picture, enough):
    height, width = picture.shape
    return [Box(width / 4, height / 4, width / 2, height / 2)]

for line in sys.stdin:
    try:
        until = 0
        wanted = frozenset({Modality.AUDIO, Modality.VIDEO})
        for chunk in stream(Path(line.strip()), wanted, 10_000, finder=lambda: Finder("middle", middle, 1.0, 0.0)):
            assert chunk.until >= until, "time ran backwards"
            until = chunk.until
            for signal in chunk.signals.values():
                assert np.isfinite(signal.values).all(), "sound that is no number"
                assert signal.end <= until + 250, "a signal that goes on after its chunk"
        answer = f"read {until} ms"
    except EmofuseError as error:
        text = str(error).replace(line.strip(), "FILE")
        answer = ("refused " if "Expected" in text else "unexplained ") + text
    except Exception as error:
        answer = f"failed {type(error).__name__} {error}"
    try:  # ru_maxrss would also count what the tests' own process had when it forked
        (high,) = [line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM:")]
        peak = int(high.split()[1]) // 1024
    except OSError:  # not Linux
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(peak, " ".join(answer.split()), flush=True)
"""


class Reader:
    """A process that reads clips; a new one where it died."""

    def __init__(self) -> None:
        self.process = self._started()
        self.peak = 0

    def __call__(self, path: Path) -> str:
        """What became of a clip: "read ...", "refused ...", or what must not be: "failed", "crashed", "hung"."""
        assert self.process.stdin is not None
        self.process.stdin.write(f"{path}\n")
        self.process.stdin.flush()
        try:
            line = self.lines.get(timeout=PATIENCE)
        except queue.Empty:
            self.close()
            self.process = self._started()
            return "hung"
        if not line:
            code = self.process.wait()
            self.process = self._started()
            return f"crashed {code}"
        peak, _, answer = line.strip().partition(" ")
        self.peak = max(self.peak, int(peak))
        return answer

    def close(self) -> None:
        self.process.kill()
        self.process.communicate()

    def _started(self) -> "subprocess.Popen[str]":
        process = subprocess.Popen(
            [sys.executable, "-c", READER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            env={**os.environ, "PYTHONPATH": str(SRC), "OMP_NUM_THREADS": "1"},
        )  # fmt: skip
        self.lines: queue.Queue[str] = queue.Queue()
        threading.Thread(target=self._listen, args=(process, self.lines), daemon=True).start()
        return process

    @staticmethod
    def _listen(process: "subprocess.Popen[str]", lines: "queue.Queue[str]") -> None:
        assert process.stdout is not None
        for line in process.stdout:
            lines.put(line)
        lines.put("")


def damaged(content: bytes, generator: np.random.Generator) -> bytes:
    """A copy that something has happened to: a transfer that stopped, a disk that forgot, a hand that tampered."""
    changed = bytearray(content)
    how = generator.integers(6)
    if how in (0, 1):  # the transfer stopped
        del changed[generator.integers(1, len(changed)) :]
    if how in (1, 2):  # bits anywhere
        for at in generator.integers(len(changed), size=generator.integers(1, 64)):
            changed[at] ^= 1 << generator.integers(8)
    if how == 3:  # bits where headers are: at either end
        for at in generator.integers(min(4_000, len(changed)), size=generator.integers(1, 16)):
            changed[at if generator.integers(2) else -at - 1] ^= 1 << generator.integers(8)
    if how in (4, 5):  # a stretch in the middle
        first, last = sorted(generator.integers(len(changed), size=2))
        if how == 4:
            changed[first:last] = bytes(last - first)
        else:
            del changed[first:last]
    return bytes(changed)


def made(folder: Path) -> list[Path]:
    """A second of the portrait speaking, in every container."""
    portrait = demo.portrait()
    pictures = [demo.frame(portrait, i / 25)[::4, ::4] for i in range(25)]
    kinds = [
        ("mp4", "libx264", "aac"), ("matroska", "libx264", "flac"), ("webm", "libvpx", "libopus"), ("avi", "mpeg4", "libmp3lame"),
        ("mpeg", "mpeg2video", "mp2"), ("mpegts", "libx264", "aac"), ("mov", "mjpeg", "pcm_s16le"),
        ("wav", None, "pcm_s16le"), ("flac", None, "flac"), ("mp3", None, "libmp3lame"), ("ogg", None, "libopus"),
    ]  # fmt: skip
    return [_written(folder / f"whole.{muxer}", muxer, picture, sound, pictures) for muxer, picture, sound in kinds]


def _written(path: Path, muxer: str, picture: str | None, sound: str, pictures: list[np.ndarray]) -> Path:
    hertz = 48_000
    heard = np.repeat(demo.speech(1), hertz // demo.SOUND_RATE)
    pages = {"page_duration": "100000"} if muxer == "ogg" else {}  # microseconds; a page is lost whole, so let there be some
    with av.open(str(path), "w", format=muxer, options=pages) as file:
        if picture:
            video = file.add_stream(picture, rate=25)
            video.height, video.width, video.pix_fmt = *pictures[0].shape[:2], "yuvj420p" if picture == "mjpeg" else "yuv420p"
        audio = file.add_stream(sound, rate=hertz, layout="mono")
        for i, shown in enumerate(pictures):
            if picture:
                frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(shown), format="rgb24").reformat(format=video.pix_fmt)
                frame.pts, frame.time_base = i, Fraction(1, 25)
                file.mux(video.encode(frame))
            first = i * hertz // 25
            block = av.AudioFrame.from_ndarray(heard[None, first : first + hertz // 25], format="fltp", layout="mono")
            block.sample_rate, block.pts, block.time_base = hertz, first, Fraction(1, hertz)
            file.mux(audio.encode(block))
        if picture:
            file.mux(video.encode(None))
        file.mux(audio.encode(None))
    return path


def outcomes(clips: list[Path], folder: Path, count: int, seed: int) -> Counter[str]:
    """How often each thing became of `count` damaged clips; asserts that nothing became of them that must not."""
    generator = np.random.default_rng(seed)
    whole = [clip.read_bytes() for clip in clips]
    reader, wrong, seen = Reader(), [], Counter[str]()
    try:
        for clip in clips:
            answer = reader(clip)
            assert answer.startswith("read "), f"{clip.name} is whole, but: {answer}"
        for i in range(count):
            which = int(generator.integers(len(clips)))
            path = folder / f"damaged_{i}{clips[which].suffix}"
            path.write_bytes(damaged(whole[which], generator))
            answer = reader(path)
            seen[answer.split()[0]] += 1
            if answer.startswith(("read ", "refused ")):
                path.unlink()
            else:
                wrong.append(f"{path} (of {clips[which].name}): {answer}")
    finally:
        reader.close()
    assert wrong == []
    assert reader.peak < MEMORY
    return seen


def test_a_few_damaged_clips_are_read_or_refused(tmp_path: Path) -> None:
    seen = outcomes(made(tmp_path), tmp_path, count=20, seed=0)

    assert seen["read"] > 0


@pytest.mark.slow
def test_many_damaged_clips_of_every_container_are_read_or_refused(tmp_path: Path) -> None:
    seen = outcomes(made(tmp_path), tmp_path, count=300, seed=1)

    assert seen["read"] > 50


@pytest.mark.slow
@pytest.mark.corpus
def test_many_damaged_real_clips_are_read_or_refused(tmp_path: Path, shared: Path) -> None:
    clips = sorted((shared / "clips").glob("*.mp4"))

    seen = outcomes(clips, tmp_path, count=300, seed=2)

    assert seen["read"] > 50
