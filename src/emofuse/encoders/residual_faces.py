"""Residual network over small grey faces: one vector a face.

He, Zhang, Ren, Sun 2016 (basic blocks), with the average-pooled shortcut of He et al. 2019, "Bag of tricks", figure 2c.
Differences: each 2x2 patch of pixels becomes four channels before the first convolution, so that all arithmetic happens
at half the height and width and below: several times the faces a second on a processor without an accelerator.
It may be taught on smaller crops than it is asked about (Touvron et al. 2019, "Fixing the train-test resolution discrepancy").
B: batch, T: faces in a clip, H: height and width, D: width of the vector.
"""

from collections.abc import Sequence

import torch
from torch import nn
from torch.nn import functional as F

from emofuse.encoders.base import Encoder


class Block(nn.Module):
    """Two 3x3 convolutions beside a shortcut. Shape: (N, inputs, H, H) -> (N, outputs, H / stride, H / stride)."""

    def __init__(self, inputs: int, outputs: int, stride: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(inputs, outputs, 3, stride, padding=1, bias=False)
        self.first_norm = nn.BatchNorm2d(outputs)
        self.second = nn.Conv2d(outputs, outputs, 3, padding=1, bias=False)
        self.second_norm = nn.BatchNorm2d(outputs)
        self.shortcut: nn.Module = nn.Identity()
        if stride > 1 or inputs != outputs:
            pool = nn.AvgPool2d(stride, ceil_mode=True) if stride > 1 else nn.Identity()
            self.shortcut = nn.Sequential(pool, nn.Conv2d(inputs, outputs, 1, bias=False), nn.BatchNorm2d(outputs))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Shape: (N, inputs, H, H) -> (N, outputs, H / stride, H / stride)."""
        h = F.relu(self.first_norm(self.first(x)))
        return F.relu(self.second_norm(self.second(h)) + self.shortcut(x))


class ResidualFaces(Encoder):
    """A vector for each face, from its grey levels.

    Args:
        widths: Channels of each stage; each stage but the first halves height and width.
        depths: Blocks in each stage.
        mirrored: When not training, a face's vector is the mean of its own and its mirror image's.
    """

    def __init__(
        self,
        widths: Sequence[int] = (48, 96, 192, 256),
        depths: Sequence[int] = (1, 2, 2, 1),
        mirrored: bool = True,
    ) -> None:
        super().__init__()
        self.takes = (48, 48)  # or any other even size: the vector is a mean over it
        self.mid_dim = self.dim = widths[-1]
        self.mirrored = mirrored
        self.stem = nn.Sequential(
            nn.PixelUnshuffle(2), nn.Conv2d(4, widths[0], 3, padding=1, bias=False), nn.BatchNorm2d(widths[0]), nn.ReLU()
        )
        before = [widths[0], *widths]
        self.stages = nn.Sequential(
            *(
                Block(inputs if i == 0 else outputs, outputs, stride=2 if i == 0 and stage > 0 else 1)
                for stage, (inputs, outputs, depth) in enumerate(zip(before, widths, depths, strict=False))
                for i in range(depth)
            )
        )

    def early(self, x: torch.Tensor) -> torch.Tensor:
        """Shape: (B, T, H, H), H even -> (B, T, D)."""
        faces = x.flatten(0, 1)[:, None]  # (B * T, 1, H, H)
        if self.mirrored and not self.training:
            both = self._vectors(torch.cat([faces, faces.flip(3)]))
            vectors = both.reshape(2, -1, self.dim).mean(dim=0)
        else:
            vectors = self._vectors(faces)
        return vectors.reshape(-1, x.shape[1], self.dim)

    def _vectors(self, faces: torch.Tensor) -> torch.Tensor:
        """Shape: (N, 1, H, H) -> (N, D)."""
        maps: torch.Tensor = self.stages(self.stem(faces.contiguous(memory_format=torch.channels_last)))
        return maps.mean(dim=(2, 3))
