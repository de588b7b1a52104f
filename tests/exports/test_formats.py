"""Every format tells the same, to the millisecond; each is read back by a reader of its own."""

import csv
import io
import json
import re
from dataclasses import replace
from pathlib import Path

import jsonschema
import lxml.etree
import numpy as np
import pytest

from emofuse import catalog
from emofuse.core.provenance import LIMITS, answered, provenance, recognizers
from emofuse.exports import audacity, csv_curves, csv_spans, eaf, srt, vtt
from emofuse.exports import json as json_export
from emofuse.exports.base import caption, lanes

ROOT = Path(__file__).resolve().parents[2]
SCHEMA = json.loads((ROOT / "docs" / "timeline.schema.json").read_text(encoding="utf-8"))
EAF = lxml.etree.XMLSchema(lxml.etree.parse(Path(__file__).with_name("eaf_subset.xsd")))


def milliseconds(stamp):
    hours, minutes, seconds = re.split("[:]", stamp)
    return round((int(hours) * 60 + int(minutes)) * 60_000 + float(seconds.replace(",", ".")) * 1_000)


def cues(text):
    """Times and words of the blocks that have times: WebVTT and SubRip alike."""
    for block in text.strip().split("\n\n"):
        lines = block.split("\n")
        at = next((i for i, line in enumerate(lines) if " --> " in line), None)
        if at is not None:
            start, end = lines[at].split(" --> ")
            yield milliseconds(start), milliseconds(end), "\n".join(lines[at + 1 :])


def tiers(text):
    """Start, end and value of each annotation, by tier; values of the tiers below by the annotation above."""
    root = lxml.etree.fromstring(text.encode())
    times = {slot.get("TIME_SLOT_ID"): int(slot.get("TIME_VALUE")) for slot in root.iter("TIME_SLOT")}
    above = {
        tier.get("TIER_ID"): [
            (times[a.get("TIME_SLOT_REF1")], times[a.get("TIME_SLOT_REF2")], a.findtext("ANNOTATION_VALUE"), a.get("ANNOTATION_ID"))
            for a in tier.iter("ALIGNABLE_ANNOTATION")
        ]
        for tier in root.iter("TIER")
        if tier.get("PARENT_REF") is None
    }
    below = {
        tier.get("TIER_ID"): {a.get("ANNOTATION_REF"): a.findtext("ANNOTATION_VALUE") for a in tier.iter("REF_ANNOTATION")}
        for tier in root.iter("TIER")
        if tier.get("PARENT_REF") is not None
    }
    return above, below


def test_the_timeline_of_these_tests_has_doubt_and_absence(timeline):
    said = [(span.label or span.absent, span.uncertain) for span in timeline.spans()]

    assert said == [("happiness", False), ("neutral", False), ("no face, silence", False), ("anger", True), ("fear", False)]


def test_all_formats_agree_to_the_millisecond(timeline):
    expected = [(span.segment.start, span.segment.end) for span in timeline.spans()]

    table = [row for row in csv.DictReader(io.StringIO(csv_spans.text(timeline))) if row["lane"] == "fused"]
    labels = [line.split("\t") for line in audacity.text(timeline).splitlines()]

    assert [(span["start"], span["end"]) for span in json.loads(json_export.text(timeline))["lanes"][0]["spans"]] == expected
    assert [(int(row["start_ms"]), int(row["end_ms"])) for row in table] == expected
    assert [(milliseconds(row["start"]), milliseconds(row["end"])) for row in table] == expected
    assert [cue[:2] for cue in cues(vtt.text(timeline))] == expected
    assert [cue[:2] for cue in cues(srt.text(timeline))] == expected
    assert [(round(float(start) * 1_000), round(float(end) * 1_000)) for start, end, _ in labels[:-1]] == expected
    assert [float(time) * 1_000 for time in labels[-1][:2]] == [timeline.duration] * 2  # who answered: a point, and no span
    assert [annotation[:2] for annotation in tiers(eaf.text(timeline))[0]["fused"]] == expected
    assert expected[-1][1] == timeline.duration


