import hashlib
import json
import pickle
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from emofuse.core.errors import RunError, UnknownName
from emofuse.recipe import call
from emofuse.recognizer import NetworkRecognizer
from emofuse.run import calibrate, commit, facts, folder, load, save, shipped, write_json

PATH = "emofuse.recipes.toy:voice"


@pytest.fixture
def network():
    torch.manual_seed(0)
    return call(PATH, {}).build()


@pytest.fixture
def run(tmp_path, network):
    """A run that has learnt nothing, which saves the time."""
    save(tmp_path / "run", network, recipe=call(PATH, {}), path=PATH, arguments={}, seed=3, also={"split": "fold-1"})
    return tmp_path / "run"


def rewrite(run, **changed):
    write_json(run / "run.json", {**json.loads((run / "run.json").read_text()), **changed})


class Bomb:
    """Leaves a file behind when it is unpickled."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return Path.touch, (self.path,)


def test_a_run_comes_back_with_the_same_scores(run, network, toy):
    recipe = call(PATH, {})
    before = NetworkRecognizer(recipe.name, network, recipe.features, recipe.labels, window=recipe.window, hop=recipe.hop)

    after = load(run)

    np.testing.assert_array_equal(after(toy[0]).scores, before(toy[0]).scores)
    assert (after.name, after.labels, after.modalities) == (before.name, before.labels, before.modalities)
    assert (after.window, after.hop) == (recipe.window, recipe.hop)


def test_a_trained_run_with_its_graph_says_what_its_network_says(toy_run, toy):
    with_graph, recipe = load(toy_run), call("toy:audio_video", {})
    without = NetworkRecognizer(
        "toy",
        with_graph.network,
        recipe.features,
        recipe.labels,
        window=recipe.window,
        hop=recipe.hop,
        temperature=with_graph.temperature,
    )

    assert (toy_run / "network.onnx").exists()
    for clip in (toy[0], toy[1].without("audio"), toy[2].without("video")):
        np.testing.assert_allclose(with_graph(clip).scores, without(clip).scores, atol=1e-5)


def test_facts_say_what_was_called_and_what_came_out(run, network):
    said = facts(run)

    assert (said["recipe"], said["arguments"], said["seed"], said["split"]) == (PATH, {}, 3, "fold-1")
    assert (said["labels"], said["modalities"]) == (["anger", "happiness", "neutral", "sadness"], ["audio"])
    assert (said["window"], said["hop"], said["corpus"]) == (1_000, 250, "toy")
    assert said["parameters"] == sum(p.numel() for p in network.parameters())
    assert said["sha256"] == hashlib.sha256((run / "weights.safetensors").read_bytes()).hexdigest()
    assert set(said["versions"]) == {"emofuse", "torch", "numpy"}


def test_nothing_half_written_is_left_behind(run):
    assert sorted(path.name for path in run.iterdir()) == ["run.json", "weights.safetensors"]


def test_calibration_changes_two_numbers_and_nothing_else(run, toy):
    before, plain = facts(run), load(run)(toy[0])

    calibrate(run, temperature=2.0, threshold=0.125)

    assert facts(run) == {**before, "temperature": 2.0, "threshold": 0.125}
    softer = load(run)(toy[0])
    assert softer.threshold == 0.125
    np.testing.assert_allclose(softer.scores, np.sqrt(plain.scores) / np.sqrt(plain.scores).sum(axis=1, keepdims=True), atol=1e-5)


def test_no_such_run_lists_those_that_ship(tmp_path):
    with pytest.raises(RunError, match="No run 'voise'. Expected a folder with a run.json, or one of: .*Train one with `emofuse train`"):
        folder("voise")
    with pytest.raises(RunError, match="No run"):
        load(tmp_path)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "cannot be read: .*Expected the JSON that `emofuse train` wrote; restore it"),
        ("[]", "is not a run's. Expected name, recipe, .*restore it, or train again"),
        ("{}", "is not a run's"),
    ],
)
def test_facts_that_are_none_are_refused(run, text, said):
    (run / "run.json").write_text(text)

    with pytest.raises(RunError, match=said):
        load(run)


@pytest.mark.parametrize("wrong", [{"arguments": []}, {"labels": "anger"}, {"temperature": "1"}, {"recipe": None}, {"sha256": 1}])
def test_facts_of_the_wrong_kind_are_refused(run, wrong):
    rewrite(run, **wrong)

    with pytest.raises(RunError, match="is not a run's"):
        load(run)


def test_missing_weights_are_named(run):
    (run / "weights.safetensors").unlink()

    with pytest.raises(RunError, match="weights.safetensors cannot be read: .*Expected the weights that belong to run.json; restore them"):
        load(run)


def test_weights_that_are_cut_off_are_refused(run):
    weights = run / "weights.safetensors"
    weights.write_bytes(weights.read_bytes()[:-10])

    with pytest.raises(RunError, match="cannot be read"):
        load(run)


def test_one_changed_bit_is_noticed(run):
    weights = run / "weights.safetensors"
    content = bytearray(weights.read_bytes())
    content[-3] ^= 1
    weights.write_bytes(content)

    with pytest.raises(RunError, match="is not what was saved: its SHA-256 differs from that in run.json. Expected the same; restore it"):
        load(run)


def test_nothing_is_ever_unpickled(run, tmp_path):
    weights, trace = run / "weights.safetensors", tmp_path / "exploded"
    for content in (pickle.dumps(Bomb(trace)), pickle.dumps({"weight": Bomb(trace)}, protocol=2)):
        weights.write_bytes(content)
        rewrite(run, sha256=hashlib.sha256(content).hexdigest())

        with pytest.raises(RunError, match="cannot be read"):
            load(run)
    torch.save({"weight": Bomb(trace)}, weights)
    rewrite(run, sha256=hashlib.sha256(weights.read_bytes()).hexdigest())
    with pytest.raises(RunError, match="cannot be read"):
        load(run)

    assert not trace.exists()


@pytest.mark.parametrize("change", ["wider", "more", "fewer"])
def test_a_recipe_that_now_builds_another_network_names_the_commit(run, change):
    if change == "wider":
        rewrite(run, arguments={"width": 24}, commit="1a2b3c4")
    else:
        state = load(run).network.state_dict()
        state = state | {"new.weight": torch.zeros(2)} if change == "more" else dict(list(state.items())[1:])
        save_file(state, run / "weights.safetensors")
        digest = hashlib.sha256((run / "weights.safetensors").read_bytes()).hexdigest()
        rewrite(run, sha256=digest, commit="1a2b3c4")

    with pytest.raises(
        RunError, match=r"was trained at commit 1a2b3c4; the recipe now builds a different network \(.+\). Check out that commit"
    ):
        load(run)


def test_a_recipe_from_elsewhere_is_not_imported_unless_it_was_allowed(run, tmp_path, monkeypatch):
    (tmp_path / "somebodys_recipes.py").write_text(
        "from pathlib import Path\n"
        "from emofuse.recipe import Recipe\n"
        "from emofuse.recipes import toy\n"
        f"Path({str(tmp_path / 'imported')!r}).touch()\n"
        "def mine() -> Recipe:\n    return toy.voice()\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    rewrite(run, recipe="somebodys_recipes:mine")

    with pytest.raises(UnknownName):
        load(run)
    assert not (tmp_path / "imported").exists()
    assert load(run, allowed=("emofuse.recipes", "somebodys_recipes")).name == "toy-voice"


def test_a_folder_is_meant_before_a_shipped_name(run, monkeypatch):
    monkeypatch.chdir(run.parent)

    assert folder("run") == Path("run")


def test_json_is_written_beside_and_renamed(tmp_path):
    write_json(tmp_path / "a.json", {"ä": 1})

    assert (tmp_path / "a.json").read_text(encoding="utf-8") == '{\n "ä": 1\n}\n'
    assert len(list(tmp_path.iterdir())) == 1


def test_the_commit_is_a_short_hash_or_none():
    said = commit()

    assert said is None or set(said.rstrip("+")) <= set("0123456789abcdef")


@pytest.mark.skipif(not shipped(), reason="no weights are shipped yet")
@pytest.mark.parametrize("name", shipped() or ("none",))
def test_every_shipped_run_loads_with_its_card_and_its_figures(name):
    recognizer, where = load(name), folder(name)
    report = json.loads((where / "report.json").read_text(encoding="utf-8"))

    assert recognizer.name == name
    assert "must not decide" in (where / "card.md").read_text(encoding="utf-8")
    for figure in ("accuracy", "uar", "weighted_f1", "ece", "majority"):
        low, high = report[figure]["interval"]
        assert low <= report[figure]["value"] <= high
    assert "+" not in str(facts(name)["commit"]), "trained from files that were not committed"
