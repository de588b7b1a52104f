"""An analysis, by what is given: a recording, whose proxy is made first, or words, which never meet sound or picture."""

from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

from emofuse_web.recognition.suspicious import Suspicious
from emofuse_web.recognition.telling import Telling


def analyse(request: Mapping[str, Any], folder: Path, telling: Telling) -> dict[str, object]:
    """Analyse what lies in the folder ``in``; files come out in ``out``, named as in `made.KINDS`.

    Args:
        request: "mode"; "inputs", names of files by role; "model"; "name", what the user calls it; "options": "explain",
            "annotate_video", "offsets" in seconds, "language" of the words, "hop_ms", "threshold"; "told", what was said of EEG; "threads";
            "gone", where a file is no longer there.
        folder: Of the job.
        telling: Told of stages and progress.

    Returns:
        "status" (succeeded or partial), "duration" in ms, "summary", "warnings", "version".

    Raises:
        EmofuseError: What was sent cannot be analysed.
    """
    if request.get("gone"):
        raise Suspicious("INPUT_GONE", "A file of this analysis is not here any longer.")
    way = "texts" if request["mode"] == "text" else "recordings"  # apart, so that words are judged by words alone
    answer: dict[str, object] = import_module(f"emofuse_web.recognition.{way}").analyse(request, folder, telling)
    return answer
