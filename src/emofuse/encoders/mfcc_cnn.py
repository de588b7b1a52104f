"""Four convolutions over time on a few cepstral coefficients.

Chumachenko, Iosifidis, Gabbouj 2022, section III, the sound branch: ten MFCCs, kernels of 3 without padding, each with batch
normalisation, ReLU and a maximum over two steps; 64, 128, 256 and 128 channels, the seam after the second.
Differences: sounds too short to leave a step are continued with zeros.
B: batch, T: frames, D: width.
"""

import torch
from torch import nn
from torch.nn import functional as F

from emofuse.encoders.base import Encoder

SHORTEST = 13  # frames that leave one step: each of four convolutions takes two, each maximum one


class MfccCnn(Encoder):
    """A sequence of vectors from cepstral coefficients.

    Args:
        coefficients: How many come in a frame.
        channels: Of the four convolutions.
    """

    def __init__(self, coefficients: int = 10, channels: tuple[int, int, int, int] = (64, 128, 256, 128)) -> None:
        super().__init__()
        self.takes = (coefficients,)
        self.mid_dim, self.dim = channels[1], channels[3]
        first, second, third, fourth = channels
        self.first = nn.Sequential(*_step(coefficients, first), *_step(first, second))
        self.second = nn.Sequential(*_step(second, third), *_step(third, fourth))

    def early(self, x: torch.Tensor) -> torch.Tensor:
        """Shape: (B, T, coefficients) -> (B, T', mid_dim)."""
        x = F.pad(x, (0, 0, 0, max(SHORTEST - x.shape[1], 0)))
        h: torch.Tensor = self.first(x.transpose(1, 2))
        return h.transpose(1, 2)

    def late(self, h: torch.Tensor) -> torch.Tensor:
        """Shape: (B, T', mid_dim) -> (B, T'', D)."""
        x: torch.Tensor = self.second(h.transpose(1, 2))
        return x.transpose(1, 2)


def _step(inputs: int, outputs: int) -> tuple[nn.Module, ...]:
    """Shape: (B, inputs, T) -> (B, outputs, T - 3)."""
    return nn.Conv1d(inputs, outputs, 3), nn.BatchNorm1d(outputs), nn.ReLU(), nn.MaxPool1d(2, 1)
