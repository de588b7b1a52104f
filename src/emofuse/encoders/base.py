"""What every encoder is: two halves with a seam between them.

Nothing here knows about other modalities, clips or labels. B: batch, T: time steps, D: width.
"""

import torch
from torch import nn


class Encoder(nn.Module):
    """Features of one modality to one sequence of vectors.

    Fusions that let modalities meet half way (intermediate attention) work at the seam between `early` and `late`.

    Args:
        takes: Shape of one time step that it can take.
        mid_dim: Width at the seam.
        dim: Width of the sequence that comes out.
    """

    takes: tuple[int, ...]
    mid_dim: int
    dim: int

    def early(self, x: torch.Tensor) -> torch.Tensor:
        """Up to the seam. Shape: (B, T, ...) -> (B, T', mid_dim)."""
        raise NotImplementedError  # an encoder without an early half is none

    def late(self, h: torch.Tensor) -> torch.Tensor:
        """From the seam on. Shape: (B, T', mid_dim) -> (B, T'', dim)."""
        return h

    def adjust(self, x: torch.Tensor) -> None:
        """See, before anything is learnt, what the features usually are where it learns; most need not. Shape: (N, T, ...)."""
