"""What every fusion is: sequences of several modalities to logits, and the loss that teaches it.

Nothing here knows where sequences come from. B: batch, T: time steps, D: width, C: classes.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import torch
from torch import nn
from torch.nn import functional as F

from emofuse.core.modality import Modality

Tensors = Mapping[Modality, torch.Tensor]


@dataclass
class Output:
    """What a network says about a batch.

    Shape:
        logits (B, C); members {modality: (B, C)} where a fusion has logits for each modality
    """

    logits: torch.Tensor
    members: dict[Modality, torch.Tensor] = field(default_factory=dict)


class Fusion(nn.Module):
    """How modalities meet inside a network.

    ``present[m]`` is (B,) bool; where it is false the input is zeros and must not matter.

    Args:
        needs_all: It has no answer without every modality.
    """

    needs_all: bool = False

    def mix(self, early: Tensors, present: Tensors) -> Tensors:
        """Let modalities meet half way; most do not. Shape: {m: (B, T, mid_dim)} -> the same."""
        return early

    def forward(self, late: Tensors, present: Tensors) -> Output:
        """Shape: {m: (B, T, D)}, {m: (B,)} -> logits (B, C)."""
        raise NotImplementedError  # a fusion that does not answer is none

    def loss(self, output: Output, target: torch.Tensor) -> torch.Tensor:
        """Cross entropy against probabilities. Shape: logits (B, C), target (B, C) -> ()."""
        return F.cross_entropy(output.logits, target)


def pooled(late: Tensors, present: Tensors) -> dict[Modality, torch.Tensor]:
    """Mean over time of each modality, zeros where it is absent. Shape: {m: (B, T, D)} -> {m: (B, D)}."""
    return {m: late[m].mean(dim=1).masked_fill(~present[m][:, None], 0.0) for m in late}
