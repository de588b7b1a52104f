"""A whole analysis in a child: what is told, what comes out, that all of it agrees, and that words never meet sound or picture."""

import csv
import json
import re
import subprocess
import sys
from bisect import bisect_right
from pathlib import Path

import av
import lxml.etree
import numpy as np
import pytest

from emofuse.core.labels import LabelSet
from emofuse.core.provenance import LIMITS
from emofuse.core.segment import Segment
from emofuse.core.timeline import Span
from emofuse.media.panel import Panel
from emofuse_web.analyses.lanes import read_lane
from emofuse_web.problems import CODES
from emofuse_web.recognition.made import EXPORTS, KINDS, named
from emofuse_web.recognition.one_lane import lane_text

WORDS = "WEBVTT\n\n00:00.000 --> 00:03.000\nI am so happy today, this is wonderful!\n\n00:03.000 --> 00:06.000\nGo away, I hate you.\n"

pytestmark = pytest.mark.slow


def document(folder: Path) -> dict:
    return json.loads((folder / "out" / "timeline.json").read_text())


def spans(folder: Path) -> list[tuple[int, int, str | None]]:
    return [(span["start"], span["end"], span["label"]) for span in document(folder)["lanes"][0]["spans"]]


# --- what is told ---------------------------------------------------------------------------------------------------------------------
def test_stages_come_in_order_and_progress_never_goes_back(analysed):
    _, _, told = analysed

    stages = [line["stage"] for line in told if "stage" in line]
    shares = [line["progress"] for line in told if "progress" in line]
    assert stages == ["probe", "decode", "face", "fuse", "render"]
    assert shares == sorted(shares)
    assert (len(shares) > 20, shares[-1]) == (True, 1.0)


def test_the_answer_has_what_rows_and_lists_need(analysed):
    _, said, _ = analysed

    summary = said["summary"]
    assert said["status"] == "succeeded"
    assert re.fullmatch(r"voice@[0-9a-f]{12}", said["version"])
    assert summary["label"] in summary["shares"]["voice"]
    assert sum(summary["shares"]["voice"].values()) == pytest.approx(1, abs=1e-3)
    assert summary["strip"][0][0] == 0
    assert summary["strip"][-1][1] == said["duration"]
    assert summary["changes"]["voice"] == len(summary["strip"]) - 1 > 3
    assert len(summary["overall"]["grid"][0]["windows"]) == 6
    assert summary["models"][0]["license"]
    assert set(summary["seconds"]) == {"probe", "decode", "face", "fuse", "render"}


def test_everything_that_pages_offer_is_there_and_nothing_else(analysed):
    folder, _, _ = analysed

    names = {file.name for file in (folder / "out").iterdir()}
    known = {name for kind, files in KINDS.items() for name, _ in files if kind not in ("transcript", "explanation", "explanation_png")}
    assert names == known - {"proxy.m4a"}


# --- that exports agree (U12) ----------------------------------------------------------------------------------------------------------
def test_spans_follow_each_other_and_fill_the_recording(analysed):
    folder, said, _ = analysed

    found = spans(folder)
    assert (found[0][0], found[-1][1]) == (0, said["duration"])
    assert all(a[1] == b[0] for a, b in zip(found, found[1:], strict=False))
    assert sum(end - start for start, end, _ in found) == said["duration"]


def from_csv(folder: Path) -> list[tuple[int, int, str | None]]:
    rows = csv.DictReader((folder / "out" / "timeline.spans.csv").read_text().splitlines())
    return [(int(row["start_ms"]), int(row["end_ms"]), row["label"] or None) for row in rows if row["lane"] == "voice"]


def stamps(text: str, mark: str) -> list[tuple[int, int, str | None]]:
    number = rf"(\d\d):(\d\d):(\d\d)[{mark}](\d\d\d)"
    found = re.findall(rf"^{number} --> {number}\n(\w+)", text, re.MULTILINE)
    ms = lambda h, m, s, f: ((int(h) * 60 + int(m)) * 60 + int(s)) * 1_000 + int(f)  # noqa: E731  # a line is enough
    return [(ms(*one[:4]), ms(*one[4:8]), one[8]) for one in found]


def from_vtt(folder: Path) -> list[tuple[int, int, str | None]]:
    return stamps((folder / "out" / "timeline.vtt").read_text(), ".")


