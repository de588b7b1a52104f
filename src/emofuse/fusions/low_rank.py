"""Low-rank tensor fusion: every product of features of all modalities, at the price of a sum.

Liu, Shen, Lakshminarasimhan, Liang, Zadeh, Morency 2018, "Efficient low-rank multimodal fusion with modality-specific
factors", equations 6 to 8: each modality's vector with a one appended meets factors of its own, and the results are
multiplied over modalities and summed over ranks. Differences: a linear head behind it; an absent modality leaves only its
appended one, so that the products of the others remain.
B: batch, T: time steps, D: width, R: rank, C: classes.
"""

from collections.abc import Mapping

import torch
from torch import nn

from emofuse.core.modality import Modality
from emofuse.fusions.base import Fusion, Output, Tensors, pooled


class LowRank(Fusion):
    """Modality-specific factors, multiplied, summed over ranks, then a linear head.

    Args:
        dims: Width of each modality's sequence.
        classes: How many labels.
        rank: How many products are summed.
        width: Of the fused vector.
        dropout: Share that is dropped before the head while training.
    """

    def __init__(self, dims: Mapping[Modality, int], classes: int, rank: int = 4, width: int = 64, dropout: float = 0.1) -> None:
        super().__init__()
        self.order, self.rank = sorted(dims), rank
        self.factors = nn.ModuleDict({str(m): nn.Linear(dims[m], rank * width) for m in self.order})  # its bias is the appended one
        self.ranks = nn.Parameter(torch.full((rank,), 1 / rank))
        self.head = nn.Sequential(nn.LayerNorm(width), nn.Dropout(dropout), nn.Linear(width, classes))

    def forward(self, late: Tensors, present: Tensors) -> Output:
        """Shape: {m: (B, T, D)}, {m: (B,)} -> logits (B, C)."""
        vectors = pooled(late, present)
        factors = torch.stack([self.factors[str(m)](vectors[m]).unflatten(1, (self.rank, -1)) for m in self.order])  # (M, B, R, width)
        fused = torch.einsum("brw,r->bw", factors.prod(dim=0), self.ranks)
        return Output(self.head(fused))
