"""Bar S3: a codec that is not listed is refused before it is decoded, and cannot be started by whoever asks for it all the same."""

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from files import film

from emofuse.core.errors import MediaError
from emofuse.media.probe import open_media, picture_stream
from emofuse_web.recognition.suspicious import LIMITS

NAMED = (
    "magicyuv",
    "rawvideo",
    "ffv1",
    "huffyuv",
    "ffvhuff",
    "utvideo",
    "png",
    "snow",
    "flv",
    "cinepak",
    "qtrle",
    "jpeg2000",
    "zmbv",
    "tta",
)
MUXERS = ("matroska", "mov", "avi", "wav")


def unlisted() -> list[str]:
    """Every encoder of this FFmpeg whose codec is not on the list."""
    found = []
    for name in sorted(av.codec.codecs_available):
        try:
            codec = av.Codec(name, "w")
        except ValueError:  # it only decodes
            continue
        if codec.type in ("video", "audio") and codec.canonical_name not in LIMITS.codecs:
            found.append(name)
    return found


def written(folder: Path, codec: str) -> Path | None:
    """A file coded so; None where no container that we read takes it, or the encoder wants what is not here."""
    kind = av.Codec(codec, "w").type
    for muxer in MUXERS:
        path = folder / f"{codec}.{muxer}"
        how: dict[str, Any] = {"picture": codec, "sound": None} if kind == "video" else {"picture": None, "sound": codec}
        try:
            film(path, muxer=muxer, frames=3, size=(128, 96), **how)
            with av.open(str(path)) as file:
                if [s.codec_context.codec.canonical_name for s in file.streams if s.codec_context] != [av.Codec(codec, "w").canonical_name]:
                    continue
        except (av.error.FFmpegError, ValueError, IndexError, OSError, NotImplementedError, KeyError):
            continue
        return path
    return None


def test_codecs_that_are_not_listed_are_refused_before_they_are_decoded(tmp_path: Path, look: Callable[..., dict[str, Any]]) -> None:
    made = {name: path for name in NAMED if name in av.codec.codecs_available and (path := written(tmp_path, name))}

    answers = {name: look(path, "audio" if av.Codec(name, "w").type == "audio" else "video") for name, path in made.items()}

    assert len(made) >= 8 and "magicyuv" in made and "rawvideo" in made
    assert {name: answer["problem"]["code"] for name, answer in answers.items()} == dict.fromkeys(made, "MEDIA_CODEC")
    assert all(name == "rawvideo" or av.Codec(name, "w").canonical_name in answers[name]["problem"]["detail"] for name in made)


@pytest.mark.slow
def test_every_codec_that_can_be_written_here_and_is_not_listed_is_refused(tmp_path: Path) -> None:
    made = {name: path for name in unlisted() if (path := written(tmp_path, name))}

    passed = []
    for name, path in made.items():
        try:
            open_media(path, LIMITS).close()
            passed.append(name)
        except MediaError:
            continue

    assert len(made) >= 30
    assert passed == []


def test_a_decoder_that_is_not_listed_cannot_be_started(tmp_path: Path) -> None:
    path = tmp_path / "two.avi"
    with av.open(str(path), "w", format="avi") as file:
        streams = [file.add_stream("mpeg4", rate=25), file.add_stream("magicyuv", rate=25)]
        for stream, form in zip(streams, ("yuv420p", "gbrp"), strict=True):
            stream.width, stream.height, stream.pix_fmt = 64, 48, form
        for stream in streams:
            frame = av.VideoFrame.from_ndarray(np.full((48, 64), 90, np.uint8), format="gray").reformat(format=stream.pix_fmt)
            frame.pts, frame.time_base = 0, Fraction(1, 25)
            file.mux([*stream.encode(frame), *stream.encode(None)])

    with open_media(path, LIMITS) as container:
        assert picture_stream(container).codec_context.name == "mpeg4"
        assert len(list(container.decode(video=0))) == 1
    with open_media(path, LIMITS) as container, pytest.raises(av.error.ArgumentError):
        list(container.decode(video=1))


def test_what_looks_for_streams_starts_no_decoder_that_is_not_listed(tmp_path: Path) -> None:
    path = written(tmp_path, "magicyuv")
    assert path is not None
    av.logging.set_level(av.logging.ERROR)
    try:
        with av.logging.Capture() as said, pytest.raises(MediaError, match="coded as magicyuv"):
            open_media(path, LIMITS)
    finally:
        av.logging.set_level(None)

    assert any("not on whitelist" in line for _, _, line in said)
