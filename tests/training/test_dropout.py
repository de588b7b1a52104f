import pytest
import torch

from emofuse.core.errors import UnknownName
from emofuse.core.modality import Modality
from emofuse.network import Batch
from emofuse.training.dropout import going, missing, noise, soft_hard

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


def pair(rows=4):
    inputs = {Modality.AUDIO: torch.ones(rows, 3, 2), Modality.VIDEO: 2 * torch.ones(rows, 5)}
    present = {m: torch.ones(rows, dtype=torch.bool) for m in inputs}
    present[Modality.VIDEO][0] = False
    inputs[Modality.VIDEO][0] = 0
    return Batch(inputs, present, torch.eye(rows))


def test_noise_stands_once_in_the_place_of_each_modality_and_is_not_flagged():
    masked = noise()(pair(), torch.Generator().manual_seed(0))

    assert len(masked) == 12
    sound, picture = (masked.inputs[m].unflatten(0, (3, 4)) for m in (Modality.AUDIO, Modality.VIDEO))
    assert [bool((part == 1).all()) for part in sound] == [True, False, True]
    assert [bool((part[1:] == 2).all()) for part in picture] == [True, True, False]
    assert masked.present[Modality.AUDIO].all()
    assert torch.equal(masked.target, torch.eye(4).repeat(3, 1))


def test_what_was_absent_does_not_turn_into_noise():
    masked = noise()(pair(), torch.Generator().manual_seed(0))

    assert masked.inputs[Modality.VIDEO][[0, 4, 8]].abs().sum() == 0
    assert masked.present[Modality.VIDEO][[0, 4, 8]].any().logical_not()


def test_soft_shares_sum_to_one_and_hard_ones_are_absences():
    masked = soft_hard()(pair(), torch.Generator().manual_seed(0))

    assert len(masked) == 16
    sound, picture = masked.inputs[Modality.AUDIO], masked.inputs[Modality.VIDEO]
    torch.testing.assert_close(sound[5:8, 0, 0] + picture[5:8, 0] / 2, torch.ones(3))
    assert masked.present[Modality.AUDIO].tolist() == [True] * 8 + [True, False, False, False] + [True] * 4  # the first has nothing else
    assert masked.present[Modality.VIDEO][12:].any().logical_not()
    assert sound[9:12].abs().sum() == 0


@pytest.mark.parametrize("masks", [noise, soft_hard])
def test_one_modality_alone_is_left_as_it_is(masks):
    alone = Batch({Modality.AUDIO: torch.ones(3, 2)}, {Modality.AUDIO: torch.ones(3, dtype=torch.bool)}, torch.eye(3))

    assert torch.equal(masks()(alone, torch.Generator()).inputs[Modality.AUDIO], torch.ones(3, 2))


def test_ways_go_by_name_by_share_or_as_they_are():
    def same(batch, generator):
        return batch

    def lengths(how):
        return len(going(how)(pair(), torch.Generator().manual_seed(0))) // len(pair())

    assert going("none") is going(0) is None
    assert going(same) is same
    assert [lengths(how) for how in (0.3, "zero", "noise", "soft-hard")] == [1, 1, 3, 4]
    with pytest.raises(UnknownName, match="go missing 'soft'. Known: none, zero, noise, soft-hard"):
        going("soft")
