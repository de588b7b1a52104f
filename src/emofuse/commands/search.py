"""Search a recipe's arguments, judged on valid clips alone, and say what mattered."""

import argparse
import logging
from pathlib import Path

from emofuse.commands import allowed, packages, pairs, places, settings


def arguments(parser: argparse.ArgumentParser) -> None:
    """The recipe, where to search, and how."""
    parser.add_argument("recipe", metavar="RECIPE", help="module:function, such as fer2013:face")
    parser.add_argument(
        "--over",
        action="append",
        required=True,
        metavar="NAME=VALUES,…",
        help="where to search: a list (width=[32,64]) or a range (learning_rate=1e-4..0.1), which may go on with :log, so that it is "
        "even in its logarithm, and with a number of steps (1e-4..0.1:log:4)",
    )
    places(parser)
    settings(parser, "recipe")
    parser.add_argument(
        "--way", metavar="grid|random|tpe", help="every combination, chance, or what was tried (grid where all is listed, else tpe)"
    )
    parser.add_argument("--trials", type=int, metavar="N", help="settings in all, those that are there among them (all of a grid, else 30)")
    parser.add_argument("--measure", default="uar", metavar="uar|accuracy|loss", help="what is best on valid clips (uar)")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--split", type=Path, metavar="FILE", help="lists that `emofuse split` wrote, instead of the recipe's own protocol")
    kept = parser.add_mutually_exclusive_group()
    kept.add_argument("--cache", type=Path, metavar="DIR", help="where features are kept (default: in EMOFUSE_HOME; 20 GB at most)")
    kept.add_argument("--no-cache", action="store_true", help="keep no features on disk, and look none up")
    packages(parser)


def run(options: argparse.Namespace) -> int:
    """Tries what was not tried yet, and prints the table."""
    from emofuse.features.cache import Cache, usual
    from emofuse.search.search import search
    from emofuse.search.space import space
    from emofuse.search.told import text

    logging.getLogger("emofuse.search").setLevel(logging.INFO)
    found = search(
        options.recipe,
        space(options.over),
        pairs(options.settings),
        data=options.data,
        out=options.out,
        way=options.way,
        trials=options.trials,
        measure=options.measure,
        seed=options.seed,
        allowed=allowed(options),
        split=options.split,
        cache=None if options.no_cache else Cache(options.cache or usual()),
    )
    print(text(found))
    print(f"search.html, .md, .csv, .json and .svg are in {options.out}")
    return 0
