"""Judge a run on clips, and write its report."""

import argparse

from emofuse.commands import allowed, packages, places

LEVELS = ("clip", "segment")


def arguments(parser: argparse.ArgumentParser) -> None:
    """The run, where, on what, and how it is told."""
    parser.add_argument("run", metavar="RUN", help="a shipped name (voice, face) or a run's folder")
    places(parser)
    parser.add_argument("--corpus", metavar="NAME", help="judge on another corpus than the run's own")
    parser.add_argument("--map", metavar="NAME", help="judge in the words of this label map: seven, five, four, valence")
    parser.add_argument("--units", metavar="FACT", help="intervals draw this anew instead of people: a dialogue, a recording")
    parser.add_argument("--group", metavar="FACT", action="append", help="tell this apart, instead of every fact with two to six values")
    parser.add_argument("--smallest", type=int, default=20, metavar="N", help="clips that a group must have (20)")
    parser.add_argument("--level", choices=LEVELS, default="clip", help="what is judged: whole clips, or their segments (clip)")
    parser.add_argument("--skip-unreadable", action="store_true", help="leave out what cannot be read, and count it")
    parser.add_argument("--skip-audit", action="store_true", help="do not look for what would flatter the run")
    packages(parser)


def run(options: argparse.Namespace) -> int:
    """Writes the report and prints it."""
    from emofuse.evaluation.folder import text
    from emofuse.judgement import judge

    judge(
        options.run,
        data=options.data,
        out=options.out,
        corpus=options.corpus,
        words=options.map,
        allowed=allowed(options),
        skip_unreadable=options.skip_unreadable,
        units=options.units,
        groups=options.group,
        smallest=options.smallest,
        level=options.level,
        audited=not options.skip_audit,
    )
    print(text(options.out))
    print(f"to read: {options.out / 'report.html'}; every table: {options.out / 'csv'}")
    print(f"report.json is in {options.out}")
    return 0
