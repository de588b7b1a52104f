"""Train a recipe on its corpus, judge it, and save the runs."""

import argparse
import logging
from collections.abc import Callable
from pathlib import Path

from emofuse.commands import allowed, packages, pairs, places, settings


def arguments(parser: argparse.ArgumentParser) -> None:
    """The recipe, its arguments, and where."""
    parser.add_argument("recipe", metavar="RECIPE", help="module:function, such as fer2013:face")
    places(parser)
    settings(parser, "recipe")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--split", type=Path, metavar="FILE", help="lists that `emofuse split` wrote, instead of the recipe's own protocol")
    parser.add_argument("--skip-unreadable", action="store_true", help="leave out clips that cannot be read, and count them in the report")
    kept = parser.add_mutually_exclusive_group()
    kept.add_argument("--cache", type=Path, metavar="DIR", help="where features are kept (default: in EMOFUSE_HOME; 20 GB at most)")
    kept.add_argument("--no-cache", action="store_true", help="keep no features, and look none up")
    packages(parser)


def run(options: argparse.Namespace) -> int:
    """Trains what is not there yet, and prints the report."""
    from emofuse.experiment import train
    from emofuse.features.cache import Cache, usual

    logging.getLogger("emofuse").setLevel(logging.INFO)
    report = train(
        options.recipe,
        pairs(options.settings),
        data=options.data,
        out=options.out,
        seed=options.seed,
        allowed=allowed(options),
        split=options.split,
        cache=None if options.no_cache else Cache(options.cache or usual()),
        skip_unreadable=options.skip_unreadable,
        bar=_bar,
    )
    print(report.text() if report else f"Nothing was judged; the run is in {options.out}")
    return 0


def _bar(what: str) -> Callable[[int, int], None]:
    """A progress bar of clips, on a terminal only."""
    from tqdm import tqdm

    shown = tqdm(total=None, desc=what, unit=" clips", leave=False, disable=None)

    def progress(done: int, total: int) -> None:
        shown.total = total
        shown.update(done - shown.n)
        if done == total:
            shown.close()

    return progress
