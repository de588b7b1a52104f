"""Videos and sound files to emotion timelines."""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from emofuse.core.timeline import Timeline


def arguments(parser: argparse.ArgumentParser) -> None:
    """Files, what to make of them, and by which run."""
    parser.add_argument("files", nargs="*", metavar="FILE", help="a video, a sound file, or a folder of them")
    parser.add_argument("--out", type=Path, metavar="DIR", help="write the exports here; without it the spans are printed")
    parser.add_argument(
        "--format", action="append", metavar="NAME[,NAME]", help="which exports; 'list' names them (default: all but pictures)"
    )
    parser.add_argument("--annotate", action="store_true", help="also write the video with the answer burnt in (needs --out)")
    parser.add_argument("--plot", action="store_true", help="also write the timeline as PNG and SVG (needs --out)")
    parser.add_argument(
        "--explain",
        action="store_true",
        help="also find out why: who added what, and what in the face and the voice moved it (needs --out)",
    )
    parser.add_argument("--run", metavar="NAME|PATH", help="one recognizer instead of the fusion of all that ship")


def run(options: argparse.Namespace) -> int:
    """0, or 1 when a file failed, 2 when the options do not go together."""
    from emofuse.analysis import PICTURES, REASONS, analyze_files, formats

    asked = [name for value in options.format or [] for name in value.split(",") if name]
    if "list" in asked:
        print("\n".join(formats()))
        return 0
    if not options.files:
        print("No files named. Expected videos, sound files, or folders of them; name at least one.", file=sys.stderr)
        return 2
    wanted = asked or [name for name in formats() if name not in (*PICTURES, *REASONS)]
    explain = options.explain or any(name in REASONS for name in wanted)
    on_demand = (PICTURES if options.plot else ()) + (REASONS if options.explain else ())
    wanted += [name for name in on_demand if name not in wanted]
    if options.out is None and (asked or options.annotate or options.plot or options.explain):
        print("--format, --annotate, --plot and --explain write files. Expected a folder for them: add --out DIR.", file=sys.stderr)
        return 2
    bars = _Bars()
    failed = 0
    rows = []
    for outcome in analyze_files(
        options.files, out=options.out, wanted=wanted, annotated=options.annotate, explain=explain, run=options.run, bar=bars.bar
    ):
        bars.close()
        if outcome.answer is None:
            failed += 1
            rows.append((str(outcome.path), "failed", ""))
            said = str(outcome.problem)
            print(said if str(outcome.path) in said else f"{outcome.path}: {said}", file=sys.stderr)
            continue
        answer = outcome.answer
        rows.append((str(outcome.path), *_summary(answer)))
        if options.out is None:
            print(*answer.spans(), sep="\n")
        for note in answer.notes:
            print(f"{outcome.path.name}: {note}", file=sys.stderr)
    width = max((len(name) for name, *_ in rows), default=0)
    print(*(f"{name:<{width}}  {label:<15} {rest}".rstrip() for name, label, rest in rows), sep="\n")
    if options.out is not None:
        print(f"{len(rows) - failed} of {len(rows)} analysed" + (f"; exports are in {options.out}" if failed < len(rows) else ""))
    return 1 if failed else 0


def _summary(answer: "Timeline") -> tuple[str, str]:
    """The one word for a file with its probability, and how long it is; a question mark where the two best are close."""
    spans, best = answer.spans(), sorted(answer.pooled)
    doubt = "?" if best[-1] - best[-2] < answer.threshold else ""
    return f"{answer.label}{doubt} {best[-1]:.2f}", f"{answer.duration / 1_000:.1f} s, {len(spans)} span{'s' if len(spans) > 1 else ''}"


class _Bars:
    """A progress bar a file, on a terminal only."""

    def __init__(self) -> None:
        self.now: object = None

    def bar(self, path: Path) -> Callable[[int, int], None]:
        from tqdm import tqdm

        shown = tqdm(total=None, desc=path.name, unit="s", unit_scale=True, leave=False, disable=None)
        self.now = shown

        def progress(done: int, total: int) -> None:
            shown.total = total / 1_000 or None
            shown.update(done / 1_000 - shown.n)

        return progress

    def close(self) -> None:
        if self.now is not None:
            self.now.close()  # type: ignore[attr-defined]
            self.now = None
