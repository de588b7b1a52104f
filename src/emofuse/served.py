"""``emofuse analyze --server URL``: the same, done by a site of emofuse."""

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from emofuse.core.errors import EmofuseError

if TYPE_CHECKING:
    from emofuse.client import Client, Remote
    from emofuse.media.files import Belonging
    from emofuse.wishes import Wishes

TOKEN = "EMOFUSE_TOKEN"  # where the token is, if no file has it: a command line can be read by everybody on a machine
GATE = ("purpose", "setting", "notice")
FORMS = {  # exports as they are called here, and on the site, by the ends of their names
    "json": ".json",
    "csv_spans": ".spans.csv",
    "csv_curves": ".curves.csv",
    "vtt": ".vtt",
    "srt": ".srt",
    "eaf": ".eaf",
    "audacity": ".labels.txt",
    "png": ".png",
}
ALIASES = {"csv": ("csv_spans", "csv_curves"), "webvtt": ("vtt",), "elan": ("eaf",)}


def arguments(parser: argparse.ArgumentParser) -> None:
    """Which site, and what it asks of everybody who has people analysed."""
    group = parser.add_argument_group("by a site of emofuse, instead of here")
    group.add_argument("--server", metavar="URL", help="the site's address; its token is in --token-file, or in EMOFUSE_TOKEN")
    group.add_argument("--token-file", type=Path, metavar="FILE", help="a file with the token, which its page of API tokens made")
    group.add_argument("--purpose", metavar="WORD", help="research, medical, safety, personal, marketing or other")
    group.add_argument("--setting", metavar="WORD", help="where people were recorded: elsewhere, workplace or education")
    group.add_argument("--reason", default="", metavar="TEXT", help="the medical or safety reason, at work and in education")
    group.add_argument("--notice", metavar="VERSION", help="the version of the notice that people were given")
    group.add_argument("--consent", action="store_true", help="everybody who is shown or heard agreed")
    group.add_argument("--days", type=int, metavar="N", help="how long the site keeps it")


def run(options: argparse.Namespace, formats: list[str], beside: "Belonging", wishes: "Wishes") -> int:
    """0, or 1 when a file failed, 2 when something is missing that nobody may assume."""
    wrong = _missing(options, formats)
    if wrong:
        print(wrong, file=sys.stderr)
        return 2
    failed = 0
    try:
        client = _client(options)
    except EmofuseError as problem:
        print(problem, file=sys.stderr)
        return 2
    for file in map(Path, options.files):
        try:
            _one(client, file, options, formats, beside, wishes)
        except EmofuseError as problem:
            failed += 1
            text = str(problem)
            print("".join(c if c.isprintable() or c == "\n" else "?" for c in f"{file}: {text}"), file=sys.stderr)
    return 1 if failed else 0


def _missing(options: argparse.Namespace, formats: list[str]) -> str:
    """What is wrong with the options, in words; empty where nothing is."""
    absent = [f"--{name}" for name in GATE if not getattr(options, name)] + ([] if options.consent else ["--consent"])
    here_only = [name for name in ("cluster", "beside", "transcribe") if getattr(options, name)]
    unknown = [name for name in formats if name not in (*FORMS, *ALIASES)]
    if absent:
        return f"A site asks what it is for, and whether people know and agree. Expected {', '.join(absent)}, too; add them (docs/api.md)."
    if here_only:
        return f"--{here_only[0]} is only done here. Expected --server without it; leave one of them out."
    if len(options.run or []) > 1:
        return "A site takes one recognizer. Expected one --run, or none; name one."
    if unknown:
        return f"A site gives no '{unknown[0]}'. Expected some of: {', '.join(FORMS)}; choose among them."
    if (formats or options.annotate or options.plot) and options.out is None:
        return "--format, --annotate and --plot write files. Expected a folder for them: add --out DIR."
    if any(Path(file).is_dir() for file in options.files):
        return "A folder cannot be sent. Expected files; name them."
    return ""


def _client(options: argparse.Namespace) -> "Client":
    from emofuse.client import Client, ServerError

    token = os.environ.get(TOKEN, "")
    if options.token_file is not None:
        try:
            token = options.token_file.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise ServerError(f"{options.token_file} cannot be read ({error}). Expected a file with a token; check its name.") from error
    if not token:
        raise ServerError(f"No token. Expected one in --token-file FILE or in {TOKEN}; make one on the site's page of API tokens.")
    return Client(options.server, token)


def _one(client: "Client", file: Path, options: argparse.Namespace, formats: list[str], beside: "Belonging", wishes: "Wishes") -> None:
    later = {str(m): None if ms is None else ms / 1_000 for m, ms in beside.offsets.items()}
    answer = client.analyze(
        file,
        purpose=options.purpose,
        setting=options.setting,
        reason=options.reason,
        notice=options.notice,
        consent=options.consent,
        audio=options.audio,
        eeg=options.eeg,
        text=options.text,
        eeg_as=beside.eeg_as,
        offsets=later,
        language=beside.language,
        hop=wishes.hop,
        threshold=wishes.threshold,
        model=options.run[0] if options.run else "best",
        explain=options.explain,
        annotate=options.annotate,
        label=file.stem[:200],
        days=options.days,
        progress=_bar if sys.stderr.isatty() else None,
    )
    if options.out is None:
        print(*answer.spans(), sep="\n")
    else:
        _kept(answer, file, options, formats)
    for note in answer.notes:
        print(f"{file.name}: {note}", file=sys.stderr)


def _kept(answer: "Remote", file: Path, options: argparse.Namespace, formats: list[str]) -> None:
    from emofuse.analysis import ready
    from emofuse.media.files import ANNOTATED

    ready(options.out)
    wanted = [name for asked in formats for name in ALIASES.get(asked, (asked,))] or [name for name in FORMS if name != "png"]
    for name in (*wanted, *(("png",) if options.plot and "png" not in wanted else ())):
        answer.save(options.out / f"{file.stem}{FORMS[name]}")
    if options.annotate:
        answer.save(options.out / f"{file.stem}{ANNOTATED}")
    print(f"{file}: {answer.status}; exports are in {options.out}, and the site has it as {answer.id}")


def _bar(stage: str, share: float) -> None:
    print(f"\r{stage:<10} {share:4.0%} ", end="" if share < 1 else "\n", file=sys.stderr, flush=True)
