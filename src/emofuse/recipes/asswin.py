"""Asswin and others 2023: pretrained models of text, fine-tuned whole on MELD."""

from functools import partial

from emofuse.core.errors import UnknownName
from emofuse.core.modality import Modality
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

    Raises:
        UnknownName: A setting that is not among `SETTINGS`.
    """
    if setting not in SETTINGS:
        raise UnknownName(f"asswin:text knows no setting '{setting}'. Known: {', '.join(SETTINGS)}; choose one of them.")
    size, rate = SETTINGS[setting]
    return Recipe(
        name="asswin_text",
        corpus=MELD,
        labels=MELD.labels,
        protocol=official("part", train="train", valid="dev", test="test"),
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
