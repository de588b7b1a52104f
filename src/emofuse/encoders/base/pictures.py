"""Models of pictures and of film: ViT, ConvNeXt, ResNet, MobileNetV2, CLIP's image half, VideoMAE.

Dosovitskiy et al. 2021; Liu et al. 2022; He, Zhang, Ren, Sun 2016; Sandler et al. 2018; Radford et al. 2021; Tong et al. 2022.
Pictures come as grey or colour between 0 and 1, of any size, and are brought to what the model's own ``preprocessor_config.json``
says: size, middle, mean and spread of each colour.
B: batch, T: pictures, N: B x T, H, W: height and width as they come, S: side that the model sees, D: width of the vectors.
"""

from dataclasses import dataclass
from typing import Any

import torch
from torch import nn
from torch.nn import functional as F

from emofuse.core.errors import RunError
from emofuse.media.hub import loaded, settings

FACE = 48  # pixels: side of the faces that are cut out of videos
MODES = {2: "bilinear", 3: "bicubic"}  # Pillow's numbers
PREPARED = "preprocessor_config.json"


@dataclass(frozen=True, slots=True)
class Preparation:
    """What is done to pictures before a model sees them.

    Args:
        edge: Pixels to which the shorter edge is brought; 0 where both edges are brought to `side`, whatever that does to the shape.
        side: Height and width of the middle that is kept.
        mean: Of each colour, taken off.
        spread: Of each colour, divided by.
        mode: How pixels between pixels are made up.
    """

    edge: int
    side: tuple[int, int]
    mean: tuple[float, ...]
    spread: tuple[float, ...]
    mode: str

    def __call__(self, x: torch.Tensor) -> torch.Tensor:
        """Shape: (N, 1 or 3, H, W) in 0..1 -> (N, 3, S, S)."""
        x = x.float().expand(-1, 3, -1, -1)  # half precision cannot be resized
        height, width = x.shape[2:]
        grown = self.side if not self.edge else (self.edge * height // min(height, width), self.edge * width // min(height, width))
        if (height, width) != grown:
            x = F.interpolate(x, size=grown, mode=self.mode, antialias=True).clamp(0, 1)
        top, left = (grown[0] - self.side[0]) // 2, (grown[1] - self.side[1]) // 2
        x = x[:, :, top : top + self.side[0], left : left + self.side[1]]
        mean, spread = (x.new_tensor(values)[:, None, None] for values in (self.mean, self.spread))
        return (x - mean) / spread


@dataclass(frozen=True, slots=True)
class Seen:
    """A vector a picture: of the mark at a transformer's beginning, of the mean over its places, or both; of others the mean over places.

    Args:
        preparation: Before the model sees it.
        pool: "first", "mean" or "both".
        width: Of what the model says of a place.
        places: Whether the model has a mark at its beginning and places after it.
        meant: Whether the vector is wanted that CLIP compares with words, of length one.
    """

    preparation: Preparation
    pool: str
    width: int
    places: bool
    meant: bool = False
    filler: float | None = None

    @property
    def takes(self) -> tuple[int, ...]:
        """Shape of one time step."""
        return (FACE, FACE)

    @property
    def dim(self) -> int:
        """Width of the vectors."""
        return self.width * (2 if self.places and self.pool == "both" else 1)

    def __call__(self, model: Any, x: torch.Tensor) -> torch.Tensor:  # one of transformers' models
        """Shape: (B, T, H, W) or (B, T, H, W, 3) -> (B, T, D)."""
        said = model(self.preparation(_with_colours(x)).contiguous(memory_format=torch.channels_last))
        if self.meant:
            vectors = F.normalize(said.image_embeds, dim=1)
        elif not self.places:
            vectors = said.pooler_output.flatten(1)
        else:
            hidden = said.last_hidden_state  # (N, 1 + places, H)
            hidden = model.post_layernorm(hidden) if hasattr(model, "post_layernorm") else hidden
            kinds = {"first": hidden[:, 0], "mean": hidden.mean(dim=1)}
            vectors = torch.cat(list(kinds.values()), dim=1) if self.pool == "both" else kinds[self.pool]
        of_all: torch.Tensor = vectors.unflatten(0, x.shape[:2])
        return of_all


@dataclass(frozen=True, slots=True)
class Watched:
    """Vectors along a film, from pictures spread evenly over it: fewer than the model wants are shown several times.

    Args:
        preparation: Before the model sees them.
        width: Of the vectors.
        count: Pictures that the model sees at once: 16.
        together: Neighbours that share a vector: 2.
    """

    preparation: Preparation
    width: int
    count: int
    together: int
    filler: float | None = None

    @property
    def takes(self) -> tuple[int, ...]:
        """Shape of one time step."""
        return (FACE, FACE)

    @property
    def dim(self) -> int:
        """Width of the vectors."""
        return self.width

    def __call__(self, model: Any, x: torch.Tensor) -> torch.Tensor:  # VideoMAE
        """Shape: (B, T, H, W) or (B, T, H, W, 3) -> (B, count / together, D)."""
        chosen = ((2 * torch.arange(self.count, device=x.device) + 1) * x.shape[1]) // (2 * self.count)
        film = x[:, chosen]
        pictures = self.preparation(_with_colours(film)).unflatten(0, film.shape[:2])  # (B, count, 3, S, S)
        hidden: torch.Tensor = model(pictures).last_hidden_state  # (B, count / together x places, D)
        vectors: torch.Tensor = hidden.unflatten(1, (self.count // self.together, -1)).mean(dim=2)
        return vectors


def pictures(name: str, length: int, pool: str) -> tuple[Any, Seen]:
    """A model of pictures, and how it is asked; its features are `emofuse.features.pictures.Picture`."""
    model = loaded("AutoModel", name, dtype="float32")
    model = getattr(model, "vision_model", model)  # of two halves, the one that sees
    width = getattr(model.config, "hidden_size", None)
    widths = getattr(model.config, "hidden_sizes", None) or [m.num_features for m in model.modules() if isinstance(m, nn.BatchNorm2d)]
    return model, Seen(preparation(name), pool, int(width or widths[-1]), places=width is not None)


def clip(name: str, length: int, pool: str) -> tuple[Any, Seen]:
    """CLIP's image half, and how it is asked for what it compares with words; its features are `emofuse.features.pictures.Picture`."""
    model = loaded("CLIPVisionModelWithProjection", name, dtype="float32")
    return model, Seen(preparation(name), pool, int(model.config.projection_dim), places=False, meant=True)


def films(name: str, length: int, pool: str) -> tuple[Any, Watched]:
    """A model of films, and how it is asked; its features are `emofuse.features.pictures.Picture`."""
    model = loaded("AutoModel", name, dtype="float32")
    config = model.config
    return model, Watched(preparation(name), int(config.hidden_size), int(config.num_frames), int(config.tubelet_size))


def preparation(name: str) -> Preparation:
    """What a model's own file says is done to pictures.

    Raises:
        RunError: There is no such file, or it does not say to what size they are brought.
    """
    said = settings(name, PREPARED)
    size, crop = _sides(said.get("size")), _sides(said.get("crop_size"))
    if size is None:
        raise RunError(
            f"{PREPARED} of '{name}' does not say to what size pictures are brought. Expected a 'size' with height and width, or with "
            f"shortest_edge; restore the file, or name another model."
        )
    shorter = size if isinstance(size, int) else 0
    side = crop if said.get("do_center_crop", crop is not None) and crop is not None else size
    if isinstance(said.get("crop_pct"), float) and shorter and shorter < 384:  # ConvNeXt's: the middle of a picture this much larger
        shorter = int(shorter / said["crop_pct"])
    height, width = (side, side) if isinstance(side, int) else side
    normal = said.get("do_normalize", True)
    mean, spread = said.get("image_mean") or (0.5,) * 3, said.get("image_std") or (0.5,) * 3  # where none are said, as ViT's
    return Preparation(
        shorter, (height, width), tuple(mean) if normal else (0.0,) * 3, tuple(spread) if normal else (1.0,) * 3,
        MODES.get(said.get("resample", 2), "bilinear"),
    )  # fmt: skip


def _sides(said: Any) -> int | tuple[int, int] | None:
    """A shorter edge, or height and width."""
    if isinstance(said, int):
        return said
    if not isinstance(said, dict):
        return None
    if "shortest_edge" in said:
        return int(said["shortest_edge"])
    return (int(said["height"]), int(said["width"])) if {"height", "width"} <= set(said) else None


def _with_colours(x: torch.Tensor) -> torch.Tensor:
    """Shape: (B, T, H, W) -> (N, 1, H, W); (B, T, H, W, 3) -> (N, 3, H, W)."""
    flat = x.flatten(0, 1)
    return flat[:, None] if flat.ndim == 3 else flat.permute(0, 3, 1, 2)
