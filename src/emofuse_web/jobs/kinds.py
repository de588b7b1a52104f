"""What each kind of job is: how it is prepared, which child does it, and what becomes of what came out."""

from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path
from typing import Protocol, cast

from emofuse_web.jobs.models import Job, Kind, Status

KINDS = {
    Kind.ANALYSIS: "emofuse_web.analyses.work",
    Kind.PREFLIGHT: "emofuse_web.uploads.work",
    Kind.EXPORT: "emofuse_web.accounts.work",
}


class Work(Protocol):
    """A module of a kind of job; its functions run in the supervisor, which has the database, never in the child."""

    def prepare(self, job: Job, folder: Path) -> Mapping[str, object]:
        """Put what the child reads into ``folder/in`` and say what is asked of it, as JSON knows it: "do" names the function.

        Without "do" no child is needed, and `collect` does all.
        """

    def collect(self, job: Job, folder: Path, answer: Mapping[str, object]) -> Callable[[], Status]:
        """Bring what lies in ``folder/out`` into storage; give what changes the rows, to be called in the transaction that ends the job."""

    def failed(self, job: Job) -> None:
        """Change the rows of a job that is over without success (failed, cancelled, expired), in the transaction that ends it."""


def work(kind: str) -> Work:
    """The module of a kind."""
    return cast(Work, import_module(KINDS[Kind(kind)]))
