"""Convolutions over height, width and time at once: what moves in a short film, and how it looks.

Sultana et al. 2024, section III-B2: two convolutions of 16 channels, two of 32, kernels of 3 x 3 x 3, two maxima, a dense layer of
64, over 30 grey frames of 80 x 70. Ji, Xu, Yang, Yu 2013, "3D convolutional neural networks for human action recognition".
Differences: the paper does not say where the maxima are; here one is behind each pair, over two steps of each axis. Each
convolution is followed by batch normalisation, and dropout comes before the dense layer.
B: batch, T: frames, H, W: height and width, C: channels, D: width of the last layer.
"""

from collections.abc import Sequence

import torch
from torch import nn
from torch.nn import functional as F

from emofuse.encoders.base import Encoder

HALVED = 2  # steps of each axis of which a maximum keeps one


class SpatiotemporalConvolutions(Encoder):
    """One vector for a whole film.

    What is shorter than `frames` is continued with nothing, what is longer is cut: the dense layer knows each place by itself.

    Args:
        size: Height and width of the pictures.
        frames: That are looked at.
        channels: Of each pair of convolutions; a maximum follows a pair.
        dense: Width of the dense layer.
        dropout: Share that is dropped before it while training.
    """

    def __init__(
        self,
        size: tuple[int, int] = (70, 80),
        frames: int = 30,
        channels: Sequence[int] = (16, 32),
        dense: int = 64,
        dropout: float = 0.3,
    ) -> None:
        super().__init__()
        self.takes, self.frames = tuple(size), frames
        pairs: list[nn.Module] = []
        inputs = 1
        for width in channels:
            pairs += [*_convolution(inputs, width), *_convolution(width, width), nn.MaxPool3d(HALVED)]
            inputs = width
        left, *sides = (axis // HALVED ** len(channels) for axis in (frames, *size))
        self.mid_dim, self.dim = inputs * sides[0] * sides[1], dense
        self.convolutions = nn.Sequential(*pairs)
        self.dense = nn.Sequential(nn.Dropout(dropout), nn.Linear(left * self.mid_dim, dense), nn.ReLU())

    def early(self, x: torch.Tensor) -> torch.Tensor:
        """Shape: (B, T, H, W) -> (B, T', mid_dim)."""
        x = x[:, : self.frames]
        x = F.pad(x, (0, 0, 0, 0, 0, self.frames - x.shape[1]))
        h: torch.Tensor = self.convolutions(x[:, None])  # (B, C, T', H', W')
        return h.transpose(1, 2).flatten(2)

    def late(self, h: torch.Tensor) -> torch.Tensor:
        """Shape: (B, T', mid_dim) -> (B, 1, D)."""
        vector: torch.Tensor = self.dense(h.flatten(1))
        return vector[:, None]


def _convolution(inputs: int, outputs: int) -> tuple[nn.Module, ...]:
    """Shape: (B, inputs, T, H, W) -> (B, outputs, T, H, W)."""
    # With a bias, which normalisation takes off again: without, torch 2.13 writes graphs with one of the wrong length.
    return nn.Conv3d(inputs, outputs, 3, padding=1), nn.BatchNorm3d(outputs), nn.ReLU()
