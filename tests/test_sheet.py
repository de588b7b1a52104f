"""Data sheets: what a corpus' file says, on a terminal and on the page of all of them."""

from dataclasses import replace
from pathlib import Path

import pytest

from emofuse import catalog
from emofuse.core.corpus import Download, Published
from emofuse.corpora.toy import TOY
from emofuse.sheet import Sheet, _escaped, _fields, _said, main, page, sheet, stale

DOCS = Path(__file__).resolve().parents[1] / "docs"

DOCSTRING = """Small: three people count to ten.

A remark that asks nothing,
in two lines.

Recorded: twice; once in a kitchen: on
  a Sunday.
Odd: *nothing* at all.
"""


def test_a_docstring_is_a_title_and_questions_with_answers():
    assert _said(DOCSTRING) == (
        "three people count to ten.",
        (
            ("", "A remark that asks nothing, in two lines."),
            ("Recorded", "twice; once in a kitchen: on a Sunday."),
            ("Odd", "*nothing* at all."),
        ),
    )


def test_a_corpus_fields_are_questions_too():
    corpus = replace(
        TOY,
        license="CC0",
        getting="Ask.",
        downloads=(Download("https://example.org/a", "a"), "zenodo:12"),
        published=Published(1_200, 3, labels={"anger": 700, "calm": 500}, facts={"sex": {"female": 1_200}}, each=400, source="a table"),
    )

    assert list(_fields(corpus)) == [
        ("Get it", "Ask."),
        ("Without asking", "`emofuse fetch toy --data DIR` brings 1 file and the files of Zenodo record 12."),
        ("Licence", "CC0."),
        ("Cite", TOY.citation),
        ("A complete copy", "1,200 clips, 3 people, 400 clips each; labels: anger 700, calm 500; sex: female 1,200. Counts: a table."),
    ]


def test_a_terminal_shows_lines_that_fit():
    said = Sheet(TOY, "a title.", (("", "word " * 40), ("Odd", "word " * 40))).text()

    assert said.startswith("toy: a title.\n\nword word")
    assert max(map(len, said.splitlines())) <= 100
    assert "\nOdd: word" in said
    assert said.endswith("On disk:\n  toy/\n      nothing: toy clips are made up in memory")


def test_signs_of_markdown_are_meant_as_they_are():
    assert _escaped("Video_*.zip, *.wav, a < b") == "Video_\\*.zip, \\*.wav, a &lt; b"
    assert _escaped("``a*b`` and `<c>`") == "``a*b`` and `<c>`"


@pytest.mark.parametrize("name", catalog.names("corpora"))
def test_every_sheet_is_written_both_ways(name):
    said = sheet(name)

    assert said.text().startswith(f"{name}: {said.title}")
    assert said.markdown().startswith(f"## {name}\n\n")
    assert {question for question, _ in said.entries} >= {"Recorded", "Of whom", "Labels", "Published by", "Odd", "Licence", "Cite"}
    assert said.row().count("|") == 7 + said.row().count("\\|")


def test_the_page_is_the_corpora_s():
    assert not stale(DOCS), "docs/corpora.md says something else than the corpora do; make it again with `make record`"


def test_the_page_is_made_by_one_command(tmp_path):
    assert stale(tmp_path)

    main(["--docs", str(tmp_path)])

    assert not stale(tmp_path)
    assert (tmp_path / "corpora.md").read_text(encoding="utf-8") == page()

    (tmp_path / "corpora.md").write_text(page().replace("## toy", "## toys"), encoding="utf-8")

    assert stale(tmp_path)
