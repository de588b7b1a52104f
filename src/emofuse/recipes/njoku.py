"""njoku_2021's three pairs of modalities in three classes: sound and face, sound and EEG, EEG and face.

Sound and face are of the same person at the same moment. EEG is somebody else's: a clip of EEG is given to an actor's clip because
both carry the same label, so that it brings the label along, and what is gained by it is no fusion (trap T13). Each pair is there
as the paper divides it, by clip; by actor; and, where there is EEG, with whoever wore the electrodes kept apart, too, which shows
how much of the gain is the EEG's own people. N: clips.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np

from emofuse.bench.base import Bench, Sense
from emofuse.core.clip import Clip, Signal
from emofuse.core.corpus import Corpus
from emofuse.core.errors import SplitError, UnknownName
from emofuse.core.labels import LabelMap, LabelSet, relabel
from emofuse.core.modality import Modality
from emofuse.core.split import Protocol, Split
from emofuse.corpora.eeg_brainwave import EEG_BRAINWAVE
from emofuse.corpora.gameemo import POWERS, form
from emofuse.corpora.ravdess_au import COLUMNS, RAVDESS_AU
from emofuse.encoders.scaled_mlp import ScaledMlp
from emofuse.features.audio import Mfcc
from emofuse.features.vectors import Vectors
from emofuse.protocols.by_group import crossed, grouped
from emofuse.protocols.by_subject import RAVDESS_SIX, folds
from emofuse.protocols.paired import paired
from emofuse.training.fit import SCHEDULES, fit

THREE = LabelMap(
    "calm counts as neutral, surprise as positive",
    LabelSet(("negative", "neutral", "positive")),
    {
        "calm": "neutral",
        **dict.fromkeys(("sadness", "anger", "fear", "disgust"), "negative"),
        **dict.fromkeys(("happiness", "surprise"), "positive"),
    },
)
"""As the paper's counts need it: 288 neutral, 768 negative, 384 positive. Its text counts calm as positive, which gives others."""

GAMES = LabelMap("the calm game is neutral, the horror game negative, the funny one positive", THREE.target, {
    "calm": "neutral", "horror": "negative", "funny": "positive",
})  # fmt: skip
"""GAMEEMO's own labels; its boring game has no place."""

PAIRS = {
    "audio-video": (Modality.AUDIO, Modality.VIDEO),
    "audio-eeg": (Modality.AUDIO, Modality.EEG),
    "eeg-video": (Modality.EEG, Modality.VIDEO),
}
NOBODY, ACTORS, EVERYBODY = "nobody", "actors", "everybody"
"""Whom test clips are kept apart from: nobody, as in the paper; the actors learnt from; these and whoever wore the electrodes."""
FOLDS = len(RAVDESS_SIX)  # of 240 clips each: 48 neutral, 128 negative, 64 positive, whether by clip or by four actors
EPOCHS = 50
RATE, HEARD = 16_000, 3_000  # Hz, where the paper has 48 kHz; ms from the beginning
FRAMES, COEFFICIENTS = 299, 13  # of 25 ms every 10 ms: the paper's 3,887 numbers
TAUGHT = partial(fit, learning_rate=1e-3, batch_size=120, weight_decay=0.0, optimizer="adamw", choose=None)
"""Section 4.4 of the paper, but for when the learning rate falls."""


@dataclass(frozen=True, slots=True, eq=False)
class Brain:
    """A corpus of EEG that can be married to actors.

    Args:
        corpus: One clip a row of published numbers.
        way: Its labels to the three.
        width: Numbers in a row.
        by: The fact whose values are recordings of the same people or moment.
        says: What a reader must be told.
    """

    corpus: Corpus
    way: LabelMap
    width: int
    by: str
    says: str


BRAINS: Mapping[str, Brain] = {
    "eeg_brainwave": Brain(EEG_BRAINWAVE, THREE, 2_548, "recording", "the EEG is of two people, as in the paper"),
    "gameemo": Brain(
        form("bands"),
        GAMES,
        len(POWERS),
        "pair",
        "the EEG is GAMEEMO's band power in place of the paper's: of 28 people who play, the calm game taken for neutral, the horror "
        "game for negative, the funny one for positive, the boring one left out",
    ),
}


