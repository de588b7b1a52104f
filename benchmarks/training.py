"""What does the one training loop cost over a bare one, and a fusion's step over the same operations written flat?

Both in one process on one thread, in turns, so that a busy machine is as busy for both; the processor's time, since others may use the
machine, too. What counts is the median of each turn's ratio. The loops must end with equal weights, the steps begin with equal answers
and gradients. Examples are made up; the whole networks of Chumachenko et al. see smaller faces than theirs (`--side`), with which what
is not arithmetic weighs more.
"""

import argparse
import os
import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

os.environ["OMP_NUM_THREADS"] = "1"  # before torch is imported

import torch
from torch.nn import functional as F

from emofuse import catalog
from emofuse.core.modality import Modality
from emofuse.data import Examples
from emofuse.encoders.efficient_face import REPEATS, EfficientFace
from emofuse.encoders.mfcc_cnn import MfccCnn
from emofuse.encoders.residual_spectrum import ResidualSpectrum
from emofuse.encoders.scaled_mlp import ScaledMlp
from emofuse.evaluation.record import BENCHMARKS, origin
from emofuse.fusions.early import Early
from emofuse.network import Batch, Network
from emofuse.run import commit
from emofuse.training.fit import fit

AUDIO, VIDEO = Modality.AUDIO, Modality.VIDEO
CLASSES, RATE, DECAY = 8, 1e-3, 0.05
FUSIONS = ("intermediate_attention", "intermediate_transformer", "late_transformer")
LOOP, STEP = "What does the training loop cost over a bare one?", "What does a fusion's training step cost over one written flat?"
ALLOWED = {LOOP: 1.05, STEP: 1.10}


@dataclass(frozen=True, slots=True)
class Case:
    """A network to be taught, and on what.

    Args:
        name: For the table.
        make: The network.
        shapes: Of an example, by modality.
        batch: Examples a step.
        count: Of examples.
        epochs: Of each turn.
    """

    name: str
    make: Callable[[], Network]
    shapes: Mapping[Modality, tuple[int, ...]]
    batch: int
    count: int
    epochs: int


