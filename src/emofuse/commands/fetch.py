"""Download a corpus that needs no form; of the others, say where to ask."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from emofuse.core.corpus import Corpus


def arguments(parser: argparse.ArgumentParser) -> None:
    """Which corpus, where to, and which of its files."""
    parser.add_argument("name", metavar="NAME", help="a corpus; 'emofuse corpora' lists them")
    parser.add_argument("--data", type=Path, required=True, metavar="DIR", help="where its folder is, or is made")
    parser.add_argument("--only", default="*", metavar="PATTERN", help="only files whose names are like this, such as 'Audio_*'")
    parser.add_argument("--list", action="store_true", help="say which files there are, and fetch none")


def run(options: argparse.Namespace) -> int:
    """Fetches what is missing; 1 where the corpus must be got by hand, or this is not all of it."""
    from tqdm import tqdm

    from emofuse import catalog
    from emofuse.fetch import downloads, fetch

    corpus = catalog.corpus(options.name)
    if not corpus.downloads:
        print(f"{corpus.name} is to be got by hand. Licence: {corpus.license}.\n{corpus.getting}", file=sys.stderr)
        return 1
    wanted = downloads(corpus, options.only)
    if options.list:
        for entry in wanted:
            print(f"{_size(entry.size):>13}  {entry.name}")
        return 0
    root = _root(corpus, options.data)
    size = sum(entry.size or 0 for entry in wanted)
    print(f"Licence: {corpus.license}. Cite: {corpus.citation}")
    print(f"{len(wanted)} file{'s' if len(wanted) > 1 else ''}, {_size(size or None)}; --list names them, --only chooses some")
    with tqdm(desc=corpus.name, unit="B", unit_scale=True, unit_divisor=1_024, leave=False, disable=None) as bar:

        def progress(done: int, total: int) -> None:
            bar.total = total or None
            bar.update(done - bar.n)

        for file in fetch(wanted, root, progress):
            said = f"as published ({file.verified})" if file.verified else f"no checksum is published; its SHA-256 is {file.sha256}"
            unpacked = "" if file.unpacked is None else f"; {file.unpacked:,} files unpacked"
            tqdm.write(f"{_size(file.size):>13}  {file.name}: {'here already' if file.before else 'fetched'}, {said}{unpacked}")
    if next(iter(corpus.find(root)), None) is None:
        print(f"This is not all of it. {corpus.getting}", file=sys.stderr)
        return 1
    print(f"Check it: emofuse check {corpus.name} --data {options.data}")
    return 0


def _root(corpus: "Corpus", data: Path) -> Path:
    """Where it is read from once it is here: beside another corpus' files only where that corpus' folder is there, else in its own."""
    there = corpus.under(data)
    return there if there.is_dir() else data / corpus.name


def _size(size: int | None) -> str:
    """Bytes as people read them.

    Example:
        >>> _size(219_152_384), _size(900), _size(None)
        ('209.0 MiB', '900 B', 'size not told')
    """
    if size is None:
        return "size not told"
    for unit, least in (("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)):
        if size >= least:
            return f"{size / least:.1f} {unit}"
    return f"{size} B"
