import base64
import re

import pytest

from emofuse.evaluation.about import About
from emofuse.evaluation.document import Document, Remark, Section, Table, Tone
from emofuse.evaluation.markdown import markdown
from emofuse.evaluation.page import page
from emofuse.evaluation.sections import document

from .conftest import SHAPES, Read, report_of


@pytest.fixture(scope="module")
def whole(report, about):
    return page(document(report, about))


@pytest.fixture(scope="module")
def read(whole):
    return Read(whole)


def test_a_page_begins_with_what_it_is_and_its_one_sentence(read):
    text = "".join(read.text)

    assert [tag for tag, _ in read.tags].count("h1") == 1
    assert text.index("Of 100 clips") < text.index("0 of 6 test people were also trained on.") < text.index("Every figure")


def test_a_page_asks_for_nothing_from_elsewhere(whole, read):
    sources = [value for _, attrs in read.tags for name, value in attrs.items() if name in ("src", "href")]

    assert {source.split(":")[0] for source in sources if not source.startswith("#")} == {"data"}
    assert not {"script", "link", "iframe", "object"} & {tag for tag, _ in read.tags}
    assert "http" not in re.sub(r"base64,[A-Za-z0-9+/=]+", "", whole)
    assert not re.search(r"url\(|@import", whole)


def test_pictures_hold_no_request_either(read):
    for tag, attrs in read.tags:
        if tag == "img":
            drawn = base64.b64decode(attrs["src"].partition("base64,")[2]).decode()
            assert drawn.startswith("<svg")
            assert set(re.findall(r'https?://[^"\s]+', drawn)) <= {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"}


def test_pictures_are_drawn_in_greys(read):
    drawn = "".join(base64.b64decode(attrs["src"].partition("base64,")[2]).decode() for tag, attrs in read.tags if tag == "img")

    colours = {tuple(bytes.fromhex(code)) for code in re.findall(r"#([0-9a-f]{6})\b", drawn)}
    assert len(colours) >= 3
    assert all(max(colour) - min(colour) < 24 for colour in colours)


def test_every_picture_says_in_words_what_it_shows(read):
    pictures = [attrs for tag, attrs in read.tags if tag == "img"]

    assert len(pictures) == 9
    assert all(len(attrs["alt"]) > 20 for attrs in pictures)
    assert [tag for tag, _ in read.tags].count("figcaption") == len(pictures)


def test_every_table_has_a_caption_heads_and_a_box_that_a_keyboard_scrolls(read):
    tags = [tag for tag, _ in read.tags]
    boxes = [attrs for _, attrs in read.tags if attrs.get("class") == "scroll"]

    assert tags.count("table") == tags.count("caption") == tags.count("thead") == len(boxes) == len(read.tables)
    assert all(attrs["tabindex"] == "0" and attrs["aria-label"] for attrs in boxes)
    assert all(attrs.get("scope") in ("col", "row") for tag, attrs in read.tags if tag == "th")


def test_headings_go_down_by_one_and_every_link_of_the_page_leads_somewhere(read):
    levels = [int(tag[1]) for tag, _ in read.tags if re.fullmatch(r"h\d", tag)]
    anchors = [attrs["id"] for _, attrs in read.tags if "id" in attrs]

    assert levels[0] == 1
    assert set(levels[1:]) == {2}
    assert len(set(anchors)) == len(anchors)
    assert {attrs["href"][1:] for tag, attrs in read.tags if tag == "a"} <= set(anchors)
    assert ("html", {"lang": "en"}) in read.tags


def test_the_pages_numbers_are_those_of_the_report(read, report):
    said = report.as_dict()

    figures = {row[0]: row[1] for row in read.tables["Every figure"]}
    for name, shown in (("accuracy", "accuracy"), ("uar", "UAR"), ("macro_f1", "macro F1"), ("brier", "Brier"), ("aurc", "AURC")):
        assert figures[shown] == f"{said[name]['value']:.3f}"
    counts = read.tables["Truth (rows) and answer (columns), in clips"][1:]
    assert [[int(cell) for cell in row[1:]] for row in counts] == said["confusion"]
    people = {row[0]: row[1:] for row in read.tables["Each person"][1:]}
    assert people == {who: [f"{p['n']}", f"{p['accuracy']:.3f}", f"{p['uar']:.3f}"] for who, p in said["subjects"].items()}


def test_a_warning_is_told_in_words_too(read):
    said = "".join(read.text)

    assert "warning: Audit: inflated" in said
    assert "good: 0 of 6 test people" in said


def test_signs_of_html_are_only_letters():
    sign = "<b>&\"'"
    hostile = Document(sign, sign, (Remark(Tone.WARNING, sign),), (), (Section(sign, (sign,), (), (Table(sign, (sign,), ((sign,),)),)),))

    read = Read(page(hostile))

    assert "b" not in [tag for tag, _ in read.tags]
    assert "".join(read.text).count(sign) >= 6


@pytest.mark.parametrize("shape", SHAPES)
def test_odd_reports_make_a_whole_page(shape):
    read = Read(page(document(report_of(SHAPES[shape]()), About("voice", "ravdess"))))

    assert "nan" not in "".join(read.text).lower()


def test_the_same_report_makes_the_same_page(report, about, whole):
    assert page(document(report, about)) == whole


def test_markdown_says_what_the_page_says(report, about, read):
    text = markdown(document(report, about))

    assert text.startswith("# voice on ravdess\n\n**Of 100 clips")
    for caption, rows in read.tables.items():
        cells = {cell for row in rows for cell in row if re.fullmatch(r"[\d.]+", cell)}
        assert all(cell in text for cell in cells), caption
    assert "- **warning:** Audit: inflated" in text


def test_markdowns_own_signs_are_only_letters(report, about):
    text = markdown(document(report, about))

    assert "| inflated | T8 | sentences \\<shared\\> | two \\| three | Split. |" in text
    rows = [line for line in text.splitlines() if line.startswith("| ")]
    assert all(line.endswith(" |") for line in rows)
