"""Other looks at a bench: how many are judged by each, and what is said of them."""

import importlib.util
from dataclasses import replace
from pathlib import Path

import pytest
from safetensors.torch import save_file

from emofuse.audit.base import Grade
from emofuse.bench.cells import DECISION, as_member, built
from emofuse.core.errors import RunError
from emofuse.core.modality import Modality
from emofuse.recipes.eav import late
from emofuse.reproduce.base import Place
from emofuse.reproduce.begun import Begun
from emofuse.reproduce.look import CHOSEN, Look
from emofuse.reproduce.ways import Fused, Trained

LINE = Fused("eav:late", "sound and picture", {"epochs": 1, "calibrated": False}, "six judged", decisions="weighted", folder="shared")


def small_eav(root: Path, people: tuple[int, ...]) -> Path:
    """Five trials of each, as the recipe's own test writes them."""
    file = Path(__file__).parents[1] / "recipes" / "test_eav.py"
    spec = importlib.util.spec_from_file_location("tree_of_eav", file)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.small_eav(root / "data", people)


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """Two people learnt from, six chosen on, six judged."""
    root = tmp_path_factory.mktemp("looked")
    return Place(small_eav(root, (1, 2, *range(31, 43))), root / "out")


def test_a_look_says_what_is_looked_at_and_is_made_by_its_line():
    assert Look(LINE).says == "six judged"
    assert Look(LINE, windows=True, valid=True).says == "six judged; window by window; the valid people judged"
    assert Look(LINE, there=(Modality.AUDIO,)).says == "six judged; audio alone"
    assert Look(LINE).command == LINE.command
    assert Look(LINE).corpora == ("eav",)


def test_a_bench_that_begins_elsewhere_names_the_run_and_not_where_it_lies():
    way = Begun(Trained("kanafin_av:ravdess", {"classes": 5}), "ia1_five", Look(LINE))

    assert way.corpora == ("ravdess", "eav")
    assert """'begins="RUN"'""" in way.command
    assert way.says == "begins with RUN, which is of the row ia1_five; six judged"


@pytest.mark.long
def test_windows_valid_people_and_single_modalities_are_judged_out_of_one_bench(place):
    folder = place.out / "paper" / "row" / "way"
    found = {
        "clips": LINE(place, folder),
        "windows": Look(LINE, windows=True)(place, folder),
        "valid": Look(LINE, windows=True, valid=True)(place, folder),
        "eeg": Look(replace(LINE, line="EEG"), windows=True)(place, folder),
        "deaf": Look(LINE, there=(Modality.VIDEO,))(place, folder),
        "decision": Look(replace(LINE, line="weighted"), DECISION, valid=True)(place, folder),
        "again": Look(replace(LINE, line="weighted"), DECISION)(place, folder),
    }

    assert {name: one.n for name, one in found.items()} == {
        "clips": 30, "windows": 180, "valid": 180, "eeg": 120, "deaf": 30, "decision": 30, "again": 30,
    }  # fmt: skip
    decided = replace(LINE, line="weighted")(place, folder)
    assert found["again"].figures["weighted_f1"].value == decided.figures["weighted_f1"].value
    assert "macro_f1" in found["again"].figures  # which a bench's table does not have
    with pytest.raises(RunError, match="'weighted', a decision, answers whole clips"):
        Look(replace(LINE, line="weighted"), DECISION, windows=True)(place, folder)
    assert (found["valid"].grade, found["valid"].audited) == (Grade.INFLATED, CHOSEN)
    assert (found["windows"].grade, found["windows"].people, found["windows"].drawn) == (found["clips"].grade, 6, "people")
    assert found["clips"].figures["accuracy"].value == Look(LINE)(place, folder).figures["accuracy"].value
    assert [path.name for path in (place.out / "paper").iterdir()] == ["shared"]


@pytest.mark.long
def test_a_network_that_begins_elsewhere_goes_on_from_those_weights_and_frozen_keeps_its_encoders(place, tmp_path):
    line = Fused("eav:late", "sound and picture", {"epochs": 1, "eeg": False, "frozen": True}, "six judged")
    run = tmp_path / "paper" / "ia1_five" / "paper"
    run.mkdir(parents=True)
    save_file(built(late(eeg=False), as_member(late(eeg=False), "member", "sound and picture")).state_dict(), run / "weights.safetensors")
    (run / "report.json").write_text("{}")  # what tells that it is there

    found = Begun(Trained("kanafin_av:ravdess", {"classes": 5}), "ia1_five", Look(line))(place, tmp_path / "paper" / "row" / "way")

    assert found.n == 30


@pytest.mark.slow
def test_valid_clips_of_several_splits_are_refused(place, tmp_path):
    line = Fused("eav:late", "sound and picture", {"epochs": 1, "protocol": "five, left out", "eeg": False}, "each judged")

    with pytest.raises(RunError, match="Expected one, to judge its valid clips"):
        Look(line, valid=True)(Place(small_eav(tmp_path, (1, 2, 3, 4, 5)), tmp_path), tmp_path / "paper" / "row" / "way")
