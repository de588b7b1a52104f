"""The command line: `emofuse COMMAND`, a file of `emofuse.commands` each."""

import argparse
import importlib
import logging
import re
import sys
from collections.abc import Sequence
from importlib.metadata import requires
from pathlib import Path

from emofuse import __version__
from emofuse.core.errors import EmofuseError

COMMANDS = tuple(sorted(path.stem for path in (Path(__file__).parent / "commands").glob("*.py") if path.stem != "__init__"))
PUBLISHED_AS = {"sklearn": "scikit-learn", "skimage": "scikit-image", "xgboost": "xgboost-cpu"}  # where a package's name is another
OURS = frozenset({"dev", "docs"})  # extras for those who change this package
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
    except ModuleNotFoundError as error:
        extra = brings(error.name or "")
        if extra is None:
            raise
        print(
            f"{error.name} is not installed, which this needs. Expected the extra '{extra}'; "
            f"install it with pip install 'emofuse[{extra}]'.",
            file=sys.stderr,
        )
        return 1
    except KeyboardInterrupt:
        print("Stopped. Whatever was finished is kept; nothing is half-written.", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        sys.stderr.close()  # the reader of our output has gone: say no more
        return 1
    return code


def brings(module: str) -> str | None:
    """The extra of this package that brings a module; None where none does.

    Example:
        >>> brings("lightning.fabric"), brings("nothing")
        ('train', None)
    """
    name = module.partition(".")[0]
    wanted = PUBLISHED_AS.get(name, name)
    told = [re.fullmatch(r"([\w.-]+).*extra == ['\"]([\w-]+)['\"].*", line) for line in requires("emofuse") or ()]
    extras = [one[2] for one in told if one is not None and one[1].lower().replace("_", "-") == wanted and one[2] not in OURS]
    return extras[0] if extras else None


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="emofuse",
        description="Emotion over time from voice, face and text, fused, calibrated, with absence flagged; states of attention from EEG, "
        "as a demonstration.",
    )
    parser.add_argument("--version", action="version", version=f"emofuse {__version__}")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    for name in COMMANDS:
        module = importlib.import_module(f"emofuse.commands.{name}")
        text = (module.__doc__ or "").partition("\n")[0]
        added = commands.add_parser(name, help=text, description=text)
        added.add_argument("-v", "--verbose", action="store_true", help="say what is being done")
        added.set_defaults(command=module.run)
        module.arguments(added)
    return parser
