"""The commands: one file each, found by its name. Options say where, never what: what belongs to recipes and runs.

Each file's docstring begins with its help; `arguments(parser)` says what it takes, `run(options)` does it and returns the exit code.
Nothing heavy is imported at their top: all of them are, to print the help.
"""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

from emofuse.core.errors import UnknownName


def places(parser: argparse.ArgumentParser) -> None:
    """Where data is and where to write: ``--data`` and ``--out``."""
    parser.add_argument("--data", type=Path, required=True, metavar="DIR", help="holds one folder a corpus")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="where to write")


def settings(parser: argparse.ArgumentParser, of: str) -> None:
    """Arguments of what is named by another option: ``--with NAME=JSON``."""
    parser.add_argument("--with", dest="settings", action="append", default=[], metavar="NAME=JSON", help=f"an argument of the {of}")


def packages(parser: argparse.ArgumentParser) -> None:
    """Whose recipes may be imported: ``--allow``."""
    parser.add_argument("--allow", action="append", default=[], metavar="PACKAGE", help="import recipes from this package too")


def allowed(options: argparse.Namespace) -> tuple[str, ...]:
    """The packages that recipes may come from."""
    return ("emofuse.recipes", *options.allow)


def pairs(texts: Sequence[str], option: str = "--with") -> dict[str, object]:
    """``heads=4`` as ``{"heads": 4}``.

    Raises:
        UnknownName: A pair without a name, or a value that is not JSON.

    Example:
        >>> pairs(["epochs=10", 'by="dialogue"'])
        {'epochs': 10, 'by': 'dialogue'}
    """
    read: dict[str, object] = {}
    for text in texts:
        name, sign, value = text.partition("=")
        try:
            if not sign:
                raise ValueError("there is no =")
            read[name] = json.loads(value)
        except ValueError as error:
            raise UnknownName(f"{option} {text} cannot be read: {error}. Expected NAME=JSON, such as epochs=10; mend it.") from error
    return read
