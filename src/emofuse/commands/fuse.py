"""Compare every way to fuse on one corpus: members alone, fusions, decisions, with signals missing."""

import argparse
import json
import logging
import shlex
import sys
from contextlib import closing, nullcontext
from pathlib import Path

from emofuse.commands import allowed, packages, pairs, settings

KINDS = ("fusions", "decisions")
USUALLY: dict[str, object] = {
    "modalities": "", "fusions": "all", "decisions": "all", "protocol": "", "missing": "all", "seeds": 1, "devices": 1, "threads": None,
    "cluster": None,
}  # fmt: skip
"""What an option is where it is not typed."""


def arguments(parser: argparse.ArgumentParser) -> None:
    """The corpus, what to compare on it, and where."""
    parser.add_argument("bench", nargs="?", metavar="CORPUS|MODULE:FUNCTION", help="a corpus, or a function that returns a Bench")
    parser.add_argument("--data", type=Path, metavar="DIR", help="holds one folder a corpus")
    parser.add_argument("--out", type=Path, metavar="DIR", help="where to write; what is done there is not done again")
    settings(parser, "function")
    parser.add_argument("--modalities", default="", metavar="NAME,NAME", help="what to fuse (default: all that can be taken in)")
    for kind in KINDS:
        parser.add_argument(f"--{kind}", default="all", metavar="all|none|NAMES", help=f"which {kind}; 'list' names them")
    parser.add_argument("--member", action="append", default=[], metavar="NAME:…", help="a member from a table of predictions")
    parser.add_argument("--protocol", default="", metavar="NAME|FILE", help="who is judged (`emofuse split --protocol list` lists them)")
    parser.add_argument("--missing", default="all", choices=("none", "each", "curve", "all"), help="what is asked about missing signals")
    parser.add_argument("--seeds", type=int, default=1, metavar="N", help="how many times each network is taught (1)")
    parser.add_argument("--devices", type=int, default=1, metavar="N", help="processes of this machine that work at once (1)")
    parser.add_argument("--threads", type=int, metavar="N", help="of each process (the cores, shared out); as many give the same figures")
    parser.add_argument(
        "--cluster",
        metavar="auto|ADDRESS",
        help="cells by all workers of a Ray cluster: this machine's (auto), or one at host:port; --devices then only shares out threads",
    )
    parser.add_argument("--quick", action="store_true", help="a few epochs, to see that everything works; marked everywhere")
    packages(parser)


def run(options: argparse.Namespace) -> int:
    """Does what is not done yet, and prints the table; 2 when the options do not go together."""
    from emofuse import catalog

    asked = [kind for kind in KINDS if getattr(options, kind) == "list"]
    for kind in asked:
        for name in catalog.names(kind):
            print(f"{name:<26} {(catalog.module(kind, name).__doc__ or '').partition(chr(10))[0]}")
    if asked:
        return 0
    if options.bench is None or options.data is None or options.out is None:
        print("No corpus or no folders named. Expected `emofuse fuse CORPUS --data DIR --out DIR`.", file=sys.stderr)
        return 2
    from emofuse.bench.fuse import fuse
    from emofuse.bench.order import Order
    from emofuse.bench.workers import processes, threads
    from emofuse.cluster.cells import noted
    from emofuse.cluster.done import by
    from emofuse.cluster.journal import FAILED, TABLE, Journal, printed
    from emofuse.cluster.machines import Machines
    from emofuse.features.cache import Cache, usual

    logging.getLogger("emofuse.bench").setLevel(logging.INFO)
    order = Order(
        bench=options.bench,
        data=options.data,
        arguments=json.dumps(pairs(options.settings), sort_keys=True),
        modalities=tuple(sorted(name for name in options.modalities.split(",") if name)),
        protocol=options.protocol,
        quick=options.quick,
        allowed=allowed(options),
    )
    at_once = options.threads or threads(options.devices)
    here = by(processes(options.devices)) if options.devices > 1 else by()
    places = (options.data, options.out)
    who = Machines(options.cluster, threads=at_once, places=places) if options.cluster else nullcontext(here)
    journal = Journal(options.out)
    with closing(journal), who as spread:
        results = fuse(
            order,
            options.out,
            fusions=options.fusions,
            decisions=options.decisions,
            members=options.member,
            missing=options.missing,
            seeds=options.seeds,
            devices=options.devices,
            at_once=at_once,
            workers=noted(spread, journal),
            cache=Cache(usual()),
            command=_typed(options),
        )
    print(results.text())
    failed = [line for line in journal.lines.values() if line.state == FAILED]
    if failed:
        print(printed(failed))
    print(f"bench.html, .md, .json, .csv and {TABLE}, which tells of every cell, are in {options.out}")
    return 0


def _typed(options: argparse.Namespace) -> str:
    """The command that gives these figures again, with folders by their last name, as machines differ in the rest."""
    said = ["emofuse", "fuse", options.bench, "--data", options.data.name, "--out", options.out.name]
    for name, usually in USUALLY.items():
        if getattr(options, name) != usually:
            said += [f"--{name}", str(getattr(options, name))]
    for option, values in (("--with", options.settings), ("--member", options.member), ("--allow", options.allow)):
        for value in values:
            said += [option, value]
    return shlex.join([*said, *(["--quick"] if options.quick else [])])
