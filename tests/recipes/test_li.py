import numpy as np
import pytest

from emofuse.core.clip import Clip, Signal
from emofuse.core.errors import UnknownName
from emofuse.core.labels import relabel
from emofuse.corpora.ravdess import CODES, expected
from emofuse.recipes.li import COLUMNS, PROTOCOLS, first, voice

SPOKEN = [take.split("-") for take in expected() if take.startswith("01")]
CLIPS = relabel([Clip("-".join(take), take[5], CODES[take[1]], {}) for take in SPOKEN], voice().labels)


def test_calm_is_left_out_and_a_fifth_is_judged_which_is_250_clips():
    (split,) = PROTOCOLS["paper"](CLIPS)

    assert len(CLIPS) == 1_248
    assert (len(split.train), len(split.valid), len(split.test)) == (998, 0, 250)
    assert len(split.shared) == 24


def test_by_actor_every_clip_is_judged_once_by_what_has_not_learnt_its_actor():
    splits = tuple(PROTOCOLS["clean"](CLIPS))

    assert sorted(clip.id for split in splits for clip in split.test) == sorted(clip.id for clip in CLIPS)
    assert not any(split.shared for split in splits)


def test_a_clip_is_one_row_of_180_means():
    recipe = voice()
    (feature,) = recipe.features.values()
    noise = np.random.default_rng(0).normal(size=16_000).astype(np.float32)

    row = feature(first(Signal(noise, 16_000)))

    assert row.shape == (1, COLUMNS) == (1, 180)


def test_another_protocol_is_refused():
    with pytest.raises(UnknownName, match="clean, paper"):
        voice(protocol="random")
