"""A bench over made-up people that learns in seconds, in a module of its own, as a user would write it."""

import importlib
from pathlib import Path

import pytest

from emofuse.bench.fuse import fuse
from emofuse.bench.order import Order

MINE = '''
from dataclasses import dataclass
from functools import partial

from emofuse.bench.base import Bench, Member, Sense
from emofuse.core.clip import Clip
from emofuse.core.modality import Modality
from emofuse.corpora.toy import PEOPLE, TOY
from emofuse.encoders.mlp import Mlp
from emofuse.features.audio import LogMel
from emofuse.features.baseline import Few
from emofuse.features.quality import Spoken
from emofuse.features.video import GreyFace
from emofuse.protocols.by_clip import official
from emofuse.protocols.by_subject import folds, named
from emofuse.recipes.toy import beginning, later
from emofuse.training.fit import fit

TAUGHT = partial(fit, epochs=4, learning_rate=0.02, batch_size=8, optimizer="adamw", choose=None)
FOLDS = folds([PEOPLE[:2], PEOPLE[2:4], PEOPLE[4:]], valid=((), (), ()))


def two_takes(clip: Clip) -> bool:
    return clip.facts["take"] != "3"


def senses(**audio):
    return {
        Modality.AUDIO: Sense(LogMel(hop=1_024, bands=32), partial(Mlp, 32, (8, 8), 20.0), TAUGHT, **audio),
        Modality.VIDEO: Sense(GreyFace(), partial(Mlp, 48 * 48, (8, 8)), TAUGHT),
    }


def pair(*, epochs: int = 4) -> Bench:
    """Sound and faces; nothing anybody has published."""
    return Bench("toy pair", TOY, FOLDS, senses(), partial(TAUGHT, epochs=epochs), keep=two_takes)


def windows() -> Bench:
    """The sound in two windows, the face whole."""
    heard = {"prepare": beginning, "variants": (partial(later, by=500),), "windows": 2}
    return Bench("toy windows", TOY, FOLDS, senses(**heard), TAUGHT, keep=two_takes)


def one_split() -> Bench:
    """One split, with valid clips."""
    return Bench("toy once", TOY, named(valid=PEOPLE[2:4], test=PEOPLE[4:]), senses(), TAUGHT)


def team() -> Bench:
    """A member of two modalities beside one of one."""
    members = {"both": Member((Modality.AUDIO, Modality.VIDEO), "gated", {}), "face": Member((Modality.VIDEO,))}
    return Bench("toy team", TOY, FOLDS, senses(), TAUGHT, members=members, keep=two_takes)


def uncalibrated() -> Bench:
    """As networks say it."""
    return Bench("toy raw", TOY, FOLDS, senses(), TAUGHT, keep=two_takes, calibrated=False)


def mismeasured() -> Bench:
    """By a measure that nobody knows."""
    return Bench("toy odd", TOY, FOLDS, senses(), TAUGHT, measure="f2")


def mumbled() -> Bench:
    """Modalities go missing by a way that nobody knows."""
    return Bench("toy mumbled", TOY, FOLDS, senses(), TAUGHT, missing="mumbled")


def with_quality() -> Bench:
    """The sound says how much of it is spoken."""
    return Bench("toy quality", TOY, FOLDS, senses(quality=Spoken()), TAUGHT, keep=two_takes)


def own_baseline() -> Bench:
    """The sound beside the person's other clips."""
    return Bench("toy baseline", TOY, FOLDS, senses(baseline=Blind()), TAUGHT, keep=two_takes)


@dataclass(frozen=True)
class Blind(Few):
    """Sees no label, and notes among whom it has learnt what is usual."""

    def among(self, rows, clips):
        AMONG.append({clip.subject for clip in clips})
        return Few.among(self, rows, clips)

    def __call__(self, rows, clips):
        assert all(clip.label is None for clip in clips)
        return Few.__call__(self, rows, clips)


AMONG = []
'''
ALLOWED = ("emofuse.recipes", "toy_benches")
SOME = {"fusions": "early,gated", "decisions": "average,product,weighted,likelihood,logistic,gate,dempster_shafer", "resamples": 50}


@pytest.fixture(scope="session")
def benches(tmp_path_factory) -> Path:
    """Where the module lies, while it can be imported."""
    folder = tmp_path_factory.mktemp("benches")
    (folder / "toy_benches.py").write_text(MINE, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(folder))
        importlib.invalidate_caches()
        yield folder


@pytest.fixture(scope="session")
def ordered(benches):
    """An order of one of its benches."""

    def order(name: str, **also) -> Order:
        return Order(f"toy_benches:{name}", benches, allowed=ALLOWED, **also)

    return order


@pytest.fixture(scope="session")
def fused(ordered, tmp_path_factory):
    """A bench that is done: its results, its folder and its order."""
    out = tmp_path_factory.mktemp("fused") / "out"
    order = ordered("pair")
    return fuse(order, out, at_once=1, **SOME), out, order
