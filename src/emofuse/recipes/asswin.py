"""Asswin and others 2023: pretrained models on MELD; of text, fine-tuned whole, and of sound and of pictures, as they come."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import MappingProxyType

import numpy as np
import torch
from torch import nn

from emofuse.core.clip import Clip, Signal, Source
from emofuse.core.errors import RunError, UnknownName
from emofuse.core.modality import Modality
from emofuse.core.split import PERSON, Protocol, Split
from emofuse.corpora.meld import MELD
from emofuse.data import Examples
from emofuse.encoders.pretrained import Pretrained
from emofuse.features.pictures import Picture
from emofuse.features.text import Tokens, vocabulary
from emofuse.features.waveform import Waveform
from emofuse.fusions.base import Fusion, Output, Tensors
from emofuse.fusions.early import Early
from emofuse.media.frames import read_frames
from emofuse.media.hub import loaded
from emofuse.media.sound import RATE
from emofuse.network import Network
from emofuse.protocols.by_clip import official
from emofuse.recipe import Recipe
from emofuse.training.fit import Epoch, fit

SETTINGS = {
    "bert-8": (8, 2e-4),
    "bert-16": (16, 1e-4),
    "bert-32": (32, 2e-5),
    "roberta-8": (8, 1e-5),
    "roberta-16": (16, 1e-5),
    "roberta-32": (32, 1e-5),
}
"""Batch size and learning rate (tables 2 and 4), three of each model; weighted F1 on test, in this order (tables 3 and 5):
.6145 .5983 .6204 and .6240 .6296 .6215."""

OFFICIAL = official("part", train="train", valid="dev", test="test")
WINDOW, HOP = 4_000, 2_000  # ms; an utterance of MELD lasts 3.6 s on average
PROMPT = "a photo of a person whose face shows {}"
SAYS = MappingProxyType({"neutral": "no emotion"})  # what a label is called in a prompt, where not by its own name
WORDS = MappingProxyType(
    {
        "ang": "anger", "angry": "anger", "dis": "disgust", "disgusted": "disgust", "fea": "fear", "fearful": "fear", "scared": "fear",
        "hap": "happiness", "happy": "happiness", "joy": "happiness", "neu": "neutral", "calm": "neutral", "sad": "sadness",
        "sur": "surprise", "surprised": "surprise",
    }
)  # fmt: skip
"""What models call MELD's labels, where not by their own names."""
UNHEARD = 1e-6  # probability of a label that a model does not know


def text(
    *,
    model: str = "minilm",
    setting: str = "bert-32",
    batch_size: int | None = None,
    learning_rate: float | None = None,
    length: int = 256,
    epochs: int = 3,
    protocol: str = "paper",
) -> Recipe:
    """An utterance alone, by a pretrained model that is fine-tuned whole; MELD's official parts, 7 emotions.

    Weighted F1 on test: 0.6204 with BERT (table 6), 0.6296 with RoBERTa (table 7). Their models are named or given as folders,
    ``model=google-bert/bert-base-uncased`` or ``model=FacebookAI/roberta-base``; MiniLM, a fifth of their size, comes with a package.
    Differences: 2,610 utterances are judged, where they print 4,807; a linear layer on the first mark and the mean of the words in
    place of the model's own head; the learning rate rises and falls in one cycle, and biases do not decay; MELD has no utterance
    that 256 pieces would cut.

    Args:
        model: A short name, a local folder, or a name on the hub (`emofuse.media.hub.located`).
        setting: One of `SETTINGS`.
        batch_size: In place of the setting's.
        learning_rate: In place of the setting's, at its highest.
        length: Pieces of words that are read.
        epochs: The last one is kept, as they do.
        protocol: "paper", MELD's official parts, which share the six friends; "clean", `by_friends`.

    Raises:
        UnknownName: A setting that is not among `SETTINGS`, or a protocol that is not among `PROTOCOLS`.
    """
    for what, name, known in (("setting", setting, SETTINGS), ("protocol", protocol, PROTOCOLS)):
        if name not in known:
            raise UnknownName(f"asswin:text knows no {what} '{name}'. Known: {', '.join(known)}; choose one of them.")
    size, rate = SETTINGS[setting]
    return Recipe(
        name="asswin_text",
        corpus=MELD,
        labels=MELD.labels,
        protocol=PROTOCOLS[protocol](),
        features={Modality.TEXT: Tokens(model, length=length, turns=0, names="none")},
        build=partial(_network, model, length),
        fit=partial(
            fit,
            epochs=epochs,
            learning_rate=learning_rate or rate,
            batch_size=batch_size or size,
            weight_decay=0.01,
            optimizer="adamw",
            clip=1.0,
            choose=None,
            warm_up=0.1,
            precision="bf16-mixed",
            alike=True,
        ),
        says="Emotion in single utterances of a comedy's script: a pretrained model, fine-tuned whole, as a paper did it.",
    )


