"""An answer as files: every format that pages offer, its curves, why, and what was said."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

from emofuse import catalog
from emofuse.core.provenance import provenance
from emofuse_web.recognition import curves
from emofuse_web.recognition.made import EXPORTS, named

if TYPE_CHECKING:
    from emofuse.analysis import Answer
    from emofuse.core.progress import Progress


def write(answer: "Answer", out: Path, progress: "Progress") -> None:
    """Write them into a folder.

    Raises:
        MediaError: The disk is full.
    """
    curves.write(answer, out / named("lanes"), out / named("curves"))
    for i, name in enumerate(EXPORTS):
        catalog.module("exports", name).save(answer, out / named(name))
        progress(i + 1, len(EXPORTS) + 1)
    if answer.explanation is not None:
        said = {**catalog.module("exports", "json").document(answer)["explanation"], "about": provenance(answer)}
        (out / named("explanation")).write_text(json.dumps(said, ensure_ascii=False, separators=(",", ":")), encoding="utf-8")
        catalog.module("exports", "explanation_png").save(answer, out / named("explanation_png"))
    progress(1, 1)


def transcript(path: Path, out: Path, duration: int | None, offset: int, language: str | None) -> None:
    """What was said, with its times: {"timed", "language", "told", "utterances": [{"start", "end", "text", "speaker"}]}."""
    from emofuse.media.transcripts.read import read_transcript

    read = read_transcript(path, duration, offset=offset, language=language)
    said = [
        {"start": one.segment.start, "end": one.segment.end, "text": one.words, "speaker": one.speaker}
        for one in read.utterances
        if one.words
    ]
    document = {"timed": read.timed, "language": read.language, "told": read.told, "utterances": said}
    (out / named("transcript")).write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")
