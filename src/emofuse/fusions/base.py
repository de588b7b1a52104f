"""What every fusion is: sequences of several modalities to logits, and the loss that teaches it.

Nothing here knows where sequences come from. B: batch, T: time steps, D: width, H: heads, C: classes.
"""

from collections.abc import Mapping, Sequence
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


def flags(present: Tensors, order: Sequence[Modality], like: torch.Tensor) -> torch.Tensor:
    """Which modalities are there, as numbers beside their vectors. Shape: {m: (B,)} -> (B, modalities)."""
    return torch.stack([present[m] for m in order], dim=1).to(like.dtype)


def share_of_present(present: Tensors, order: Sequence[Modality], like: torch.Tensor) -> torch.Tensor:
    """One over how many are there for those that are there, zero for the others; all zero where nobody is. Shape: (B, modalities)."""
    there = flags(present, order, like)
    return there / there.sum(dim=1, keepdim=True).clamp(min=1)


class Attention(nn.Module):
    """Where the steps of one modality look in those of another: softmax of scaled products of queries and keys.

    Args:
        queries: Width of who looks.
        keys: Width of what is looked at.
        heads: How many looks at once.
        width: Of queries and keys, all heads together; by default that of who looks.

    Raises:
        ValueError: A width that the heads do not divide.
    """

    def __init__(self, queries: int, keys: int, heads: int, width: int | None = None) -> None:
        super().__init__()
        width = width or queries
        if width % heads:
            raise ValueError(f"{heads} heads cannot share a width of {width}. Expected a divisor of it; choose other heads.")
        self.heads = heads
        self.query, self.key = nn.Linear(queries, width, bias=False), nn.Linear(keys, width, bias=False)

    def forward(self, looking: torch.Tensor, seen: torch.Tensor) -> torch.Tensor:
        """Shape: (B, T, queries), (B, S, keys) -> (B, H, T, S), rows sum to one."""
        q = self.query(looking).unflatten(2, (self.heads, -1)).transpose(1, 2)  # (B, H, T, D / H)
        k = self.key(seen).unflatten(2, (self.heads, -1)).transpose(1, 2)  # (B, H, S, D / H)
        weights: torch.Tensor = (q @ k.transpose(2, 3) * q.shape[-1] ** -0.5).softmax(dim=-1)
        return weights


class CrossBlock(nn.Module):
    """One modality's steps rewritten by what they find in another's: attention, then a small network with a residual.

    Vaswani et al. 2017 as timm has it, with queries of one modality, keys and values of another; no residual around the
    attention, so that what comes out is of the other modality (Chumachenko, Iosifidis, Gabbouj 2022).

    Args:
        queries: Width of the modality that is rewritten, and of what comes out.
        keys: Width of the other.
        heads: Of attention.
    """

    def __init__(self, queries: int, keys: int, heads: int) -> None:
        super().__init__()
        self.before_queries, self.before_keys, self.before_mlp = nn.LayerNorm(queries), nn.LayerNorm(keys), nn.LayerNorm(queries)
        self.attention = Attention(queries, keys, heads)
        self.value, self.out = nn.Linear(keys, queries, bias=False), nn.Linear(queries, queries)
        self.mlp = nn.Sequential(nn.Linear(queries, 2 * queries), nn.GELU(), nn.Linear(2 * queries, queries))

    def forward(self, looking: torch.Tensor, seen: torch.Tensor) -> torch.Tensor:
        """Shape: (B, T, queries), (B, S, keys) -> (B, T, queries)."""
        seen = self.before_keys(seen)
        weights = self.attention(self.before_queries(looking), seen)
        values = self.value(seen).unflatten(2, (self.attention.heads, -1)).transpose(1, 2)  # (B, H, S, D / H)
        found = self.out((weights @ values).transpose(1, 2).flatten(2))
        rewritten: torch.Tensor = found + self.mlp(self.before_mlp(found))
        return rewritten


def blanked(sequences: Tensors, present: Tensors) -> dict[Modality, torch.Tensor]:
    """Zeros in the place of what is absent, whatever stands there. Shape: {m: (B, T, D)} -> the same."""
    return {m: x.masked_fill(~present[m][:, None, None], 0.0) for m, x in sequences.items()}