def bench(
    *, pair: str = "audio-video", apart: str = NOBODY, eeg: str = "eeg_brainwave", epochs: int = EPOCHS, schedule: str = "cycle"
) -> Bench:
    """Early, hybrid and multi-task fusion of a pair, six times 1,200 clips to learn from and 240 to judge.

    njoku_2021, table 2, accuracy by early, hybrid and multi-task: audio-video 58.33, 57.91, 75.41 %; audio-eeg 44.58, 57.50,
    68.33 %; eeg-video 47.50, 63.75, 78.75 %. Always saying negative gives 53.33 %.
    Differences: six divisions in place of one whose rule is not told; sound at 16 kHz; 35 action units of the face in place of
    a 3D ResNeXt's 8,192 numbers; two layers a modality before they meet, as many numbers and few clips need them; nothing is
    chosen on the clips that are judged.

    Args:
        pair: One of `PAIRS`.
        apart: `NOBODY`, `ACTORS` or `EVERYBODY`.
        eeg: One of `BRAINS`: the paper's own, or another.
        epochs: Passes over what is learnt from.
        schedule: Of the learning rate: one cycle, or "plateau" as the paper; it falls with the loss on training clips, as nothing is
            chosen on others.

    Raises:
        UnknownName: A pair, EEG, schedule or way to divide that is not among them.
    """
    asked = (("pair", pair, PAIRS), ("eeg", eeg, BRAINS), ("way to keep people apart", apart, APART), ("schedule", schedule, SCHEDULES))
    for what, name, known in asked:
        if name not in known:
            raise UnknownName(f"njoku:bench knows no {what} '{name}'. Known: {', '.join(known)}; choose one of them.")
    falling = {} if schedule == "cycle" else {"schedule": schedule}  # what is as it was is not told, so that cells that are done stay so
    taught = partial(TAUGHT, epochs=epochs, **falling)
    senses = {m: sense(taught) for m, sense in _senses(BRAINS[eeg]).items() if m in PAIRS[pair]}
    married = Modality.EEG in senses
    return Bench(
        name=f"njoku {pair}{f' ({eeg})' if married else ''}, {apart} apart",
        corpus=RAVDESS_AU,
        protocol=APART[apart](married),
        senses=senses,
        fit=taught,
        way=THREE,
        missing=0.0,
        settings={"early": {"hidden": (64, 64)}, "multi_task": {"auxiliary": 0.0}},
        fusions=("early", "hybrid", "multi_task"),
        units="actor" if married else None,
        keep=partial(has, modalities=PAIRS[pair]),
        gather=partial(pairs, m=next(m for m in PAIRS[pair] if m is not Modality.EEG), eeg=eeg, apart=apart) if married else None,
        notes=(BRAINS[eeg].says,) if married else (),
    )


def has(clip: Clip, modalities: Sequence[Modality]) -> bool:
    """Whether a clip has all of these."""
    return set(modalities) <= set(clip.sources)


