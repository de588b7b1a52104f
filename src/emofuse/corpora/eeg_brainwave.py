"""EEG Brainwave ("Feeling Emotions"): statistics of a headband's signal while two people watched six film scenes, or nothing.

Recorded: a Muse headband with four dry electrodes (TP9, AF7, AF8, TP10) and an auxiliary input, five signals. Film scenes of
  a minute, three chosen to please and three to sadden; six minutes of rest for neutral.
Of whom: one woman and one man. Which row is whose is not told.
Labels: that of the film scene: negative 708 rows, neutral 716, positive 708.
Published by: Bird and others, 2019, at Kaggle: one table, emotions.csv, of 2,132 rows and 2,548 statistics. The signals are not published.
Odd: a row describes two windows of 1 s, the second half a second later: 1,274 values of the earlier one (names with ``_a``), and the
  same of the later one (``_b``). So each row holds half of the row before it, word for word, and that one half of its signal too;
  then the rows were shuffled. Whoever splits them at random learns from half of each row that is judged: figures of 95 to 99 %
  come about like that. Even split well, two people and one recording for each film are judged by recordings of the same sitting.
Rebuilt here: row B follows row A where B's earlier window is A's later one. Rows that hang together are one recording (fact
  ``recording``), the shuffling undone (``place``, ``start``, ``end``). A fact ``chain`` says ``whole`` where the order is
  certain, ``alone`` where a row has no neighbour, ``ambiguous`` where rows hang together but not in one line, or not
  under one label; then there is a recording and no place. A row that is missing cuts its recording in two. Split by recording.
"""

import logging
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from types import MappingProxyType

import numpy as np

from emofuse.core.clip import Clip, Signal, Source
from emofuse.core.corpus import Corpus, Published
from emofuse.core.errors import CorpusError
from emofuse.core.labels import LabelSet
from emofuse.core.modality import Modality
from emofuse.media.kept import kept
from emofuse.media.tables.columns import columns, names

WORDS = {"NEGATIVE": "negative", "NEUTRAL": "neutral", "POSITIVE": "positive"}
HOP, WINDOW = 500, 1_000  # ms; from one window to the next, and the length of one
SPAN = HOP + WINDOW  # ms that a row describes
BLOCKS = 8  # parts of a window's values that are looked up each on its own, so that a value written otherwise does not hide the rest
DIGITS = 10  # binary digits by which values are looked up: three decimal ones, as the published table has
AGREE = 0.99  # share of the values that must agree for two windows to be one

CITATION = (
    "Bird JJ, Ekart A, Buckingham CD, Faria DR (2019). Mental emotional sentiment classification with an EEG-based brain-machine "
    "interface. DISP; Bird JJ, Faria DR, Manso LJ, Ekart A, Buckingham CD (2019). A deep evolutionary approach to bioinspired "
    "classifier optimisation for brain-machine interaction. Complexity, 4316548. https://doi.org/10.1155/2019/4316548"
)
LAYOUT = """\
    emotions.csv   (# mean_0_a, mean_1_a ... fft_749_a, mean_0_b ... fft_749_b, label)
"""


def find(root: Path) -> Iterator[Clip]:
    """One clip a row; its id is its line in the table, from 0.

    Raises:
        CorpusError: The table lacks its columns, holds an unknown label or values that are no numbers, or cannot be read.
    """
    path = root / "emotions.csv"
    if not path.exists():
        return
    labels, _, places = _table(path)
    for row, (label, (recording, chain, place)) in enumerate(zip(labels, places, strict=True)):
        facts = {"recording": recording, "chain": chain}
        if place is not None:
            facts |= {"place": str(place), "start": str(place * HOP), "end": str(place * HOP + SPAN)}
        yield Clip(
            id=f"{row:05d}",
            subject=None,
            label=label,
            sources={Modality.EEG: Source(path, partial(read_row, row=row))},
            facts=facts,
        )


