"""Three pictures of a video: how many faces there are in each, and whether there is light enough to see one."""

import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from emofuse.media import faces
from emofuse.media.probe import open_media, picture_stream
from emofuse.media.video import Grey, grey
from emofuse_web.problems import _
from emofuse_web.recognition.preflight_decoded import decoded
from emofuse_web.recognition.preflight_errors import warning
from emofuse_web.recognition.suspicious import LIMITS, Suspicious

PLACES = (0.1, 0.5, 0.9)  # where in the recording faces are looked for
SEEN = 0.35  # s for each picture
DARK = 16  # of 255; mean brightness at which YuNet begins to miss faces: of 10 clips it finds 10 at 24, 9 at 16, 1 at 8


def faces_in(path: Path, length: int) -> tuple[list[int], list[float]]:
    """How many faces there are in each of three pictures, and how bright these are (0..255)."""
    finder, counts, bright = _finder(), [], []
    for picture in _pictures(path, length):
        small, _ = picture.shrunk(64)
        level = float(np.mean(small))
        bright.append(level if picture.full else max(0.0, (level - 16) * 255 / 219))
        counts.append(len(finder.everywhere(picture)))
    if not counts:
        raise Suspicious("MEDIA_UNREADABLE", "None of three pictures of the file can be decoded.")
    return counts, bright


def _finder() -> faces.Finder:
    """What finds faces, of what is on this machine: nothing is downloaded while somebody waits."""
    weights = faces.home() / "yunet_n_320_320.onnx"
    return faces.yunet(weights) if weights.is_file() else faces.haar()


def _pictures(path: Path, length: int) -> Iterator[Grey]:
    """Three pictures, or as many of them as can be decoded in time."""
    from av import VideoFrame

    for share in PLACES:
        with open_media(path, LIMITS) as container:
            stream = picture_stream(container)
            assert stream is not None, "its probe had one"
            until, last = time.monotonic() + SEEN, None
            aspect = float(stream.sample_aspect_ratio or 1)
            for frame in decoded(container, stream, share * length / 1_000):
                if isinstance(frame, VideoFrame):
                    last = frame
                    if frame.time is None or frame.time >= share * length / 1_000 or time.monotonic() > until:
                        break
            if last is not None:
                yield grey(last, aspect)


def about_pictures(found: list[int], bright: list[float]) -> list[dict[str, str]]:
    """What to warn of."""
    said = []
    if max(bright) < DARK:
        said.append(warning(_("The pictures are very dark."), _("Brighten the video before you send it, or record with more light.")))
    if not any(found):
        fix = _("Look whether a face is seen from the front, at least a tenth of the picture high. The voice is judged all the same.")
        said.append(warning(_("There is no face in three sampled pictures."), fix))
    elif max(found) > 1:
        fix = _("The largest is followed. Cut the picture to one person if another is meant.")
        said.append(warning(_("There is more than one face in a picture."), fix))
    return said
