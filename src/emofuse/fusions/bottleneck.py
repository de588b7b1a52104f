"""Bottleneck tokens: modalities exchange what passes through a few tokens, and nothing else.

Nagrani, Yang, Arnab, Jansen, Schmid, Sun 2021, "Attention bottlenecks for multimodal fusion", section 3.2: in each layer every
modality's steps attend to themselves and to the shared tokens; the tokens are then averaged over the modalities.
Differences: behind encoders rather than in place of them, with two narrow layers; the average is over the modalities that
are there; a modality is read from the mean of its steps, as it has no class token, and the answer is the mean of their logits.
B: batch, T: time steps, D: width, C: classes.
"""

from collections.abc import Mapping

import torch
from torch import nn

from emofuse.core.modality import Modality
from emofuse.fusions.base import Fusion, Output, Tensors, blanked, share_of_present


class Bottleneck(Fusion):
    """Self-attention a modality, with tokens through which they meet.

    Args:
        dims: Width of each modality's sequence.
        classes: How many labels.
        tokens: How many pass between modalities in a layer.
        width: To which every sequence is brought.
        layers: How often tokens are exchanged.
        heads: Of attention.
        dropout: In the layers, while training.
    """

    def __init__(
        self,
        dims: Mapping[Modality, int],
        classes: int,
        tokens: int = 4,
        width: int = 64,
        layers: int = 2,
        heads: int = 4,
        dropout: float = 0.0,
    ) -> None:
        super().__init__()
        self.order, self.count = sorted(dims), tokens
        self.inputs = nn.ModuleDict({str(m): nn.Linear(dims[m], width) for m in self.order})
        self.tokens = nn.Parameter(0.02 * torch.randn(1, tokens, width))
        self.layers = nn.ModuleList(
            nn.ModuleDict(
                {
                    str(m): nn.TransformerEncoderLayer(
                        width, heads, 2 * width, dropout, activation="gelu", batch_first=True, norm_first=True
                    )
                    for m in self.order
                }
            )
            for _ in range(layers)
        )
        self.norm, self.head = nn.LayerNorm(width), nn.Linear(width, classes)

    def forward(self, late: Tensors, present: Tensors) -> Output:
        """Shape: {m: (B, T, D)}, {m: (B,)} -> logits (B, C); each modality's own logits beside."""
        steps = blanked(late, present)
        streams = {m: self.inputs[str(m)](steps[m]) for m in self.order}
        shared = self.tokens.expand(len(next(iter(steps.values()))), -1, -1)
        share = share_of_present(present, self.order, shared)  # (B, M)
        for layer in self.layers:
            assert isinstance(layer, nn.ModuleDict)
            seen = {m: layer[str(m)](torch.cat([shared, streams[m]], dim=1)) for m in self.order}
            streams = {m: seen[m][:, self.count :] for m in self.order}
            met = torch.stack([seen[m][:, : self.count] for m in self.order], dim=1)  # (B, M, tokens, width)
            shared = (share[:, :, None, None] * met).sum(dim=1)
        members = {m: self.head(self.norm(streams[m]).mean(dim=1)) for m in self.order}
        logits = torch.stack([members[m] for m in self.order], dim=1)
        return Output((share[:, :, None] * logits).sum(dim=1), members)
