"""The sample's recording, made where it is analysed: emofuse's own demonstration, so that no picture of anybody else is shown."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from emofuse_web.recognition import analysis
from emofuse_web.recognition.telling import Telling

SECONDS = 10


def analyse(request: Mapping[str, Any], folder: Path, telling: Telling) -> dict[str, object]:
    """Make the clip, then analyse it like any other.

    Raises:
        EmofuseError: It cannot be made: scikit-image, which carries the portrait, is not installed.
    """
    from emofuse.demo import talking_portrait

    passing = folder / "tmp"  # what lies in "in" is for reading only
    passing.mkdir(exist_ok=True)
    talking_portrait(passing / "video.mp4", SECONDS)
    return analysis.analyse({**request, "inputs": {"video": str(passing / "video.mp4")}}, folder, telling)
