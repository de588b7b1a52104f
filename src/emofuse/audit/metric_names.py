"""Figures that carry another metric's name: accuracy printed as F1, weighted accuracy as accuracy, one F1 for another."""

import re
from collections.abc import Mapping, Sequence

import numpy as np

from emofuse.audit.base import Evidence, Finding, Grade, NotLooked, number, truth
from emofuse.evaluation.metrics import accuracy, macro_f1, uar, weighted_f1

ASKS = "Are figures what their names say, when they are computed again?"
TRAPS = ("T10",)
NAMES: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(("accuracy", "acc", "war", "weightedaccuracy", "weightedaveragerecall", "weightedrecall"), ("accuracy",)),
    **dict.fromkeys(("microf1", "f1micro"), ("accuracy",)),
    **dict.fromkeys(("uar", "unweightedaveragerecall", "unweightedaccuracy", "balancedaccuracy", "macrorecall"), ("uar",)),
    **dict.fromkeys(("macrof1", "f1macro", "unweightedf1"), ("macro_f1",)),
    **dict.fromkeys(("weightedf1", "f1weighted", "wf1"), ("weighted_f1",)),
    **dict.fromkeys(("f1", "fscore", "f1score"), ("macro_f1", "weighted_f1")),
    "wa": ("accuracy", "uar"),  # weighted accuracy is accuracy for most, and mean recall for some
    "ua": ("uar", "accuracy"),
}
"""What a name may stand for, small letters and digits only."""
AS_ACCURACY = {"microf1", "f1micro"}
NEAR = 1.5e-3  # of what is printed with two digits of a percentage, cut off or rounded


def look(evidence: Evidence) -> Sequence[Finding]:
    """Stated figures against those computed from the scores, or from a confusion matrix.

    Raises:
        NotLooked: No stated figures; neither scores nor a confusion matrix to compute them from.
    """
    said = {name: value for name in evidence.says if _short(name) in NAMES and (value := number(evidence.says[name])) is not None}
    if not said:
        raise NotLooked("figures by their names, such as accuracy or macro_f1")
    true = _computed(evidence)
    found = []
    for name, value in said.items():
        meant = NAMES[_short(name)]
        if any(abs(value - true[metric]) <= NEAR for metric in meant):
            if _short(name) in AS_ACCURACY:
                says = f"{name} ({value:.4f}) is accuracy by another name, where each row has one label."
                found.append(Finding("T10", Grade.FINE, "micro F1 is accuracy", says, "Call it accuracy; report macro F1 beside it."))
            continue
        other = next((metric for metric, right in true.items() if metric not in meant and abs(value - right) <= NEAR), None)
        values = ", ".join(f"{metric} {right:.4f}" for metric, right in true.items())
        found.append(
            Finding(
                "T10",
                Grade.BROKEN,
                f"{name} is {other}" if other else f"{name} cannot be computed again",
                f"{name} is said to be {value:.4f}; "
                + (f"that is {other}. " if other else "no metric here has that value. ")
                + f"Computed: {values}.",
                "Name each figure by what it is, and keep the scores it was computed from.",
            )
        )
    return found


def _short(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


def _computed(evidence: Evidence) -> dict[str, float]:
    """The four metrics of the judged rows.

    Raises:
        NotLooked: There is nothing to compute them from.
    """
    table = evidence.says.get("confusion")
    if evidence.scores is not None and evidence.labels is not None:
        target, answers = truth(evidence)
    elif isinstance(table, list) and table:
        cells = np.array(table, dtype=int)
        places = np.indices(cells.shape).reshape(2, -1)
        target, answers = (np.repeat(axis, cells.ravel()) for axis in places)
        answers = np.where(answers >= cells.shape[0], -1, answers)  # a last column is for no answer at all
    else:
        raise NotLooked("scores of the judged rows, or a confusion matrix (confusion), to compute figures from")
    metrics = {"accuracy": accuracy, "uar": uar, "macro_f1": macro_f1, "weighted_f1": weighted_f1}
    return {name: float(metric(target, answers)) for name, metric in metrics.items()}
