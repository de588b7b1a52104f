"""WebVTT: the answer as subtitles, for browsers and players.

Source: W3C WebVTT, https://www.w3.org/TR/webvtt1/
"""

import re
from html import escape
from pathlib import Path

from emofuse.core.provenance import provenance
from emofuse.core.timeline import Timeline
from emofuse.exports.base import caption, source, stamp, write

_ARROW = re.compile(r"-{2,}>")

SUFFIX = ".vtt"
SUMMARY = "subtitles for browsers: the answer of the first lane, as it changes"


def text(timeline: Timeline) -> str:
    """A cue a span of the timeline's own lane; members would stand on top of each other."""
    title = _safe(f"Emotion of {source(timeline)}" if source(timeline) else "Emotion")
    blocks = [f"WEBVTT - {title}", f"NOTE {_safe(provenance(timeline))}"]
    for number, span in enumerate(timeline.spans(), 1):
        times = f"{stamp(span.segment.start, '.')} --> {stamp(span.segment.end, '.')}"
        blocks.append(f"{number}\n{times}\n{escape(caption(span), quote=False)}")
    return "\n\n".join(blocks) + "\n"


def save(timeline: Timeline, path: Path) -> None:
    """Write the subtitles.

    Raises:
        MediaError: The disk is full, or the folder cannot be written.
    """
    write(text(timeline), path)


def _safe(words: str) -> str:
    """One line without the arrow that marks times."""
    return _ARROW.sub("->", " ".join(words.split()))
