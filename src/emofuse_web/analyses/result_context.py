"""Everything the result page's templates say, gathered once."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from emofuse_web.analyses import result_words as words
from emofuse_web.analyses.lane_files import FORMS
from emofuse_web.analyses.models import Analysis, Artifact
from emofuse_web.analyses.result_addresses import Addresses, OwnAddresses
from emofuse_web.analyses.result_document import beside
from emofuse_web.analyses.result_order import last, order
from emofuse_web.analyses.result_summary import grid, reasons, summary
from emofuse_web.analyses.result_transcript import utterances
from emofuse_web.phrases import told

UTTERANCES = 1_000  # that the page shows at most
ROWS = 200  # spans of a lane that the page's tables show; the CSV has them all
DOWNLOADS = (  # kind, what it is, what it is good for
    ("annotated", gettext_lazy("Annotated video"), gettext_lazy("the recording with the answer in its upper left corner")),
    ("csv_spans", gettext_lazy("CSV: spans"), gettext_lazy("a row a span, for spreadsheets and statistics")),
    ("csv_curves", gettext_lazy("CSV: curves"), gettext_lazy("a row a window, with every probability")),
    ("json", gettext_lazy("JSON"), gettext_lazy("everything, for programs")),
    ("vtt", gettext_lazy("WebVTT"), gettext_lazy("subtitles for browsers")),
    ("srt", gettext_lazy("SRT"), gettext_lazy("subtitles for players and editors")),
    ("eaf", gettext_lazy("EAF"), gettext_lazy("tiers for ELAN")),
    ("audacity", gettext_lazy("Audacity labels"), gettext_lazy("a label track beside the sound")),
    ("png", gettext_lazy("Picture"), gettext_lazy("lanes and curves, for a report")),
    ("explanation_png", gettext_lazy("Picture: why"), gettext_lazy("who added what, and the moments looked at")),
)
TAKEN = frozenset(kind for kind, _name, _what in DOWNLOADS)


def template(analysis: Analysis) -> str:
    """The page that fits it: of words alone there is no player."""
    return f"analyses/{'result_text' if analysis.mode == 'text' else 'result'}.html"


def context(analysis: Analysis, at: str = "", addresses: Addresses | None = None) -> dict[str, Any]:
    """What the templates are given.

    Args:
        analysis: One that is over.
        at: Second at which the player stands, as the address says it; for pages without scripts.
        addresses: Where its parts are fetched from; None for those of the analysis.
    """
    addresses = addresses or OwnAddresses(analysis)
    said = beside(analysis, "json") or {}
    read = beside(analysis, "transcript")
    each = order(said, read if analysis.mode == "text" else None)
    files = {file.kind: file for file in analysis.artifacts.all()}
    found: dict[str, Any] = {
        "analysis": analysis,
        "job": analysis.job,
        "files": files,
        **ways(files, addresses),
        "limits": words.limits(said.get("limits", "")),
        "notes": notes(analysis, said, each),
        "said": said,
        "order": each,
        "sentences": last(said["duration"], each) if each else 0,
        "took": None if not (analysis.job.started and analysis.job.finished) else analysis.job.finished - analysis.job.started,
        "at": at if at.replace(".", "", 1).isdecimal() and at.isascii() else "",
    }
    if not said:
        return found
    return found | _answered(analysis, said, found["taken"]) | _transcript(said, read) | {"script": script(said, files, addresses, each)}


def notes(analysis: Analysis, said: Mapping[str, Any], each: int = 0) -> list[str]:
    """What a reader must be told; of words alone not that there is no face."""
    every: list[str] = analysis.warnings or said.get("notes", [])
    return [_in_words(note, each) for note in every if analysis.mode != "text" or not words.names_absence(note)]


def _in_words(note: str, each: int) -> str:
    """A note in the reader's language."""
    said = words.note(note, timed=not each)
    return told(note) if said == note else said


def ways(files: Mapping[str, Artifact], addresses: Addresses) -> dict[str, Any]:
    """Addresses of what is played, and of what can be taken away: only of files that are there."""
    taken = {kind: url for kind in TAKEN if kind in files and (url := addresses.taken(files[kind]))}
    return {
        "media": addresses.shown(files["proxy"]) if "proxy" in files else "",
        "poster": addresses.shown(files["thumbnail"]) if "thumbnail" in files else "",
        "taken": taken,
        "downloads": [
            {"kind": kind, "name": name, "what": what, "size": files[kind].size, "url": taken[kind]}
            for kind, name, what in DOWNLOADS
            if kind in taken
        ],
    }


def _lane_files(lanes: Sequence[Mapping[str, Any]], taken: Mapping[str, str]) -> list[dict[str, Any]]:
    """Each lane alone, in the forms it can be had in; nothing where there is one lane, which is the whole."""
    forms = [(name, taken[kind]) for kind, name, _what in DOWNLOADS if kind in FORMS and kind in taken]
    if len(lanes) < 2 or not forms:
        return []
    each = [(lane["name"], urlencode({"lane": lane["name"]})) for lane in lanes]
    return [{"name": lane, "files": [{"name": name, "url": f"{url}?{named}"} for name, url in forms]} for lane, named in each]


