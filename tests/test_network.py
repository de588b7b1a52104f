import numpy as np
import pytest
import torch

from emofuse.core.errors import MissingModality
from emofuse.core.modality import Modality
from emofuse.encoders.mlp import Mlp
from emofuse.fusions.base import Fusion, Output, pooled
from emofuse.fusions.early import Early
from emofuse.network import Batch, Committee, Network

AUDIO, VIDEO = Modality.AUDIO, Modality.VIDEO


class Told(Fusion):
    """Writes down the order of what it is asked, and answers the sum of all vectors."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []

    def mix(self, early, present):
        self.asked.append("mix")
        return {m: h + 1 for m, h in early.items()}

    def forward(self, late, present):
        self.asked.append("forward")
        return Output(sum(pooled(late, present).values()))


class Strict(Told):
    needs_all = True


class Doubled(Mlp):
    """Twice its input up to the seam, and ten times what comes from there."""

    def early(self, x):
        return 2 * x

    def late(self, h):
        return 10 * h


def batch(**flags: bool) -> Batch:
    inputs = {Modality(m): torch.ones(2, 3, 4) for m in flags}
    return Batch(inputs, {Modality(m): torch.tensor([True, there]) for m, there in flags.items()})


def test_modalities_meet_half_way_and_then_at_the_end():
    network = Network({VIDEO: Doubled(4), AUDIO: Doubled(4)}, Told())

    output = network(batch(audio=True, video=True))

    assert network.fusion.asked == ["mix", "forward"]
    assert output.logits.tolist() == [[2 * (2 * 1 + 1) * 10] * 4] * 2


def test_modalities_are_in_a_fixed_order_whatever_the_mapping():
    assert Network({VIDEO: Mlp(4), AUDIO: Mlp(4)}, Told()).modalities == (AUDIO, VIDEO)


def test_the_mean_of_what_is_absent_is_zero():
    output = Network({AUDIO: Doubled(4), VIDEO: Doubled(4)}, Told())(batch(audio=True, video=False))

    assert output.logits.tolist() == [[60.0] * 4, [30.0] * 4]


def test_a_fusion_that_needs_all_refuses_a_batch_that_lacks_some():
    network = Network({AUDIO: Doubled(4), VIDEO: Doubled(4)}, Strict())

    network(batch(audio=True, video=True))
    with pytest.raises(MissingModality, match="Strict fusion needs audio, video in every clip; choose a fusion that does not"):
        network(batch(audio=True, video=False))


def test_the_same_weights_whatever_the_order_of_the_encoders():
    def names(*order):
        return list(Network({m: Mlp(4) for m in order}, Early(dict.fromkeys(order, 16), 3)).state_dict())

    assert names(AUDIO, VIDEO) == names(VIDEO, AUDIO)


def test_a_blank_has_the_shape_of_one_time_step():
    blank = Network({AUDIO: Mlp(4)}, Told()).blank(AUDIO)

    np.testing.assert_array_equal(blank, np.zeros((1, 4), dtype=np.float32))


def test_a_batch_is_as_long_as_its_rows():
    assert len(batch(audio=True)) == 2


class Says(Fusion):
    """The same logits for every clip."""

    def __init__(self, *logits: float) -> None:
        super().__init__()
        self.logits = torch.tensor(logits)

    def forward(self, late, present):
        return Output(self.logits.expand(2, -1))


def test_a_committee_answers_the_mean_of_its_members_probabilities():
    committee = Committee([Network({AUDIO: Doubled(4)}, Says(0.0, 0.0)), Network({AUDIO: Doubled(4)}, Says(float(np.log(3)), 0.0))])

    output = committee(batch(audio=True))

    np.testing.assert_allclose(output.logits.softmax(1), [[(0.5 + 0.75) / 2, (0.5 + 0.25) / 2]] * 2, atol=1e-6)
    assert len(committee.networks) == 2
    assert committee.modalities == (AUDIO,)
    np.testing.assert_array_equal(committee.blank(AUDIO), np.zeros((1, 4)))


def test_a_committee_of_nobody_is_refused():
    with pytest.raises(ValueError, match="has no members. Expected at least one network"):
        Committee([])
