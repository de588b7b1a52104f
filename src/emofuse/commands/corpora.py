"""The data sets that can be read: all in a list, or what is known of one."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from emofuse.core.corpus import Corpus


def arguments(parser: argparse.ArgumentParser) -> None:
    """Where to look for them, or which to show."""
    parser.add_argument("show", nargs="?", choices=["show"], help="print a corpus' data sheet")
    parser.add_argument("name", nargs="?", metavar="NAME", help="which corpus to show")
    parser.add_argument("--data", type=Path, metavar="DIR", help="holds one folder a corpus: say which are here")


def run(options: argparse.Namespace) -> int:
    """A line each, or one sheet; 2 where nobody says which."""
    from emofuse import catalog
    from emofuse.sheet import sheet

    if options.show:
        if options.name is None:
            print(f"No corpus named. Expected one of {', '.join(catalog.names('corpora'))}; name it after 'show'.", file=sys.stderr)
            return 2
        print(sheet(options.name).text())
        return 0
    rows = [_row(catalog.corpus(name), options.data) for name in catalog.names("corpora")]
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    for row in rows:
        print("  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)).rstrip())
    return 0


def _row(corpus: "Corpus", data: Path | None) -> tuple[str, ...]:
    people = corpus.published.people if corpus.published is not None else None
    return (
        corpus.name,
        ", ".join(sorted(corpus.modalities)),
        "people not told" if people is None else f"{people:,} people",
        f"{len(corpus.labels)} labels",
        *([] if data is None else [_here(corpus, corpus.under(data))]),
        corpus.license,
    )


def _here(corpus: "Corpus", root: Path) -> str:
    """How much of it lies in its folder."""
    from emofuse.core.errors import EmofuseError

    try:
        count = len(corpus.clips(root))
    except EmofuseError:
        return "cannot be read" if root.is_dir() else "not here"
    whole = corpus.published.clips if corpus.published is not None else None
    return f"{count:,} clips" if whole in (None, count) else f"{count:,} of {whole:,} clips"
