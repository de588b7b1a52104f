import importlib.util
from pathlib import Path

import numpy as np
import pytest

from emofuse.core.errors import UnknownName
from emofuse.core.modality import Modality
from emofuse.features.baseline import Few
from emofuse.recipes.gameemo import PROTOCOLS, bands
from emofuse.recognizer import NetworkRecognizer


@pytest.fixture(scope="module")
def tree():
    spec = importlib.util.spec_from_file_location("tree_of_gameemo", Path(__file__).parents[1] / "corpora" / "test_gameemo.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.corpus
def test_a_person_is_judged_without_the_twin(shared):
    clips = bands().clips(shared)

    splits = list(PROTOCOLS["pairs"](clips))

    assert len(splits) == 14
    for split in splits:
        people = {clip.subject[-2:] for clip in split.test}
        assert len(people) == 2
        assert {int(max(people)) - int(min(people))} == {14}
        assert not split.shared


def test_published_samples_are_read_as_the_table_is(tmp_path, tree):
    tree.signal(tmp_path / "gameemo")
    recipe = bands(form="signal", members=1)
    clip = recipe.clips(tmp_path)[0]
    judge = NetworkRecognizer("games", recipe.build(), recipe.features, recipe.labels, window=recipe.window, hop=recipe.hop)

    timeline = judge(clip)

    assert recipe.features[Modality.EEG](clip.signal(Modality.EEG)).shape == (12, 56)
    assert timeline.segments[-1].end == 12_000
    np.testing.assert_allclose(timeline.scores.sum(axis=1), 1, atol=1e-5)


@pytest.mark.parametrize(("beside", "baseline"), [(0, {}), (8, {Modality.EEG: Few(clips=8)}), (-1, {Modality.EEG: Few(clips=None)})])
def test_other_clips_of_the_person_are_named_by_their_number(beside, baseline):
    assert dict(bands(beside=beside).baseline) == baseline


def test_another_protocol_is_refused():
    with pytest.raises(UnknownName, match="knows no protocol 'shuffled'. Known: pairs, people"):
        bands(protocol="shuffled")
