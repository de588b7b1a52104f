"""A folder's journal: a line for everything that was done or failed there, so that a run that was stopped goes on where it stood.

journal.jsonl   a line a task, as it is done; the last one about a task counts
table.csv       the same for people, made at the end: what, state, what came out, seconds, worker, problem

The lines of a million clips take memory where the run is directed (`docs/scale.md`).
"""

import csv
import json
import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO

from emofuse.core.errors import MediaError, RunError
from emofuse.media.beside import beside

log = logging.getLogger(__name__)

JOURNAL, TABLE = "journal.jsonl", "table.csv"
DONE, FAILED = "done", "failed"
COLUMNS = ("what", "state", "said", "seconds", "worker", "problem")
SHOWN = 200  # rows that a terminal gets; of more, those that failed


@dataclass(frozen=True, slots=True)
class Line:
    """What became of one thing.

    Args:
        what: A file or a cell.
        state: "done" or "failed".
        seconds: It took.
        worker: Who did it: ``machine:process``.
        said: What came out, in a few words.
        problem: Why it failed: what happened, what was expected, how to put it right.
        facts: By which it is known whether it must be done again.
    """

    what: str
    state: str
    seconds: float
    worker: str
    said: str = ""
    problem: str = ""
    facts: Mapping[str, object] = field(default_factory=dict)

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader of the answer must be told."""
        notes = self.facts.get("notes")
        return tuple(map(str, notes)) if isinstance(notes, list | tuple) else ()


class Journal:
    """What is known of a folder. Nothing is written there before the first line is.

    Args:
        folder: Whose journal.

    Raises:
        MediaError: It is there, and cannot be read.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = Path(folder)
        self.path = self.folder / JOURNAL
        self.lines: dict[str, Line] = {}  # the latest last
        self._file: IO[str] | None = None
        for line in _read(self.path):
            self._keep(line)

    def add(self, line: Line) -> None:
        """One more thing done or failed; it is on the disk's way when this returns, so that a killed run has it.

        Raises:
            MediaError: It cannot be written.
            RunError: Another run writes here.
        """
        try:
            self._opened().write(json.dumps(asdict(line), ensure_ascii=False) + "\n")
            self._opened().flush()
        except OSError as error:
            raise MediaError(
                f"{self.path} cannot be written: {error.strerror}. Expected room and leave to; choose another --out."
            ) from error
        self._keep(line)

    def close(self, order: Iterable[str] | None = None) -> None:
        """Make the table, of these things or all, and let others write here."""
        if self._file is None and not (self.lines and not (self.folder / TABLE).exists()):
            return
        rows = [self.lines[what] for what in (self.lines if order is None else order) if what in self.lines]
        with beside(self.folder / TABLE) as unfinished, unfinished.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(COLUMNS)
            writer.writerows([row.what, row.state, row.said, f"{row.seconds:.2f}", row.worker, row.problem] for row in rows)
        if self._file is not None:
            self._file.close()
            self._file = None

    def _keep(self, line: Line) -> None:
        self.lines.pop(line.what, None)
        self.lines[line.what] = line

    def _opened(self) -> IO[str]:
        if self._file is None:
            self.folder.mkdir(parents=True, exist_ok=True)
            self._file = self.path.open("a+", encoding="utf-8")
            _alone(self._file, self.folder)
            if self._file.tell() and not _ends_whole(self.path):
                self._file.write("\n")  # a run was killed in the middle of a line
        return self._file


def printed(lines: Sequence[Line]) -> str:
    """The table as a terminal shows it: all rows where they are few, else those that failed; and how many there are."""
    failed = [line for line in lines if line.state == FAILED]
    shown = list(lines) if len(lines) <= SHOWN else failed[:SHOWN]
    wide = max((len(line.what) for line in shown), default=0)
    said = max((len(line.said) for line in shown), default=0)
    rows = []
    for line in shown:
        rows.append(f"{line.what:<{wide}}  {line.state:<6}  {line.said:<{said}}  {line.seconds:8.1f} s  {line.worker}".rstrip())
        rows += [f"{'':<{wide}}  {text}" for text in line.problem.splitlines()]
    if len(lines) > SHOWN and len(failed) > SHOWN:
        rows.append(f"and {len(failed) - SHOWN} more that failed")
    return "\n".join([*rows, f"{len(lines) - len(failed)} done, {len(failed)} failed"])


def _read(path: Path) -> Iterable[Line]:
    if not path.is_file():
        return
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            for number, text in enumerate(file, 1):
                try:
                    yield Line(**json.loads(text))
                except (ValueError, TypeError):
                    log.info("%s, line %d is not whole: a run was killed there. Its task is done again.", path, number)
    except OSError as error:
        raise MediaError(
            f"{path} cannot be read: {error.strerror}. Expected a run's journal; allow it, or choose another --out."
        ) from error


def _ends_whole(path: Path) -> bool:
    with path.open("rb") as file:
        file.seek(-1, 2)
        return file.read() == b"\n"


def _alone(file: IO[str], folder: Path) -> None:
    """Keep others from writing to the same folder, where the system can."""
    try:
        import fcntl
    except ImportError:  # Windows
        return
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise RunError(f"Another run writes to {folder}. Expected one at a time; wait for it, or choose another --out.") from error
    except OSError:  # a file system without locks
        log.info("%s cannot be locked; see that no other run writes there.", folder)
