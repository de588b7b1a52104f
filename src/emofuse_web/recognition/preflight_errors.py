"""Which problem of the catalogue an error of emofuse is, and its message in words for somebody who has no shell and no paths."""

import re
from pathlib import Path

from emofuse.core.errors import EmofuseError, MissingModality
from emofuse_web.problems import problem
from emofuse_web.recognition.suspicious import Suspicious

_SAID = (  # what a message says -> the code; the first that fits
    (r"keeps the numbers of|has a link in place|packs .* in a way|and stores|again and again", "MAT_REFUSED"),
    (r"structures within each other|holds more than .* arrays|says that .* has the shape", "MAT_REFUSED"),
    (r"unpacks to|takes? .* GiB|took longer than .* seconds|lasts .* hours", "EEG_LIMIT"),
    (r"There is no file|is a folder|a pipe or a device|may not be read|is not a file|has gone", "INPUT_GONE"),
    (r"is not installed|cannot be loaded|No YuNet|holds a model", "MODEL_MISSING"),
    (r"cannot be written|cannot be made", "OURS"),
    (r"no arrays of numbers", "UNREADABLE"),
    (r"which of its arrays|holds no array", "EEG_VARIABLE"),
    (r"what the axes of|do not fit .* whose shape|would have .* channels|and its data have the shape", "EEG_AXES"),
    (r"says .* samples a second, and|how many samples a second|has [\d.e+]+ samples a second\.", "EEG_RATE"),
    (r"by its times|in its times|times do not go", "EEG_RATE"),
    (r"is no unit of EEG|spread by .* microvolts", "EEG_UNIT"),
    (r"channels without names|has no channel", "EEG_CHANNELS"),
    (r"is no EEG file that can be read|is one part of a recording", "EEG_FORMAT"),
    (r"cannot be heard|of sound tell no offset|no sound to find its place", "OFFSET_UNHEARD"),
    (r"lies wholly", "OFFSET_BEYOND"),
    (r"Nothing in .* lies within|holds \d+ dialogues", "TEXT_ELSEWHERE"),
    (r"is empty", "MEDIA_EMPTY"),
    (r"says that it has .* (?:pixels|streams|frames|samples|channels|seconds)|compressed index", "MEDIA_LIMIT"),
    (r"has [\d,]+ (?:bytes|captions or lines)", "TEXT_LIMIT"),
    (r"No caption in", "TEXT_EMPTY"),
    (r"is coded as", "MEDIA_CODEC"),
    (r"not a recording|not a MATLAB file", "MEDIA_REFUSED_FORMAT"),
    (r"streams cannot be read|can(?:not)? be decoded|could be decoded|crashed|breaks? off|damaged", "UNREADABLE"),
    (r"has no picture", "MEDIA_NO_PICTURE"),
    (r"has no sound", "MEDIA_NO_SOUND"),
    (r"neither sound nor picture|nothing to judge|heard no words|no audio to transcribe", "NOTHING_TO_JUDGE"),
    (r"which no recognizer|needs? (?:audio|video|text|eeg)", "MODEL_UNFIT"),
    (r"cannot be read|holds no|is no table|EEGLAB|not beside it|a file beside it|is no number|is not UTF-8|names the column", "UNREADABLE"),
    (r"not a transcript|is XML, but|XML is broken|counts time in|line \d+: |has no column|has no header|has \d+ fields", "UNREADABLE"),
)
UNREADABLE = {"video": "MEDIA_UNREADABLE", "audio": "MEDIA_UNREADABLE", "eeg": "EEG_UNREADABLE", "text": "TEXT_UNREADABLE"}
LIMIT = {"video": "MEDIA_LIMIT", "audio": "MEDIA_LIMIT", "eeg": "EEG_LIMIT", "text": "TEXT_LIMIT"}
_FOR_ROLE = {("eeg", "MEDIA_REFUSED_FORMAT"): "EEG_FORMAT", ("text", "MEDIA_EMPTY"): "TEXT_EMPTY"}
_SHELL = re.compile(r"\s*\((?:[^()]*(?:--|=\)|emofuse\.|pip install|chmod|axes=)[^()]*)\)")  # advice for a shell, or for Python


def problem_of(error: BaseException, path: Path | None = None, role: str = "video") -> dict[str, object]:
    """What whoever sent the file reads.

    Args:
        error: As it was raised.
        path: Of the file, which is taken out of the message: the page says which file it is.
        role: What the file was for.
    """
    if isinstance(error, Suspicious):
        return problem(error.code, error.detail)
    if isinstance(error, MemoryError):
        return problem(
            {"eeg": "EEG_LIMIT", "text": "TEXT_LIMIT"}.get(role, "MEDIA_LIMIT"), "The file unpacks to more than memory may hold."
        )
    if isinstance(error, MissingModality):
        return problem("MODEL_UNFIT", plain(str(error), path))
    if not isinstance(error, EmofuseError):
        return problem("UNKNOWN", f"Reading the file failed ({type(error).__name__}).")
    said = str(error)
    code = next((code for pattern, code in _SAID if re.search(pattern, said, re.DOTALL)), "UNKNOWN")
    code = UNREADABLE[role] if code == "UNREADABLE" else code
    return problem(_FOR_ROLE.get((role, code), code), plain(said, path))


def plain(said: str, path: Path | None = None) -> str:
    """What happened and what was expected, without the file's place, and without advice for a shell.

    Example:
        >>> plain("/a/b.mat does not say its rate. Expected a number; tell it (--eeg-rate, rate=).", Path("/a/b.mat"))
        'The file does not say its rate. Expected a number.'
    """
    for place in () if path is None else (str(path.absolute()), str(path), path.name):
        said = said.replace(place, "the file")
    said = _SHELL.sub("", said)
    happened, _, expected = said.partition(" Expected ")
    parts = [happened.strip()]
    if expected:
        parts.append("Expected " + re.split(r";|(?<=[^\d])\.(?=\s|$)|\.(?=\s+[A-Z])", expected, maxsplit=1)[0].strip().rstrip(".") + ".")
    text = " ".join(part for part in parts if part)
    return re.sub(r"(?:^|(?<=\. ))the file\b", "The file", text)


def warning(text: str, fix: str, names: str = "") -> dict[str, str]:
    """What does not keep a file from being analysed, and what would be better.

    Args:
        text: What was found; in the catalogue's way, so that pages can translate it.
        fix: How to put it right; empty where nothing needs to be done.
        names: What it is about.
    """
    return {"text": text, "fix": fix, "names": names}