def main() -> None:
    """Measure, print a table, and keep the rows."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=15, help="turns of each pair; the median of their ratios counts (15)")
    parser.add_argument("--side", type=int, default=64, help="of the faces that the whole networks see, in pixels (64)")
    parser.add_argument("--only", choices=("loop", "step"), help="one question instead of both")
    parser.add_argument("--docs", type=Path, default=Path("docs"), help="where rows are kept (docs)")
    options = parser.parse_args()
    torch.set_num_threads(1)
    whole_shapes = {AUDIO: (156, 10), VIDEO: (15, 3, options.side, options.side)}
    cases = (
        Case("the bench's face", _face, {VIDEO: (1, 35)}, batch=48, count=1_200, epochs=30),
        Case("the bench's voice", _voice, {AUDIO: (301, 80)}, batch=48, count=240, epochs=2),
        Case("intermediate attention, whole", partial(whole, FUSIONS[0]), whole_shapes, batch=4, count=24, epochs=1),
    )
    if options.only != "step":
        for case in cases:
            report(options.docs, LOOP, f"{case.name}: {told(case.make())}, batches of {case.batch}", *loops(case, options.rounds))
    if options.only != "loop":
        for name in FUSIONS:
            size = f"{name}: {told(whole(name))}, 4 clips of 15 faces of {options.side} pixels"
            report(options.docs, STEP, size, *steps(name, whole_shapes, options.rounds))


def report(docs: Path, question: str, size: str, floor: float, ours: float, ratios: list[float]) -> None:
    """Print one comparison, and keep its row. Times are ms a step."""
    ratio, (low, _, high) = statistics.median(ratios), statistics.quantiles(ratios, n=4)
    verdict = "as allowed" if ratio <= ALLOWED[question] else f"more than the {ALLOWED[question]} allowed"
    print(f"{question} {size}: {floor:.2f} ms, {ours:.2f} ms, {ratio:.3f} times ({low:.3f} to {high:.3f}), {verdict}", flush=True)
    row = {
        "question": question,
        "size": f"{size}, one thread",
        "floor": f"{floor:.2f} ms of processor a step",
        "ours": f"{ours:.2f} ms",
        "ratio": round(ratio, 3),
        "memory": None,
        **origin("python benchmarks/training.py", commit()),
    }
    BENCHMARKS.add(docs, row)


def told(network: Network) -> str:
    """How large it is."""
    return f"{sum(p.numel() for p in network.parameters()):,} parameters"


def in_turns(floor: Callable[[], object], ours: Callable[[], object], rounds: int, each: int) -> tuple[float, float, list[float]]:
    """Medians in ms, and each turn's ratio; who begins alternates. `each`: what a turn's time is divided by."""
    times: dict[Callable[[], object], list[float]] = {floor: [], ours: []}
    for turn in range(rounds):
        for way in (floor, ours) if turn % 2 else (ours, floor):
            began = time.process_time()
            way()
            times[way].append(1_000 * (time.process_time() - began) / each)
    ratios = [b / a for a, b in zip(times[floor], times[ours], strict=True)]
    return statistics.median(times[floor]), statistics.median(times[ours]), ratios


# The loop


def loops(case: Case, rounds: int) -> tuple[float, float, list[float]]:
    """Both loops on the same network from the same beginning, in turns; they must end with the same weights."""
    part = made_up(case.shapes, case.count)
    settings = {"epochs": case.epochs, "learning_rate": RATE, "batch_size": case.batch, "weight_decay": DECAY, "optimizer": "adamw"}
    ends: dict[str, dict[str, torch.Tensor]] = {}

    def taught(name: str, loop: Callable[[Network], object]) -> None:
        torch.manual_seed(0)
        network = case.make()
        loop(network)
        ends[name] = network.state_dict()

    def floor() -> None:
        taught("bare", lambda network: bare(network, part, case.epochs, case.batch))

    def ours() -> None:
        taught("ours", lambda network: fit(network, part, None, **settings))

    floor()
    ours()  # imports Fabric, which takes seconds once
    for name, tensor in ends["bare"].items():
        torch.testing.assert_close(ends["ours"][name], tensor, rtol=0, atol=0, msg=f"The loops differ in {name}.")
    return in_turns(floor, ours, rounds, case.epochs * (case.count // case.batch))


def bare(network: Network, part: Examples, epochs: int, size: int) -> None:
    """The loop as anybody would write it: draw, answer, step, and the loss noted down."""
    generator = torch.Generator().manual_seed(0)
    torch.manual_seed(0)
    network.to(memory_format=torch.channels_last)
    heavy, light = ([p for p in network.parameters() if (p.ndim > 1) is wide] for wide in (True, False))
    stepper = torch.optim.AdamW([{"params": heavy, "weight_decay": DECAY}, {"params": light, "weight_decay": 0.0}], RATE)
    count = len(part) // size
    schedule = torch.optim.lr_scheduler.OneCycleLR(stepper, RATE, total_steps=epochs * count + 1, pct_start=0.25)
    network.train()
    for _ in range(epochs):
        total = 0.0
        for rows in torch.randperm(len(part), generator=generator)[: count * size].split(size):
            variants = torch.randint(1, (size,), generator=generator)
            inputs = {m: values[rows, variants] for m, values in part.inputs.items()}
            batch = Batch(inputs, {m: there[rows] for m, there in part.present.items()}, part.targets[rows])
            loss = F.cross_entropy(network(batch).logits, batch.target)
            stepper.zero_grad()
            loss.backward()
            stepper.step()
            schedule.step()
            total += float(loss.detach())
    network.eval()


def made_up(shapes: Mapping[Modality, tuple[int, ...]], count: int) -> Examples:
    """Noise, and labels in turn."""
    generator = torch.Generator().manual_seed(0)
    targets = torch.eye(CLASSES)[torch.arange(count) % CLASSES]
    inputs = {m: torch.randn(count, 1, *shape, generator=generator) for m, shape in shapes.items()}
    return Examples(inputs, {m: torch.ones(count, dtype=torch.bool) for m in shapes}, targets, targets)


def _face() -> Network:
    encoder = ScaledMlp(35, dropout=0.5)
    return Network({VIDEO: encoder}, Early({VIDEO: encoder.dim}, CLASSES, dropout=0.2))


def _voice() -> Network:
    encoder = ResidualSpectrum()
    return Network({AUDIO: encoder}, Early({AUDIO: encoder.dim}, CLASSES, dropout=0.2))


def whole(fusion: str) -> Network:
    """A whole network of Chumachenko et al. 2022, as `tests/encoders/test_chumachenko.py` counts it."""
    encoders = {AUDIO: MfccCnn(), VIDEO: EfficientFace()}
    seam = {} if fusion == "late_transformer" else {"mid_dims": {m: encoder.mid_dim for m, encoder in encoders.items()}}
    made = catalog.named("fusions", fusion)({m: encoder.dim for m, encoder in encoders.items()}, CLASSES, **seam)
    return Network(encoders, made)


# The step


def steps(fusion: str, shapes: Mapping[Modality, tuple[int, ...]], rounds: int) -> tuple[float, float, list[float]]:
    """A training step of the network and of the same written flat, with weights of their own that begin alike."""
    torch.manual_seed(0)
    network = whole(fusion).train()
    flat = Flat(network, fusion)
    (batch,) = made_up(shapes, 4).batches(4)
    assert batch.target is not None
    ours = partial(stepped, lambda: network(batch).logits, list(network.parameters()), batch.target)
    floor = partial(stepped, lambda: flat(batch.inputs[AUDIO], batch.inputs[VIDEO]), flat.parameters, batch.target)
    torch.testing.assert_close(flat(batch.inputs[AUDIO], batch.inputs[VIDEO]), network(batch).logits)
    for gradient, other in zip(gradients(floor), gradients(ours), strict=True):
        torch.testing.assert_close(gradient, other, rtol=1e-3, atol=1e-5)
    steppers = {way: torch.optim.AdamW(way.args[1], RATE) for way in (floor, ours)}

    def run(way: "partial[None]") -> None:
        steppers[way].zero_grad()
        way()
        steppers[way].step()

    run(floor)
    run(ours)  # which makes the optimizers' memories
    return in_turns(partial(run, floor), partial(run, ours), rounds, 1)


def stepped(answer: Callable[[], torch.Tensor], parameters: list[torch.Tensor], target: torch.Tensor) -> None:
    """Forth and back."""
    F.cross_entropy(answer(), target).backward()


def gradients(way: "partial[None]") -> list[torch.Tensor]:
    """What one step finds, in the order of the parameters."""
    for p in way.args[1]:
        p.grad = None
    way()
    return [p.grad.clone() for p in way.args[1]]


class Flat:
    """The three networks of Chumachenko et al. as one function: no modules, no maps by modality, nothing said of what is missing.

    Args:
        network: Whose weights it copies.
        fusion: Which of the three, one head.
    """

    def __init__(self, network: Network, fusion: str) -> None:
        self.fusion = fusion
        taught = {name for name, _ in network.named_parameters()}
        self.w = {name: t.detach().clone().requires_grad_(name in taught) for name, t in network.state_dict().items()}
        self.parameters = [self.w[name] for name, _ in network.named_parameters()]

    def __call__(self, sound: torch.Tensor, faces: torch.Tensor) -> torch.Tensor:
        """Shape: (B, F, 10), (B, T, 3, S, S) -> (B, C)."""
        a, v = self._sound(sound.transpose(1, 2), "first").transpose(1, 2), self._faces(faces).transpose(1, 2)  # (B, T, D) each
        if self.fusion == "intermediate_attention":
            over_v, over_a = (
                self._looks("fusion.attention.audio looks at video", a, v),
                self._looks("fusion.attention.video looks at audio", v, a),
            )
            a, v = a * (over_a.mean(dim=1) * a.shape[1])[:, :, None], v * (over_v.mean(dim=1) * v.shape[1])[:, :, None]
        elif self.fusion == "intermediate_transformer":
            a, v = a + self._crossed("fusion.blocks.audio from video", a, v), v + self._crossed("fusion.blocks.video from audio", v, a)
        a = self._sound(a.transpose(1, 2), "second").transpose(1, 2)
        v = self._over_time(v.transpose(1, 2), "encoders.video.over_time_late").transpose(1, 2)
        if self.fusion == "late_transformer":
            a, v = self._crossed("fusion.blocks.audio from video", a, v), self._crossed("fusion.blocks.video from audio", v, a)
        return self._linear(torch.cat([a.mean(dim=1), v.mean(dim=1), torch.ones(len(a), 2)], dim=1), "fusion.head")

    def _sound(self, x: torch.Tensor, half: str) -> torch.Tensor:
        for i in (0, 4):
            x = F.relu(self._normed(self._conv1d(x, f"encoders.audio.{half}.{i}", 0), f"encoders.audio.{half}.{i + 1}"))
            x = F.max_pool1d(x, 2, 1)
        return x

    def _faces(self, faces: torch.Tensor) -> torch.Tensor:
        """Shape: (B, T, 3, S, S) -> (B, D, T)."""
        name = "encoders.video"
        batch, time = faces.shape[:2]
        x = F.relu(self._normed(self._conv(faces.flatten(0, 1), f"{name}.stem.0", 2, 1), f"{name}.stem.1"))
        begun = x = F.max_pool2d(x, 3, 2, 1)
        for stage, times in enumerate(REPEATS):
            for i in range(times):
                x = self._unit(x, f"{name}.stages.{stage}.{i}", 2 if i == 0 else 1)
            if stage == 0:
                x = self._modulated(x, f"{name}.modulator") + self._quarters(begun, f"{name}.quarters.parts")
        x = F.relu(self._normed(self._conv(x, f"{name}.last.0", 1, 0), f"{name}.last.1")).mean(dim=(2, 3))
        return self._over_time(x.unflatten(0, (batch, time)).transpose(1, 2), f"{name}.over_time")

    def _unit(self, x: torch.Tensor, name: str, step: int) -> torch.Tensor:
        if step == 2:
            left = self._normed(self._conv(x, f"{name}.passed.0", 2, 1, x.shape[1]), f"{name}.passed.1")
            left, right = F.relu(self._normed(self._conv(left, f"{name}.passed.2", 1, 0), f"{name}.passed.3")), x
        else:
            left, right = x.chunk(2, dim=1)
        right = F.relu(self._normed(self._conv(right, f"{name}.worked.0", 1, 0), f"{name}.worked.1"))
        right = self._normed(self._conv(right, f"{name}.worked.3", step, 1, right.shape[1]), f"{name}.worked.4")
        right = F.relu(self._normed(self._conv(right, f"{name}.worked.5", 1, 0), f"{name}.worked.6"))
        return torch.stack([left, right], dim=2).flatten(1, 2)

    def _quarters(self, x: torch.Tensor, name: str) -> torch.Tensor:
        parts = []
        for i, quarter in enumerate(q for half in x.chunk(2, dim=2) for q in half.chunk(2, dim=3)):
            h = F.relu(self._normed(self._conv(quarter, f"{name}.{i}.0", 2, 1, x.shape[1]), f"{name}.{i}.1"))
            parts.append(F.relu(self._normed(self._conv(h, f"{name}.{i}.3", 1, 1, h.shape[1]), f"{name}.{i}.4")))
        return torch.cat([torch.cat(parts[:2], dim=3), torch.cat(parts[2:], dim=3)], dim=2)

    def _modulated(self, x: torch.Tensor, name: str) -> torch.Tensor:
        hidden = F.relu(self._normed(self._linear(x.mean(dim=(2, 3)), f"{name}.channels.0"), f"{name}.channels.1"))
        p = F.relu(self._normed(self._conv(x, f"{name}.places.0", 1, 0), f"{name}.places.1"))
        for i in (3, 6):
            p = F.relu(self._normed(self._conv(p, f"{name}.places.{i}", 1, 4, 1, 4), f"{name}.places.{i + 1}"))
        p = self._conv(p, f"{name}.places.9", 1, 0)
        return (self._linear(hidden, f"{name}.channels.3")[:, :, None, None] * p).sigmoid() * x

    def _over_time(self, x: torch.Tensor, name: str) -> torch.Tensor:
        for i in (0, 3):
            x = F.relu(self._normed(self._conv1d(x, f"{name}.{i}", 1), f"{name}.{i + 1}"))
        return x

    def _looks(self, name: str, looking: torch.Tensor, seen: torch.Tensor) -> torch.Tensor:
        """Shape: (B, T, D), (B, S, D') -> (B, T, S)."""
        q, k = F.linear(looking, self.w[f"{name}.query.weight"]), F.linear(seen, self.w[f"{name}.key.weight"])
        return (q @ k.transpose(1, 2) * q.shape[-1] ** -0.5).softmax(dim=-1)

    def _crossed(self, name: str, looking: torch.Tensor, seen: torch.Tensor) -> torch.Tensor:
        """Shape: (B, T, D), (B, S, D') -> (B, T, D)."""
        seen = self._levelled(seen, f"{name}.before_keys")
        weights = self._looks(f"{name}.attention", self._levelled(looking, f"{name}.before_queries"), seen)
        found = self._linear(weights @ F.linear(seen, self.w[f"{name}.value.weight"]), f"{name}.out")
        hidden = F.gelu(self._linear(self._levelled(found, f"{name}.before_mlp"), f"{name}.mlp.0"))
        return found + self._linear(hidden, f"{name}.mlp.2")

    def _conv(self, x: torch.Tensor, name: str, step: int, padding: int, groups: int = 1, apart: int = 1) -> torch.Tensor:
        return F.conv2d(x, self.w[f"{name}.weight"], self.w.get(f"{name}.bias"), step, padding, apart, groups)

    def _conv1d(self, x: torch.Tensor, name: str, padding: int) -> torch.Tensor:
        return F.conv1d(x, self.w[f"{name}.weight"], self.w[f"{name}.bias"], 1, padding)

    def _normed(self, x: torch.Tensor, name: str) -> torch.Tensor:
        running = self.w[f"{name}.running_mean"], self.w[f"{name}.running_var"]
        return F.batch_norm(x, *running, self.w[f"{name}.weight"], self.w[f"{name}.bias"], training=True)

    def _levelled(self, x: torch.Tensor, name: str) -> torch.Tensor:
        return F.layer_norm(x, (x.shape[-1],), self.w[f"{name}.weight"], self.w[f"{name}.bias"])

    def _linear(self, x: torch.Tensor, name: str) -> torch.Tensor:
        return F.linear(x, self.w[f"{name}.weight"], self.w[f"{name}.bias"])


if __name__ == "__main__":
    main()
