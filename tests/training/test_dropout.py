import pytest
import torch

from emofuse.core.modality import Modality
from emofuse.network import Batch
from emofuse.training.dropout import missing

AUDIO, VIDEO = Modality.AUDIO, Modality.VIDEO
ROWS = 1_000


def batch(lacking=0):
    """Ones of two modalities; the first `lacking` clips have no video."""
    present = {AUDIO: torch.ones(ROWS, dtype=torch.bool), VIDEO: torch.arange(ROWS) >= lacking}
    return Batch({AUDIO: torch.ones(ROWS, 3, 4), VIDEO: torch.ones(ROWS, 2, 5, 5)}, present, torch.ones(ROWS, 2))


def drop(share, given, seed=0):
    return missing(share)(given, torch.Generator().manual_seed(seed))


def test_a_share_of_each_modality_goes_missing_and_never_all_of_a_clip():
    made = drop(0.3, batch())

    for m in (AUDIO, VIDEO):
        assert int((~made.present[m]).sum()) == pytest.approx(0.3 * 0.7 * ROWS, abs=50)
    assert (made.present[AUDIO] | made.present[VIDEO]).all()


def test_what_went_missing_is_zeros_and_what_did_not_is_as_it_was():
    given = batch()

    made = drop(0.5, given)

    for m in (AUDIO, VIDEO):
        assert made.inputs[m].flatten(1).amax(dim=1).equal(made.present[m].float())
        assert made.inputs[m].flatten(1).amin(dim=1).equal(made.present[m].float())
        assert given.present[m].all()
        assert (given.inputs[m] == 1).all()
    assert made.target.equal(given.target)


def test_a_clip_keeps_the_only_modality_that_it_has():
    made = drop(0.9, batch(lacking=400))

    assert made.present[AUDIO][:400].all()
    assert not made.present[VIDEO][:400].any()


@pytest.mark.parametrize(("share", "same"), [(0.0, True), (0.5, False)])
def test_the_generator_and_the_share_decide(share, same):
    once, again, other = (drop(share, batch(), seed).present[AUDIO] for seed in (0, 0, 1))

    assert once.equal(again)
    assert once.equal(other) == same