def read_row(path: Path, row: int) -> Signal:
    """The statistics of a row, as one sample that lasts as long as the row's two windows.

    Shape:
        values (1, 2548) float32, in the order of the table

    Raises:
        CorpusError: The table cannot be read.
    """
    return Signal(_table(path)[1][row : row + 1], rate=1_000 / SPAN)


def recordings(earlier: np.ndarray, later: np.ndarray, labels: Sequence[str]) -> list[tuple[str, str, int | None]]:
    """Which rows hang together, and in which order: recording, chain and place of each row.

    A row joins two windows, the earlier and the later. Rows that share a window, directly or by others, are one recording;
    where each window is the later one of one row at most, and the earlier one of one at most, they stand in a line.

    Shape:
        earlier (N, D), later (N, D) float32

    Example:
        >>> signal = np.random.default_rng(0).normal(size=(5, 40)).astype(np.float32)
        >>> recordings(signal[[2, 0, 1]], signal[[3, 1, 2]], ["neutral"] * 3)
        [('001', 'whole', 2), ('001', 'whole', 0), ('001', 'whole', 1)]
    """
    window = _same(np.concatenate([earlier, later]))
    before, after = window[: len(earlier)], window[len(earlier) :]
    groups = _groups(before, after)
    found: dict[int, tuple[str, str, int | None]] = {}
    for number, rows in enumerate(groups, start=1):
        line = _line(rows, before, after) if len({labels[row] for row in rows}) == 1 else None
        chain = "ambiguous" if line is None else "whole" if len(line) > 1 else "alone"
        places: dict[int, int] = {} if line is None else {row: place for place, row in enumerate(line)}
        found |= {row: (f"{number:03d}", chain, places.get(row)) for row in rows}
    return [found[row] for row in range(len(before))]


def _same(blocks: np.ndarray) -> np.ndarray:
    """A number for each block of values; the same for those that agree.

    Parts of the blocks are looked up by their rounded values, and what is found there compared in full:
    the time grows with the number of blocks, not with its square.

    Shape:
        (N, D) -> (N,)
    """
    parent = np.arange(len(blocks))
    varying = np.flatnonzero((blocks != blocks[:1]).any(axis=0))  # what is the same everywhere tells nothing apart
    fraction, exponent = np.frexp(blocks)
    rounded = np.ldexp(np.round(np.ldexp(fraction, DIGITS)), exponent - DIGITS) + np.float32(0)  # + 0 makes -0 the same as 0
    for first in range(BLOCKS):
        part = np.ascontiguousarray(rounded[:, varying[first::BLOCKS]])
        if not part.shape[1]:
            continue
        seen: dict[bytes, int] = {}
        for i, values in enumerate(part):
            other = seen.setdefault(values.tobytes(), i)
            if _root(parent, other) != _root(parent, i) and np.isclose(blocks[i], blocks[other], rtol=2**-DIGITS).mean() >= AGREE:
                parent[max(_root(parent, i), _root(parent, other))] = min(_root(parent, i), _root(parent, other))
    return np.array([_root(parent, i) for i in range(len(blocks))])


def _groups(before: np.ndarray, after: np.ndarray) -> list[list[int]]:
    """Rows that hang together, in the order of their first row."""
    parent = np.arange(max(before.max(), after.max()) + 1)
    for earlier, later in zip(before, after, strict=True):
        a, b = _root(parent, earlier), _root(parent, later)
        parent[max(a, b)] = min(a, b)
    groups: dict[int, list[int]] = defaultdict(list)
    for row, earlier in enumerate(before):
        groups[_root(parent, earlier)].append(row)
    return list(groups.values())


def _root(parent: np.ndarray, i: int) -> int:
    """Who stands for this one; the way is shortened for the next time."""
    while parent[i] != i:
        parent[i] = parent[parent[i]]
        i = parent[i]
    return int(i)


