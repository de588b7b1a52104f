"""What was said, out of the sound: a recording without a transcript given to something that recognizes speech.

Sound comes stretch by stretch, so that memory does not grow with the recording. Nothing here knows who listens;
`emofuse.media.whisper` does.
"""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from emofuse.core.clip import Clip
from emofuse.core.errors import MediaError, MissingModality
from emofuse.core.modality import Modality
from emofuse.core.progress import Progress, quiet_progress
from emofuse.core.segment import Segment
from emofuse.media.sound import RATE, silent
from emofuse.media.transcripts.language import named, tongue
from emofuse.media.transcripts.read import Transcript
from emofuse.media.transcripts.words import parted
from emofuse.media.utterances import Utterance

_CHUNK = 10_000  # ms read at a time
_LEAST = 1_000  # ms by which listening goes on at least
_REPEATED = 2.4  # times that words get shorter when packed: above it a recognizer goes round in circles (Whisper's paper, section 4.5)


@dataclass(frozen=True, slots=True)
class Heard:
    """One stretch of speech.

    Args:
        words: What was said.
        start: In ms of the sound that was listened to.
        end: In ms; None where it goes on beyond that sound.
    """

    words: str
    start: int
    end: int | None


class Listener(Protocol):
    """Something that recognizes speech."""

    @property
    def name(self) -> str:
        """What it is, for notes."""

    @property
    def window(self) -> int:
        """How much it hears at once, in ms."""

    def __call__(self, sound: np.ndarray) -> Sequence[Heard]:
        """What is said in sound of at most `window` ms, in its order. Shape: (time,) float32 in -1..1 at 16 kHz."""


def listen(clip: Clip, listener: Listener, progress: Progress = quiet_progress, *, language: str | None = None) -> Transcript:
    """A transcript of a clip's sound.

    Args:
        clip: With sound.
        listener: Who recognizes speech; whoever makes it tells it the language, too.
        progress: Told about milliseconds done, and in all.
        language: What is spoken, as a code such as "en" (`emofuse.media.transcripts.language`); None to guess it from the words.

    Raises:
        MissingModality: The clip has no sound.
        MediaError: The sound cannot be read, or nothing is said in it.
        UnknownName: There is no such language.
    """
    if language is not None:
        named(language)  # before anything is heard
    if Modality.AUDIO not in clip.sources:
        has = ", ".join(sorted(clip.sources)) or "nothing"
        raise MissingModality(f"Clip {clip.id} has no audio to transcribe; it has {has}. Leave transcribing out, or give it sound.")
    total = int(clip.facts.get("duration", "0"))
    heard: list[Heard] = []
    held, at = np.empty(0, dtype=np.float32), 0  # sound that is waiting, and where it begins in ms
    most = listener.window * RATE // 1_000  # samples
    for chunk in clip.chunks(frozenset({Modality.AUDIO}), _CHUNK):
        signal = chunk.signals.get(Modality.AUDIO)
        if signal is not None:
            at = at if len(held) else signal.start
            held = np.concatenate([held, signal.values])
        while len(held) > most:
            said, onwards = _understood(listener, held[:most], more=True)
            heard += [replace(one, start=one.start + at, end=(one.end or 0) + at) for one in said]
            held, at = held[onwards * RATE // 1_000 :].copy(), at + onwards
        progress(min(at, total) if total else at, total)
    said, _ = _understood(listener, held, more=False)
    heard += [replace(one, start=one.start + at, end=(one.end or 0) + at) for one in said]
    return _transcript(clip, listener, heard, total, language)


def _understood(listener: Listener, sound: np.ndarray, *, more: bool) -> tuple[list[Heard], int]:
    """What is said in some sound, each with its end, and after how many ms to listen on: speech that goes on is heard again whole."""
    whole = len(sound) * 1_000 // RATE
    if not whole or silent(sound):
        return [], whole
    said = list(listener(sound))
    if more and said and said[-1].end is None and said[-1].start >= _LEAST:
        return said[:-1], said[-1].start
    return [replace(one, end=whole if one.end is None else one.end) for one in said], whole


def _transcript(clip: Clip, listener: Listener, heard: Sequence[Heard], total: int, language: str | None) -> Transcript:
    """What was heard as utterances, without what only the recognizer said.

    Raises:
        MediaError: Nothing is left.
    """
    until = total or max((one.end or 0 for one in heard), default=0)
    kept = [one for one in heard if one.words.strip() and one.start < min(one.end or 0, until)]
    once = [one for one in kept if not _goes_round(one.words)]
    if not once:
        raise MediaError(
            f"{listener.name} heard no words in {clip.id}. Expected somebody who speaks. Give a transcript instead, or leave the text out."
        )
    found = [Utterance(part, Segment(one.start, min(one.end or 0, until))) for one in once for part in parted(" ".join(one.words.split()))]
    spoken = tongue((one.words for one in found), language)
    notes = [f"Words were heard by {listener.name}, not written by a person; it errs, most of all on names, mumbling and noise."]
    if len(once) < len(kept):
        notes.append(f"{len(kept) - len(once)} of {len(kept)} stretches, in which {listener.name} repeated itself, were left out.")
    path = clip.sources[Modality.AUDIO].path
    return Transcript(path, tuple(found), (*notes, *spoken.notes), duration=total or None, language=spoken.name, told=spoken.told)


def _goes_round(words: str) -> bool:
    packed = words.encode()
    return len(packed) > _REPEATED * len(zlib.compress(packed))
