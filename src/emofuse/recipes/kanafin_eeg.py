"""Kanafin, Myrzakhmet, Kuanysh 2024: EEG by itself, on EEG Brainwave's statistics and on SEED.

"paper" divides at random, as the paper and the notebooks it names do: half of each judged row of EEG Brainwave stands in a row that
was learnt from, and each judged trial of SEED is of a person and a film that were. "clean" keeps recordings apart in the one, whose
two people nobody can tell apart, and people in the other. Nothing is chosen; the last epoch is kept.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np

from emofuse.core.clip import Signal
from emofuse.core.corpus import Corpus
from emofuse.core.errors import UnknownName
from emofuse.core.modality import Modality
from emofuse.core.split import Protocol
from emofuse.corpora.eeg_brainwave import EEG_BRAINWAVE, SPAN
from emofuse.corpora.seed import CHANNELS, form
from emofuse.encoders.base import Encoder
from emofuse.encoders.last_state import CELLS, LastState
from emofuse.encoders.scaled_mlp import ScaledMlp
from emofuse.features.vectors import Vectors
from emofuse.features.wavelets import Wavelets
from emofuse.fusions.early import Early
from emofuse.network import Network
from emofuse.protocols.by_clip import shuffled
from emofuse.protocols.by_group import grouped
from emofuse.recipe import Recipe
from emofuse.training.fit import fit

COLUMNS = 1_274  # statistics of one window of EEG Brainwave; a row has two windows
WIDTHS = (256, 128)  # of the MLP
OCTAVES = 5
LONGEST = 300_000  # ms; SEED's longest film lasts 265 s
APART = 5  # folds of recordings, and of three people each

PAPER, CLEAN = "paper", "clean"
BRAINWAVE: Mapping[str, Protocol] = {PAPER: shuffled((0.7, 0.0, 0.3)), CLEAN: grouped(APART, by="recording", choose=False)}
"""2,132 rows: 640 judged, as the notebooks do; or five folds of recordings."""
SEED: Mapping[str, Protocol] = {PAPER: shuffled((0.8, 0.0, 0.2)), CLEAN: grouped(APART, choose=False)}
"""A fifth of the trials, as the repository that the paper names does; or five folds of people."""


@dataclass(frozen=True, slots=True)
class TwoWindows:
    """A row of EEG Brainwave as the two windows it describes, the earlier one first, so that a memory has something to go along.

    Shape:
        (1, 2548) -> (2, 1274)

    Raises:
        ValueError: A row that is not of two equal halves.
    """

    modality: Modality = Modality.EEG

    def __call__(self, signal: Signal) -> np.ndarray:
        """Shape: (1, D) -> (2, D / 2)."""
        row = Vectors("side by side")(signal)
        if row.shape[1] % 2:
            raise ValueError(
                f"A row has {row.shape[1]} columns. Expected as many of the earlier window as of the later; get the table again."
            )
        return row.reshape(2, -1)


def brainwave(
    *, cell: str = "lstm", protocol: str = PAPER, columns: int = COLUMNS, epochs: int = 50, learning_rate: float = 1e-3
) -> Recipe:
    """Rows of EEG Brainwave by a GRU or an LSTM over the two windows of each.

    Accuracy on 2,132 rows at random (section "EEG modal recognition" of the first approach): GRUs of others' notebooks 94.5 to 98 %,
    an LSTM 98.4 %.
    Differences: the paper tells nothing of its LSTM but its name; notebooks lead a GRU of 256 over the 2,548 columns as if each were
    a moment. Here each of the two windows is one, and columns are standardised by what is learnt from.

    Args:
        cell: "lstm" or "gru".
        protocol: "paper" or "clean".
        columns: Of each window.
        epochs: Passes over what is learnt from.
        learning_rate: At its highest: it rises and falls once.

    Raises:
        UnknownName: A cell or a protocol that does not exist.
    """
    _known("brainwave", "cell", cell, CELLS)
    _known("brainwave", "protocol", protocol, BRAINWAVE)
    return Recipe(
        name=f"kanafin_{cell}",
        corpus=EEG_BRAINWAVE,
        labels=EEG_BRAINWAVE.labels,
        protocol=BRAINWAVE[protocol],
        features={Modality.EEG: TwoWindows()},
        build=partial(_network, partial(LastState, columns, 256, cell), EEG_BRAINWAVE),
        fit=partial(
            fit, epochs=epochs, learning_rate=learning_rate, batch_size=32, weight_decay=0.01, optimizer="adamw", choose=None, clip=1.0
        ),
        window=SPAN,
        hop=SPAN,
        says="Whether a film scene pleased, saddened or was none, from statistics of a headband's signal, as a paper did it.",
    )


def seed(*, protocol: str = PAPER, epochs: int = 100, learning_rate: float = 1e-3) -> Recipe:
    """Trials of SEED by an MLP over energies and entropies of five octaves at 62 channels.

    Accuracy (section "EEG modal recognition" of the first approach): MLP 74 % on 645 trials, an SVM of the repository that the features
    are from slightly less; that repository's own SVM 69.7 % on 132 of 660 trials. Others by person reach about 80 to 90 %.
    Differences: all 675 trials where a copy is whole; the paper tells nothing of its MLP; columns are standardised by what is learnt
    from, not by all rows. Sums over a trial tell how long its film was, and so which it was: "clean" takes means.

    Args:
        protocol: "paper" or "clean".
        epochs: Passes over what is learnt from.
        learning_rate: At its highest: it rises and falls once.

    Raises:
        UnknownName: A protocol that does not exist.
    """
    _known("seed", "protocol", protocol, SEED)
    corpus = form("raw")
    return Recipe(
        name="kanafin_seed",
        corpus=corpus,
        labels=corpus.labels,
        protocol=SEED[protocol],
        features={Modality.EEG: Wavelets(OCTAVES, each=protocol == CLEAN)},
        build=partial(_network, partial(ScaledMlp, 2 * CHANNELS * OCTAVES, WIDTHS), corpus),
        fit=partial(fit, epochs=epochs, learning_rate=learning_rate, batch_size=32, weight_decay=0.01, optimizer="adamw", choose=None),
        window=LONGEST,  # a whole trial, and zeros behind it, which the feature knows for none
        hop=LONGEST,
        says="Which kind of film somebody watches, from the EEG of a whole trial, as a paper did it.",
    )


def _known(recipe: str, what: str, name: str, known: Mapping[str, object]) -> None:
    if name not in known:
        raise UnknownName(f"kanafin_eeg:{recipe} knows no {what} '{name}'. Known: {', '.join(known)}; choose one of them.")


def _network(make: Callable[[], Encoder], corpus: Corpus) -> Network:
    encoder = make()
    return Network({Modality.EEG: encoder}, Early({Modality.EEG: encoder.dim}, len(corpus.labels), dropout=0.2))
