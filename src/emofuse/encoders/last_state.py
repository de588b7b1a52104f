"""One recurrent layer read to its end: its last state is all that is said of a sequence.

Hochreiter, Schmidhuber 1997; Cho et al. 2014. So do Keras' `LSTM(128)` and `GRU(128)` where nothing else is asked of them, behind
VGG16 (Chen, Ro, Zhu 2022; Kanafin, Myrzakhmet, Kuanysh 2024) and over rows of statistics (the latter, and notebooks they name).
Columns are standardised by what is usual where it learns, as in `recurrent`, which has two layers and speaks at every step.
B: batch, T: time steps, F: width of the features, D: width of the state.
"""

import torch
from torch import nn

from emofuse.encoders.base.standardised import Standardised

CELLS = {"lstm": nn.LSTM, "gru": nn.GRU}


class LastState(Standardised):
    """A vector for each sequence, from all of its steps.

    Args:
        inputs: Width of the features; more axes than one are laid side by side.
        width: Of the memory, and of the vector.
        cell: One of `CELLS`.

    Raises:
        ValueError: Another cell.
    """

    def __init__(self, inputs: int = 20, width: int = 128, cell: str = "lstm") -> None:
        super().__init__(inputs)
        if cell not in CELLS:
            raise ValueError(f"A last state is of {' or '.join(CELLS)}, not of '{cell}'.")
        self.takes = (inputs,)
        self.mid_dim = self.dim = width
        self.memory = CELLS[cell](inputs, width, batch_first=True)

    def early(self, x: torch.Tensor) -> torch.Tensor:
        """Shape: (B, T, F) -> (B, 1, D)."""
        states: torch.Tensor = self.memory(self.scaled(x))[0]
        return states[:, -1:]
