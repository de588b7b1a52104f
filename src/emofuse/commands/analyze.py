"""Videos, sound, transcripts and EEG to emotion timelines."""

import argparse
import math
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from emofuse.core.modality import Modality
    from emofuse.media.files import Belonging
    from emofuse.wishes import Wishes


def arguments(parser: argparse.ArgumentParser) -> None:
    """Files, what to make of them, and by which run."""
    parser.add_argument("files", nargs="*", metavar="FILE", help="a video, a sound file, a transcript, EEG, or a folder of recordings")
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
    parser.add_argument("--run", action="append", metavar="NAME|PATH", help="a recognizer instead of those that ship; several are fused")
    parser.add_argument(
        "--beside", action="append", default=[], type=Path, metavar="FILE", help="another recording of the same person, for a run that asks"
    )
    parser.add_argument(
        "--hop", metavar="MS", help="an answer every so many ms of whoever reads by windows (voice, EEG), instead of as they were taught"
    )
    parser.add_argument(
        "--threshold", metavar="0..1", help="the lead of the first label below which a span is uncertain, instead of the one measured"
    )
    parts = parser.add_argument_group("what belongs to the one recording that is named")
    parts.add_argument("--audio", type=Path, metavar="FILE", help="sound that is heard instead of the video's own")
    parts.add_argument("--text", type=Path, metavar="FILE", help="what was said: txt, srt, vtt, csv, eaf")
    parts.add_argument("--transcribe", type=Path, metavar="DIR", help="write the transcript ourselves, by the Whisper in this folder")
    parts.add_argument("--language", metavar="CODE", help="what the words are in, such as en or ru; without it that is guessed")
    parts.add_argument("--eeg", type=Path, metavar="FILE", help="EDF, BDF, BrainVision, EEGLAB, FIF, .mat, numpy or Muse csv")
    for name, metavar, what in EEG_AS:
        parts.add_argument(f"--eeg-{name}", metavar=metavar, help=f"where the EEG's file does not say: {what}")
    parts.add_argument(
        "--offset",
        action="append",
        default=[],
        metavar="audio|text|eeg=SECONDS",
        help="by how much it is later than the recording; audio=auto finds the sound's place by what is heard in both",
    )
    parser.add_argument(
        "--cluster",
        metavar="auto|ADDRESS",
        help="by all workers of a Ray cluster: this machine's (auto), or one at host:port (needs --out)",
    )
    from emofuse.served import arguments as served

    served(parser)


EEG_AS = (
    ("variable", "NAME", "which array"),
    ("axes", "NAME,NAME", "what its axes are, such as time,channel; a number picks one of an axis, from 1"),
    ("channels", "NAME,NAME", "which channels, or what the columns are called"),
    ("rate", "HZ", "samples a second"),
    ("unit", "V|mV|uV|nV", "the unit"),
)


def belonging(options: argparse.Namespace) -> "Belonging":
    """What was named beside the recording.

    Raises:
        UnknownName: An offset that is none.
    """
    from emofuse.media.files import Belonging

    offsets = dict(map(_offset, options.offset))
    return Belonging(options.audio, options.text, options.eeg, eeg_as(options), offsets, options.transcribe, options.language)


def eeg_as(options: argparse.Namespace) -> dict[str, object]:
    """What was said of EEG whose file does not say it.

    Raises:
        UnknownName: A rate that is no number.
    """
    told = {name: getattr(options, f"eeg_{name}") for name, *_ in EEG_AS}
    kinds: dict[str, Callable[[str], object]] = {"channels": lambda names: tuple(names.split(",")), "rate": _rate}
    return {name: kinds.get(name, str)(value) for name, value in told.items() if value is not None}


def wishes(options: argparse.Namespace) -> "Wishes":
    """What was asked for instead of what recognizers were taught.

    Raises:
        UnknownName: A hop or a threshold that is no number.
        RunError: One that there cannot be.
    """
    from emofuse.core.errors import UnknownName
    from emofuse.wishes import Wishes

    try:
        hop = None if options.hop is None else int(options.hop)
    except ValueError:
        raise UnknownName(
            f"--hop {options.hop} cannot be read: '{options.hop}' is no whole number. Expected milliseconds; type --hop 500."
        ) from None
    lead = options.threshold
    return Wishes(hop, None if lead is None else _number(lead, f"--threshold {lead}", "a lead from 0 to 1; type --threshold 0.2"))


