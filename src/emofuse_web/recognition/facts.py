"""What pages say of recognizers, files and limits: read from what ships, without loading a recognizer.

Light: importing this brings neither torch nor OpenCV nor PyAV. It is the part of this folder that web processes use.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from emofuse import __version__ as VERSION
from emofuse.core.provenance import LIMITS as SENTENCE
from emofuse.media.probe import Limits
from emofuse.media.transcripts.language import LANGUAGES
from emofuse.wishes import HOP_LEAST, HOP_MOST
from emofuse_web.recognition.cards import Card, card_of


def _(text: str) -> str:
    """Marks words for translation; whoever shows them translates."""
    return text


BEST, LIGHT = "best", "light"
UNMEASURED = _(
    "This fusion itself was measured nowhere: how good its answer is, nobody knows. "
    "Each of its members was measured by itself: their cards say how well, and on whom."
)
ENDINGS: Mapping[str, tuple[str, ...]] = {
    "video": (".mp4", ".m4v", ".mov", ".mkv", ".webm", ".avi", ".mpg", ".mpeg", ".ts", ".m2ts", ".3gp", ".ogv"),
    "audio": (".wav", ".flac", ".mp3", ".m4a", ".ogg", ".oga", ".opus", ".mp4", ".mov", ".mkv", ".webm"),
    "eeg": (".mat", ".set", ".edf", ".bdf", ".csv", ".tsv", ".npy", ".npz"),  # .vhdr and .fif name other files
    "text": (".txt", ".srt", ".vtt", ".csv", ".tsv", ".eaf"),
}  # by role; none tells what a file is, but some readers go by it
TITLES = {"voice": _("Voice"), "face": _("Face"), "text": _("Words"), "eeg-muse": _("EEG of a Muse headband (attention, no emotions)")}


@dataclass(frozen=True, slots=True)
class Choice:
    """What one can choose to be judged by.

    Args:
        name: As requests carry it.
        title: What people read.
        about: A sentence.
        modalities: What it listens to: audio, video, text, eeg.
        labels: What it answers; for the fusions, the finest words that they speak.
        members: Recognizers that answer in it.
    """

    name: str
    title: str
    about: str
    modalities: frozenset[str]
    labels: tuple[str, ...]
    members: tuple[str, ...]


@cache
def recognizers() -> Mapping[str, Card]:
    """The cards of those that ship, by name."""
    shipped = (folder for folder in files("emofuse").joinpath("weights").iterdir() if folder.joinpath("run.json").is_file())
    return {folder.name: card_of(folder) for folder in sorted(shipped, key=lambda folder: folder.name)}


@cache
def choices() -> Mapping[str, Choice]:
    """What one can choose, by name: the fusion of all, the lighter one, and each recognizer by itself."""
    cards = recognizers()
    seen = tuple(name for name, card in cards.items() if card.modalities & {"audio", "video"})
    words = ("anger", "disgust", "fear", "happiness", "neutral", "sadness", "surprise")
    every = frozenset().union(*(card.modalities for card in cards.values()))
    fused = (
        Choice(
            BEST,
            _("Best: all that fits, fused"),
            _("Every recognizer that ships and listens to what you bring; their answers are averaged moment by moment."),
            every,
            words,
            tuple(cards),
        ),
        Choice(
            LIGHT,
            _("Light: face and voice, quicker"),
            _("The same face and voice recognizers on a smaller picture, which is looked at twice a second instead of five times."),
            frozenset({"audio", "video"}),
            words,
            seen,
        ),
    )
    alone = (Choice(name, TITLES.get(name, name), card.about, card.modalities, card.labels, (name,)) for name, card in cards.items())
    return {choice.name: choice for choice in (*fused, *alone)}


def endings(role: str) -> tuple[str, ...]:
    """How files of a role may end, the usual ones first."""
    return ENDINGS[role]


def languages() -> Mapping[str, str]:
    """What words may be said to be in: codes of ISO 639-1, with their English names."""
    return LANGUAGES


def hops() -> tuple[int, int]:
    """Every how many ms an answer may be asked for: at least, and at most."""
    return HOP_LEAST, HOP_MOST


def file_limits() -> Limits:
    """How long, large and fast a recording may be."""
    from emofuse_web.recognition.suspicious import LIMITS  # which goes by the endings above

    return LIMITS


def limits_sentence() -> str:
    """What goes with every answer."""
    return SENTENCE


def emofuse_version() -> str:
    """Of the package that answers."""
    return VERSION
