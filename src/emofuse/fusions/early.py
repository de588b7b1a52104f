"""Early fusion: the vectors of all modalities side by side, then one head.

Njoku et al. 2021, figure 3 (concatenation, then fully connected layers).
Differences: any number of modalities, each with a flag that says whether it is there, and `hidden` layers as many as wanted;
with one modality and none hidden this is a linear head.
B: batch, T: time steps, D: width, C: classes.
"""

from collections.abc import Mapping, Sequence

import torch
from torch import nn

from emofuse.core.modality import Modality
from emofuse.fusions.base import Fusion, Output, Tensors, pooled


class Early(Fusion):
    """Concatenation, then fully connected layers.

    Args:
        dims: Width of each modality's sequence.
        classes: How many labels.
        hidden: Widths of the layers between.
        dropout: Share of the concatenated vector that is dropped while training.
    """

    def __init__(self, dims: Mapping[Modality, int], classes: int, hidden: Sequence[int] = (), dropout: float = 0.0) -> None:
        super().__init__()
        self.order = sorted(dims)
        inputs = sum(dims.values()) + (len(dims) if len(dims) > 1 else 0)
        layers: list[nn.Module] = [nn.Dropout(dropout)]
        for width in hidden:
            layers += [nn.Linear(inputs, width), nn.ReLU(), nn.Dropout(dropout)]
            inputs = width
        self.head = nn.Sequential(*layers, nn.Linear(inputs, classes))

    def forward(self, late: Tensors, present: Tensors) -> Output:
        """Shape: {m: (B, T, D)}, {m: (B,)} -> logits (B, C)."""
        vectors = pooled(late, present)
        parts = [vectors[m] for m in self.order]
        if len(self.order) > 1:
            parts += [present[m][:, None].to(parts[0].dtype) for m in self.order]
        return Output(self.head(torch.cat(parts, dim=1)))
