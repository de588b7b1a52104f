"""A recording, with sound, EEG and words of its own where there are any: proxy, answer, files, annotated copy."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from emofuse.core.clip import Clip
from emofuse.core.errors import MediaError
from emofuse.core.modality import Modality
from emofuse.core.provenance import recognizers
from emofuse.media.annotate import annotate
from emofuse.media.files import LEFT_OUT, clip_from_files
from emofuse.media.probe import probe
from emofuse_web.recognition import proxy, suspicious, thumbnail, writing
from emofuse_web.recognition.facts import choices
from emofuse_web.recognition.judging import Chosen, chosen, judged
from emofuse_web.recognition.made import named
from emofuse_web.recognition.summary import summary, unused
from emofuse_web.recognition.telling import Telling

CODING = {"preset": "superfast", "crf": "22"}  # of the annotated copy; the proxy was coded at no better quality
HD = 1280 * 720  # pixels
_AGAIN = re.compile(r",? ?[^,]+: the \S+ lane is absent")  # what the reasons say already
_ADVICE = re.compile(r",? because YuNet's weights .*?(?:to the network|$)")
COSTS = {
    "start": (400, 0.0, 0.0),
    "proxy": (0, 0.055, 0.095),
    "load": (1_700, 0.0, 0.0),
    "judge": (300, 0.025, 0.0),
    "explain": (300, 0.01, 0.0),
    "files": (700, 0.0, 0.0),
    "render": (500, 0.06, 0.13),
}
"""What each part takes of two cores' time: ms, ms a ms of the recording, and as many more where its pictures have `HD`.

