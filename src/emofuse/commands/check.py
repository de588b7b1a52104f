"""Whether a copy of a corpus is whole: counts, files that cannot be read, files twice, files too many."""

import argparse
import json
from pathlib import Path


def arguments(parser: argparse.ArgumentParser) -> None:
    """Which corpus, where, and how thoroughly."""
    parser.add_argument("name", metavar="NAME", help="a corpus; 'emofuse corpora' lists them")
    parser.add_argument("--data", type=Path, required=True, metavar="DIR", help="holds one folder a corpus, or is this corpus' folder")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write everything that was found here, too")
    parser.add_argument("--quick", action="store_true", help="open files, do not read them")


def run(options: argparse.Namespace) -> int:
    """Prints the table; 1 where the copy is not complete."""
    from tqdm import tqdm

    from emofuse import catalog
    from emofuse.check import check, folder
    from emofuse.media.beside import beside

    corpus = catalog.corpus(options.name)
    with tqdm(desc=corpus.name, unit=" sources", leave=False, disable=None) as bar:

        def progress(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)

        checked = check(corpus, folder(corpus, options.data), progress, quick=options.quick)
    print(checked.text())
    if options.json is not None:
        with beside(options.json) as unfinished:
            unfinished.write_text(json.dumps(checked.as_dict(), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return 0 if checked.ok else 1
