"""Encoders and a fusion, put together.

Nothing here knows about clips, files or training. B: batch, T: time steps, C: classes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn

from emofuse.core.errors import MissingModality
from emofuse.core.modality import Modality
from emofuse.encoders.base import Encoder
from emofuse.fusions.base import Fusion, Output


@dataclass
class Batch:
    """Examples side by side.

    Shape:
        inputs {m: (B, T, ...)}; present {m: (B,)} bool; target (B, C) probabilities, or None where nobody knows
    """

    inputs: dict[Modality, torch.Tensor]
    present: dict[Modality, torch.Tensor]
    target: torch.Tensor | None = None

    def __len__(self) -> int:
        return len(next(iter(self.inputs.values())))


class Network(nn.Module):
    """One encoder a modality, and the fusion in which they meet.

    Raises:
        MissingModality: In `forward`, when the fusion needs all modalities and one is absent.
    """

    def __init__(self, encoders: Mapping[Modality, Encoder], fusion: Fusion) -> None:
        super().__init__()
        self.encoders = nn.ModuleDict({str(m): encoders[m] for m in sorted(encoders)})
        self.fusion = fusion

    @property
    def modalities(self) -> tuple[Modality, ...]:
        """What it can listen to, in a fixed order."""
        return tuple(Modality(m) for m in self.encoders)

    def forward(self, batch: Batch) -> Output:
        """Shape: a batch of B -> logits (B, C)."""
        if self.fusion.needs_all and not all(bool(batch.present[m].all()) for m in self.modalities):
            raise MissingModality(
                f"A clip lacks a modality. {type(self.fusion).__name__} fusion needs {', '.join(self.modalities)} in every clip; "
                f"choose a fusion that does not."
            )
        h = {m: self._encoder(m).early(batch.inputs[m]) for m in self.modalities}
        mixed = self.fusion.mix(h, batch.present)
        late = {m: self._encoder(m).late(mixed[m]) for m in self.modalities}
        output: Output = self.fusion(late, batch.present)
        return output

    def blank(self, m: Modality) -> np.ndarray:
        """What stands in the place of a modality that a whole batch lacks. Shape: (1, ...) zeros."""
        return np.zeros((1, *self._encoder(m).takes), dtype=np.float32)

    def _encoder(self, m: Modality) -> Encoder:
        encoder = self.encoders[m]
        assert isinstance(encoder, Encoder)
        return encoder


class Committee(Network):
    """Several networks of one kind, each taught for itself; the answer is the mean of their probabilities.

    Lakshminarayanan, Pritzel, Blundell 2017, "Simple and scalable predictive uncertainty estimation using deep ensembles".

    Raises:
        ValueError: No members.
    """

    def __init__(self, members: Sequence[Network]) -> None:
        nn.Module.__init__(self)
        if not members:
            raise ValueError("A committee has no members. Expected at least one network.")
        self.members = nn.ModuleList(members)

    @property
    def networks(self) -> tuple[Network, ...]:
        """Its members, to be taught one after the other."""
        return tuple(member for member in self.members if isinstance(member, Network))

    @property
    def modalities(self) -> tuple[Modality, ...]:
        """What its members listen to."""
        return self.networks[0].modalities

    def forward(self, batch: Batch) -> Output:
        """Shape: a batch of B -> logarithms of mean probabilities (B, C)."""
        scores = torch.stack([member(batch).logits.softmax(dim=1) for member in self.networks])  # (members, B, C)
        return Output(scores.mean(dim=0).clamp(min=1e-12).log())

    def blank(self, m: Modality) -> np.ndarray:
        """As any member has it. Shape: (1, ...) zeros."""
        return self.networks[0].blank(m)
