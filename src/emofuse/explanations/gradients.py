"""Which parts of its input moved a network's score: integrated gradients.

Sundararajan, Taly, Yan 2017, "Axiomatic attribution for deep networks", section 3: gradients along the straight way from an
input that shows nothing to the one that was shown. Weights sum to the score less that of nothing ("completeness"), and those
of a linear score are its own weights times the inputs.

Whether it names what matters is asked by taking that away (``benchmarks/explanations.py``): without the heaviest 15 % of its
pixels a face's score falls by 0.55, without as many by chance by 0.16; without the heaviest tenth of its spectrum a voice's
falls by 0.77, without another tenth by 0.10. Starts with noise, blurred faces and sliding squares in place of a way found less.
B: batch, T: time steps, C: classes.
"""

from collections.abc import Callable, Mapping

import numpy as np
import torch

from emofuse.core.modality import Modality
from emofuse.network import Batch
from emofuse.recognizer import NetworkRecognizer

STEPS = (16, 48, 144)  # on the way; more where the weights still miss their sum: of a voice hardly ever, of a face mostly once
CLOSE = 0.02  # of a probability; nearer than that, a sum is no longer worth more steps
TOGETHER, NUMBERS = 16, 262_144
"""Steps in one batch, and numbers in it, at most: a spectrum of three seconds through three networks takes some hundred MB."""
ROOM = 60.0  # dB under the loudest point; where a network does not hear what lies below, neither does the start of the way

Inputs = Mapping[Modality, np.ndarray]
"""One example: {m: (T, ...)} float32, for the modalities that are there."""

Score = Callable[[dict[Modality, torch.Tensor]], torch.Tensor]
"""{m: (B, T, ...)} -> (B,)."""


def integrated_gradients(score: Score, inputs: Inputs, starts: Inputs, steps: int = STEPS[1]) -> dict[Modality, np.ndarray]:
    """How much each number of an input moved the score, on the way from the start.

    Shape:
        {m: (T, ...)} -> the same, float32; their sum over all modalities is score(inputs) - score(starts), but for what steps miss

    Args:
        score: Differentiable.
        inputs: What was shown.
        starts: What shows nothing, of the same shapes.
        steps: On the way, closer to each other near the start, where a network that sees next to nothing changes its mind at once.

    Example:
        >>> weights = torch.tensor([2.0, -1.0])
        >>> linear = lambda x: (x[Modality.EEG][:, 0] * weights).sum(dim=1)
        >>> one, zero = np.ones((1, 2), dtype=np.float32), np.zeros((1, 2), dtype=np.float32)
        >>> integrated_gradients(linear, {Modality.EEG: one}, {Modality.EEG: zero})[Modality.EEG].tolist()
        [[2.0, -1.0]]
    """
    begins = {m: torch.from_numpy(np.asarray(starts[m], dtype=np.float32)) for m in inputs}
    ways = {m: torch.from_numpy(np.asarray(x, dtype=np.float32)) - begins[m] for m, x in inputs.items()}
    slopes = {m: torch.zeros_like(way) for m, way in ways.items()}
    together = max(1, min(TOGETHER, NUMBERS // max(sum(way.numel() for way in ways.values()), 1)))
    for part in ((torch.arange(steps) + 0.5) / steps).split(together):
        far = {m: (part**2).reshape(-1, *[1] * way.ndim) for m, way in ways.items()}  # (B, 1, ...)
        points = {m: (begins[m] + far[m] * way).requires_grad_() for m, way in ways.items()}
        gradients = torch.autograd.grad(score(points).sum(), list(points.values()))
        for m, gradient in zip(points, gradients, strict=True):
            slopes[m] += (gradient * 2 * far[m].sqrt()).sum(dim=0)
    return {m: (slopes[m] / steps * way).numpy() for m, way in ways.items()}


def weighed(score: Score, inputs: Inputs, starts: Inputs) -> dict[Modality, np.ndarray]:
    """The same with as few steps as bring the weights close to the sum they should have. Shape: {m: (T, ...)} -> the same."""
    with torch.no_grad():
        end, start = (float(score({m: torch.from_numpy(x[None]) for m, x in shown.items()})) for shown in (inputs, starts))
    for steps in STEPS:
        found = integrated_gradients(score, inputs, starts, steps)
        if abs(sum(float(weights.sum()) for weights in found.values()) - (end - start)) < CLOSE:
            break
    return found


def score_of(recognizer: NetworkRecognizer, wanted: np.ndarray, rest: Inputs) -> Score:
    """A recognizer's calibrated probability of some of its labels together, as torch can follow it.

    Args:
        recognizer: Its network is asked, not its graph.
        wanted: Which of its labels count. Shape: (C,) bool.
        rest: What else is there, and stays as it is.
    """
    chosen = torch.from_numpy(np.asarray(wanted, dtype=np.float32))
    fixed = {m: torch.from_numpy(np.asarray(rows, dtype=np.float32)) for m, rows in rest.items()}

    def score(points: dict[Modality, torch.Tensor]) -> torch.Tensor:
        count = len(next(iter(points.values())))
        there = {m: rows.expand(count, *rows.shape) for m, rows in fixed.items()} | points
        blanks = {m: torch.zeros(count, *recognizer.network.blank(m).shape) for m in recognizer.modalities - set(there)}
        inputs = there | blanks
        logits = recognizer.network(Batch(inputs, {m: torch.full((count,), m in there) for m in inputs})).logits
        likely: torch.Tensor = (logits / recognizer.temperature).softmax(dim=1) @ chosen
        return likely

    return score


def way(m: Modality, shown: np.ndarray, score: Callable[[np.ndarray], float]) -> tuple[np.ndarray, np.ndarray]:
    """Where the way to what was shown begins, and where it ends: zeros (a flat grey face), or for sound its own quietest point.

    A sound of decibels ends at least `ROOM` under its loudest point where the network does not notice: else all that it does
    not hear would count for the loudest point, from which it measures.

    Shape:
        (T, ...) -> (T, ...) twice
    """
    if m is not Modality.AUDIO or len(shown) < 2:
        return np.zeros_like(shown), shown
    heard = np.maximum(shown, shown.max() - ROOM)
    end = heard if abs(score(heard) - score(shown)) < 1e-4 else shown
    return np.full_like(shown, end.min()), end


def even(shown: np.ndarray) -> np.ndarray:
    """Cepstral coefficients of an even sound, as quiet as the quietest frame: the first is its level, all others are zero.

    Shape:
        (T, count) -> the same
    """
    quiet = np.zeros_like(shown)
    quiet[:, 0] = shown[:, 0].min()
    return quiet
