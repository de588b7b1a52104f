"""Words alone. Nothing that reads sound or pictures is imported here, and no such file is ever opened: a test holds this."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from emofuse.core.clip import Clip
from emofuse.core.errors import MediaError
from emofuse.core.provenance import recognizers
from emofuse.media.files import clip_from_files
from emofuse_web.recognition import suspicious, writing
from emofuse_web.recognition.judging import judged, worded
from emofuse_web.recognition.summary import summary
from emofuse_web.recognition.telling import Telling


def analyse(request: Mapping[str, Any], folder: Path, telling: Telling) -> dict[str, object]:
    """As `emofuse_web.recognition.analysis.analyse`, of words.

    Raises:
        MediaError: There are no words, or something beside them.
    """
    inputs = request["inputs"]
    if set(inputs) != {"text"}:
        raise MediaError("Words are judged by themselves here. Expected one transcript and nothing beside it; leave the rest out.")
    path, out = folder / "in" / str(inputs["text"]), folder / "out"
    telling.stage("probe")
    suspicious.check(path, "text")
    options = request.get("options") or {}
    language = options.get("language")
    clip = clip_from_files(text=path, language=language)
    telling.progress(0.05)
    telling.stage("text")
    model = str(request["model"])
    answer = judged(clip, worded(model), str(request["name"]), {"model": model}, options=options, progress=telling.part(0.1, 0.8))
    telling.stage("render")
    writing.transcript(path, out, None, 0, language)
    writing.write(answer, out, telling.part(0.8, 0.99))
    return {
        "status": "succeeded",
        "duration": answer.duration,
        "summary": {**summary(answer), **_order(clip, answer.duration), "unused": [], "seconds": telling.seconds},
        "warnings": list(answer.notes),
        "version": recognizers(answer),
    }


def _order(clip: Clip, duration: int) -> dict[str, int]:
    """How many sentences or rows there are, where they are all that was measured."""
    each = int(clip.facts.get("text_order", 0))
    return {"sentences": round(duration / each)} if each else {}
