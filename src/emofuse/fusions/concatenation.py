"""Penultimate layers side by side: each modality has a dense layer of its own, then they meet in another.

Sultana et al. 2024, section III-B: the last layer but one of a sound CNN and of a picture CNN, concatenated, a dense layer
of 128, one more, softmax. Differences: any number of modalities, each with a flag that says whether it is there;
all is taught at once rather than the fusion after its parts; dropout before the heads.
B: batch, T: time steps, D: width, C: classes.
"""

from collections.abc import Mapping

import torch
from torch import nn

from emofuse.core.modality import Modality
from emofuse.fusions.base import Fusion, Output, Tensors, flags, pooled


class Concatenation(Fusion):
    """A dense layer a modality, concatenation, two dense layers.

    Args:
        dims: Width of each modality's sequence.
        classes: How many labels.
        own: Width of each modality's dense layer; the paper's last ones but one have 64.
        hidden: Width of the layer in which they meet.
        dropout: Share that is dropped before that layer while training.
    """

    def __init__(self, dims: Mapping[Modality, int], classes: int, own: int = 64, hidden: int = 128, dropout: float = 0.2) -> None:
        super().__init__()
        self.order = sorted(dims)
        self.own = nn.ModuleDict({str(m): nn.Linear(dims[m], own) for m in self.order})
        self.head = nn.Sequential(nn.Dropout(dropout), nn.Linear(len(dims) * (own + 1), hidden), nn.ReLU(), nn.Linear(hidden, classes))

    def forward(self, late: Tensors, present: Tensors) -> Output:
        """Shape: {m: (B, T, D)}, {m: (B,)} -> logits (B, C)."""
        vectors = pooled(late, present)
        parts = [self.own[str(m)](vectors[m]).relu().masked_fill(~present[m][:, None], 0.0) for m in self.order]
        return Output(self.head(torch.cat([*parts, flags(present, self.order, parts[0])], dim=1)))
