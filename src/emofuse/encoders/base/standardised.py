"""Encoders of features whose columns have sizes of their own: each column is brought to what is usual where the encoder learns.

LeCun, Bottou, Orr, Müller 1998, "Efficient BackProp", section 4.3. What is usual is part of the weights, so that a network is asked
what it was taught. N: examples, B: batch, T: time steps, F: width of the features.
"""

import torch

from emofuse.encoders.base import Encoder

FLATTEST = 1e-3  # spread of a column, in its own unit, below which it is taken for constant and not blown up


class Standardised(Encoder):
    """An encoder that sees its columns standardised.

    Args:
        inputs: Columns; more axes than one are laid side by side.
    """

    mean: torch.Tensor
    spread: torch.Tensor

    def __init__(self, inputs: int) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(inputs))
        self.register_buffer("spread", torch.ones(inputs))

    @torch.no_grad()
    def adjust(self, x: torch.Tensor) -> None:
        """Take for usual what is usual in these. Shape: (N, T, ...)."""
        rows = x.flatten(2).flatten(0, 1)
        spread = rows.std(dim=0, correction=0)
        self.mean.copy_(rows.mean(dim=0))
        self.spread.copy_(torch.where(spread > FLATTEST, spread, 1.0))

    def scaled(self, x: torch.Tensor) -> torch.Tensor:
        """Shape: (B, T, ...) -> (B, T, F)."""
        return (x.flatten(2) - self.mean) / self.spread
