"""A network as an ONNX graph over a run's own weights: the same answers, in about half the time without an accelerator.

The graph is a few kilobytes; its weights stay where they are, in ``weights.safetensors``, which it points into.
"""

import json
import struct
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import torch
from torch import nn

from emofuse.core.modality import Modality
from emofuse.network import Batch, Network

Answer = Callable[[Mapping[Modality, np.ndarray], Mapping[Modality, np.ndarray]], np.ndarray]
"""Inputs {m: (B, T, ...)} and present {m: (B,)} to logits (B, C)."""

GRAPH, WEIGHTS = "network.onnx", "weights.safetensors"


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
    with warnings.catch_warnings():
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
    if not (folder / GRAPH).exists():
        return None
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
    options.log_severity_level = 3  # errors only
    session = onnxruntime.InferenceSession(folder / GRAPH, options, providers=["CPUExecutionProvider"])
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
