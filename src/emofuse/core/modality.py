"""What can carry emotion here."""

from enum import StrEnum


class Modality(StrEnum):
    """A kind of signal: a word, which is also its key everywhere."""

    AUDIO = "audio"
    VIDEO = "video"
    TEXT = "text"
    EEG = "eeg"
