"""The loop: there is no other.

It never sees test clips, because nothing passes them in.
"""

import copy
import logging
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

import torch
from torch import nn

from emofuse.data import Examples
from emofuse.fusions.base import Output
from emofuse.network import Batch, Network
from emofuse.training.augment import Augment

if TYPE_CHECKING:
    from lightning.fabric import Fabric

log = logging.getLogger(__name__)

SCHEDULES = ("cycle", "plateau", "constant")
VOLUME = 5
"""Axes of a kernel over space and time: torch has no order of memory for it beside one for pictures."""
FALL = 0.1
"""What a plateau multiplies the learning rate by: PyTorch's default and Keras', as is `patience`."""


@dataclass(frozen=True, slots=True)
class Epoch:
    """One line of a training's history.

    Args:
        number: From 1.
        loss: Mean over the training batches, as augmented.
        valid_loss: Cross entropy on valid; None without valid clips.
        valid_accuracy: Share of valid clips whose best label is right.
        valid_uar: Recall on valid, averaged over labels.
        seconds: Wall clock.
    """

    number: int
    loss: float
    valid_loss: float | None
    valid_accuracy: float | None
    valid_uar: float | None
    seconds: float

    def as_dict(self) -> dict[str, float | None]:
        """For JSON."""
        return asdict(self)

    def told(self, epochs: int) -> str:
        """For whoever watches.

        Example:
            >>> Epoch(3, 1.23456, 1.3, 0.51234, 0.49876, 2.25).told(100)
            'epoch 3 of 100: loss 1.235, on valid 1.300, accuracy 0.512, UAR 0.499, 2.2 s'
            >>> Epoch(1, 0.5, None, None, None, 12.0).told(1)
            'epoch 1 of 1: loss 0.500, 12.0 s'
        """
        figures = (("on valid", self.valid_loss), ("accuracy", self.valid_accuracy), ("UAR", self.valid_uar))
        valid = "".join(f", {name} {figure:.3f}" for name, figure in figures if figure is not None)
        return f"epoch {self.number} of {epochs}: loss {self.loss:.3f}{valid}, {self.seconds:.1f} s"


