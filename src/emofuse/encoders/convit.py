"""ConViT: a transformer over patches of a face, whose first layers begin as convolutions and may become something else.

d'Ascoli, Touvron, Leavitt, Morcos, Biroli, Sagun 2021, "ConViT: improving vision transformers with soft convolutional inductive
biases", section 3 (gated positional self-attention) and table 1 (tiny: 4 heads of 48, ten gated layers and two plain ones).
Differences: grey pictures of any size are brought to `size`; no stochastic depth.
B: batch, T: faces in a clip, N: B x T, H: height and width, P: patches, D: width.
"""

import torch
from torch import nn
from torch.nn import functional as F

from emofuse.encoders.base import Encoder


class GatedPositions(nn.Module):
    """Attention by what patches hold and by where they lie, mixed by a gate a head (equation 7).

    At the beginning each head looks at one neighbour, as one weight of a convolution does (equations 4 and 8).

    Args:
        width: Of the vectors.
        heads: The largest square number among them looks at a square of neighbours; further heads look in their order, too.
        side: Patches along one side.
        locality: How sharply each head looks at its neighbour at the beginning.
    """

    def __init__(self, width: int, heads: int, side: int, locality: float = 1.0) -> None:
        super().__init__()
        self.heads = heads
        self.asked = nn.Linear(width, 2 * width, bias=False)
        self.value = nn.Linear(width, width)
        self.out = nn.Linear(width, width)
        self.positions = nn.Linear(3, heads)
        self.gate = nn.Parameter(torch.ones(heads))
        across = torch.arange(side)
        y, x = torch.meshgrid(across, across, indexing="ij")
        dx, dy = (x.flatten()[None] - x.flatten()[:, None]).float(), (y.flatten()[None] - y.flatten()[:, None]).float()
        self.register_buffer("offsets", torch.stack([dx, dy, dx**2 + dy**2], dim=-1), persistent=False)  # (P, P, 3)
        with torch.no_grad():
            nn.init.eye_(self.value.weight)
            kernel = max(int(heads**0.5), 1)
            for head in range(heads):
                at_x, at_y = head % kernel - (kernel - 1) / 2, head // kernel - (kernel - 1) / 2
                self.positions.weight[head] = torch.tensor([2 * at_x, 2 * at_y, -1.0]) * locality
                self.positions.bias[head] = 0

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Shape: (N, P, D) -> (N, P, D)."""
        n, p, d = x.shape
        query, key = self.asked(x).reshape(n, p, 2, self.heads, d // self.heads).permute(2, 0, 3, 1, 4)  # (N, heads, P, D / heads)
        by_content = (query @ key.transpose(-1, -2) * (d // self.heads) ** -0.5).softmax(-1)
        by_place = self.positions(self.offsets).permute(2, 0, 1).softmax(-1)  # (heads, P, P)
        gate = self.gate.sigmoid()[:, None, None]
        weights = (1 - gate) * by_content + gate * by_place
        values = self.value(x).reshape(n, p, self.heads, -1).transpose(1, 2)
        mixed: torch.Tensor = self.out((weights.to(values.dtype) @ values).transpose(1, 2).reshape(n, p, d))
        return mixed


class Layer(nn.Module):
    """Attention and two dense layers, each beside a shortcut. Shape: (N, P, D) -> (N, P, D)."""

    def __init__(self, width: int, heads: int, side: int | None) -> None:
        super().__init__()
        self.first, self.second = nn.LayerNorm(width), nn.LayerNorm(width)
        self.gated = None if side is None else GatedPositions(width, heads, side)
        self.plain = nn.MultiheadAttention(width, heads, batch_first=True) if side is None else None
        self.dense = nn.Sequential(nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Shape: (N, P, D) -> (N, P, D)."""
        h = self.first(x)
        if self.gated is not None:
            x = x + self.gated(h)
        else:
            assert self.plain is not None
            x = x + self.plain(h, h, h, need_weights=False)[0]
        out: torch.Tensor = x + self.dense(self.second(x))
        return out


class Convit(Encoder):
    """A vector for each face, from its grey levels.

    Args:
        size: What faces are brought to, in pixels a side; a multiple of `patch`.
        patch: Pixels a side of a patch.
        width: Of the vectors.
        heads: Of every layer.
        layers: Gated ones, and plain ones after them.

    Raises:
        ValueError: A size that is no multiple of the patch.
    """

    def __init__(self, size: int = 48, patch: int = 16, width: int = 192, heads: int = 4, layers: tuple[int, int] = (10, 2)) -> None:
        super().__init__()
        if size % patch:
            raise ValueError(f"Faces of {size} pixels cannot be cut into patches of {patch}.")
        self.takes, self.size = (48, 48), size
        self.mid_dim = self.dim = width
        side = size // patch
        self.patches = nn.Conv2d(1, width, patch, patch)
        self.place = nn.Parameter(torch.randn(1, side**2, width) * 0.02)
        self.mark = nn.Parameter(torch.randn(1, 1, width) * 0.02)
        self.gated = nn.Sequential(*(Layer(width, heads, side) for _ in range(layers[0])))
        self.plain = nn.Sequential(*(Layer(width, heads, None) for _ in range(layers[1])))
        self.norm = nn.LayerNorm(width)

    def early(self, x: torch.Tensor) -> torch.Tensor:
        """Shape: (B, T, H, H) -> (B, T, D)."""
        faces = x.flatten(0, 1)[:, None]  # (N, 1, H, H)
        if faces.shape[-1] != self.size:
            faces = F.interpolate(faces, (self.size, self.size), mode="bilinear", align_corners=False)
        h = self.gated(self.patches(faces).flatten(2).transpose(1, 2) + self.place)  # (N, P, D)
        h = self.plain(torch.cat([self.mark.expand(h.shape[0], -1, -1).to(h.dtype), h], dim=1))
        vectors: torch.Tensor = self.norm(h[:, 0])
        return vectors.reshape(-1, x.shape[1], self.dim)
