"""``python -m emofuse_web.recognition.prepare``: brings what children need and cannot fetch themselves, having no network.

A worker starts it beside itself: the detector of faces, and the quicker form of the recognizer of text. Without a network, or where the
folder of models may not be written, analyses do with less, and say so.
"""

import logging
import os
from pathlib import Path

DETECTOR, GRAPHS = "yunet_n_320_320.onnx", "graphs"  # what is kept in the folder of models once it was fetched, or made

log = logging.getLogger(__name__)


def wanting() -> bool:
    """Whether anything is missing; by names alone, as a worker may start often."""
    home = Path(os.environ.get("EMOFUSE_HOME") or Path.home() / ".cache" / "emofuse")
    return not (home / DETECTOR).exists() or not any((home / GRAPHS).glob("*"))


def main() -> None:
    """Look for each; what is missing is fetched or made, and kept in EMOFUSE_HOME."""
    from emofuse.core.errors import EmofuseError
    from emofuse.media.faces import finder
    from emofuse.run import load, shipped

    os.nice(10)  # whoever waits for an answer goes first
    found = finder()
    if found.note:
        log.warning("%s", found.note)
    if "text" in shipped():
        try:
            load("text")
        except EmofuseError as problem:
            log.warning("The recognizer of text cannot be made ready: %s", problem)


if __name__ == "__main__":
    logging.basicConfig(level=logging.WARNING, format="%(message)s")
    main()
