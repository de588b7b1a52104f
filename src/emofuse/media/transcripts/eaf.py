"""ELAN: tiers of annotations, of which those with words are read; a tier's participant is the speaker.

No document type is accepted, so that nothing in a file can grow or point elsewhere.
Source: "EAF Annotation Format 3.0 and ELAN" (Max Planck Institute for Psycholinguistics).
"""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from xml.parsers import expat

from emofuse.core.errors import MediaError
from emofuse.media.transcripts.base import Broken, Cue, Written

_DEPTH = 64  # elements within each other; the format needs 5
_TIER = ("TIER_ID", "PARTICIPANT", "PARENT_REF", "LINGUISTIC_TYPE_REF")
_SPOKEN = re.compile(r"utt|transcr|ortho|text|tx|speech|spoken|said|sentence|phrase|verbatim|satz|default", re.IGNORECASE)
_ABOUT = re.compile(
    r"gloss|gls|transl|comment|note|remark|morph|phon|ipa|pos\b|gest|gaze|emo|probab|head|hand|eye|smile|code|act\b|^ref|word|token|mb\b",
    re.IGNORECASE,
)


@dataclass(slots=True)
class _Annotation:
    id: str
    slots: tuple[str, str] | None  # where it has times of its own
    above: str | None  # the annotation it belongs to
    line: int
    words: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Tier:
    name: str
    participant: str
    above: str
    kind: str
    annotations: list[_Annotation] = field(default_factory=list)


class _Document:
    """What a file holds, gathered while it is read; nothing else of it is kept."""

    def __init__(self) -> None:
        self.slots: dict[str, int | None] = {}  # in the order of time
        self.tiers: list[_Tier] = []
        self.coded: set[str] = set()  # kinds of tier whose words come from a list
        self.units = "milliseconds"
        self.origin = 0  # ms of the recording before time 0
        self.open: list[str] = []
        self.parser = expat.ParserCreate("utf-8")  # whatever it declares: it has been decoded
        self.parser.StartDoctypeDeclHandler = _refuse
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._data

    def _start(self, name: str, attributes: Mapping[str, str]) -> None:
        self.open.append(name)
        if len(self.open) > _DEPTH:
            raise _NotPlainError(f"elements lie in each other {_DEPTH} deep")
        if len(self.open) == 1 and name != "ANNOTATION_DOCUMENT":
            raise _NotPlainError(f"its root is {name[:40]}, not ANNOTATION_DOCUMENT")
        match name:
            case "HEADER":
                self.units = attributes.get("TIME_UNITS", self.units)
            case "MEDIA_DESCRIPTOR":
                self.origin = self.origin or _number(attributes.get("TIME_ORIGIN")) or 0
            case "TIME_SLOT":
                self.slots[attributes.get("TIME_SLOT_ID", "")] = _number(attributes.get("TIME_VALUE"))
            case "LINGUISTIC_TYPE":
                if "CONTROLLED_VOCABULARY_REF" in attributes:
                    self.coded.add(attributes.get("LINGUISTIC_TYPE_ID", ""))
            case "TIER":
                name, participant, above, kind = (attributes.get(key, "") for key in _TIER)
                self.tiers.append(_Tier(name, participant, above, kind))
            case "ALIGNABLE_ANNOTATION" | "REF_ANNOTATION":
                self._annotation(attributes)

    def _annotation(self, attributes: Mapping[str, str]) -> None:
        if not self.tiers:
            raise _NotPlainError("an annotation lies outside every tier")
        slots = (attributes.get("TIME_SLOT_REF1"), attributes.get("TIME_SLOT_REF2"))
        own = (slots[0], slots[1]) if slots[0] is not None and slots[1] is not None else None
        found = _Annotation(attributes.get("ANNOTATION_ID", ""), own, attributes.get("ANNOTATION_REF"), self.parser.CurrentLineNumber)
        self.tiers[-1].annotations.append(found)

    def _end(self, name: str) -> None:
        del name
        self.open.pop()

    def _data(self, words: str) -> None:
        if self.open[-1] == "ANNOTATION_VALUE" and self.tiers and self.tiers[-1].annotations:
            self.tiers[-1].annotations[-1].words.append(words)


class _NotPlainError(Exception):
    """What stands in a file that we do not read."""


def is_one(text: str, suffix: str) -> bool:
    """Whether it is XML with annotations; or XML by its looks and called so."""
    head = text[:4_096].lstrip()
    return head.startswith("<") and ("<ANNOTATION_DOCUMENT" in head or suffix == ".eaf" or head.startswith("<?xml")) or suffix == ".eaf"


def read(text: str, name: str) -> Written:
    """The annotations of the tiers with words.

    Raises:
        MediaError: It is no ELAN file, is broken, has a document type, or counts time in something else.
    """
    document = _Document()
    try:
        document.parser.Parse(text.encode(errors="replace"), True)
    except _NotPlainError as error:
        raise MediaError(f"{name} is XML, but {error}. Expected a transcript of ELAN (eaf); export it from ELAN, or as srt.") from error
    except expat.ExpatError as error:
        raise MediaError(
            f"{name}, line {error.lineno}: the XML is broken ({expat.ErrorString(error.code)}). "
            f"Expected a whole ELAN file; save it again in ELAN, or export it as srt."
        ) from error
    if document.units.lower() != "milliseconds":
        raise MediaError(f"{name} counts time in {document.units[:40]}. Expected milliseconds, as ELAN writes now; save it again in ELAN.")
    chosen, notes = _with_words(document)
    if document.origin:
        notes.append(f"ELAN begins this recording {document.origin} ms late (TIME_ORIGIN); the transcript's times are taken as they stand.")
    return _written(document, chosen, notes)


