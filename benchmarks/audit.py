"""What an audit costs: pictures with their near-duplicates, rows of features with theirs, and ten times as many of each.

Every question is asked that the evidence can answer. Each size runs in a process of its own, whose peak memory is told.
The floor of pictures is to read them; that of rows is scikit-learn's nearest neighbour of each.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

os.environ["OMP_NUM_THREADS"] = "1"  # before numpy is imported: two threads for products wait for each other on a machine that is busy

import numpy as np

from emofuse.audit.audit import audit
from emofuse.audit.base import Evidence
from emofuse.audit.evidence import of_corpus
from emofuse.core.clip import Clip
from emofuse.core.modality import Modality
from emofuse.core.split import Split
from emofuse.evaluation.record import BENCHMARKS, origin
from emofuse.run import commit

COMMAND = "python benchmarks/audit.py --data ../shared/data"
PICTURES, ROWS = (3_588, 35_887), (10_000, 100_000)
COLUMNS, DIMENSIONS, PEOPLE = 300, 20, 100
COPIES = 200  # rows under another person, of which half with 1 % of noise
ALLOWED = {"pictures": (180.0, 2_048), "rows": (60.0, None)}  # s and MiB of the larger size


def main() -> None:
    """Measure every size of every kind, print a table, and keep the rows."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"), help="holds fer2013/")
    parser.add_argument("--docs", type=Path, default=Path("docs"))
    parser.add_argument("--once", nargs=2, metavar=("KIND", "COUNT"), help="audit once, here, and print seconds and memory")
    options = parser.parse_args()
    if options.once:
        kind, count = options.once
        print(json.dumps(once(KINDS[kind], options.data, int(count))))
        return
    for kind, sizes in (("pictures", PICTURES), ("rows", ROWS)):
        if kind == "pictures" and not (options.data / "fer2013").is_dir():
            print(f"No fer2013 under {options.data}: pictures were not measured. Name the folder that holds it with --data.")
            continue
        small, large = (alone(kind, options.data, count) for count in sizes)
        report(kind, sizes, small, large, options.docs)


def report(kind: str, sizes: tuple[int, int], small: dict[str, float], large: dict[str, float], docs: Path) -> None:
    """Print what one kind costs, and keep two rows: the larger size over its floor, and over the smaller."""
    allowed, memory = ALLOWED[kind]
    for count, told in zip(sizes, (small, large), strict=True):
        cost = f"{told['seconds']:.1f} s, {told['MiB']:.0f} MiB, {told['found']:.0f} findings"
        print(f"{count:,} {kind}: {cost}; the floor {told['floor']:.1f} s")
    print(f"growth for ten times as many: {large['seconds'] / small['seconds']:.1f}; allowed are {allowed:.0f} s, {memory or 'any'} MiB")
    floors = {"pictures": "reading them", "rows": f"scikit-learn's neighbours of {sizes[0]:,}"}
    measured = (
        (f"{sizes[1]:,} {kind}", f"{floors[kind]}: {large['floor']:.2f} s", large["seconds"] / large["floor"]),
        (f"{sizes[1]:,} {kind}, ten times as many", f"{sizes[0]:,}: {small['seconds']:.2f} s", large["seconds"] / small["seconds"]),
    )
    for size, floor, ratio in measured:
        row = {
            "question": "What does an audit cost?",
            "size": size if kind == "pictures" else f"{size}, {COLUMNS} columns",
            "floor": floor,
            "ours": f"{large['seconds']:.1f} s",
            "ratio": round(ratio, 2),
            "memory": f"{large['MiB']:.0f} MiB",
            **origin(COMMAND, commit()),
        }
        BENCHMARKS.add(docs, row)


def alone(kind: str, data: Path, count: int) -> dict[str, float]:
    """The same in a process of its own."""
    command = [sys.executable, __file__, "--data", str(data), "--once", kind, str(count)]
    told: dict[str, float] = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return told


def once(made: Callable[[Path, int], tuple[Evidence, Callable[[], object]]], data: Path, count: int) -> dict[str, float]:
    """Seconds, peak memory and findings of one audit, and seconds of its floor."""
    evidence, floor = made(data, count)
    began = time.perf_counter()
    told = audit(evidence)
    seconds = time.perf_counter() - began
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    began = time.perf_counter()
    floor()
    return {"seconds": seconds, "MiB": memory, "found": len(told.findings), "floor": time.perf_counter() - began}


def pictures(data: Path, count: int) -> tuple[Evidence, Callable[[], object]]:
    """FER2013 in its official parts, or every so many pictures of it; and to read them."""
    whole = of_corpus("fer2013", data, "official")
    clips = whole.clips[:: max(len(whole.clips) // count, 1)][:count]
    kept = {clip.id for clip in clips}
    splits = tuple(
        Split(split.name, *(tuple(c for c in part if c.id in kept) for part in (split.train, split.valid, split.test)))
        for split in whole.splits
    )
    return Evidence(whole.name, clips, splits, whole.corpus), lambda: [clip.signal(Modality.VIDEO) for clip in clips]


def rows(data: Path, count: int) -> tuple[Evidence, Callable[[], object]]:
    """Rows that lie near a few dimensions, as features do, of which some stand again under another person; and their neighbours."""
    generator = np.random.default_rng(0)
    values = generator.normal(size=(count, DIMENSIONS)).astype(np.float32) @ generator.normal(size=(DIMENSIONS, COLUMNS)).astype(np.float32)
    values += generator.normal(scale=0.1, size=values.shape).astype(np.float32)
    values[:COPIES] = values[count // 2 : count // 2 + COPIES]
    values[: COPIES // 2] += 0.01 * values.std(axis=0) * generator.normal(size=(COPIES // 2, COLUMNS)).astype(np.float32)
    clips = tuple(Clip(f"{i:06d}", f"p{i * PEOPLE // count}", "fear", {}) for i in range(count))
    split = Split("people", clips[: count * 8 // 10], (), clips[count * 8 // 10 :])
    few = values[: ROWS[0]]

    def neighbours() -> object:
        from sklearn.neighbors import NearestNeighbors

        return NearestNeighbors(n_neighbors=2, algorithm="brute").fit(few).kneighbors(few)

    return Evidence(f"{count:,} rows", clips, (split,), features=values), neighbours


KINDS = {"pictures": pictures, "rows": rows}

if __name__ == "__main__":
    main()