def _answered(analysis: Analysis, said: Mapping[str, Any], taken: Mapping[str, str]) -> dict[str, Any]:
    first, lanes = said["lanes"][0], shown(analysis, said)
    overall, why = said.get("overall"), said.get("explanation")
    names = {lane["name"] for lane in lanes}
    if overall:
        overall = overall | {"grid": [part for part in overall["grid"] if analysis.mode != "text" or part["name"] in names]}
    if why and analysis.mode == "text":
        why = why | {"players": [player for player in why["players"] if player["name"] in names]}
    return {
        "summary": summary(first, said["duration"]),
        "lane_files": _lane_files(lanes, taken),
        "lanes": [{**lane, "rows": lane["spans"][:ROWS], "more": max(len(lane["spans"]) - ROWS, 0)} for lane in lanes],
        "labels": list(dict.fromkeys(label for lane in lanes for label in lane["labels"])),
        "overall": overall,
        "grid": grid(overall) if overall else None,
        "why": why,
        "reasons": reasons(why, first["label"]) if why and first["label"] else [],
        "why_limits": words.limits(why["limits"]) if why else "",
    }


def shown(analysis: Analysis, said: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The lanes that the page shows. Of words alone only those with an answer: nobody expected a face."""
    lanes: list[Mapping[str, Any]] = said["lanes"]
    return [lane for i, lane in enumerate(lanes) if i == 0 or lane["label"] is not None] if analysis.mode == "text" else lanes


def _transcript(said: Mapping[str, Any], read: Mapping[str, Any] | None) -> dict[str, Any]:
    """What was said, with labels from the lane that listened to words; nothing where nobody brought any."""
    if not read:
        return {}
    lane = next((lane for lane in said["lanes"] if lane["name"].startswith("text")), said["lanes"][0])
    every = read["utterances"]
    language = {"spoken": told(read.get("language") or ""), "spoken_told": bool(read.get("told"))}
    return language | {
        "transcript": utterances(every[:UTTERANCES], lane),
        "transcript_more": max(len(every) - UTTERANCES, 0),
        "timed": read["timed"],
    }


def script(said: Mapping[str, Any], files: Mapping[str, Artifact], addresses: Addresses, each: int) -> dict[str, Any]:
    """What the page's script is told: addresses, and words in the reader's language."""
    labels = {label for lane in said["lanes"] for label in lane["labels"]}
    absent = {span["absent"] for lane in said["lanes"] for span in lane["spans"] if span["absent"]}
    return {
        "timeline": addresses.timeline(),
        "data": addresses.curves(),
        "peaks": addresses.shown(files["peaks"]) if "peaks" in files else "",
        "slots": {label: words.slot(label) for label in labels},
        "labels": {label: words.emotion(label) for label in labels},
        "reasons": {reason: words.reason(reason) for reason in absent},
        "lanes": {lane["name"]: words.lane(lane["name"]) for lane in said["lanes"]},
        "order": each,
        "words": script_words(each) | looks(files) | _leads(said),
    }


def looks(files: Mapping[str, Artifact]) -> dict[str, str]:
    """What the caption says of a label: sound alone sounds like it."""
    heard = "proxy" in files and files["proxy"].media_type.startswith("audio/")
    return {"looks": _("Expression sounds like {label}") if heard else _("Expression looks like {label}")}


def _leads(said: Mapping[str, Any]) -> dict[str, str]:
    """What the slider says where nobody has moved it: lanes may have been told their threshold."""
    told = said.get("facts", {}).get("told", {})
    return {"own": _("as was asked")} if told.get("threshold") is not None else {}


def script_words(each: int = 0) -> dict[str, str]:
    """Sentences that the script fills in; those of times are others where there are none."""
    return {
        "looks": _("Expression looks like {label}"),
        "uncertain": _("uncertain"),
        "absent": _("no answer: {reason}"),
        "span": _("{label}, {p}, {start} to {end}"),
        "span_uncertain": _("uncertain: {label}, {p}, {start} to {end}"),
        "span_absent": _("no answer, {reason}, {start} to {end}"),
        "share": _("{share} % of the time is then uncertain"),
        "own": _("as each recognizer has it"),
        "lead": _("lead under {lead}"),
        "play": _("Play"),
        "pause": _("Pause"),
        "loop_on": _("The span is repeated"),
        "loop_off": _("The span is no longer repeated"),
        "shown": _("{start} to {end} of {all}"),
        "trouble": _("The answer could not be fetched. Load the page again; the tables and downloads below are complete."),
        "media": _("The recording cannot be played by this browser. The answer below is complete."),
        **(_untimed() if each else {}),
    }


def _untimed() -> dict[str, str]:
    return {
        "span": _("{label}, {p}, {place}"),
        "span_uncertain": _("uncertain: {label}, {p}, {place}"),
        "span_absent": _("no answer, {reason}, {place}"),
        "share": _("{share} % of the sentences are then uncertain"),
        "shown": _("{place} of {all}"),
        "sentence": _("sentence {n}"),
        "sentences": _("sentences {start} to {end}"),
    }
