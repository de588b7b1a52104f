"""What comes out of an analysis: by kind, what the file is called in the child's folder, and what it is. Light.

Whoever collects goes by this table, and never by what a child says of its files.
"""

from collections.abc import Mapping

JSON = "application/json"
ANSWER = "timeline."  # what the names of formats of emofuse begin with; they end as emofuse ends them
KINDS: Mapping[str, tuple[tuple[str, str], ...]] = {
    "proxy": (("proxy.mp4", "video/mp4"), ("proxy.m4a", "audio/mp4")),
    "annotated": (("annotated.mp4", "video/mp4"),),
    "thumbnail": (("thumbnail.jpg", "image/jpeg"),),
    "peaks": (("peaks.json", JSON),),
    "lanes": (("lanes.npz", "application/octet-stream"),),
    "curves": (("curves.json", JSON),),
    "transcript": (("transcript.json", JSON),),
    "json": (("timeline.json", JSON),),
    "csv_spans": (("timeline.spans.csv", "text/csv"),),
    "csv_curves": (("timeline.curves.csv", "text/csv"),),
    "vtt": (("timeline.vtt", "text/vtt"),),
    "srt": (("timeline.srt", "application/x-subrip"),),
    "eaf": (("timeline.eaf", "application/xml"),),
    "audacity": (("timeline.labels.txt", "text/plain"),),
    "png": (("timeline.png", "image/png"),),
    "explanation": (("explanation.json", JSON),),
    "explanation_png": (("explanation.png", "image/png"),),
}
EXPORTS = ("json", "csv_spans", "csv_curves", "vtt", "srt", "eaf", "audacity", "png")  # formats of emofuse that every analysis has


def named(kind: str) -> str:
    """What the file of a kind is called; of a proxy, that with a picture."""
    return KINDS[kind][0][0]


def ending(kind: str, media_type: str = "") -> str:
    """How a file of a kind ends, whatever it is saved as: formats as emofuse ends them, all else by what it is.

    Example:
        >>> ending("audacity"), ending("annotated"), ending("proxy", "audio/mp4")
        ('.labels.txt', '.annotated.mp4', '.proxy.m4a')
    """
    name = next((name for name, held in KINDS[kind] if held == media_type), named(kind))
    return f".{name.removeprefix(ANSWER)}"
