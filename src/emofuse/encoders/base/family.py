"""What a family of pretrained models is: what they are given, and where in what they say the vectors are."""

from typing import Any, Protocol

import torch


class Family(Protocol):
    """How models of a kind are asked. The model itself is the encoder's."""

    @property
    def takes(self) -> tuple[int, ...]:
        """Shape of one time step."""

    @property
    def dim(self) -> int:
        """Width of the vectors."""

    @property
    def filler(self) -> float | None:
        """What rows are filled up with, where they are."""

    def __call__(self, model: Any, x: torch.Tensor) -> torch.Tensor:  # whatever transformers makes of it
        """Shape: (B, T, ...) -> (B, T', D)."""
