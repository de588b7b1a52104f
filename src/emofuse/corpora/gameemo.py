"""GAMEEMO: 28 people play four computer games, a dull one, a calm one, a horror game and a funny one.

Recorded: EEG of 14 channels, an Emotiv EPOC+ headset, 128 samples a second, five minutes a game.
Of whom: 28 people in Turkey, 19 men and 9 women, 20 to 27 years old.
Labels: the game (G1 boring, G2 calm, G3 horror, G4 funny), as published; not what the person felt, which each told afterwards: how
  pleased and excited (1 to 9), how bored, horrified, calm and amused (1 to 10), as facts. The paper puts the games into quadrants:
  boring is low valence and low arousal, calm high and low, horror low and high, funny high and high. For other corpora we suggest
  calm as calm, horror as fear and funny as happiness; boring has no place in the usual sets.
Published by: Alakus, Gonen and Turkoglu, 2020, at Mendeley Data and Kaggle, signals raw and preprocessed.
Odd: the label is the game, and each game was played once, so that emotion and moment (electrodes, tiredness, the game's sounds and
  movements) cannot be told apart; windows of one game share all of it (fact ``recording``). Recordings last
  298.8 s, 24 whole windows of 12 s. In the table of band powers each window was scaled to a deviation of one before,
  channel by channel: its values are shares of the window's power, not microvolts.
  In that table person k and person k + 14 are nearly the same data, window by window, though all are of different ages: the
  logarithms of their powers correlate .89 to 1.00 (median .99), those of the other 364 pairs of people -.02 to .75 (median .43), and
  each person's nearest is their twin. So a split by person leaks: whoever guesses the game of the most similar window is right in 93 %
  where only the person is left out, and in 31 % where the twin is, too (25 % is chance). Split by the fact ``pair`` instead:
  ``emofuse split gameemo --data DIR --protocol grouped --with k=7 --with by='"pair"'``. Whether the published signals are twins, too,
  was not looked at.
Read from: the preprocessed signals where they stand, cut into windows of 12 s; else a table of others that holds the power of
  four bands (delta, theta, alpha, beta) of the same windows. The fact ``form`` says which; `form` chooses.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import MappingProxyType

import numpy as np

from emofuse.core.clip import Clip, Signal, Source
from emofuse.core.corpus import Corpus, Published
from emofuse.core.errors import CorpusError, MediaError, UnknownName
from emofuse.core.labels import LabelSet
from emofuse.core.modality import Modality
from emofuse.core.segment import Segment
from emofuse.media.kept import kept
from emofuse.media.tables.columns import columns

WORDS = ("boring", "calm", "horror", "funny")  # game 1 is the first
CHANNELS = ("AF3", "AF4", "F3", "F4", "F7", "F8", "FC5", "FC6", "O1", "O2", "P7", "P8", "T7", "T8")
BANDS = MappingProxyType({"Delta": (0.5, 4.0), "Theta": (4.0, 8.0), "Alpha": (8.0, 13.0), "Beta": (13.0, 30.0)})  # Hz
POWERS = tuple(f"{channel}_{band}_Power" for channel in CHANNELS for band in BANDS)
RATE = 128.0  # Hz
WINDOW = 12_000  # ms; each game has 24 of them
WINDOWS = 24
TWIN = 14  # people from one to the other of a pair who are nearly the same data
FORMS = ("signal", "bands")
TABLE = "eeg_bandpower_features_windowed_12.0_0.0.csv"  # windows of 12 s, 0 s of overlap
NAME = re.compile(r"S(?P<person>\d\d)G(?P<game>[1-4])AllChannels")
TOLD = ("Valence", "Arousal", "Satisfaction", "Boring", "Horrible", "Calm", "Funny", "Age")

CITATION = (
    "Alakus TB, Gonen M, Turkoglu I (2020). Database for an emotion recognition system based on EEG signals and various computer "
    "games - GAMEEMO. Biomedical Signal Processing and Control 60, 101951. https://doi.org/10.1016/j.bspc.2020.101951"
)
LAYOUT = """\
    (S01)/Preprocessed EEG Data/.csv format/S01G1AllChannels.csv    (AF3 ... T8; or the next)
    eeg_bandpower_features_windowed_12.0_0.0.csv                    (SUBJECT, GAME, WINDOW_INDEX, AF3_Delta_Power ...)
    final_SAM_scores.csv                                            (optional: what each person said of each game)