def audio(*, model: str = "superb/wav2vec2-base-superb-er", words: Mapping[str, str] | None = None) -> Recipe:
    """A classifier of speech by what others have taught it, not by MELD; MELD's official parts, 7 emotions.

    Accuracy on test: 0.34, weighted F1 0.25, macro F1 0.10 (table 8; they print the accuracy as F1).
    Differences: they do not say which wav2vec2 it is, nor how its labels become MELD's; the one that is named here knows neutral,
    happiness, anger and sadness, so disgust, fear and surprise are never answered. 2,610 utterances are judged, where they print
    4,807, in windows of 4 s. A temperature is fitted on dev; nothing else is learnt.

    Args:
        model: A folder, or a name on the hub, of a classifier of sound.
        words: Its labels to MELD's; none for `WORDS`. Labels without a place are left out of the answer.
    """
    return Recipe(
        name="asswin_audio",
        corpus=MELD,
        labels=MELD.labels,
        protocol=untaught_split,
        features={Modality.AUDIO: Waveform(model)},
        build=partial(_hearing, model, dict(WORDS if words is None else words)),
        fit=untaught,
        window=WINDOW,
        hop=HOP,
        prepare=beginning,
        keep=partial(has, modality=Modality.AUDIO),
        says="Emotion in the voice by a model that has learnt from others than are judged here, and was not adapted.",
    )


def clip(
    *, model: str = "openai/clip-vit-large-patch14", prompt: str = PROMPT, says: Mapping[str, str] | None = None, every: int = 10
) -> Recipe:
    """Every tenth picture of a film, compared with seven sentences by CLIP, which has learnt nothing of emotion; MELD's official parts.

    Accuracy on test: 0.24, weighted F1 0.25, macro F1 0.17 (table 9; ViT-L/14).
    Differences: they do not print their sentences, nor by what they weigh pictures, whose probabilities are averaged here;
    2,610 utterances are judged, where they print 4,807. A temperature is fitted on dev; nothing else is learnt.
    Recordings that are analysed later are seen by their faces, in grey, five a second.

    Args:
        model: A CLIP: a folder, or a name on the hub.
        prompt: With a place for what a label is called.
        says: What labels are called, where not by their own names; none for `SAYS`.
        every: One picture of so many is looked at.
    """
    called = {word: dict(SAYS if says is None else says).get(word, word) for word in MELD.labels}
    return Recipe(
        name="asswin_clip",
        corpus=replace(MELD, find=partial(_films, find=MELD.find, every=every)),
        labels=MELD.labels,
        protocol=untaught_split,
        features={Modality.VIDEO: Picture()},
        build=partial(_comparing, model, tuple(prompt.format(called[word]) for word in MELD.labels)),
        fit=untaught,
        prepare=beginning,
        keep=partial(has, modality=Modality.VIDEO),
        says="Emotion in whole pictures, by a model that compares pictures with sentences and has learnt nothing of emotion.",
    )


def has(clip: Clip, modality: Modality) -> bool:
    """Clips with one modality: all of MELD's whose film is there and can be used."""
    return modality in clip.sources


def beginning(signal: Signal) -> Signal:
    """One window from the start, or one picture: of what teaches nothing, as much as shows that it can be answered.

    Shape:
        (time,) -> (4 s,), zeros after its end; (time, height, width, ...) -> (1, 48, 48) of its middle, whatever its size was
    """
    if signal.values.ndim == 1:
        count = WINDOW * RATE // 1_000
        values = np.zeros(count, dtype=np.float32)
        values[: min(len(signal.values), count)] = signal.values[:count]
        return Signal(values, signal.rate)
    picture = signal.values[:1]
    rows, columns = (np.linspace(0, picture.shape[axis] - 1, 48).round().astype(int) for axis in (1, 2))
    return Signal(picture[:, rows][:, :, columns], signal.rate)


def untaught_split(clips: Sequence[Clip]) -> Iterator[Split]:
    """MELD's parts, of which only a clip a label is left to learn from, since nothing is learnt."""
    for split in OFFICIAL(clips):
        first = {clip.label: clip for clip in reversed(split.train)}
        yield replace(split, train=tuple(sorted(first.values(), key=lambda clip: clip.id)))


@torch.inference_mode()
def untaught(
    network: Network,
    train: Examples,
    valid: Examples | None,
    *,
    seed: int = 0,
    kept: Callable[[Network, Epoch], None] | None = None,
) -> list[Epoch]:
    """Teach nothing; a line that says how far off the network is as it comes.

    Args:
        network: To be left as it is.
        train: Looked at once.
        valid: Not looked at.
        seed: Of nothing.
        kept: Not called.
    """
    network.eval()
    losses = [float(network.fusion.loss(network(b), b.target)) for b in train.batches(8) if b.target is not None]
    return [Epoch(0, sum(losses) / len(losses), None, None, None, seconds=0.0)]


