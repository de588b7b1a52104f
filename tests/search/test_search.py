"""Settings tried one after the other: on valid clips alone, again where one was killed, and never twice."""

import csv
import importlib
import json
import math
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from emofuse.cli import main
from emofuse.core.errors import EmofuseError, RunError, UnknownName
from emofuse.core.modality import Modality
from emofuse.experiment import train
from emofuse.protocols.by_clip import everything
from emofuse.recipes import toy
from emofuse.search.files import write
from emofuse.search.search import search
from emofuse.search.space import space
from emofuse.search.told import text
from emofuse.search.tried import Figures, Tries

GRID = "learning_rate=[0.001, 0.03],width=[8, 16]"
MINE = """
from dataclasses import replace

from emofuse.core.clip import Source
from emofuse.corpora.toy import PEOPLE, TOY, find
from emofuse.protocols.by_subject import folds, named
from emofuse.recipe import Recipe
from emofuse.recipes import toy

TEST = PEOPLE[:2]
PROTOCOLS = {"valid": named(valid=PEOPLE[2:3], test=TEST), "none": folds([TEST], valid=[()])}
LOOKED = []


def unread(path):
    raise AssertionError(f"test clip {path} was read")


def noted(read):
    def reading(path):
        LOOKED.append(str(path))
        return read(path)

    return reading


def guarded(root):
    for clip in find(root):
        sources = {
            m: Source(source.path, unread if clip.subject in TEST else noted(source.read)) for m, source in clip.sources.items()
        }
        yield replace(clip, sources=sources)


CORPUS = replace(TOY, find=guarded)


def mine(*, protocol: str = "valid", width: int = 8) -> Recipe:
    return replace(toy.face(epochs=1, width=width), corpus=CORPUS, protocol=PROTOCOLS[protocol])
"""
ALLOWED = ("emofuse.recipes", "guarded_recipes")


@pytest.fixture
def guarded(tmp_path, monkeypatch):
    """A recipe whose test clips cannot be read, and which notes what is."""
    (tmp_path / "guarded_recipes.py").write_text(MINE, encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "guarded_recipes", raising=False)
    importlib.invalidate_caches()
    yield importlib.import_module("guarded_recipes")
    sys.modules.pop("guarded_recipes", None)


@pytest.fixture
def asked(monkeypatch):
    """Settings that were taught: nothing is, but made-up figures answer, best at a rate of 0.01 and the wider the better."""
    seen = []

    def made_up(self, arguments):
        seen.append(dict(arguments))
        far = abs(math.log10(float(arguments.get("learning_rate", 0.01))) + 2)
        value = max(0.0, 0.9 - 0.2 * far + 0.001 * float(arguments.get("width", 0)))
        return {name: Figures(value + by, value + by, 1 - value, 10) for name, by in (("fold-1", 0.01), ("fold-2", -0.01))}, 0.5

    monkeypatch.setattr(Tries, "__call__", made_up)
    monkeypatch.setattr("emofuse.search.search.write", lambda *_: None)  # drawing takes longer than all the rest
    return seen


@pytest.fixture
def written(asked, monkeypatch):
    """The same, and files are written."""
    monkeypatch.setattr("emofuse.search.search.write", write)
    return asked


def toy_search(out: Path, over: str = GRID, **more):
    return search("toy:face", space([over]), {"epochs": 1}, data=out, out=out, **more)


@pytest.fixture(scope="module")
def real(tmp_path_factory):
    """A grid that was really taught."""
    out = tmp_path_factory.mktemp("search")
    return toy_search(out, "learning_rate=[0.0001, 0.03],width=[8, 16]"), out


def test_a_grid_is_complete_and_ranked(real):
    found, _ = real

    assert sorted(tuple(one.arguments.values()) for one in found.tried) == [(0.0001, 8), (0.0001, 16), (0.03, 8), (0.03, 16)]
    values = [one.value("uar") for one in found.ranked]
    assert values == sorted(values, reverse=True)
    assert found.best.value("uar") == max(values)


@pytest.mark.slow
def test_a_setting_is_worth_what_training_it_says_of_valid_clips(real, tmp_path):
    found, _ = real

    for one in found.tried:
        where = tmp_path / str(one.number)
        train("toy:face", {"epochs": 1, **one.arguments}, data=tmp_path, out=where)
        (epoch,) = json.loads((where / "history.json").read_text())[0]
        (figures,) = one.folds.values()
        assert (epoch["valid_accuracy"], epoch["valid_uar"]) == pytest.approx((figures.accuracy, figures.uar), abs=1e-6)
        assert epoch["valid_loss"] == pytest.approx(figures.loss, abs=1e-5)


