"""Train one recipe under its clean and its leaking protocols, and say what the leak is worth."""

import argparse
import logging

from emofuse.commands import allowed, packages, pairs, places, settings


def arguments(parser: argparse.ArgumentParser) -> None:
    """The recipe, its arguments, and where."""
    parser.add_argument("recipe", metavar="RECIPE", help="module:function with several protocols, such as ravdess:voice")
    places(parser)
    settings(parser, "recipe")
    parser.add_argument("--seed", type=int, default=0)
    packages(parser)


def run(options: argparse.Namespace) -> int:
    """Trains what is not there yet, and prints the table."""
    from emofuse.leak import leak

    logging.getLogger("emofuse").setLevel(logging.INFO)
    told = leak(options.recipe, pairs(options.settings), data=options.data, out=options.out, seed=options.seed, allowed=allowed(options))
    print(told.text())
    return 0
