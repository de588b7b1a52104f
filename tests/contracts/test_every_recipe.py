"""What is promised for one recipe, tested for all, on the small trees that the corpora's own tests write."""

import importlib.util
import inspect
import json
import re
from pathlib import Path

import numpy as np
import pytest
import torch

from emofuse import catalog
from emofuse.core.labels import relabel
from emofuse.core.modality import Modality
from emofuse.data import examples
from emofuse.network import Batch, Committee
from emofuse.recipe import Recipe, call
from emofuse.recipes.asswin import untaught
from emofuse.recognizer import NetworkRecognizer
from emofuse.run import calibrate, load, rests_on, save

ROOT = Path(__file__).resolve().parents[2]
RECIPES = [
    f"{name}:{function}"
    for name in catalog.names("recipes")
    for function, value in vars(catalog.module("recipes", name)).items()
    if inspect.isfunction(value) and value.__module__ == f"emofuse.recipes.{name}" and inspect.signature(value).return_annotation is Recipe
]
CLIPS = 4
SHORT = {"epochs": 1, "stop": 1, "settling": 1, "members": 1}  # what makes a recipe's training long, made short

WEIGHTS = {
    "asswin:audio": "wav2vec2_emotions",
    "asswin:clip": "clip",
    "fer2013:pretrained_face": "vit",
    "ravdess:pretrained_voice": "wav2vec2",
}
"""Recipes that name weights of a hub, and the small model that stands for them here."""
GROUPS = {"pretrained_face": {"layers": 1}, "pretrained_voice": {"layers": 1}}  # of a small model's two layers


def function(path):
    module, _, name = path.partition(":")
    return getattr(catalog.module("recipes", module), name)


@pytest.fixture(params=RECIPES)
def path(request):
    return request.param


@pytest.fixture
def given(path, small_model):
    """What the recipe is called with: nothing, or weights that a test can have."""
    if path not in WEIGHTS:
        return {}
    return {"model": str(small_model(WEIGHTS[path])), **GROUPS.get(path.partition(":")[2], {})}


@pytest.fixture
def recipe(path, given):
    return call(path, given)


@pytest.fixture(autouse=True)
def no_graphs_of_pretrained_models(monkeypatch):
    """Making one takes seconds; `tests/test_graph.py` does."""
    monkeypatch.setattr("emofuse.graph.Quantized._opened", lambda self: None)


