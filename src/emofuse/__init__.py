"""Emotion from any subset of voice, face video, text and EEG, fused, calibrated, and honest about it."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from emofuse.analysis import Answer as Answer

__version__ = "0.1.0"


def analyze(path: object, **options: object) -> "Answer":
    """Analyse one recording: `emofuse.analysis.analyze_file`, imported when it is called.

    Example:
        ``emofuse.analyze("clip.mp4").spans()``
    """
    from emofuse.analysis import analyze_file

    return analyze_file(path, **options)  # type: ignore[arg-type]  # one signature, kept in analysis.py
