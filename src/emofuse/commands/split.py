"""Divide a corpus' clips by a protocol, and write who is in which part."""

import argparse
import sys
from pathlib import Path

from emofuse.commands import pairs, settings


def arguments(parser: argparse.ArgumentParser) -> None:
    """The corpus, the protocol, and where."""
    parser.add_argument("corpus", metavar="NAME", nargs="?", help="a corpus (`emofuse corpora` lists them)")
    parser.add_argument("--protocol", required=True, metavar="NAME", help="by which name; 'list' lists them")
    settings(parser, "protocol")
    parser.add_argument("--data", type=Path, metavar="DIR", help="holds one folder a corpus")
    parser.add_argument("--out", type=Path, metavar="FILE", help="where to write the lists, as JSON; without it they are only counted")


def run(options: argparse.Namespace) -> int:
    """Prints a line a part, and writes the lists."""
    from emofuse import catalog, splitting

    if options.protocol == "list":
        for name, (says, apart) in splitting.names().items():
            print(f"{name:<15} {says} (apart: {apart}; takes: {', '.join(splitting.takes(name)) or 'nothing'})")
        return 0
    if options.corpus is None or options.data is None:
        print("No corpus or no folder named. Expected `emofuse split NAME --protocol … --data DIR`.", file=sys.stderr)
        return 2
    corpus = catalog.corpus(options.corpus)
    given = pairs(options.settings)
    protocol = splitting.protocol(options.protocol, given, corpus.name)
    clips = corpus.clips(corpus.under(options.data))
    splits = tuple(protocol(clips))
    print(splitting.table(splits, clips))
    if options.out is not None:
        splitting.write(options.out, corpus.name, splits, options.protocol, given)
        print(f"The lists are in {options.out}; `emofuse train RECIPE --split {options.out}` learns from them.")
    return 0