def coefficients(signal: Signal) -> Signal:
    """Cepstral coefficients of the first three seconds; zeros where the sound is shorter.

    Shape:
        (time,) at 16 kHz -> (299, 13) at 100 Hz
    """
    whole = np.zeros(RATE * HEARD // 1_000, dtype=np.float32)
    part = signal.values[: len(whole)]
    whole[: len(part)] = part
    mfcc = Mfcc(rate=RATE, size=400, hop=160, bands=26, count=COEFFICIENTS)
    return Signal(mfcc(Signal(whole, signal.rate))[1 : 1 + FRAMES], rate=100.0)  # the first and the last frame hang over the edges


def pairs(data: Path, m: Modality, eeg: str, apart: str) -> tuple[Clip, ...]:
    """Actors' clips, all of them, each with somebody's EEG of the same label; the fact ``actor`` says whose voice or face it is.

    A clip of EEG is used more than once where there are fewer of its label. To keep everybody apart, both sides are dealt to
    folds first and married within (fact ``fold``).

    Args:
        data: Holds both corpora.
        m: What the actors give.
        eeg: One of `BRAINS`.
        apart: As in `bench`.

    Raises:
        CorpusError: A corpus is not there.
        SplitError: A label of which a fold has no EEG.
    """
    brain = BRAINS[eeg]
    others = [other for other in Modality if other is not m]
    actors = [clip.without(*others) for clip in RAVDESS_AU.clips(RAVDESS_AU.under(data)) if m in clip.sources]
    acted = relabel([replace(clip, facts={**clip.facts, "actor": str(clip.subject)}) for clip in actors], THREE)
    worn = relabel(brain.corpus.clips(brain.corpus.under(data)), brain.way)
    if apart != EVERYBODY:
        return paired(acted, worn, counts=_counts(acted))
    found: list[Clip] = []
    for number, (people, some) in enumerate(zip(RAVDESS_SIX, dealt(worn, brain.by, FOLDS), strict=True), start=1):
        theirs = [clip for clip in acted if clip.subject in people]
        if theirs:
            found += [replace(clip, facts={**clip.facts, "fold": str(number)}) for clip in paired(theirs, some, counts=_counts(theirs))]
    return tuple(found)


def dealt(clips: Sequence[Clip], by: str, count: int, seed: int = 0) -> list[list[Clip]]:
    """Clips in so many folds, whatever shares a fact in one of them, and each label in all of them.

    Args:
        clips: Of labels that may each have values of the fact of their own.
        by: The fact.
        count: How many folds.
        seed: Decides who is dealt where; the order of the clips does not.

    Raises:
        SplitError: A label of too few values for so many folds.
    """
    groups: dict[str, list[Clip]] = defaultdict(list)
    for clip in sorted(clips, key=lambda clip: clip.id):
        groups[clip.facts[by]].append(clip)
    alike: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for value in sorted(groups):
        alike[tuple(sorted({str(clip.label) for clip in groups[value]}))].append(value)
    generator = np.random.default_rng(seed)
    hands: list[list[Clip]] = [[] for _ in range(count)]
    for values in alike.values():  # those with the same labels in turn, so that each fold has each label
        for turn, place in enumerate(generator.permutation(len(values))):
            hands[turn % count] += groups[values[place]]
    for label in sorted({str(clip.label) for clip in clips}):
        if any(all(clip.label != label for clip in hand) for hand in hands):
            there = len({clip.facts[by] for clip in clips if clip.label == label})
            raise SplitError(
                f"The {label} clips of EEG come from {there} values of '{by}', too few for {count} folds. Expected {count} or more; "
                f"get more of the corpus, or keep only the actors apart."
            )
    return hands


def spread(count: int = FOLDS, seed: int = 0) -> Protocol:
    """Each clip is judged once, in one of so many folds with equal shares of every label; **leaks people** from train to test.

    The paper's sizes; which clips it judged is not told.
    """

    def protocol(clips: Sequence[Clip]) -> Iterator[Split]:
        generator = np.random.default_rng(seed)
        fold: dict[str, int] = {}
        known = sorted(clips, key=lambda clip: clip.id)
        for label in sorted({str(clip.label) for clip in known}):
            own = [clip.id for clip in known if clip.label == label]
            fold |= {own[place]: turn % count for turn, place in enumerate(generator.permutation(len(own)))}
        for number in range(count):
            train, test = (tuple(clip for clip in known if (fold[clip.id] == number) is judged) for judged in (False, True))
            yield Split(f"spread-{number + 1}", train, (), test)

    return protocol


def _actors_apart(married: bool) -> Protocol:
    if married:
        return crossed({"actor": RAVDESS_SIX}, choose=False)
    return folds(RAVDESS_SIX, valid=((),) * FOLDS)


def _everybody_apart(married: bool) -> Protocol:
    return grouped(FOLDS, by="fold", choose=False) if married else _actors_apart(married)


APART = {NOBODY: lambda married: spread(), ACTORS: _actors_apart, EVERYBODY: _everybody_apart}


def _senses(brain: Brain) -> dict[Modality, partial[Sense]]:
    """By modality, its sense without how it is taught."""
    audio, video, eeg = (
        Vectors("side by side", Modality.AUDIO),
        Vectors("as they are", Modality.VIDEO),
        Vectors("as they are", Modality.EEG),
    )
    return {
        Modality.AUDIO: partial(Sense, audio, partial(ScaledMlp, FRAMES * COEFFICIENTS), prepare=coefficients),
        Modality.VIDEO: partial(Sense, video, partial(ScaledMlp, len(COLUMNS))),
        Modality.EEG: partial(Sense, eeg, partial(ScaledMlp, brain.width)),
    }


def _counts(clips: Sequence[Clip]) -> dict[str, int]:
    return dict(Counter(str(clip.label) for clip in clips))
