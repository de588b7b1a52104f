"""Fully connected layers over vectors whose columns have sizes of their own: each is brought to what is usual where it learns.

Rumelhart, Hinton, Williams 1986; columns standardised as LeCun, Bottou, Orr, Müller 1998, "Efficient BackProp", section 4.3.
What is usual is part of the weights, so that a network is asked what it was taught. Dropout, as vectors are many and clips few.
B: batch, T: time steps, F: width of the features, D: width of the sequence.
"""

from collections.abc import Sequence

import torch
from torch import nn

from emofuse.encoders.base.standardised import Standardised


class ScaledMlp(Standardised):
    """A vector for each time step, from that step alone, its columns standardised.

    Args:
        inputs: Width of the features; more axes than one are laid side by side.
        widths: Of the layers; the seam is before the last one.
        dropout: Share that is dropped behind each layer while training.
    """

    def __init__(self, inputs: int = 35, widths: Sequence[int] = (64, 64), dropout: float = 0.3) -> None:
        super().__init__(inputs)
        self.takes = (inputs,)
        self.mid_dim, self.dim = [inputs, *widths][-2], widths[-1]
        steps = [_step(a, b, dropout) for a, b in zip([inputs, *widths], widths, strict=False)]
        self.below, self.above = nn.Sequential(*steps[:-1]), steps[-1]

    def early(self, x: torch.Tensor) -> torch.Tensor:
        """Shape: (B, T, F) -> (B, T, mid_dim)."""
        h: torch.Tensor = self.below(self.scaled(x))
        return h

    def late(self, h: torch.Tensor) -> torch.Tensor:
        """Shape: (B, T, mid_dim) -> (B, T, D)."""
        vectors: torch.Tensor = self.above(h)
        return vectors


def _step(inputs: int, outputs: int, dropout: float) -> nn.Sequential:
    return nn.Sequential(nn.Linear(inputs, outputs), nn.LayerNorm(outputs), nn.GELU(), nn.Dropout(dropout))
