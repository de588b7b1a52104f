"""Compare runs on the same clips, and say whether a difference is shown."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from emofuse.commands import allowed, packages


def arguments(parser: argparse.ArgumentParser) -> None:
    """Two runs or more, and where to write what came out."""
    parser.add_argument("runs", metavar="RUN", nargs="+", help="a report's folder, a predictions.csv, a run's folder, or a shipped name")
    parser.add_argument("--data", type=Path, metavar="DIR", help="holds one folder a corpus; for runs that have left no answers")
    parser.add_argument("--out", type=Path, metavar="DIR", help="where to write the comparison as a page, Markdown, JSON and csv")
    parser.add_argument("--units", metavar="FACT", help="draw and flip this as a whole, instead of people: a dialogue, a recording")
    packages(parser)


def run(options: argparse.Namespace) -> int:
    """Prints the comparison, and writes it where that is asked for."""
    from emofuse.evaluation.compare import compare
    from emofuse.evaluation.folder import write_comparison
    from emofuse.judgement import answers_of

    systems = {
        name: answers_of(given, options.data, allowed(options)) for name, given in zip(names(options.runs), options.runs, strict=True)
    }
    comparison = compare(systems, units=options.units)
    print(comparison.text())
    if options.out is not None:
        write_comparison(options.out, comparison)
        print(f"comparison.html, .md, .json and .csv are in {options.out}")
    return 0


def names(given: Sequence[str]) -> list[str]:
    """Short names by which what was given can be told apart: the last part of the path that differs.

    Example:
        >>> names(["runs/a/report", "runs/b/report", "voice"])
        ['a/report', 'b/report', 'voice']
    """
    parts = [Path(text).with_suffix("").parts if text.endswith(".csv") else Path(text).parts for text in given]
    parts = [part[:-1] if len(part) > 1 and part[-1] == "predictions" else part for part in parts]
    for length in range(1, max(map(len, parts)) + 1):
        short = ["/".join(part[-length:]) for part in parts]
        if len(set(short)) == len(short):
            return [_least(part, short) for part in parts]
    return [f"{i}: {text}" for i, text in enumerate(given, 1)]


def _least(part: tuple[str, ...], all_of_them: Sequence[str]) -> str:
    """The fewest last parts of a path that end no other's name."""
    for length in range(1, len(part) + 1):
        name = "/".join(part[-length:])
        if sum(other == name or other.endswith(f"/{name}") for other in all_of_them) == 1:
            return name
    return "/".join(part)
