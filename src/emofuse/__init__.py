"""Emotion from any subset of voice, face video, text and EEG, fused, calibrated, and honest about it."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import os
    from collections.abc import Sequence

    from emofuse.analysis import Answer as Answer
    from emofuse.core.progress import Progress

__version__ = "0.1.0"


def analyze(
    path: "str | os.PathLike[str]",
    *,
    run: str | None = None,
    explain: bool = False,
    beside: "Sequence[str | os.PathLike[str]]" = (),
    progress: "Progress | None" = None,
) -> "Answer":
    """Analyse one recording; what it needs is imported when it is called.

    Args:
        path: A video or a sound file.
        run: One recognizer, by its shipped name or its folder; without it the fusion of those that come with the package.
        explain: Whether to find out why, too: `explanation`, ``plot_explanation()``; it takes some seconds more.
        beside: Other recordings of the same person, for a run whose features are seen against such.
        progress: Told about milliseconds done, and in all.

    Returns:
        A timeline that can also be kept, drawn and put into a table: ``spans()``, ``save()``, ``plot()``, ``to_frame()``.

    Raises:
        MediaError: The file is missing, refused, unreadable, or holds neither a face nor a voice.
        RunError: There is no such run, or it judges every recording alone although others were named.

    Example:
        ``emofuse.analyze("clip.mp4").spans()``
    """
    from emofuse.analysis import analyze_file
    from emofuse.core.progress import quiet_progress

    return analyze_file(path, run=run, explain=explain, beside=beside, progress=progress or quiet_progress)
