"""Do the promises that take minutes to test hold: R8, R9, R10, R11, and the whole way by hand and by keys?

Runs the tests that are marked `stress`, each file in a process of its own, and keeps of each what came of it and how long it took.
The floor is that all of a file's tests pass.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ElementTree
from pathlib import Path

from emofuse.evaluation.record import BENCHMARKS, origin
from emofuse.run import commit

TESTS = Path("tests/web")
PROMISES = {
    "security/test_mutants.py": "2,000 damaged files: who asks never dies, nothing hangs (R8)",
    "jobs/test_postgresql.py": "the queue as a machine that hypothesis drives, on PostgreSQL (R9)",
    "api/test_contract.py": "the API, 100 examples an operation, as three people, and one thing after the other (R10)",
    "operations/test_migrations_lint.py": "a million rows through every migration, SQLite and PostgreSQL (R11)",
    "browser/test_whole_way.py": "the whole way in a browser: narrow, in Russian; by keys (U7)",
    "browser/test_ways.py": "from signing in to a first result by mouse (U2)",
}


def main() -> None:
    """Run them, print, and keep the rows."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=tuple(PROMISES), help="one of the files")
    parser.add_argument("--docs", type=Path, default=Path("docs"), help="where rows are kept (docs)")
    parser.add_argument("--keep", action=argparse.BooleanOptionalAction, default=True, help="whether rows are kept")
    options = parser.parse_args()
    broken = []
    for name, promise in PROMISES.items():
        if options.only not in (None, name):
            continue
        row = tried(name, promise)
        print(f"{row['question']} | {row['size']} | {row['floor']} | {row['ours']} | {row['ratio']}", flush=True)
        if row["ratio"]:
            broken.append(promise)
        if options.keep:
            BENCHMARKS.add(options.docs, row | {"memory": None} | origin("python benchmarks/web_tests.py", commit()))
    sys.exit(f"Not kept: {'; '.join(broken)}" if broken else 0)


def tried(name: str, promise: str) -> dict[str, object]:
    """One file's tests."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        began = time.monotonic()
        command = [sys.executable, "-m", "pytest", "-q", "-n", "0", "-m", "stress", f"--junitxml={report}", str(TESTS / name)]
        done = subprocess.run(command, env=os.environ | {"OMP_NUM_THREADS": "1"}, capture_output=True, text=True, check=False)
        took = time.monotonic() - began
        counts = {key: int(value) for key, value in ElementTree.parse(report).find(".//testsuite").attrib.items() if value.isdecimal()}  # type: ignore[union-attr]  # noqa: S314  # pytest wrote it just now
    wrong = counts["failures"] + counts["errors"]
    if wrong:
        print(done.stdout[-3_000:], file=sys.stderr)
    good = counts["tests"] - wrong - counts["skipped"]
    left = f", {counts['skipped']} skipped" if counts["skipped"] else ""
    return {
        "question": "Do promises hold that take minutes to test?",
        "size": promise,
        "floor": "all pass",
        "ours": f"{good} of {counts['tests']} passed{left}, {took:.0f} s",
        "ratio": 0.0 if good and not wrong else 9.0,
    }


if __name__ == "__main__":
    main()
