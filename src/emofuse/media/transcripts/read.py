"""A transcript's file to utterances, and to a source of text that keeps step with sound, picture and EEG."""

import errno
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import ModuleType

from emofuse.core.clip import Chunk, Signal, Source
from emofuse.core.errors import MediaError
from emofuse.core.modality import Modality
from emofuse.core.timeline import clock
from emofuse.media.transcripts import csv, eaf, letters, meld, order, srt, txt, vtt
from emofuse.media.transcripts.base import Broken, Cue, Written
from emofuse.media.transcripts.language import named, tongue
from emofuse.media.utterances import TURNS, Utterance, as_signal, context

FORMATS: tuple[ModuleType, ...] = (eaf, vtt, meld, srt, csv, txt)
"""Asked in this order, the most particular first; the last takes any text."""
ENDINGS = (".txt", ".srt", ".vtt", ".csv", ".tsv", ".eaf")
_EXPECTED = "txt, srt, vtt, csv or eaf"
_SHOWN = 3  # broken places that a note names


@dataclass(frozen=True, slots=True)
class Limits:
    """How big a transcript may be before it is refused.

    Args:
        size: In bytes; an hour of speech with all its times is about 100,000.
        cues: Captions, rows, annotations or lines.
    """

    size: int = 32 << 20
    cues: int = 200_000


LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class Transcript:
    """What was said in a recording.

    Args:
        path: Where it is written.
        utterances: In order of time.
        notes: What a reader must be told.
        timed: Whether places are times; else they are an order, or all utterances hold for the whole recording.
        duration: Of that recording, in ms; 0 where nobody knows it, None where there is none.
        language: What its words are in, as somebody said, or seem to be in; None where nobody could tell.
        told: Whether somebody said so.
    """

    path: Path
    utterances: tuple[Utterance, ...]
    notes: tuple[str, ...] = ()
    timed: bool = True
    duration: int | None = None
    language: str | None = None
    told: bool = False

    @property
    def end(self) -> int:
        """How far it reaches, in ms: to the end of the recording, or of the last utterance where nobody knows that."""
        if self.duration or (self.duration == 0 and not self.timed):
            return self.duration or 1
        return max((one.segment.end for one in self.utterances), default=1)


def read_transcript(
    path: Path, duration: int | None = None, *, offset: int = 0, language: str | None = None, limits: Limits = LIMITS
) -> Transcript:
    """What a file says was said, whatever it is called and whichever alphabet it is in.

    Args:
        path: txt, srt, vtt, csv, eaf, or a table as MELD's.
        duration: Of the recording it belongs to, in ms; 0 where nobody knows it, None where there is no recording.
        offset: In ms, added to every time in the file.
        language: What its words are in, as a code such as "en" (`emofuse.media.transcripts.language`); None to guess.
        limits: What is refused.

    Raises:
        MediaError: It cannot be read, is no transcript, is too big, or has nothing in it for this recording.
        UnknownName: There is no such language.
    """
    path = Path(path)
    if language is not None:
        named(language)  # before anything is read
    text, notes = letters.decoded(_bytes(path, limits), str(path))
    suffix = path.suffix.lower()
    form = next(form for form in FORMATS if form.is_one(text, suffix))
    written: Written = form.read(text, str(path))
    _within(path, len(written.cues), limits.cues, "captions or lines", "Cut it into parts")
    said = [*notes, *written.notes, *_broken(written.broken)]
    if not written.cues:
        raise MediaError(_nothing(path, form, written.broken))
    timed = any(cue.start is not None for cue in written.cues)
    apart = list(dict.fromkeys(cue.dialogue for cue in written.cues))
    if len(apart) > 1 and duration is not None:
        raise MediaError(
            f"{path} holds {len(apart)} dialogues. Expected what was said in this one recording; "
            f"keep the rows of one dialogue, or give the table without a recording."
        )
    if timed:
        found, more = order.timed(written.cues, duration, offset)
    else:
        found, more = order.untimed(written.cues, duration, whole_lines=form is not txt)
    if not found:
        raise MediaError(_beside(path, written.cues, duration, offset))
    spoken = tongue((one.words for one in found), language)
    more += spoken.notes
    if not any(one.words for one in found):
        more.append("The transcript describes sounds and holds no words.")
    signs = sum(bool(one.words) and not any(c.isalnum() for c in one.words) for one in found)
    if signs:
        more.append(
            f"{signs:,} of {len(found):,} utterances are signs without words, such as emoji; recognizers of text that do not know them "
            f"answer all the same."
        )
    return Transcript(path, tuple(found), (*said, *more), timed, duration, spoken.name, spoken.told)


def text_source(path: Path, duration: int | None = None, *, offset: int = 0, language: str | None = None) -> Source:
    """What was said as a source of a clip: whole, or in stretches that keep step with the other sources.

    Raises:
        MediaError: As `read_transcript`, and at once.
        UnknownName: Likewise.
    """
    return source(read_transcript(path, duration, offset=offset, language=language))


