"""Loose files to a clip: what somebody uploads, or names on the command line."""

import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from types import MappingProxyType

import numpy as np

from emofuse.core.clip import Clip, Signal, Source
from emofuse.core.errors import MediaError
from emofuse.core.modality import Modality
from emofuse.core.segment import Segment
from emofuse.media import faces
from emofuse.media.clock import offset, shifted
from emofuse.media.eeg import eeg_source, preview
from emofuse.media.probe import LIMITS, Limits, Probe, probe
from emofuse.media.sound import read_sound
from emofuse.media.stream import FACE_RATE, stream
from emofuse.media.transcripts.language import named
from emofuse.media.transcripts.order import NOMINAL
from emofuse.media.transcripts.read import ENDINGS as TEXTS
from emofuse.media.transcripts.read import Transcript, read_transcript
from emofuse.media.transcripts.read import source as text_source_of

# fmt: off
ANNOTATED = ".annotated.mp4"  # how annotated copies end: a second look at a folder passes them over
ENDINGS = frozenset({
    ".mp4", ".m4v", ".mov", ".mkv", ".webm", ".avi", ".mpg", ".mpeg", ".ts", ".m2ts", ".3gp", ".ogv",
    ".wav", ".flac", ".mp3", ".m4a", ".ogg", ".oga", ".opus",
})  # by which files of a folder are chosen; what they are is then told from their content
# fmt: on


LEFT_OUT = "_left_out"  # ends the fact that says why a file beside the recording could not be used
BRAINS = frozenset({".edf", ".bdf", ".vhdr", ".set", ".fif", ".mat", ".npy", ".npz"})  # EEG, whatever it may hold besides


@dataclass(frozen=True, slots=True)
class Belonging:
    """What belongs to a recording in files of its own.

    Args:
        audio: Sound that is heard instead of the video's.
        text: What was said: txt, srt, vtt, csv, eaf.
        eeg: The brain's recording.
        eeg_as: What that does not say of itself: variable, axes, channels, rate, unit.
        offsets: By how many ms each is later than the recording; None for sound that is to be found by what is heard in both.
        listener: A folder with a Whisper, which then writes the transcript.
        language: What the transcript is in, or what is spoken, as a code such as "en"; None to guess.
    """

    audio: Path | None = None
    text: Path | None = None
    eeg: Path | None = None
    eeg_as: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))
    offsets: Mapping[Modality, int | None] = field(default_factory=lambda: MappingProxyType({}))
    listener: Path | None = None
    language: str | None = None

    @property
    def anything(self) -> bool:
        """Whether there is any."""
        return any(path is not None for path in (self.audio, self.text, self.eeg, self.listener))

    def needed(self, paths: Sequence[Path]) -> None:
        """Look whether there is a file for all that is told of one, so that nothing is told in vain.

        Args:
            paths: The recordings that it belongs to; nothing is said where one is missing, as whoever reads it says so.

        Raises:
            MediaError: It is told how EEG is to be read, by how much a file is later, or which language words are in, and there is
                no such file.
            UnknownName: There is no such language.
        """
        if self.language is not None:
            named(self.language)
        if not all(path.is_file() for path in paths):
            return
        kinds = {kind(path) for path in paths}
        there = {Modality.AUDIO: self.audio is not None and None in kinds}  # sound has the clock that all others are put on
        there |= {m: path is not None or m in kinds for m, path in ((Modality.TEXT, self.text), (Modality.EEG, self.eeg))}
        if self.eeg_as and not there[Modality.EEG]:
            told = ", ".join(f"--eeg-{name}" for name in self.eeg_as)
            raise MediaError(f"How EEG is to be read is told ({told}; eeg_as=), and no EEG is named. Expected it; add --eeg FILE (eeg=).")
        if self.language is not None and not there[Modality.TEXT] and self.listener is None:
            raise MediaError(_WORDLESS)
        for m in self.offsets:
            if not there.get(m):
                raise MediaError(
                    f"By how much {m} is later is told (--offset {m}=; offsets=), and no {m} of its own is named beside the recording. "
                    f"Expected the file that is later; add --{m} FILE ({m}=), or leave the offset out."
                )

    def clip(self, path: Path) -> Clip:
        """The recording at `path`, which may itself be a transcript or EEG, with all that belongs to it.

        Raises:
            MediaError: As `clip_from_files`; or two of a kind were named; or nothing can be understood of the sound.
            MissingModality: There is no sound to be understood.
        """
        what = kind(path)
        files = {"video": path} if what is None else {str(what): path}
        for name, other in (("audio", self.audio), ("text", self.text), ("eeg", self.eeg)):
            if other is not None and name in files:
                raise MediaError(f"Two files of {name} were named: {path} and {other}. Expected one; leave one of them out.")
            if other is not None:
                files[name] = other
        language = self.language if "text" in files else None  # else it is what the listener is told
        clip = clip_from_files(**files, eeg_as=self.eeg_as, offsets=self.offsets, language=language)  # type: ignore[arg-type]  # by name
        return clip if self.listener is None else self._understood(clip)

    def _understood(self, clip: Clip) -> Clip:
        """The same clip with what is said in its sound."""
        from emofuse.media.listen import listen
        from emofuse.media.whisper import Whisper

        assert self.listener is not None
        if Modality.TEXT in clip.sources:
            raise MediaError(f"{clip.id} has a transcript, and was to be transcribed. Expected one of both; leave the other out.")
        heard = listen(clip, Whisper(self.listener, self.language), language=self.language)
        facts = MappingProxyType({**clip.facts, "text": f"transcribed by {self.listener.resolve().name}", **_language(heard)})
        return replace(clip, sources=MappingProxyType({**clip.sources, Modality.TEXT: text_source_of(heard)}), facts=facts)


