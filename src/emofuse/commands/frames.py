"""How much the answer about a film changes when only a few faces of it, drawn at random, are looked at, beside all that are sampled."""

import argparse
from pathlib import Path

from emofuse.commands import allowed, packages


def arguments(parser: argparse.ArgumentParser) -> None:
    """The run, the films, and how many faces."""
    parser.add_argument("run", metavar="RUN", help="a run that judges one face at a time: the shipped 'face', or a folder")
    parser.add_argument("films", nargs="+", type=Path, metavar="FILE", help="films, or folders of them")
    parser.add_argument("--count", type=int, default=5, metavar="N", help="faces that are drawn from a film (%(default)s)")
    parser.add_argument("--draws", type=int, default=100, metavar="N", help="how many times (%(default)s)")
    parser.add_argument("--seed", type=int, default=0, help="of the drawing (%(default)s)")
    packages(parser)


def run(options: argparse.Namespace) -> int:
    """Prints a row a film; 2 where fewer than one face or drawing is asked for."""
    import sys

    from emofuse.explanations.some_frames import drawings, single_faces
    from emofuse.media.files import clip_from_files, media_files
    from emofuse.run import load

    if options.count < 1 or options.draws < 1:
        print(f"{options.count} faces, {options.draws} times: nothing can be drawn. Expected one or more; mend them.", file=sys.stderr)
        return 2
    recognizer = load(options.run, allowed(options))
    single_faces(recognizer)
    print(f"| film | faces | by all of them | drawings of {options.count} that agree | its probability in them |")
    print("| --- | --- | --- | --- | --- |")
    for path in media_files(options.films):
        found = drawings(recognizer(clip_from_files(path)), options.count, options.draws, options.seed)
        said = "no face" if found.label is None else f"{found.label} {found.probability:.2f}"
        rest = "- | -" if found.label is None else f"{found.same:.0%} | {found.least:.2f} to {found.most:.2f}"
        print(f"| {path.name} | {found.faces} | {said} | {rest} |")
    return 0
