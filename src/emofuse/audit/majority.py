"""Figures that are no better than always giving the commonest label; and rows that have but one."""

from collections import Counter
from collections.abc import Mapping, Sequence
from math import sqrt

import numpy as np

from emofuse.audit.base import Evidence, Finding, Grade, NotLooked, judged, number, systems, truth, whole

ASKS = "Is accuracy above that of always giving the commonest label?"
TRAPS = ("T12",)
Z = 1.96  # of a normal distribution, 95 %


def look(evidence: Evidence) -> Sequence[Finding]:
    """Accuracies, computed and stated, against the share of the commonest label among the judged rows; one label in all rows.

    Raises:
        NotLooked: No accuracy, or labels of the judged rows are not known.
    """
    counts = _counts(evidence)
    if len(evidence.clips) > 1 and evidence.clips[0].label is not None and len({clip.label for clip in evidence.clips}) == 1:
        return [_one_label(evidence)]
    total = sum(counts.values())
    commonest, most = max(counts.items(), key=lambda item: (item[1], item[0]))
    floor = most / total
    figures = _figures(evidence)
    if not figures:
        raise NotLooked("scores of the judged rows, or a stated accuracy")
    below = {name: value for name, value in figures.items() if value <= floor}
    near = {name: value for name, value in figures.items() if name not in below and value - Z * sqrt(value * (1 - value) / total) <= floor}
    found = []
    if below:
        recalls = _recall(evidence)
        chance = 1 / len(counts)
        some = recalls is not None and recalls > chance + Z * sqrt(chance * (1 - chance) / min(counts.values()) / len(counts))
        found.append(
            Finding(
                "T12",
                Grade.FINE if some else Grade.BROKEN,
                "below the majority baseline",
                f"{_list(below)}; always saying {commonest} is right in {floor:.3f} of {total:,} rows."
                + (
                    f" Mean recall ({recalls:.3f}) is above chance ({chance:.3f}): rare labels are found at the cost of common ones."
                    if some
                    else ""
                ),
                "Report the majority baseline beside accuracy, and mean recall (UAR).",
                len(below),
            )
        )
    if near:
        found.append(
            Finding(
                "T12",
                Grade.INFLATED,
                "not shown to be above the majority baseline",
                f"{_list(near)}; always saying {commonest} is right in {floor:.3f} of {total:,} rows, which lies in the 95 % interval.",
                "Report the interval and the baseline; judge on more rows.",
                len(near),
            )
        )
    return found


def _one_label(evidence: Evidence) -> Finding:
    return Finding(
        "T12",
        Grade.BROKEN,
        "one label in all rows",
        f"All {len(evidence.clips):,} rows are labelled {evidence.clips[0].label}: there is nothing to tell apart, "
        "and any accuracy can be had without looking.",
        "Look which column holds the label, and whether rows of the other labels were left out.",
        len(evidence.clips),
    )


def _counts(evidence: Evidence) -> dict[str, int]:
    """How often each label is true among the judged rows."""
    counts = Counter(str(evidence.clips[i].label) for i in judged(evidence) if evidence.clips[i].label is not None)
    if counts:
        return dict(counts)
    said = evidence.says.get("support")
    if isinstance(said, Mapping) and said:
        return {str(word): whole(count) or 0 for word, count in said.items()}
    raise NotLooked("labels of the judged rows, or how often each is true (support)")


def _figures(evidence: Evidence) -> dict[str, float]:
    figures = {name: value for name, row in systems(evidence.says).items() if (value := number(row.get("accuracy"))) is not None}
    if (stated := number(evidence.says.get("accuracy"))) is not None:
        figures["accuracy as said"] = stated
    try:
        target, answers = truth(evidence)
    except NotLooked:
        return figures
    return {**figures, "accuracy of the scores": float((target == answers).mean())}


def _recall(evidence: Evidence) -> float | None:
    try:
        target, answers = truth(evidence)
    except NotLooked:
        return number(evidence.says.get("uar"))
    return float(np.mean([(answers[target == c] == c).mean() for c in np.unique(target)]))


def _list(figures: Mapping[str, float]) -> str:
    return ", ".join(f"{name} {value:.3f}" for name, value in figures.items())
