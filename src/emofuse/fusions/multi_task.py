"""Multi-task learning: one task a modality over layers that they share, and a head over what the tasks say.

Njoku et al. 2021, section 3.3 (hard parameter sharing): a layer a modality, shared; a linear branch a task; one layer that
concatenates the branches and predicts. Differences: any number of modalities, with flags; the branches answer in classes and
may be taught by the label too (`auxiliary`), as multi-task learning has it; 0 is the paper's loss (equation 1).
B: batch, T: time steps, D: width, C: classes.
"""

from collections.abc import Mapping

import torch
from torch import nn
from torch.nn import functional as F

from emofuse.core.modality import Modality
from emofuse.fusions.base import Fusion, Output, Tensors, flags, pooled


class MultiTask(Fusion):
    """Shared layers, a branch a modality, a head over the branches.

    Args:
        dims: Width of each modality's sequence.
        classes: How many labels.
        width: Of the shared layers.
        auxiliary: What the mean loss of the branches counts beside that of the head.
    """

    def __init__(self, dims: Mapping[Modality, int], classes: int, width: int = 64, auxiliary: float = 0.5) -> None:
        super().__init__()
        self.order, self.auxiliary = sorted(dims), auxiliary
        self.own = nn.ModuleDict({str(m): nn.Linear(dims[m], width) for m in self.order})
        self.branches = nn.ModuleDict({str(m): nn.Linear(len(dims) * (width + 1), classes) for m in self.order})
        self.head = nn.Linear(len(dims) * classes, classes)

    def forward(self, late: Tensors, present: Tensors) -> Output:
        """Shape: {m: (B, T, D)}, {m: (B,)} -> logits (B, C); the branches' logits beside."""
        vectors = pooled(late, present)
        parts = [self.own[str(m)](vectors[m]).relu().masked_fill(~present[m][:, None], 0.0) for m in self.order]
        shared = torch.cat([*parts, flags(present, self.order, parts[0])], dim=1)
        members = {m: self.branches[str(m)](shared) for m in self.order}
        return Output(self.head(torch.cat([members[m] for m in self.order], dim=1)), members)

    def loss(self, output: Output, target: torch.Tensor) -> torch.Tensor:
        """Cross entropy of the head, and of the branches by `auxiliary`. Shape: logits (B, C), target (B, C) -> ()."""
        branches = torch.stack([F.cross_entropy(logits, target) for logits in output.members.values()]).mean()
        return F.cross_entropy(output.logits, target) + self.auxiliary * branches
