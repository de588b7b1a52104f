"""Put every figure of the papers beside ours: under their own protocol, and under a clean one."""

import argparse
import logging
from pathlib import Path


def arguments(parser: argparse.ArgumentParser) -> None:
    """Which rows, on what data, and where."""
    parser.add_argument("paper", nargs="?", metavar="PAPER", help="one of the papers, such as li_2024 (default: all)")
    parser.add_argument("--data", type=Path, metavar="DIR", help="holds one folder a corpus; without it, what is there already is shown")
    parser.add_argument(
        "--out", type=Path, default=Path("results/reproduce"), metavar="DIR", help="what is there is not done again (%(default)s)"
    )
    parser.add_argument("--row", action="append", default=[], metavar="NAME", help="this row alone; may be given several times")
    parser.add_argument(
        "--quick", action="store_true", help="a few clips and one epoch each, to see that every row runs; marked everywhere"
    )
    parser.add_argument("--record", type=Path, metavar="DOCS", help="also put the figures into DOCS/results.json and results.md")


def run(options: argparse.Namespace) -> int:
    """Measures what is not there yet, and prints the table; 2 when the options do not go together."""
    import sys

    from emofuse.evaluation.record import RESULTS
    from emofuse.features.cache import Cache, usual
    from emofuse.reproduce.page import text
    from emofuse.reproduce.reproduce import record, reproduce, rows

    if options.quick and options.record:
        print(
            "--quick gives no results, so that there is nothing to record. Expected one of --quick and --record; leave one out.",
            file=sys.stderr,
        )
        return 2
    if options.record:
        RESULTS.rows(options.record)  # to refuse a folder without a record before hours are spent
    logging.getLogger("emofuse").setLevel(logging.INFO)
    measured = reproduce(rows(options.paper, options.row), options.data, options.out, quick=options.quick, cache=Cache(usual()))
    print(text(measured, options.quick))
    if options.record:
        record(options.record, measured)
    return 1 if any(one.failures for one in measured) else 0
