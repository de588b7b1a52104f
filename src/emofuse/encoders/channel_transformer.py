"""A small transformer over channels: each electrode asks the others what they have, moment by moment.

Vaswani et al. 2017, "Attention is all you need"; channels as words, as Song et al. 2022, "EEG Conformer", have moments as words.
A channel's features are one word, to which is added where on the head it is, learnt. Columns are standardised by what is usual where
it learns, as in `scaled_mlp`.
B: batch, T: time steps, C: channels, F: features of a channel, D: width.
"""

import torch
from torch import nn

from emofuse.encoders.base.standardised import Standardised


class ChannelTransformer(Standardised):
    """A vector for each time step, from all channels of it.

    Args:
        channels: How many; all features of the first channel come first.
        features: Of each channel.
        width: Of a word, and of the sequence.
        heads: Of the attention.
        layers: Each an attention and a small network.
        dropout: Within each.
    """

    def __init__(
        self, channels: int = 4, features: int = 5, width: int = 32, heads: int = 4, layers: int = 2, dropout: float = 0.2
    ) -> None:
        super().__init__(channels * features)
        self.takes, self.sizes = (channels * features,), (channels, features)
        self.mid_dim = self.dim = width
        self.word, self.place = nn.Linear(features, width), nn.Parameter(torch.randn(channels, width) * 0.1)
        self.layers = nn.ModuleList(
            nn.TransformerEncoderLayer(width, heads, 2 * width, dropout, "gelu", batch_first=True, norm_first=True) for _ in range(layers)
        )
        self.above = nn.Sequential(nn.LayerNorm(width), nn.Linear(width, width), nn.GELU(), nn.Dropout(dropout))

    def early(self, x: torch.Tensor) -> torch.Tensor:
        """Shape: (B, T, C * F) -> (B, T, mid_dim)."""
        scaled = self.scaled(x)
        words = self.word(scaled.reshape(-1, *self.sizes)) + self.place  # (B * T, C, D)
        for layer in self.layers:
            words = layer(words)
        h: torch.Tensor = words.mean(dim=1).reshape(x.shape[0], -1, self.mid_dim)
        return h

    def late(self, h: torch.Tensor) -> torch.Tensor:
        """Shape: (B, T, mid_dim) -> (B, T, D)."""
        vectors: torch.Tensor = self.above(h)
        return vectors
