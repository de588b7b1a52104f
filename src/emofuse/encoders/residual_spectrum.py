"""Residual network over a log-mel spectrum, then attention over time: one vector a window of speech.

He, Zhang, Ren, Sun 2016 (basic blocks); Okabe, Koshinaka, Shinoda 2018 (attentive statistics pooling, equations 4 to 6).
Differences: wide first steps in both axes, so that a window of three seconds costs a few milliseconds without an accelerator;
every window is brought to one loudness, so that distance from the microphone is not taken for emotion.
B: batch, F: frames, M: mel bands, T: frames after the convolutions, D: width.
"""

import torch
from torch import nn
from torch.nn import functional as F

from emofuse.encoders.base import Encoder

REACH = 60.0  # dB under a window's loudest point, below which it is taken for the room
SPREAD = 15.0  # dB; about the standard deviation of speech within that reach


class Block(nn.Module):
    """Two 3x3 convolutions that halve both axes, beside a shortcut. Shape: (N, inputs, F, M) -> (N, outputs, F / 2, M / 2)."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(inputs, outputs, 3, 2, padding=1, bias=False)
        self.first_norm = nn.BatchNorm2d(outputs)
        self.second = nn.Conv2d(outputs, outputs, 3, padding=1, bias=False)
        self.second_norm = nn.BatchNorm2d(outputs)
        self.shortcut = nn.Conv2d(inputs, outputs, 1, 2, bias=False)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Shape: (N, inputs, F, M) -> (N, outputs, F / 2, M / 2)."""
        h = F.relu(self.first_norm(self.first(x)))
        return F.relu(self.second_norm(self.second(h)) + self.shortcut(x))


class ResidualSpectrum(Encoder):
    """A vector for each window of speech, from its log-mel spectrum in decibels.

    The seam is before the pooling over time: a sequence that other modalities can be told about.

    Args:
        bands: Mel bands, a multiple of 8.
        channels: Of the stem; the blocks have twice and four times as many.
        width: Of the sequence at the seam; the vector is twice as wide.
        attention: Hidden width of the attention over time.
        frames: Heard of a longer spectrum, around its middle; None for all. What has learnt from three seconds is worse at four.
    """

    def __init__(self, bands: int = 80, channels: int = 24, width: int = 128, attention: int = 64, frames: int | None = None) -> None:
        super().__init__()
        self.takes, self.frames = (bands,), frames
        self.mid_dim, self.dim = width, 2 * width
        self.stem = nn.Sequential(
            nn.Conv2d(1, channels, (7, 5), (4, 2), (3, 2), bias=False), nn.BatchNorm2d(channels), nn.ReLU()
        )  # (N, channels, F / 4, M / 2)
        self.blocks = nn.Sequential(Block(channels, 2 * channels), Block(2 * channels, 4 * channels))
        self.joined = nn.Sequential(nn.Conv1d(4 * channels * (bands // 8), width, 1, bias=False), nn.BatchNorm1d(width), nn.ReLU())
        self.attention = nn.Sequential(nn.Conv1d(width, attention, 1), nn.Tanh(), nn.Conv1d(attention, width, 1))
        self.norm = nn.BatchNorm1d(2 * width)

    def early(self, x: torch.Tensor) -> torch.Tensor:
        """Shape: (B, F, M) decibels -> (B, T, mid_dim)."""
        if self.frames is not None and x.shape[1] > self.frames:
            first = (x.shape[1] - self.frames) // 2
            x = x[:, first : first + self.frames]
        maps = self.blocks(self.stem(levelled(x)[:, None].contiguous(memory_format=torch.channels_last)))  # (B, channels, T, M / 8)
        sequence: torch.Tensor = self.joined(maps.permute(0, 1, 3, 2).flatten(1, 2))  # (B, width, T)
        return sequence.transpose(1, 2)

    def late(self, h: torch.Tensor) -> torch.Tensor:
        """Weighted mean and spread over time. Shape: (B, T, mid_dim) -> (B, 1, D)."""
        x = h.transpose(1, 2).float()  # (B, width, T); sums of squares need full precision
        weight = self.attention(h.transpose(1, 2)).float().softmax(dim=2)
        mean = (weight * x).sum(dim=2)
        spread = ((weight * x * x).sum(dim=2) - mean * mean).clamp(min=1e-4).sqrt()
        vector: torch.Tensor = self.norm(torch.cat([mean, spread], dim=1))
        return vector[:, None]


def levelled(x: torch.Tensor) -> torch.Tensor:
    """A window's decibels above its own floor, around its own mean, in units of speech's spread. Shape: (B, F, M) -> the same."""
    heard = torch.maximum(x, x.amax(dim=(1, 2), keepdim=True) - REACH)
    return (heard - heard.mean(dim=(1, 2), keepdim=True)) / SPREAD
