"""The networks of Chumachenko, Iosifidis and Gabbouj 2022, whole: as many parameters as theirs, and as fine a grid."""

import pytest
import torch

from emofuse import catalog
from emofuse.core.modality import Modality
from emofuse.encoders.efficient_face import EfficientFace, Unit
from emofuse.encoders.mfcc_cnn import MfccCnn
from emofuse.network import Batch, Network

AUDIO, VIDEO = Modality.AUDIO, Modality.VIDEO
THEIRS = {"intermediate_attention": 1_854_766, "intermediate_transformer": 1_938_414, "late_transformer": 2_045_550}


def network(name):
    encoders = {AUDIO: MfccCnn(), VIDEO: EfficientFace()}
    seam = {} if name == "late_transformer" else {"mid_dims": {m: encoder.mid_dim for m, encoder in encoders.items()}}
    return Network(encoders, catalog.named("fusions", name)({m: encoder.dim for m, encoder in encoders.items()}, 8, **seam))


@pytest.mark.parametrize("name", THEIRS)
def test_the_whole_network_has_as_many_parameters_within_five_percent(name):
    ours = sum(p.numel() for p in network(name).parameters())

    assert ours == pytest.approx(THEIRS[name], rel=0.05)


@torch.inference_mode()
def test_a_clip_of_theirs_goes_through_every_network():
    there = {m: torch.ones(1, dtype=torch.bool) for m in (AUDIO, VIDEO)}
    clip = Batch({AUDIO: torch.randn(1, 156, 10), VIDEO: torch.randn(1, 15, 3, 224, 224)}, there)

    for name in THEIRS:
        assert network(name).eval()(clip).logits.shape == (1, 8)


def test_a_unit_passes_every_second_channel_and_works_on_the_others():
    unit = Unit(8, 8, 1).eval()
    x = torch.randn(2, 8, 6, 6)

    assert torch.equal(unit(x)[:, ::2], x[:, :4])


def test_faces_that_cannot_be_halved_five_times_are_refused():
    with pytest.raises(ValueError, match="Expected a multiple of 32"):
        EfficientFace(side=200)
