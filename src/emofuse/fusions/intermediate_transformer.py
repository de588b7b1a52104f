"""Intermediate transformer: half way through their encoders, modalities add to each other what they find in each other.

Chumachenko, Iosifidis, Gabbouj 2022, section III-B: a transformer block with queries of one modality, keys and values of the
other, added to the first; the second halves of the encoders go on. Differences: any number of modalities (the mean over those
that are there); flags in the head.
B: batch, T: time steps, D: width, C: classes.
"""

from collections.abc import Mapping

import torch
from torch import nn

from emofuse.core.modality import Modality
from emofuse.fusions.base import CrossBlock, Fusion, Output, Tensors, blanked, flags, pooled


class IntermediateTransformer(Fusion):
    """Cross-attention at the seam with a residual, then concatenation.

    Args:
        dims: Width of each modality's sequence behind its encoder.
        classes: How many labels.
        mid_dims: Width at the encoders' seam; as `dims` where it is not said.
        heads: Of attention.
    """

    def __init__(self, dims: Mapping[Modality, int], classes: int, mid_dims: Mapping[Modality, int] | None = None, heads: int = 1) -> None:
        super().__init__()
        self.order, mid = sorted(dims), mid_dims or dims
        self.blocks = nn.ModuleDict({f"{a} from {b}": CrossBlock(mid[a], mid[b], heads) for a in self.order for b in self.order if a != b})
        extra = len(dims) if len(dims) > 1 else 0
        self.head = nn.Linear(sum(dims.values()) + extra, classes)

    def mix(self, early: Tensors, present: Tensors) -> Tensors:
        """Shape: {m: (B, T, mid_dim)} -> the same."""
        steps = blanked(early, present)
        mixed = {}
        for a in self.order:
            found, count = torch.zeros_like(steps[a]), torch.zeros_like(steps[a][:, :1, :1])
            for b in self.order:
                if a != b:
                    there = present[b][:, None, None].to(found.dtype)
                    found = found + there * self.blocks[f"{a} from {b}"](steps[a], steps[b])
                    count = count + there
            mixed[a] = steps[a] + found / count.clamp(min=1)
        return mixed

    def forward(self, late: Tensors, present: Tensors) -> Output:
        """Shape: {m: (B, T, D)}, {m: (B,)} -> logits (B, C)."""
        vectors = pooled(late, present)
        parts = [vectors[m] for m in self.order]
        if len(self.order) > 1:
            parts.append(flags(present, self.order, parts[0]))
        return Output(self.head(torch.cat(parts, dim=1)))
