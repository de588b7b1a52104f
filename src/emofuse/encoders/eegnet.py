"""EEGNet: what rhythm, where on the head, then how both change over time.

Lawhern et al. 2018, "EEGNet: a compact convolutional neural network for EEG-based brain-computer interfaces", table 2: eight
rhythms by kernels of half a second, two places each, ELU, means over 4 samples; then separable convolutions and means over 8.
Differences: no bound on the norm of the weights; recordings too short for a mean are continued with zeros; the sequence that comes
out is left to the fusion, which takes the place of the last layer.
B: batch, T: samples, C: channels, D: width.
"""

import torch
from torch import nn
from torch.nn import functional as F

from emofuse.encoders.base import Encoder

FIRST, SECOND = 4, 8  # samples, and then means, that are averaged
LATER = 16  # means that the second kernels reach over


class EegNet(Encoder):
    """A sequence of vectors from samples of EEG.

    Args:
        channels: Of the EEG.
        kernel: Samples of a rhythm's kernel: half a second.
        rhythms: How many are looked for.
        places: Combinations of channels for each.
        width: Of the sequence.
        dropout: Behind each mean.
    """

    def __init__(
        self, channels: int = 4, kernel: int = 64, rhythms: int = 8, places: int = 2, width: int = 16, dropout: float = 0.25
    ) -> None:
        super().__init__()
        self.takes, self.kernel = (channels,), kernel
        self.mid_dim, self.dim = rhythms * places, width
        middle = rhythms * places
        self.rhythm = nn.Conv2d(1, rhythms, (1, kernel), bias=False)
        self.place = nn.Sequential(
            nn.BatchNorm2d(rhythms), nn.Conv2d(rhythms, middle, (channels, 1), groups=rhythms, bias=False), nn.BatchNorm2d(middle), nn.ELU()
        )
        self.change = nn.Sequential(
            nn.Conv1d(middle, middle, LATER, groups=middle, bias=False), nn.Conv1d(middle, width, 1, bias=False),
            nn.BatchNorm1d(width), nn.ELU(),
        )  # fmt: skip
        self.dropout = nn.Dropout(dropout)

    def early(self, x: torch.Tensor) -> torch.Tensor:
        """Shape: (B, T, C) -> (B, T / 4, mid_dim)."""
        h = _filled(x, FIRST).transpose(1, 2)[:, None]  # (B, 1, C, T)
        h = self.place(self.rhythm(_around(h, self.kernel)))[:, :, 0]  # (B, rhythms * places, T)
        early: torch.Tensor = self.dropout(F.avg_pool1d(h, FIRST)).transpose(1, 2)
        return early

    def late(self, h: torch.Tensor) -> torch.Tensor:
        """Shape: (B, T / 4, mid_dim) -> (B, T / 32, D)."""
        late: torch.Tensor = self.dropout(F.avg_pool1d(self.change(_around(_filled(h, SECOND).transpose(1, 2), LATER)), SECOND)).transpose(
            1, 2
        )
        return late


def _filled(x: torch.Tensor, least: int) -> torch.Tensor:
    """Zeros behind what is too short. Shape: (B, T, D) -> (B, max(T, least), D)."""
    return F.pad(x, (0, 0, 0, max(least - x.shape[1], 0)))


def _around(x: torch.Tensor, kernel: int) -> torch.Tensor:
    """Zeros on both sides, so that a kernel leaves as many steps. Shape: (..., T) -> (..., T + kernel - 1)."""
    return F.pad(x, ((kernel - 1) // 2, kernel // 2))
