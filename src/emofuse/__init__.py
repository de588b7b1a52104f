"""Emotion from any subset of voice, face video, text and EEG, fused, calibrated, and honest about it."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping, Sequence

    from emofuse.adaptation.study import Study as Study
    from emofuse.analysis import Answer as Answer
    from emofuse.client import Client as Client
    from emofuse.core.progress import Progress

__version__ = "0.1.0"


def analyze(
    path: "str | os.PathLike[str]",
    *,
    run: str | None = None,
    explain: bool = False,
    beside: "Sequence[str | os.PathLike[str]]" = (),
    audio: "str | os.PathLike[str] | None" = None,
    text: "str | os.PathLike[str] | None" = None,
    eeg: "str | os.PathLike[str] | None" = None,
    eeg_as: "Mapping[str, object] | None" = None,
    offsets: "Mapping[str, float | None] | None" = None,
    transcribe: "str | os.PathLike[str] | None" = None,
    language: str | None = None,
    hop: int | None = None,
    threshold: float | None = None,
    progress: "Progress | None" = None,
) -> "Answer":
    """Analyse one recording; what it needs is imported when it is called.

    Args:
        path: A video, a sound file, a transcript or EEG.
        run: One recognizer, by its shipped name or its folder; without it the fusion of those that come with the package.
        explain: Whether to find out why, too: `explanation`, ``plot_explanation()``; it takes some seconds more.
        beside: Other recordings of the same person, for a run whose features are seen against such.
        audio: Sound of the same moment that is heard instead of the video's own.
        text: What was said in it: txt, srt, vtt, csv, eaf.
        eeg: The brain's recording of it: EDF, BDF, BrainVision, EEGLAB, FIF, .mat, numpy, Muse csv.
        eeg_as: What that file does not say of itself: variable, axes, channels, rate, unit.
        offsets: By how many seconds "audio", "text" or "eeg" is later than the recording; None for sound that is to be found by ear.
        transcribe: A folder with a Whisper, which writes the transcript.
        language: What is said there is in, as a code such as "en" or "ru"; without it that is guessed.
        hop: An answer every so many ms (100 to 10,000) of recognizers that read by windows (voice, eeg-muse); without it as they were
            taught, as always with those that answer every look at a face (face) and every utterance (text).
        threshold: By how much the first label must lead the second not to be called uncertain, 0 to 1; without it as was measured.
        progress: Told about milliseconds done, and in all.

    Returns:
        A timeline that can also be kept, drawn and put into a table: ``spans()``, ``save()``, ``plot()``, ``to_frame()``.

    Raises:
        MediaError: The file is missing, refused, unreadable, or holds neither a face nor a voice; a language is told of no words.
        UnknownName: There is no such language.
        RunError: There is no such run, or it judges every recording alone although others were named; such a hop or threshold cannot be.

    Example:
        ``emofuse.analyze("clip.mp4").spans()``
    """
    from pathlib import Path

    from emofuse.analysis import analyze_file
    from emofuse.core.modality import Modality
    from emofuse.core.progress import quiet_progress
    from emofuse.media.files import Belonging
    from emofuse.wishes import Wishes

    wishes = Wishes(hop, threshold)
    parts = {name: Path(part) for name, part in (("audio", audio), ("text", text), ("eeg", eeg)) if part is not None}
    later = {Modality(m): None if seconds is None else round(1_000 * seconds) for m, seconds in (offsets or {}).items()}
    listener = Path(transcribe) if transcribe is not None else None
    belonging = Belonging(**parts, eeg_as=eeg_as or {}, offsets=later, listener=listener, language=language)
    told = progress or quiet_progress
    return analyze_file(path, run=run, explain=explain, beside=beside, belonging=belonging, wishes=wishes, progress=told)


def calibrate(
    run: "str | Sequence[str]",
    clips: "str | os.PathLike[str]",
    out: "str | os.PathLike[str]",
    *,
    eeg_as: "Mapping[str, object] | None" = None,
    progress: "Progress | None" = None,
) -> "Study":
    """Adapt a recognizer, or a fusion, to one person from a few labelled clips; what it needs is imported when it is called.

    Args:
        run: One run by its shipped name or folder, or several, which are fused.
        clips: A table with a row a clip: file, label, and perhaps start, end, audio, text, eeg.
        out: The folder to write, which ``analyze(..., run=out)`` then takes.
        eeg_as: What the EEG's files do not say of themselves: variable, axes, channels, rate, unit.
        progress: Told about recordings read, and in all.

    Returns:
        What was learnt, and what it is worth by nested folds: ``text()``, ``gain``.

    Raises:
        RunError: There is no such run; or adapting does not help, and nothing is written.
        CorpusError: The table, or a recording of it, cannot be read.
        UnknownName: A label that the run does not know.
        SplitError: Too few clips.

    Example:
        ``emofuse.calibrate("voice", "my-clips.csv", "me")``
    """
    from pathlib import Path

    from emofuse.adaptation.study import calibrate as adapt
    from emofuse.core.progress import quiet_progress

    runs = [run] if isinstance(run, str) else list(run)
    return adapt(runs, Path(clips), Path(out), eeg_as=eeg_as or {}, progress=progress or quiet_progress)


def __getattr__(name: str) -> object:
    """`emofuse.Client`, which asks a site of emofuse; imported where it is used."""
    if name == "Client":
        from emofuse.client import Client

        return Client
    raise AttributeError(f"module 'emofuse' has no attribute '{name}'")
