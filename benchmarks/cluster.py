"""What do two workers of a cluster give over one, on clips and on cells of a bench?

Both are workers of one machine with one core each, so that the second one brings another core and nothing else; a third row has no
cluster at all and every core. Each measurement is a cluster of its own, in a process of its own, its workers warm before the clock runs.
Clips are all those of ../shared/data/clips, else the demo's, several times over; cells are networks of the toy corpus, each taught whole.
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from analysis import at_home, clips

QUESTION = "What do two workers of a cluster give over one?"
ENOUGH = 1.6  # times as fast
WANTED = ("json", "vtt", "csv_curves")
NETWORKS = "early,gated,intermediate_attention,late_transformer"


def main() -> None:
    """Measure, print a table, and keep the rows."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--copies", type=int, default=12, help="of each clip (12)")
    parser.add_argument("--seeds", type=int, default=4, help="of each network (4)")
    parser.add_argument("--runs", type=int, default=3, help="of each measurement; their median counts (3)")
    parser.add_argument("--quick", action="store_true", help="networks of next to no epochs, to see that it works; nothing is kept")
    parser.add_argument(
        "--models", type=Path, default=Path("../shared/models"), help="holds YuNet's weights, where they are not at home yet"
    )
    parser.add_argument("--docs", type=Path, default=Path("docs"), help="where rows are kept (docs)")
    parser.add_argument("--measure", nargs=3, metavar=("WHAT", "WORKERS", "FOLDER"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        what, workers, folder = options.measure
        print(json.dumps(measure(what, int(workers), Path(folder), options.seeds, options.quick)))
        return
    with tempfile.TemporaryDirectory() as folder:
        home = at_home(options.models, Path(folder))
        recordings = Path(folder) / "recordings"
        recordings.mkdir()
        for clip in clips(Path(folder)):
            for copy in range(options.copies):
                shutil.copy(clip, recordings / f"{clip.stem}-{copy}{clip.suffix}")
        for what in ("clips", "cells"):
            report(what, Path(folder), options, home)


def report(what: str, folder: Path, options: argparse.Namespace, home: str | None) -> None:
    """Measure with no cluster, one worker and two, in turns; print it and keep the rows."""
    from emofuse.evaluation.record import BENCHMARKS, origin
    from emofuse.run import commit

    found: dict[int, list[float]] = {0: [], 1: [], 2: []}
    count, same = 0, set()
    for _ in range(options.runs):
        for workers, seconds in found.items():
            said = measured(what, workers, folder, options, home)
            seconds.append(said["seconds"])
            count = said["count"]
            same.add(said["digest"])
    if len(same) != 1:
        raise SystemExit(f"{what}: what came out differs between one worker, two and none. Expected the same files.")
    alone, one, two = (statistics.median(found[workers]) for workers in (0, 1, 2))
    print(f"{count} {what}: no cluster {alone:.2f} s, one worker {one:.2f} s, two {two:.2f} s: {one / two:.2f} times (of {ENOUGH})")
    if options.quick:
        return
    for against, floor in (("one core each", one), ("against no cluster and every core", alone)):
        row = {
            "question": QUESTION,
            "size": f"{count} {what}, {against}",
            "floor": f"{'one worker' if floor is one else 'no cluster'} {floor:.2f} s",
            "ours": f"{two:.2f} s ({floor / two:.2f} times as fast)",
            "ratio": round(two / floor, 3),
            "memory": None,
            **origin("python benchmarks/cluster.py", commit()),
        }
        BENCHMARKS.add(options.docs, row)


def measured(what: str, workers: int, folder: Path, options: argparse.Namespace, home: str | None) -> dict[str, float]:
    """One measurement in a process of its own."""
    words = [sys.executable, __file__, "--seeds", str(options.seeds), *(["--quick"] if options.quick else [])]
    environment = os.environ | ({"EMOFUSE_HOME": home} if home else {})
    if workers:
        environment["OMP_NUM_THREADS"] = "1"
    child = subprocess.run(
        [*words, "--measure", what, str(workers), str(folder)], env=environment, capture_output=True, text=True, check=False
    )
    if child.returncode:
        raise SystemExit(f"measuring {what} with {workers} workers failed:\n{child.stderr}")
    result: dict[str, float] = json.loads(child.stdout.splitlines()[-1])
    return result


def measure(what: str, workers: int, folder: Path, seeds: int, quick: bool) -> dict[str, object]:
    """What a child does: seconds of the work itself, how much it was, and what came out."""
    from contextlib import nullcontext

    from emofuse.cluster.done import by
    from emofuse.cluster.machines import Machines

    if workers:
        import ray

        ray.init(address="local", num_cpus=workers, include_dashboard=False, object_store_memory=200_000_000, log_to_driver=False)
    with Machines("local") if workers else nullcontext(by()) as spread, tempfile.TemporaryDirectory(dir=folder) as out:
        list(spread(warm, range(4 * max(workers, 1))))
        work = analysed if what == "clips" else taught
        return work(spread, folder, Path(out), seeds, quick)


def warm(number: int) -> None:
    """Import and load what the work needs, and stay long enough that no worker gets all of it."""
    from emofuse.analysis import recognizer
    from emofuse.bench import cells

    recognizer()
    assert cells
    time.sleep(0.5)


def analysed(spread: Callable, folder: Path, out: Path, seeds: int, quick: bool) -> dict[str, object]:
    """All recordings, their exports written."""
    from emofuse.cluster.files import Asked, analyze_folder
    from emofuse.cluster.journal import FAILED

    begun = time.perf_counter()
    lines = list(analyze_folder([folder / "recordings"], Asked(out, WANTED), spread=spread))
    seconds = time.perf_counter() - begun
    failed = [line.problem for line in lines if line.state == FAILED]
    if failed:
        raise SystemExit(failed[0])
    return {"seconds": seconds, "count": len(lines), "digest": digest(path.read_bytes() for path in sorted(out.glob("*.json")))}


def taught(spread: Callable, folder: Path, out: Path, seeds: int, quick: bool) -> dict[str, object]:
    """All networks of a bench; features are made before, and scores judged after the clock has run."""
    import numpy as np

    from emofuse.bench.fuse import fuse
    from emofuse.bench.order import Order
    from emofuse.cluster.cells import noted
    from emofuse.cluster.journal import Journal

    counted: list[tuple[int, float]] = []

    def clocked(do: Callable, tasks: Sequence) -> Iterator:
        begun = time.perf_counter()
        done = list(noted(spread, journal)(do, tasks))
        counted.append((len(tasks), time.perf_counter() - begun))
        yield from done

    journal = Journal(out)
    order = Order("toy", folder, protocol="grouped:k=3", quick=quick)
    fuse(order, out, fusions=NETWORKS, decisions="none", missing="none", seeds=seeds, at_once=1, workers=clocked, resamples=10)
    journal.close()
    (count, seconds), *_ = counted
    scores = (np.load(path)["test"].tobytes() for path in sorted((out / "cells").rglob("*.npz")))
    return {"seconds": seconds, "count": count, "digest": digest(scores)}


def digest(parts: Iterator[bytes]) -> str:
    """Of all that came out."""
    import hashlib

    found = hashlib.sha256()
    for part in parts:
        found.update(part)
    return found.hexdigest()


if __name__ == "__main__":
    main()