def from_srt(folder: Path) -> list[tuple[int, int, str | None]]:
    return stamps((folder / "out" / "timeline.srt").read_text(), ",")


def from_audacity(folder: Path) -> list[tuple[int, int, str | None]]:
    *rows, about = [line.split("\t") for line in (folder / "out" / "timeline.labels.txt").read_text().splitlines()]
    assert about[0] == about[1] == rows[-1][1]  # who answered: a point at the end, and no span
    return [(round(1_000 * float(start)), round(1_000 * float(end)), re.match(r"\w+", words)[0]) for start, end, words in rows]


def from_eaf(folder: Path) -> list[tuple[int, int, str | None]]:
    root = lxml.etree.parse(folder / "out" / "timeline.eaf")
    schema = Path(__file__).resolve().parents[2] / "exports" / "eaf_subset.xsd"
    lxml.etree.XMLSchema(lxml.etree.parse(schema)).assertValid(root)
    slots = {slot.get("TIME_SLOT_ID"): int(slot.get("TIME_VALUE")) for slot in root.iter("TIME_SLOT")}
    (tier,) = [tier for tier in root.iter("TIER") if tier.get("TIER_ID") == "voice"]
    found = tier.iter("ALIGNABLE_ANNOTATION")
    return [(slots[one.get("TIME_SLOT_REF1")], slots[one.get("TIME_SLOT_REF2")], one.findtext("ANNOTATION_VALUE")) for one in found]


@pytest.mark.parametrize("read", [from_csv, from_vtt, from_srt, from_audacity, from_eaf])
def test_every_format_has_the_same_spans_to_the_millisecond(analysed, read):
    folder, _, _ = analysed

    assert read(folder) == spans(folder)


def test_curves_agree_with_the_document_and_hold_no_objects(analysed):
    folder, _, _ = analysed
    (lane,) = document(folder)["lanes"]

    zoomed = read_lane(folder / "out" / "lanes.npz")
    overview = json.loads((folder / "out" / "curves.json").read_text())["voice"]

    assert zoomed.p.dtype == np.float32
    assert zoomed.start.tolist() == lane["curves"]["start"]
    for i, label in enumerate(lane["labels"]):
        assert np.allclose(zoomed.p[:, i], np.array(lane["curves"]["p"][label], dtype=float), atol=1e-4, equal_nan=True)
        assert np.allclose(overview["p"][label], np.array(lane["curves"]["p"][label], dtype=float), atol=1e-3, equal_nan=True)


# --- the annotated copy (U13) -----------------------------------------------------------------------------------------------------------
def pictures(path: Path) -> list[tuple[float, np.ndarray]]:
    with av.open(str(path)) as file:
        return [(float(frame.time), frame.to_ndarray(format="gray")) for frame in file.decode(video=0)]


def test_the_label_in_the_upper_left_is_that_of_the_document_at_a_hundred_frames(analysed):
    folder, _, _ = analysed
    (lane,) = document(folder)["lanes"]
    plain, written = pictures(folder / "out" / "proxy.mp4"), pictures(folder / "out" / "annotated.mp4")
    height, width = plain[0][1].shape
    panel = Panel(width, height, LabelSet(tuple(lane["labels"])))
    begins = [span["start"] for span in lane["spans"]]
    rows = round(1.4 * panel.row)  # the line with the label

    def read(time: float, before: np.ndarray, after: np.ndarray) -> str:
        """The label whose drawing, laid over the picture, comes nearest to what is seen."""
        span = lane["spans"][bisect_right(begins, round(1_000 * time)) - 1]
        off = {}
        for label in lane["labels"]:
            drawn = Span(Segment(span["start"], span["end"]), label, span["probability"], span["uncertain"])
            overlay = panel.overlay(drawn, np.full(len(lane["labels"]), 0.1))
            luma = np.clip(before.astype(np.float32) * 219 / 255 + 16, 0, 255).astype(np.uint8)  # as planes have it
            part = luma[: overlay.add[0].shape[0], : overlay.add[0].shape[1]]
            laid = (part * overlay.keep[0][: part.shape[0], : part.shape[1]] + overlay.add[0][: part.shape[0], : part.shape[1]]) >> 8
            seen = after[:rows, : laid.shape[1]] * (219 / 255) + 16
            off[label] = float(np.abs(seen - laid[:rows]).mean())
        return min(off, key=off.get)

    assert len(plain) == len(written) == 250
    sampled = range(0, 250, 5), range(2, 250, 5)
    for i in sorted([*sampled[0], *sampled[1]]):
        (time, before), (_, after) = plain[i], written[i]
        expected = lane["spans"][bisect_right(begins, round(1_000 * time)) - 1]["label"]
        assert read(time, before, after) == expected, f"at {time} s"
    assert len({span["label"] for span in lane["spans"]}) >= 4, "one label would be no test"


