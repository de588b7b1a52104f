"""What every encoder is: two halves with a seam between them.

Nothing here knows about other modalities, clips or labels. B: batch, T: time steps, D: width.
"""

from typing import Self

import torch
from torch import nn


class Encoder(nn.Module):
    """Features of one modality to one sequence of vectors.

    Fusions that let modalities meet half way (intermediate attention) work at the seam between `early` and `late`.

    Args:
        takes: Shape of one time step that it can take.
        mid_dim: Width at the seam.
        dim: Width of the sequence that comes out.
        rests_on: Hash of weights that it needs, does not learn and does not keep; empty where it keeps all its weights.
        filler: What its inputs are filled up with at their end, so that it answers the same without; None where they are not.
    """

    takes: tuple[int, ...]
    mid_dim: int
    dim: int
    rests_on: str = ""
    filler: float | None = None

    def early(self, x: torch.Tensor) -> torch.Tensor:
        """Up to the seam. Shape: (B, T, ...) -> (B, T', mid_dim)."""
        raise NotImplementedError  # an encoder without an early half is none

    def late(self, h: torch.Tensor) -> torch.Tensor:
        """From the seam on. Shape: (B, T', mid_dim) -> (B, T'', dim)."""
        return h

    def adjust(self, x: torch.Tensor) -> None:
        """See, before anything is learnt, what the features usually are where it learns; most need not. Shape: (N, T, ...)."""

    def settled(self) -> Self:
        """The same answers from as few operations as can be, to be asked and not taught; itself, where there is nothing to gain."""
        return self
