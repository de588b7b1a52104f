"""Find faces, and frame them as FER2013 frames its 35,887.

YuNet (Wu, Peng, Yu 2023) where its weights are at hand, OpenCV's Haar cascade where they are not.
Nothing here knows that pictures follow each other; `emofuse.media.follow` does.
"""

import functools
import hashlib
import logging
import os
import threading
import time
import urllib.request
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from emofuse.core.errors import MediaError
from emofuse.media.beside import beside
from emofuse.media.video import Box, Grey

SIDE = 48  # pixels; of a FER2013 face
ADDRESS = "https://raw.githubusercontent.com/ShiqiYu/libfacedetection.train/master/onnx/yunet_n_320_320.onnx"
SHA256 = "81dbde155e982455488235acb8ec2dec5d647edf7cf7080d33e4abb69b93a0d2"
PATIENCE = 5.0  # seconds that a download may take; the file has 0.3 MB
_RETRY = 3_600.0  # seconds after which a download that failed is tried again, by another process too
_WIDE = 320  # pixels; the longer side of a whole picture that is searched: faces from a twentieth of it up are found
_AROUND = 1.7  # side of a face's surroundings over its own; a head moves less than a third of its width in a fifth of a second
_SMALLEST = 24  # pixels of the video; half of what FER2013 shows, below which there is no expression to see

