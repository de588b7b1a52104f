"""What is promised for one fusion, tested for all: one, two and three modalities, any of them missing."""

from collections.abc import Mapping
from inspect import signature

import pytest
import torch

from emofuse import catalog
from emofuse.core.errors import MissingModality
from emofuse.core.modality import Modality
from emofuse.encoders.mlp import Mlp
from emofuse.fusions.base import Fusion
from emofuse.network import Batch, Network

NAMES = catalog.names("fusions")
SOME = [name for name in NAMES if not catalog.named("fusions", name).needs_all]
ALL = [name for name in NAMES if name not in SOME]
CLASSES, CLIPS = 4, 8
INPUTS = {Modality.AUDIO: (6, 5), Modality.VIDEO: (4, 3), Modality.TEXT: (2, 7)}  # time steps, width
COUNTS = (1, 2, 3)


def network(name: str, count: int) -> Network:
    torch.manual_seed(0)
    encoders = {m: Mlp(width, (8, 6)) for m, (_, width) in list(INPUTS.items())[:count]}
    return Network(encoders, fusion(name, encoders))


def fusion(name: str, encoders: Mapping[Modality, Mlp]) -> Fusion:
    kind = catalog.named("fusions", name)
    seam = {"mid_dims": {m: encoder.mid_dim for m, encoder in encoders.items()}} if "mid_dims" in signature(kind).parameters else {}
    made = kind({m: encoder.dim for m, encoder in encoders.items()}, CLASSES, **seam)
    assert isinstance(made, Fusion)
    return made


def batch(count: int, gone: Modality | None = None) -> Batch:
    """Random clips; `gone` is missing in the first half of them."""
    generator = torch.Generator().manual_seed(1)
    inputs = {m: torch.randn(CLIPS, *shape, generator=generator) for m, shape in list(INPUTS.items())[:count]}
    present = {m: torch.ones(CLIPS, dtype=torch.bool) for m in inputs}
    if gone is not None:
        present[gone][: CLIPS // 2] = False
        inputs[gone][: CLIPS // 2] = 0
    return Batch(inputs, present, torch.eye(CLASSES)[torch.arange(CLIPS) % CLASSES])


@pytest.mark.parametrize("count", COUNTS)
@pytest.mark.parametrize("name", NAMES)
def test_one_row_of_finite_logits_a_clip(name, count):
    output = network(name, count).eval()(batch(count))

    for logits in (output.logits, *output.members.values()):
        assert logits.shape == (CLIPS, CLASSES)
        assert torch.isfinite(logits).all()


@pytest.mark.parametrize("count", COUNTS)
@pytest.mark.parametrize("name", NAMES)
def test_every_parameter_gets_a_gradient(name, count):
    taught = network(name, count).train()
    clips = batch(count)

    taught.fusion.loss(taught(clips), clips.target).backward()

    assert [name for name, p in taught.fusion.named_parameters() if p.grad is None or not p.grad.any()] == []


@pytest.mark.parametrize("gone", list(INPUTS))
@pytest.mark.parametrize("name", SOME)
def test_what_stands_in_the_place_of_a_missing_modality_does_not_matter(name, gone):
    judge = network(name, 3).eval()
    clips = batch(3, gone)

    blank = judge(clips).logits
    clips.inputs[gone][: CLIPS // 2] = 1e3 * torch.randn(CLIPS // 2, *INPUTS[gone])
    garbage = judge(clips).logits

    assert torch.isfinite(blank).all()
    torch.testing.assert_close(garbage, blank, rtol=0, atol=0)


@pytest.mark.parametrize("name", SOME)
def test_that_a_modality_is_missing_is_not_the_same_as_zeros_in_it(name):
    judge = network(name, 2).eval()
    clips = batch(2, Modality.VIDEO)
    there = batch(2)
    there.inputs[Modality.VIDEO][: CLIPS // 2] = 0

    assert not torch.allclose(judge(clips).logits[: CLIPS // 2], judge(there).logits[: CLIPS // 2])


@pytest.mark.parametrize("name", SOME)
def test_no_modality_at_all_is_a_finite_answer(name):
    clips = batch(2)
    for flags in clips.present.values():
        flags[:] = False

    assert torch.isfinite(network(name, 2).eval()(clips).logits).all()


@pytest.mark.parametrize("name", ALL)
def test_a_fusion_that_needs_all_says_so(name):
    with pytest.raises(MissingModality, match="needs"):
        network(name, 2).eval()(batch(2, Modality.VIDEO))


@pytest.mark.parametrize("name", NAMES)
def test_the_order_of_the_mapping_does_not_matter(name):
    judge = network(name, 3).eval()
    clips = batch(3)
    backwards = Batch(dict(reversed(clips.inputs.items())), dict(reversed(clips.present.items())))

    torch.testing.assert_close(judge(backwards).logits, judge(clips).logits, rtol=0, atol=0)
    again = fusion(name, {Modality(m): encoder for m, encoder in reversed(judge.encoders.items())})
    again.load_state_dict(judge.fusion.state_dict())
    torch.testing.assert_close(Network(judge.encoders, again).eval()(clips).logits, judge(clips).logits, rtol=0, atol=0)


@pytest.mark.parametrize("name", NAMES)
def test_the_loss_of_eight_clips_goes_down(name):
    taught = network(name, 2).train()
    clips = batch(2)
    stepper = torch.optim.Adam(taught.parameters(), lr=0.02)

    losses = []
    for _ in range(20):
        loss = taught.fusion.loss(taught(clips), clips.target)
        stepper.zero_grad()
        loss.backward()
        stepper.step()
        losses.append(float(loss.detach()))

    assert losses[-1] < losses[0] / 2
