"""The data sets that can be read."""

import argparse


def arguments(parser: argparse.ArgumentParser) -> None:
    """None yet."""


def run(options: argparse.Namespace) -> int:
    """A line each."""
    from emofuse import catalog

    for name in catalog.names("corpora"):
        corpus = catalog.corpus(name)
        print(f"{name:<10} {', '.join(sorted(corpus.modalities)):<26} {len(corpus.labels)} labels  {corpus.license}")
    return 0
