"""A few pictures of a video: how many faces there are in each, and whether there is light enough to see one."""

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from emofuse.media import faces
from emofuse.media.probe import open_media, picture_stream
from emofuse.media.video import Grey, grey
from emofuse_web.problems import _
from emofuse_web.recognition.preflight_decoded import decoded
from emofuse_web.recognition.preflight_errors import warning
from emofuse_web.recognition.suspicious import LIMITS, Suspicious

PLACES = (0.1, 0.5, 0.9)  # where in the recording faces are looked for
CLOSELY = tuple((i + 0.5) / 12 for i in range(12))  # where besides, once nothing was found and nothing is heard
SEEN = 0.35  # s for each picture
PATIENCE = 3.0  # s for those besides
DARK = 16  # of 255; mean brightness at which YuNet begins to miss faces: of 10 clips it finds 10 at 24, 9 at 16, 1 at 8


@dataclass(frozen=True, slots=True)
class Found:
    """What pictures show.

    Args:
        faces: How many there are in each picture.
        bright: How bright each is (0..255).
        lost: How many of the pictures that were looked for could not be decoded.
        closely: Whether more than the usual three were looked at.
    """

    faces: list[int]
    bright: list[float]
    lost: int
    closely: bool


def faces_in(path: Path, length: int, *, closely: bool = False) -> Found:
    """What three pictures show, or many more.

    Args:
        path: The video.
        length: ms of it that can be read.
        closely: Whether to go on where no face is found: where nothing is heard, a face is all that could be judged.

    Raises:
        Suspicious: Not one picture can be decoded.
    """
    finder, counts, bright = _finder(), [], []
    damaged: list[float] = []

    def look(places: Sequence[float]) -> None:
        until = time.monotonic() + PATIENCE
        for picture in _pictures(path, length, places, damaged):
            small, _ = picture.shrunk(64)
            level = float(np.mean(small))
            bright.append(level if picture.full else max(0.0, (level - 16) * 255 / 219))
            counts.append(len(finder.everywhere(picture)))
            if places is CLOSELY and (counts[-1] or time.monotonic() > until):
                return

    look(PLACES)
    if not counts:
        raise Suspicious("MEDIA_UNREADABLE", "None of three pictures of the file can be decoded.")
    lost = min(len(damaged), len(PLACES) - len(counts))  # elsewhere nothing may lie, or a key frame is too far
    closely = closely and not any(counts)
    if closely:
        look(CLOSELY)
    return Found(counts, bright, lost, closely)


def _finder() -> faces.Finder:
    """What finds faces, of what is on this machine: nothing is downloaded while somebody waits."""
    weights = faces.home() / "yunet_n_320_320.onnx"
    return faces.yunet(weights) if weights.is_file() else faces.haar()


def _pictures(path: Path, length: int, places: Sequence[float], damaged: list[float]) -> Iterator[Grey]:
    """The pictures at these places, or as many of them as can be decoded."""
    from av import VideoFrame

    for share in places:
        with open_media(path, LIMITS) as container:
            stream = picture_stream(container)
            assert stream is not None, "its probe had one"
            until, last = time.monotonic() + SEEN, None
            aspect = float(stream.sample_aspect_ratio or 1)
            for frame in decoded(container, stream, share * length / 1_000, damaged):
                if isinstance(frame, VideoFrame):
                    last = frame
                    if frame.time is None or frame.time >= share * length / 1_000 or time.monotonic() > until:
                        break
            if last is not None:
                yield grey(last, aspect)


def about_pictures(found: Found, sound: Mapping[str, Any] | None) -> list[dict[str, str]]:
    """What to warn of.

    Args:
        found: In the pictures.
        sound: As it is reported; None where there is none.
    """
    said = []
    if found.lost:
        fix = _("Parts of the file are damaged, and are left out. Copy it again from where it was recorded.")
        said.append(warning(_("Of three sampled pictures some cannot be decoded:"), fix, f"{found.lost} / {len(PLACES)}"))
    if max(found.bright) < DARK:
        said.append(warning(_("The pictures are very dark."), _("Brighten the video before you send it, or record with more light.")))
    if not any(found.faces) and (sound is None or sound["silent"]):
        text = _("There is no face in the sampled pictures, and no sound: from this file alone nothing can be judged.")
        if sound is not None:
            text = _("There is no face in the sampled pictures, and the sound is silent: from this file alone nothing can be judged.")
        fix = _("Only if a face shows between those pictures is there something to judge. Add the sound or EEG, or send another video.")
        said.append(warning(text, fix))
    elif not any(found.faces):
        fix = _("Look whether a face is seen from the front, at least a tenth of the picture high. The voice is judged all the same.")
        said.append(warning(_("There is no face in three sampled pictures."), fix))
    elif max(found.faces) > 1:
        fix = _("The largest is followed. Cut the picture to one person if another is meant.")
        said.append(warning(_("There is more than one face in a picture."), fix))
    return said