def test_the_annotated_copy_is_as_long_and_in_step_and_says_nothing_beside(analysed):
    folder, _, _ = analysed
    lengths, starts, comments = {}, {}, {}
    for name in ("proxy.mp4", "annotated.mp4"):
        with av.open(str(folder / "out" / name)) as file:
            lengths[name] = float(file.streams.video[0].duration * file.streams.video[0].time_base)
            first = [next(file.decode(video=0)).time, next(file.decode(audio=0)).time]
            starts[name] = first[1] - first[0]
            assert not {"location", "make", "creation_time"} & set(file.metadata)
            comments[name] = file.metadata.get("comment")

    assert abs(lengths["annotated.mp4"] - lengths["proxy.mp4"]) <= 1 / 25
    assert abs(starts["annotated.mp4"] - starts["proxy.mp4"]) <= 0.04
    assert comments["proxy.mp4"] is None
    assert comments["annotated.mp4"].endswith(LIMITS)


@pytest.mark.parametrize("form", ["vtt", "srt", "audacity", "csv_curves"])
def test_a_lane_told_again_is_what_was_written_of_it(analysed, form):
    folder, _, _ = analysed
    written = (folder / "out" / named(form)).read_text()

    told = lane_text(document(folder), "voice", form)

    lines = written.splitlines()
    if form == "csv_curves":  # which has the windows of the answer over time, and not those of the one for the whole
        lines = [line for line in lines if line.startswith(("lane,", "voice,"))]
    assert told.splitlines() == lines


# --- that everything which leaves says who answered, and how far to believe it (S15) -----------------------------------------------------
def test_every_file_that_is_offered_says_who_answered_and_the_limits(analysed):
    folder, said, _ = analysed
    ((name, weights),) = [said["version"].split("@")]

    for kind in (*EXPORTS, "annotated"):
        kept = " ".join((folder / "out" / named(kind)).read_bytes().decode("utf-8", errors="replace").split())
        assert (name in kept, weights in kept) == (True, True), kind
        assert LIMITS in kept, kind


def test_the_thumbnail_is_a_small_jpeg_without_anything_beside(analysed):
    folder, _, _ = analysed

    content = (folder / "out" / "thumbnail.jpg").read_bytes()
    assert content.startswith(b"\xff\xd8")
    assert len(content) < 40_000
    assert b"Exif" not in content


# --- other inputs ----------------------------------------------------------------------------------------------------------------------
def folder_with(tmp_path: Path, **files: bytes) -> Path:
    (tmp_path / "job" / "in").mkdir(parents=True)
    for name, content in files.items():
        (tmp_path / "job" / "in" / name.replace("_", ".")).write_bytes(content)
    return tmp_path / "job"


def request(mode: str = "av", model: str = "best", **more: object) -> dict[str, object]:
    return {"do": "analysis", "mode": mode, "model": model, "name": "visit", "threads": 1, **more}


def test_words_are_judged_by_words_alone(tmp_path):
    folder = folder_with(tmp_path, text_vtt=WORDS.encode())
    asked = request("text", inputs={"text": "text.vtt"})
    code = f"""
import io, json, sys
from pathlib import Path
from emofuse_web.recognition.child import do
from emofuse_web.recognition.telling import Telling
out = io.StringIO()
do({asked!r}, Path({str(folder)!r}), Telling(out))
print(json.loads(out.getvalue().splitlines()[-1])["done"]["summary"]["label"])
print(sorted(m for m in ("av", "cv2", "emofuse_web.recognition.proxy", "emofuse_web.recognition.recordings", "django")
             if m in sys.modules))
"""
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)

    assert ran.stdout.splitlines()[1:] == ["[]"], ran.stderr
    said = json.loads((folder / "out" / "transcript.json").read_text())
    assert [one["text"] for one in said["utterances"]] == ["I am so happy today, this is wonderful!", "Go away, I hate you."]
    assert [lane["name"] for lane in document(folder)["lanes"]] == ["text"]
    assert "text_order" not in document(folder)["source"]


