"""Late transformer: behind their encoders, each modality is rewritten by what it finds in the others.

Chumachenko, Iosifidis, Gabbouj 2022, section III-A: a transformer block with queries of one modality, keys and values of the
other, in both directions; both results are pooled over time and concatenated. Differences: any number of modalities (the mean
over those that are there); who is alone stays as it is; flags in the head.
B: batch, T: time steps, D: width, C: classes.
"""

from collections.abc import Mapping

import torch
from torch import nn

from emofuse.core.modality import Modality
from emofuse.fusions.base import CrossBlock, Fusion, Output, Tensors, blanked, flags, pooled


class LateTransformer(Fusion):
    """Cross-attention between whole encoders, then concatenation.

    Args:
        dims: Width of each modality's sequence.
        classes: How many labels.
        heads: Of attention.
    """

    def __init__(self, dims: Mapping[Modality, int], classes: int, heads: int = 1) -> None:
        super().__init__()
        self.order = sorted(dims)
        self.blocks = nn.ModuleDict(
            {f"{a} from {b}": CrossBlock(dims[a], dims[b], heads) for a in self.order for b in self.order if a != b}
        )
        extra = len(dims) if len(dims) > 1 else 0
        self.head = nn.Linear(sum(dims.values()) + extra, classes)

    def forward(self, late: Tensors, present: Tensors) -> Output:
        """Shape: {m: (B, T, D)}, {m: (B,)} -> logits (B, C)."""
        steps = blanked(late, present)
        vectors = pooled({a: self._rewritten(a, steps, present) for a in self.order}, present)
        parts = [vectors[m] for m in self.order]
        if len(self.order) > 1:
            parts.append(flags(present, self.order, parts[0]))
        return Output(self.head(torch.cat(parts, dim=1)))

    def _rewritten(self, a: Modality, steps: Tensors, present: Tensors) -> torch.Tensor:
        """Shape: {m: (B, T, D)} -> (B, T of a, D of a)."""
        found, count = torch.zeros_like(steps[a]), torch.zeros_like(steps[a][:, :1, :1])
        for b in self.order:
            if a != b:
                there = present[b][:, None, None].to(found.dtype)
                found = found + there * self.blocks[f"{a} from {b}"](steps[a], steps[b])
                count = count + there
        return torch.where(count > 0, found / count.clamp(min=1), steps[a])
