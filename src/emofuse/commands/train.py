"""Train a recipe on its corpus, judge it, and save the runs."""

import argparse
import logging

from emofuse.commands import allowed, packages, pairs, places, settings


def arguments(parser: argparse.ArgumentParser) -> None:
    """The recipe, its arguments, and where."""
    parser.add_argument("recipe", metavar="RECIPE", help="module:function, such as fer2013:face")
    places(parser)
    settings(parser, "recipe")
    parser.add_argument("--seed", type=int, default=0)
    packages(parser)


def run(options: argparse.Namespace) -> int:
    """Trains what is not there yet, and prints the report."""
    from emofuse.experiment import train

    logging.getLogger("emofuse").setLevel(logging.INFO)
    report = train(options.recipe, pairs(options.settings), data=options.data, out=options.out, seed=options.seed, allowed=allowed(options))
    print(report.text() if report else f"Nothing was judged; the run is in {options.out}")
    return 0
