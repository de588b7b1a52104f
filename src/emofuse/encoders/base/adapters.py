"""What of a pretrained model is learnt: its last layers, thin matrices beside the others, or all of it.

Adapters as Hu et al. 2022, "LoRA: low-rank adaptation of large language models". Differences: what is not learnt is no parameter
and is not kept with a run, which holds its hash instead; both factors of an adapter start with small numbers, the second with very
small ones, so that each learns from the first step.
"""

import hashlib

import torch
from torch import nn
from torch.nn import functional as F

SMALL = 1e-4  # spread of an adapter's second factor at the beginning: the model still says what it said


class Adapted(nn.Module):
    """A linear layer that stays as it is, and a change of its weights that is learnt: a product of two thin matrices.

    While it is taught it may be wide: any change at all is learnt then, of which `narrow` keeps the nearest such product.

    Args:
        linear: The layer.
        rank: Of the product.
    """

    def __init__(self, linear: nn.Linear, rank: int) -> None:
        super().__init__()
        self.linear = linear
        self.down: nn.Parameter | None = nn.Parameter(torch.randn(rank, linear.in_features) * linear.in_features**-0.5)
        self.up: nn.Parameter | None = nn.Parameter(torch.randn(linear.out_features, rank) * SMALL)
        self.change: nn.Parameter | None = None
        self.rank = rank

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Shape: (..., inputs) -> (..., outputs)."""
        if self.change is not None:
            return F.linear(x, self.linear.weight + self.change, self.linear.bias)
        assert self.down is not None
        assert self.up is not None
        said: torch.Tensor = self.linear(x)
        return said + F.linear(F.linear(x, self.down), self.up)

    @property
    def weight(self) -> torch.Tensor:
        """As changed, for models that take their layers' weights instead of asking their layers. Shape: (outputs, inputs)."""
        if self.change is not None:
            return self.linear.weight + self.change
        assert self.down is not None
        assert self.up is not None
        return self.linear.weight + self.up @ self.down

    @property
    def bias(self) -> torch.Tensor:
        """The layer's own. Shape: (outputs,)."""
        return self.linear.bias

    @torch.no_grad()
    def widen(self) -> None:
        """Let any change be learnt, beginning with none."""
        self.change, self.down, self.up = nn.Parameter(torch.zeros_like(self.linear.weight)), None, None

    @torch.no_grad()
    def narrow(self) -> None:
        """Keep of a change what a product of two thin matrices can hold (Eckart, Young 1936)."""
        assert self.change is not None
        left, sizes, right = torch.linalg.svd(self.change.float(), full_matrices=False)
        root = sizes[: self.rank].sqrt()
        self.up, self.down = nn.Parameter(left[:, : self.rank] * root), nn.Parameter(root[:, None] * right[: self.rank])
        self.change = None

    @torch.no_grad()
    def merged(self) -> nn.Linear:
        """One layer that says the same."""
        assert self.down is not None
        assert self.up is not None
        self.linear.weight = self.linear.weight + self.up @ self.down
        return self.linear


def rest(model: nn.Module, layers: int) -> None:
    """Make what is not learnt no parameter: it moves with the model, and is not kept with it. So do means over batches.

    Args:
        model: Of any kind.
        layers: How many of its last layers go on learning.

    Raises:
        ValueError: It does not have so many.
    """
    stack = stacked(model)
    if layers > len(stack):
        raise ValueError(f"The model has {len(stack)} layers; {layers} of them cannot be learnt.")
    learnt = {id(p) for layer in list(stack)[len(stack) - layers :] for p in layer.parameters()}
    for module in model.modules():
        own = list(module.named_parameters(recurse=False))
        for name, p in own:
            if id(p) not in learnt:
                delattr(module, name)
                module.register_buffer(name, p.data, persistent=False)
        if own and not list(module.parameters(recurse=False)):
            for name, buffer in list(module.named_buffers(recurse=False)):
                module.register_buffer(name, buffer, persistent=False)


def resting(module: nn.Module) -> bool:
    """Whether it is a batch normalisation that is not learnt: what it has seen is left as it is, too."""
    return isinstance(module, nn.modules.batchnorm._BatchNorm) and not list(module.parameters(recurse=False))


def stacked(model: nn.Module) -> nn.ModuleList:
    """The layers that a model is a stack of: the longest list that lies in no other list, the last of several."""
    lists = {name: module for name, module in model.named_modules() if isinstance(module, nn.ModuleList)}
    whole = [m for name, m in lists.items() if not any(name.startswith(f"{other}.") for other in lists)]
    return max(reversed(whole), key=len)


def adapt(model: nn.Module, rank: int) -> None:
    """Adapters beside every linear layer that rests."""
    for module in list(model.modules()):
        for name, child in list(module.named_children()):
            if isinstance(child, nn.Linear) and "weight" in dict(child.named_buffers(recurse=False)):
                setattr(module, name, Adapted(child, rank))


def digest(model: nn.Module) -> str:
    """A hash of all that rests, whatever file it came from."""
    hashed = hashlib.sha256()
    for name, buffer in sorted(model.named_buffers()):
        if buffer.dtype.is_floating_point:
            hashed.update(name.replace(".linear.", ".").encode())
            hashed.update(buffer.detach().contiguous().numpy().tobytes())
    return hashed.hexdigest()
