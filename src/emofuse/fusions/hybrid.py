"""Hybrid fusion: modalities are merged, then each gives its own answer, and the answers are averaged by weight.

Njoku et al. 2021, section 3.2 and equation 2: a layer a modality, a layer that merges them, a head a modality; the loss is
the cross entropy of the summed scores; the answer is the weighted average of the heads.
Differences: any number of modalities, with flags; heads have no ReLU, which would forbid them to say no; weights (the paper's
are set by hand, sound before picture) are given or equal, and are shared out among the modalities that are there.
B: batch, T: time steps, D: width, C: classes.
"""

from collections.abc import Mapping

import torch
from torch import nn
from torch.nn import functional as F

from emofuse.core.modality import Modality
from emofuse.fusions.base import Fusion, Output, Tensors, flags, pooled

SMALLEST = 1e-9  # of a summed score, before its logarithm


class Hybrid(Fusion):
    """A layer a modality, one for all, a head a modality, and a weighted mean of what they say.

    Args:
        dims: Width of each modality's sequence.
        classes: How many labels.
        width: Of the layers.
        weights: What each modality's head counts; all the same by default.
    """

    def __init__(
        self, dims: Mapping[Modality, int], classes: int, width: int = 64, weights: Mapping[Modality, float] | None = None
    ) -> None:
        super().__init__()
        self.order = sorted(dims)
        self.own = nn.ModuleDict({str(m): nn.Linear(dims[m], width) for m in self.order})
        self.merged = nn.Linear(len(dims) * (width + 1), width)
        self.heads = nn.ModuleDict({str(m): nn.Linear(width, classes) for m in self.order})
        self.register_buffer("weights", torch.tensor([1.0 if weights is None else float(weights[m]) for m in self.order]))

    def forward(self, late: Tensors, present: Tensors) -> Output:
        """Shape: {m: (B, T, D)}, {m: (B,)} -> logits (B, C), the logarithm of the mean score; members' logits beside."""
        vectors = pooled(late, present)
        parts = [self.own[str(m)](vectors[m]).relu().masked_fill(~present[m][:, None], 0.0) for m in self.order]
        there = flags(present, self.order, parts[0])
        merged = self.merged(torch.cat([*parts, there], dim=1)).relu()
        members = {m: self.heads[str(m)](merged) for m in self.order}
        assert isinstance(self.weights, torch.Tensor)
        weight = there * self.weights
        weight = torch.where(weight.sum(dim=1, keepdim=True) > 0, weight, self.weights.expand_as(weight))  # nobody there: all heads
        scores = torch.stack([members[m].softmax(dim=1) for m in self.order], dim=1)  # (B, modalities, C)
        mean = (weight[:, :, None] * scores).sum(dim=1) / weight.sum(dim=1, keepdim=True)
        return Output(mean.clamp(min=SMALLEST).log(), members)

    def loss(self, output: Output, target: torch.Tensor) -> torch.Tensor:
        """Cross entropy of the summed scores (equation 2, up to a constant). Shape: logits (B, C), target (B, C) -> ()."""
        return F.cross_entropy(output.logits, target)  # the logits are logarithms of scores that sum to one: softmax changes nothing