ALONE = Belonging()
_WORDLESS = (
    "Which language the words are in is told (--language; language=), and there are no words. Expected a transcript; add --text FILE "
    "(text=), or --transcribe DIR (transcribe=), or leave the language out."
)


def kind(path: Path) -> Modality | None:
    """EEG or TEXT where a file is one of these by its name, and by its first line where it may be either; None for a recording."""
    ending = "".join(path.suffixes[-2:]).lower() if path.suffix.lower() == ".gz" else path.suffix.lower()
    if ending in BRAINS or ending == ".fif.gz":
        return Modality.EEG
    if ending in (".csv", ".tsv"):
        return Modality.EEG if _numbers(path) else Modality.TEXT
    return Modality.TEXT if ending in TEXTS else None


def clip_from_files(
    video: str | os.PathLike[str] | None = None,
    audio: str | os.PathLike[str] | None = None,
    *,
    text: str | os.PathLike[str] | None = None,
    eeg: str | os.PathLike[str] | None = None,
    eeg_as: Mapping[str, object] = MappingProxyType({}),
    offsets: Mapping[Modality, int | None] = MappingProxyType({}),
    language: str | None = None,
    finder: Callable[[], faces.Finder] = faces.finder,
    face_rate: float = FACE_RATE,
    limits: Limits = LIMITS,
) -> Clip:
    """One recording from any of a video, the sound, what was said, and the EEG that belong to it.

    The clip's clock is that of the video, or of the first that there is of sound, EEG and text. What goes on after the video or the
    sound has ended is left out, and that is said. EEG and text that are there and cannot be used are left out, too: facts that
    end in `LEFT_OUT` say why.

    Args:
        video: A video, or a file with sound alone.
        audio: Sound that is heard instead of the video's own.
        text: A transcript: txt, srt, vtt, csv, eaf.
        eeg: EDF, BDF, BrainVision, EEGLAB, FIF, .mat, numpy or Muse csv.
        eeg_as: What that file does not say: variable, axes, channels, rate, unit (see `emofuse.media.eeg.read_eeg`).
        offsets: By how many ms a file is later on the clip's clock; None for sound that is to be found in the video's own.
        language: What the transcript is in, as a code such as "en"; None to guess.
        finder: Makes what finds faces.
        face_rate: Faces a second; fewer are quicker found.
        limits: What is refused.

    Raises:
        MediaError: No file named, or one is refused or unreadable; the place of a sound in time cannot be heard; a language is told of
            no transcript.
        UnknownName: There is no such language.

    Example:
        ``clip_from_files("talk.mp4").sources`` has audio and video, read together in one pass.
    """
    named = [Path(path) for path in (video, audio) if path is not None]
    every = [*named, *(Path(path) for path in (eeg, text) if path is not None)]
    if not every:
        raise MediaError("No file to make a clip of. Expected a video, a sound file, a transcript or EEG; name one.")
    if language is not None and text is None:
        raise MediaError(_WORDLESS)
    probes = [probe(path, limits) for path in named]
    sources: dict[Modality, Source] = {}
    said: dict[str, str] = {}
    duration = 0
    for i, facts in enumerate(probes):
        # One object for both: equal streams of one path are one pass.
        together = partial(stream, finder=finder, face_rate=face_rate, limits=limits)
        ms, notes = _place(probes, offsets.get(Modality.AUDIO, 0), said) if i else (0, ())
        if facts.sound is not None:
            sources[Modality.AUDIO] = shifted(Source(facts.path, read_sound, together), ms, notes=notes)
        if facts.picture is not None and Modality.VIDEO not in sources:
            sources[Modality.VIDEO] = Source(facts.path, partial(read_faces, finder=finder, face_rate=face_rate), together)
        duration = max(duration, facts.duration + ms if facts.duration else 0)
        said |= _facts(facts)
    if audio is not None and probes[-1].sound is None:
        raise MediaError(f"{audio} has no sound. Expected a voice in it; leave it out, or name a file with sound.")
    if eeg is not None:
        ms = _told(offsets, Modality.EEG, said)
        said["eeg"] = Path(eeg).name
        with _rest(Path(eeg), bool(probes), Modality.EEG, said):
            if ms:
                _overlaps(Path(eeg), preview(Path(eeg), **eeg_as).duration, ms, duration, Modality.EEG)  # type: ignore[arg-type]  # told by name, checked where it is used
            within = Segment(max(-ms, 0), duration - ms) if duration else None  # of its own time
            worn = eeg_source(Path(eeg), **eeg_as, within=within)  # type: ignore[arg-type]  # the same names
            sources[Modality.EEG] = shifted(worn, ms, until=duration or None)
        if not probes:
            duration = max((preview(Path(eeg), **eeg_as).duration or 0) + ms, 0)  # type: ignore[arg-type]  # the same names
    if text is not None:
        ms = _told(offsets, Modality.TEXT, said)
        said["text"] = Path(text).name
        with _rest(Path(text), bool(probes), Modality.TEXT, said):
            transcript = read_transcript(Path(text), duration if len(every) > 1 else None, offset=ms, language=language)
            sources[Modality.TEXT] = text_source_of(transcript)
            said |= _language(transcript) | _order(transcript)
            duration = duration or (transcript.end if len(every) == 1 else 0)
    return Clip(every[0].name, None, None, MappingProxyType(sources), MappingProxyType({"duration": str(duration), **said}))


