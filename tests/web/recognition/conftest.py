"""Small films that tests make, and one analysis of a talking portrait that several of them look at."""

import json
import os
import struct
import subprocess
import sys
from collections.abc import Callable, Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

SOURCE = Path(__file__).resolve().parents[3] / "src"
FLASH = (1.0, 1.2)  # s; when a film is bright and loud


@pytest.fixture
def film(tmp_path) -> Callable[..., Path]:
    """Makes a film that is dark and silent but for one flash and one sound, at the same time."""

    def made(
        name: str = "film.mp4",
        *,
        size: tuple[int, int] = (160, 120),
        rate: Fraction | int = 25,
        times: list[int] | None = None,
        seconds: float = 2.0,
        picture: bool = True,
        sound: str | None = "aac",
        hertz: int = 48_000,
        channels: int = 2,
        late: float = 0.0,
        aspect: Fraction | None = None,
        metadata: Mapping[str, str] | None = None,
        codec: str = "libx264",
        pixels: str = "yuv420p",
    ) -> Path:
        path = tmp_path / name
        times = times or [round(1_000 * i / Fraction(rate)) for i in range(round(seconds * rate))]
        with av.open(str(path), "w") as out:
            out.metadata.update(metadata or {})
            stream = out.add_stream(codec, rate=rate) if picture else None
            heard = out.add_stream(sound, rate=hertz, layout="mono" if channels == 1 else "stereo") if sound else None
            if stream is not None:
                stream.width, stream.height, stream.pix_fmt = *size, pixels
                base = Fraction(1, 1_000) if codec == "libx264" else 1 / Fraction(rate)
                stream.codec_context.time_base = base
                if aspect:
                    stream.codec_context.sample_aspect_ratio = aspect
                for ms in times:
                    value = 235 if FLASH[0] <= ms / 1_000 < FLASH[1] else 16
                    shown = np.full((size[1], size[0]), value, np.uint8)
                    shown[: size[1] // 2] //= 2  # so that up and down can be told apart
                    frame = av.VideoFrame.from_ndarray(shown, format="gray").reformat(format=pixels)
                    frame.pts, frame.time_base = round(ms / 1_000 / base), base
                    out.mux(stream.encode(frame))
                out.mux(stream.encode(None))
            if heard is not None:
                clock = np.arange(round(hertz * (seconds - late))) / hertz + late
                loud = np.where((clock >= FLASH[0]) & (clock < FLASH[1]), 0.5 * np.sin(2 * np.pi * 440 * clock), 0).astype(np.float32)
                for first in range(0, len(loud), 1_024):
                    piece = np.repeat(loud[None, first : first + 1_024], channels, axis=0)
                    block = av.AudioFrame.from_ndarray(np.ascontiguousarray(piece), "fltp", "mono" if channels == 1 else "stereo")
                    block.sample_rate, block.time_base, block.pts = hertz, Fraction(1, hertz), round(late * hertz) + first
                    for fit in av.AudioResampler(heard.format, heard.layout, hertz).resample(block):
                        fit.pts, fit.time_base = block.pts, block.time_base
                        out.mux(heard.encode(fit))
                out.mux(heard.encode(None))
        return path

    return made


@pytest.fixture
def turned() -> Callable[[Path, int], Path]:
    """Writes a quarter turn into a film's track header (ISO 14496-12, 8.3.2)."""

    def made(path: Path, degrees: int) -> Path:
        content = bytearray(path.read_bytes())
        matrix = content.index(b"tkhd") + 4 + 40
        cosine, sine = {90: (0, 1), 180: (-1, 0), 270: (0, -1)}[degrees]
        struct.pack_into(">9i", content, matrix, cosine << 16, sine << 16, 0, -sine << 16, cosine << 16, 0, 0, 0, 1 << 30)
        path.write_bytes(content)
        return path

    return made


def child(folder: Path, request: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What a child told that was asked this, in a folder whose ``in`` is filled."""
    (folder / "request.json").write_text(json.dumps(request), encoding="utf-8")
    (folder / "tmp").mkdir(exist_ok=True)
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(SOURCE), "HOME": str(folder), "TMPDIR": str(folder / "tmp")}
    environment |= {"EMOFUSE_HOME": str(folder / "home"), "OMP_NUM_THREADS": "1", "LANG": "C.UTF-8"}
    (folder / "home").mkdir(exist_ok=True)
    (folder / "home" / "yunet_n_320_320.unreachable").touch()  # do not ask the network for what finds faces
    ran = subprocess.run(
        [sys.executable, "-P", "-m", "emofuse_web.recognition.child"],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    return [json.loads(line) for line in ran.stdout.splitlines()]


@pytest.fixture
def asked() -> Callable[[Path, Mapping[str, Any]], list[dict[str, Any]]]:
    """Asks a child."""
    return child


@pytest.fixture(scope="session")
def analysed(tmp_path_factory) -> tuple[Path, dict[str, Any], list[dict[str, Any]]]:
    """The folder of an analysis of the portrait by its voice, which changes often; what was answered, and all that was told."""
    pytest.importorskip("skimage")
    from emofuse.demo import talking_portrait

    folder = tmp_path_factory.mktemp("analysed")
    (folder / "in").mkdir()
    talking_portrait(folder / "in" / "video.mp4")
    request = {"do": "analysis", "mode": "av", "inputs": {"video": "video.mp4"}, "model": "voice", "name": "visit 12", "threads": 1}
    told = child(folder, request)
    assert "done" in told[-1], told[-1]
    return folder, told[-1]["done"], told
