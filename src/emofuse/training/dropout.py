"""Modalities go missing on purpose, in training batches only: a function from batch to batch.

Neverova, Wolf, Taylor, Nebout 2016, "ModDrop". A network of several modalities that never missed one leans on the easiest.
"""

import torch

from emofuse.network import Batch
from emofuse.training.augment import Augment


def missing(share: float = 0.3) -> Augment:
    """Each modality of each clip is taken away with a probability of `share`; a clip that would lose all keeps what it has.

    Args:
        share: From 0 (nothing is taken) to 1 (only clips that would lose everything keep it).
    """

    def drop(batch: Batch, generator: torch.Generator) -> Batch:
        modalities = sorted(batch.inputs)
        there = torch.stack([batch.present[m] for m in modalities])  # (modalities, B)
        left = there & (torch.rand(there.shape, generator=generator) >= share)
        left = torch.where(left.any(dim=0), left, there)
        inputs, present = dict(batch.inputs), dict(zip(modalities, left, strict=True))
        for m in modalities:
            absent = ~present[m].reshape(-1, *[1] * (inputs[m].ndim - 1))
            inputs[m] = inputs[m].masked_fill(absent, 0.0)
        return Batch(inputs, present, batch.target)

    return drop