Detect = Callable[[np.ndarray, float], Sequence[Box]]
"""(height, width) uint8 and the score that is enough -> boxes as this detector draws them."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, eq=False)
class Finder:
    """Where the faces of a picture are, each as the square that FER2013 would show.

    The way from a detector's box to that square is the median over 2,500 faces of FER2013, padded and searched:
    its residual is 4 % of the side for the middle and 15 % for the side, which is FER2013's own spread.

    Args:
        name: Of the detector.
        detect: Boxes in a picture.
        side: Side of the square over the height of the detector's box.
        down: How far the square's middle is below that of the box, over its height.
        closely: Pixels to which the surroundings of a known face are brought for another look.
        note: What a reader must be told of this detector; None where it is the best one.
    """

    name: str
    detect: Detect
    side: float
    down: float
    closely: int = 64
    note: str | None = None

    def everywhere(self, picture: Grey) -> list[Box]:
        """All faces, in pixels of the upright picture."""
        small, factor = picture.shrunk(_WIDE)
        return self._framed(self.detect(small, 0.7), 0.0, 0.0, factor)

    def near(self, picture: Grey, face: Box) -> Box | None:
        """The face that was at `face` a moment ago; None where it is no longer. A tenth of the work of looking everywhere."""
        around = face.grown(_AROUND)
        found = self._framed(self.detect(picture.crop(around, self.closely), 0.5), around.x, around.y, around.width / self.closely)
        best = max(found, key=face.overlap, default=None)
        return best if best is not None and face.overlap(best) > 0.2 else None

    def _framed(self, boxes: Sequence[Box], x: float, y: float, factor: float) -> list[Box]:
        """Boxes of a part that begins at (x, y), `factor` times as small, as FER2013 squares of the whole."""
        squares = []
        for box in boxes:
            (across, down), side = box.middle, box.height * self.side
            square = Box(across - side / 2, down + box.height * self.down - side / 2, side, side)
            squares.append(Box(x + square.x * factor, y + square.y * factor, side * factor, side * factor))
        return [square for square in squares if square.width >= _SMALLEST]


def finder(weights: Path | None = None) -> Finder:
    """The best detector at hand: weights in the folder (or file) named, else those in EMOFUSE_HOME, else downloaded there, else Haar.

    Make one for every file: a detector must not be used by two threads.

    Raises:
        MediaError: The folder named has no YuNet weights, or they cannot be loaded.
    """
    if weights is not None:
        return yunet(_named(Path(weights)))
    file = at_hand(home() / "yunet_n_320_320.onnx", ADDRESS, SHA256)
    return yunet(file) if file is not None else haar()


def yunet(weights: Path) -> Finder:
    """YuNet, with weights for any input size.

    Raises:
        MediaError: OpenCV cannot load them.
    """
    import cv2

    @functools.lru_cache(maxsize=2)  # the whole picture, and a face's surroundings: changing one's size costs as much as a search
    def network(width: int, height: int) -> cv2.FaceDetectorYN:
        return cv2.FaceDetectorYN.create(str(weights), "", (width, height), 0.5, 0.3, 100)

    def detect(picture: np.ndarray, enough: float) -> list[Box]:
        height, width = picture.shape
        _, rows = network(width, height).detect(cv2.cvtColor(picture, cv2.COLOR_GRAY2BGR))
        rows = np.empty((0, 15)) if rows is None else rows  # x, y, width, height, five landmarks, score
        return [Box(*map(float, row[:4])) for row in rows if row[14] >= enough and np.isfinite(row).all()]

    try:
        network(64, 64)
    except cv2.error as error:
        raise MediaError(f"{weights} cannot be loaded as YuNet: {error.err}. Expected its ONNX file; remove this one.") from error
    # 64 pixels measure within 2 % (middle) and 5 % (side) of a search in all of the picture, for a quarter of its time.
    return Finder("YuNet", detect, side=1.0, down=-0.02, closely=64)


def haar() -> Finder:
    """OpenCV's cascade of Haar features (Viola, Jones 2001), which comes with OpenCV."""
    import cv2
    from cv2.data import haarcascades

    cascade = cv2.CascadeClassifier(str(Path(haarcascades) / "haarcascade_frontalface_alt2.xml"))

    def detect(picture: np.ndarray, enough: float) -> list[Box]:
        longest = max(picture.shape)
        smallest, largest = (longest // 3, longest) if longest == 96 else (24, longest)  # 96: near a known face
        boxes = cascade.detectMultiScale(
            np.ascontiguousarray(picture), 1.1, 4 if enough > 0.5 else 3, minSize=(smallest, smallest), maxSize=(largest, largest)
        )
        return [Box(*map(float, box)) for box in boxes]

    note = (
        "faces were found by a simpler method that misses turned heads, because YuNet's weights are not here and could not be downloaded; "
        "put yunet_n_320_320.onnx into EMOFUSE_HOME, or connect to the network"
    )
    return Finder("Haar cascade", detect, side=1.03, down=0.0, closely=96, note=note)


def home() -> Path:
    """Where downloads are kept: EMOFUSE_HOME, or a folder of the user's cache."""
    return Path(os.environ.get("EMOFUSE_HOME") or Path.home() / ".cache" / "emofuse")


def at_hand(file: Path, address: str, sha256: str, patience: float = PATIENCE) -> Path | None:
    """A file that is downloaded when it is not there; None where that fails, which costs at most `patience` seconds an hour.

    Args:
        file: Where it belongs.
        address: Where it comes from.
        sha256: What its content must be.
        patience: Seconds for all of it.
    """
    if _right(file, sha256):
        return file
    if _failed_lately(file):
        return None
    done = threading.Event()
    problems: list[str] = []

    def work() -> None:
        try:
            _download(file, address, sha256, time.monotonic() + patience)
        except (OSError, ValueError, MediaError) as error:  # ValueError: not an address
            problems.append(str(error))
        done.set()

    # A thread, because nothing else bounds the time that looking up a host's name takes.
    threading.Thread(target=work, name="emofuse download", daemon=True).start()
    if done.wait(patience) and not problems:
        return file
    log.info("Could not download %s: %s. Put it to %s by hand.", address, *(problems or ["no answer in time"]), file)
    _remember_failure(file)
    return None


def _download(file: Path, address: str, sha256: str, until: float) -> None:
    with beside(file) as unfinished, unfinished.open("wb") as kept:
        digest = hashlib.sha256()
        try:
            opened = urllib.request.urlopen(address, timeout=max(until - time.monotonic(), 0.1))
        except OSError as error:  # not a fault of the folder that is written to
            raise MediaError(f"it cannot be reached ({getattr(error, 'reason', error)})") from error
        with opened as answer:
            while block := answer.read(1 << 16):
                if time.monotonic() > until:
                    raise TimeoutError("the network is too slow")
                digest.update(block)
                kept.write(block)
        if digest.hexdigest() != sha256:
            raise ValueError(f"its content is not the expected one (SHA-256 {digest.hexdigest()})")


def _right(file: Path, sha256: str) -> bool:
    return file.is_file() and hashlib.sha256(file.read_bytes()).hexdigest() == sha256


_failures: set[Path] = set()  # in this process, for where the folder cannot be written


def _failed_lately(file: Path) -> bool:
    stamp = file.with_suffix(".unreachable")
    return file in _failures or (stamp.is_file() and time.time() - stamp.stat().st_mtime < _RETRY)


def _remember_failure(file: Path) -> None:
    _failures.add(file)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.with_suffix(".unreachable").touch()
    except OSError:
        log.info("%s cannot be written; the next process will try to download again.", file.parent)


def _named(weights: Path) -> Path:
    """The weights a user means by a file or a folder.

    Raises:
        MediaError: There are none.
    """
    if weights.is_file():
        return weights
    found = sorted(weights.glob("*yunet*.onnx"))
    if not found:
        raise MediaError(f"No YuNet weights in {weights}. Expected a file like yunet_n_320_320.onnx; get it from {ADDRESS}.")
    return found[0]
