"""A model that others have trained on much more than we have, fine-tuned: whole, by its last layers, or by low-rank adapters.

Devlin, Chang, Lee, Toutanova 2019 (BERT) and its family; adapters as Hu et al. 2022, "LoRA: low-rank adaptation of large language
models". Differences: what is not learnt is no parameter and is not kept with a run, which holds its hash instead; both factors of
an adapter start with small numbers, the second with very small ones, so that each learns from the first step.
B: batch, T: time steps, L: pieces of words, N: B x T, D: width.
"""

import copy
import hashlib
from collections.abc import Callable, Mapping
from typing import Self

import torch
from torch import nn
from torch.nn import functional as F

from emofuse.encoders.base import Encoder
from emofuse.features.text import closing
from emofuse.media.hub import loaded

SMALL = 1e-4  # spread of an adapter's second factor at the beginning: the model still says what it said


class Adapted(nn.Module):
    """A linear layer that stays as it is, and a change of its weights that is learnt: a product of two thin matrices.

    While it is taught it may be wide: any change at all is learnt then, of which `narrow` keeps the nearest such product.

    Args:
        linear: The layer.
        rank: Of the product.
    """

    def __init__(self, linear: nn.Linear, rank: int) -> None:
        super().__init__()
        self.linear = linear
        self.down: nn.Parameter | None = nn.Parameter(torch.randn(rank, linear.in_features) * linear.in_features**-0.5)
        self.up: nn.Parameter | None = nn.Parameter(torch.randn(linear.out_features, rank) * SMALL)
        self.change: nn.Parameter | None = None
        self.rank = rank

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Shape: (..., inputs) -> (..., outputs)."""
        if self.change is not None:
            return F.linear(x, self.linear.weight + self.change, self.linear.bias)
        assert self.down is not None
        assert self.up is not None
        said: torch.Tensor = self.linear(x)
        return said + F.linear(F.linear(x, self.down), self.up)

    @torch.no_grad()
    def widen(self) -> None:
        """Let any change be learnt, beginning with none."""
        self.change, self.down, self.up = nn.Parameter(torch.zeros_like(self.linear.weight)), None, None

    @torch.no_grad()
    def narrow(self) -> None:
        """Keep of a change what a product of two thin matrices can hold (Eckart, Young 1936)."""
        assert self.change is not None
        left, sizes, right = torch.linalg.svd(self.change.float(), full_matrices=False)
        root = sizes[: self.rank].sqrt()
        self.up, self.down = nn.Parameter(left[:, : self.rank] * root), nn.Parameter(root[:, None] * right[: self.rank])
        self.change = None

    @torch.no_grad()
    def merged(self) -> nn.Linear:
        """One layer that says the same."""
        assert self.down is not None
        assert self.up is not None
        self.linear.weight = self.linear.weight + self.up @ self.down
        return self.linear


class Pretrained(Encoder):
    """One sequence of vectors from a pretrained model.

    Args:
        name: A short name ("minilm"), a local folder, or a name on the hub (`emofuse.media.hub.located`).
        family: What it is given, one of `FAMILIES`: "text".
        length: Pieces of words of one time step that it can take; shorter ones are padded, and padding costs nothing.
        layers: How many of its last layers are learnt; None for the whole model.
        rank: Of the adapters beside every linear layer that is not learnt; 0 for none.
        pool: What an utterance's vector is: "first" (the mark at its beginning), "mean" (over its own pieces) or "both".

    Raises:
        RunError: The model cannot be had, or the extra that reads it is not installed.
        ValueError: A family or a way to pool that does not exist, or more layers than there are.
    """

    def __init__(
        self,
        name: str = "minilm",
        family: str = "text",
        length: int = 16,
        layers: int | None = 0,
        rank: int = 8,
        pool: str = "both",
    ) -> None:
        super().__init__()
        if family not in FAMILIES or pool not in POOLS:
            raise ValueError(f"Families are {', '.join(FAMILIES)} and ways to pool {', '.join(POOLS)}; not '{family}' and '{pool}'.")
        self.family, self.pool, self.takes = family, pool, (length,)
        self.model = loaded("AutoModel", name)
        self.closing, self.filler = closing(name), float(self.model.config.pad_token_id or 0)
        if getattr(self.model, "pooler", None) is not None:
            self.model.pooler = None  # learnt for another task, or not at all
        self.mid_dim = self.dim = self.model.config.hidden_size * (2 if pool == "both" else 1)
        self.rests_on = ""
        if layers is not None:
            _rest(self.model, layers)
            if rank:
                _adapt(self.model, rank)
            self.rests_on = _digest(self.model)

    def early(self, x: torch.Tensor) -> torch.Tensor:
        """Shape: (B, T, L) numbers of pieces -> (B, T, D)."""
        return FAMILIES[self.family](self, x)

    @property
    def adapters(self) -> tuple[Adapted, ...]:
        """Those of all its layers."""
        return tuple(module for module in self.modules() if isinstance(module, Adapted))

    def settled(self) -> Self:
        """The same with every adapter added into its layer."""
        made = copy.deepcopy(self)
        for module in list(made.modules()):
            for name, child in list(module.named_children()):
                if isinstance(child, Adapted):
                    setattr(module, name, child.merged())
        return made


def _utterances(encoder: Pretrained, x: torch.Tensor) -> torch.Tensor:
    """A vector an utterance, from its own pieces as they read with the turns before it. Shape: (B, T, L) -> (B, T, D)."""
    config, padding = encoder.model.config, int(encoder.filler or 0)
    ids = x.flatten(0, 1).round().long().clamp(0, config.vocab_size - 1)  # (N, L)
    if not torch.compiler.is_compiling():  # a graph is asked with rows that are cut already
        ids = ids[:, : longest(ids, padding)]
    there = ids != padding
    there = torch.cat([torch.ones_like(there[:, :1]), there[:, 1:]], dim=1)  # a row of nothing has a beginning
    closed = (ids == encoder.closing).long()
    before = (closed.cumsum(dim=1) - closed) > 0  # the turns before: after the utterance's own closing mark
    more = {"token_type_ids": before.long()} if getattr(config, "type_vocab_size", 0) > 1 else {}
    hidden = encoder.model(input_ids=ids, attention_mask=there.long(), **more).last_hidden_state  # (N, L, H)
    own = (there & ~before)[..., None].to(hidden.dtype)
    vectors = {"first": hidden[:, 0], "mean": (hidden * own).sum(dim=1) / own.sum(dim=1).clamp(min=1)}
    vector = torch.cat(list(vectors.values()), dim=1) if encoder.pool == "both" else vectors[encoder.pool]
    vectors_of_all: torch.Tensor = vector.unflatten(0, x.shape[:2])
    return vectors_of_all


POOLS = ("first", "mean", "both")
FAMILIES: Mapping[str, Callable[[Pretrained, torch.Tensor], torch.Tensor]] = {"text": _utterances}
"""What a model is given, and the function that gives it: features (B, T, ...) -> vectors (B, T', D)."""


def longest(ids: torch.Tensor, padding: int) -> int:
    """How many columns hold anything but padding; at least one. Shape: (N, L)."""
    filled = (ids != padding).any(dim=0).nonzero()
    return int(filled[-1]) + 1 if len(filled) else 1


def _rest(model: nn.Module, layers: int) -> None:
    """Make what is not learnt no parameter: it moves with the model, and is not kept with it."""
    stack = max((m for m in model.modules() if isinstance(m, nn.ModuleList)), key=len)
    if layers > len(stack):
        raise ValueError(f"The model has {len(stack)} layers; {layers} of them cannot be learnt.")
    learnt = {id(p) for layer in list(stack)[len(stack) - layers :] for p in layer.parameters()}
    for module in model.modules():
        for name, p in list(module.named_parameters(recurse=False)):
            if id(p) not in learnt:
                delattr(module, name)
                module.register_buffer(name, p.data, persistent=False)


def _adapt(model: nn.Module, rank: int) -> None:
    """Adapters beside every linear layer that rests."""
    for module in list(model.modules()):
        for name, child in list(module.named_children()):
            if isinstance(child, nn.Linear) and "weight" in dict(child.named_buffers(recurse=False)):
                setattr(module, name, Adapted(child, rank))


def _digest(model: nn.Module) -> str:
    """A hash of all that rests, whatever file it came from."""
    digest = hashlib.sha256()
    for name, buffer in sorted(model.named_buffers()):
        if buffer.dtype.is_floating_point:
            digest.update(name.replace(".linear.", ".").encode())
            digest.update(buffer.detach().contiguous().numpy().tobytes())
    return digest.hexdigest()
