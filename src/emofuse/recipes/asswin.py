"""Asswin and others 2023: pretrained models of text, fine-tuned whole on MELD."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial

from emofuse.core.clip import Clip
from emofuse.core.errors import UnknownName
from emofuse.core.modality import Modality
from emofuse.core.split import PERSON, Protocol, Split
from emofuse.corpora.meld import MELD
from emofuse.encoders.pretrained import Pretrained
from emofuse.features.text import Tokens
from emofuse.fusions.early import Early
from emofuse.network import Network
from emofuse.protocols.by_clip import official
from emofuse.recipe import Recipe
from emofuse.training.fit import fit

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
