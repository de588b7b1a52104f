"""A member's answers that come from elsewhere: a file of predictions, another toolkit, trees in place of a network.

Nothing is taken as it comes: other labels, other clips, and numbers that are no probabilities are refused by name.
N: clips, C: classes.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from emofuse.bench.order import spec
from emofuse.core.clip import Clip
from emofuse.core.errors import RunError, UnknownName
from emofuse.core.labels import MAPS, LabelMap, LabelSet, label_map
from emofuse.core.modality import Modality
from emofuse.evaluation.predictions import read_predictions

LISTED = 3  # clips named in a message; more are counted
EXACT = 1e-3  # how far probabilities may be from summing to one


@dataclass(frozen=True, slots=True, eq=False)
class Answers:
    """What a member that is not of the bench said of clips it had not learnt from.

    Shape:
        scores (N, C), rows that sum to one, or of NaN where it had no answer

    Args:
        name: Of the member.
        modalities: Without all of which it has no answer.
        labels: The order of its scores.
        ids: Whose rows they are.
        scores: Probabilities.
        parameters: That it has; None where nobody says.
        truth: What each of the clips is said to show; empty where nobody says.

    Raises:
        RunError: Scores of another shape, rows that are no probabilities, no answer at all, or a clip twice.
    """

    name: str
    modalities: tuple[Modality, ...]
    labels: LabelSet
    ids: tuple[str, ...]
    scores: np.ndarray
    parameters: int | None = None
    truth: tuple[str | None, ...] = ()

    def __post_init__(self) -> None:
        if self.scores.shape != (len(self.ids), len(self.labels)):
            raise RunError(
                f"Member '{self.name}' has scores of shape {self.scores.shape} for {len(self.ids)} clips and {len(self.labels)} labels. "
                f"Expected a row a clip and a column a label; look at what made them."
            )
        if len(set(self.ids)) != len(self.ids):
            raise RunError(
                f"Member '{self.name}' answers {len(self.ids) - len(set(self.ids))} clips twice. Expected each once; remove one."
            )
        gone = np.isnan(self.scores)
        if gone.all():
            raise RunError(
                f"Member '{self.name}' has no answer to any of its {len(self.ids)} clips. Expected probabilities for some; "
                f"look at what made them, or leave it out."
            )
        known = ~gone.any(axis=1)
        half = gone.any(axis=1) & ~gone.all(axis=1)
        wrong = np.zeros(len(self.ids), dtype=bool)
        wrong[known] = (self.scores[known] < 0).any(axis=1) | (np.abs(self.scores[known].sum(axis=1) - 1) > EXACT)
        for odd, what in (
            (half, "have scores of which some are no numbers. Expected all of a row, or none where there is no answer"),
            (wrong, "have scores that are no probabilities: they must not be below zero and must sum to one. Logits need a softmax first"),
        ):
            if odd.any():
                named = ", ".join(self.ids[i] for i in np.flatnonzero(odd)[:LISTED])
                raise RunError(f"{odd.sum()} answers of member '{self.name}', such as that to {named}, {what}; mend them.")

    def into(self, labels: LabelSet, way: LabelMap | None = None) -> "Answers":
        """The same in other words: in another order, or by a named map.

        Raises:
            UnknownName: There is no way, or it does not lead there.
        """
        if way is None and set(self.labels) == set(labels):
            return replace(self, labels=labels, scores=self.scores[:, [self.labels.index(word) for word in labels]])
        if way is None or set(way.target) != set(labels):
            ways = [name for name, known in MAPS.items() if _leads(known, self.labels, labels)]
            how = (
                f"name the map that leads there: {' or '.join(ways)}" if ways else "no map that is known leads there: bring another member"
            )
            said = f" by '{way.name}'" if way else ""
            raise UnknownName(
                f"Member '{self.name}' answers in {', '.join(self.labels)}{said}; the bench answers in {', '.join(labels)}. "
                f"Expected the same words; {how}."
            )
        told = tuple(None if word is None else way.word(word) for word in self.truth)
        return replace(self, labels=way.target, scores=way.scores(self.scores, self.labels), truth=told).into(labels)

    def agree(self, clips: Sequence[Clip]) -> None:
        """Refuse answers to clips that are said to show something else: columns of other labels look like this, and other data.

        Raises:
            RunError: It says so of some of these.
        """
        told = dict(zip(self.ids, self.truth, strict=True)) if self.truth else {}
        other = [clip for clip in clips if told.get(clip.id) not in (None, clip.label)]
        if other:
            first = other[0]
            raise RunError(
                f"Member '{self.name}' says that {first.id} shows {told[first.id]}; the bench says {first.label}; so for {len(other)} of "
                f"{len(clips)} clips. Expected the same; name the map by which its labels go, or look at what made its columns."
            )

    def on(self, ids: Sequence[str]) -> np.ndarray:
        """The scores of these clips, in their order; more than these may have been answered. Shape: (n, C).

        Raises:
            RunError: Some were not.
        """
        place = {name: i for i, name in enumerate(self.ids)}
        missing = [name for name in ids if name not in place]
        if missing:
            raise RunError(
                f"Member '{self.name}' has answers to {len(self.ids)} clips, but not to {len(missing)} of the {len(ids)} of the bench, "
                f"such as {', '.join(missing[:LISTED])}. Expected a row for each, empty where it has no answer; judge the same clips."
            )
        rows: np.ndarray = self.scores[[place[name] for name in ids]]
        return rows


def digest(given: Mapping[str, Answers]) -> str:
    """What several of them say, in a few letters; nothing for none."""
    if not given:
        return ""
    said = hashlib.sha256()
    for name in sorted(given):
        one = given[name]
        said.update(json.dumps([name, one.modalities, one.labels.words, one.ids]).encode())
        said.update(np.ascontiguousarray(one.scores, dtype=np.float64).tobytes())
    return said.hexdigest()[:8]


def _leads(way: LabelMap, source: LabelSet, target: LabelSet) -> bool:
    return set(way.target) == set(target) and all(way.word(word) is not None for word in source)


def brought(text: str, labels: LabelSet) -> Answers:
    """A member from a table of predictions, as a user names it: ``trees:file="predictions.csv",modalities="video",map="seven"``.

    Args:
        text: A name and its settings; ``map`` only where its labels are others, ``parameters`` where they are known.
        labels: Those of the bench.

    Raises:
        UnknownName: A setting, modality or map that does not exist, or labels that do not fit.
        RunError: The table cannot be read, or holds no probabilities.
    """
    name, settings = spec(text)
    strange, lacking = set(settings) - {"file", "modalities", "map", "parameters"}, {"file", "modalities"} - set(settings)
    if strange or lacking:
        raise UnknownName(
            f"Member '{name}' {f'takes no {min(strange)}' if strange else f'does not say its {min(lacking)}'}. "
            f'Expected NAME:file="predictions.csv",modalities="video", and map="..." where its labels are others.'
        )
    modalities = []
    for word in str(settings["modalities"]).split("+"):
        if word not in set(Modality):
            raise UnknownName(f"Member '{name}' names the modality '{word}'. Known: {', '.join(Modality)}; join several with +.")
        modalities.append(Modality(word))
    read = read_predictions(Path(str(settings["file"])))
    count = settings.get("parameters")
    if count is not None and not isinstance(count, int):
        raise UnknownName(f"Member '{name}' says {count} parameters. Expected a whole number; mend it, or leave it out.")
    ids, truth = tuple(clip.id for clip in read.clips), tuple(clip.label for clip in read.clips)
    answers = Answers(name, tuple(sorted(modalities)), read.labels, ids, read.probabilities, count, truth)
    return answers.into(labels, label_map(str(settings["map"])) if "map" in settings else None)
