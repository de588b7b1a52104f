"""A model that others have trained on much more than we have, fine-tuned: whole, by its last layers, or by low-rank adapters.

Devlin, Chang, Lee, Toutanova 2019 (BERT) and its family; adapters as Hu et al. 2022 (`emofuse.encoders.base.adapters`).
Words, sound, pictures and film are given to models in ways of their own (`FAMILIES`); what is learnt is chosen alike for all.
B: batch, T: time steps, D: width.
"""

import copy
from collections.abc import Callable, Mapping
from typing import Any, Self

import torch

from emofuse.encoders.base import Encoder
from emofuse.encoders.base.adapters import Adapted, adapt, digest, rest, resting
from emofuse.encoders.base.family import Family
from emofuse.encoders.base.pictures import clip, films, pictures
from emofuse.encoders.base.sound import answers, mels, sound
from emofuse.encoders.base.words import POOLS, text

FAMILIES: Mapping[str, Callable[[str, int, str], tuple[Any, Family]]] = {
    "text": text,
    "sound": sound,
    "mels": mels,
    "answers": answers,
    "pictures": pictures,
    "clip": clip,
    "films": films,
}
"""What a model is given, and the function that loads it and says how it is asked: name, length, pool -> model, family."""


class Pretrained(Encoder):
    """One sequence of vectors from a pretrained model.

    Args:
        name: A short name ("minilm"), a local folder, or a name on the hub (`emofuse.media.hub.located`).
        family: What it is given, one of `FAMILIES`: utterances ("text"), a waveform ("sound"), Whisper's log-mels ("mels"),
            a waveform to be answered with the model's own labels ("answers"), pictures ("pictures"; "clip" for the vectors that CLIP
            compares with words), or pictures in their order ("films").
        length: Of text: pieces of words of one time step that it can take; shorter ones are padded, and padding costs nothing.
        layers: How many of its last layers are learnt; None for the whole model.
        rank: Of the adapters beside every linear layer that is not learnt; 0 for none.
        pool: What an utterance's or a picture's vector is: "first" (the mark at its beginning), "mean" (over its own pieces) or "both".

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
        self.model, self.family = FAMILIES[family](name, length, pool)
        self.takes, self.filler = self.family.takes, self.family.filler
        self.mid_dim = self.dim = self.family.dim
        pooler = getattr(self.model, "pooler", None)
        if pooler is not None and list(pooler.parameters()):
            self.model.pooler = None  # learnt for another task, or not at all
        self.rests_on = ""
        if layers is not None:
            rest(self.model, layers)
            if rank:
                adapt(self.model, rank)
            self.rests_on = digest(self.model)

    def early(self, x: torch.Tensor) -> torch.Tensor:
        """Shape: (B, T, ...) as its family takes it -> (B, T', D)."""
        return self.family(self.model, x)

    def train(self, mode: bool = True) -> Self:
        """As every module; but normalisations over batches that are not learnt stay as they were."""
        super().train(mode)
        for module in self.modules():
            if mode and resting(module):
                module.eval()
        return self

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
