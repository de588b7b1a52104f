"""What happens to training batches, and to nothing else: functions from batch to batch.

Each takes the generator it draws from. B: batch, T: time steps, H: height and width, C: classes.
"""

import math
from collections.abc import Callable
from dataclasses import replace

import torch
from torch.nn import functional as F

from emofuse.core.modality import Modality
from emofuse.network import Batch

Augment = Callable[[Batch, torch.Generator], Batch]

FLOOR = 60.0  # dB under a window's loudest point; what is below is the room


def chained(*steps: Augment) -> Augment:
    """One after the other."""

    def all_steps(batch: Batch, generator: torch.Generator) -> Batch:
        for step in steps:
            batch = step(batch, generator)
        return batch

    return all_steps


def moved_faces(degrees: float = 15, scale: float = 0.15, shift: float = 0.08, crop: int | None = None) -> Augment:
    """Faces mirrored, turned, scaled and shifted at random, each on its own; borders are continued.

    Args:
        degrees: Turned by up to this, either way.
        scale: Grown or shrunk by up to this share.
        shift: Moved by up to this share of the width and of the height.
        crop: Only so many pixels around the middle are kept, at the same scale; None for all.
    """

    def move(batch: Batch, generator: torch.Generator) -> Batch:
        faces = batch.inputs[Modality.VIDEO]  # (B, T, H, H)
        count = len(faces)

        def between(low: float, high: float) -> torch.Tensor:
            return torch.empty(count).uniform_(low, high, generator=generator)

        angle = between(-degrees, degrees) * math.pi / 180
        kept = crop or faces.shape[-1]
        size = between(1 - scale, 1 + scale) * faces.shape[-1] / kept
        side = (torch.rand(count, generator=generator) < 0.5).float() * 2 - 1
        x = torch.stack([side * angle.cos() / size, -angle.sin() / size, between(-2 * shift, 2 * shift)], dim=1)
        y = torch.stack([side * angle.sin() / size, angle.cos() / size, between(-2 * shift, 2 * shift)], dim=1)
        grid = F.affine_grid(torch.stack([x, y], dim=1), [count, 1, kept, kept], align_corners=False)
        faces = F.grid_sample(faces, grid, align_corners=False, padding_mode="border")
        return replace(batch, inputs={**batch.inputs, Modality.VIDEO: faces})

    return move


def relit_faces(contrast: float = 0.2, brightness: float = 0.2) -> Augment:
    """Contrast multiplied and brightness shifted at random, in units of a face's spread."""

    def relight(batch: Batch, generator: torch.Generator) -> Batch:
        faces = batch.inputs[Modality.VIDEO]
        gain = 1 + contrast * (2 * torch.rand(len(faces), 1, 1, 1, generator=generator) - 1)
        offset = brightness * (2 * torch.rand(len(faces), 1, 1, 1, generator=generator) - 1)
        return replace(batch, inputs={**batch.inputs, Modality.VIDEO: faces * gain + offset})

    return relight


def covered_faces(share: float = 0.5, largest: int = 20) -> Augment:
    """A rectangle of a random size is set to the face's mean, in `share` of the faces (DeVries, Taylor 2017, cutout)."""

    def cover(batch: Batch, generator: torch.Generator) -> Batch:
        faces = batch.inputs[Modality.VIDEO]
        count, side = len(faces), faces.shape[-1]
        middle = torch.rand(count, 2, generator=generator) * side
        half = torch.rand(count, 2, generator=generator) * largest / 2
        half = half * (torch.rand(count, 1, generator=generator) < share)
        at = torch.arange(float(side))
        rows = (at[None] - middle[:, :1]).abs() < half[:, :1]  # (B, H)
        columns = (at[None] - middle[:, 1:]).abs() < half[:, 1:]  # (B, H)
        hidden = rows[:, :, None] & columns[:, None, :]  # (B, H, H)
        return replace(batch, inputs={**batch.inputs, Modality.VIDEO: faces.masked_fill(hidden[:, None], 0.0)})

    return cover