def fit(
    network: Network,
    train: Examples,
    valid: Examples | None,
    *,
    epochs: int,
    learning_rate: float,
    batch_size: int = 128,
    weight_decay: float = 5e-4,
    optimizer: str = "sgd",
    schedule: str = "cycle",
    patience: int = 10,
    augment: Augment | None = None,
    stop: int | None = None,
    own_labels: bool = False,
    label_smoothing: float = 0.0,
    balance: float | None = None,
    clip: float | None = None,
    averaging: float = 0.0,
    choose: str | None = "accuracy",
    warm_up: float = 0.25,
    seed: int = 0,
    precision: str = "32-true",
    alike: bool = False,
    kept: Callable[[Network, Epoch], None] | None = None,
) -> list[Epoch]:
    """Teach `network` in place; it ends with the weights of its best epoch on valid, or of the last one.

    Args:
        network: To be taught.
        train: Learnt from.
        valid: Chosen on; None when there is nothing to choose.
        epochs: Passes over `train`.
        learning_rate: The highest of the schedule.
        batch_size: Examples a step.
        weight_decay: Of matrices and kernels; biases and normalisation have none.
        optimizer: "sgd" (Nesterov momentum 0.9), "adamw" (weights decay apart from the gradient; Loshchilov, Hutter 2019) or "adam"
            (decay is part of the gradient: the derivative of an L2 penalty of half of `weight_decay`).
        schedule: "cycle": one cycle, up and down again (Smith, Topin 2018). "plateau": a tenth of the learning rate after `patience`
            epochs without a lower loss on valid, or on training batches where there is no valid, which is then not only chosen on. So
            does njoku_2021, "once the accuracy stops increasing": how much and after how long it does not say, and a loss still moves
            where accuracy on a few clips stands still. "constant": the same learning rate throughout.
        patience: Of a plateau, in epochs.
        augment: What happens to training batches.
        stop: Break off after so many of the schedule's epochs; None for none.
        own_labels: Teach the corpus's own labels instead of the targets that a recipe made of them.
        label_smoothing: Share of each target that is spread over all labels.
        balance: Examples of rare labels weigh more, up to this many times one of a label of average frequency; None for all the same.
        clip: Largest norm of a step's gradient; None for any.
        averaging: Decay a step of the exponential moving average of weights that is judged and kept; 0 for none.
        choose: "accuracy" or "uar" on valid picks the epoch; None keeps the last.
        warm_up: Share of a cycle's steps in which the learning rate rises.
        seed: Of batch order and augmentation.
        precision: Of Lightning Fabric: "32-true" or "bf16-mixed".
        alike: Put examples of about the same length into one batch (`Examples.drawn_alike`).
        kept: Called with the network whenever an epoch is the best so far, so that nothing is lost.

    Raises:
        ValueError: An optimizer, a schedule or a way to choose that does not exist.
    """
    if choose not in {"accuracy", "uar", None}:
        raise ValueError(f"Epochs are chosen by 'accuracy', 'uar' or None, not by '{choose}'.")
    if schedule not in SCHEDULES:
        raise ValueError(f"Schedules are {', '.join(SCHEDULES)}, not '{schedule}'.")
    from lightning.fabric import Fabric  # imports in seconds, and only training needs it

    with _without_news("lightning.fabric", "lightning.pytorch"):  # that it uses the precision it was asked for
        where = "gpu" if torch.cuda.is_available() else "cpu"
        fabric = Fabric(accelerator=where, devices=1, precision=precision)  # type: ignore[arg-type]  # words that Fabric spells out as literals
    generator = torch.Generator().manual_seed(seed)
    torch.manual_seed(seed)  # dropout has no generator of its own
    if all(p.ndim < VOLUME for p in network.parameters()):
        network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # missing from torch's stubs
    judged = copy.deepcopy(network).to(fabric.device) if averaging else network
    steps = epochs * max(train.epoch // min(batch_size, train.epoch), 1)
    stepper = _optimizer(network, optimizer, learning_rate, weight_decay)
    rates = torch.optim.lr_scheduler
    rise = warm_up if warm_up * (steps + 1) != 1 else warm_up + 1e-6  # torch divides by a rise that is over with the first step
    cycle = rates.OneCycleLR(stepper, learning_rate, total_steps=steps + 1, pct_start=rise) if schedule == "cycle" else None
    plateau = rates.ReduceLROnPlateau(stepper, factor=FALL, patience=patience) if schedule == "plateau" else None
    model, stepper_ = fabric.setup(network, stepper)
    pairs = list(zip(judged.state_dict().values(), network.state_dict().values(), strict=True))  # the same tensors at every step
    weights = None if balance is None else _balanced(train, balance)
    history: list[Epoch] = []
    best: tuple[float, dict[str, torch.Tensor]] | None = None
    step = 0
    train = train.by_label() if own_labels else train
    for number in range(1, (stop or epochs) + 1):
        began, total, count = time.monotonic(), 0.0, 0
        network.train()
        for drawn in (train.drawn_alike if alike else train.drawn)(batch_size, generator):
            batch = _moved(fabric, _weighed(augment(drawn, generator) if augment else drawn, label_smoothing, weights))
            assert batch.target is not None
            loss = network.fusion.loss(_asked(fabric, network, batch), batch.target)
            stepper_.zero_grad()
            fabric.backward(loss)
            if clip is not None:
                fabric.clip_gradients(model, stepper_, max_norm=clip)
            stepper_.step()
            if cycle:
                cycle.step()
            step += 1
            if averaging:
                _average(pairs, min(averaging, (1 + step) / (10 + step)))
            total, count = total + float(loss.detach()), count + 1
        figures: tuple[float | None, float | None, float | None] = (None, None, None)
        if valid is not None:
            figures = _judge(fabric, judged, valid, batch_size * 4)
        line = Epoch(number, total / count, figures[0], figures[1], figures[2], seconds=time.monotonic() - began)
        if plateau:
            plateau.step(line.loss if line.valid_loss is None else line.valid_loss)
        history.append(line)
        log.info("%s", line.told(epochs))
        figure = None if choose is None or valid is None else (line.valid_accuracy if choose == "accuracy" else line.valid_uar)
        if figure is None or best is None or figure > best[0]:
            now = judged.state_dict()
            best = (figure or 0.0, now if figure is None else copy.deepcopy(now))  # the last one may go on changing
            if kept:
                kept(judged, line)
    assert best is not None
    network.load_state_dict(best[1])
    network.eval()
    return history


def fit_in_stages(
    network: Network,
    train: Examples,
    valid: Examples | None,
    *,
    stages: Sequence[Mapping[str, Any]],
    seed: int = 0,
    kept: Callable[[Network, Epoch], None] | None = None,
) -> list[Epoch]:
    """`fit` several times over, each stage going on from the weights that the one before ended with.

    A last short stage without strong augmentation lets a network settle on what it will be asked (Ge et al. 2021, YOLOX).

    Args:
        network: To be taught.
        train: Learnt from.
        valid: Chosen on within each stage.
        stages: Arguments of `fit`, a mapping a stage.
        seed: Of the first stage; each further one has the next.
        kept: As in `fit`.
    """
    history: list[Epoch] = []
    for i, stage in enumerate(stages):
        lines = fit(network, train, valid, seed=seed + i, kept=kept, **stage)
        history += [replace(line, number=len(history) + line.number) for line in lines]
    return history


@contextmanager
def _without_news(*names: str) -> Iterator[None]:
    """No news of some loggers; their warnings are passed on."""
    before = {name: logging.getLogger(name).level for name in names}
    try:
        for name in names:
            logging.getLogger(name).setLevel(logging.WARNING)
        yield
    finally:
        for name, level in before.items():
            logging.getLogger(name).setLevel(level)


def _optimizer(network: nn.Module, name: str, learning_rate: float, weight_decay: float) -> torch.optim.Optimizer:
    heavy = [p for p in network.parameters() if p.ndim > 1]
    light = [p for p in network.parameters() if p.ndim <= 1]
    groups = [{"params": heavy, "weight_decay": weight_decay}, {"params": light, "weight_decay": 0.0}]
    if name == "sgd":
        return torch.optim.SGD(groups, learning_rate, momentum=0.9, nesterov=True)
    if name == "adamw":
        return torch.optim.AdamW(groups, learning_rate)
    if name == "adam":
        return torch.optim.Adam(groups, learning_rate)
    raise ValueError(f"Optimizers are 'sgd', 'adamw' and 'adam', not '{name}'.")


def _balanced(train: Examples, most: float) -> torch.Tensor:
    """What an example of each label weighs: the inverse of how often it comes, at most `most`. Shape: (C,)."""
    counts = train.targets.sum(dim=0)
    return (counts.mean() / counts.clamp(min=1)).clamp(max=most)


def _weighed(batch: Batch, smoothing: float, weights: torch.Tensor | None) -> Batch:
    """Targets smoothed over the labels, then scaled by what their labels weigh."""
    assert batch.target is not None
    if not smoothing and weights is None:
        return batch
    target = batch.target * (1 - smoothing) + smoothing / batch.target.shape[1]
    if weights is not None:
        target = target * (batch.target @ weights)[:, None]
    return Batch(batch.inputs, batch.present, target)


def _moved(fabric: "Fabric", batch: Batch) -> Batch:
    """Where the network is; on a processor it is there already, and Fabric would take it apart to see that."""
    return batch if fabric.device.type == "cpu" else fabric.to_device(batch)


def _asked(fabric: "Fabric", network: Network, batch: Batch) -> Output:
    """What the network says, worked out in the precision that was asked for.

    Fabric's wrapper does as much, and looks through every batch for what it could convert: a tenth of a small network's step.
    With half precision, features are rounded before they go in; but not numbers of words' pieces, which would become other words.
    """
    if fabric._precision.precision == "32-true":
        output: Output = network(batch)
        return output
    whole = {m for m in network.modalities if network.encoders[m].filler is not None}
    inputs = {m: x if m in whole else x.to(torch.bfloat16) for m, x in batch.inputs.items()}
    with fabric.autocast():
        output = network(replace(batch, inputs=inputs))
    return Output(output.logits.float(), {m: x.float() for m, x in output.members.items()})


@torch.no_grad()
def _average(pairs: Sequence[tuple[torch.Tensor, torch.Tensor]], decay: float) -> None:
    """Move each mean towards what it is the mean of; counters are copied."""
    for mean, now in pairs:
        if mean.dtype.is_floating_point:
            mean.lerp_(now, 1 - decay)
        else:
            mean.copy_(now)


@torch.inference_mode()
def _judge(fabric: "Fabric", network: Network, valid: Examples, size: int) -> tuple[float, float, float]:
    """Loss, accuracy and mean recall on valid."""
    network.eval()
    device = next(network.parameters()).device
    logits, targets = [], []
    for batch in valid.batches(size):
        moved = _moved(fabric, batch)
        with torch.autocast(device.type, torch.bfloat16, enabled=fabric._precision.precision == "bf16-mixed"):
            logits.append(network(moved).logits.float())
        assert moved.target is not None
        targets.append(moved.target)
    answer, target = torch.cat(logits), torch.cat(targets)
    loss = nn.functional.cross_entropy(answer, target)
    right, truth = answer.argmax(1) == target.argmax(1), target.argmax(1)
    recalls = [right[truth == c].float().mean() for c in torch.unique(truth)]
    return float(loss), float(right.float().mean()), float(torch.stack(recalls).mean())