Measured on films of 640 x 480 (60 s) and 720p (20 and 60 s), so that progress is steady and the time left is what it is said to be.
"""


def analyse(request: Mapping[str, Any], folder: Path, telling: Telling) -> dict[str, object]:
    """As `emofuse_web.recognition.analysis.analyse`, of a recording.

    Raises:
        MediaError: What was sent cannot be analysed, or holds nothing to judge.
    """
    given = {role: folder / "in" / str(name) for role, name in request["inputs"].items()}
    options, out, threads = request.get("options") or {}, folder / "out", int(request.get("threads", 1))
    later = {role: None if value is None else round(1_000 * float(value)) for role, value in (options.get("offsets") or {}).items()}
    way = chosen(str(request["model"]))
    telling.stage("probe")
    for role, path in given.items():
        suspicious.check(path, role)
    shares = _shares(given, options)
    telling.progress(shares["start"])
    made = _proxy(given, out, later, way, threads, telling, shares)
    telling.stage(_looking(made, given))
    clip = _clip(made, given, request, later, way)
    facts = {"source_offset_ms": made.start} if made else {}
    judging = telling.part(shares["load"], shares["judge"])
    try:
        answer = judged(clip, way, str(request["name"]), {**facts, "model": str(request["model"])}, options=options, progress=judging)
    except MediaError as error:
        raise MediaError(_told(str(error), made)) from error.__cause__
    telling.stage("fuse")
    said = summary(answer)  # which reads off the spans of every lane, once
    telling.progress(shares["explain"])
    telling.stage("render")
    writing.write(answer, out, telling.part(shares["explain"], shares["files"]))
    if "text" in given:
        writing.transcript(given["text"], out, answer.duration, later.get("text") or 0, options.get("language"))
    if made is not None and made.picture:
        thumbnail.write(made.path, out / named("thumbnail"))
        if options.get("annotate_video", True):
            coding = {**CODING, "threads": str(threads)}
            annotate(made.path, out / named("annotated"), answer, telling.part(shares["files"], 0.995), coding=coding)
    missing = [*unused(answer, _listening(clip)), *_left_out(clip), *_deaf(clip, str(request["model"]))]
    notes = [*(made.notes if made else ()), *answer.notes]
    return {
        "status": "partial" if missing else "succeeded",
        "duration": answer.duration,
        "summary": {**said, "unused": missing, "seconds": telling.seconds, **facts},
        "warnings": [*dict.fromkeys(notes)],
        "version": recognizers(answer),
    }


def _shares(given: Mapping[str, Path], options: Mapping[str, Any]) -> dict[str, float]:
    """Where each part ends, of the whole."""
    recording = given.get("video") or given.get("audio")
    facts = probe(recording, suspicious.LIMITS) if recording else None
    duration = facts.duration if facts else 0
    picture = facts.picture if facts else None
    large = 0.0 if picture is None else picture.width * picture.height / HD

    def cost(name: str, large: float) -> float:
        once, always, pictured = COSTS[name]
        return once + duration * (always + pictured * large)

    wanted = {
        "start": cost("start", 0),
        "proxy": cost("proxy", large) * (1 if picture else 0.1),
        "load": cost("load", 0),
        "judge": cost("judge", 0),
        "explain": cost("explain", 0) * bool(options.get("explain")) + 100,
        "files": cost("files", 0),
        "render": cost("render", min(large, 1)) * (picture is not None and bool(options.get("annotate_video", True))) + 200,
    }
    total, done, ends = sum(wanted.values()), 0.0, {}
    for name, part in wanted.items():
        done += part
        ends[name] = done / total
    return ends


def _proxy(
    given: Mapping[str, Path],
    out: Path,
    later: Mapping[str, int | None],
    way: Chosen,
    threads: int,
    telling: Telling,
    shares: Mapping[str, float],
) -> proxy.Proxy | None:
    """The proxy of what is seen and heard, and peaks of the sound; None where there is neither."""
    recording = given.get("video") or given.get("audio")
    if recording is None:
        return None
    telling.stage("decode")
    made = proxy.make(
        recording,
        out,
        sound=given.get("audio") if "video" in given else None,
        later=later.get("audio", 0),
        most=way.most or proxy.MOST,
        threads=threads,
        progress=telling.part(shares["start"], shares["proxy"]),
    )
    if made.sound:
        (out / named("peaks")).write_text(json.dumps({"duration": made.duration, "peaks": list(made.peaks)}), encoding="utf-8")
    return made


def _told(said: str, made: proxy.Proxy | None) -> str:
    """An error about what was judged, for somebody who never heard of its copy; each reason once, and no advice for administrators.

    Example:
        >>> _told("a.mp4 holds nothing to judge (no face, no sound, no face: the face lane is absent). Expected a face.", None)
        'a.mp4 holds nothing to judge (no face, no sound). Expected a face.'
    """
    if made is not None:
        for place in (str(made.path.absolute()), str(made.path), made.path.name):
            said = said.replace(place, "The video" if made.picture else "The sound")
    held, apart, rest = said.partition(" holds nothing to judge (")
    why, close, expected = rest.partition("). Expected ")
    why = _AGAIN.sub("", _ADVICE.sub("", why))
    return held + apart + why + close + expected


def _looking(made: proxy.Proxy | None, given: Mapping[str, Path]) -> str:
    """The name of the stage in which everybody judges, in one pass: what takes longest of it."""
    if made is not None and made.picture:
        return "face"
    return "voice" if made is not None else "eeg" if "eeg" in given else "text"


def _clip(
    made: proxy.Proxy | None, given: Mapping[str, Path], request: Mapping[str, Any], later: Mapping[str, int | None], way: Chosen
) -> Clip:
    """What is judged: the proxy, and EEG and words as they were sent."""
    told = {name: tuple(value) if isinstance(value, list) else value for name, value in (request.get("told") or {}).items()}
    if made is None and not given:
        raise MediaError("There is nothing to judge. Expected a recording, EEG or words; send one of them.")
    offsets = {Modality(role): later[role] for role in ("eeg", "text") if later.get(role)}
    return clip_from_files(
        made.path if made else None,
        text=given.get("text"),
        eeg=given.get("eeg"),
        eeg_as=told if "eeg" in given else {},
        offsets=offsets,
        language=(request.get("options") or {}).get("language") if "text" in given else None,
        face_rate=way.face_rate,
    )


def _listening(clip: Clip) -> dict[str, Modality]:
    """By the lane of each recognizer, what of the clip it listens to."""
    found = {}
    for name, choice in choices().items():
        for m in clip.sources:
            if choice.members == (name,) and str(m) in choice.modalities:
                found[name] = m
    return found


def _left_out(clip: Clip) -> list[dict[str, str]]:
    """Files beside the recording that could not be used."""
    return [{"modality": name.removesuffix(LEFT_OUT), "reason": reason} for name, reason in clip.facts.items() if name.endswith(LEFT_OUT)]


def _deaf(clip: Clip, model: str) -> list[dict[str, str]]:
    """EEG or words that whoever was chosen does not listen to."""
    heard = choices()[model].modalities
    unheard = sorted(str(m) for m in clip.sources if m in (Modality.EEG, Modality.TEXT) and str(m) not in heard)
    return [{"modality": m, "reason": f"'{model}' does not listen to it"} for m in unheard]
