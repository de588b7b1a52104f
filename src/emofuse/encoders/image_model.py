"""The image networks that papers compare, over grey faces: from scratch, or from weights that others have trained.

ResNet-18 (He, Zhang, Ren, Sun 2016), MobileNetV2 (Sandler et al. 2018), VGG (Simonyan, Zisserman 2015, table 1; with batch
normalisation as torchvision has it). The first two are transformers' own.
Differences: from scratch they see one grey channel in place of three of colour; a VGG's vector is the mean over places, without its
two wide layers; MobileNetV2's batch normalisation follows the usual tenth of each batch, where transformers' follows all of it,
and from scratch adds 1e-5 to variances, where transformers' adds a thousandth, which its first maps' hardly exceed.
B: batch, T: faces in a clip, N: B x T, H, W: height and width, D: width of the vector.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import nn
from torch.nn import functional as F

from emofuse.core.errors import RunError, UnknownName
from emofuse.encoders.base import Encoder
from emofuse.media.hub import fresh, loaded, tensors

PLANS: Mapping[str, tuple[str, Mapping[str, Any]]] = {
    "resnet18": ("ResNet", {"embedding_size": 64, "hidden_sizes": [64, 128, 256, 512], "depths": [2, 2, 2, 2], "layer_type": "basic"}),
    "resnet34": ("ResNet", {"embedding_size": 64, "hidden_sizes": [64, 128, 256, 512], "depths": [3, 4, 6, 3], "layer_type": "basic"}),
    "mobilenet_v2": ("MobileNetV2", {"layer_norm_eps": 1e-5}),
}
"""Name to what transformers calls it, and the settings that make it so."""
SHAPES = ("hidden_sizes", "depths")  # settings by which weights are told to be of a plan
STAGES = {
    "vgg11": (1, 1, 2, 2, 2),
    "vgg13": (2, 2, 2, 2, 2),
    "vgg16": (2, 2, 3, 3, 3),
    "vgg19": (2, 2, 4, 4, 4),
}
"""3x3 convolutions before each halving."""
WIDTHS = (64, 128, 256, 512, 512)
FOLLOWED = 0.1  # of each batch's mean and variance goes into the running ones: torch's default
NAMES = (*PLANS, *STAGES, *(f"{name}_bn" for name in STAGES))


class ImageModel(Encoder):
    """A vector for each face.

    Args:
        name: One of `NAMES`.
        size: Side in pixels to which faces are brought before they are looked at; faces of that side stay as they are.
        weights: To begin with: a folder, or a name on the hub (`emofuse.media.hub.located`), such as ``microsoft/resnet-18``,
            ``google/mobilenet_v2_1.0_224`` or ``timm/vgg19_bn.tv_in1k``; None for none. Grey is given to all three of their colours.

    Raises:
        UnknownName: Another name.
        RunError: The weights cannot be had or are another network's, or the extra that makes such networks is not installed.
    """

    def __init__(self, name: str = "resnet18", size: int = 48, weights: str | None = None) -> None:
        super().__init__()
        if name not in NAMES:
            raise UnknownName(f"Unknown image model '{name}'. Known: {', '.join(NAMES)}; choose one of them.")
        self.takes = (size, size)
        self.size, self.channels = size, 1 if weights is None else 3
        self.model = _vgg(name, self.channels) if name not in PLANS else _of_transformers(name, weights, self.channels)
        if name not in PLANS and weights is not None:
            _fill(self.model, name, weights)
        for module in self.model.modules():
            if isinstance(module, nn.BatchNorm2d):
                module.momentum = FOLLOWED
        self.mid_dim = self.dim = _width(self.model) if name in PLANS else WIDTHS[-1]

    def early(self, x: torch.Tensor) -> torch.Tensor:
        """Shape: (B, T, H, W) -> (B, T, D)."""
        faces = x.flatten(0, 1)[:, None]  # (N, 1, H, W)
        if faces.shape[2:] != (self.size, self.size):
            faces = F.interpolate(
                faces.float(), size=(self.size, self.size), mode="bilinear", antialias=True
            )  # half precision cannot be resized
        faces = faces.expand(-1, self.channels, -1, -1).contiguous(memory_format=torch.channels_last)
        said = self.model(faces)
        maps: torch.Tensor = said if isinstance(said, torch.Tensor) else said.last_hidden_state  # (N, D, H', W')
        vectors: torch.Tensor = maps.mean(dim=(2, 3)).unflatten(0, x.shape[:2])
        return vectors


class _Vgg(nn.Module):
    """A VGG's convolutions, their parameters named as torchvision names them. Shape: (N, inputs, H, W) -> (N, 512, H / 32, W / 32)."""

    def __init__(self, stages: Sequence[int], norm: bool, inputs: int) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        for width, count in zip(WIDTHS, stages, strict=True):
            for _ in range(count):
                layers += [nn.Conv2d(inputs, width, 3, padding=1), *([nn.BatchNorm2d(width)] if norm else []), nn.ReLU()]
                inputs = width
            layers.append(nn.MaxPool2d(2))
        self.features = nn.Sequential(*layers)
        for layer in layers:
            if isinstance(layer, nn.Conv2d):
                nn.init.kaiming_normal_(layer.weight, mode="fan_out", nonlinearity="relu")
                if layer.bias is not None:
                    nn.init.zeros_(layer.bias)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Shape: (N, inputs, H, W) -> (N, 512, H / 32, W / 32)."""
        maps: torch.Tensor = self.features(x)
        return maps


def _vgg(name: str, channels: int) -> _Vgg:
    return _Vgg(STAGES[name.removesuffix("_bn")], name.endswith("_bn"), channels)


def _fill(model: nn.Module, name: str, weights: str) -> None:
    """Put in what a file in torchvision's layout holds: ``features.N.weight``; what belongs to its head is left out.

    Raises:
        RunError: The file is another network's.
    """
    known = {key: torch.from_numpy(value) for key, value in tensors(weights).items() if key.startswith("features.")}
    try:
        missing, unexpected = model.load_state_dict(known, strict=False)
        wrong = [*(key for key in missing if not key.endswith("num_batches_tracked")), *unexpected]
    except RuntimeError as error:
        wrong = [str(error).strip().split("\n")[-1].strip()]
    if wrong:
        raise RunError(
            f"The weights '{weights}' are not those of {name} ({len(wrong)} differ: {wrong[0]}). Expected features.0.weight and so on as "
            f"torchvision names them; name the network that they are of, or other weights."
        )


def _of_transformers(name: str, weights: str | None, channels: int) -> nn.Module:
    """One that transformers has.

    Raises:
        RunError: The weights are another network's.
    """
    kind, settings = PLANS[name]
    if weights is None:
        made: nn.Module = fresh(kind, num_channels=channels, **settings)
        return made
    model = loaded("AutoModel", weights)
    config = model.config.to_dict()
    if not type(model).__name__.startswith(kind) or any(list(config.get(key)) != value for key, value in settings.items() if key in SHAPES):
        raise RunError(
            f"The weights '{weights}' are not those of {name}: they are a {type(model).__name__} of another plan. "
            f"Expected weights of {name}; name the network that they are of, or other weights."
        )
    kept: nn.Module = model
    return kept


def _width(model: nn.Module) -> int:
    """Channels of the last maps: of the last normalisation of a network that transformers has."""
    return [module.num_features for module in model.modules() if isinstance(module, nn.BatchNorm2d)][-1]
