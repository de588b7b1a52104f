"""Emotion in what is said, from MELD and GoEmotions."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import torch
from torch import nn

from emofuse.core.clip import Clip
from emofuse.core.labels import COMMON_SEVEN
from emofuse.core.modality import Modality
from emofuse.corpora.goemotions import ekman_part
from emofuse.corpora.meld import MELD
from emofuse.data import Examples
from emofuse.encoders.pretrained import Pretrained
from emofuse.features.text import Tokens
from emofuse.fusions.early import Early
from emofuse.network import Network
from emofuse.protocols.by_clip import official
from emofuse.recipe import Recipe
from emofuse.training.fit import Epoch, fit

OFFICIAL = official("part", train="train", valid="dev", test="test")


def text(
    *,
    epochs: int = 3,
    learning_rate: float = 1.5e-4,
    layers: int = 0,
    rank: int = 64,
    members: int = 2,
    lean: float = 0.4,
    comments: float = 0.25,
    turns: int = 3,
    names: str = "as they are",
    length: int = 80,
    balance: float | None = None,
    smoothing: float = 0.1,
    dropout: float = 0.1,
    decay: float = 0.01,
    averaging: float = 0.995,
    batch_size: int = 32,
) -> Recipe:
    """MiniLM with low-rank adapters over an utterance and the turns before it; MELD's official parts, 7 emotions.

    Comments of GoEmotions, grouped by Ekman, are learnt from beside MELD. Epochs are fixed and the last one is kept; dev is
    for the temperature. Weighted F1 on MELD test: asswin_2023 0.6204 (BERT, table 6) and 0.6296 (RoBERTa, table 7), with five
    times as many weights; the best published on text alone is about 0.669.

    Args:
        epochs: Over MELD, of each member.
        learning_rate: At its highest.
        layers: Of MiniLM's six, the last ones, that are learnt whole.
        rank: Of the adapters in the others.
        members: How many trainings are averaged into one network.
        lean: How far labels are moved by their rarity (`fit_wide`), chosen on dev.
        comments: In how many epochs of one a comment of GoEmotions is drawn.
        turns: Before the utterance that are read.
        names: How speakers are shown (`emofuse.features.text.NAMES`).
        length: Pieces of words that are read.
        balance: How many times as much an utterance of a rare label may weigh.
        smoothing: Of labels.
        dropout: Before the last layer.
        decay: Of weights.
        averaging: Decay of the moving average of weights.
        batch_size: Utterances a step.
    """
    return Recipe(
        name="text",
        corpus=MELD,
        labels=COMMON_SEVEN,
        protocol=OFFICIAL,
        features={Modality.TEXT: Tokens(length=length, turns=turns, names=names)},
        build=partial(_network, "minilm", length, layers, rank, dropout),
        fit=partial(
            fit_wide,
            members=members,
            lean=lean,
            epochs=epochs,
            learning_rate=learning_rate,
            batch_size=batch_size,
            weight_decay=decay,
            optimizer="adamw",
            label_smoothing=smoothing,
            balance=balance,
            clip=1.0,
            averaging=averaging,
            choose=None,
            warm_up=0.1,
            precision="bf16-mixed",
            alike=True,
        ),
        often=partial(_often, comments=comments),
        half=True,
        beside=(ekman_part("train"),) if comments else (),
        elsewhere=(ekman_part("test"),),
        says="Emotion in what is said: English utterances, judged with the turns before them where there are any. It has learnt from "
        "scripts of a comedy and from comments on the web.",
    )


def fit_wide(
    network: Network,
    train: Examples,
    valid: Examples | None,
    *,
    members: int = 1,
    lean: float = 0.0,
    seed: int = 0,
    kept: Callable[[Network, Epoch], None] | None = None,
    **settings: Any,  # of `fit`
) -> list[Epoch]:
    """`fit` with adapters that may learn any change, which is then brought to their rank.

    A few epochs teach whole layers more than thin matrices; what they have learnt fits into thin ones afterwards. Several members
    begin alike, see the examples in orders of their own, and are averaged weight by weight into one network (Wortsman et al. 2022,
    "Model soups"). At the end labels are moved by how rare they are (Menon et al. 2021, "Long-tail learning via logit adjustment").

    Args:
        network: With adapters.
        train: Learnt from.
        valid: As in `fit`.
        members: How many trainings are averaged.
        lean: What of each label's logarithm of frequency its logit loses.
        seed: Of the first member; each further one has the next.
        kept: As in `fit`.
        settings: The rest of `fit`'s.
    """
    adapters = [a for encoder in network.encoders.values() if isinstance(encoder, Pretrained) for a in encoder.adapters]
    for adapter in adapters:
        adapter.widen()
    beginning = {name: tensor.clone() for name, tensor in network.state_dict().items()}
    mean = {name: torch.zeros_like(tensor) for name, tensor in beginning.items()}
    history: list[Epoch] = []
    for i in range(members):
        network.load_state_dict(beginning)
        lines = fit(network, train, valid, seed=seed + i, kept=kept, **settings)
        history += [replace(line, number=len(history) + line.number) for line in lines]
        for name, tensor in network.state_dict().items():
            mean[name] += tensor / members
    network.load_state_dict(mean)
    for adapter in adapters:
        adapter.narrow()
    drawn = train.targets if train.often is None else train.targets * train.often[:, None]
    head = [module for module in network.fusion.modules() if isinstance(module, nn.Linear)][-1]
    with torch.no_grad():
        head.bias.sub_(lean * (drawn.sum(dim=0) / drawn.sum()).clamp(min=1e-6).log())
    return history


def _often(clip: Clip, comments: float) -> float:
    """MELD's utterances in every epoch, comments now and then."""
    return 1.0 if "dialogue" in clip.facts else comments


def _network(name: str, length: int, layers: int | None, rank: int, dropout: float) -> Network:
    encoder = Pretrained(name, length=length, layers=layers, rank=rank)
    return Network({Modality.TEXT: encoder}, Early({Modality.TEXT: encoder.dim}, len(COMMON_SEVEN), dropout=dropout))
