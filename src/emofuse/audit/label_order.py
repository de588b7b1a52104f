"""Columns of scores in another order than that of the words they are said to stand for.

Answers in a shuffled order are as confident as ever and right by chance only; another order of the same columns would be right.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from math import lgamma, log

import numpy as np

from emofuse.audit.base import ROWS, Evidence, Finding, Grade, NotLooked, judged, truth, whole
from emofuse.core.labels import LabelSet

ASKS = "Do the columns of the scores stand for the labels they are said to stand for?"
TRAPS = ("T9",)
BETTER = 0.1  # of mean recall that another order must gain
SURE = log(1_000)  # one in a thousand, after as many tries as there are orders
KNOWN = {
    "FER2013's": ("anger", "disgust", "fear", "happiness", "sadness", "surprise", "neutral"),
    "FERPlus'": ("neutral", "happiness", "surprise", "sadness", "anger", "disgust", "fear"),
    "RAVDESS'": ("neutral", "calm", "happiness", "sadness", "anger", "fear", "disgust", "surprise"),
    "EAV's": ("neutral", "sadness", "anger", "happiness", "calm"),
}
"""Orders that are met, by whose they are."""
UNNAMED = re.compile(r"(label[_ -]?)?\d+", re.IGNORECASE)
REMEDY = "Give the columns the words of this order (see who made the scores), and judge again."


def look(evidence: Evidence) -> Sequence[Finding]:
    """Another order of the columns that is far more often right; stated supports that are those of other labels.

    Raises:
        NotLooked: No scores with labels, and no stated supports; columns without words whose order cannot be found.
    """
    found = _supports(evidence)
    if evidence.scores is None or evidence.labels is None:
        if "support" not in evidence.says:
            raise NotLooked("scores of the judged rows and the words of their columns, or the support of each label as it was printed")
        return found
    if any(UNNAMED.fullmatch(word) for word in evidence.labels):
        raise NotLooked(f"words for the columns: '{evidence.labels[0]}' does not say which emotion it is")
    target, answers = truth(evidence)
    return [*found, *_shuffled(evidence, evidence.labels, target, answers)]


def _shuffled(evidence: Evidence, labels: LabelSet, target: np.ndarray, answers: np.ndarray) -> list[Finding]:
    from scipy.optimize import linear_sum_assignment

    answered = answers >= 0
    target, answers = target[answered], answers[answered]
    classes = len(labels)
    if classes < 2 or not len(target):
        return []
    table = np.zeros((classes, classes))
    np.add.at(table, (target, answers), 1)
    support = table.sum(axis=1, keepdims=True)
    recalls = np.divide(table, support, out=np.zeros_like(table), where=support > 0)
    kinds = int((support > 0).sum())
    rows, columns = linear_sum_assignment(-recalls)
    meant = np.empty(classes, dtype=int)
    meant[columns] = rows  # column c stands for the class meant[c]
    best, now = (float(recalls[order, np.arange(classes)].sum()) / kinds for order in (meant, np.arange(classes)))
    gained, lost = (meant[answers] == target) & (answers != target), (meant[answers] != target) & (answers == target)
    moved = int(gained.sum() + lost.sum())
    difference = int(gained.sum()) - int(lost.sum())
    sure = moved > 0 and difference**2 / moved / 2 > lgamma(classes + 1) + SURE
    if best - now < BETTER or best < 1 / kinds + BETTER or not sure:
        return []
    name, order = _named(evidence, labels, recalls, kinds, best) or ("no order that has a name", tuple(labels[i] for i in meant))
    wrong = np.array([i for i in judged(evidence) if evidence.clips[i].label in labels.words], dtype=int)[answered][gained]
    return [
        Finding(
            "T9",
            Grade.BROKEN,
            "scores in another order of labels",
            f"As said ({', '.join(labels)}) mean recall is {now:.3f}; were the columns {', '.join(order)} ({name}), "
            f"it would be {best:.3f}.",
            REMEDY,
            len(wrong),
            tuple((evidence.clips[i].id,) for i in wrong[:ROWS]),
        )
    ]


def _named(evidence: Evidence, labels: LabelSet, recalls: np.ndarray, kinds: int, best: float) -> tuple[str, tuple[str, ...]] | None:
    """A known order of these labels that is as good as the best one."""
    own = {f"{evidence.corpus.name}'s own": evidence.corpus.labels.words} if evidence.corpus else {}
    orders = {"alphabetical": tuple(sorted(labels)), **own, **KNOWN, "reversed": labels.words[::-1]}
    for name, order in orders.items():
        if set(order) != set(labels) or order == labels.words:
            continue
        value = float(sum(recalls[labels.index(word), c] for c, word in enumerate(order))) / kinds
        if value > best - 0.02:
            return name, order
    return None


def _supports(evidence: Evidence) -> list[Finding]:
    """Supports as printed in a table of results, beside how often each label truly occurs among the judged rows."""
    said = evidence.says.get("support")
    if not isinstance(said, Mapping) or not evidence.clips:
        return []
    printed = {str(word): whole(count) for word, count in said.items()}
    true = Counter(evidence.clips[i].label for i in judged(evidence))
    wrong = {word: (count, true[word]) for word, count in printed.items() if word in true and count != true[word]}
    if not wrong or sorted(map(str, printed.values())) != sorted(str(true[word]) for word in printed):
        return []
    listed = "; ".join(f"{word}: {count} printed, {right} true" for word, (count, right) in sorted(wrong.items()))
    return [
        Finding(
            "T9",
            Grade.BROKEN,
            "supports of other labels",
            f"The printed supports are the true ones, of other labels ({listed}): rows of the table are named in another order.",
            "Name the rows by the order of the scores.",
            len(wrong),
        )
    ]