@pytest.mark.parametrize(
    ("mode", "model", "language", "name"),
    [("text", "best", "de", "German"), ("text", "best", None, None), ("av", "voice", "de", "German")],
)
def test_the_language_that_was_told_is_believed_and_passed_on(tmp_path, film, asked, mode, model, language, name):
    files = {"text_vtt": WORDS.encode(), **({"video_mp4": film(seconds=4).read_bytes()} if mode == "av" else {})}
    folder = folder_with(tmp_path, **files)
    inputs = {name.partition("_")[0]: name.replace("_", ".") for name in files}
    told = {} if language is None else {"options": {"language": language, "annotate_video": False}}

    done = asked(folder, request(mode, model, inputs=inputs, **told))[-1]["done"]

    read, source = json.loads((folder / "out" / "transcript.json").read_text()), document(folder)["source"]
    assert (read["language"], read["told"]) == (name, language is not None)
    assert (source.get("text_language"), source.get("text_language_is")) == (name, "told" if language else None)
    assert any("was said to be in German; recognizers" in note for note in done["warnings"]) == (language is not None and mode == "text")


def test_the_hop_and_the_threshold_that_were_told_make_the_answer(tmp_path, film, asked):
    folder = folder_with(tmp_path, video_mp4=film(seconds=4).read_bytes())
    options = {"annotate_video": False, "hop_ms": 200, "threshold": 0.99}

    done = asked(folder, request("av", "voice", inputs={"video": "video.mp4"}, options=options))[-1]["done"]

    said = document(folder)
    (lane,) = said["lanes"]
    assert said["facts"]["told"] == {"hop_ms": 200, "threshold": 0.99}
    assert lane["curves"]["start"][:3] == [0, 200, 400]
    assert lane["threshold"] == 0.99
    assert done["summary"]["uncertain"] and all(span["uncertain"] for span in lane["spans"] if span["label"])
    assert "uncertain" in (folder / "out" / "timeline.spans.csv").read_text()


def test_words_follow_the_threshold_that_was_told(tmp_path, asked):
    folder = folder_with(tmp_path, text_vtt=WORDS.encode())

    asked(folder, request("text", inputs={"text": "text.vtt"}, options={"threshold": 0.9}))

    assert [lane["threshold"] for lane in document(folder)["lanes"]] == [0.9]


def test_of_words_without_times_their_number_is_told_and_that_places_are_an_order(tmp_path, asked):
    folder = folder_with(tmp_path, text_txt=b"I am so happy today! Go away, I hate you. It rains.")

    done = asked(folder, request("text", inputs={"text": "text.txt"}))[-1]["done"]

    said = document(folder)
    assert done["summary"]["sentences"] == 3
    assert (said["source"]["text_order"], said["duration"]) == ("1000", 3_000)
    assert any("places on the timeline are the order, not times" in note for note in said["notes"])


def test_a_recording_beside_words_is_refused_in_the_mode_of_words(tmp_path, film, asked):
    folder = folder_with(tmp_path, text_vtt=WORDS.encode(), video_mp4=film().read_bytes())

    told = asked(folder, request("text", inputs={"text": "text.vtt", "video": "video.mp4"}))

    assert "problem" in told[-1]
    assert not (folder / "out" / "proxy.mp4").exists()


def test_a_film_without_a_face_is_answered_by_its_voice_and_says_so(tmp_path, film, asked):
    folder = folder_with(tmp_path, video_mp4=film(seconds=3).read_bytes())

    done = asked(folder, request(inputs={"video": "video.mp4"}))[-1]["done"]

    assert done["status"] == "partial"
    assert done["summary"]["unused"] == [{"modality": "video", "reason": "no face"}]
    assert any("no face" in warning for warning in done["warnings"])
    assert (folder / "out" / "annotated.mp4").exists()


