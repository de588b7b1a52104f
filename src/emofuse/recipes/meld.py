"""Emotion in what is said and how, from MELD's embeddings; and what it costs to weigh members by hand whom nobody has calibrated.

Learnt from and judged by dialogue, so that nothing is judged whose neighbours were learnt from; the speakers are the same few
friends almost everywhere. N: clips, C: classes, R: draws.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np

from emofuse import catalog
from emofuse.bench.base import Bench, Member, Sense
from emofuse.bench.cells import MEMBER
from emofuse.bench.fuse import fuse
from emofuse.bench.heard import Heard, heard, scores, taught_rows
from emofuse.bench.kept import Kept
from emofuse.bench.order import Order, Work, plan, work
from emofuse.bench.table import RESAMPLES
from emofuse.calibration import softened
from emofuse.core.modality import Modality
from emofuse.core.split import Split
from emofuse.corpora.meld_embeddings import MELD_EMBEDDINGS
from emofuse.encoders.scaled_mlp import ScaledMlp
from emofuse.evaluation.evaluate import drawn_units
from emofuse.evaluation.metrics import accuracy, answered, intervals, weighted_f1
from emofuse.evaluation.paired import holm, swapped
from emofuse.evaluation.report import Figure
from emofuse.features.vectors import Vectors
from emofuse.protocols.by_group import grouped
from emofuse.training.fit import fit

BENCH = "emofuse.recipes.meld:bench"
WIDTH = 768  # of both embeddings
EPOCHS = 3  # as long as asswin_2023 teaches its text
LONGER = 2 * EPOCHS  # of fusions: after three some have not learnt what they are taught, let alone more (loss 1.36 to the text's 1.15)
TOO_LONG = 60  # epochs after which the sound is sure of everything, and right nearly as seldom as theirs
TEXT, SOUND = "text", "sound"
TEXT_WEIGHTS = (0.5, 0.6, 0.7, 0.8, 0.9)  # of two that sum to one; they print no weights, only that the text's is the largest
HAND = f"by hand, {TEXT} {{:g}}"  # what a line is called, by the text's weight
DECISIONS = ("average", "product", "weighted", "likelihood", "gate", "logistic")
TAUGHT = partial(fit, learning_rate=1e-3, batch_size=32, weight_decay=0.01, optimizer="adamw", choose=None)
"""Weight decay as asswin_2023; the learning rate is for small networks on embeddings that stay as they are."""


def bench(*, sound_epochs: int = EPOCHS, balance: float | None = None, folds: int = 10) -> Bench:
    """Text and sound of the same utterance, 7 emotions, dev by dialogue: each alone, every fusion, every decision.

    asswin_2023, table 10: text .6547, sound .3375, picture .2479, and all three by a weighted average .45. It prints these as F1;
    by its tables 5, 8 and 9 they are accuracies, and the weighted F1 of text, sound and picture are .6296, .25 and .25.
    Differences: embeddings that stay as they are under small networks; dev by dialogue in place of the official parts, of which
    nobody has the embeddings; no picture.

    Args:
        sound_epochs: How long the sound is taught: `TOO_LONG` makes it sure of itself.
        balance: How many times as much a clip of a rare label may weigh while learning; None for all alike, as theirs. Members that
            both know how common a label is count it twice where their probabilities are multiplied or averaged.
        folds: Of dialogues.
    """
    taught = {Modality.TEXT: EPOCHS, Modality.AUDIO: sound_epochs}
    teach = partial(TAUGHT, balance=balance)
    return Bench(
        name="meld_embeddings",
        corpus=MELD_EMBEDDINGS,
        protocol=grouped(folds, by="dialogue", choose=False),
        senses={m: Sense(Vectors(modality=m), partial(ScaledMlp, WIDTH), partial(teach, epochs=taught[m])) for m in taught},
        fit=partial(teach, epochs=LONGER),
        members={TEXT: Member((Modality.TEXT,)), SOUND: Member((Modality.AUDIO,))},
        measure="weighted_f1",
        units="dialogue",
    )


@dataclass(frozen=True, slots=True)
class Line:
    """One way to answer, beside the text alone.

    Args:
        name: Of a member, of weights by hand, or of a decision.
        calibrated: Whether members' probabilities were; None for members, of whom temperature moves no answer.
        weighted_f1: With its interval over dialogues.
        accuracy: Likewise.
        gain: Weighted F1 less that of the text alone; None for the text.
        p: Of `swapped` in weighted F1.
        holm: The same, corrected for all lines.
    """

    name: str
    calibrated: bool | None
    weighted_f1: Figure
    accuracy: Figure
    gain: Figure | None = None
    p: float | None = None
    holm: float | None = None


def by_hand(data: Path, out: Path, arguments: Mapping[str, object], resamples: int = RESAMPLES) -> tuple[Line, ...]:
    """Weights by hand and learnt ones, on members as they come and on the same ones calibrated; all beside the text alone.

    asswin_2023 weighs the probabilities of members that nobody has calibrated, the text's most, and falls from .65 to .45.

    Args:
        data: Holds meld/.
        out: Gets the bench of the members; what is done there is not done again.
        arguments: Of `bench`.
        resamples: For the intervals.

    Raises:
        CorpusError: The embeddings are not there.
    """
    made, found = weighed(Order(BENCH, data, json.dumps(dict(arguments), sort_keys=True)), out, resamples=resamples)
    return _lines(made, {key: answered(probabilities) for key, probabilities in found.items()}, resamples)


def weighed(
    order: Order, out: Path, *, decisions: Sequence[str] = DECISIONS, resamples: int = RESAMPLES
) -> tuple[Work, dict[tuple[str, bool | None], np.ndarray]]:
    """What every way to weigh says of the clips that are judged, fold after fold: the probabilities that lines are made of.

    Shape:
        {(name, calibrated): (N, C)}

    Args:
        order: Of `BENCH`.
        out: Gets the bench of the members; what is done there is not done again.
        decisions: Beside the weights by hand.
        resamples: For the intervals of the bench's own table.

    Raises:
        CorpusError: The embeddings are not there.
    """
    fuse(order, out, fusions="none", decisions="none", missing="none", at_once=1, resamples=resamples)
    made, kept = work(order), Kept(out, plan(order))
    said = {name: heard(made, kept, MEMBER, name, 0, {}) for name in made.bench.team}
    found: dict[tuple[str, bool | None], np.ndarray] = {}
    for name, folds_of in said.items():
        found[name, None] = np.concatenate([_whole(made, folds_of[split.name]) for split in made.splits])
    for calibrated in (False, True):
        ways = {HAND.format(weight): {TEXT: weight, SOUND: 1 - weight} for weight in TEXT_WEIGHTS}
        for name, weights in ways.items():
            found[name, calibrated] = np.concatenate([_weighed(made, _of(said, split, calibrated), weights) for split in made.splits])
        for name in decisions:
            found[name, calibrated] = np.concatenate([_decided(made, split, name, _of(said, split, calibrated)) for split in made.splits])
    return made, found


def as_it_came(one: Heard) -> Heard:
    """The same before it was calibrated: a temperature is undone by its inverse."""

    def undone(rows: np.ndarray) -> np.ndarray:
        return softened(np.log(rows).reshape(-1, rows.shape[-1]), 1 / one.temperature).reshape(rows.shape)

    return replace(one, learnt=undone(one.learnt), test={pattern: undone(rows) for pattern, rows in one.test.items()}, temperature=1.0)


def _of(said: Mapping[str, Mapping[str, Heard]], split: Split, calibrated: bool) -> dict[str, Heard]:
    """What members say for one fold, as they come or calibrated."""
    return {name: folds[split.name] if calibrated else as_it_came(folds[split.name]) for name, folds in said.items()}


def _whole(made: Work, one: Heard) -> np.ndarray:
    """What a member says of its fold's clips with everything there. Shape: (N, C)."""
    rows: np.ndarray = one.test[made.bench.modalities][:, 0]
    return rows