@pytest.mark.parametrize("protocol", ["valid", "none"])
def test_test_clips_are_never_read(guarded, tmp_path, protocol):
    found = search("guarded_recipes:mine", space(["width=[8,16]"]), {"protocol": protocol}, data=tmp_path, out=tmp_path, allowed=ALLOWED)

    assert len(found.tried) == 2
    assert found.crossed == 0
    assert len(guarded.LOOKED) == len(set(guarded.LOOKED)) == 4 * 12  # everybody else's clips, each once for all settings
    assert "No test clip was read." in text(found)
    assert ("held out" in text(found)) == (protocol == "none")
    forbidden = [clip for clip in guarded.CORPUS.clips(tmp_path) if clip.subject in guarded.TEST]
    assert len(forbidden) == 24
    for clip in forbidden:
        with pytest.raises(AssertionError, match="was read"):
            clip.signal(Modality.VIDEO)


def test_who_is_held_out_chooses_no_epoch_as_nobody_will_when_the_best_is_taught(monkeypatch, tmp_path):
    valid = []
    made = toy.face(epochs=1)

    def fit(network, learnt, judged, **more):
        valid.append(judged)
        return made.fit(network, learnt, judged, **more)

    monkeypatch.setattr("emofuse.search.tried.call", lambda *_: replace(made, fit=fit, protocol=everything()))
    toy_search(tmp_path, "width=[8]")
    monkeypatch.setattr("emofuse.search.tried.call", lambda *_: replace(made, fit=fit))
    toy_search(tmp_path / "valid", "width=[8]")

    assert valid[0] is None
    assert len(valid[1]) == 12


def test_test_clips_of_one_split_that_another_saw_are_counted_and_said(asked, tmp_path):
    found = search("toy:voice", space(["width=[8,16]"]), {}, data=tmp_path, out=tmp_path)

    assert found.crossed == 72
    assert "72 test clips of one split were learnt from or judged in another" in text(found)
    assert "No split's own test clips were read." in text(found)


def test_what_was_finished_is_not_done_again_and_what_was_killed_is(asked, tmp_path, monkeypatch):
    whole = [dict(one.arguments) for one in toy_search(tmp_path / "whole", "learning_rate=1e-4..1:log,width=[8,16]", trials=14).tried]
    asked.clear()
    made_up = Tries.__call__

    def killed(self, arguments):
        if len(asked) == 11:
            raise KeyboardInterrupt
        return made_up(self, arguments)

    monkeypatch.setattr(Tries, "__call__", killed)
    with pytest.raises(KeyboardInterrupt):
        toy_search(tmp_path / "torn", "learning_rate=1e-4..1:log,width=[8,16]", trials=14)
    monkeypatch.setattr(Tries, "__call__", made_up)
    found = toy_search(tmp_path / "torn", "learning_rate=1e-4..1:log,width=[8,16]", trials=14)

    assert [dict(one.arguments) for one in found.tried] == whole
    assert asked == [arguments for i, arguments in enumerate(whole) if arguments not in whole[:i]]
    asked.clear()
    toy_search(tmp_path / "torn", "learning_rate=1e-4..1:log,width=[8,16]", trials=14)
    assert asked == []


KILLED = """
import os
import sys

from emofuse.search import search

keep, kept = search.Kept.add, []


def add(self, tried):
    if len(kept) == 2:
        os.kill(os.getpid(), 9)
    keep(self, tried)
    kept.append(tried)


search.Kept.add = add
search.search("toy:face", search_space, {"epochs": 1}, data=out, out=out)
"""


@pytest.mark.slow
def test_a_killed_process_leaves_what_was_finished(tmp_path, real):
    code = f"from pathlib import Path\nfrom emofuse.search.space import space\nout = Path({str(tmp_path)!r})\n"
    code += 'search_space = space(["learning_rate=[0.0001, 0.03],width=[8, 16]"])\n'
    done = subprocess.run([sys.executable, "-c", code + KILLED], capture_output=True, check=False)
    assert done.returncode == -9

    taught = []
    once = Tries.__call__
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Tries, "__call__", lambda self, arguments: taught.append(arguments) or once(self, arguments))
        found = toy_search(tmp_path, "learning_rate=[0.0001, 0.03],width=[8, 16]")

    assert taught == [dict(one.arguments) for one in found.tried[2:]]
    assert [one.folds for one in found.tried] == [one.folds for one in real[0].tried]


def test_more_settings_may_be_asked_for_later(asked, tmp_path):
    first = toy_search(tmp_path, "learning_rate=1e-4..1:log", trials=3)
    more = toy_search(tmp_path, "learning_rate=1e-4..1:log", trials=5)

    assert [one.arguments for one in more.tried[:3]] == [one.arguments for one in first.tried]
    assert len(asked) == 5


