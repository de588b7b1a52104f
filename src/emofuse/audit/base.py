"""What every question of the audit is: evidence in, findings out.

A question is one file with

    ASKS = "Do people stand in more than one part?"       what a reader wants to know
    TRAPS = ("T1",)                                       as docs/traps.md numbers them
    def look(evidence: Evidence) -> Sequence[Finding]     what is wrong; nothing where all is well

and raises `NotLooked` where the evidence does not hold what it needs, so that silence never passes for a clean answer.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Protocol

import numpy as np

from emofuse.core.clip import Clip
from emofuse.core.corpus import Corpus
from emofuse.core.errors import EmofuseError
from emofuse.core.labels import LabelSet
from emofuse.core.split import Split


class Grade(StrEnum):
    """How bad it is."""

    FINE = "fine"
    INFLATED = "inflated"  # figures are better than they would be on new people or recordings
    BROKEN = "broken"  # figures mean nothing, or something else than they say


class NotLooked(EmofuseError, LookupError):
    """The evidence does not hold what a question needs; the message says what."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong.

    Args:
        trap: Its number, such as "T1"; docs/traps.md explains each.
        grade: How bad.
        title: In a few words.
        says: What was found, with counts, in a sentence or two.
        remedy: How to put it right.
        count: How many rows or pairs of rows.
        rows: Ids of the rows, or of rows that belong together; the first thousand.
        split: In which split; None where it is about all.
    """

    trap: str
    grade: Grade
    title: str
    says: str
    remedy: str
    count: int = 0
    rows: tuple[tuple[str, ...], ...] = ()
    split: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """Everything an audit may look at; what is None or empty is not known.

    Shape:
        features (N, D) float; scores (N, C) float, rows of NaN where there is no answer: both in the order of `clips`

    Args:
        name: Of what is audited.
        clips: The rows: id, subject, label, and facts such as sentence, recording, dialogue, start, end, copy_of.
        splits: Who is learnt from, who is judged.
        corpus: Which it is said to be.
        features: What was learnt from, a row a clip.
        scores: Somebody's answers.
        labels: The words of the columns of `scores`, as they are said to be.
        says: What is said about how it was made: "chosen_on", "normalized_on", "selected_on", "augmented", "stacked_on",
            "accuracy", "n_test", figures by the metric's name, ...
    """

    name: str
    clips: tuple[Clip, ...] = ()
    splits: tuple[Split, ...] = ()
    corpus: Corpus | None = None
    features: np.ndarray | None = None
    scores: np.ndarray | None = None
    labels: LabelSet | None = None
    says: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))


class Question(Protocol):
    """A file of this folder, as the audit calls it."""

    ASKS: str
    TRAPS: tuple[str, ...]

    def look(self, evidence: Evidence) -> Sequence[Finding]:
        """What is wrong; empty where all is well."""
