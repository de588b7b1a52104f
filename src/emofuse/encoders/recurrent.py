"""Recurrent layers, LSTM or GRU: a memory that goes along with time.

Hochreiter, Schmidhuber 1997, "Long short-term memory"; Cho et al. 2014, "Learning phrase representations using RNN encoder-decoder
for statistical machine translation". Columns are standardised by what is usual where it learns, as in `scaled_mlp`.
B: batch, T: time steps, F: width of the features, D: width of the sequence.
"""

import torch
from torch import nn

from emofuse.encoders.base.standardised import Standardised

CELLS = {"lstm": nn.LSTM, "gru": nn.GRU}


class Recurrent(Standardised):
    """A vector for each time step, from that step and those before it.

    Args:
        inputs: Width of the features; more axes than one are laid side by side.
        width: Of the memory, and of the sequence.
        cell: One of `CELLS`.
        dropout: Between the two layers.

    Raises:
        ValueError: Another cell.
    """

    def __init__(self, inputs: int = 20, width: int = 32, cell: str = "lstm", dropout: float = 0.2) -> None:
        super().__init__(inputs)
        if cell not in CELLS:
            raise ValueError(f"Recurrent layers are {' or '.join(CELLS)}, not '{cell}'.")
        self.takes = (inputs,)
        self.mid_dim = self.dim = width
        self.below, self.above = (CELLS[cell](size, width, batch_first=True) for size in (inputs, width))
        self.dropout = nn.Dropout(dropout)

    def early(self, x: torch.Tensor) -> torch.Tensor:
        """Shape: (B, T, F) -> (B, T, mid_dim)."""
        h: torch.Tensor = self.below(self.scaled(x))[0]
        return h

    def late(self, h: torch.Tensor) -> torch.Tensor:
        """Shape: (B, T, mid_dim) -> (B, T, D)."""
        vectors: torch.Tensor = self.above(self.dropout(h))[0]
        return vectors
