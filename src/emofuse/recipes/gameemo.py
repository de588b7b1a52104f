"""Which of four computer games somebody plays, from their EEG: GAMEEMO, whose labels are the games."""

from functools import partial
from types import MappingProxyType

from emofuse.core.errors import UnknownName
from emofuse.core.modality import Modality
from emofuse.corpora import gameemo as corpus
from emofuse.encoders.scaled_mlp import ScaledMlp
from emofuse.features.base import Feature
from emofuse.features.baseline import Few
from emofuse.features.eeg import BandPower, Decibels
from emofuse.fusions.early import Early
from emofuse.network import Committee, Network
from emofuse.protocols.by_group import leave_one_out
from emofuse.recipe import Recipe
from emofuse.training.fit import fit

PROTOCOLS = MappingProxyType({"pairs": leave_one_out("pair", choose=False), "people": leave_one_out(choose=False)})
"""By pairs of people who are nearly the same data, which is what the recipe is judged by; by person, whose twin was then learnt from."""

BANDS = tuple((name.lower(), low, high) for name, (low, high) in corpus.BANDS.items())


def bands(*, form: str = "bands", beside: int = 0, members: int = 3, epochs: int = 20, protocol: str = "pairs") -> Recipe:
    """Powers of four bands at 14 electrodes over 12 s; leave one pair of people out, 4 games (chance 0.25).

    There is no published figure that keeps people and their twins apart; Alakus et al. 2020 published the data.
    The label is the game: nothing here tells an emotion from a moment, or from how a game sounds and moves.

    Args:
        form: "bands", the table of powers, or "signal", the published samples, of which powers are made second by second.
        beside: Other clips of the person that each is seen beside, without their labels; 0 for none, -1 for all of them.
        members: Networks whose probabilities are averaged.
        epochs: Of each.
        protocol: One of `PROTOCOLS`.

    Raises:
        UnknownName: A protocol or a form that is not known.
    """
    if protocol not in PROTOCOLS:
        raise UnknownName(f"gameemo:bands knows no protocol '{protocol}'. Known: {', '.join(PROTOCOLS)}; choose one of them.")
    known: MappingProxyType[str, Feature] = MappingProxyType({"bands": Decibels(), "signal": BandPower(corpus.CHANNELS, bands=BANDS)})
    chosen = corpus.form(form)
    return Recipe(
        name="games",
        corpus=chosen,
        labels=chosen.labels,
        protocol=PROTOCOLS[protocol],
        features={Modality.EEG: known[form]},
        build=partial(_committee, members),
        fit=partial(
            fit, epochs=epochs, learning_rate=3e-3, batch_size=48, weight_decay=0.05, optimizer="adamw", label_smoothing=0.05, clip=5.0,
            averaging=0.98, choose=None, warm_up=0.15,
        ),
        window=corpus.WINDOW if form == "signal" else None,
        baseline={Modality.EEG: Few(clips=beside if beside > 0 else None)} if beside else {},
        says="Which of four games somebody plays, from the EEG's rhythms over 12 s. A game is no emotion.",
    )  # fmt: skip


def _committee(members: int) -> Network:
    return Committee([_network() for _ in range(members)])


def _network() -> Network:
    encoder = ScaledMlp(len(corpus.POWERS), (32, 32))
    return Network({Modality.EEG: encoder}, Early({Modality.EEG: encoder.dim}, len(corpus.WORDS), dropout=0.2))
