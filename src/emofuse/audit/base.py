"""What every question of the audit is: evidence in, findings out.

A question is one file with

    ASKS = "Do people stand in more than one part?"       what a reader wants to know
    TRAPS = ("T1",)                                       as docs/traps.md numbers them
    def look(evidence: Evidence) -> Sequence[Finding]     what is wrong; nothing where all is well

and raises `NotLooked` where the evidence does not hold what it needs, so that silence never passes for a clean answer.

What more than one question asks of the evidence stands here too: who meets whom across the parts of a split,
which rows are judged, which recording a row is cut from, and what is said about how it was made.
"""

import re
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Protocol

import numpy as np

from emofuse.core.clip import Clip
from emofuse.core.corpus import Corpus
from emofuse.core.errors import EmofuseError
from emofuse.core.labels import LabelSet
from emofuse.core.split import Protocol as SplitProtocol
from emofuse.core.split import Split

ROWS = 1_000  # named in a finding; more are counted


class Grade(StrEnum):
    """How bad it is, from good to bad."""

    FINE = "fine"  # worth knowing; moves no figure
    INFLATED = "inflated"  # figures, or the ranking made of them, promise more than new people or recordings would show
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
        blocks: Columns of `features` by modality; empty where nobody tells them apart.
        protocol: What made `splits`, where it is at hand.
    """

    name: str
    clips: tuple[Clip, ...] = ()
    splits: tuple[Split, ...] = ()
    corpus: Corpus | None = None
    features: np.ndarray | None = None
    scores: np.ndarray | None = None
    labels: LabelSet | None = None
    says: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))
    blocks: Mapping[str, slice] = field(default_factory=lambda: MappingProxyType({}))
    protocol: SplitProtocol | None = None


class Question(Protocol):
    """A file of this folder, as the audit calls it."""

    ASKS: str
    TRAPS: tuple[str, ...]

    def look(self, evidence: Evidence) -> Sequence[Finding]:
        """What is wrong; empty where all is well."""


Key = Callable[[Clip], Hashable | None]
"""What two clips must not share across parts; None where a clip does not tell."""


@dataclass(frozen=True, slots=True)
class Meeting:
    """A judged clip and one that was learnt from which share something."""

    judged: str
    learnt: str
    value: Hashable
    split: str


def judging(evidence: Evidence) -> tuple[Split, ...]:
    """The splits that judge anybody.

    Raises:
        NotLooked: There is none.
    """
    found = tuple(split for split in evidence.splits if split.test)
    if not found:
        raise NotLooked("a split with a test part: who was learnt from and who was judged")
    return found


def judged(evidence: Evidence) -> np.ndarray:
    """Places of the rows that are judged, in the order of the clips: those of any test part; all where nobody splits.

    Shape:
        (n,) int
    """
    tested = {clip.id for split in evidence.splits for clip in split.test}
    return np.array([i for i, clip in enumerate(evidence.clips) if not evidence.splits or clip.id in tested], dtype=int)


def truth(evidence: Evidence) -> tuple[np.ndarray, np.ndarray]:
    """True classes and answers of the judged rows that have a label the scores know; -1 where there is no answer.

    Shape:
        (n,) int, (n,) int

    Raises:
        NotLooked: No scores, no words for their columns, or no labels.
    """
    if evidence.scores is None or evidence.labels is None:
        raise NotLooked("scores of the judged rows, and the words of their columns")
    known = {word: i for i, word in enumerate(evidence.labels)}
    rows = np.array([i for i in judged(evidence) if evidence.clips[i].label in known], dtype=int)
    if not len(rows):
        raise NotLooked("labels of the judged rows, in words that the scores' columns carry")
    scores = evidence.scores[rows]
    absent = np.isnan(scores).any(axis=1)
    answers = np.where(absent, -1, np.where(absent[:, None], 0, scores).argmax(axis=1))
    return np.array([known[str(evidence.clips[i].label)] for i in rows]), answers


def meetings(split: Split, key: Key, judged: Sequence[Clip] | None = None, learnt: Sequence[Clip] | None = None) -> list[Meeting]:
    """For each judged clip that shares a value with one learnt from, the first such; test against train and valid by default."""
    first: dict[Hashable, str] = {}
    for clip in (*split.train, *split.valid) if learnt is None else learnt:
        value = key(clip)
        if value is not None:
            first.setdefault(value, clip.id)
    values = ((clip.id, key(clip)) for clip in (split.test if judged is None else judged))
    return [Meeting(clip, first[value], value, split.name) for clip, value in values if value is not None and value in first]


def shared(evidence: Evidence, key: Key, thing: str) -> list[Meeting]:
    """Meetings of test and what was learnt from, over all splits.

    Raises:
        NotLooked: No split judges anybody, or nothing was found and some clips do not tell.
    """
    splits = judging(evidence)
    found = [meeting for split in splits for meeting in meetings(split, key)]
    if not found:
        must_tell(evidence, key, thing)
    return found


def must_tell(evidence: Evidence, key: Key, thing: str) -> None:
    """Refuse to answer for clips that do not tell.

    Raises:
        NotLooked: Some, or all, do not.
    """
    clips = {clip.id: clip for split in evidence.splits for part in (split.train, split.valid, split.test) for clip in part}.values()
    silent = sum(key(clip) is None for clip in clips or evidence.clips)
    if silent:
        raise NotLooked(f"{thing}: {silent:,} of {len(clips or evidence.clips):,} clips do not tell")


def where(found: Sequence[Meeting], splits: Sequence[Split]) -> tuple[str, str | None]:
    """How much of the test parts these are, in words; and the split's name where there is only one."""
    names = {meeting.split for meeting in found}
    total = sum(len(split.test) for split in splits if split.name in names)
    rows = f"{len(found):,} of {total:,} test clips"
    if len(splits) == 1:
        return rows, splits[0].name
    return f"{rows} in {len(names)} of {len(splits)} splits", next(iter(names)) if len(names) == 1 else None


