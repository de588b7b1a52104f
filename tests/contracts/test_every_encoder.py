"""What is promised for one encoder, tested for all: built without arguments, fed random numbers of the shape it takes."""

import pytest
import torch

from emofuse import catalog
from emofuse.encoders.base import Encoder

NAMES = catalog.names("encoders")


def made(name: str) -> Encoder:
    torch.manual_seed(0)
    return catalog.named("encoders", name)()


def numbers(encoder: Encoder, batch: int, time: int) -> torch.Tensor:
    return torch.randn(batch, time, *encoder.takes, generator=torch.Generator().manual_seed(1))


@pytest.mark.parametrize("time", [1, 3, 16])
@pytest.mark.parametrize("name", NAMES)
@torch.inference_mode()
def test_both_halves_give_the_widths_they_claim(name, time):
    encoder = made(name).eval()

    early = encoder.early(numbers(encoder, 2, time))
    late = encoder.late(early)

    assert (early.ndim, early.shape[0], early.shape[2]) == (3, 2, encoder.mid_dim)
    assert (late.ndim, late.shape[0], late.shape[2]) == (3, 2, encoder.dim)
    assert torch.isfinite(late).all()


@pytest.mark.parametrize("name", NAMES)
@torch.inference_mode()
def test_who_else_is_in_the_batch_does_not_matter(name):
    encoder = made(name).eval()
    x = numbers(encoder, 3, 4)

    together = encoder.late(encoder.early(x))
    alone = encoder.late(encoder.early(x[1:2]))

    torch.testing.assert_close(alone, together[1:2], rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("name", NAMES)
def test_every_parameter_gets_a_gradient(name):
    encoder = made(name).train()

    time = 48 if torch.Size(encoder.takes).numel() < 10_000 else 4  # pictures of 224 pixels: gigabytes otherwise
    late = encoder.late(encoder.early(numbers(encoder, 4, time)))
    (late * torch.randn(late.shape, generator=torch.Generator().manual_seed(2))).sum().backward()

    assert [name for name, p in encoder.named_parameters() if p.grad is None or not p.grad.any()] == []
    assert all(torch.isfinite(p.grad).all() for p in encoder.parameters())


@pytest.mark.parametrize("name", NAMES)
@torch.inference_mode()
def test_nothing_at_all_is_still_an_input(name):
    encoder = made(name).eval()

    late = encoder.late(encoder.early(torch.zeros(1, 1, *encoder.takes)))

    assert torch.isfinite(late).all()


@pytest.mark.parametrize("name", NAMES)
def test_the_module_says_where_it_comes_from(name):
    assert any(sign.isdigit() for sign in catalog.module("encoders", name).__doc__), "name the paper and its year"
