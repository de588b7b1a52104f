"""Table: anybody's own features, a row a clip or window, in an npz, parquet or csv file.

Recorded: whatever you recorded; somebody has already made features of it, because that is how most labs keep them.
Of whom: the column ``subject`` says; without it nobody can keep people apart, and every figure will say so.
Labels: the column ``label``; its own words, or codes that ``words`` in table.json turns into words ({"0": "anger"}).
Published by: you. Nothing is sent anywhere.
Odd: a row of a block is a signal of one step, (1, columns): features, not sound or pictures, so recipes that make features of
  sound cannot take them. Columns that say the same in every row, and values that are no number, are reported and kept.
  Windows of one recording overlap or follow each other: name ``recording``, or a random split shares it.
Read from: a file of rows, and table.json beside it, which says what the columns are. Columns that go by the names
  subject, label (or y), recording, part, id, start, end, sentence, dialogue, session and copy_of need not be named.
  In an npz file, ``X`` or ``features`` (N, D) holds the features, or the arrays audio, video, text and eeg one block each.
"""

import json
import logging
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache, partial
from pathlib import Path

import numpy as np

from emofuse.core.clip import Clip, Signal, Source
from emofuse.core.corpus import Corpus
from emofuse.core.errors import CorpusError
from emofuse.core.labels import LabelSet
from emofuse.core.modality import Modality
from emofuse.media.tables.cells import Words
from emofuse.media.tables.columns import columns, faults
from emofuse.media.tables.roles import ROLES, UNITS, Described, described

log = logging.getLogger(__name__)


def table(
    path: str | Path,
    *,
    subject: str | None = None,
    label: str | None = "label",
    recording: str | None = None,
    part: str | None = None,
    id: str | None = None,
    start: str | None = None,
    end: str | None = None,
    blocks: Mapping[str, Sequence[str]] | None = None,
    facts: Sequence[str] = (),
    words: Mapping[str, str] | None = None,
    unit: str = "ms",
) -> tuple[Clip, ...]:
    """A clip a row, in the order of the file, with a signal of one step for each block.

    Args:
        path: An npz, parquet or csv file.
        subject: Column that says who it is; as for all of these, a column of this very name is found without being named.
        label: Column of the labels; None where there are none.
        recording: Column that says which rows were cut out of one recording.
        part: Column of the parts of a split.
        id: Column of names of the rows; without it they are numbered.
        start: Column that says when a window begins in its recording.
        end: Column that says when it ends.
        blocks: Modality to its columns, each by name or several by ``prefix:eeg_``; without it there is one block of no modality,
            which `rows` gives as numbers and clips do not carry.
        facts: Other columns that travel along.
        words: What labels are called here.
        unit: Of `start` and `end`, "ms" or "s".

    Raises:
        CorpusError: The file cannot be read, lacks a column, or carries an id twice.
    """
    roles = {"subject": subject, "label": label, "recording": recording, "part": part, "id": id, "start": start, "end": end}
    told = described(Path(path), roles, blocks, facts, words or {}, unit)
    said, _ = columns(told.path, told.named, ())
    return _clips(told, said)


def rows(
    path: str | Path,
    *,
    subject: str | None = None,
    label: str | None = "label",
    recording: str | None = None,
    part: str | None = None,
    id: str | None = None,
    start: str | None = None,
    end: str | None = None,
    blocks: Mapping[str, Sequence[str]] | None = None,
    facts: Sequence[str] = (),
    words: Mapping[str, str] | None = None,
    unit: str = "ms",
) -> tuple[tuple[Clip, ...], np.ndarray]:
    """The clips of `table`, and all features as one matrix, block beside block.

    Shape:
        (N, D) float32, a row a clip, in their order

    Raises:
        CorpusError: As `table`; or a feature is no number.
    """
    roles = {"subject": subject, "label": label, "recording": recording, "part": part, "id": id, "start": start, "end": end}
    told = described(Path(path), roles, blocks, facts, words or {}, unit)
    said, matrix = columns(told.path, told.named, told.features)
    strange, same = faults(matrix)
    if strange:
        log.warning("%s: %d values are no finite numbers; who learns from them must decide what becomes of them.", path, strange)
    if same:
        log.warning("%s: %d of %d columns say the same in every row, and so tell nothing.", path, len(same), matrix.shape[1])
    return _clips(told, said, len(matrix)), matrix


