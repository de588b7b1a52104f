"""What a second run of a recipe spends on features, and how that grows when there is ten times as much.

Two runs of `ravdess:voice`, cut short (one epoch, one network), with one cache: the second finds every feature.
Their time is the processor's and the wall's, as the runs themselves write it down in ``run.json``: reading clips and making features,
out of all that is done until a run is saved. Then rows alone: 1,000 and 10,000 of them kept and looked up again.
"""

import argparse
import os
import tempfile
import time
from functools import partial
from pathlib import Path

os.environ["OMP_NUM_THREADS"] = "1"  # before torch is imported

import numpy as np

from emofuse.core.clip import Clip, Signal, Source
from emofuse.core.modality import Modality
from emofuse.evaluation.record import BENCHMARKS, origin
from emofuse.experiment import train
from emofuse.features.cache import Cache
from emofuse.features.extraction import Making, extracted
from emofuse.features.video import GreyFace
from emofuse.run import commit, facts

RECIPE, SHORT = "ravdess:voice", {"epochs": 1, "members": 1}
ALLOWED_SHARE = 0.05  # of a second run's time, for features
ROWS = (1_000, 10_000)


def main() -> None:
    """Measure, print a table, and keep the rows."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--docs", type=Path, default=Path("docs"))
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        runs(options.data, Path(folder), options.docs)
        growth(Path(folder), options.docs)


def runs(data: Path, folder: Path, docs: Path) -> None:
    """The first and the second run of a recipe."""
    first, second = (seconds(data, folder / name, folder / "cache") for name in ("first", "second"))
    shares = [features / total for features, total in (first, second)]
    told = [f"{features:.1f} s of {total:.1f} s ({share:.1%})" for (features, total), share in zip((first, second), shares, strict=True)]
    print(f"{RECIPE}, one epoch, one network: features took {told[0]}; again {told[1]}; allowed are {ALLOWED_SHARE:.0%}")
    row = {
        "question": "What does a second run of a recipe spend on features?",
        "size": f"{RECIPE}, seven trainings of one epoch and one network",
        "floor": f"first run: {told[0]}",
        "ours": f"second run: {told[1]}",
        "ratio": round(shares[1], 4),
        "memory": None,
        **origin("python benchmarks/features.py", commit()),
    }
    BENCHMARKS.add(docs, row)


def seconds(data: Path, out: Path, cache: Path) -> tuple[float, float]:
    """Seconds that all trainings of a call spent on features, and that the whole call took, judging included."""
    began = time.perf_counter()
    train(RECIPE, SHORT, data=data, out=out, cache=Cache(cache))
    total = time.perf_counter() - began
    spent = 0.0
    for path in out.glob("*/run.json"):
        said = facts(path.parent)["seconds"]
        assert isinstance(said, dict)
        spent += float(said["features"])
    return spent, total


def growth(folder: Path, docs: Path) -> None:
    """Rows of one table, as pictures are: kept, and looked up again by another cache on the same folder."""
    table = folder / "pictures.bin"
    table.write_bytes(np.random.default_rng(0).integers(0, 255, 48 * 48 * max(ROWS), dtype=np.uint8).tobytes())
    os.utime(table, (1_000_000_000, 1_000_000_000))
    times = {}
    for count in ROWS:
        clips = [Clip(str(i), None, "fear", {Modality.VIDEO: Source(table, partial(picture, place=i))}) for i in range(count)]
        where = folder / f"rows-{count}"
        look_up = partial(extracted, clips, Modality.VIDEO, Making(GreyFace()), processes=1)
        times[count] = [timed(partial(look_up, cache=Cache(where))) for _ in range(2)]
        print(f"{count:,} pictures: made and kept in {times[count][0]:.2f} s, looked up in {times[count][1]:.2f} s")
    small, large = (times[count][1] for count in ROWS)
    row = {
        "question": "How does looking up features grow when there are ten times as many?",
        "size": f"{ROWS[0]:,} and {ROWS[1]:,} pictures out of one table",
        "floor": f"{small:.3f} s",
        "ours": f"{large:.3f} s",
        "ratio": round(large / small, 2),
        "memory": None,
        **origin("python benchmarks/features.py", commit()),
    }
    BENCHMARKS.add(docs, row)


def picture(path: Path, place: int) -> Signal:
    """One picture of a table of bytes."""
    with path.open("rb") as file:
        file.seek(place * 48 * 48)
        return Signal(np.frombuffer(file.read(48 * 48), dtype=np.uint8).reshape(1, 48, 48), rate=1.0)


def timed(work: partial[object]) -> float:
    """Wall clock of one call, in seconds."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