def mixed(strength: float = 0.2, share: float = 1.0) -> Augment:
    """Two examples blended, and their targets with them (Zhang et al. 2018, mixup), in `share` of the batches.

    Args:
        strength: Both parameters of the beta distribution that the blend is drawn from.
        share: Share of batches that are blended.
    """

    def mix(batch: Batch, generator: torch.Generator) -> Batch:
        assert batch.target is not None
        if torch.rand((), generator=generator) >= share:
            return batch
        gammas = torch._standard_gamma(torch.full((2,), strength), generator=generator)
        weight = float(gammas[0] / gammas.sum().clamp_min(1e-12))
        other = torch.randperm(len(batch), generator=generator)
        inputs = {m: weight * x + (1 - weight) * x[other] for m, x in batch.inputs.items()}
        present = {m: flags & flags[other] for m, flags in batch.present.items()}
        return Batch(inputs, present, weight * batch.target + (1 - weight) * batch.target[other])

    return mix


def heard_otherwise(
    frames: int, jitter: int = 22, noise: tuple[float, float] = (35, 90), colour: float = 1.0, warp: float = 0.08, shift: float = 2.0
) -> Augment:
    """A log-mel spectrum cut elsewhere in time, over other noise, through another microphone and another vocal tract.

    Args:
        frames: Kept of each example, around its middle.
        jitter: Frames by which the cut moves, either way.
        noise: Steady noise is this many decibels below the loudest point, drawn from this range.
        colour: Standard deviation, in decibels, of a smooth curve over the bands.
        warp: The band axis is stretched by up to this share (Jaitly, Hinton 2013, vocal tract length perturbation).
        shift: And moved by up to this many bands.

    Shape:
        inputs[audio] (B, F, M) decibels -> (B, frames, M)
    """

    def hear(batch: Batch, generator: torch.Generator) -> Batch:
        x = batch.inputs[Modality.AUDIO]
        count, length, bands = x.shape

        def between(low: float, high: float, *shape: int) -> torch.Tensor:
            return torch.rand(*shape, generator=generator) * (high - low) + low

        room = (length - frames) // 2
        first = (room + torch.randint(-jitter, jitter + 1, (count,), generator=generator)).clamp(0, length - frames)
        x = torch.stack([row[start : start + frames] for row, start in zip(x, first.tolist(), strict=True)])
        floor = x.amax(dim=(1, 2), keepdim=True) - between(*noise, count, 1, 1)
        x = 10 * torch.log10(10 ** (x / 10) + 10 ** (floor / 10))
        curve = torch.randn(count, 1, 5, generator=generator) * colour
        x = x + F.interpolate(curve, size=bands, mode="linear", align_corners=True)
        place = torch.arange(bands) * (1 + between(-warp, warp, count, 1)) + between(-shift, shift, count, 1)
        place = place.clamp(0, bands - 1.001)
        below = place.floor().long()
        part = (place - below)[:, None]  # (B, 1, M)
        index = below[:, None].expand(-1, frames, -1)
        x = x.gather(2, index) * (1 - part) + x.gather(2, index + 1) * part
        return replace(batch, inputs={**batch.inputs, Modality.AUDIO: x})

    return hear


def masked_spectrum(masks: int = 2, bands: float = 0.15, frames: float = 0.12) -> Augment:
    """Stretches of bands and of frames set to the window's mean (Park et al. 2019, SpecAugment).

    Args:
        masks: On each axis.
        bands: A mask covers up to this share of the bands.
        frames: And up to this share of the frames.
    """

    def mask(batch: Batch, generator: torch.Generator) -> Batch:
        x = batch.inputs[Modality.AUDIO]  # (B, F, M)
        x = torch.maximum(x, x.amax(dim=(1, 2), keepdim=True) - FLOOR)
        mean = x.mean(dim=(1, 2), keepdim=True)
        for _ in range(masks):
            for axis, most in ((1, frames), (2, bands)):
                size = x.shape[axis]
                width = torch.rand(len(x), 1, generator=generator) * size * most
                start = torch.rand(len(x), 1, generator=generator) * (size - width)
                at = torch.arange(size)[None]
                hidden = (at >= start) & (at < start + width)  # (B, size)
                x = torch.where(hidden.unsqueeze(3 - axis), mean, x)
        return replace(batch, inputs={**batch.inputs, Modality.AUDIO: x})

    return mask
