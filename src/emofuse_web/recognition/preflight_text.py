"""A look at a transcript: how it is written, in which language, how much there is, and whether it says when."""

import codecs
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from emofuse.media.transcripts import letters
from emofuse.media.transcripts.read import FORMATS, Limits, read_transcript
from emofuse_web.recognition.preflight_errors import plain, warning
from emofuse_web.recognition.suspicious import LIMITS as MEDIA_LIMITS
from emofuse_web.recognition.suspicious import Suspicious

LIMITS = Limits(size=16 << 20, cues=50_000)  # an hour of speech has about a thousand
_ENCODINGS = {codecs.BOM_UTF8: "UTF-8", codecs.BOM_UTF16_LE: "UTF-16", codecs.BOM_UTF16_BE: "UTF-16"}


def words(path: Path, told: Mapping[str, Any]) -> dict[str, Any]:
    """What a transcript is.

    Raises:
        MediaError: It cannot be read.
        Suspicious: It holds no words, or lasts too long.
    """
    del told
    found = read_transcript(path, limits=LIMITS)
    raw = path.read_bytes()
    text, _ = letters.decoded(raw, path.name)
    form = next(form for form in FORMATS if form.is_one(text, path.suffix.lower()))
    spoken = sum(len(one.words.split()) for one in found.utterances)
    if not spoken:
        raise Suspicious("TEXT_EMPTY", "The transcript describes sounds, or is empty. Expected words.")
    if found.timed and found.end > MEDIA_LIMITS.duration:
        raise Suspicious("TEXT_LIMIT", f"It lasts {found.end / 60_000:.1f} minutes. Expected at most {MEDIA_LIMITS.duration / 60_000:g}.")
    return {
        "format": form.__name__.rsplit(".", 1)[-1],
        "encoding": _encoding(raw),
        "language": found.language,
        "utterances": len(found.utterances),
        "words": spoken,
        "timed": found.timed,
        "duration": found.end if found.timed else None,
        "warnings": [warning(plain(note, path), "") for note in found.notes],
    }


def _encoding(raw: bytes) -> str:
    marked = next((name for mark, name in _ENCODINGS.items() if raw.startswith(mark)), None)
    if marked:
        return marked
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        return "other"
    return "UTF-8"