def test_sound_alone_has_no_picture_to_write_on(tmp_path, film, asked):
    folder = folder_with(tmp_path, audio_wav=film("voice.wav", picture=False, sound="pcm_s16le").read_bytes())

    done = asked(folder, request(inputs={"audio": "audio.wav"}))[-1]["done"]

    assert done["status"] == "succeeded"
    names = {file.name for file in (folder / "out").iterdir()}
    assert {"proxy.m4a", "peaks.json"} <= names
    assert not {"annotated.mp4", "thumbnail.jpg", "proxy.mp4"} & names


def test_the_lighter_way_makes_a_smaller_proxy_and_looks_less_often(tmp_path, asked):
    pytest.importorskip("skimage")
    from emofuse.demo import talking_portrait

    folder = folder_with(tmp_path)
    talking_portrait(folder / "in" / "video.mp4", 3)

    done = asked(folder, request(model="light", inputs={"video": "video.mp4"}))[-1]["done"]

    faces = next(lane for lane in document(folder)["lanes"] if lane["name"] == "face")
    assert np.diff(faces["curves"]["start"]).tolist() == [500] * (len(faces["curves"]["start"]) - 1)
    assert done["version"].startswith("face@")
    with av.open(str(folder / "out" / "proxy.mp4")) as file:
        assert (file.streams.video[0].width, file.streams.video[0].height) == (640, 480)


def test_an_annotated_copy_is_only_made_where_it_is_wanted(tmp_path, film, asked):
    folder = folder_with(tmp_path, video_mp4=film().read_bytes())

    asked(folder, request(inputs={"video": "video.mp4"}, options={"annotate_video": False}))

    assert (folder / "out" / "proxy.mp4").exists()
    assert not (folder / "out" / "annotated.mp4").exists()


# --- what goes wrong (U11) ---------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"ffconcat version 1.0\nfile victim.mp4\n", "MEDIA_POINTS_ELSEWHERE"),
        (b"#EXTM3U\n#EXTINF:1,\nsegment.ts\n", "MEDIA_POINTS_ELSEWHERE"),
        (b"just words", "MEDIA_REFUSED_FORMAT"),
        (b"\x00\x00\x00\x20ftypisom\x00\x00\x02\x00isomiso2avc1mp41" + bytes(64), "MEDIA_UNREADABLE"),
    ],
)
def test_a_bad_file_gets_a_code_and_a_way_out_and_no_paths(tmp_path, asked, content, code):
    folder = folder_with(tmp_path, video_mp4=content)

    problem = asked(folder, request(inputs={"video": "video.mp4"}))[-1]["problem"]

    assert problem["code"] == code
    assert problem["ours"] is False
    assert problem["title"]
    assert problem["fix"]
    assert str(tmp_path) not in json.dumps(problem)


def test_silence_in_the_dark_is_nothing_to_judge(tmp_path, film, asked):
    folder = folder_with(tmp_path, video_mp4=film(sound=None).read_bytes())

    problem = asked(folder, request(inputs={"video": "video.mp4"}))[-1]["problem"]

    assert (problem["code"], problem["ours"]) == ("NOTHING_TO_JUDGE", False)
    assert problem["detail"].startswith("The video holds nothing to judge (no face, no sound")
    assert not any(word in problem["detail"] for word in ("proxy", "lane", "EMOFUSE_HOME"))
    assert problem["detail"].count("no face") == 1


def test_a_recognizer_that_listens_to_none_of_it_is_said_to(tmp_path, asked):
    folder = folder_with(tmp_path, text_vtt=WORDS.encode())

    problem = asked(folder, request("text", model="voice", inputs={"text": "text.vtt"}))[-1]["problem"]

    assert problem["code"] == "MODEL_UNFIT"


def test_a_file_that_is_gone_is_said_to_be(tmp_path, asked):
    folder = folder_with(tmp_path)

    problem = asked(folder, request(inputs={}, gone=True))[-1]["problem"]

    assert problem["code"] == "INPUT_GONE"


def test_a_fault_of_ours_is_told_without_a_word_of_what_was_read(tmp_path, asked):
    folder = folder_with(tmp_path)

    told = asked(folder, {"do": "something unheard of, said Alice"})

    assert told == [{"problem": {**CODES_OURS, "ours": True}}]


CODES_OURS = {"code": "OURS", "title": CODES["OURS"].title, "detail": "", "fix": CODES["OURS"].fix}
