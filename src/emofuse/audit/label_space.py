"""Labels that the scores do not know, labels that never occur, and how many classes there are said to be."""

from collections import Counter
from collections.abc import Sequence

from emofuse.audit.base import ROWS, Evidence, Finding, Grade, NotLooked, judged, some, whole

ASKS = "Are truth and answers told in the same labels, as many as are said?"
TRAPS = ("T9", "T10")


def look(evidence: Evidence) -> Sequence[Finding]:
    """Judged rows whose label no column stands for, columns that are never true, another number of classes than stated.

    Raises:
        NotLooked: No labels on the clips, or nothing to compare them with: no scores, corpus, or stated number of classes.
    """
    rows = [i for i in judged(evidence) if evidence.clips[i].label is not None]
    if not rows:
        raise NotLooked("labels of the judged clips")
    against = evidence.labels or (evidence.corpus.labels if evidence.corpus else None)
    classes = whole(evidence.says.get("classes"))
    if against is None and classes is None:
        raise NotLooked("the labels of the scores, the corpus, or how many classes there are said to be")
    counts = Counter(str(evidence.clips[i].label) for i in rows)
    found = []
    if against is not None:
        outside = {word: count for word, count in counts.items() if word not in against.words}
        if outside:
            found.append(_outside(evidence, rows, outside, against.words))
        unused = [word for word in against if word not in counts]
        if evidence.labels is not None and unused:
            found.append(
                Finding(
                    "T9",
                    Grade.FINE,
                    "columns that are never true",
                    f"The scores have {len(against)} labels; {some(unused)} is no judged row's. Any answer there is wrong, and mean "
                    "recall is over the others.",
                    "Say how many classes a figure is over, or map the labels (core.labels).",
                    len(unused),
                )
            )
    if classes is not None and classes != len(counts):
        found.append(
            Finding(
                "T10",
                Grade.BROKEN,
                "another number of classes than said",
                f"{classes} classes are said; the judged rows have {len(counts)} labels ({some(counts, 9)}). "
                "Figures over another number of classes cannot stand beside each other.",
                "Say which labels were kept, and compare with figures over the same ones.",
                abs(classes - len(counts)),
            )
        )
    return found


def _outside(evidence: Evidence, rows: Sequence[int], outside: dict[str, int], known: Sequence[str]) -> Finding:
    total = sum(outside.values())
    counted = whole(evidence.says.get("dropped")) == total
    return Finding(
        "T9",
        Grade.FINE if counted else Grade.BROKEN,
        "labels outside the set",
        f"{total:,} of {len(rows):,} judged rows are labelled {some(outside)}, for which there is no column among {', '.join(known)}"
        + (": said to be left out." if counted else ": they are wrong whatever is answered, or silently left out."),
        "Map the labels by name (core.labels), and count what has no place.",
        total,
        tuple((evidence.clips[i].id,) for i in rows if evidence.clips[i].label in outside)[:ROWS],
    )
