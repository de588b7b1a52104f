"""Convolutions stacked over a small grey face: one vector a face.

Kanafin, Myrzakhmet, Kuanysh 2024, figures 10 and 13: CNN-1, pairs of convolutions as in Arriaga, Valdenegro-Toro, Plöger 2017,
with dropout after each stage; and CNN-2, one convolution a stage. Difference: the paper tells the sums of parameters and not
the widths, so that ours are chosen to come near these sums.
B: batch, T: faces in a clip, H: height and width, D: width of the vector.
"""

from collections.abc import Sequence

import torch
from torch import nn
from torch.nn import functional as F

from emofuse.encoders.base import Encoder

SMALLEST = 3  # pixels that are left of a face of 48 after four stages, which halve it


class StackedConvolutions(Encoder):
    """A vector for each face, from its grey levels.

    Args:
        widths: Channels of each stage, which ends in a maximum over two by two pixels.
        depth: Convolutions of a stage.
        kernel: Of the first stage's convolutions, in pixels; the others have 3.
        hidden: Width of the layer after the last stage.
        leak: Slope of the activation below zero; 0 for a ReLU.
        dropout: Share of channels that are dropped after each stage while training.
    """

    def __init__(
        self,
        widths: Sequence[int] = (32, 64, 128, 256),
        depth: int = 2,
        kernel: int = 3,
        hidden: int = 256,
        leak: float = 0.0,
        dropout: float = 0.25,
    ) -> None:
        super().__init__()
        self.takes, self.leak = (48, 48), leak
        self.mid_dim = self.dim = hidden
        layers: list[nn.Module] = []
        inputs = 1
        for stage, width in enumerate(widths):
            size = kernel if stage == 0 else 3
            for _ in range(depth):
                layers += [nn.Conv2d(inputs, width, size, padding=size // 2, bias=False), nn.BatchNorm2d(width), nn.LeakyReLU(leak)]
                inputs = width
            layers += [nn.MaxPool2d(2), nn.Dropout2d(dropout)]
        self.stages = nn.Sequential(*layers)
        self.pool = nn.AdaptiveAvgPool2d(SMALLEST)
        self.join = nn.Linear(inputs * SMALLEST**2, hidden)
        self.norm = nn.BatchNorm1d(hidden)

    def early(self, x: torch.Tensor) -> torch.Tensor:
        """Shape: (B, T, H, H), H at least 16 -> (B, T, D)."""
        faces = x.flatten(0, 1)[:, None].contiguous(memory_format=torch.channels_last)  # (B * T, 1, H, H)
        h = self.pool(self.stages(faces)).flatten(1)
        vectors = F.leaky_relu(self.norm(self.join(h)), self.leak)
        return vectors.reshape(-1, x.shape[1], self.dim)
