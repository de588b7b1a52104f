"""A look at a recording: its header, the times of its packets, three pictures of it, and a few moments of its sound."""

import time
from collections.abc import Mapping
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from emofuse.media.probe import open_media, probe, sound_stream
from emofuse.media.sound import SILENCE, loudness
from emofuse_web.problems import _
from emofuse_web.recognition.preflight_decoded import decoded
from emofuse_web.recognition.preflight_errors import warning
from emofuse_web.recognition.preflight_pictures import about_pictures, faces_in
from emofuse_web.recognition.preflight_walk import Walk, clock, walk
from emofuse_web.recognition.suspicious import LIMITS, PICTURES, Suspicious

MOMENTS = tuple((i + 0.5) / 8 for i in range(8))  # where its sound is listened to
LISTENED = 0.5  # s at each of them
HEARD = 0.4  # s for all moments
EVEN = 0.1  # share of the usual step between two pictures, beyond which the rate is said to vary
OFTEN = 0.05  # of the steps that must be so; a picture that was dropped here and there is no varying rate


def video(path: Path, told: Mapping[str, Any]) -> dict[str, Any]:
    """What a video is.

    Raises:
        Suspicious: It has no picture, or goes beyond a limit that its header hides.
        MediaError: As `emofuse.media.probe.open_media`.
    """
    del told
    facts = probe(path, LIMITS)
    if facts.picture is None:
        raise Suspicious("MEDIA_NO_PICTURE", "The file holds sound alone. Expected a picture that moves.")
    walked = walk(path)
    _within(max(facts.duration, walked.end))
    length = walked.breaks or max(facts.duration, walked.end)
    picture = facts.picture
    counted = _rate(walked.times)
    if (counted or picture.rate) > PICTURES * 1.01:
        raise Suspicious("MEDIA_LIMIT", f"The file has {counted or picture.rate:.4g} pictures a second. Expected at most {PICTURES:g}.")
    rate = picture.rate if 0 < picture.rate <= PICTURES else counted
    sound = None if facts.sound is None else {"codec": facts.sound.codec, "rate": facts.sound.rate, "channels": facts.sound.channels}
    if sound is not None:
        sound["silent"] = _silent(path, length)
    mute = sound is None or bool(sound["silent"])
    found = faces_in(path, length, closely=mute)
    upright = (picture.height, picture.width) if picture.rotation % 180 else (picture.width, picture.height)
    return {
        "container": facts.container,
        "duration": length,
        "picture": {
            "codec": picture.codec, "width": upright[0], "height": upright[1], "rate": round(rate, 3),
            "variable": _varies(walked.times), "rotation": picture.rotation, "faces": found.faces,
        },
        "sound": sound,
        "warnings": [*_about_end(walked), *about_pictures(found, sound), *_about_sound(sound, face=any(found.faces))],
    }  # fmt: skip


def audio(path: Path, told: Mapping[str, Any]) -> dict[str, Any]:
    """What a sound is.

    Raises:
        Suspicious: It has no sound, or goes beyond a limit that its header hides.
        MediaError: As `emofuse.media.probe.open_media`.
    """
    del told
    facts = probe(path, LIMITS)
    if facts.sound is None:
        raise Suspicious("MEDIA_NO_SOUND", "The file holds pictures alone. Expected sound.")
    walked = walk(path)
    _within(facts.duration or walked.end)
    length = walked.breaks or facts.duration or walked.end
    sound = {"codec": facts.sound.codec, "rate": facts.sound.rate, "channels": facts.sound.channels, "silent": _silent(path, length)}
    said = [*_about_end(walked), *_about_sound(sound, face=True)]
    return {"container": facts.container, "duration": length, "picture": None, "sound": sound, "warnings": said}


def _within(length: int) -> None:
    if length > LIMITS.duration:
        raise Suspicious("MEDIA_LIMIT", f"The file lasts {length / 60_000:.1f} minutes. Expected at most {LIMITS.duration / 60_000:g}.")


def _rate(times: np.ndarray) -> float:
    """Pictures a second; 0 where there are too few to say. Shape: (pictures,) seconds."""
    return float((len(times) - 1) / (times[-1] - times[0])) if len(times) > 2 and times[-1] > times[0] else 0.0


def _varies(times: np.ndarray) -> bool:
    """Whether pictures follow each other now sooner and now later. Shape: (pictures,) seconds."""
    if len(times) < 3:
        return False
    steps = np.diff(times)
    usual = float(np.median(steps))
    return bool(usual > 0 and np.mean(np.abs(steps - usual) > EVEN * usual) > OFTEN)


def _silent(path: Path, length: int) -> bool:
    """Whether nothing is heard in any of a few moments."""
    from av import AudioFrame, AudioResampler

    until, loud = time.monotonic() + HEARD, -120.0
    for share in MOMENTS if length > 4_000 else (0.0,):
        with open_media(path, LIMITS) as container:
            stream = sound_stream(container)
            assert stream is not None, "its probe had one"
            mono = AudioResampler(format="flt", layout="mono")
            heard: list[np.ndarray] = []
            for frame in islice(decoded(container, stream, share * length / 1_000), 1_000):
                if isinstance(frame, AudioFrame):
                    heard += [part.to_ndarray().ravel() for part in mono.resample(frame)]
                if sum(map(len, heard)) > LISTENED * stream.rate * (1 if length > 4_000 else 8):
                    break
        loud = max(loud, loudness(np.concatenate(heard)) if heard else -120.0)
        if loud > SILENCE or time.monotonic() > until:
            break
    return loud <= SILENCE


def _about_end(walked: Walk) -> list[dict[str, str]]:
    if walked.breaks is None:
        return []
    fix = _("What is missing is not analysed. Copy the file again from where it was recorded.")
    text = _("The file breaks off. Of the length that its header promises, this much can be read:")
    return [warning(text, fix, f"{clock(walked.breaks / 1_000)} / {clock(walked.promised / 1_000)}")]


def _about_sound(sound: Mapping[str, Any] | None, *, face: bool) -> list[dict[str, str]]:
    """What to warn of; where there is no face either, that is said already, for both."""
    if not face and (sound is None or sound["silent"]):
        return []
    if sound is None:
        fix = _("Only the face is judged. Add the sound as a file of its own if you have it.")
        return [warning(_("The video has no sound."), fix)]
    if sound["silent"]:
        return [warning(_("The sound is silent."), _("Look whether the microphone was on; a silent voice is not judged."))]
    return []
