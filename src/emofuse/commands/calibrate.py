"""Adapt a recognizer, or a fusion, to one person from a few labelled clips.

Exit code 1 where that does not help: nothing is written then.
"""

import argparse
import sys
from pathlib import Path

from emofuse.commands.analyze import EEG_AS, eeg_as
from emofuse.core.progress import Progress


def arguments(parser: argparse.ArgumentParser) -> None:
    """What to adapt, to whose clips, and where."""
    parser.epilog = "Exit code: 0 when the folder was written, 1 when adapting does not help, or on an error."
    parser.add_argument("runs", nargs="+", metavar="RUN", help="a shipped name or a run's folder; several are fused")
    parser.add_argument(
        "--with", dest="clips", type=Path, required=True, metavar="FILE.csv", help="a row a clip: file, label (docs/calibrate.md)"
    )
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="where to write what every command then takes for a run")
    for name, metavar, what in EEG_AS:
        parser.add_argument(f"--eeg-{name}", metavar=metavar, help=f"where an EEG's file does not say: {what}")


def run(options: argparse.Namespace) -> int:
    """Prints what is gained; 0 where it is kept."""
    from emofuse.adaptation.study import free, study

    free(options.out)
    found = study(options.runs, options.clips, eeg_as=eeg_as(options), progress=_bar())
    if found.gain.refusal is not None:
        print(found.text().removesuffix(found.gain.refusal).rstrip())
        print(f"\n{found.gain.refusal}\nNothing was written.", file=sys.stderr)
        return 1
    print(found.text())
    found.save(options.out)
    print(f"It is in {options.out}, for that person only: emofuse analyze RECORDING --run {options.out}")
    return 0


def _bar() -> Progress:
    """A progress bar of recordings, on a terminal only."""
    from tqdm import tqdm

    shown = tqdm(total=None, desc="recordings", unit="", leave=False, disable=None)

    def progress(done: int, total: int) -> None:
        shown.total = total
        shown.update(done - shown.n)
        if done == total:
            shown.close()

    return progress
