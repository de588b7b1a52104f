"""Gated fusion: for each clip, how much each modality counts, dimension by dimension.

Arevalo, Solorio, Montes-y-Gómez, González 2017, "Gated multimodal units for information fusion", section 3.1.
Differences: any number of modalities, so gates are a softmax over those that are there in place of a sigmoid for one of two.
B: batch, T: time steps, D: width, M: modalities, C: classes.
"""

from collections.abc import Mapping

import torch
from torch import nn

from emofuse.core.modality import Modality
from emofuse.fusions.base import Fusion, Output, Tensors, flags, pooled

NEVER = -1e4  # a gate's logit where there is nothing behind it; finite, so that nobody there is no NaN


class Gated(Fusion):
    """A hidden vector a modality, mixed by gates that see all of them, then a linear head.

    Args:
        dims: Width of each modality's sequence.
        classes: How many labels.
        width: Of the hidden vectors.
        dropout: Share that is dropped before the head while training.
    """

    def __init__(self, dims: Mapping[Modality, int], classes: int, width: int = 64, dropout: float = 0.1) -> None:
        super().__init__()
        self.order = sorted(dims)
        self.hidden = nn.ModuleDict({str(m): nn.Linear(dims[m], width) for m in self.order})
        self.gates = nn.Linear(sum(dims.values()) + len(dims), len(dims) * width) if len(dims) > 1 else None
        self.head = nn.Sequential(nn.Dropout(dropout), nn.Linear(width, classes))

    def forward(self, late: Tensors, present: Tensors) -> Output:
        """Shape: {m: (B, T, D)}, {m: (B,)} -> logits (B, C)."""
        vectors = pooled(late, present)
        hidden = torch.stack([self.hidden[str(m)](vectors[m]).tanh() for m in self.order], dim=1)  # (B, M, width)
        there = flags(present, self.order, hidden)
        if self.gates is None:
            return Output(self.head(hidden[:, 0] * there))
        opened = self.gates(torch.cat([*(vectors[m] for m in self.order), there], dim=1)).unflatten(1, (len(self.order), -1))
        shares = (opened + NEVER * (1 - there)[:, :, None]).softmax(dim=1) * there[:, :, None]
        return Output(self.head((shares * hidden).sum(dim=1)))
