"""Bar S14: every copy of FFmpeg that is installed has no known hole, or is named here with the reason why that does no harm."""

import ast
import re
import shutil
import site
from pathlib import Path

import av
import pytest

CODEC = (62, 28, 102)  # libavcodec of FFmpeg 8.1.2, in which CVE-2026-8461 (MagicYUV) is closed
NAMED = {
    "opencv_python_headless": "it comes with OpenCV, by which nothing here opens a film or a stream: pictures in memory are resized, "
    "and faces found in them",
}
SOURCES = Path(__file__).parents[3] / "src"
OPENS = ("VideoCapture", "VideoWriter", "imread", "imreadmulti")


def copies() -> dict[str, tuple[int, ...]]:
    """The version of libavcodec that each package brought."""
    found = {}
    for place in site.getsitepackages():
        for file in Path(place).rglob("libavcodec*.so*"):
            version = re.search(r"\.so\.(\d+)\.(\d+)\.(\d+)$", file.name)
            assert version, f"{file.name} does not say which version it is"
            found[file.parent.name.removesuffix(".libs")] = tuple(map(int, version.groups()))
    return found


def test_every_copy_is_patched_or_named() -> None:
    found = copies()

    assert "av" in found or av.library_versions["libavcodec"] >= CODEC  # where PyAV was built against the system's
    assert {name: version for name, version in found.items() if version < CODEC} == {
        name: version for name, version in found.items() if name in NAMED and version < CODEC
    }


def test_what_decodes_is_patched() -> None:
    assert av.library_versions["libavcodec"] >= CODEC
    assert tuple(map(int, re.findall(r"\d+", av.ffmpeg_version_info)[:3])) >= (8, 1, 2)


def test_nothing_is_opened_by_a_copy_that_is_only_named() -> None:
    used = [
        f"{file.relative_to(SOURCES)}:{node.lineno}"
        for file in SOURCES.rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and node.attr in OPENS and isinstance(node.value, ast.Name) and node.value.id == "cv2"
    ]

    assert used == []


@pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="the system has no FFmpeg of its own")
def test_the_systems_copy_is_not_called() -> None:
    called = [file.name for file in SOURCES.rglob("*.py") if re.search(r"[\"']ff(?:mpeg|probe)[\"'],", file.read_text(encoding="utf-8"))]

    assert called == []