def find(root: Path) -> Iterator[Clip]:
    """The rows of the file that table.json names; none where there is no table.json.

    Raises:
        CorpusError: table.json is not as it should be, or `table` refuses the file.
    """
    file = root / "table.json"
    if not file.is_file():
        return iter(())
    try:
        said = json.loads(file.read_text(encoding="utf-8"))
        if not isinstance(said, dict):
            raise ValueError("no object")
    except ValueError as error:  # also what is not UTF-8
        raise CorpusError(f"{file} cannot be read ({error}). Expected JSON like\n{LAYOUT.rstrip()}\nMend it.") from error
    takes = ("file", *ROLES, "blocks", "facts", "words", "unit")
    unknown = sorted(set(said) - set(takes))
    if unknown or not isinstance(said.get("file"), str):
        what = f"has an unknown {', '.join(unknown)}" if unknown else "names no file"
        raise CorpusError(f"{file} {what}. It takes {', '.join(takes)}; mend it.")
    return iter(table(root / said.pop("file"), **said))


def read_row(path: Path, columns: tuple[str, ...], row: int, rate: float = 1.0) -> Signal:
    """The features of one row of one block, as a signal of one step.

    Shape:
        values (1, D) float32

    Raises:
        CorpusError: The file has gone, or can no longer be read.
    """
    try:
        stamp = path.stat()
    except OSError as error:
        raise CorpusError(f"There is no file {path}. Expected the table there; put it back.") from error
    return Signal(_block(path, columns, stamp.st_mtime_ns, stamp.st_size)[row : row + 1], rate)


@lru_cache(maxsize=4)
def _block(path: Path, wanted: tuple[str, ...], changed: int, size: int) -> np.ndarray:
    """A whole block, kept: when and how big the file was are part of the key, so that a file that changes is read again."""
    return columns(path, (), wanted)[1]


def _clips(told: Described, said: Mapping[str, Words], count: int | None = None) -> tuple[Clip, ...]:
    cells = {role: said[column] for role, column in told.roles.items()}
    if count is None:
        count = len(next(iter(said.values()), columns(told.path, (), told.features[:1])[1]))
    digits = len(str(max(count - 1, 0)))
    nothing: Words = [None] * count
    ids = [name or f"{row:0{digits}d}" for row, name in enumerate(cells.get("id", nothing))]
    again = [name for name, times in Counter(ids).items() if times > 1] if len(set(ids)) < count else []
    if again:
        raise CorpusError(f"{told.path} carries the id {again[0]} more than once. Expected a name of its own for each row; mend it.")
    times = {role: _times(told, cells[role]) for role in ("start", "end") if role in cells}
    along = {name: said[name] for name in told.facts} | {role: cells[role] for role in ("recording", "part") if role in cells} | times
    clips = []
    for row in range(count):
        label = cells.get("label", nothing)[row]
        rate = _rate(*(times.get(role, nothing)[row] for role in ("start", "end")))
        sources = {
            m: Source(told.path, partial(read_row, columns=wanted, row=row, rate=rate))
            for m, wanted in told.blocks.items()
            if m is not None
        }
        facts = {name: value for name, values in along.items() if (value := values[row]) is not None}
        clips.append(
            Clip(ids[row], cells.get("subject", nothing)[row], None if label is None else told.words.get(label, label), sources, facts)
        )
    return tuple(clips)


def _rate(start: str | None, end: str | None) -> float:
    """Steps a second of a signal of one step: it lasts as long as its window, where that is known, else a second."""
    return 1_000 / (int(end) - int(start)) if start is not None and end is not None and int(end) > int(start) else 1.0


def _times(told: Described, cells: Words) -> Words:
    """Times as whole milliseconds.

    Raises:
        CorpusError: One is no number.
    """
    try:
        return [None if cell is None else str(round(float(cell) * UNITS[told.unit])) for cell in cells]
    except (ValueError, OverflowError) as error:
        raise CorpusError(f"{told.path} has a time that is no number ({error}). Expected {told.unit}; mend it.") from error


LAYOUT = """\
    features.csv   (or .parquet, .npz: a row a clip or window)
    table.json     {"file": "features.csv", "subject": "who", "label": "y", "words": {"0": "anger", "1": "neutral"},
                    "recording": "trial", "start": "from", "end": "to", "unit": "s",
                    "blocks": {"eeg": ["prefix:eeg_"], "audio": ["a0", "a1"]}}
"""

TABLE = Corpus(
    name="table",
    labels=LabelSet(
        ("anger", "calm", "contempt", "disgust", "fear", "happiness", "neutral", "sadness", "surprise", "negative", "positive"),
    ),
    modalities=frozenset(Modality),
    license="yours",
    citation="Cite whoever recorded it, and whoever made the features.",
    layout=LAYOUT,
    find=find,
    getting="It is yours already: put table.json beside it.",
    beside=("table.json",),
)
