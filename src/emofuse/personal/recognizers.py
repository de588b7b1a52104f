"""Recognizers that answer by a person's map. The lanes keep their names; notes and facts say that they are for one person."""

from collections.abc import Mapping, Sequence
from copy import copy, deepcopy
from dataclasses import replace

import numpy as np
import torch
from torch import nn

from emofuse.core.labels import LabelMap
from emofuse.core.modality import Modality
from emofuse.ensemble import Ensemble
from emofuse.fusions.base import Output
from emofuse.graph import Answer
from emofuse.network import Network
from emofuse.personal.map import Personal
from emofuse.personal.personal_weights import PersonalWeights
from emofuse.recognizer import NetworkRecognizer


def adapted(recognizer: NetworkRecognizer, personal: Personal, note: str, facts: Mapping[str, object]) -> NetworkRecognizer:
    """The same recognizer, answering by a person's map: each window's answer goes through it.

    Its lane keeps its name. What explains it sees the map, too: it is part of the network.

    Args:
        recognizer: Whose answers the map was learnt on.
        personal: The map, in its labels.
        note: What every reader is told.
        facts: What exports say of it, beside what they say of the recognizer.
    """
    theirs = copy(recognizer)
    theirs.answer = _mapped(recognizer, personal)
    theirs.network = _through(recognizer.network, recognizer.temperature, personal)
    theirs.temperature = 1.0
    theirs.notes = (*recognizer.notes, note)
    theirs.facts = {**recognizer.facts, "personal": dict(facts)}
    return theirs


def adapted_fusion(
    members: Sequence[NetworkRecognizer], personal: Personal, way: LabelMap, note: str, facts: Mapping[str, object]
) -> Ensemble:
    """Members as they are, and one answer of theirs by a person's weights and map.

    Args:
        members: Whose answers the map was learnt on; their lanes stay what they were.
        personal: The map, in the words of `way`.
        way: Brings members' labels to these words.
        note: What every reader is told.
        facts: What exports say of it.
    """
    decision = PersonalWeights(personal)
    return Ensemble(members, decision, way, notes=(note,), facts={"personal": dict(facts)}, whole=decision)


def _mapped(recognizer: NetworkRecognizer, personal: Personal) -> Answer:
    """Logits whose softmax is the answer by the map."""

    def answer(inputs: Mapping[Modality, np.ndarray], present: Mapping[Modality, np.ndarray]) -> np.ndarray:
        logits: np.ndarray = np.log(np.maximum(personal(recognizer.probabilities(inputs, present)), np.finfo(np.float64).tiny))
        return logits

    return answer


def _through(network: Network, temperature: float, personal: Personal) -> Network:
    """A copy of a network whose logits have gone through the map, so that gradients do, too."""
    matrix, bias = (torch.from_numpy(part).float() for part in personal.linear)

    def mapped(module: nn.Module, given: object, output: Output) -> Output:
        x = output.logits / temperature
        return replace(output, logits=(x - x.mean(dim=1, keepdim=True)) @ matrix.T + bias)

    theirs = deepcopy(network)
    theirs.register_forward_hook(mapped)
    return theirs