def _line(rows: Sequence[int], before: np.ndarray, after: np.ndarray) -> list[int] | None:
    """These rows in their order; None where they branch, meet, turn in a circle or are there twice."""
    next_row = {int(before[row]): row for row in rows}
    reached = Counter(int(after[row]) for row in rows)
    starts = [row for row in rows if int(before[row]) not in reached]
    if len(next_row) < len(rows) or max(reached.values()) > 1 or len(starts) != 1:
        return None
    line = [starts[0]]
    while int(after[line[-1]]) in next_row:
        line.append(next_row[int(after[line[-1]])])
    return line


@kept(2)
def _table(path: Path) -> tuple[list[str], np.ndarray, list[tuple[str, str, int | None]]]:
    """Labels, values (N, D) float32, and where each row belongs."""
    header = names(path)
    pairs = _pairs(path, header)
    label = next((name for name in header if name.lower() == "label"), "label")
    features = [name for name in header if name != label]
    words, values = columns(path, [label], features)
    strange = np.argwhere(~np.isfinite(values))
    if len(strange):
        row, column = strange[0]
        raise CorpusError(
            f"{path} holds {len(strange):,} values that are not numbers, the first in row {row + 1}, column {features[column]}. "
            f"Expected none; get it again, or remove these rows."
        )
    unknown = [(row, word) for row, word in enumerate(words[label], start=1) if word not in WORDS]
    if unknown:
        raise CorpusError(
            f"Row {unknown[0][0]} of {path} has the label {unknown[0][1]}. Expected {', '.join(WORDS)}; mend the table, or get it again."
        )
    place = {name: i for i, name in enumerate(features)}
    labels = [WORDS[str(word)] for word in words[label]]
    if not labels:
        return [], values, []
    earlier, later = (values[:, [place[pair[side]] for pair in pairs]] for side in (0, 1))
    found = recordings(earlier, later, labels)
    _warn(path, found)
    return labels, values, found


def _pairs(path: Path, header: Sequence[str]) -> list[tuple[str, str]]:
    """Names of the same statistic for the earlier and the later window; in later versions of the generator the earlier's are lag1_."""
    sides = [[name for name in header if re.search(rf"_{side}\d*$", name)] for side in "ab"]
    lags = [(name, name.removeprefix("lag1_")) for name in header if name.startswith("lag1_") and name.removeprefix("lag1_") in header]
    if lags:
        return lags
    if not sides[0] or len(sides[0]) != len(sides[1]):
        raise CorpusError(
            f"{path} has {len(sides[0])} columns of the earlier window (_a) and {len(sides[1])} of the later (_b). "
            f"Expected as many of both: {LAYOUT.strip()}; get it again."
        )
    return list(zip(*sides, strict=True))


def _warn(path: Path, found: Sequence[tuple[str, str, int | None]]) -> None:
    chains = Counter(chain for _, chain, _ in found)
    if set(chains) != {"whole"}:
        logging.getLogger(__name__).warning(
            "%s: of %d rows %d have no neighbour and %d an ambiguous place; %d recordings.",
            path, len(found), chains["alone"], chains["ambiguous"], len({recording for recording, _, _ in found}),
        )  # fmt: skip


EEG_BRAINWAVE = Corpus(
    name="eeg_brainwave",
    labels=LabelSet(tuple(WORDS.values())),
    modalities=frozenset({Modality.EEG}),
    license="as its page at Kaggle says",
    citation=CITATION,
    layout=LAYOUT,
    find=find,
    getting="With a free account from https://www.kaggle.com/datasets/birdy654/eeg-brainwave-dataset-feeling-emotions: emotions.csv.",
    published=Published(
        clips=2_132,
        people=None,
        labels=MappingProxyType({"negative": 708, "neutral": 716, "positive": 708}),
        ids=lambda: (f"{row:05d}" for row in range(2_132)),
        source="https://www.kaggle.com/datasets/birdy654/eeg-brainwave-dataset-feeling-emotions",
    ),
    beside=("*.zip",),
)
