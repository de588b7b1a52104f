"""Loose files to a clip: what somebody uploads, or names on the command line."""

import os
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from types import MappingProxyType

import numpy as np

from emofuse.core.clip import Clip, Signal, Source
from emofuse.core.errors import MediaError
from emofuse.core.modality import Modality
from emofuse.media import faces
from emofuse.media.probe import LIMITS, Limits, Probe, probe
from emofuse.media.sound import read_sound
from emofuse.media.stream import FACE_RATE, stream

# fmt: off
ANNOTATED = ".annotated.mp4"  # how annotated copies end: a second look at a folder passes them over
ENDINGS = frozenset({
    ".mp4", ".m4v", ".mov", ".mkv", ".webm", ".avi", ".mpg", ".mpeg", ".ts", ".m2ts", ".3gp", ".ogv",
    ".wav", ".flac", ".mp3", ".m4a", ".ogg", ".oga", ".opus",
})  # by which files of a folder are chosen; what they are is then told from their content
# fmt: on


def clip_from_files(
    video: str | os.PathLike[str] | None = None,
    audio: str | os.PathLike[str] | None = None,
    *,
    finder: Callable[[], faces.Finder] = faces.finder,
    limits: Limits = LIMITS,
) -> Clip:
    """One recording from a file with sound, picture or both; or from a picture and the sound that belongs to it.

    Args:
        video: A video, or a file with sound alone.
        audio: Sound that is heard instead of the video's own.
        finder: Makes what finds faces.
        limits: What is refused.

    Raises:
        MediaError: No file named, or one is refused or unreadable.

    Example:
        ``clip_from_files("talk.mp4").sources`` has audio and video, read together in one pass.
    """
    named = [Path(path) for path in (video, audio) if path is not None]
    if not named:
        raise MediaError("No file to make a clip of. Expected a video, a sound file, or both; name one.")
    probes = [probe(path, limits) for path in named]
    sources: dict[Modality, Source] = {}
    for facts in probes:
        together = partial(stream, finder=finder, limits=limits)  # one object for both: equal streams of one path are one pass
        if facts.sound is not None:
            sources[Modality.AUDIO] = Source(facts.path, read_sound, together)
        if facts.picture is not None and Modality.VIDEO not in sources:
            sources[Modality.VIDEO] = Source(facts.path, partial(read_faces, finder=finder), together)
    if audio is not None and probes[-1].sound is None:
        raise MediaError(f"{audio} has no sound. Expected a voice in it; leave it out, or name a file with sound.")
    duration = max(facts.duration for facts in probes)
    said = {name: value for facts in probes for name, value in _facts(facts).items()}
    return Clip(named[0].name, None, None, MappingProxyType(sources), MappingProxyType({"duration": str(duration), **said}))


def read_faces(path: Path, finder: Callable[[], faces.Finder] = faces.finder) -> Signal:
    """The main face of a whole video, for clips of seconds.

    Shape:
        values (time, 48, 48) uint8, five a second; absent where there is no face

    Raises:
        MediaError: It cannot be read, or has no picture.
    """
    chunks = stream(path, frozenset({Modality.VIDEO}), 60_000, finder=finder)
    parts = [chunk.signals[Modality.VIDEO] for chunk in chunks if Modality.VIDEO in chunk.signals]
    present = np.concatenate([np.ones(len(part.values), dtype=bool) if part.present is None else part.present for part in parts])
    return Signal(np.concatenate([part.values for part in parts]), FACE_RATE, present=None if present.all() else present)


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
