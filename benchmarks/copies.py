"""How many pictures of FER2013 stand nearly alike in its official parts, and what the shipped face scores without them.

A judged picture whose copy was learnt from may be remembered rather than recognized; that it is a posed picture from a stock, and easier,
may be another part of the difference. Nothing is chosen here: the limits of what counts as a copy stand in
`emofuse.audit.same_picture`, with what they were read off.
"""

import argparse
from collections import Counter
from pathlib import Path

import numpy as np

from emofuse.audit.copies import joined
from emofuse.audit.same_picture import near_pictures
from emofuse.core.clip import Clip
from emofuse.core.modality import Modality
from emofuse.corpora.fer2013 import FER2013
from emofuse.evaluation.evaluate import answers, judged
from emofuse.evaluation.record import RESULTS, origin
from emofuse.run import commit, load

COMMAND = "python benchmarks/copies.py --data ../shared/data"
JUDGED = "PrivateTest"


def main() -> None:
    """Find the copies, judge with and without those that were learnt from, print both, and keep the rows."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"), help="holds fer2013/")
    parser.add_argument("--docs", type=Path, default=Path("docs"))
    options = parser.parse_args()
    if not (options.data / "fer2013").is_dir():
        print(f"No fer2013 under {options.data}: nothing measured. Name the folder that holds it with --data.")
        return
    clips = FER2013.clips(options.data / "fer2013")
    pictures = np.concatenate([clip.signal(Modality.VIDEO).values for clip in clips])
    pairs = near_pictures(pictures)
    for row in (*counts(clips, pictures, pairs), *figures(clips, joined(pairs))):
        print(f"{row['protocol']}: {row['metric']} {row['ours']} {row['interval'] or ''} of {row['n']}")
        RESULTS.add(options.docs, row)


def counts(clips: tuple[Clip, ...], pictures: np.ndarray, pairs: list[tuple[int, int]]) -> list[dict[str, object]]:
    """How many pairs of copies there are, by the parts that they stand in."""
    usage = [clip.facts["usage"] for clip in clips]
    by_parts = Counter(" and ".join(sorted({usage[a], usage[b]})) for a, b in pairs)
    equal = sum(np.array_equal(pictures[a], pictures[b]) for a, b in pairs)
    other = sum(clips[a].label != clips[b].label for a, b in pairs)
    system = "audit: nearly the same picture"
    told = {"all": len(pairs), "all: equal in every pixel": equal, "all: labelled differently": other, **dict(sorted(by_parts.items()))}
    return [_row(system, f"pairs of pictures, {parts}", "pairs", count, None, len(clips)) for parts, count in told.items()]


def figures(clips: tuple[Clip, ...], groups: list[list[int]]) -> list[dict[str, object]]:
    """Accuracy on all judged pictures, on those without a copy among the learnt, and on those with one."""
    learnt = {i for group in groups if any(clips[i].facts["usage"] != JUDGED for i in group) for i in group}
    test = [i for i, clip in enumerate(clips) if clip.facts["usage"] == JUDGED]
    scores = answers(load("face"), [clips[i] for i in test])
    copied = np.array([i in learnt for i in test])
    parts = {
        "": np.ones(len(test), dtype=bool),
        ", without copies of learnt pictures": ~copied,
        ", copies of learnt pictures alone": copied,
    }
    rows = []
    for name, rows_of in parts.items():
        report = judged(FER2013.labels, [clips[i] for i, there in zip(test, rows_of, strict=True) if there], scores[rows_of], shared=None)
        for metric, figure in (("accuracy", report.accuracy), ("UAR", report.uar)):
            interval = [round(end, 4) for end in figure.interval]
            rows.append(_row("face (shipped)", f"{JUDGED}{name}", metric, round(figure.value, 4), interval, report.n))
    return rows


def _row(system: str, protocol: str, metric: str, ours: float, interval: list[float] | None, n: int) -> dict[str, object]:
    return {
        "paper": None,
        "system": system,
        "corpus": "fer2013",
        "protocol": protocol,
        "metric": metric,
        "theirs": None,
        "ours": ours,
        "interval": interval,
        "n": n,
        "verdict": None,
        "majority": None,
        "audit": None,
        **origin(COMMAND, commit()),
    }


if __name__ == "__main__":
    main()
