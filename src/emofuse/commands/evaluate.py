"""Judge a run on clips, and write its report."""

import argparse

from emofuse.commands import allowed, packages, places


def arguments(parser: argparse.ArgumentParser) -> None:
    """The run, where, and on what."""
    parser.add_argument("run", metavar="RUN", help="a shipped name (voice, face) or a run's folder")
    places(parser)
    parser.add_argument("--corpus", metavar="NAME", help="judge on another corpus than the run's own")
    packages(parser)


def run(options: argparse.Namespace) -> int:
    """Writes the report and prints it."""
    from emofuse.judgement import judge

    report = judge(options.run, data=options.data, out=options.out, corpus=options.corpus, allowed=allowed(options))
    print(report.text())
    print(f"report.json is in {options.out}")
    return 0
