"""What is promised for one fusion, tested for all: one, two and three modalities, any of them missing."""

from collections.abc import Collection, Mapping
from inspect import signature
from itertools import combinations, permutations

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
SUBSETS = [gone for count in (1, 2) for gone in combinations(INPUTS, count)]


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


def batch(count: int, *gone: Modality) -> Batch:
    """Random clips; `gone` are missing in the first half of them."""
    generator = torch.Generator().manual_seed(1)
    inputs = {m: torch.randn(CLIPS, *shape, generator=generator) for m, shape in list(INPUTS.items())[:count]}
    present = {m: torch.ones(CLIPS, dtype=torch.bool) for m in inputs}
    for m in gone:
        present[m][: CLIPS // 2] = False
        inputs[m][: CLIPS // 2] = 0
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


def spoil(clips: Batch, gone: Collection[Modality]) -> None:
    """Put garbage in the place of what is missing."""
    generator = torch.Generator().manual_seed(2)
    for m in gone:
        clips.inputs[m][: CLIPS // 2] = 1e3 * torch.randn(CLIPS // 2, *INPUTS[m], generator=generator)


@pytest.mark.parametrize("gone", SUBSETS)
@pytest.mark.parametrize("name", SOME)
def test_what_stands_in_the_place_of_a_missing_modality_does_not_matter(name, gone):
    judge = network(name, 3).eval()
    clips = batch(3, *gone)

    blank = judge(clips)
    spoil(clips, gone)
    garbage = judge(clips)

    assert torch.isfinite(blank.logits).all()
    torch.testing.assert_close(garbage.logits, blank.logits, rtol=0, atol=0)


@pytest.mark.parametrize("gone", SUBSETS)
@pytest.mark.parametrize("name", SOME)
def test_what_stands_in_the_place_of_a_missing_modality_teaches_nothing(name, gone):
    def taught(clips: Batch) -> tuple[torch.Tensor, dict[str, torch.Tensor]]:
        learner = network(name, 3).train()
        torch.manual_seed(3)  # dropout is the same for both
        loss = learner.fusion.loss(learner(clips), clips.target)
        loss.backward()
        return loss.detach(), {name: p.grad for name, p in learner.named_parameters() if p.grad is not None}

    clips = batch(3, *gone)
    loss, gradients = taught(clips)
    spoil(clips, gone)
    again, others = taught(clips)

    torch.testing.assert_close(again, loss, rtol=1e-6, atol=1e-7)
    assert gradients.keys() == others.keys()
    for parameter, gradient in gradients.items():
        torch.testing.assert_close(others[parameter], gradient, rtol=1e-4, atol=1e-6, msg=parameter)


@pytest.mark.parametrize("name", SOME)
def test_every_parameter_gets_a_gradient_where_signals_are_missing_too(name):
    taught = network(name, 3).train()
    clips = batch(3, Modality.VIDEO)

    taught.fusion.loss(taught(clips), clips.target).backward()

    assert [name for name, p in taught.fusion.named_parameters() if p.grad is None or not p.grad.any()] == []


@pytest.mark.parametrize("gone", [(), (Modality.VIDEO,), (Modality.AUDIO, Modality.TEXT)])
@pytest.mark.parametrize("name", SOME)
def test_a_batch_of_one_is_answered_as_it_is_among_others(name, gone):
    judge = network(name, 3).eval()
    clips = batch(3, *gone)

    together = judge(clips).logits
    for row in (0, CLIPS - 1):  # one that lacks them, one that does not
        one = Batch({m: x[row : row + 1] for m, x in clips.inputs.items()}, {m: there[row : row + 1] for m, there in clips.present.items()})
        torch.testing.assert_close(judge(one).logits[0], together[row], rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("m", list(INPUTS))
@pytest.mark.parametrize("name", NAMES)
def test_every_modality_that_is_there_is_listened_to(name, m):
    judge = network(name, 3).eval()
    clips = batch(3)

    before = judge(clips).logits
    clips.inputs[m] = clips.inputs[m].flip(0)

    assert not torch.allclose(judge(clips).logits, before, atol=1e-5)


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


def asked(judge: Network, meeting: Fusion, clips: Batch, order: Collection[Modality]) -> torch.Tensor:
    """What a fusion answers to mappings in this order: a network of ours always takes the same."""
    present = {m: clips.present[m] for m in order}
    mixed = meeting.mix({m: judge.encoders[m].early(clips.inputs[m]) for m in order}, present)
    return meeting({m: judge.encoders[m].late(mixed[m]) for m in order}, present).logits


@pytest.mark.parametrize("gone", [(), (Modality.VIDEO,)])
@pytest.mark.parametrize("name", NAMES)
def test_the_order_of_the_mapping_does_not_matter(name, gone):
    judge = network(name, 3).eval()
    clips = batch(3, *(gone if name in SOME else ()))
    expected = judge(clips).logits

    for order in permutations(INPUTS):
        again = fusion(name, {m: judge.encoders[m] for m in order}).eval()
        again.load_state_dict(judge.fusion.state_dict())
        torch.testing.assert_close(asked(judge, judge.fusion, clips, order), expected, rtol=0, atol=0)
        torch.testing.assert_close(asked(judge, again, clips, order), expected, rtol=0, atol=0)


@pytest.mark.parametrize(
    ("name", "gone", "steps"), [*((name, (), 20) for name in NAMES), *((name, (Modality.VIDEO,), 40) for name in SOME)]
)
def test_the_loss_of_eight_clips_goes_down_and_takes_longer_where_signals_are_missing(name, gone, steps):
    taught = network(name, 2).train()
    clips = batch(2, *gone)
    stepper = torch.optim.Adam(taught.parameters(), lr=0.02)

    losses = []
    for _ in range(steps):
        loss = taught.fusion.loss(taught(clips), clips.target)
        stepper.zero_grad()
        loss.backward()
        stepper.step()
        losses.append(float(loss.detach()))

    assert losses[-1] < losses[0] / 2