@pytest.fixture
def clips(recipe, tmp_path):
    """A few clips of the recipe's corpus, of more than one label."""
    name = recipe.corpus.name
    spec = importlib.util.spec_from_file_location(f"tree_of_{name}", ROOT / "tests" / "corpora" / f"test_{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.small_tree(tmp_path / name)
    if not any(recipe.keep(clip) for clip in recipe.corpus.clips(tmp_path / name)):
        module.small_films(tmp_path / name)
    every = [clip for clip in relabel(recipe.corpus.clips(tmp_path / name), recipe.labels) if recipe.keep(clip)]
    return every[:: max(len(every) // CLIPS, 1)][:CLIPS]


def test_it_builds_what_it_says(recipe):
    network = recipe.build()

    assert set(network.modalities) == set(recipe.features)
    assert all(feature.modality is m for m, feature in recipe.features.items())
    assert set(recipe.features) <= recipe.corpus.modalities
    assert (recipe.window is None) == (recipe.hop is None)
    assert recipe.window is None or 0 < recipe.hop <= recipe.window


def test_each_call_builds_a_network_of_its_own(recipe):
    first, second = recipe.build(), recipe.build()

    assert {id(p) for p in first.parameters()}.isdisjoint(id(p) for p in second.parameters())


def test_its_arguments_survive_json(path, given, recipe):
    defaults = {name: parameter.default for name, parameter in inspect.signature(function(path)).parameters.items()}

    again = call(path, json.loads(json.dumps(defaults | given)))

    assert inspect.Parameter.empty not in defaults.values()
    assert shapes(again.build()) == shapes(recipe.build())
    assert (again.labels, again.window, again.hop, again.features) == (recipe.labels, recipe.window, recipe.hop, recipe.features)


def test_its_arguments_are_asked_for_by_name(path):
    assert all(parameter.kind is parameter.KEYWORD_ONLY for parameter in inspect.signature(function(path)).parameters.values())


def test_it_says_which_figure_it_reproduces(path):
    text = function(path).__doc__

    assert re.search(r"\d[.,]\d+|\d %|no published figure", text), "name the published figure and its paper, or say that there is none"


def test_one_step_on_a_few_clips(path, given, clips):
    recipe = call(path, given | {name: value for name, value in SHORT.items() if name in inspect.signature(function(path)).parameters})
    network = recipe.build()
    before = {name: tensor.clone() for name, tensor in network.state_dict().items()}
    part = examples(clips, recipe.features, recipe.labels, prepare=recipe.prepare, target=recipe.target, variants=recipe.variants[:1])

    for member in network.networks if isinstance(network, Committee) else (network,):
        history = recipe.fit(member, part, None, seed=0, kept=None)

        assert 1 <= len(history) <= 2
        assert all(np.isfinite(line.loss) for line in history)
        assert not member.training
    moved = any(not tensor.equal(before[name]) for name, tensor in network.state_dict().items())
    assert moved == (recipe.fit is not untaught)


def test_saving_and_loading_gives_the_same_scores(path, given, recipe, clips, tmp_path):
    network = recipe.build().eval()
    before = judge(recipe, network, temperature=1.5, threshold=0.25)
    first = before(clips[0])

    save(tmp_path / "run", network, recipe=recipe, path=path, arguments=given, seed=0)
    calibrate(tmp_path / "run", temperature=1.5, threshold=0.25)
    after = load(tmp_path / "run")

    second = after(clips[0])
    assert (after.name, after.labels, after.modalities) == (recipe.name, recipe.labels, frozenset(recipe.features))
    assert (first.segments, first.threshold, first.absent) == (second.segments, second.threshold, second.absent)
    np.testing.assert_allclose(second.scores, first.scores, atol=1e-2 if recipe.half else 0, rtol=0)
    np.testing.assert_allclose(second.scores[second.present].sum(axis=1), 1, atol=1e-5)
    assert second.present.any()


@pytest.mark.slow
def test_its_graph_gives_the_same_scores(path, given, recipe, clips, tmp_path):
    network = recipe.build().eval()
    if not isinstance(network, Committee) and any(encoder.filler is not None for encoder in network.encoders.values()):
        pytest.skip("it cuts what it is given: its graph is made where it is asked")
    if rests_on(network):
        pytest.skip("it rests on weights that its run does not keep: it is asked itself")
    save(tmp_path / "run", network, recipe=recipe, path=path, arguments=given, seed=0, example=asked(recipe, network, clips))

    answered = load(tmp_path / "run")(clips[0])

    assert (tmp_path / "run" / "network.onnx").exists()
    np.testing.assert_allclose(answered.scores, judge(recipe, network)(clips[0]).scores, atol=1e-5)


@pytest.mark.parametrize("gone", Modality)
def test_a_modality_that_a_clip_lacks_is_no_reason_to_fall_over(recipe, clips, gone):
    clip = clips[0].without(gone)
    if not set(recipe.features) & set(clip.sources):
        return

    timeline = judge(recipe, recipe.build())(clip)

    assert np.isfinite(timeline.scores[timeline.present]).all()
    assert timeline.present.any()


def judge(recipe, network, **more):
    return NetworkRecognizer(recipe.name, network, recipe.features, recipe.labels, window=recipe.window, hop=recipe.hop, **more)


def asked(recipe, network, clips):
    """Two rows such as the recognizer asks its network about."""
    batches = []

    def listen(inputs, present):
        batches.append(Batch(*({m: torch.from_numpy(np.concatenate([x, x])) for m, x in values.items()} for values in (inputs, present))))
        return np.zeros((len(next(iter(inputs.values()))), len(recipe.labels)), dtype=np.float32)

    judge(recipe, network, answer=listen)(clips[0])
    return batches[0]


def shapes(network):
    return {name: tuple(tensor.shape) for name, tensor in network.state_dict().items()}
