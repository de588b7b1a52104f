"""A folder of recordings, each once: what is finished stays finished, whoever does the rest.

A recording is done again when it, the settings or the package have changed, when an export of it is gone, and when it failed.
Its exports are made in a folder of their own and then put into their place, so that a worker that is killed leaves none half-made.
"""

import functools
import hashlib
import json
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

from emofuse import __version__
from emofuse.analysis import SEEN_AND_HEARD, acquainted, analyze_one, in_short, named, ready, recognizer, recordings
from emofuse.cluster.done import Done, Spread, by
from emofuse.cluster.journal import DONE, FAILED, Journal, Line
from emofuse.cluster.machines import versions
from emofuse.core.errors import MediaError, RunError
from emofuse.core.modality import Modality
from emofuse.core.progress import Progress, quiet_progress
from emofuse.media import faces
from emofuse.run import facts, folder, shipped
from emofuse.wishes import AS_TAUGHT, Wishes

if TYPE_CHECKING:
    from emofuse.reading import Recognizer

UNFINISHED = ".unfinished"  # where exports are made; in the same folder, so that moving them is renaming
CLOCK = 1_000_000  # nanoseconds in a millisecond: what every file system keeps of a time


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be made of each recording.

    Args:
        out: Gets exports, the journal and the table.
        wanted: Formats by name.
        annotated: Whether videos are also copied with the answer burnt in.
        explain: Whether to find out why, too.
        run: A recognizer instead of those that ship, or several that are fused.
        beside: Other recordings of the person that all of them are of, for a run that asks for such.
        wishes: How often there is an answer, and how sure it must be.
    """

    out: Path
    wanted: tuple[str, ...] = ()
    annotated: bool = False
    explain: bool = False
    run: str | tuple[str, ...] | None = None
    beside: tuple[Path, ...] = ()
    wishes: Wishes = AS_TAUGHT

    def digest(self) -> str:
        """By which it is known that the answers would be the same: all settings, the recognizers' facts, and what finds faces.

        Raises:
            RunError: There is no such run.
        """
        runs = {name: facts(name) for name in self._runs()}
        said = {
            "emofuse": __version__,
            "wanted": sorted(self.wanted),
            "annotated": self.annotated,
            "explain": self.explain,
            "runs": runs if self.run is None else list(runs.values()),
            "beside": [{"path": str(path), **_stamp(path)} for path in self.absolute().beside],
            "wishes": asdict(self.wishes),
            "faces": faces.finder().name,
        }
        return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:16]

    def places(self) -> tuple[Path, ...]:
        """Folders that every worker must see."""
        return (self.out, *(folder(name) for name in self._runs() if name not in shipped()), *self.beside)

    def absolute(self) -> "Asked":
        """The same from wherever it is read."""
        runs = tuple(name if name in shipped() else str(folder(name).absolute()) for name in self._runs())
        run = None if self.run is None else runs
        return replace(self, out=self.out.absolute(), run=run, beside=tuple(path.absolute() for path in self.beside))

    def _runs(self) -> tuple[str, ...]:
        return shipped() if self.run is None else named(self.run)


@dataclass(frozen=True, slots=True)
class Recording:
    """A file to be analysed, and the name of its exports."""

    path: Path
    name: str

    def __str__(self) -> str:
        return str(self.path)


@dataclass(frozen=True, slots=True)
class Answered:
    """What a worker tells of a recording: the exports are where they belong already."""

    said: tuple[str, str]
    written: tuple[str, ...]
    notes: tuple[str, ...]


def equipment() -> dict[str, str]:
    """What answers about recordings hang on, beside the runs: versions, and what finds faces here."""
    return {**versions(), "face detector": faces.finder().name}


Bar = Callable[[Path], Progress]


def analyze_folder(
    paths: Sequence[str | Path], asked: Asked, *, spread: Spread | None = None, bar: Bar | None = None, progress: Progress = quiet_progress
) -> Iterator[Line]:
    """Files and folders to exports, with a line for each as soon as it is known; first those that are finished already.

    Args:
        paths: As `emofuse.analysis.analyze_files` takes them.
        asked: What to make of each.
        spread: Who does them; here, one after the other, by default.
        bar: Makes the progress of one file; only where they are done here.
        progress: Told how many are finished, and how many there are.

    Raises:
        MediaError: Nothing was named, or the folder to write to cannot be written.
        RunError: There is no such run, it judges every recording alone although others were named, or another run writes there.
    """
    files, refused = recordings(paths)
    if not files:  # nothing to do, and nothing to be kept
        yield from (Line(str(outcome.path), FAILED, 0.0, "", problem=str(outcome.problem)) for outcome in refused)
        return
    digest = asked.digest()
    if asked.beside:  # a run that does not judge beside others says so once and before anything is done, not of every file
        _judge(asked.absolute().run, asked.absolute().beside, digest, SEEN_AND_HEARD)
    ready(asked.out)
    journal = Journal(asked.out)
    owners = {str(line.facts["name"]): what for what, line in journal.lines.items() if "name" in line.facts}  # the last one wrote over it
    old = {path: _finished(journal, owners, path, name, digest, asked.out) for path, name in files.items()}
    todo = [Recording(path.absolute(), name) for path, name in files.items() if old[path] is None]
    lines = [line for line in old.values() if line is not None]
    total = len(files) + len(refused)
    try:
        yield from lines
        for outcome in refused:
            yield _noted(journal, Line(str(outcome.path), FAILED, 0.0, "", problem=str(outcome.problem)))
        count = len(lines) + len(refused)
        progress(count, total)
        with closing((spread or by())(functools.partial(_one, asked=asked.absolute(), digest=digest, bar=bar), todo)) as each:
            for recording, done in each:
                yield _noted(journal, _line(journal, owners, recording, done, digest, asked.out))
                count += 1
                progress(count, total)
    finally:
        shutil.rmtree(asked.out / UNFINISHED, ignore_errors=True)
        journal.close([str(outcome.path) for outcome in refused] + [str(path.absolute()) for path in files])


def _one(recording: Recording, asked: Asked, digest: str, bar: Bar | None = None) -> Answered:
    """What a worker does: the recording, and its exports to their place."""
    with _apart(asked.out) as unfinished:
        outcome = analyze_one(
            recording.path,
            recording.name,
            functools.partial(_judge, asked.run, asked.beside, digest),
            out=unfinished,
            wanted=asked.wanted,
            annotated=asked.annotated,
            explain=asked.explain,
            theirs=bool(asked.beside),
            wishes=asked.wishes,
            bar=bar or (lambda path: quiet_progress),
        )
        if outcome.answer is None:
            raise outcome.problem or MediaError(f"Nothing came of {recording}. Expected an answer or a reason; call again.")
        for path in outcome.written:
            path.replace(asked.out / path.name)
    return Answered(in_short(outcome.answer), tuple(path.name for path in outcome.written), outcome.answer.notes)


@functools.lru_cache(maxsize=4)
def _judge(run: str | tuple[str, ...] | None, beside: tuple[Path, ...], digest: str, having: frozenset[Modality]) -> "Recognizer":
    """Who answers: loaded once a worker, anew where what it hangs on has changed."""
    return acquainted(recognizer(run, having), beside)


@contextmanager
def _apart(out: Path) -> Iterator[Path]:
    """A folder of one's own in the folder to write to."""
    if not out.is_dir():
        raise RunError(f"This worker does not see {out}. Expected the same folders under the same paths on every machine; mount it there.")
    unfinished = out / UNFINISHED / uuid4().hex
    try:
        unfinished.mkdir(parents=True)
        yield unfinished
    except OSError as error:
        raise MediaError(f"{out} cannot be written: {error.strerror}. Expected room and leave to; choose another --out.") from error
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def _line(journal: Journal, owners: dict[str, str], recording: Recording, done: Done[Answered], digest: str, out: Path) -> Line:
    what, seconds = str(recording.path), round(done.seconds, 3)
    said, before = done.result, journal.lines.get(what)
    if (
        before is not None
        and owners.get(str(before.facts.get("name"))) == what
        and (said is None or before.facts["name"] != recording.name)
    ):
        for name in _written(before):  # no answer to what the file is now, or under another name
            (out / name).unlink(missing_ok=True)
    if said is None:
        return Line(what, FAILED, seconds, done.worker, problem=str(done.problem))
    owners[recording.name] = what
    known = {"name": recording.name, "settings": digest, **_stamp(recording.path), "written": said.written, "notes": said.notes}
    return Line(what, DONE, seconds, done.worker, "  ".join(said.said), facts=known)


def _noted(journal: Journal, line: Line) -> Line:
    journal.add(line)
    return line


def _finished(journal: Journal, owners: dict[str, str], path: Path, name: str, digest: str, out: Path) -> Line | None:
    """The line of a recording that need not be done again."""
    what = str(path.absolute())
    line = journal.lines.get(what)
    if line is None or line.state != DONE or owners.get(name) != what:
        return None
    same = {**line.facts, "name": name, "settings": digest, **_stamp(path)} == line.facts
    return line if same and all((out / file).is_file() for file in _written(line)) else None


def _written(line: Line) -> tuple[str, ...]:
    """Names of its exports."""
    names = line.facts.get("written")
    return tuple(map(str, names)) if isinstance(names, list | tuple) else ()


def _stamp(path: Path) -> dict[str, object]:
    """By which it is known that a file has changed."""
    try:
        stat = path.stat()
    except OSError:
        return {}
    return {"size": stat.st_size, "changed": stat.st_mtime_ns // CLOCK}
