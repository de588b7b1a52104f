"""ELAN annotation format 3.0: every lane a tier, for researchers who annotate and compare.

Source: http://www.mpi.nl/tools/elan/EAFv3.0.xsd and "EAF Annotation Format 3.0 and ELAN" (Max Planck Institute for Psycholinguistics).
"""

from datetime import UTC, datetime
from mimetypes import guess_type
from pathlib import Path
from urllib.parse import quote
from xml.etree import ElementTree

from emofuse.core.provenance import LIMITS, recognizers
from emofuse.core.timeline import Timeline
from emofuse.exports.base import lanes, rounded, source, write

SUFFIX = ".eaf"
SUMMARY = "ELAN: a tier a lane with the label, and below it the probability and what to doubt"

ABSENT = "absent"
_SCHEMA = "http://www.mpi.nl/tools/elan/EAFv3.0.xsd"
_ENGLISH = "eng"
_WORDS = "emotion words"
_DETAILS = ("probability", "remark")
_CONSTRAINT = "Symbolic_Association"  # one annotation of the tier above has at most one of this tier


def text(timeline: Timeline) -> str:
    """The tiers as an XML document; an annotation a span, one tier a lane and one each for its probability and remarks."""
    root = ElementTree.Element(
        "ANNOTATION_DOCUMENT",
        {
            "AUTHOR": "emofuse",
            "DATE": datetime.now(UTC).isoformat(timespec="seconds"),
            "FORMAT": "3.0",
            "VERSION": "3.0",
            "xmlns:xsi": "http://www.w3.org/2001/XMLSchema-instance",
            "xsi:noNamespaceSchemaLocation": _SCHEMA,
        },
    )
    slots = ElementTree.Element("TIME_ORDER")
    tiers: list[ElementTree.Element] = []
    last = _tiers(timeline, slots, tiers)
    root.append(_header(timeline, last))
    root.append(slots)
    root.extend(tiers)
    root.extend(_types())
    ElementTree.SubElement(
        root, "LANGUAGE", LANG_ID=_ENGLISH, LANG_DEF="http://cdb.iso.org/lg/CDB-00138502-001", LANG_LABEL="English (eng)"
    )
    ElementTree.SubElement(root, "CONSTRAINT", STEREOTYPE=_CONSTRAINT, DESCRIPTION="1-1 association with a parent annotation")
    root.append(_vocabulary(timeline))
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"


def save(timeline: Timeline, path: Path) -> None:
    """Write the document.

    Raises:
        MediaError: The disk is full, or the folder cannot be written.
    """
    write(text(timeline), path)


def _header(timeline: Timeline, last: int) -> ElementTree.Element:
    header = ElementTree.Element("HEADER", MEDIA_FILE="", TIME_UNITS="milliseconds")
    if name := source(timeline):
        url = "./" + quote(name)  # beside this file, where ELAN looks first
        kind = guess_type(name)[0] or "video/mp4"
        ElementTree.SubElement(header, "MEDIA_DESCRIPTOR", MEDIA_URL=url, RELATIVE_MEDIA_URL=url, MIME_TYPE=kind)
    properties = {
        "lastUsedAnnotationId": str(last),
        "recognizers": recognizers(timeline),
        "limits": LIMITS,
        **{f"note {i}": note for i, note in enumerate(timeline.notes, 1)},
    }
    for name, value in properties.items():
        ElementTree.SubElement(header, "PROPERTY", NAME=name).text = _legal(value)
    return header


def _tiers(timeline: Timeline, slots: ElementTree.Element, tiers: list[ElementTree.Element]) -> int:
    """Fill the time slots and tiers; the highest annotation number in use."""
    edges = sorted({edge for lane in lanes(timeline) for span in lane.spans() for edge in (span.segment.start, span.segment.end)})
    names = {edge: f"ts{number}" for number, edge in enumerate(edges, 1)}
    for edge, name in names.items():
        ElementTree.SubElement(slots, "TIME_SLOT", TIME_SLOT_ID=name, TIME_VALUE=str(edge))
    entries = {word: f"cve{number}" for number, word in enumerate(_words(timeline), 1)}
    number = 0
    for lane in lanes(timeline):
        tier = ElementTree.Element("TIER", TIER_ID=lane.lane, LINGUISTIC_TYPE_REF="emotion", ANNOTATOR="emofuse", LANG_REF=_ENGLISH)
        below = [
            ElementTree.Element("TIER", TIER_ID=f"{lane.lane} {detail}", LINGUISTIC_TYPE_REF=detail, PARENT_REF=lane.lane)
            for detail in _DETAILS
        ]
        for span in lane.spans():
            number += 1
            parent, word = f"a{number}", span.label or ABSENT
            annotation = ElementTree.SubElement(
                ElementTree.SubElement(tier, "ANNOTATION"),
                "ALIGNABLE_ANNOTATION",
                ANNOTATION_ID=parent,
                TIME_SLOT_REF1=names[span.segment.start],
                TIME_SLOT_REF2=names[span.segment.end],
                CVE_REF=entries[word],
            )
            ElementTree.SubElement(annotation, "ANNOTATION_VALUE").text = word
            probability = rounded(span.probability)
            said = ("" if probability is None else f"{probability:.4f}", "uncertain" if span.uncertain else span.absent or "")
            for child, value in zip(below, said, strict=True):
                if value:
                    number += 1
                    inner = ElementTree.SubElement(
                        ElementTree.SubElement(child, "ANNOTATION"), "REF_ANNOTATION", ANNOTATION_ID=f"a{number}", ANNOTATION_REF=parent
                    )
                    ElementTree.SubElement(inner, "ANNOTATION_VALUE").text = _legal(value)
        tiers += [tier, *below]
    return number


def _types() -> list[ElementTree.Element]:
    flags = {"GRAPHIC_REFERENCES": "false"}
    return [
        ElementTree.Element(
            "LINGUISTIC_TYPE", flags, LINGUISTIC_TYPE_ID="emotion", TIME_ALIGNABLE="true", CONTROLLED_VOCABULARY_REF=_WORDS
        ),
        *(
            ElementTree.Element("LINGUISTIC_TYPE", flags, LINGUISTIC_TYPE_ID=detail, TIME_ALIGNABLE="false", CONSTRAINTS=_CONSTRAINT)
            for detail in _DETAILS
        ),
    ]


def _words(timeline: Timeline) -> tuple[str, ...]:
    return tuple(dict.fromkeys([*(label for lane in lanes(timeline) for label in lane.labels), ABSENT]))


def _vocabulary(timeline: Timeline) -> ElementTree.Element:
    vocabulary = ElementTree.Element("CONTROLLED_VOCABULARY", CV_ID=_WORDS)
    ElementTree.SubElement(vocabulary, "DESCRIPTION", LANG_REF=_ENGLISH).text = "What the recognizers can say"
    for number, word in enumerate(_words(timeline), 1):
        entry = ElementTree.SubElement(vocabulary, "CV_ENTRY_ML", CVE_ID=f"cve{number}")
        described = "no answer here; the remark says why" if word == ABSENT else word
        ElementTree.SubElement(entry, "CVE_VALUE", LANG_REF=_ENGLISH, DESCRIPTION=described).text = word
    return vocabulary


def _legal(words: str) -> str:
    """Without the control characters that XML 1.0 cannot hold."""
    return "".join(c for c in words if c in "\t\n\r" or " " <= c <= "\ud7ff" or "\ue000" <= c <= "\ufffd" or c > "\uffff")
