"""A fusion that learns from answers which its members gave on rows they had learnt from."""

from collections.abc import Sequence
from math import sqrt

import numpy as np

from emofuse.audit.base import Evidence, Finding, Grade, NotLooked, words

ASKS = "Does a fusion learn from answers on rows its members had learnt from?"
TRAPS = ("T15",)
APART = 0.15  # of accuracy between the rows that the fusion learns from and those it is judged on
STANDARD_ERRORS = 4.0
REMEDY = "Let the fusion learn from valid, or from answers out of fold, that no member has learnt from."


def look(evidence: Evidence) -> Sequence[Finding]:
    """What is said, and what the scores show: far more is right where the fusion learns than where it is judged.

    Raises:
        NotLooked: Nothing is said about what a fusion learnt from (stacked_on).
    """
    said = evidence.says.get("stacked_on")
    if said is None:
        raise NotLooked("what a fusion's second stage learnt from (stacked_on)")
    told = words(said)
    if "test" in told:
        says = f"The fusion is said to learn from '{said}': it has seen what it is judged on."
        return [Finding("T15", Grade.INFLATED, "fusion learns from test", says, REMEDY)]
    if (told & {"train", "training", "sample", "all", "everything"}) and not told & {"fold", "oof", "out", "valid", "val", "held"}:
        says = f"The fusion is said to learn from '{said}', which its members know by heart: it learns to trust whoever does so best."
        return [Finding("T15", Grade.INFLATED, "fusion learns from in-sample answers", says, REMEDY)]
    return _shown(evidence, told)


def _shown(evidence: Evidence, told: set[str]) -> list[Finding]:
    """Whether scores on the parts that the fusion learns from are far better than on test."""
    if evidence.scores is None or evidence.labels is None:
        return []
    place = {clip.id: i for i, clip in enumerate(evidence.clips)}
    known = {word: i for i, word in enumerate(evidence.labels)}
    target = np.array([known.get(str(clip.label), -1) for clip in evidence.clips])
    answered = ~np.isnan(evidence.scores).any(axis=1) & (target >= 0)
    right = np.where(answered[:, None], evidence.scores, 0).argmax(axis=1) == target
    for split in evidence.splits:
        learnt = list(split.valid) if told & {"valid", "val", "held"} else [*split.train, *split.valid]
        rows, test = ([i for c in part if (i := place.get(c.id)) is not None and answered[i]] for part in (learnt, split.test))
        if not rows or not test:
            continue
        there, here = float(right[rows].mean()), float(right[test].mean())
        error = sqrt(there * (1 - there) / len(rows) + here * (1 - here) / len(test))
        if there - here > max(APART, STANDARD_ERRORS * error):
            says = (
                f"Of the rows the fusion learns from ('{evidence.says['stacked_on']}'), {there:.1%} are answered right, of the judged ones "
                f"{here:.1%}: its members had learnt from them."
            )
            return [Finding("T15", Grade.INFLATED, "fusion learns from in-sample answers", says, REMEDY, len(rows), split=split.name)]
    return []