def _weighed(made: Work, members: Mapping[str, Heard], weights: Mapping[str, float]) -> np.ndarray:
    rows: np.ndarray = np.sum([weights[name] * _whole(made, members[name]) for name in weights], axis=0)
    return rows


def _decided(made: Work, split: Split, name: str, members: Mapping[str, Heard]) -> np.ndarray:
    """A decision fitted on the other folds' clips. Shape: (N, C)."""
    decision = catalog.named("decisions", name)().fit(scores(members), made.truth[taught_rows(made, split)])
    answer: np.ndarray = decision(scores(members, made.bench.modalities))
    return answer


def _lines(made: Work, answers: Mapping[tuple[str, bool | None], np.ndarray], resamples: int) -> tuple[Line, ...]:
    tested = [clip for split in made.splits for clip in split.test]
    truth, owners = made.truth[made.rows(tested)], drawn_units(tested, made.bench.units, "clip")[1] or []
    text = answers[TEXT, None]
    lines = []
    for (name, calibrated), said in answers.items():
        measures = {f.__name__: partial(f, truth, said) for f in (weighted_f1, accuracy)}
        figures = _figures({**measures, "gain": partial(_gain, truth, said, text)}, len(truth), owners, resamples)
        gain, p = (None, None) if name == TEXT else (figures["gain"], swapped(weighted_f1, truth, said, text, owners))
        lines.append(Line(name, calibrated, figures["weighted_f1"], figures["accuracy"], gain, p))
    corrected = iter(holm([line.p for line in lines if line.p is not None]))
    return tuple(line if line.p is None else replace(line, holm=next(corrected)) for line in lines)


def _gain(truth: np.ndarray, said: np.ndarray, text: np.ndarray, weights: np.ndarray | None) -> np.ndarray:
    more: np.ndarray = weighted_f1(truth, said, weights) - weighted_f1(truth, text, weights)
    return more


def _figures(measures: Mapping[str, partial[np.ndarray]], count: int, owners: Sequence[str], resamples: int) -> dict[str, Figure]:
    edges = intervals(measures, count, owners, resamples)
    return {name: Figure(float(measure(None)), edges[name]) for name, measure in measures.items()}
