"""ShallowConvNet: band power as a network: rhythms, places, squares, means over time, logarithms.

Schirrmeister et al. 2017, "Deep learning with convolutional neural networks for EEG decoding and visualization", figure 2: 40
kernels of 100 ms, 40 places, means over 300 ms each 60 ms.
Differences: samples before the first and behind the last are taken for zeros; too short a recording is continued with zeros; the
sequence that comes out is left to the fusion, which takes the place of the last layer.
B: batch, T: samples, C: channels, D: width.
"""

import torch
from torch import nn
from torch.nn import functional as F

from emofuse.encoders.base import Encoder

FAINTEST = 1e-6  # power whose logarithm is taken for that of nothing


class ShallowConvNet(Encoder):
    """A sequence of logarithms of band power from samples of EEG.

    Args:
        channels: Of the EEG.
        kernel: Samples of a rhythm's kernel: 100 ms.
        width: Rhythms, and places; the width of the sequence.
        mean: Samples that are averaged: 300 ms.
        step: Samples from one mean to the next: 60 ms.
        dropout: Behind the logarithm.
    """

    def __init__(self, channels: int = 4, kernel: int = 13, width: int = 40, mean: int = 38, step: int = 8, dropout: float = 0.5) -> None:
        super().__init__()
        self.takes, self.mean, self.step = (channels,), mean, step
        self.mid_dim = self.dim = width
        self.rhythm = nn.Conv2d(1, width, (1, kernel), padding="same", bias=False)
        self.place = nn.Sequential(nn.Conv2d(width, width, (channels, 1), bias=False), nn.BatchNorm2d(width))
        self.dropout = nn.Dropout(dropout)

    def early(self, x: torch.Tensor) -> torch.Tensor:
        """Shape: (B, T, C) -> (B, T, mid_dim)."""
        h: torch.Tensor = self.place(self.rhythm(x.transpose(1, 2)[:, None]))[:, :, 0]
        return h.transpose(1, 2)

    def late(self, h: torch.Tensor) -> torch.Tensor:
        """Shape: (B, T, mid_dim) -> (B, T', D)."""
        whole = F.pad(h, (0, 0, 0, max(self.mean - h.shape[1], 0)))
        power = F.avg_pool1d(whole.transpose(1, 2) ** 2, self.mean, self.step)
        late: torch.Tensor = self.dropout(power.clamp(min=FAINTEST).log()).transpose(1, 2)
        return late
