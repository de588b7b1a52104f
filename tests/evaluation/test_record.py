import json
from pathlib import Path

import pytest

from emofuse.core.errors import RunError
from emofuse.evaluation.record import BENCHMARKS, PAGES, RESULTS, main, origin, show, stale

DOCS = Path(__file__).resolve().parents[2] / "docs"


def result(**changes):
    row = dict.fromkeys(RESULTS.fields)
    row |= {"system": "voice", "corpus": "ravdess", "protocol": "6 folds", "metric": "UAR", "ours": 0.6512, "interval": [0.61, 0.69]}
    row |= {"command": "emofuse evaluate voice", "commit": "1a2b3c4", "date": "2026-11-20", "machine": "2 cores", "n": 1440}
    return row | changes


def folder_with(tmp_path, rows):
    (tmp_path / "results.json").write_text(json.dumps(rows))
    (tmp_path / "benchmarks.json").write_text("[]")
    return tmp_path


def test_the_pages_say_what_their_json_says():
    assert stale(DOCS) == [], "run `make record`"


def test_a_page_shows_every_row_under_its_corpus(tmp_path):
    rows = [result(), result(corpus="fer2013", system="face", theirs=0.6551)]

    main(["--docs", str(folder_with(tmp_path, rows))])

    text = (tmp_path / "results.md").read_text()
    assert text.index("## ravdess") < text.index("| voice | – |") < text.index("## fer2013") < text.index("| face | – |")
    assert "0.61 to 0.69" in text
    assert stale(tmp_path) == []


def test_a_changed_figure_makes_its_page_stale(tmp_path):
    main(["--docs", str(folder_with(tmp_path, [result()]))])

    folder_with(tmp_path, [result(ours=0.7)])

    assert stale(tmp_path) == ["results.md"]


def test_a_newer_row_replaces_the_one_that_answers_the_same_question(tmp_path):
    folder = folder_with(tmp_path, [result(), result(system="face")])

    RESULTS.add(folder, result(ours=0.7))
    RESULTS.add(folder, result(system="text"))

    assert [(row["system"], row["ours"]) for row in RESULTS.rows(folder)] == [("voice", 0.7), ("face", 0.6512), ("text", 0.6512)]
    assert "0.7" in (folder / "results.md").read_text()


def test_what_a_command_printed_stands_under_the_figures_once(tmp_path):
    folder = folder_with(tmp_path, [result()])

    show(folder, "Corpora", "toy 4 labels", "emofuse corpora", "1a2b3c4")
    show(folder, "Corpora", "toy 5 labels", "emofuse corpora", "1a2b3c4")

    text = (folder / "results.md").read_text()
    assert text.index("| voice |") < text.index("### Corpora") < text.index("toy 5 labels")
    assert "toy 4 labels" not in text
    RESULTS.add(folder, result(system="face"))
    assert "toy 5 labels" in (folder / "results.md").read_text()


def test_what_was_learnt_stands_above_what_was_printed(tmp_path):
    folder = folder_with(tmp_path, [result()])

    show(folder, "Fusing", "mean 0.7", "emofuse fuse toy", "1a2b3c4", reading="The mean wins.")

    text = (folder / "results.md").read_text()
    assert text.index("### Fusing") < text.index("The mean wins.") < text.index("`emofuse fuse toy`") < text.index("mean 0.7")


@pytest.mark.parametrize("broken", ["{}", "[1]", '[{"title": "a"}]', "nothing"])
def test_printed_words_without_their_origin_are_refused(broken, tmp_path):
    folder = folder_with(tmp_path, [result()])
    (folder / "printed.json").write_text(broken)

    with pytest.raises(RunError, match="printed.json"):
        RESULTS.page(folder)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"system": "voice"}, "lacks"),
        (result(speed=3), "unknown speed"),
        (result(ours="0.65"), "ours is '0.65'. Expected int or float or null"),
        (result(n=True), "n is True"),
        (result(command=None), "without its command"),
        (result(date="20.11.2026"), "Expected a day like"),
        (result(interval=[0.6]), "Expected two numbers"),
        ([], "is a list"),
    ],
)
def test_a_row_nobody_could_trust_is_refused(row, said):
    with pytest.raises(RunError, match=said):
        RESULTS.check(row, 1)


@pytest.mark.parametrize("text", ["{", "{}"])
def test_a_file_that_is_no_list_of_rows_is_refused(tmp_path, text):
    (tmp_path / "benchmarks.json").write_text(text)

    with pytest.raises(RunError, match=r"benchmarks\.json"):
        BENCHMARKS.rows(tmp_path)


def test_the_command_says_what_is_wrong_without_a_trace(tmp_path, capsys):
    with pytest.raises(SystemExit) as stopped:
        main(["--docs", str(tmp_path)])

    assert stopped.value.code == 1
    assert "Cannot read results.json" in capsys.readouterr().err


def test_an_origin_is_enough_for_a_figure():
    RESULTS.check(result(**origin("emofuse evaluate voice", "1a2b3c4")), 1)


def test_every_column_shows_a_field():
    assert [set(page.columns) - set(page.fields) for page in PAGES] == [set(), set()]
