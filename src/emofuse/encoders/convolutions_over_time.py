"""Convolutions over time on a few coefficients a frame, then dense layers over all that is left at once.

Sultana et al. 2024, section III-B1, the sound network: convolutions and maxima by turns, dense layers of 256 and 64. LeCun, Bottou,
Bengio, Haffner 1998 over one axis.
Differences: the paper tells neither how many convolutions nor how wide; columns are standardised as they usually are where it
learns; batch normalisation, and dropout, without which a thousand clips are known by heart.
B: batch, T: time steps, F: width of the features, C: channels, D: width of the last layer.
"""

from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import nn
from torch.nn import functional as F

from emofuse.encoders.base.standardised import Standardised

HALVED = 2  # steps of which each maximum keeps one


class ConvolutionsOverTime(Standardised):
    """One vector for a whole stretch of frames.

    What is shorter than `frames` is continued with what is usual, what is longer is cut: dense layers know each place by itself.

    Args:
        inputs: Width of the features.
        channels: Of the convolutions, each followed by a maximum over two steps.
        kernel: Steps that a convolution sees.
        dense: Widths of the dense layers.
        frames: That are looked at.
        dropout: Share that is dropped behind each convolution and dense layer while training.
    """

    def __init__(
        self,
        inputs: int = 20,
        channels: Sequence[int] = (32, 64, 64),
        kernel: int = 5,
        dense: Sequence[int] = (256, 64),
        frames: int = 180,
        dropout: float = 0.3,
    ) -> None:
        super().__init__(inputs)
        self.takes, self.frames = (inputs,), frames
        self.mid_dim, self.dim = channels[-1], dense[-1]
        self.convolutions = nn.Sequential(*(_convolution(a, b, kernel, dropout) for a, b in pairwise((inputs, *channels))))
        left = frames // HALVED ** len(channels) * channels[-1]
        self.dense = nn.Sequential(*(_dense(a, b, dropout) for a, b in pairwise((left, *dense))))

    def early(self, x: torch.Tensor) -> torch.Tensor:
        """Shape: (B, T, F) -> (B, T', C)."""
        x = self.scaled(x)[:, : self.frames]
        x = F.pad(x, (0, 0, 0, self.frames - x.shape[1]))
        h: torch.Tensor = self.convolutions(x.transpose(1, 2))
        return h.transpose(1, 2)

    def late(self, h: torch.Tensor) -> torch.Tensor:
        """Shape: (B, T', C) -> (B, 1, D)."""
        vector: torch.Tensor = self.dense(h.flatten(1))
        return vector[:, None]


def _convolution(inputs: int, outputs: int, kernel: int, dropout: float) -> nn.Sequential:
    """Shape: (B, inputs, T) -> (B, outputs, T / 2)."""
    filters = nn.Conv1d(inputs, outputs, kernel, padding=kernel // 2, bias=False)
    return nn.Sequential(filters, nn.BatchNorm1d(outputs), nn.ReLU(), nn.MaxPool1d(HALVED), nn.Dropout(dropout))


def _dense(inputs: int, outputs: int, dropout: float) -> nn.Sequential:
    return nn.Sequential(nn.Linear(inputs, outputs), nn.ReLU(), nn.Dropout(dropout))
