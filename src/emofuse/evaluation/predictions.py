"""Answers, row by row, as a table that another program, a comparison or an audit reads: ``predictions.csv``.

Columns: id, subject, truth, answer, fold, a ``p_`` of each label in the order of the scores, a ``fact_`` of each fact.
A row without an answer has none, and no probabilities.
"""

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from emofuse.core.clip import Clip
from emofuse.core.errors import RunError
from emofuse.core.labels import LabelSet
from emofuse.evaluation.metrics import answered
from emofuse.media.beside import beside

FILE = "predictions.csv"
NEEDED = ("id", "truth")


@dataclass(frozen=True, slots=True, eq=False)
class Predictions:
    """What was answered to which clip.

    Shape:
        probabilities (N, C), a row of NaN where there is no answer

    Args:
        labels: The order of the probabilities.
        clips: The rows: id, subject, label, facts; their signals are not needed.
        probabilities: The answers.
        folds: In which fold each row was judged; empty where there were none.

    Raises:
        ValueError: Parts of different lengths.
    """

    labels: LabelSet
    clips: tuple[Clip, ...]
    probabilities: np.ndarray
    folds: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.probabilities.shape != (len(self.clips), len(self.labels)) or len(self.folds) not in (0, len(self.clips)):
            raise ValueError(
                f"{len(self.clips)} clips and {len(self.labels)} labels got probabilities of shape {self.probabilities.shape} "
                f"and {len(self.folds)} folds."
            )

    @property
    def answers(self) -> np.ndarray:
        """The label of each row, as its index; -1 where there is no answer. Shape: (N,)."""
        return answered(self.probabilities)

    def write(self, path: Path) -> None:
        """Write the table, whole or not at all.

        Raises:
            MediaError: It cannot be written there.
        """
        facts = sorted({name for clip in self.clips for name in clip.facts})
        heads = ("id", "subject", "truth", "answer", "fold", *(f"p_{word}" for word in self.labels), *(f"fact_{name}" for name in facts))
        with beside(path) as unfinished, unfinished.open("w", encoding="utf-8", newline="") as file:
            lines = csv.writer(file, lineterminator="\n")
            lines.writerow(heads)
            lines.writerows(self._rows(facts))

    def _rows(self, facts: Sequence[str]) -> Iterator[list[str]]:
        folds = self.folds or ("",) * len(self.clips)
        for clip, answer, fold, row in zip(self.clips, self.answers, folds, self.probabilities, strict=True):
            word = "" if answer < 0 else self.labels[int(answer)]
            shares = ["" if answer < 0 else f"{share:.9g}" for share in row]  # nine digits bring a float32 back exactly
            yield [clip.id, clip.subject or "", clip.label or "", word, fold, *shares, *(clip.facts.get(name, "") for name in facts)]


def read_predictions(path: Path) -> Predictions:
    """The table that `Predictions.write` left, or one that somebody else made.

    Without ``p_`` columns the column ``answer`` is taken for certain: enough to count what is right, not to speak of calibration.

    Raises:
        RunError: There is no such table, or a column is missing, a row is ragged, stands twice, or answers what it does not say.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            table = csv.DictReader(file, strict=True)
            rows, heads = list(table), list(table.fieldnames or ())
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise RunError(
            f"{path} cannot be read as a table: {error}. Expected the {FILE} that `emofuse evaluate` writes: UTF-8, with commas."
        ) from error
    missing = [head for head in NEEDED if head not in heads]
    words = tuple(head.removeprefix("p_") for head in heads if head.startswith("p_"))
    if len(set(heads)) != len(heads):
        raise RunError(f"{path} has two columns of one name: {', '.join(heads)}. Expected each once; rename or remove one.")
    if missing or not rows or not (words or "answer" in heads):
        lacks = ", ".join([*missing, *(["answer or p_..."] if not (words or "answer" in heads) else [])])
        raise RunError(
            f"{path} has {len(rows)} rows and lacks {lacks or 'them all'}. "
            f"Expected the columns id, subject, truth, answer, p_<label>, ...; add them."
        )
    for number, row in enumerate(rows, 2):
        if None in row or None in row.values():
            raise RunError(f"Line {number} of {path} has not as many cells as its head. Expected {len(heads)}; mend it there.")
    _refuse_twice(path, [row["id"] for row in rows])
    labels = LabelSet(words or tuple(sorted({row[head] for row in rows for head in ("truth", "answer")} - {""})))
    probabilities = np.stack([_row(path, number, row, labels, bool(words)) for number, row in enumerate(rows, 2)])
    facts = {head.removeprefix("fact_"): head for head in heads if head.startswith("fact_")}
    clips = tuple(
        Clip(row["id"], row.get("subject") or None, row["truth"], {}, {name: row[head] for name, head in facts.items() if row[head]})
        for row in rows
    )
    folds = tuple(row["fold"] for row in rows) if all(row.get("fold") for row in rows) else ()
    return Predictions(labels, clips, probabilities, folds)


def _row(path: Path, number: int, row: Mapping[str, str], labels: LabelSet, soft: bool) -> np.ndarray:
    """The probabilities of one line. Shape: (C,)."""
    answer = row.get("answer", "")
    if row["truth"] not in labels.words or (answer and answer not in labels.words):
        raise RunError(
            f"Line {number} of {path}: truth '{row['truth']}' or answer '{answer}' is none of {', '.join(labels)}. "
            f"Expected a p_ column for every word; add it."
        )
    if not soft:
        return np.eye(len(labels))[labels.index(answer)] if answer else np.full(len(labels), np.nan)
    cells = [row[f"p_{word}"] for word in labels]
    try:
        shares = np.array([float(cell) if cell else np.nan for cell in cells])
    except ValueError as error:
        raise RunError(f"Line {number} of {path}: {error}. Expected probabilities in the p_ columns, or nothing; mend it there.") from error
    gone = np.isnan(shares)
    if gone.any() and not gone.all() or not gone.any() and (shares.min() < 0 or abs(shares.sum() - 1) > 1e-3):
        raise RunError(
            f"Line {number} of {path}: {', '.join(cells)} are no probabilities. Expected none below zero that sum to one, or none at all; "
            f"mend it there, and take a softmax of logits first."
        )
    if answer and not gone.any() and shares[labels.index(answer)] < shares.max():
        best = labels[int(shares.argmax())]
        raise RunError(
            f"Line {number} of {path}: the answer is '{answer}', yet '{best}' has the highest probability. "
            f"Expected each p_ column to be named after its own label; set the heads right."
        )
    return shares


def _refuse_twice(path: Path, ids: Sequence[str]) -> None:
    seen: set[str] = set()
    for number, name in enumerate(ids, 2):
        if name in seen:
            raise RunError(f"Line {number} of {path}: '{name}' has a row already. Expected each once; remove the other.")
        seen.add(name)
