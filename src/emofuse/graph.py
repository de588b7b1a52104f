"""A network as an ONNX graph over a run's own weights: the same answers, in about half the time without an accelerator.

The graph is a few kilobytes; its weights stay where they are, in ``weights.safetensors``, which it points into.
Where a network rests on pretrained weights that its run does not keep, a graph is made on the machine that asks it (`Quantized`).
"""

import copy
import hashlib
import json
import logging
import struct
import tempfile
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import torch
from torch import nn

from emofuse.core.modality import Modality
from emofuse.encoders.base import Encoder
from emofuse.network import Batch, Network

Answer = Callable[[Mapping[Modality, np.ndarray], Mapping[Modality, np.ndarray]], np.ndarray]
"""Inputs {m: (B, T, ...)} and present {m: (B,)} to logits (B, C)."""

GRAPH, WEIGHTS = "network.onnx", "weights.safetensors"
SHORT = 8  # columns of the rows that a quantized graph is traced with; their number is left open

log = logging.getLogger(__name__)


class _Flat(nn.Module):
    """A network that takes its batch apart, as a graph has to."""

    def __init__(self, network: nn.Module, modalities: tuple[Modality, ...]) -> None:
        super().__init__()
        self.network, self.modalities = network, modalities

    def forward(self, inputs: tuple[torch.Tensor, ...], present: tuple[torch.Tensor, ...]) -> torch.Tensor:
        batch = Batch(dict(zip(self.modalities, inputs, strict=True)), dict(zip(self.modalities, present, strict=True)))
        logits: torch.Tensor = self.network(batch).logits
        return logits


def write_graph(network: Network, example: Batch, folder: Path) -> Path:
    """Export a network beside its weights.

    Args:
        network: In evaluation mode, with the weights that ``weights.safetensors`` in `folder` holds.
        example: Any batch of at least two; its number of rows is left open in the graph.
        folder: The run's.
    """
    import onnx

    modalities = network.modalities
    rows = torch.export.Dim("rows", min=1)
    inputs, present = (tuple(example.inputs[m] for m in modalities), tuple(example.present[m] for m in modalities))
    with warnings.catch_warnings(), _without_advice("torch.onnx"):
        warnings.simplefilter("ignore")  # the exporter's own use of things that are to go
        program = torch.onnx.export(
            _Flat(network, modalities),
            (inputs, present),
            dynamo=True,
            verbose=False,
            optimize=False,  # weights keep their names
            input_names=[*map(str, modalities), *(f"{m}_present" for m in modalities)],
            output_names=["logits"],
            dynamic_shapes=(tuple({0: rows} for _ in inputs), tuple({0: rows} for _ in present)),
        )
    assert program is not None
    model = program.model_proto
    for said in (model, model.graph, *model.graph.node, *model.graph.initializer, *model.graph.value_info, *model.functions):
        said.ClearField("metadata_props")  # where in whose files each operation was written: nobody's business, and most of the size
        said.ClearField("doc_string")
    places = _places(folder / WEIGHTS)
    for tensor in model.graph.initializer:
        place = places.get(tensor.name.removeprefix("network."))
        if place is None:
            continue
        tensor.ClearField("raw_data")
        tensor.data_location = onnx.TensorProto.EXTERNAL
        del tensor.external_data[:]
        for key, value in (("location", WEIGHTS), ("offset", str(place[0])), ("length", str(place[1] - place[0]))):
            tensor.external_data.add(key=key, value=value)
    beside = folder / f"{GRAPH}.part"
    beside.write_bytes(model.SerializeToString())
    beside.replace(folder / GRAPH)
    return folder / GRAPH


def open_graph(folder: Path, modalities: tuple[Modality, ...], threads: int = 1) -> Answer | None:
    """A run's graph, ready to answer; None where the run has none.

    Args:
        folder: The run's.
        modalities: The network's, in its order.
        threads: Of one answer.
    """
    return _session(folder / GRAPH, modalities, threads) if (folder / GRAPH).exists() else None


def _session(path: Path, modalities: tuple[Modality, ...], threads: int = 1) -> Answer:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
    options.log_severity_level = 3  # errors only
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    wanted = {value.name: value.shape[1:] for value in session.get_inputs()}

    def answer(inputs: Mapping[Modality, np.ndarray], present: Mapping[Modality, np.ndarray]) -> np.ndarray:
        feed = {str(m): inputs[m] for m in modalities} | {f"{m}_present": present[m] for m in modalities}
        for m in modalities:
            if not present[m].any():  # what stands there does not matter, but the graph insists on its length
                feed[str(m)] = np.zeros((len(inputs[m]), *wanted[str(m)]), dtype=inputs[m].dtype)
        (logits,) = session.run(None, {name: value for name, value in feed.items() if name in wanted})
        found: np.ndarray = logits
        return found

    return answer