def _language(transcript: Transcript) -> dict[str, str]:
    """What exports repeat of the language of words, and how it is known."""
    how = "told" if transcript.told else "noticed"
    return {"text_language": transcript.language, "text_language_is": how} if transcript.language else {}


def _order(transcript: Transcript) -> dict[str, str]:
    """How many ms stand for a sentence or row where nobody measured any, and places are an order."""
    return {} if transcript.timed or transcript.duration is not None else {"text_order": str(NOMINAL)}


def _numbers(path: Path) -> bool:
    """Whether the rows of a table are numbers, as EEG's are, rather than words and their times."""
    try:
        with path.open("rb") as file:
            lines = file.read(16_384).decode("utf-8", "replace").splitlines()[1:-1]
    except OSError:
        return False  # whoever reads it says why
    cells = [cell.strip() for line in lines for cell in re.split(r"[,;\t]", line) if cell.strip()]
    return len(cells) >= 4 and sum(bool(re.fullmatch(r"[-+]?(\d+\.?\d*|\.\d+|nan)([eE][-+]?\d+)?", cell)) for cell in cells) > 0.8 * len(
        cells
    )


@contextmanager
def _rest(path: Path, others: bool, m: Modality, said: dict[str, str]) -> Iterator[None]:
    """Let a file that is there and cannot be used not keep the rest from being answered: why is said instead."""
    try:
        yield
    except MediaError as problem:
        if not others or not path.is_file():
            raise
        said[f"{m}{LEFT_OUT}"] = str(problem).replace(str(path), path.name)  # exports are passed on; folders are nobody else's business


