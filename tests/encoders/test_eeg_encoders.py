"""What is told of EEG encoders alone; what is promised for all encoders stands in the contract."""

import numpy as np
import pytest
import torch

from emofuse.encoders.channel_transformer import ChannelTransformer
from emofuse.encoders.eegnet import EegNet
from emofuse.encoders.last_state import LastState
from emofuse.encoders.recurrent import Recurrent
from emofuse.encoders.shallow_convnet import ShallowConvNet


def tone(hertz: float, rate: int = 128, seconds: int = 4) -> torch.Tensor:
    """Shape: (1, time, 4)."""
    time = torch.arange(rate * seconds) / rate
    return torch.sin(2 * torch.pi * hertz * time)[None, :, None].repeat(1, 1, 4)


def test_eegnet_has_as_many_weights_as_the_paper_counts():
    network = EegNet(channels=64, kernel=64, rhythms=8, places=2, width=16)

    weights = sum(p.numel() for p in network.parameters() if p.ndim > 1)

    assert weights == 64 * 8 + 64 * 16 + 16 * 16 + 16 * 16  # table 2: C F1 kernel, C D F1, 16 D F1, F2 D F1
    assert network.eval().late(network.early(torch.zeros(2, 128, 64))).shape == (2, 4, 16)


def test_shallow_convnet_gives_the_logarithm_of_power():
    torch.manual_seed(0)
    network = ShallowConvNet().eval()

    once, twice = (network.late(network.early(amplitude * tone(10))) for amplitude in (1.0, 2.0))

    inside = slice(2, -2)  # the ends also see zeros
    np.testing.assert_allclose((twice - once)[:, inside].detach().numpy(), np.log(4), atol=1e-3)


@pytest.mark.parametrize("cell", ["lstm", "gru"])
@torch.inference_mode()
def test_a_memory_knows_what_came_before_and_not_what_comes_after(cell):
    torch.manual_seed(0)
    encoder = Recurrent(3, cell=cell).eval()
    x = torch.randn(1, 8, 3)
    other = x.clone()
    other[:, 4] += 1

    before, after = (encoder.late(encoder.early(one)) for one in (x, other))

    torch.testing.assert_close(before[:, :4], after[:, :4])
    assert (before[:, 4:] != after[:, 4:]).any(dim=2).all()


def test_another_cell_is_refused():
    with pytest.raises(ValueError, match="Recurrent layers are lstm or gru, not 'rnn'"):
        Recurrent(cell="rnn")


@pytest.mark.parametrize("encoder", [Recurrent(4), ChannelTransformer(2, 2)])
@torch.inference_mode()
def test_what_is_usual_does_not_matter_once_it_was_seen(encoder):
    x = torch.randn(16, 5, 4, generator=torch.Generator().manual_seed(0))
    encoder.eval()

    answers = []
    for shown in (x, 100 * x - 7):
        encoder.adjust(shown)
        answers.append(encoder.late(encoder.early(shown)))

    torch.testing.assert_close(*answers, rtol=1e-3, atol=1e-4)


@torch.inference_mode()
def test_moments_do_not_see_each_other_and_channels_do():
    torch.manual_seed(0)
    encoder = ChannelTransformer(3, 2).eval()
    x = torch.randn(1, 4, 6)
    moment, channel = x.clone(), x.clone()
    moment[:, 1] += 1
    channel[:, :, 2:4] = x[:, :, 4:]
    channel[:, :, 4:] = x[:, :, 2:4]

    usual, other, swapped = (encoder.early(one) for one in (x, moment, channel))

    assert (usual != other).any(dim=2).tolist() == [[False, True, False, False]]
    assert (usual != swapped).any()  # which electrode says what matters


@pytest.mark.parametrize("cell", ["lstm", "gru"])
@torch.inference_mode()
def test_a_last_state_is_one_vector_that_every_step_has_changed(cell):
    torch.manual_seed(0)
    encoder = LastState(inputs=3, width=5, cell=cell).eval()
    x = torch.randn(2, 6, 3)
    first, last = x.clone(), x.clone()
    first[:, 0] += 1
    last[:, -1] += 1

    vectors = encoder.late(encoder.early(x))

    assert vectors.shape == (2, 1, 5)
    for other in (first, last):
        assert not torch.allclose(encoder.early(other), vectors)


def test_a_last_state_of_128_over_vgg16_has_as_many_weights_as_keras_counts():
    memory = LastState(inputs=25_088, width=128).memory

    assert sum(p.numel() for p in memory.parameters() if p.ndim > 1) == 4 * 128 * (25_088 + 128)
    with pytest.raises(ValueError, match="not of 'rnn'"):
        LastState(cell="rnn")