class Quantized:
    """A network of one modality over rows that are filled up to one length, asked as a graph with weights of eight bits.

    It is made when it is first asked, and kept; a file that is not what was kept is made again. One row is asked at a time, cut to
    its own length, so that no answer hangs on who else is asked about. Where no graph can be made, the network itself answers.

    Args:
        network: With all its weights; its features are (B, 1, L), filled up with `filler`.
        weights: Hashes of all of them.
        folder: Where graphs are kept.
        filler: What rows are filled up with.
    """

    def __init__(self, network: Network, weights: str, folder: Path, filler: float = 0.0) -> None:
        self.network, self.folder, self.filler = network, folder, filler
        (self.modality,) = network.modalities
        self.name = hashlib.sha256(f"{weights} torch {torch.__version__}".encode()).hexdigest()[:32]
        self._answer: Answer | None = None

    def __call__(self, inputs: Mapping[Modality, np.ndarray], present: Mapping[Modality, np.ndarray]) -> np.ndarray:
        """Shape: {m: (B, 1, L)}, {m: (B,)} -> (B, C)."""
        if self._answer is None:
            self._answer = self._opened() or self._asked
        rows, there = inputs[self.modality], present[self.modality]
        answers = [
            self._answer({self.modality: _shorter(rows[i : i + 1], self.filler)}, {self.modality: there[i : i + 1]})
            for i in range(len(rows))
        ]
        return np.concatenate(answers)

    def _opened(self) -> Answer | None:
        """The graph that is kept, or a new one; None where there can be none."""
        path = self.folder / f"{self.name}.onnx"
        try:
            if not _intact(path):
                self._make(path)
            return _session(path, (self.modality,))
        except (ImportError, OSError, RuntimeError) as error:
            log.warning("no graph can be made in %s (%s): the network itself answers, in about four times as long", self.folder, error)
            return None

    def _make(self, path: Path) -> None:
        import onnx
        from onnxruntime.quantization import QuantType, quantize_dynamic

        log.info("making a graph of eight-bit weights in %s, once", path)
        settled = copy.copy(self.network)
        encoders = {m: encoder.settled() for m, encoder in self.network.encoders.items() if isinstance(encoder, Encoder)}
        settled._modules = {**self.network._modules, "encoders": nn.ModuleDict(encoders)}
        ids = torch.arange(2 * SHORT, dtype=torch.float32).reshape(2, 1, SHORT) + 1
        rows, columns = torch.export.Dim("rows", min=1), torch.export.Dim("columns", min=1)
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=path.parent) as folder, warnings.catch_warnings(), _silent():
            warnings.simplefilter("ignore")  # the exporter's own use of things that are to go
            program = torch.onnx.export(
                _Flat(settled.eval(), (self.modality,)),
                ((ids,), (torch.ones(2, dtype=torch.bool),)),
                dynamo=True,
                verbose=False,
                input_names=[str(self.modality), f"{self.modality}_present"],
                output_names=["logits"],
                dynamic_shapes=(({0: rows, 2: columns},), ({0: rows},)),
            )
            assert program is not None
            whole, small = Path(folder) / "whole.onnx", Path(folder) / "small.onnx"
            model = program.model_proto
            del model.graph.value_info[:]  # shapes before the exporter's own simplifications, which quantization stumbles over
            onnx.save(model, whole)
            quantize_dynamic(whole, small, weight_type=QuantType.QInt8, per_channel=True)
            path.with_suffix(".sha256").write_text(_digest(small), encoding="utf-8")
            small.replace(path)

    def _asked(self, inputs: Mapping[Modality, np.ndarray], present: Mapping[Modality, np.ndarray]) -> np.ndarray:
        """The network's own answer."""
        batch = Batch({m: torch.from_numpy(x) for m, x in inputs.items()}, {m: torch.from_numpy(x) for m, x in present.items()})
        with torch.inference_mode():
            logits: np.ndarray = self.network(batch).logits.float().numpy()
        return logits


@contextmanager
def _without_advice(name: str) -> Iterator[None]:
    """No warnings of one logger and those under it, such as of packages that no network here needs; its errors are passed on."""
    logger = logging.getLogger(name)
    before = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(before)


@contextmanager
def _silent() -> Iterator[None]:
    """No advice of the exporter to those who only want an answer: errors are raised."""
    before = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        yield
    finally:
        logging.disable(before)


def _shorter(row: np.ndarray, filler: float) -> np.ndarray:
    """Without the columns that only fill it up; one is left. Shape: (1, 1, L) -> (1, 1, L')."""
    filled = np.flatnonzero(row[0, 0] != filler)
    return row[:, :, : filled[-1] + 1 if len(filled) else 1]


def _intact(path: Path) -> bool:
    """Whether a graph is there, and is what was kept."""
    said = path.with_suffix(".sha256")
    return path.is_file() and said.is_file() and said.read_text(encoding="utf-8") == _digest(path)


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _places(path: Path) -> dict[str, tuple[int, int]]:
    """First and last byte of each tensor in a safetensors file: eight bytes of length, a JSON header, then the tensors."""
    with path.open("rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(length))
    start = 8 + length
    return {
        name: (start + entry["data_offsets"][0], start + entry["data_offsets"][1])
        for name, entry in header.items()
        if name != "__metadata__"
    }
