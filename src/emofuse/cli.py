"""The commands. Options say where, never what: what belongs to recipes and runs."""

import argparse
import json
import logging
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from emofuse import __version__
from emofuse.core.errors import EmofuseError, UnknownName

if TYPE_CHECKING:
    from emofuse.core.timeline import Timeline

INTERRUPTED = 130  # exit code of a program stopped by Ctrl-C, by the shell's custom


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit code is 0, 1 when something failed, 2 for a wrong command line, 130 when interrupted."""
    options = _parser().parse_args(arguments)
    logging.basicConfig(level=logging.INFO if options.verbose else logging.WARNING, format="%(message)s")
    try:
        code: int = options.command(options)
    except EmofuseError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Stopped. Whatever was finished is kept; nothing is half-written.", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        sys.stderr.close()  # the reader of our output has gone: say no more
        return 1
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="emofuse", description="Emotion over time from voice and face, fused, calibrated, with absence flagged."
    )
    parser.add_argument("--version", action="version", version=f"emofuse {__version__}")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")

    def command(name: str, function: object, text: str) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=text, description=text)
        added.add_argument("-v", "--verbose", action="store_true", help="say what is being done")
        added.set_defaults(command=function)
        return added

    analyze = command("analyze", _analyze, "Videos and sound files to emotion timelines.")
    analyze.add_argument("files", nargs="*", metavar="FILE", help="a video, a sound file, or a folder of them")
    analyze.add_argument("--out", type=Path, metavar="DIR", help="write the exports here; without it the spans are printed")
    analyze.add_argument(
        "--format", action="append", metavar="NAME[,NAME]", help="which exports; 'list' names them (default: all but pictures)"
    )
    analyze.add_argument("--annotate", action="store_true", help="also write the video with the answer burnt in (needs --out)")
    analyze.add_argument("--plot", action="store_true", help="also write the timeline as PNG and SVG (needs --out)")
    analyze.add_argument("--run", metavar="NAME|PATH", help="one recognizer instead of the fusion of all that ship")

    command("models", _models, "The recognizers that come with the package.").add_argument("name", nargs="?", help="print this one's card")
    command("corpora", _corpora, "The data sets that can be read.")

    train = command("train", _train, "Train a recipe on its corpus, judge it, and save the runs.")
    train.add_argument("recipe", metavar="RECIPE", help="module:function, such as fer2013:face")
    _places(train)
    train.add_argument("--with", dest="settings", action="append", default=[], metavar="NAME=JSON", help="an argument of the recipe")
    train.add_argument("--seed", type=int, default=0)
    train.add_argument("--allow", action="append", default=[], metavar="PACKAGE", help="import recipes from this package too")

    evaluate = command("evaluate", _evaluate, "Judge a run on clips, and write report.json.")
    evaluate.add_argument("run", metavar="RUN", help="a shipped name (voice, face) or a run's folder")
    _places(evaluate)
    evaluate.add_argument("--corpus", metavar="NAME", help="judge on another corpus than the run's own")
    evaluate.add_argument("--allow", action="append", default=[], metavar="PACKAGE", help="import recipes from this package too")
    return parser


def _places(command: argparse.ArgumentParser) -> None:
    command.add_argument("--data", type=Path, required=True, metavar="DIR", help="holds one folder a corpus")
    command.add_argument("--out", type=Path, required=True, metavar="DIR", help="where to write")


def _analyze(options: argparse.Namespace) -> int:
    from emofuse.analysis import PICTURES, analyze_files, formats

    asked = [name for value in options.format or [] for name in value.split(",") if name]
    if "list" in asked:
        print("\n".join(formats()))
        return 0
    if not options.files:
        print("No files named. Expected videos, sound files, or folders of them; name at least one.", file=sys.stderr)
        return 2
    wanted = asked or [name for name in formats() if name not in PICTURES]
    wanted += [name for name in PICTURES if options.plot and name not in wanted]
    if options.out is None and (asked or options.annotate or options.plot):
        print("--format, --annotate and --plot write files. Expected a folder for them: add --out DIR.", file=sys.stderr)
        return 2
    bars = _Bars()
    failed = 0
    rows = []
    for outcome in analyze_files(options.files, out=options.out, wanted=wanted, annotated=options.annotate, run=options.run, bar=bars.bar):
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


def _models(options: argparse.Namespace) -> int:
    from emofuse.run import facts, folder, shipped

    if options.name:
        card = folder(options.name) / "card.md"
        print(card.read_text(encoding="utf-8") if card.exists() else json.dumps(facts(options.name), indent=1))
        return 0
    for name in shipped():
        said = facts(name)
        labels, modalities = said["labels"], said["modalities"]
        assert isinstance(labels, list)
        assert isinstance(modalities, list)
        print(f"{name:<8} {', '.join(modalities):<8} {said['corpus']:<10} {len(labels)} labels  {said['license']}")
    return 0


def _corpora(options: argparse.Namespace) -> int:
    from emofuse import catalog

    for name in catalog.names("corpora"):
        corpus = catalog.corpus(name)
        print(f"{name:<10} {', '.join(sorted(corpus.modalities)):<26} {len(corpus.labels)} labels  {corpus.license}")
    return 0


def _train(options: argparse.Namespace) -> int:
    from emofuse.experiment import train

    logging.getLogger("emofuse").setLevel(logging.INFO)
    report = train(
        options.recipe, _settings(options.settings), data=options.data, out=options.out, seed=options.seed, allowed=_allowed(options)
    )
    print(report.text() if report else f"Nothing was judged; the run is in {options.out}")
    return 0


def _evaluate(options: argparse.Namespace) -> int:
    from emofuse.experiment import judge

    report = judge(options.run, data=options.data, out=options.out, corpus=options.corpus, allowed=_allowed(options))
    print(report.text())
    print(f"report.json is in {options.out}")
    return 0


def _allowed(options: argparse.Namespace) -> tuple[str, ...]:
    return ("emofuse.recipes", *options.allow)


def _settings(pairs: Sequence[str]) -> dict[str, object]:
    """``heads=4`` as ``{"heads": 4}``.

    Raises:
        UnknownName: A pair without a name, or a value that is not JSON.
    """
    settings: dict[str, object] = {}
    for pair in pairs:
        name, sign, value = pair.partition("=")
        try:
            if not sign:
                raise ValueError("there is no =")
            settings[name] = json.loads(value)
        except ValueError as error:
            raise UnknownName(f"--with {pair} cannot be read: {error}. Expected NAME=JSON, such as epochs=10; mend it.") from error
    return settings