class Translated(Fusion):
    """A classifier's own probabilities, in other labels: what it calls alike is added up, what has no place is left out.

    Args:
        places: Where each of its labels belongs; None for those that are left out.
        classes: How many labels are answered.
    """

    table: torch.Tensor

    def __init__(self, places: Sequence[int | None], classes: int) -> None:
        super().__init__()
        table = torch.zeros(len(places), classes)
        for row, place in enumerate(places):
            if place is not None:
                table[row, place] = 1
        self.register_buffer("table", table)

    def forward(self, late: Tensors, present: Tensors) -> Output:
        """Shape: {m: (B, 1, K)} logarithms -> logits (B, C)."""
        (answers,) = late.values()
        return Output((answers[:, 0].exp() @ self.table + UNHEARD).log())


def _films(root: Path, find: Callable[[Path], Iterator[Clip]], every: int) -> Iterator[Clip]:
    """MELD's clips with whole pictures in place of faces."""
    read = partial(read_frames, every=every)
    for found in find(root):
        seen = {m: Source(source.path, read) if m is Modality.VIDEO else source for m, source in found.sources.items()}
        yield replace(found, sources=seen)


def _hearing(model: str, words: Mapping[str, str]) -> Network:
    """A classifier with its own answers, said in MELD's words.

    Raises:
        RunError: None of its labels is one of MELD's.
    """
    encoder = Pretrained(model, "answers", layers=0, rank=0)
    own = [str(encoder.model.config.id2label[i]) for i in range(encoder.dim)]
    said = [words.get(word.lower(), word.lower()) for word in own]
    places = [MELD.labels.index(word) if word in MELD.labels else None for word in said]
    if all(place is None for place in places):
        raise RunError(
            f"None of the labels of '{model}' is known: {', '.join(own)}. Expected some of {', '.join(MELD.labels)}; say which is which, "
            f'--with words=\'{{"{own[0]}": "neutral", ...}}\', or name another model.'
        )
    return Network({Modality.AUDIO: encoder}, Translated(places, len(MELD.labels)))


@torch.no_grad()
def _meanings(model: str, sentences: Sequence[str]) -> torch.Tensor:
    """What CLIP makes of sentences, times what it multiplies likenesses by. Shape: (C, D)."""
    both, reader = loaded("CLIPModel", model, dtype="float32").eval(), vocabulary(model)
    said = [both.get_text_features(input_ids=torch.tensor([reader.encode(sentence).ids])) for sentence in sentences]
    vectors = torch.cat([getattr(one, "pooler_output", one) for one in said])  # transformers 5 gives more than the vector
    meant: torch.Tensor = both.logit_scale.exp() * vectors / vectors.norm(dim=1, keepdim=True)
    return meant


def _comparing(model: str, sentences: Sequence[str]) -> Network:
    """CLIP's image half, and a linear layer that holds the sentences."""
    encoder = Pretrained(model, "clip", layers=0, rank=0)
    head = Early({Modality.VIDEO: encoder.dim}, len(sentences))
    last = head.head[-1]
    assert isinstance(last, nn.Linear)
    with torch.no_grad():
        last.weight.copy_(_meanings(model, sentences))
        last.bias.zero_()
    return Network({Modality.VIDEO: encoder}, head)


def _network(model: str, length: int) -> Network:
    encoder = Pretrained(model, length=length, layers=None)
    return Network({Modality.TEXT: encoder}, Early({Modality.TEXT: encoder.dim}, len(MELD.labels), dropout=0.1))


def by_friends() -> Protocol:
    """The official test part by whoever has learnt from none of its speakers: three folds, two of the six friends in each.

    A fold learns from the official train part without its speakers and judges their utterances in the official test part, so that
    neither dialogues nor people are shared. Guests are dealt to the folds by their names, in turn. What several people say at once
    is learnt from where none of them is judged, and judged where all of them are.
    """

    def protocol(clips: Sequence[Clip]) -> Iterator[Split]:
        known = sorted(clips, key=lambda clip: clip.id)
        guests = sorted({name for clip in known for name in speakers(clip)} - {name for two in FRIENDS for name in two})
        for i, two in enumerate(FRIENDS):
            judged = {*two, *guests[i :: len(FRIENDS)]}
            yield Split(
                f"without-{'-and-'.join(two)}",
                train=tuple(clip for clip in known if clip.facts["part"] == "train" and not speakers(clip) & judged),
                valid=(),
                test=tuple(clip for clip in known if clip.facts["part"] == "test" and speakers(clip) <= judged),
                apart=frozenset({PERSON, "dialogue"}),
            )

    return protocol


def speakers(clip: Clip) -> frozenset[str]:
    """Who speaks: several where the table names several.

    Example:
        >>> sorted(speakers(Clip("one", "meld-Ross and Joey", None, {}, {"speaker": "Ross and Joey"})))
        ['Joey', 'Ross']
    """
    return frozenset(re.split(r" and |/", clip.facts["speaker"]))


FRIENDS = (("Chandler", "Joey"), ("Monica", "Phoebe"), ("Rachel", "Ross"))
"""The six who speak 83 % of MELD, two by two in the order of their names."""
PROTOCOLS: Mapping[str, Callable[[], Protocol]] = {
    "paper": partial(official, "part", train="train", valid="dev", test="test"),
    "clean": by_friends,
}