def test_formats_with_lanes_agree_on_every_lane(timeline):
    expected = {
        lane.lane: [(s.segment.start, s.segment.end, s.label, s.uncertain, s.absent) for s in lane.spans()] for lane in lanes(timeline)
    }

    document = json.loads(json_export.text(timeline))
    from_json = {
        lane["name"]: [(s["start"], s["end"], s["label"], s["uncertain"], s["absent"]) for s in lane["spans"]] for lane in document["lanes"]
    }
    from_csv = {name: [] for name in expected}
    for row in csv.DictReader(io.StringIO(csv_spans.text(timeline))):
        said = (row["label"] or None, row["uncertain"] == "true", row["absent"] or None)
        from_csv[row["lane"]].append((int(row["start_ms"]), int(row["end_ms"]), *said))
    above, below = tiers(eaf.text(timeline))
    from_eaf = {name: [] for name in expected}
    for name, annotations in above.items():
        for start, end, word, key in annotations:
            remark = below[f"{name} remark"].get(key)
            absent = remark if word == "absent" else None
            from_eaf[name].append((start, end, None if word == "absent" else word, remark == "uncertain", absent))

    assert list(from_json) == ["fused", "face", "voice"]
    assert from_json == from_csv == from_eaf == expected


def test_formats_agree_on_probabilities(timeline):
    spans = [span for span in timeline.spans() if span.label]

    document = json.loads(json_export.text(timeline))
    rows = [row for row in csv.DictReader(io.StringIO(csv_spans.text(timeline))) if row["lane"] == "fused" and row["label"]]
    _, below = tiers(eaf.text(timeline))

    said = [round(span.probability, 4) for span in spans]
    assert [s["probability"] for s in document["lanes"][0]["spans"] if s["label"]] == said
    assert [float(row["probability"]) for row in rows] == said
    assert [float(value) for value in below["fused probability"].values()] == said


@pytest.mark.parametrize("export", [vtt, srt, audacity])
def test_subtitles_say_doubt_and_absence_in_words(timeline, export):
    text = export.text(timeline)

    assert "anger? 4" in text
    assert "(uncertain)" in text
    assert "(no face, silence)" in text
    assert [caption(span) for span in timeline.spans()] == (
        [line.split("\t")[2] for line in text.splitlines()[:-1]]
        if export is audacity
        else [words.split("\n")[0] for _, _, words in cues(text)]
    )


def test_webvtt_keeps_what_would_break_it_out_of_its_notes(timeline):
    text = vtt.text(timeline)

    assert text.startswith("WEBVTT - Emotion of the talk & more.mp4\n\nNOTE ")
    assert text.count("-->") == len(timeline.spans())


def test_json_follows_its_schema(timeline, nothing):
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    validator = jsonschema.Draft202012Validator(SCHEMA)

    for line in (timeline, nothing):
        assert list(validator.iter_errors(json.loads(json_export.text(line)))) == []


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("schema",), "emofuse-timeline/2"),
        (("duration",), 1.5),
        (("lanes",), []),
        (("lanes", 0, "spans", 0, "absent"), "no face"),
        (("lanes", 0, "spans", 0, "label"), None),
        (("lanes", 0, "spans", 0, "probability"), 1.2),
        (("models", 0, "sha256"), "short"),
    ],
)
def test_the_schema_refuses_what_is_wrong(timeline, path, value):
    document = json.loads(json_export.text(timeline))
    *way, last = path
    inner = document
    for key in way:
        inner = inner[key]

    inner[last] = value

    assert list(jsonschema.Draft202012Validator(SCHEMA).iter_errors(document)) != []


def test_json_never_says_nan_and_gives_reasons_for_null(timeline):
    text = json_export.text(timeline)

    def refuse(constant):
        raise AssertionError(constant)

    document = json.loads(text, parse_constant=refuse)

    for lane in document["lanes"]:
        curves = lane["curves"]
        assert {len(curves[key]) for key in ("start", "end", "absent")} | {len(p) for p in curves["p"].values()} == {len(curves["start"])}
        for values in curves["p"].values():
            assert all((value is None) == (reason is not None) for value, reason in zip(values, curves["absent"], strict=True))
        assert list(curves["p"]) == lane["labels"]
        assert max(curves["end"]) <= timeline.duration
    assert document["models"][0]["figure"] is None


def test_json_names_the_recording_without_its_folder(timeline):
    text = json_export.text(timeline)

    assert json.loads(text)["source"] == {"name": "the talk & more.mp4", "duration": "12345", "sound": "aac"}
    assert all("someone" not in export.text(timeline) for export in (json_export, eaf, vtt, srt, audacity, csv_spans, csv_curves))


def test_json_curves_are_the_scores_to_four_digits(timeline):
    curves = json.loads(json_export.text(timeline))["lanes"][0]["curves"]

    read = np.array([[np.nan if p is None else p for p in curves["p"][label]] for label in timeline.labels]).T

    assert np.allclose(read, timeline.scores, atol=5e-5, equal_nan=True)