def _rate(text: str) -> float:
    return _number(text, f"--eeg-rate {text}", "samples a second, such as 256; type --eeg-rate 256")


def _number(text: str, option: str, expected: str) -> float:
    from emofuse.core.errors import UnknownName

    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise UnknownName(f"{option} cannot be read: '{text}' is no number. Expected {expected}.")
    return number


def _offset(text: str) -> "tuple[Modality, int | None]":
    from emofuse.core.errors import UnknownName
    from emofuse.core.modality import Modality

    name, _, seconds = text.partition("=")
    if name not in ("audio", "text", "eeg") or not seconds or (seconds == "auto" and name != "audio"):
        raise UnknownName(f"--offset {text} cannot be read. Expected audio=SECONDS, audio=auto, text=SECONDS or eeg=SECONDS; type one.")
    form = f"seconds by which it is later, such as {name}=3.5{', or audio=auto' if name == 'audio' else ''}; type --offset {name}=3.5"
    return Modality(name), None if seconds == "auto" else round(1_000 * _number(seconds, f"--offset {text}", form))


def run(options: argparse.Namespace) -> int:
    """0, or 1 when a file failed, 2 when the options do not go together."""
    from emofuse.analysis import PICTURES, REASONS, formats
    from emofuse.core.errors import MediaError

    asked = [name for value in options.format or [] for name in value.split(",") if name]
    if "list" in asked:
        print("\n".join(formats()))
        return 0
    for name in ("audio", "text", "eeg"):  # without a recording, the first of these is what is analysed
        if not options.files and getattr(options, name) is not None:
            options.files = [str(getattr(options, name))]
            setattr(options, name, None)
    if not options.files:
        print("No files named. Expected videos, sound files, or folders of them; name at least one.", file=sys.stderr)
        return 2
    told_otherwise = wishes(options)
    if options.server is not None:
        from emofuse.served import run as served

        return served(options, asked, belonging(options), told_otherwise)
    parts = any(path is not None for path in (options.audio, options.text, options.eeg))
    spread = bool(options.cluster) or any(Path(path).is_dir() for path in options.files)
    beside = belonging(options)
    told = bool(beside.eeg_as or beside.offsets or beside.language)
    if (parts and len(options.files) > 1) or (spread and (parts or told or options.transcribe)):
        print(
            "--audio, --text, --eeg and what is told of them belong to one recording, and --transcribe goes with files, not with a "
            "folder or a cluster. Expected the name of the one recording; name it alone.",
            file=sys.stderr,
        )
        return 2
    try:
        beside.needed([Path(path) for path in options.files])
    except MediaError as problem:
        print(problem, file=sys.stderr)
        return 2
    wanted = asked or [name for name in formats() if name not in (*PICTURES, *REASONS)]
    explain = options.explain or any(name in REASONS for name in wanted)
    on_demand = (PICTURES if options.plot else ()) + (REASONS if options.explain else ())
    wanted += [name for name in on_demand if name not in wanted]
    if options.out is None and (asked or options.annotate or options.plot or options.explain):
        print("--format, --annotate, --plot and --explain write files. Expected a folder for them: add --out DIR.", file=sys.stderr)
        return 2
    if options.out is None and options.cluster:
        print("--cluster writes what its workers find out. Expected a folder that all of them see: add --out DIR.", file=sys.stderr)
        return 2
    if options.out is not None and (options.cluster or any(Path(path).is_dir() for path in options.files)):
        return _folder(options, wanted, explain)
    return _each(options, wanted, explain)


