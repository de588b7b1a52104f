"""The same recipe under a clean protocol and one that leaks, side by side."""

import importlib
import json
from dataclasses import replace

import pytest

from emofuse.core.errors import UnknownName
from emofuse.evaluation.report import Figure
from emofuse.leak import Leak, leak, protocols

MINE = """
from dataclasses import replace

from emofuse.core.errors import UnknownName
from emofuse.corpora.toy import PEOPLE, TOY, find
from emofuse.protocols.by_clip import shuffled_folds
from emofuse.protocols.by_subject import folds
from emofuse.recipe import Recipe
from emofuse.recipes import toy

PROTOCOLS = {"people": folds([PEOPLE[:2], PEOPLE[2:4], PEOPLE[4:]]), "clips": shuffled_folds(3)}


def first_takes(root):
    return (clip for clip in find(root) if clip.facts["take"] == "1")


def mine(*, protocol: str = "people") -> Recipe:
    made = toy.voice(epochs=1, width=8)
    return replace(made, corpus=replace(TOY, find=first_takes), protocol=PROTOCOLS[protocol], ships_everything=False)
"""
ALLOWED = ("emofuse.recipes", "leaking_recipes")


@pytest.fixture(scope="module")
def told(tmp_path_factory) -> tuple[Leak, object]:
    folder = tmp_path_factory.mktemp("leaking")
    (folder / "leaking_recipes.py").write_text(MINE, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(folder))
        importlib.invalidate_caches()
        yield leak("leaking_recipes:mine", {}, data=folder, out=folder / "out", allowed=ALLOWED), folder / "out"


def test_every_protocol_is_judged_on_every_clip_and_says_who_was_shared(told):
    leaked, _ = told

    assert {name: (report.n, len(report.shared)) for name, report in leaked.reports.items()} == {"people": (24, 0), "clips": (24, 6)}


def test_what_a_leak_is_worth_is_its_uar_over_the_clean_one(told):
    leaked, _ = told

    assert leaked.worth == {"clips": pytest.approx(leaked.reports["clips"].uar.value - leaked.reports["people"].uar.value)}


def test_table_and_json_say_the_same(told):
    leaked, out = told

    said = json.loads((out / "leak.json").read_text(encoding="utf-8"))
    table = (out / "leak.md").read_text(encoding="utf-8")

    assert said["clean"] == "people"
    assert said["worth"]["clips"] == pytest.approx(leaked.worth["clips"], abs=1e-6)
    assert "| people | 24 | 0 of 6 |" in table
    assert f"{100 * leaked.worth['clips']:+.1f} points |" in table


@pytest.mark.parametrize(("leaking", "said"), [((0.8, 0.9), "20.0 points that no new user"), ((0.6, 0.9), "so that no leak is shown")])
def test_a_leak_is_shown_only_where_the_intervals_part(leaking, said, told):
    leaked, _ = told
    report = leaked.reports["people"]
    reports = {"people": replace(report, uar=Figure(0.65, (0.6, 0.7))), "clips": replace(report, uar=Figure(0.85, leaking))}

    assert said in Leak("a:b", reports).text()


def test_a_recipe_with_one_protocol_has_no_leak_to_measure():
    with pytest.raises(UnknownName, match="has one protocol only"):
        protocols("toy:voice", {})


def test_the_voice_can_be_judged_the_papers_way_too():
    assert protocols("ravdess:voice", {}) == ("people", "clips", "copies")
