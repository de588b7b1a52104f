"""Rows are measured once, whatever happens between; what cannot be measured is said and stops nothing."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from math import nan
from pathlib import Path

import pytest

from emofuse.audit.base import Grade
from emofuse.core.errors import CorpusError, RunError, UnknownName
from emofuse.evaluation.record import RESULTS
from emofuse.evaluation.report import Figure
from emofuse.reproduce import reproduce as module
from emofuse.reproduce.base import Claim, Found, Place, Row
from emofuse.reproduce.reproduce import KEPT, QUICK, papers, record, recorded, reproduce, rows

FOUND = Found({"accuracy": Figure(0.61234, (0.58, 0.65))}, 200, 0.25, Grade.INFLATED, "T1", shared=3, people=4, drawn="people")


@dataclass(frozen=True)
class Told:
    """A way that measures nothing: it says what it is told to, and counts how often it is asked."""

    answer: Found | Exception = FOUND
    corpora: tuple[str, ...] = ("toy",)
    says: str = "four people judged"
    command: str = "emofuse train toy:one --data DIR --out DIR"
    weights: tuple[str, ...] = ()
    asked: list[Place] = field(default_factory=list)

    def __call__(self, place: Place, folder: Path) -> Found:
        self.asked.append(place)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


def row(name: str = "one", theirs: Told | None = None, clean: Told | None = None, **claim: object) -> Row:
    return Row("li_2024", name, f"network {name}", "a corpus", Claim(0.6, "table 1", **claim), "a random part", theirs, clean)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    (tmp_path / "data" / "toy").mkdir(parents=True)
    return tmp_path / "data"


def test_what_is_there_is_not_measured_again(data, tmp_path):
    way = Told()
    (first,) = reproduce([row(theirs=way)], data, tmp_path / "out")
    (again,) = reproduce([row(theirs=way)], data, tmp_path / "out")
    (without_data,) = reproduce([row(theirs=way)], None, tmp_path / "out")

    assert len(way.asked) == 1
    assert first == again == without_data
    assert first.found["paper"] == FOUND
    assert first.verdict == "reached"
    assert set(first.origins["paper"]) == {"command", "commit", "date", "machine"}


def test_what_was_found_comes_back_as_it_was_though_json_has_no_nan(data, tmp_path):
    found = Found({"recall": Figure(0.5, (nan, nan))}, 1, nan, Grade.BROKEN, "T13", drawn="clips")
    reproduce([row(theirs=Told(found))], data, tmp_path / "out")

    (again,) = reproduce([row(theirs=Told(RunError("never asked.")))], data, tmp_path / "out")

    back = again.found["paper"]
    assert str(back.figures["recall"]) == "0.500 [-]"
    assert back.majority != back.majority
    assert (back.n, back.grade, back.shared, back.people, back.drawn) == (1, Grade.BROKEN, None, None, "clips")


def test_killed_between_two_rows_it_goes_on_where_it_stood(data, tmp_path):
    first, second = Told(), Told(KeyboardInterrupt())  # type: ignore[arg-type]
    with pytest.raises(KeyboardInterrupt):
        module.reproduce([row("one", first), row("two", _killed())], data, tmp_path / "out")
    written = {one["row"]: one for one in json.loads((tmp_path / "out" / "reproduce.json").read_text())["rows"]}
    assert written["one"]["ways"]["paper"]["found"] is not None
    assert written["two"]["ways"]["paper"]["found"] is None

    one, two = reproduce([row("one", first), row("two", Told())], data, tmp_path / "out")

    assert len(first.asked) == 1
    assert set(one.found) == set(two.found) == {"paper"}
    assert second.asked == []


def _killed() -> Told:
    class Killed(Told):
        def __call__(self, place: Place, folder: Path) -> Found:
            raise KeyboardInterrupt

    return Killed()


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: text[: len(text) // 2],
        lambda text: "[]",
        lambda text: text.replace('"majority"', '"mojarity"'),
        lambda text: text.replace('"interval": [', '"interval": [0.1, '),
        lambda text: text.replace('"inflated"', '"splendid"'),
        lambda text: "\x00",
    ],
    ids=["cut", "a list", "a field is gone", "three edges", "no grade", "no text"],
)
def test_what_is_damaged_is_said_and_stops_no_other_row(data, tmp_path, damage: Callable[[str], str]):
    out = tmp_path / "out"
    reproduce([row("one", Told())], data, out)
    file = out / "li_2024" / "one" / "paper" / KEPT
    file.write_text(damage(json.dumps(json.loads(file.read_text()))))

    one, two = reproduce([row("one", Told()), row("two", Told())], data, out)

    assert one.found == {}
    assert "found.json cannot be read" in one.failures["paper"]
    assert "remove the file to measure again" in one.failures["paper"]
    assert set(two.found) == {"paper"}
    file.unlink()
    assert set(reproduce([row("one", Told())], data, out)[0].found) == {"paper"}


@pytest.mark.parametrize("other", [{"command": "emofuse train toy:other"}, {"says": "five people judged"}])
def test_another_measurement_in_the_folder_is_not_taken_for_this_one(data, tmp_path, other):
    reproduce([row(theirs=Told())], data, tmp_path / "out")
    way = Told(**other)

    (one,) = reproduce([row(theirs=way)], data, tmp_path / "out")

    assert way.asked == []
    assert one.found == {}
    assert "is of another measurement" in one.failures["paper"]
    assert way.command in one.failures["paper"]


def test_a_row_that_fails_says_why_and_the_others_go_on(data, tmp_path):
    bad, good = row("one", Told(RunError("It broke. Expected it whole; mend it."))), row("two", Told(), Told())

    one, two = reproduce([bad, good], data, tmp_path / "out")

    assert one.problems == one.failures == {"paper": "It broke. Expected it whole; mend it."}
    assert list(two.found) == ["paper", "clean"]
    assert not (tmp_path / "out" / "li_2024" / "one" / "paper" / KEPT).exists()


def test_without_the_data_it_says_so_and_asks_nobody(data, tmp_path):
    gone, files = Told(corpora=("toy", "seed")), Told(corpora=("ravdess_songs",))

    (one,) = reproduce([row(theirs=gone, clean=files)], data, tmp_path / "out")

    assert one.problems == {"paper": "data not here (seed)", "clean": "data not here (ravdess_songs)"}
    assert one.failures == {}
    assert gone.asked == files.asked == []


def test_a_folder_that_is_no_corpus_may_be_asked_for(data, tmp_path):
    (data / "songs").mkdir()

    (one,) = reproduce([row(theirs=Told(corpora=("songs",)))], data, tmp_path / "out")

    assert set(one.found) == {"paper"}


def test_a_modality_of_a_corpus_may_be_asked_for(data, tmp_path):
    (one,) = reproduce([row(theirs=Told(corpora=("toy/audio",)), clean=Told(corpora=("toy/smell",)))], data, tmp_path / "out")

    assert (set(one.found), one.problems) == ({"paper"}, {"clean": "data not here (toy/smell)"})


def test_weights_that_were_not_fetched_are_said_and_not_downloaded(data, tmp_path, monkeypatch):
    import huggingface_hub

    monkeypatch.setattr(huggingface_hub, "try_to_load_from_cache", lambda name, file: str(tmp_path) if name == "here/one" else None)
    (tmp_path / "folder").mkdir()
    ways = [Told(weights=(name,)) for name in ("gone/one", "here/one", str(tmp_path / "folder"))]

    done = reproduce([row(f"row{i}", way) for i, way in enumerate(ways)], data, tmp_path / "out")

    assert done[0].problems == {"paper": "weights not here (gone/one; `hf download NAME` brings them)"}
    assert done[0].failures == {}
    assert [len(way.asked) for way in ways] == [0, 1, 1]


def test_a_data_root_that_is_not_there_is_an_error(tmp_path):
    with pytest.raises(CorpusError, match="There is no folder .*nowhere"):
        reproduce([row(theirs=Told())], tmp_path / "nowhere", tmp_path / "out")


def test_a_quick_run_lies_apart_and_is_never_taken_for_a_result(data, tmp_path):
    way = Told()
    reproduce([row(theirs=way)], data, tmp_path / "out", quick=True)

    assert way.asked[0].quick
    assert [path.name for path in (tmp_path / "out").iterdir()] == [QUICK]
    said = json.loads((tmp_path / "out" / QUICK / "reproduce.json").read_text())
    assert (said["quick"], said["rows"][0]["verdict"]) == (True, None)
    (one,) = reproduce([row(theirs=way)], None, tmp_path / "out")
    assert one.problems == {"paper": "not measured: no --data"}
    reproduce([row(theirs=way)], data, tmp_path / "out")
    assert not way.asked[1].quick


def test_the_record_takes_every_row_and_each_but_once(data, tmp_path):
    asked = [
        row("whole", Told(), Told()),
        row("gone", Told(corpora=("seed",)), None),
        row("quoted"),
        row("shape", Told(Found({"uar": Figure(0.5, (0.4, 0.6))}, 9, nan, Grade.FINE, "")), None),
        row("guess", Told(), None, metric="uar"),
    ]

    said = list(recorded(reproduce(asked, data, tmp_path / "out")))

    for number, one in enumerate(said, 1):
        RESULTS.check(one, number)
    json.dumps(said, allow_nan=False)
    assert [(one["system"], one["protocol"].split(":")[0], one["ours"], one["audit"]) for one in said] == [
        ("network whole (a corpus)", "its own", 0.6123, "inflated"),
        ("network whole (a corpus)", "clean", 0.6123, "inflated"),
        ("network gone (a corpus)", "its own", None, "data not here (seed)"),
        ("network quoted (a corpus)", "quoted", None, None),
        ("network shape (a corpus)", "its own", None, "fine"),
        ("network guess (a corpus)", "its own", None, "inflated"),
    ]
    assert said[0]["interval"] == [0.58, 0.65]
    assert (said[2]["commit"], said[2]["command"]) == (None, "emofuse reproduce li_2024 --row gone --data DIR")


def test_what_nobody_has_measured_yet_is_no_record(data, tmp_path):
    assert list(recorded(reproduce([row(theirs=Told())], None, tmp_path / "out"))) == []


def test_a_row_without_a_figure_never_takes_the_place_of_one_that_has_it(data, tmp_path):
    (tmp_path / "results.json").write_text("[]")
    (tmp_path / "printed.json").write_text("[]")
    gone, there = row("one", Told(corpora=("seed",))), row("one", Told())

    record(tmp_path, reproduce([gone], data, tmp_path / "nothing"))
    assert [one["ours"] for one in RESULTS.rows(tmp_path)] == [None]
    record(tmp_path, reproduce([there], data, tmp_path / "out"))
    record(tmp_path, reproduce([gone], data, tmp_path / "nothing"))

    assert [(one["ours"], one["verdict"]) for one in RESULTS.rows(tmp_path)] == [(0.6123, "reached")]


def test_pages_hold_every_row_there_is_as_it_was_found(data, tmp_path):
    reproduce([row("one", Told())], data, tmp_path / "out")

    reproduce([row("two", Told())], data, tmp_path / "out")

    names = [one["row"] for one in json.loads((tmp_path / "out" / "reproduce.json").read_text())["rows"]]
    assert {"bert-8", "audio_mlp", "two"} <= set(names)
    assert len(names) == len(rows()) + 1


def test_a_fault_of_ours_is_told_and_stops_no_other_row(data, tmp_path, caplog):
    bad, good = reproduce([row("bad", Told(ZeroDivisionError("by nothing"))), row("good", Told())], data, tmp_path / "out")

    assert bad.failures == {"paper": "ZeroDivisionError: by nothing"}
    assert "Traceback" in caplog.text
    assert set(good.found) == {"paper"}


def test_papers_and_rows_are_asked_for_by_name():
    assert {one.paper for one in rows("njoku_2021")} == {"njoku_2021"}
    assert [one.name for one in rows("njoku_2021", ["audio-video-early"])] == ["audio-video-early"]
    assert {one.paper for one in rows()} <= set(papers())
    with pytest.raises(UnknownName, match="Unknown paper 'njoku'. Known: asswin_2023, "):
        rows("njoku")
    with pytest.raises(UnknownName, match="Unknown row 'one' of li_2024. Known: vgg19, "):
        rows("li_2024", ["one"])


def test_a_row_that_two_papers_have_is_not_taken_without_a_paper():
    assert {row.paper for row in rows(None, ["resnet18"])} == {"li_2024"}
    with pytest.raises(
        UnknownName, match="'audio' is one of asswin_2023 and of sultana_2024. .* emofuse reproduce asswin_2023 --row audio"
    ):
        rows(None, ["audio"])
    assert [row.paper for row in rows("sultana_2024", ["audio"])] == ["sultana_2024"]
