import sys

import numpy as np
import pytest

from emofuse.core.clip import Signal
from emofuse.core.errors import UnknownName
from emofuse.recipe import as_it_is, call

MINE = """
from emofuse.recipe import Recipe
from emofuse.recipes import toy

def tiny(*, epochs: int = 1) -> Recipe:
    return toy.face(epochs=epochs)

def helper() -> int:
    return 1
"""


@pytest.fixture
def mine(tmp_path, monkeypatch):
    """A module of somebody's own, beside the package."""
    (tmp_path / "my_recipes.py").write_text(MINE)
    (tmp_path / "my_recipes_broken.py").write_text("import no_such_package_anywhere\n")
    monkeypatch.syspath_prepend(tmp_path)
    yield
    sys.modules.pop("my_recipes", None)


def test_a_recipe_is_found_by_its_path_and_by_the_short_of_it():
    assert call("emofuse.recipes.toy:voice", {}).name == call("toy:voice", {}).name == "toy-voice"


def test_arguments_reach_the_recipe():
    narrow, wide = (call("toy:voice", {"width": width}).build() for width in (8, 16))

    assert sum(p.numel() for p in narrow.parameters()) < sum(p.numel() for p in wide.parameters())


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("toi:voice", "Unknown recipe 'toi:voice'. Expected module:function"),
        ("toy:voise", "Unknown recipe 'voise' in emofuse.recipes.toy. Known: audio_video, voice, face"),
        ("toy:beginning", "Unknown recipe 'beginning'"),
        ("toy", "Unknown recipe ''"),
        ("toy:", "Unknown recipe ''"),
    ],
)
def test_a_recipe_that_does_not_exist_says_what_does(path, said):
    with pytest.raises(UnknownName, match=said):
        call(path, {})


def test_an_argument_that_it_does_not_take_lists_those_it_does():
    with pytest.raises(UnknownName, match=r"emofuse.recipes.toy:voice takes no 'head'. It takes: epochs, learning_rate, width"):
        call("toy:voice", {"head": 4})


@pytest.mark.parametrize("path", ["os.path:join", "my_recipes.inner:tiny", "emofuse.recipes_of_others:x", "emofuse.run:load"])
def test_a_package_that_was_not_allowed_is_not_imported(mine, path):
    with pytest.raises(UnknownName, match="outside emofuse.recipes. Importing runs code, so allow its package by name"):
        call(path, {})


def test_a_module_of_ones_own_is_not_found_unless_it_was_allowed(mine):
    with pytest.raises(UnknownName, match="Unknown recipe 'my_recipes:tiny'"):
        call("my_recipes:tiny", {})
    assert "my_recipes" not in sys.modules


def test_a_package_that_was_allowed_is(mine):
    assert call("my_recipes:tiny", {"epochs": 3}, allowed=("emofuse.recipes", "my_recipes")).name == "toy-face"


def test_a_function_that_makes_no_recipe_is_none(mine):
    with pytest.raises(UnknownName, match="Unknown recipe 'helper' in my_recipes. Known: tiny"):
        call("my_recipes:helper", {}, allowed=("my_recipes",))


def test_what_a_recipe_cannot_import_is_not_taken_for_the_recipe(mine):
    with pytest.raises(ModuleNotFoundError, match="no_such_package_anywhere"):
        call("my_recipes_broken:x", {}, allowed=("my_recipes_broken",))


def test_a_signal_as_it_is_is_the_same():
    signal = Signal(np.zeros(3), rate=1)

    assert as_it_is(signal) is signal