@pytest.mark.parametrize("way", ["random", "tpe"])
def test_the_same_seed_tries_the_same_and_another_does_not(asked, tmp_path, way):
    def tried(name, seed):
        found = toy_search(tmp_path / name, "learning_rate=1e-4..1:log,width=4..64", way=way, trials=13, seed=seed)
        return [dict(one.arguments) for one in found.tried]

    first, again, other = tried("a", 1), tried("b", 1), tried("c", 2)

    assert first == again
    assert first != other
    assert len({one["learning_rate"] for one in first}) > 10
    for one in first:
        assert 1e-4 <= one["learning_rate"] <= 1
        assert one["learning_rate"] == float(f"{one['learning_rate']:.3g}")
        assert isinstance(one["width"], int)


@pytest.mark.slow
def test_tpe_comes_closer_to_what_is_best_than_chance(asked, tmp_path):
    def middle(way):
        found = toy_search(tmp_path / way, "learning_rate=1e-8..1:log", way=way, trials=40)
        far = sorted(abs(math.log10(float(one.arguments["learning_rate"])) + 2) for one in found.tried[20:])
        return far[10]

    assert middle("tpe") < middle("random") / 2


def test_a_setting_that_was_tried_is_not_taught_again(written, tmp_path):
    found = toy_search(tmp_path, "width=[8,16]", way="random", trials=12)

    assert len(written) == 2
    assert len(found.tried) == 12
    assert len(found.ranked) == 2
    assert all(one.folds == found.tried[one.same_as - 1].folds for one in found.tried if one.same_as)
    assert "10 more had been proposed before" in (tmp_path / "search.md").read_text()


def test_the_lowest_loss_is_best_and_one_that_is_no_number_is_worst(written, tmp_path, monkeypatch):
    def exploding(self, arguments):
        loss = {8: math.inf, 16: 0.9, 32: 0.4}[arguments["width"]]
        return {"fold-1": Figures(0.5, 0.5, loss, 10), "fold-2": Figures(0.5, 0.5, 0.5, 10)}, 0.1

    monkeypatch.setattr(Tries, "__call__", exploding)
    found = toy_search(tmp_path, "width=[8,16,32]", measure="loss")

    assert [one.arguments["width"] for one in found.ranked] == [32, 16, 8]
    assert "no number" in text(found)
    (torn,) = (one for one in json.loads((tmp_path / "search.json").read_text())["tried"] if one["arguments"]["width"] == 8)
    assert torn["splits"]["fold-1"]["loss"] is None


@pytest.mark.parametrize(
    ("other", "said"),
    [
        ({"over": "width=[8,16]"}, "its over is"),
        ({"measure": "accuracy"}, "its measure is uar, not accuracy"),
        ({"seed": 3}, "its seed is 0, not 3"),
        ({"way": "random"}, "its way is grid, not random"),
    ],
)
def test_another_question_in_the_same_folder_is_refused(asked, tmp_path, other, said):
    toy_search(tmp_path, trials=1)

    with pytest.raises(RunError, match=rf"holds another search: {said}.*choose another --out"):
        toy_search(tmp_path, **other)


def test_a_file_that_is_no_search_is_refused(asked, tmp_path):
    (tmp_path / "search.db").write_bytes(b"holiday pictures" * 100)

    with pytest.raises(RunError, match=r"search.db cannot be used: file is not a database.*choose another --out"):
        toy_search(tmp_path)


def test_a_folder_with_an_odd_name_is_no_trouble(asked, tmp_path):
    out = tmp_path / "what? {SCHEMA} 100 % #1"

    toy_search(out)

    with closing(sqlite3.connect(out / "search.db")) as file:
        assert file.execute("select count(*) from trials").fetchone() == (4,)


@pytest.mark.parametrize(
    ("over", "more", "said"),
    [
        ("with=[1]", {}, "takes no 'with'. It takes: epochs"),
        ("epochs=[1,2]", {}, "'epochs' is searched over and set at once"),
        ("width=8..16", {"way": "sideways"}, "no way 'sideways'. Known: grid, random, tpe"),
        ("width=[8]", {"measure": "f1"}, "no measure 'f1'. Known: uar, accuracy, loss"),
        ("width=[8]", {"trials": 0}, "Expected --trials of 1 or more"),
        ("learning_rate=0.1..0.2", {"way": "grid"}, "Expected a number of steps"),
    ],
)
def test_what_makes_no_sense_is_said_before_anything_is_taught(asked, tmp_path, over, more, said):
    with pytest.raises(UnknownName) as raised:
        toy_search(tmp_path, over, **more)

    assert said in str(raised.value)
    assert asked == []
    assert not (tmp_path / "search.db").exists()


def test_a_value_that_the_recipe_refuses_is_the_recipes_to_say(tmp_path):
    with pytest.raises(UnknownName, match="no protocol 'seven'"):
        search("ravdess_au:face", space(['protocol=["six","seven"]']), {}, data=tmp_path, out=tmp_path)