def pairs(found: Iterable[Meeting]) -> tuple[tuple[str, ...], ...]:
    """The rows of a finding."""
    return tuple((meeting.judged, meeting.learnt) for meeting in found)[:ROWS]


def some(values: Iterable[object], most: int = 3) -> str:
    """A few of them, in order, for a sentence.

    Example:
        >>> some(["d", "b", "a", "c", "a"])
        'a, b, c and 1 more'
    """
    words = sorted({"/".join(str(v) for v in value if v) if isinstance(value, tuple) else str(value) for value in values})
    return ", ".join(words[:most]) + (f" and {len(words) - most} more" if len(words) > most else "")


def fact(*names: str) -> Key:
    """The first of these facts that a clip has."""
    return lambda clip: next((clip.facts[name] for name in names if clip.facts.get(name)), None)


def recording(evidence: Evidence) -> Key:
    """Which recording a clip was cut from: a fact; with the person where the number counts anew for each of them.

    Trials always count anew; other numbers do where nearly all of them come back with half of the people.
    """
    plain, trial = fact("recording"), fact("trial")
    people: dict[Hashable, set[str]] = {}
    for clip in evidence.clips:
        value = plain(clip)
        if value is not None and clip.subject is not None:
            people.setdefault(value, set()).add(clip.subject)
    everybody = set().union(*people.values()) if people else set()
    common = sum(len(whose) * 2 >= len(everybody) for whose in people.values())
    anew = len(everybody) > 1 and common >= 0.9 * len(people)

    def key(clip: Clip) -> Hashable | None:
        within = (clip.subject, clip.facts.get("session", ""))
        if plain(clip) is not None:
            return (*within, plain(clip)) if anew else plain(clip)
        return None if trial(clip) is None else (*within, trial(clip))

    return key


def held(evidence: Evidence) -> tuple[int, str] | None:
    """How many clips the corpus holds of the kind that is here, and what that kind is called; None where it is not published.

    A corpus of speech and song of which only speech is here holds so many clips of speech.
    """
    corpus = evidence.corpus
    if corpus is None or corpus.published is None:
        return None
    size, kind = corpus.published.clips, corpus.name
    for name, values in corpus.published.facts.items():
        here = {clip.facts.get(name, "") for clip in evidence.clips}
        if here and here < set(values) and sum(values[value] for value in here) < size:
            size, kind = sum(values[value] for value in here), f"{corpus.name} ({name}: {some(here)})"
    return size, kind


def number(value: object) -> float | None:
    """A figure as a share: 68.3 and "68.3 %" are 0.683; None where it is no number.

    Example:
        >>> [number(0.683), number("68.3 %"), number("high")]
        [0.683, 0.6829999999999999, None]
    """
    if isinstance(value, str):
        value = value.strip().rstrip("%").strip()
    try:
        read = float(value)  # type: ignore[arg-type]  # anything JSON holds may stand here: what is no number is refused
    except (TypeError, ValueError):
        return None
    return read / 100 if abs(read) > 1 else read


def whole(value: object) -> int | None:
    """A count; None where it is none."""
    return int(value) if isinstance(value, int | float) and not isinstance(value, bool) and value == int(value) else None


def systems(says: Mapping[str, object]) -> dict[str, dict[str, object]]:
    """What is said of several systems: ``{"CNN": 0.68}`` as ``{"CNN": {"accuracy": 0.68}}``."""
    said = says.get("systems")
    if not isinstance(said, Mapping):
        return {}
    return {str(name): dict(value) if isinstance(value, Mapping) else {"accuracy": value} for name, value in said.items()}


def words(value: object) -> set[str]:
    """The words of what is said, whatever its form: ``"train+test"``, ``["train", "test"]``; none where nothing is.

    Example:
        >>> sorted(words(["Train and", "test"]))
        ['and', 'test', 'train']
    """
    texts = value if isinstance(value, list | tuple | set) else [] if value is None else [value]
    return {word for text in texts for word in re.findall(r"[a-z]+", str(text).lower())}


EVERYTHING = frozenset({"test", "all", "everything", "whole", "entire", "dataset", "corpus"})
"""Words that say that judged rows were used too."""
