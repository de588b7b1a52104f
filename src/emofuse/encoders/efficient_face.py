"""EfficientFace over time: a light network a face, then convolutions over the faces.

Zhao, Liu, Wang 2021, "Robust lightweight facial expression recognition network with label distribution training": ShuffleNet
V2 units (Ma et al. 2018), with a branch that looks at each quarter of the face and a modulator (attention over channels and
places) that joins after the first stage. Chumachenko, Iosifidis, Gabbouj 2022 put four convolutions over time behind it, the
seam after the second; they feed 15 faces of 224x224 in colour.
Differences: faces of any side that is a multiple of 32; grey ones, too, as three equal colours.
B: batch, T: faces, C: channels, S: side, D: width.
"""

import torch
from torch import nn
from torch.nn import functional as F

from emofuse.encoders.base import Encoder

CHANNELS = (29, 116, 232, 464, 1024)  # of the stem, three stages and the last convolution
REPEATS = (4, 8, 4)  # units of each stage
NARROWER = 16  # times, inside the modulator
GREY_SIDE = 64  # pixels to which small grey crops are blown up


class EfficientFace(Encoder):
    """A sequence of vectors from colour faces.

    Args:
        side: Of the faces, in pixels: a multiple of 32.

    Raises:
        ValueError: Another side.
    """

    def __init__(self, side: int = 224) -> None:
        super().__init__()
        if side % 32:
            raise ValueError(f"Faces of {side} pixels cannot be halved five times. Expected a multiple of 32, such as 224.")
        self.takes = (3, side, side)
        self.mid_dim, self.dim = 64, 128
        stem, first, second, third, last = CHANNELS
        self.stem = nn.Sequential(*_convolved(3, stem, 3, 2), nn.MaxPool2d(3, 2, padding=1))  # S / 4
        self.stages = nn.ModuleList(
            nn.Sequential(Unit(inputs, outputs, 2), *(Unit(outputs, outputs, 1) for _ in range(times - 1)))
            for inputs, outputs, times in zip((stem, first, second), (first, second, third), REPEATS, strict=True)
        )
        self.quarters = Quarters(stem, first)
        self.modulator = Modulator(first)
        self.last = nn.Sequential(*_convolved(third, last, 1, 1))
        self.over_time = nn.Sequential(*_step(last, 64), *_step(64, self.mid_dim))
        self.over_time_late = nn.Sequential(*_step(self.mid_dim, self.dim), *_step(self.dim, self.dim))

    def early(self, x: torch.Tensor) -> torch.Tensor:
        """Shape: (B, T, 3, S, S) -> (B, T, mid_dim)."""
        batch, time = x.shape[:2]
        begun = self.stem(x.flatten(0, 1))
        seen = self.modulator(self.stages[0](begun)) + self.quarters(begun)  # (B T, C, S / 8, S / 8)
        vectors = self.last(self.stages[2](self.stages[1](seen))).mean(dim=(2, 3)).unflatten(0, (batch, time))
        h: torch.Tensor = self.over_time(vectors.transpose(1, 2))
        return h.transpose(1, 2)

    def late(self, h: torch.Tensor) -> torch.Tensor:
        """Shape: (B, T, mid_dim) -> (B, T, D)."""
        x: torch.Tensor = self.over_time_late(h.transpose(1, 2))
        return x.transpose(1, 2)


class GreyEfficientFace(EfficientFace):
    """The same over small grey crops: three equal colours, blown up to a side that can be halved five times.

    Args:
        crop: Side of the crops, in pixels.
    """

    def __init__(self, crop: int = 48) -> None:
        super().__init__(GREY_SIDE)
        self.takes = (crop, crop)

    def early(self, x: torch.Tensor) -> torch.Tensor:
        """Shape: (B, T, S, S) -> (B, T, mid_dim)."""
        larger = F.interpolate(x, size=(GREY_SIDE, GREY_SIDE), mode="bilinear", align_corners=False)  # faces of a clip as if channels
        return super().early(larger[:, :, None].expand(-1, -1, 3, -1, -1))


class Unit(nn.Module):
    """ShuffleNet V2's unit: half of the channels pass, half are worked on, and they are shuffled.

    With a step of 2 both halves see all channels, and the picture is halved.
    """

    def __init__(self, inputs: int, outputs: int, step: int) -> None:
        super().__init__()
        half = outputs // 2
        self.passed = nn.Sequential(*_deep(inputs, 3, step), *_convolved(inputs, half, 1, 1)) if step > 1 else None
        self.worked = nn.Sequential(
            *_convolved(inputs if step > 1 else half, half, 1, 1), *_deep(half, 3, step), *_convolved(half, half, 1, 1)
        )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Shape: (N, inputs, S, S) -> (N, outputs, S / step, S / step)."""
        left, right = (self.passed(x), x) if self.passed is not None else x.chunk(2, dim=1)
        # Shuffled: one channel of each half in turn, so that the next unit works on both.
        return torch.stack([left, self.worked(right)], dim=2).flatten(1, 2)


class Quarters(nn.Module):
    """Each quarter of a face through depthwise convolutions of its own. Shape: (N, inputs, S, S) -> (N, outputs, S / 2, S / 2)."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.parts = nn.ModuleList(
            nn.Sequential(
                nn.Conv2d(inputs, outputs, 3, 2, padding=1, groups=inputs, bias=False),
                nn.BatchNorm2d(outputs),
                nn.ReLU(),
                *_deep(outputs, 3, 1),
                nn.ReLU(),
            )
            for _ in range(4)
        )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Shape: (N, inputs, S, S) -> (N, outputs, S / 2, S / 2)."""
        rows = [half.chunk(2, dim=3) for half in x.chunk(2, dim=2)]
        parts = [part(quarter) for part, quarter in zip(self.parts, (q for row in rows for q in row), strict=True)]
        return torch.cat([torch.cat(parts[:2], dim=3), torch.cat(parts[2:], dim=3)], dim=2)


class Modulator(nn.Module):
    """What to look at: a sigmoid of attention over channels times attention over places. Shape: (N, C, S, S) -> the same."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        few = channels // NARROWER
        self.channels = nn.Sequential(nn.Linear(channels, few), nn.BatchNorm1d(few), nn.ReLU(), nn.Linear(few, channels))
        wide = [layer for _ in range(2) for layer in (nn.Conv2d(few, few, 3, padding=4, dilation=4), nn.BatchNorm2d(few), nn.ReLU())]
        self.places = nn.Sequential(nn.Conv2d(channels, few, 1), nn.BatchNorm2d(few), nn.ReLU(), *wide, nn.Conv2d(few, 1, 1))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Shape: (N, C, S, S) -> the same."""
        attention = (self.channels(x.mean(dim=(2, 3)))[:, :, None, None] * self.places(x)).sigmoid()
        scaled: torch.Tensor = attention * x
        return scaled


def _convolved(inputs: int, outputs: int, size: int, step: int) -> tuple[nn.Module, ...]:
    return nn.Conv2d(inputs, outputs, size, step, padding=size // 2, bias=False), nn.BatchNorm2d(outputs), nn.ReLU()


def _deep(channels: int, size: int, step: int) -> tuple[nn.Module, ...]:
    """A convolution a channel."""
    return nn.Conv2d(channels, channels, size, step, padding=size // 2, groups=channels, bias=False), nn.BatchNorm2d(channels)


def _step(inputs: int, outputs: int) -> tuple[nn.Module, ...]:
    """Over time. Shape: (B, inputs, T) -> (B, outputs, T)."""
    return nn.Conv1d(inputs, outputs, 3, padding=1), nn.BatchNorm1d(outputs), nn.ReLU()