def _each(options: argparse.Namespace, wanted: Sequence[str], explain: bool) -> int:
    """Files one after the other, as they were named."""
    from emofuse.analysis import analyze_files, in_short, in_whole

    bars = _Bars()
    failed = 0
    rows = []
    for outcome in analyze_files(
        options.files,
        out=options.out,
        wanted=wanted,
        annotated=options.annotate,
        explain=explain,
        run=_runs(options),
        beside=options.beside,
        belonging=belonging(options),
        wishes=wishes(options),
        bar=bars.bar,
    ):
        bars.close()
        if outcome.answer is None:
            failed += 1
            rows.append((str(outcome.path), "failed", ""))
            _complain(str(outcome.path), str(outcome.problem))
            continue
        answer = outcome.answer
        label, length = in_short(answer)
        rows.append((str(outcome.path), label, f"pooled over time, {length}"))
        if options.out is None:
            print(*answer.spans(), *filter(None, [in_whole(answer)]), sep="\n")
        for note in answer.notes:
            _tell(_noted(outcome.path, note))
    width = max((len(name) for name, *_ in rows), default=0)
    print(*(f"{name:<{width}}  {label:<15} {rest}".rstrip() for name, label, rest in rows), sep="\n")
    if options.out is not None:
        print(f"{len(rows) - failed} of {len(rows)} analysed" + (f"; exports are in {options.out}" if failed < len(rows) else ""))
    return 1 if failed else 0


def _folder(options: argparse.Namespace, wanted: Sequence[str], explain: bool) -> int:
    """A folder, by whoever does it: what is finished is not done again, and one table tells of all."""
    from contextlib import nullcontext

    from emofuse.cluster.done import by
    from emofuse.cluster.files import Asked, analyze_folder, equipment
    from emofuse.cluster.journal import FAILED, TABLE, Line, printed
    from emofuse.cluster.machines import Machines

    asked = Asked(options.out, tuple(wanted), options.annotate, explain, _runs(options), tuple(options.beside), wishes(options))
    folders = [path if path.is_dir() else path.parent for path in map(Path, options.files)]
    who = Machines(options.cluster, places=(*folders, *asked.places()), alike=equipment) if options.cluster else nullcontext(by())
    bars = _Bars()
    lines: list[Line] = []
    before: list[int] = []  # how many were finished, when the rest was begun

    def progress(done: int, total: int) -> None:
        before.append(sum(line.state != FAILED for line in lines))
        bars.files(done, total)

    with who as spread:
        bar = None if options.cluster else bars.bar
        for line in analyze_folder(options.files, asked, spread=spread, bar=bar, progress=progress):
            lines.append(line)
            if line.state == FAILED:
                _complain(line.what, line.problem)
            for note in line.notes:
                _tell(_noted(Path(line.what), note))
    bars.close()
    print(printed(lines))
    failed = sum(line.state == FAILED for line in lines)
    already = f", {before[0]} of them before" if before and before[0] else ""
    print(f"{len(lines) - failed} of {len(lines)} analysed{already}; exports and {TABLE} are in {options.out}")
    return 1 if failed else 0


def _runs(options: argparse.Namespace) -> tuple[str, ...] | None:
    """What is asked instead of what ships."""
    return tuple(options.run) if options.run else None


def _noted(path: Path, note: str) -> str:
    """A note with the name of its file, which notes of the file itself begin with."""
    return note if note.startswith(f"{path.name}: ") else f"{path.name}: {note}"


def _complain(path: str, problem: str) -> None:
    _tell(problem if path in problem else f"{path}: {problem}")


def _tell(said: str) -> None:
    """Names in files may hold what steers a terminal: shown, not obeyed."""
    print("".join(c if c.isprintable() or c == "\n" else "?" for c in said), file=sys.stderr)


class _Bars:
    """A progress bar for all files and one for the file that is being done, on a terminal only."""

    def __init__(self) -> None:
        self.now: object = None
        self.all: object = None

    def bar(self, path: Path) -> Callable[[int, int], None]:
        from tqdm import tqdm

        self._end()
        where = 0 if self.all is None else 1
        shown = tqdm(total=None, desc=path.name, unit="s", unit_scale=True, leave=False, disable=None, position=where)
        self.now = shown

        def progress(done: int, total: int) -> None:
            shown.total = total / 1_000 or None
            shown.update(done / 1_000 - shown.n)

        return progress

    def files(self, done: int, total: int) -> None:
        """How many files are finished."""
        from tqdm import tqdm

        self._end()
        if self.all is None:
            self.all = tqdm(total=total, initial=done, desc="files", unit="file", leave=False, disable=None)
        self.all.update(done - self.all.n)  # type: ignore[attr-defined]

    def close(self) -> None:
        self._end()
        if self.all is not None:
            self.all.close()  # type: ignore[attr-defined]
            self.all = None

    def _end(self) -> None:
        if self.now is not None:
            self.now.close()  # type: ignore[attr-defined]
            self.now = None
