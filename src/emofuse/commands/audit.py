"""Find what would flatter whoever reports on a corpus, a split, a table of features, or a run.

Exit code 0 where nothing is found (read what could not be looked at), 1 where figures are inflated or broken, or on an error.
"""

import argparse
import json
from pathlib import Path

from emofuse.commands import allowed, packages, pairs, settings
from emofuse.core.progress import Progress

ROLES = ("subject", "label", "recording", "part", "id", "start", "end")


def arguments(parser: argparse.ArgumentParser) -> None:
    """What to look at, and what is known of it."""
    parser.epilog = "Exit code: 0 when nothing was found, 1 when figures are inflated or broken, or on an error."
    parser.add_argument("what", metavar="NAME|split.json|features.npz|RUN", help="a corpus, lists of parts, a table of features, or a run")
    parser.add_argument("--data", type=Path, metavar="DIR", help="holds one folder a corpus")
    parser.add_argument("--corpus", metavar="NAME", help="whose clips a list or a table is of")
    parser.add_argument("--protocol", metavar="NAME", help="divide the corpus or the table so (`emofuse split --protocol list` lists them)")
    settings(parser, "protocol")
    for role in ROLES:
        parser.add_argument(f"--{role}", metavar="COL", help=f"the table's column of {role}")
    parser.add_argument(
        "--fact", action="append", default=[], metavar="NAME=COL", help="another column: sentence, dialogue, place, take, ..."
    )
    parser.add_argument("--block", action="append", default=[], metavar="MODALITY=COL,COL", help="the table's columns of a modality")
    parser.add_argument("--says", action="append", default=[], metavar="NAME=JSON", help="what is said of it, such as chosen_on='\"test\"'")
    parser.add_argument("--ask", action="append", default=[], metavar="QUESTION", help="ask this only; a file's name in emofuse/audit")
    parser.add_argument("--out", type=Path, metavar="DIR", help="write audit.json, audit.txt and certificate.md here")
    parser.add_argument("--json", action="store_true", help="print JSON")
    packages(parser)


def run(options: argparse.Namespace) -> int:
    """0 where nothing is found, 1 where figures are inflated or broken."""
    from emofuse.audit.audit import audit
    from emofuse.audit.base import Grade
    from emofuse.audit.evidence import evidence

    columns = {role: getattr(options, role) for role in ROLES if getattr(options, role) is not None}
    found = evidence(
        options.what,
        data=options.data,
        corpus=options.corpus,
        made=options.protocol,
        arguments=pairs(options.settings),
        columns=columns | _named(options.fact, "--fact"),
        blocks={name: text.split(",") for name, text in _named(options.block, "--block").items()} or None,
        says=pairs(options.says, "--says"),
        allowed=allowed(options),
    )
    told = audit(found, _bar(), options.ask)
    if options.out is not None:
        options.out.mkdir(parents=True, exist_ok=True)
        for name, text in (
            ("audit.json", json.dumps(told.as_dict(), indent=1, ensure_ascii=False)),
            ("audit.txt", told.text()),
            ("certificate.md", told.certificate()),
        ):
            (options.out / name).write_text(text.rstrip() + "\n", encoding="utf-8")
    print(json.dumps(told.as_dict(), indent=1, ensure_ascii=False) if options.json else told.text())
    return 0 if told.verdict == Grade.FINE else 1


def _named(texts: list[str], option: str) -> dict[str, str]:
    """``place=WINDOW`` as ``{"place": "WINDOW"}``."""
    from emofuse.core.errors import UnknownName

    for text in texts:
        if "=" not in text:
            raise UnknownName(f"{option} {text} cannot be read: there is no =. Expected NAME=COLUMN, such as place=window; mend it.")
    return dict(text.split("=", 1) for text in texts)


def _bar() -> Progress:
    """A progress bar over the questions, on a terminal only."""
    from tqdm import tqdm

    shown = tqdm(total=None, unit="question", bar_format="{l_bar}{bar}| {elapsed}<{remaining}", leave=False, disable=None)

    def progress(done: int, total: int) -> None:
        shown.total = total
        shown.update(done - shown.n)
        if done == total:
            shown.close()

    return progress