def _place(probes: Sequence[Probe], told: int | None, said: dict[str, str]) -> tuple[int, tuple[str, ...]]:
    """By how many ms a sound is later than the picture, told or heard, and what a reader must be told of it.

    Raises:
        MediaError: It is to be heard, and cannot be.
    """
    if told is None:
        found = offset(probes[0].path, probes[-1].path)
        said["offset_audio"] = str(found.ms)
        return found.ms, (f"{probes[-1].path.name}: {found}",)
    if told:
        said["offset_audio"] = str(told)
        _overlaps(probes[-1].path, probes[-1].duration, told, 0, Modality.AUDIO)
    return told, ()


def _overlaps(path: Path, length: int | None, ms: int, duration: int, m: Modality) -> None:
    """Look whether any of a file lies in the recording, once it is put later.

    Args:
        path: The file.
        length: Of it, in ms; 0 or None where nobody knows.
        ms: By which it is later.
        duration: Of the recording, in ms; 0 where nobody knows, or where it goes on with the file.
        m: What it is.

    Raises:
        MediaError: It ends before the recording begins, or begins after its end.
    """
    if length and length + ms <= 0:
        where = f"before the recording: {ms / 1_000:+g} s later, it ends {-(length + ms) / 1_000:g} s before the recording begins"
    elif duration and ms >= duration:
        where = f"after the recording: {ms / 1_000:+g} s later, it begins {(ms - duration) / 1_000:g} s after the recording's end"
    else:
        return
    raise MediaError(f"{path} lies wholly {where}. Expected {m} of the same time; mend --offset {m}=SECONDS, or leave it out.")


def _told(offsets: Mapping[Modality, int | None], m: Modality, said: dict[str, str]) -> int:
    """By how many ms EEG or text is later.

    Raises:
        MediaError: It is to be heard, which only sound can be.
    """
    ms = offsets.get(m, 0)
    if ms is None:
        raise MediaError(f"How {m} lies in time cannot be heard. Expected seconds by which it is later; say them (--offset {m}=SECONDS).")
    if ms:
        said[f"offset_{m}"] = str(ms)
    return ms


def read_faces(path: Path, finder: Callable[[], faces.Finder] = faces.finder, face_rate: float = FACE_RATE) -> Signal:
    """The main face of a whole video, for clips of seconds.

    Shape:
        values (time, 48, 48) uint8, `face_rate` a second; absent where there is no face

    Raises:
        MediaError: It cannot be read, or has no picture.
    """
    chunks = stream(path, frozenset({Modality.VIDEO}), 60_000, finder=finder, face_rate=face_rate)
    parts = [chunk.signals[Modality.VIDEO] for chunk in chunks if Modality.VIDEO in chunk.signals]
    present = np.concatenate([np.ones(len(part.values), dtype=bool) if part.present is None else part.present for part in parts])
    return Signal(np.concatenate([part.values for part in parts]), face_rate, present=None if present.all() else present)


def media_files(paths: Sequence[Path]) -> tuple[Path, ...]:
    """Files as they are, folders as the recordings in them and in their folders, by name; each file once.

    Raises:
        MediaError: A folder without recordings, or nothing named.
    """
    if not paths:
        raise MediaError("No files named. Expected videos, sound files, or folders of them; name at least one.")
    files: list[Path] = []
    for path in paths:
        if not path.is_dir():
            files.append(path)  # also one that does not exist: who reads it says so
            continue
        inside = sorted(file for file in path.rglob("*") if _is_recording(file))
        if not inside:
            endings = ", ".join(sorted(ending[1:] for ending in ENDINGS))
            raise MediaError(f"No recordings in {path}. Expected files ending in {endings}; name another folder, or the files themselves.")
        files += inside
    return tuple(dict.fromkeys(files))


def _is_recording(file: Path) -> bool:
    """Whether a file in a folder is to be analysed: named like one, and no annotated copy of ours."""
    name = file.name.lower()
    return file.suffix.lower() in ENDINGS and name[0] != "." and not name.endswith(ANNOTATED) and file.is_file()


def _facts(facts: Probe) -> dict[str, str]:
    """What exports repeat of a file."""
    said = {"container": facts.container}
    if facts.picture is not None:
        said |= {
            "picture_codec": facts.picture.codec,
            "width": str(facts.picture.width),
            "height": str(facts.picture.height),
            "frame_rate": f"{facts.picture.rate:.6g}",
            "rotation": str(facts.picture.rotation),
        }
    if facts.sound is not None:
        said |= {"sound_codec": facts.sound.codec, "sound_rate": str(facts.sound.rate), "channels": str(facts.sound.channels)}
    return said
