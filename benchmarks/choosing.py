"""Which settings each fold would choose for the action units' network, by people of its own: never by those whom it judges.

For each of the six folds, a network learns from sixteen of its twenty actors and is asked about the other four, who are the next
fold's; the lower their cross entropy, in both regimes together, the better. Epochs and dropout are on the grid that the recipe was
chosen from; three more settings are shown to say how little else matters.
"""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import torch

from emofuse.bench.usual import TAUGHT
from emofuse.core.clip import Clip
from emofuse.core.modality import Modality
from emofuse.corpora.ravdess_au import COLUMNS, RAVDESS_AU
from emofuse.data import examples
from emofuse.encoders.scaled_mlp import ScaledMlp
from emofuse.evaluation.metrics import uar
from emofuse.features.base import Feature
from emofuse.features.baseline import Few
from emofuse.features.vectors import Vectors
from emofuse.fusions.early import Early
from emofuse.network import Network
from emofuse.protocols.by_subject import RAVDESS_SIX, folds

ALL = 59  # other clips that RAVDESS has of each person


@dataclass(frozen=True, slots=True)
class Setting:
    """How the network is made and taught."""

    epochs: int = 30
    dropout: float = 0.5
    widths: tuple[int, ...] = (64, 64)
    rate: float = 3e-3


GRID = {f"{epochs} epochs, dropout {dropout}": Setting(epochs, dropout) for epochs in (30, 60) for dropout in (0.3, 0.5)}
MORE = {
    "30 epochs, dropout 0.5, 128 wide": Setting(widths=(128, 128)),
    "30 epochs, dropout 0.3, one of 32": Setting(dropout=0.3, widths=(32,)),
    "30 epochs, dropout 0.5, rate 0.001": Setting(rate=1e-3),
}


def main() -> None:
    """Print what each fold's own valid people say of each setting, and what it would choose."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="holds ravdess/")
    options = parser.parse_args()
    torch.set_num_threads(1)
    splits = tuple(folds(RAVDESS_SIX)(RAVDESS_AU.clips(RAVDESS_AU.under(options.data))))
    losses = {}
    print(f"{'setting':<36} {'regime':<10} {'UAR':>6} {'loss':>6}   loss by fold")
    for name, setting in {**GRID, **MORE}.items():
        for regime, beside in (("alone", 0), ("beside", ALL)):
            heard = [asked(split.train, split.valid, beside, setting) for split in splits]
            losses[name, regime] = np.array([loss for loss, _ in heard])
            mean = float(np.mean([recall for _, recall in heard]))
            by_fold = " ".join(f"{loss:.2f}" for loss, _ in heard)
            print(f"{name:<36} {regime:<10} {mean:6.3f} {losses[name, regime].mean():6.3f}   {by_fold}", flush=True)
    names = list(GRID)
    table = np.stack([losses[name, "alone"] + losses[name, "beside"] for name in names])  # (settings, folds)
    for fold, best in enumerate(table.argmin(axis=0), 1):
        print(f"fold {fold} would choose {names[best]}")


def asked(train: Sequence[Clip], valid: Sequence[Clip], beside: int, setting: Setting) -> tuple[float, float]:
    """Cross entropy and UAR on clips of people who were not learnt from."""
    m = Modality.VIDEO
    features: dict[Modality, Feature] = {m: Vectors(modality=m)}
    baseline = {m: Few(clips=beside)} if beside else {}
    taught = examples(train, features, RAVDESS_AU.labels, baseline=baseline)
    tested = examples(valid, features, RAVDESS_AU.labels, baseline=taught.baseline)
    torch.manual_seed(0)
    encoder = ScaledMlp(len(COLUMNS), setting.widths, setting.dropout)
    network = Network({m: encoder}, Early({m: encoder.dim}, len(RAVDESS_AU.labels), dropout=0.2))
    encoder.adjust(taught.inputs[m][:, 0])
    partial(TAUGHT, epochs=setting.epochs, learning_rate=setting.rate)(network, taught, None, seed=0)
    with torch.inference_mode():
        logits = torch.cat([network.eval()(batch).logits for batch in tested.batches(512)])
    truth = tested.labels.argmax(1)
    return float(torch.nn.functional.cross_entropy(logits, truth)), float(uar(truth.numpy(), logits.argmax(1).numpy()))


if __name__ == "__main__":
    main()