def _refuse(*declared: object) -> None:
    del declared
    raise _NotPlainError("it declares a document type, which transcripts do not need")


def _number(text: str | None) -> int | None:
    return int(text) if text is not None and re.fullmatch(r"-?\d{1,12}", text, re.ASCII) else None


def _with_words(document: _Document) -> tuple[list[_Tier], list[str]]:
    """The tiers to read: of each person, or each tree of tiers, the one that looks most like what was said."""
    filled = [tier for tier in document.tiers if any("".join(one.words).strip() for one in tier.annotations)]
    free = [tier for tier in filled if tier.kind not in document.coded]
    above = {tier.name: tier.above for tier in document.tiers}
    roots = {tier.name: _root(tier.name, above) for tier in filled}
    with_own = [tier for tier in free if roots[tier.name] not in {one.name for one in filled if one.kind in document.coded}]
    groups: defaultdict[str, list[_Tier]] = defaultdict(list)
    for tier in with_own or [tier for tier in filled if not tier.above]:  # lists of words, where there is nothing else
        groups[tier.participant or roots[tier.name]].append(tier)
    best = [max(tiers, key=_likely) for tiers in groups.values()]
    sure = [tier for tier in best if _likely(tier)[0] >= 0] or best
    names, left = {tier.name for tier in sure}, [tier.name for tier in filled if tier.name not in {one.name for one in sure}]
    notes = [] if not left else [f"Of the tiers, {_listed(sorted(names))} {_is(names)} read; {_listed(left)} {_is(left)} left out."]
    if sure and not with_own:
        notes.append("Every tier holds words of a list (a controlled vocabulary), which is how codings are kept, not what was said.")
    return sure, notes


def _likely(tier: _Tier) -> tuple[int, int, int]:
    """How much a tier looks like what was said: by its name and kind, whether it stands on its own, how much it holds."""
    told = f"{tier.name.split('@')[0]} {tier.kind}"
    score = 2 * (_SPOKEN.search(told) is not None) - 3 * (_ABOUT.search(told) is not None)
    return score, not tier.above, sum(len(words) for one in tier.annotations for words in one.words)


def _root(name: str, above: Mapping[str, str]) -> str:
    seen: set[str] = set()
    while above.get(name) and name not in seen:
        seen.add(name)
        name = above[name]
    return name


def _written(document: _Document, tiers: Sequence[_Tier], notes: list[str]) -> Written:
    within = _within(document.slots)
    annotations = {one.id: one for tier in document.tiers for one in tier.annotations}
    cues: list[Cue] = []
    broken: list[Broken] = []
    for tier in tiers:
        alone = len(tiers) == 1 and not tier.participant and "@" not in tier.name
        speaker = None if alone else tier.participant or tier.name.rsplit("@", 1)[-1]
        for one in tier.annotations:
            slots = _slots(one, annotations)
            start, end = (within.get(slots[0], (None, None))[0], within.get(slots[1], (None, None))[1]) if slots else (None, None)
            if start is None or end is None:
                broken.append(Broken(one.line, f"the annotation {one.id[:20]} has no time"))
            elif end <= start:
                broken.append(Broken(one.line, "it ends before it begins" if end < start else "it lasts no time"))
            else:
                cues.append(Cue("".join(one.words), one.line, start, end, speaker))
    return Written(tuple(sorted(cues, key=lambda cue: cue.start or 0)), tuple(broken), tuple(notes))  # tier by tier is no order of time


def _slots(one: _Annotation, annotations: Mapping[str, _Annotation]) -> tuple[str, str] | None:
    """Where an annotation lies: its own times, or those of what it belongs to."""
    for _ in range(_DEPTH):
        above = annotations.get(one.above or "")
        if one.slots is not None or above is None:
            return one.slots
        one = above
    return None


def _within(slots: Mapping[str, int | None]) -> dict[str, tuple[int | None, int | None]]:
    """Between which times each slot lies: its own, or those known before and after it, as slots stand in order."""
    names, values = list(slots), list(slots.values())
    before, after = list(values), list(values)
    for i in range(1, len(names)):
        before[i] = values[i] if values[i] is not None else before[i - 1]
    for i in range(len(names) - 2, -1, -1):
        after[i] = values[i] if values[i] is not None else after[i + 1]
    return {name: (first, last) for name, first, last in zip(names, before, after, strict=True)}


def _listed(names: Sequence[str]) -> str:
    return ", ".join(name[:40] for name in names[:8]) + (f" and {len(names) - 8} more" if len(names) > 8 else "")


def _is(names: object) -> str:
    assert isinstance(names, list | set)
    return "was" if len(names) == 1 else "were"