def source(transcript: Transcript) -> Source:
    """Utterances that are known as a source of a clip."""
    return Source(transcript.path, partial(_whole, transcript=transcript), partial(_stretches, transcript=transcript))


def _whole(path: Path, transcript: Transcript) -> Signal:
    """Shape: values (N, 1 + turns) str."""
    del path
    return as_signal(transcript.utterances)


def _stretches(path: Path, wanted: frozenset[Modality], length: int, *, transcript: Transcript) -> Iterator[Chunk]:
    """Chunks of `length` ms, each with the utterances that begin in it; notes come with the first."""
    del path, wanted
    utterances, until = transcript.utterances, transcript.end
    first = 0
    before: list[Utterance] = []
    for start in range(0, until, length):
        end = min(start + length, until)
        last = first
        while last < len(utterances) and utterances[last].segment.start < end:
            last += 1
        here = utterances[first:last]
        signals = {Modality.TEXT: as_signal(here, before=before)} if here else {}
        yield Chunk(signals, end, transcript.notes if start == 0 else ())
        before = _following(before, here)
        first = last


def _following(before: list[Utterance], here: tuple[Utterance, ...]) -> list[Utterance]:
    """What the next stretch's first utterance is shown of what came before it."""
    return context([*before, *here[-4 * TURNS :]]) if any(one.words for one in here[-4 * TURNS :]) else context([*before, *here])


def _bytes(path: Path, limits: Limits) -> bytes:
    """The whole file, looked at before it is opened.

    Raises:
        MediaError: It is no file, empty, too big, or not ours to read.
    """
    try:
        told = path.stat()
        if stat.S_ISDIR(told.st_mode):
            raise MediaError(f"{path} is a folder. Expected a transcript: {_EXPECTED}. Name a file in it.")
        if not stat.S_ISREG(told.st_mode):
            raise MediaError(f"{path} is a pipe or a device. Expected a transcript on disk. Save it first, then name that file.")
        _within(path, told.st_size, limits.size, "bytes", "Export it without anything but words and times")
        if not os.access(path, os.R_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        with path.open("rb") as file:
            raw = file.read(limits.size + 1)
    except MediaError:  # a ValueError, too
        raise
    except PermissionError as error:
        raise MediaError(
            f"{path} may not be read by this user. Expected a file with read permission. Change that (chmod u+r), or copy the file."
        ) from error
    except (FileNotFoundError, NotADirectoryError) as error:
        raise MediaError(f"There is no file {path}. Expected a transcript there. Check the spelling and the folder.") from error
    except (OSError, ValueError) as error:  # ValueError: a null byte in the name
        raise MediaError(f"{path} cannot be read ({error}). Expected a readable file on disk. Copy it elsewhere and try again.") from error
    _within(path, len(raw), limits.size, "bytes", "Export it without anything but words and times")
    if not raw.strip(b"\0\r\n\t \xef\xbb\xbf\xff\xfe"):
        raise MediaError(f"{path} is empty. Expected a transcript: {_EXPECTED}. Export it again, or leave it out.")
    return raw


def _within(path: Path, value: int, limit: int, unit: str, remedy: str) -> None:
    if value > limit:
        raise MediaError(f"{path} has {value:,} {unit}. Expected at most {limit:,}. {remedy}.")


def _broken(places: tuple[Broken, ...]) -> list[str]:
    if not places:
        return []
    what = (
        "1 place of the transcript could not be read and was" if len(places) == 1 else f"{len(places):,} places could not be read and were"
    )
    more = f" and {len(places) - _SHOWN:,} more" if len(places) > _SHOWN else ""
    return [f"{what} left out: {', '.join(str(place) for place in places[:_SHOWN])}{more}."]


def _nothing(path: Path, form: ModuleType, broken: tuple[Broken, ...]) -> str:
    kind = form.__name__.rsplit(".", 1)[-1]
    why = f"; {broken[0]}" + (f" and {len(broken) - 1:,} more" if len(broken) > 1 else "") if broken else ""
    return (
        f"No caption in {path} can be read{why}. Expected {_EXPECTED} with words in it (this was read as {kind}). "
        f"Export it again, or leave it out."
    )


def _beside(path: Path, cues: tuple[Cue, ...], duration: int | None, offset: int) -> str:
    """Why nothing of a transcript belongs to the recording."""
    starts = [cue.start + offset for cue in cues if cue.start is not None]
    first = clock(min(starts)) if starts and min(starts) >= 0 else "before its beginning"
    end = clock(duration or order.LONGEST)
    return (
        f"Nothing in {path} lies within the recording: its first words are at {first}, and the recording ends at {end}. "
        f"Expected times of this recording. Shift them, or name the transcript that belongs to it."
    )