def test_settings_that_learn_from_other_people_cannot_be_compared(guarded, tmp_path):
    with pytest.raises(RunError, match=r"cannot be compared. Expected arguments that change how.*leave the others out"):
        search("guarded_recipes:mine", space(['protocol=["valid","none"]']), {}, data=tmp_path, out=tmp_path, allowed=ALLOWED)


def test_without_optuna_the_extra_is_named(asked, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "optuna", None)

    with pytest.raises(EmofuseError, match=r"Searching needs optuna, which is not installed.*pip install 'emofuse\[train\]'"):
        toy_search(tmp_path)


def test_files_say_the_same_as_the_terminal(written, tmp_path):
    found = toy_search(tmp_path)

    said = json.loads((tmp_path / "search.json").read_text())
    rows = list(csv.DictReader((tmp_path / "search.csv").read_text().splitlines()))
    page, markdown = (tmp_path / "search.html").read_text(), (tmp_path / "search.md").read_text()
    best = found.best
    assert (said["best"], len(said["tried"]), len(rows)) == (best.number, 4, 4)
    assert best.arguments == {"learning_rate": 0.03, "width": 16}
    assert float(rows[best.number - 1]["uar"]) == pytest.approx(best.value("uar"))
    assert float(rows[best.number - 1]["uar sd"]) == pytest.approx(0.02 / math.sqrt(2))
    for told in (page, markdown.replace("\\", ""), text(found)):
        assert "learning_rate=0.03" in told
        assert "too good, and only clips that chose nothing tell" in told
        assert f"{best.value('uar'):.3f} ± 0.014" in told
    assert sum(found.shares.values()) <= 1 + 1e-9
    assert found.shares["learning_rate"] > 0.8
    assert said["mattered"].keys() == {"learning_rate", "width"}
    assert page.count("<img ") == 1
    assert (tmp_path / "search.svg").read_text().startswith("<svg")


def test_the_command_trains_the_best_with_everything_else_that_was_set(asked, tmp_path):
    found = search(
        "toy:face",
        space(["width=[8,16]", "learning_rate=1e-3..1e-1:log:3"]),
        {"epochs": 2},
        data=tmp_path / "my data",
        out=tmp_path,
        seed=5,
    )

    assert found.command == (
        f"emofuse train toy:face --with epochs=2 --with width=16 --with learning_rate=0.01 --data '{tmp_path}/my data' "
        f"--out {tmp_path}/best --seed 5"
    )


def test_each_split_has_a_best_of_its_own(tmp_path, monkeypatch):
    def torn(self, arguments):
        high = arguments["width"] == 8
        return {
            "fold-1": Figures(0.9 if high else 0.1, 0.9 if high else 0.1, 1, 5),
            "fold-2": Figures(0.4, 0.4 if high else 0.8, 1, 5),
        }, 0.1

    monkeypatch.setattr(Tries, "__call__", torn)
    found = toy_search(tmp_path, "width=[8,16]")

    assert found.best.arguments == {"width": 8}
    assert [found.chosen(name).arguments["width"] for name in ("fold-1", "fold-2")] == [8, 16]
    assert "2 different settings" in (tmp_path / "search.md").read_text()


def test_the_picture_and_page_are_made_of_one_setting_too(written, tmp_path):
    found = toy_search(tmp_path, "width=[8]")

    assert found.shares == {}
    page = (tmp_path / "search.html").read_text()
    assert "Too few settings were tried" in page
    assert "1 setting was tried on the same" in page
    assert "Of 1 setting, " in page


def test_the_command_line_searches_and_says_where_it_wrote(asked, tmp_path, capsys):
    arguments = ["search", "toy:face", "--over", GRID, "--over", "epochs=1..3:2", "--data", str(tmp_path), "--out", str(tmp_path)]
    arguments += ["--measure", "accuracy", "--no-cache"]

    assert main(arguments) == 0

    said = capsys.readouterr().out
    assert len(asked) == 8
    assert said.splitlines()[0].split() == ["#", "accuracy", "UAR", "loss", "learning_rate", "width", "epochs", "seconds"]
    assert f"--out {tmp_path / 'best'}" in said
    assert f"search.html, .md, .csv, .json and .svg are in {tmp_path}" in said
    assert main([*arguments[:3], "width=[8", *arguments[4:]]) == 1
    assert "Expected NAME=[value, value]" in capsys.readouterr().err


def test_numbers_of_a_range_are_written_as_they_are_typed(written, tmp_path):
    toy_search(tmp_path, "learning_rate=1e-4..1:log", trials=6)

    drawn = (tmp_path / "search.svg").read_text()
    assert "mathdefault" not in drawn
    assert "<!-- 0.01 -->" in drawn