def test_csv_curves_hold_every_lane_and_every_word(timeline):
    rows = list(csv.DictReader(io.StringIO(csv_curves.text(timeline))))

    by_lane = {lane.lane: [row for row in rows if row["lane"] == lane.lane] for lane in lanes(timeline)}

    for lane in lanes(timeline):
        assert [int(row["start_ms"]) for row in by_lane[lane.lane]] == [segment.start for segment in lane.segments]
        for label in lane.labels:
            read = [float(row[label] or "nan") for row in by_lane[lane.lane]]
            assert np.allclose(read, lane.scores[:, lane.labels.index(label)], atol=5e-5, equal_nan=True)
        assert [row["absent"] or None for row in by_lane[lane.lane]] == list(lane.absent)
    assert all(row["calm"] == "" for row in by_lane["face"])


def test_elan_files_meet_what_their_schema_demands(timeline, nothing):
    for line in (timeline, nothing):
        document = lxml.etree.fromstring(eaf.text(line).encode())
        EAF.assertValid(document)


def test_elan_annotations_refer_to_words_of_the_vocabulary(timeline):
    root = lxml.etree.fromstring(eaf.text(timeline).encode())

    words = {entry.get("CVE_ID"): entry.findtext("CVE_VALUE") for entry in root.iter("CV_ENTRY_ML")}
    annotations = list(root.iter("ALIGNABLE_ANNOTATION"))
    slots = [int(slot.get("TIME_VALUE")) for slot in root.iter("TIME_SLOT")]

    assert all(words[a.get("CVE_REF")] == a.findtext("ANNOTATION_VALUE") for a in annotations)
    assert slots == sorted(slots)
    assert root.find("HEADER/MEDIA_DESCRIPTOR").get("MEDIA_URL") == "./the%20talk%20%26%20more.mp4"


@pytest.mark.parametrize("name", catalog.names("exports"))
def test_every_format_says_who_answered_and_how_far_to_believe_it(timeline, name, tmp_path):
    export = catalog.module("exports", name)

    export.save(timeline, tmp_path / "clip")

    kept = (tmp_path / "clip").read_bytes().decode("utf-8", errors="replace")
    said = " ".join(kept.replace("&#10;", " ").split())
    assert ("ab" * 6 in said, "cd" * 6 in said, LIMITS in said) == (True, True, True)


def test_tables_say_who_answered_once_a_lane(timeline):
    for export in (csv_spans, csv_curves):
        rows = list(csv.DictReader(io.StringIO(export.text(timeline))))

        told = [row["lane"] for row in rows if row["limits"]]
        assert told == list(dict.fromkeys(row["lane"] for row in rows))
        assert {row["recognizers"] for row in rows} == {"face@" + "ab" * 6 + ", voice@" + "cd" * 6, ""}


@pytest.mark.parametrize(
    ("models", "said"),
    [
        ([{}], ""),
        ([{"name": "v", "sha256": None}], "v"),
        ([{"name": "a\n-->\tb", "sha256": "ab" * 32}], "a --> b@abababababab"),
        ("odd", ""),
    ],
)
def test_recognizers_are_one_line_and_named_only_where_they_have_a_name(timeline, models, said):
    assert recognizers(replace(timeline, facts={"models": models})) == said


def test_no_name_breaks_a_note_of_webvtt(timeline):
    text = vtt.text(replace(timeline, facts={"source": "a--->b.mp4", "models": [{"name": "a---->b"}]}))

    assert text.count("-->") == len(timeline.spans())


@pytest.mark.parametrize("export", [csv_spans, csv_curves, vtt, srt, audacity])
def test_files_that_write_times_say_where_there_were_none(timeline, export):
    untimed = replace(timeline, facts={"media": {"text_order": "1000"}})

    assert "The words have no times" in export.text(untimed)
    assert "The words have no times" not in export.text(timeline)


def test_a_timeline_that_nobody_signed_still_says_its_limits(nothing):
    assert provenance(nothing) == LIMITS
    assert (recognizers(nothing), answered(nothing)) == ("", "")


def test_a_clip_with_nothing_to_judge_says_so_in_every_format(nothing):
    for export in (json_export, csv_spans, csv_curves, vtt, srt, audacity, eaf):
        assert "silence" in export.text(nothing)


@pytest.mark.parametrize("export", [json_export, csv_spans, csv_curves, vtt, srt, audacity, eaf])
def test_saving_writes_the_text_and_nothing_else(timeline, export, tmp_path):
    path = tmp_path / f"clip{export.SUFFIX}"

    export.save(timeline, path)

    written = path.read_bytes().decode("utf-8")
    if export is not eaf:  # which carries the time it was made
        assert written == export.text(timeline)
    assert "\r" not in written
    assert [file.name for file in tmp_path.iterdir()] == [path.name]
    assert export.SUMMARY
