"""Models of text, asked for utterances: BERT, RoBERTa, MiniLM and their kind. N: B x T utterances, L: pieces of words."""

from dataclasses import dataclass
from typing import Any

import torch

from emofuse.features.text import closing
from emofuse.media.hub import loaded

POOLS = ("first", "mean", "both")


@dataclass(frozen=True, slots=True)
class Utterances:
    """A vector an utterance, from its own pieces as they read with the turns before it.

    Args:
        length: Pieces of words of one time step.
        pool: One of `POOLS`.
        closing: The number of the mark that ends an utterance.
        filler: What rows are filled up with.
        width: Of the model.
    """

    length: int
    pool: str
    closing: int
    filler: float
    width: int

    @property
    def takes(self) -> tuple[int, ...]:
        """Shape of one time step."""
        return (self.length,)

    @property
    def dim(self) -> int:
        """Width of the vectors."""
        return self.width * (2 if self.pool == "both" else 1)

    def __call__(self, model: Any, x: torch.Tensor) -> torch.Tensor:  # one of transformers' models
        """Shape: (B, T, L) numbers of pieces -> (B, T, D)."""
        config, padding = model.config, int(self.filler)
        ids = x.flatten(0, 1).round().long().clamp(0, config.vocab_size - 1)  # (N, L)
        if not torch.compiler.is_compiling():  # a graph is asked with rows that are cut already
            ids = ids[:, : longest(ids, padding)]
        there = ids != padding
        there = torch.cat([torch.ones_like(there[:, :1]), there[:, 1:]], dim=1)  # a row of nothing has a beginning
        closed = (ids == self.closing).long()
        before = (closed.cumsum(dim=1) - closed) > 0  # the turns before: after the utterance's own closing mark
        more = {"token_type_ids": before.long()} if getattr(config, "type_vocab_size", 0) > 1 else {}
        hidden = model(input_ids=ids, attention_mask=there.long(), **more).last_hidden_state  # (N, L, H)
        own = (there & ~before)[..., None].to(hidden.dtype)
        vectors = {"first": hidden[:, 0], "mean": (hidden * own).sum(dim=1) / own.sum(dim=1).clamp(min=1)}
        vector = torch.cat(list(vectors.values()), dim=1) if self.pool == "both" else vectors[self.pool]
        vectors_of_all: torch.Tensor = vector.unflatten(0, x.shape[:2])
        return vectors_of_all


def text(name: str, length: int, pool: str) -> tuple[Any, Utterances]:
    """A model of text, and how it is asked; its features are `emofuse.features.text.Tokens`."""
    model = loaded("AutoModel", name, dtype="float32")
    filler = float(model.config.pad_token_id or 0)
    return model, Utterances(length, pool, closing(name), filler, model.config.hidden_size)


def longest(ids: torch.Tensor, padding: int) -> int:
    """How many columns hold anything but padding; at least one. Shape: (N, L)."""
    filled = (ids != padding).any(dim=0).nonzero()
    return int(filled[-1]) + 1 if len(filled) else 1
