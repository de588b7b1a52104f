"""A small picture of a video: a frame with a clear face, or one a third in."""

from pathlib import Path

from emofuse.media.faces import finder
from emofuse.media.probe import open_media, picture_stream
from emofuse.media.video import grey

WIDE = 320  # pixels
LOOKS = 8  # key frames that are looked at, spread over the video
CLEAR = 0.12  # of the picture's shorter side that a clear face takes
_QUALITY = 80  # of the JPEG


def write(video: Path, target: Path) -> None:
    """Write it as JPEG, without anything beside the picture."""
    import cv2

    found = finder()
    best = None
    with open_media(video) as container:
        picture = picture_stream(container)
        assert picture is not None
        duration = container.duration or 0  # microseconds
        for moment in (duration // 3, *(duration * i // LOOKS for i in range(LOOKS))):  # the first is kept where nobody is seen
            container.seek(moment)
            frame = next(iter(container.decode(picture)), None)
            if frame is None:
                continue
            best = best or frame
            faces = found.everywhere(grey(frame, 1.0))
            if any(face.width >= CLEAR * min(frame.width, frame.height) for face in faces):
                best = frame
                break
    assert best is not None  # a proxy has frames
    height = max(2, round(best.height * WIDE / best.width))
    small = best.reformat(WIDE, height, "bgr24", interpolation="AREA").to_ndarray()
    cv2.imwrite(str(target), small, [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])
