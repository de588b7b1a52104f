"""Fully connected layers over each moment by itself: for features that already are vectors, and where learning must take seconds.

Rumelhart, Hinton, Williams 1986. It hears no order: whatever changes over time must be in the feature, or be pooled by the fusion.
B: batch, T: time steps, F: width of the features, D: width of the sequence.
"""

from collections.abc import Sequence

import torch
from torch import nn

from emofuse.encoders.base import Encoder


class Mlp(Encoder):
    """A vector for each time step, from that step alone.

    Args:
        inputs: Width of the features; more axes than one are laid side by side.
        widths: Of the layers; the seam is before the last one.
        scale: Features are divided by it, which brings decibels to the size that layers learn well from.
    """

    def __init__(self, inputs: int = 80, widths: Sequence[int] = (32, 16), scale: float = 1.0) -> None:
        super().__init__()
        self.takes, self.scale = (inputs,), scale
        steps = [_step(a, b) for a, b in zip([inputs, *widths], widths, strict=False)]
        self.mid_dim, self.dim = [inputs, *widths][-2], widths[-1]
        self.below, self.above = nn.Sequential(*steps[:-1]), steps[-1]

    def early(self, x: torch.Tensor) -> torch.Tensor:
        """Shape: (B, T, F) -> (B, T, mid_dim)."""
        h: torch.Tensor = self.below(x.flatten(2) / self.scale)
        return h

    def late(self, h: torch.Tensor) -> torch.Tensor:
        """Shape: (B, T, mid_dim) -> (B, T, D)."""
        vectors: torch.Tensor = self.above(h)
        return vectors


def _step(inputs: int, outputs: int) -> nn.Sequential:
    return nn.Sequential(nn.Linear(inputs, outputs), nn.LayerNorm(outputs), nn.ReLU())
