"""The web application, on this machine."""

import argparse
import sys


def arguments(parser: argparse.ArgumentParser) -> None:
    """Where it listens."""
    parser.add_argument("--host", default="127.0.0.1", metavar="ADDRESS", help="where to listen (default: this machine alone)")
    parser.add_argument("--port", type=int, default=8000, metavar="N", help="default: 8000")
    parser.add_argument("--no-worker", action="store_true", help="only the pages: other machines analyse")
    parser.add_argument("--no-sample", action="store_true", help="leave out the sample analysis")


def run(options: argparse.Namespace) -> int:
    """0 when it was stopped, 1 when it could not start or broke off."""
    from importlib import import_module

    try:
        web = import_module("emofuse_web.serve")  # by name: emofuse knows nothing of Django
        import_module("django")
    except ModuleNotFoundError as missing:
        print(
            f"{missing.name} is not installed. Expected what the web application needs; type: pip install 'emofuse[web]'", file=sys.stderr
        )
        return 1
    try:
        stopped: int = web.serve(options.host, options.port, worker=not options.no_worker, sample=not options.no_sample)
    except web.CannotServe as problem:
        print(problem, file=sys.stderr)
        return 1
    return stopped
