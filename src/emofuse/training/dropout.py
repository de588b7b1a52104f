"""Modalities go missing on purpose, in training batches only: functions from batch to batch.

A network of several modalities that never missed one leans on the easiest. B: batch.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType

import torch

from emofuse.core.errors import UnknownName
from emofuse.core.modality import Modality
from emofuse.network import Batch
from emofuse.training.augment import Augment


def missing(share: float = 0.3) -> Augment:
    """Each modality of each clip is taken away with a probability of `share`; a clip that would lose all keeps what it has.

    Neverova, Wolf, Taylor, Nebout 2016, "ModDrop".

    Args:
        share: From 0 (nothing is taken) to 1 (only clips that would lose everything keep it).
    """

    def drop(batch: Batch, generator: torch.Generator) -> Batch:
        modalities = sorted(batch.inputs)
        there = torch.stack([batch.present[m] for m in modalities])  # (modalities, B)
        left = there & (torch.rand(there.shape, generator=generator) >= share)
        left = torch.where(left.any(dim=0), left, there)
        present = dict(zip(modalities, left, strict=True))
        return Batch(_zeroed(batch.inputs, present), present, batch.target)

    return drop


def noise() -> Augment:
    """The batch, and once more for each modality with noise in its place; the network is not told which is noise.

    Chumachenko, Iosifidis, Gabbouj 2022, section III-D: sound and picture, sound and noise, noise and picture.
    Differences: any number of modalities; what was absent before stays absent. A batch becomes 1 + modalities times as long.
    """

    def mask(batch: Batch, generator: torch.Generator) -> Batch:
        modalities = sorted(batch.inputs)
        parts = [dict(batch.inputs)]
        for m in modalities if len(modalities) > 1 else ():
            drawn = torch.randn(batch.inputs[m].shape, generator=generator).to(batch.inputs[m])
            heard = _zeroed({m: drawn}, {m: batch.present[m]})
            parts.append({**batch.inputs, **heard})
        return _one_after_the_other([Batch(inputs, dict(batch.present), batch.target) for inputs in parts])

    return mask


def soft_hard() -> Augment:
    """The batch, once more with every modality fainter, and once for each modality without it.

    Chumachenko, Iosifidis, Gabbouj 2022, section III-D: sound times c and picture times 1 - c, c from 0 to 1 for each clip;
    no picture; no sound. Differences: any number of modalities, whose shares are drawn evenly from all that sum to one;
    who is taken away whole is flagged as absent, as everywhere here. A batch becomes 2 + modalities times as long.
    """

    def mask(batch: Batch, generator: torch.Generator) -> Batch:
        modalities = sorted(batch.inputs)
        if len(modalities) < 2:
            return batch
        spaces = -torch.rand(len(batch), len(modalities), generator=generator).clamp(min=1e-9).log()
        shares = spaces / spaces.sum(dim=1, keepdim=True)  # even over the simplex: (c, 1 - c) for two
        soft = {m: batch.inputs[m] * _along(shares[:, i], batch.inputs[m]) for i, m in enumerate(modalities)}
        parts = [Batch(dict(batch.inputs), dict(batch.present), batch.target), Batch(soft, dict(batch.present), batch.target)]
        for m in modalities:
            others = torch.stack([batch.present[o] for o in modalities if o != m]).any(dim=0)
            present = {**batch.present, m: batch.present[m] & ~others}  # who is alone stays
            parts.append(Batch(_zeroed(batch.inputs, present), present, batch.target))
        return _one_after_the_other(parts)

    return mask


WAYS: Mapping[str, Callable[[], Augment] | None] = MappingProxyType(
    {"none": None, "zero": missing, "noise": noise, "soft-hard": soft_hard},
)
"""By the names of Chumachenko et al. 2022: nothing goes missing, zeros, noise in its place, fainter and away."""


def going(how: float | str | Augment) -> Augment | None:
    """How modalities go missing: a share of them, a way by its name, or what happens to batches as it is; None for not at all.

    Raises:
        UnknownName: A way that does not exist.
    """
    if isinstance(how, str):
        if how not in WAYS:
            raise UnknownName(f"Unknown way for modalities to go missing '{how}'. Known: {', '.join(WAYS)}; choose one, or name a share.")
        way = WAYS[how]
        return None if way is None else way()
    if callable(how):
        return how
    return missing(how) if how else None


def _zeroed(inputs: Mapping[Modality, torch.Tensor], present: Mapping[Modality, torch.Tensor]) -> dict[Modality, torch.Tensor]:
    """Zeros where nothing is. Shape: {m: (B, T, ...)}, {m: (B,)} -> {m: (B, T, ...)}."""
    return {m: x.masked_fill(_along(~present[m], x), 0.0) for m, x in inputs.items()}


def _along(rows: torch.Tensor, like: torch.Tensor) -> torch.Tensor:
    """A number a clip, so that it meets all of the clip. Shape: (B,) -> (B, 1, ...)."""
    return rows.reshape(-1, *[1] * (like.ndim - 1))


def _one_after_the_other(parts: list[Batch]) -> Batch:
    targets = [part.target for part in parts if part.target is not None]
    return Batch(
        {m: torch.cat([part.inputs[m] for part in parts]) for m in parts[0].inputs},
        {m: torch.cat([part.present[m] for part in parts]) for m in parts[0].present},
        torch.cat(targets) if targets else None,
    )
