"""What weights by hand cost where nobody has calibrated the members: MELD's text and sound, beside the text alone, by dialogue.

Three pairs of members: a sound that was taught too long and is sure of everything; one taught as long as the text; and both
taught so that rare labels weigh more, and neither says mostly how common a label is. Weights by hand and learnt ones are tried
on each as they come, and calibrated on other folds. Members that are in `--out` are taken as they are.
"""

import argparse
import json
import logging
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

from emofuse.recipes.meld import EPOCHS, TOO_LONG, Line, by_hand

MEMBERS: Mapping[str, Mapping[str, object]] = {
    f"a sound that is too sure: taught for {TOO_LONG} epochs": {"sound_epochs": TOO_LONG},
    f"both taught for {EPOCHS} epochs": {},
    f"both taught for {EPOCHS} epochs, rare labels weighing up to twice as much": {"balance": 2.0},
}


def main() -> None:
    """Teach the members, print a table a sound, and keep both as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="holds meld/")
    parser.add_argument("--out", type=Path, required=True, help="gets the members and uncalibrated.json")
    options = parser.parse_args()
    logging.basicConfig(level=logging.WARNING, format="%(message)s")
    found = {}
    for number, (name, arguments) in enumerate(MEMBERS.items()):
        found[name] = by_hand(options.data, options.out / f"members-{number}", arguments)
        print(f"\n{name}\n")
        print(f"{'':<20} {'members':<12} {'weighted F1':<22} {'accuracy':<22} {'beside text alone':<26} {'p':>6} {'Holm':>6}")
        print("\n".join(row(line) for line in found[name]), flush=True)
    said = {name: [asdict(line) for line in lines] for name, lines in found.items()}
    (options.out / "uncalibrated.json").write_text(json.dumps(said, indent=1) + "\n", encoding="utf-8")


def row(line: Line) -> str:
    """A line of the table."""
    members = "" if line.calibrated is None else "calibrated" if line.calibrated else "as they come"
    gain, p, corrected = "", "", ""
    if line.gain is not None and line.p is not None and line.holm is not None:
        low, high = line.gain.interval
        gain, p, corrected = f"{line.gain.value:+.3f} [{low:+.3f}, {high:+.3f}]", f"{line.p:.4f}", f"{line.holm:.4f}"
    return f"{line.name:<20} {members:<12} {line.weighted_f1!s:<22} {line.accuracy!s:<22} {gain:<26} {p:>6} {corrected:>6}"


if __name__ == "__main__":
    main()