"""


def find(root: Path, form: str | None = None) -> Iterator[Clip]:
    """One clip a window of 12 s.

    Raises:
        CorpusError: A table lacks a column, or holds what it should not.
    """
    signals = {(int(name["person"]), int(name["game"])): file for file, name in _signals(root)}
    form = form or ("signal" if signals else "bands")
    said = _said(root)
    if form == "signal":
        for (person, game), file in signals.items():
            for window in range(1, WINDOWS + 1):
                yield _clip(person, game, window, form, Source(file, partial(read_window, window=window)), said)
        return
    table = root / TABLE
    if table.exists():
        for row, (person, game, window) in enumerate(_powers(table)[0]):
            yield _clip(person, game, window, form, Source(table, partial(read_powers, row=row)), said)


def form(name: str) -> Corpus:
    """GAMEEMO in one of its `FORMS`, where a copy has both.

    Raises:
        UnknownName: There is no such form.
    """
    if name not in FORMS:
        raise UnknownName(f"Unknown form '{name}' of GAMEEMO. Known: {', '.join(FORMS)}.")
    return replace(GAMEEMO, find=partial(find, form=name))


def read_window(path: Path, window: int) -> Signal:
    """A window of a game's signal, counted from 1.

    Shape:
        values (1536, 14) float32 in microvolts, in the order of `CHANNELS`

    Raises:
        MediaError: The file is not such a table, holds values that are no numbers, or ends before.
    """
    start = (window - 1) * WINDOW
    cut = _signal(path).crop(Segment(start, start + WINDOW))
    if len(cut.values) < WINDOW * RATE / 1_000:
        raise MediaError(
            f"{path} ends before its window {window} does. Expected {WINDOWS} windows of {WINDOW // 1_000} s; "
            f"get it again, or leave it out."
        )
    return replace(cut, start=0)


def read_powers(path: Path, row: int) -> Signal:
    """The band powers of a window, as one sample that lasts as long.

    Shape:
        values (1, 56) float32, in the order of `POWERS`

    Raises:
        CorpusError: The table cannot be read.
    """
    return Signal(_powers(path)[1][row : row + 1], rate=1_000 / WINDOW)


def _clip(person: int, game: int, window: int, form: str, source: Source, said: dict[tuple[int, int], dict[str, str]]) -> Clip:
    start = (window - 1) * WINDOW
    facts = {
        "form": form,
        "pair": f"{(person - 1) % TWIN + 1:02d}",
        "recording": f"{person:02d}-{game}",
        "place": str(window - 1),
        "start": str(start),
        "end": str(start + WINDOW),
    }
    return Clip(
        id=f"{person:02d}-{game}-{window:02d}",
        subject=f"gameemo-{person:02d}",
        label=WORDS[game - 1],
        sources={Modality.EEG: source},
        facts=facts | said.get((person, game), {}),
    )


def _signals(root: Path) -> Iterator[tuple[Path, re.Match[str]]]:
    for file in sorted(root.rglob("*AllChannels.csv")):
        name = NAME.fullmatch(file.stem)
        if name is not None:
            yield file, name


@kept(2)
def _signal(path: Path) -> Signal:
    try:
        _, values = columns(path, [], CHANNELS)
    except CorpusError as error:
        raise MediaError(str(error)) from error
    strange = int(np.count_nonzero(~np.isfinite(values)))
    if strange:
        raise MediaError(f"{path} holds {strange:,} values that are not numbers. Expected none; get it again, or leave it out.")
    return Signal(values, RATE, channels=CHANNELS)


@kept(2)
def _powers(path: Path) -> tuple[list[tuple[int, int, int]], np.ndarray]:
    """Person, game and window of each row, and its powers (N, 56) float32."""
    _, values = columns(path, [], ["SUBJECT", "GAME", "WINDOW_INDEX", *POWERS])
    strange = np.argwhere(~np.isfinite(values))
    if len(strange):
        raise CorpusError(
            f"{path} holds {len(strange):,} values that are not numbers, the first in row {strange[0][0] + 1}. "
            f"Expected none; get it again, or remove these rows."
        )
    whose = values[:, :3].astype(int)
    wrong = np.flatnonzero((whose != values[:, :3]).any(axis=1) | (whose < 1).any(axis=1) | (whose[:, 1] > len(WORDS)))
    if len(wrong):
        raise CorpusError(
            f"Row {wrong[0] + 1} of {path} is of person, game and window {values[wrong[0], :3].tolist()}. "
            f"Expected whole numbers from 1, and games to {len(WORDS)}; mend the table, or get it again."
        )
    return [(person, game, window) for person, game, window in whose.tolist()], np.ascontiguousarray(values[:, 3:])


def _said(root: Path) -> dict[tuple[int, int], dict[str, str]]:
    """What people said of the games, where that table is there."""
    path = root / "final_SAM_scores.csv"
    if not path.exists():
        return {}
    words, _ = columns(path, ["Path", "Subject", "Gender", *TOLD], [])
    said = {}
    for row, (game, person, sex) in enumerate(zip(words["Path"], words["Subject"], words["Gender"], strict=True)):
        found = re.fullmatch(r"G([1-4])\.pdf S(\d+) (Male|Female)", f"{game} {person} {sex}")
        if found is None:
            raise CorpusError(
                f"Row {row + 1} of {path} is of game {game}, person {person}, {sex}. Expected rows like G1.pdf, S01, Female; "
                f"mend the table, or move it away."
            )
        told = {name.lower(): words[name][row] for name in TOLD}
        facts = {name: value for name, value in told.items() if value is not None}
        said[int(found[2]), int(found[1])] = facts | {"sex": found[3].lower()}
    return said


def expected() -> Iterator[str]:
    """The id of every window there is.

    Example:
        >>> len(list(expected()))
        2688
    """
    for person in range(1, 29):
        for game in range(1, 5):
            yield from (f"{person:02d}-{game}-{window:02d}" for window in range(1, WINDOWS + 1))


GAMEEMO = Corpus(
    name="gameemo",
    labels=LabelSet(WORDS),
    modalities=frozenset({Modality.EEG}),
    license="not seen; ask before you pass it on",
    citation=CITATION,
    layout=LAYOUT,
    find=find,
    getting="With a free account from Mendeley Data, or from "
    "https://www.kaggle.com/datasets/wajahat1064/emotion-recognition-using-eeg-and-computer-games: 28 folders, one a person.",
    published=Published(
        clips=2_688,
        people=28,
        labels=MappingProxyType(dict.fromkeys(WORDS, 672)),
        each=96,
        ids=expected,
        source="28 people by 4 games, as the paper has them, by the 24 whole windows of 12 s that fit into each recording",
    ),
    beside=("final_SAM_scores.csv", TABLE, "**/SAM Ratings/*", "**/Raw EEG Data/**", "**/.mat format/*", "**/Gameplays/*", "*.zip"),
)
