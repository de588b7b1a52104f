"""Intermediate attention: each modality tells the others which moments matter, half way through their encoders.

Chumachenko, Iosifidis, Gabbouj 2022, "Self-attention fusion for audiovisual emotion recognition with incomplete data",
section III-C: attention of one modality's steps over another's, summed over the steps that look; the steps that are looked
at are multiplied by it, and the second halves of the encoders go on. No features are exchanged.
Differences: any number of modalities (the mean of what all others find important); importance is 1 on average whatever the
lengths, and exactly 1 from whoever is absent; no values and output layer inside the attention, which their released code
has and never uses; flags in the head.
B: batch, T: time steps, D: width, H: heads, C: classes.
"""

from collections.abc import Mapping

import torch
from torch import nn

from emofuse.core.modality import Modality
from emofuse.fusions.base import Attention, Fusion, Output, Tensors, blanked, flags, pooled


class IntermediateAttention(Fusion):
    """Importance of each step by the attention of the other modalities, then concatenation.

    Args:
        dims: Width of each modality's sequence behind its encoder.
        classes: How many labels.
        mid_dims: Width at the encoders' seam; as `dims` where it is not said.
        heads: Of attention.
    """

    def __init__(self, dims: Mapping[Modality, int], classes: int, mid_dims: Mapping[Modality, int] | None = None, heads: int = 1) -> None:
        super().__init__()
        self.order, mid = sorted(dims), mid_dims or dims
        self.attention = nn.ModuleDict(
            {f"{a} looks at {b}": Attention(mid[a], mid[b], heads) for a in self.order for b in self.order if a != b}
        )
        extra = len(dims) if len(dims) > 1 else 0
        self.head = nn.Linear(sum(dims.values()) + extra, classes)

    def mix(self, early: Tensors, present: Tensors) -> Tensors:
        """Shape: {m: (B, T, mid_dim)} -> the same, each step scaled."""
        steps = blanked(early, present)
        return {b: steps[b] * self._importance(b, steps, present)[:, :, None] for b in self.order}

    def forward(self, late: Tensors, present: Tensors) -> Output:
        """Shape: {m: (B, T, D)}, {m: (B,)} -> logits (B, C)."""
        vectors = pooled(late, present)
        parts = [vectors[m] for m in self.order]
        if len(self.order) > 1:
            parts.append(flags(present, self.order, parts[0]))
        return Output(self.head(torch.cat(parts, dim=1)))

    def _importance(self, seen: Modality, steps: Tensors, present: Tensors) -> torch.Tensor:
        """How much the other modalities look at each step, 1 on average. Shape: {m: (B, T, mid_dim)} -> (B, T of `seen`)."""
        total, count = torch.zeros_like(steps[seen][:, :, 0]), torch.zeros_like(steps[seen][:, :1, 0])
        for a in self.order:
            if a != seen:
                weights = self.attention[f"{a} looks at {seen}"](steps[a], steps[seen])  # (B, H, T of a, T of seen)
                there = present[a][:, None].to(total.dtype)
                total = total + there * weights.mean(dim=(1, 2)) * weights.shape[3]
                count = count + there
        return torch.where(count > 0, total / count.clamp(min=1), torch.ones_like(total))
