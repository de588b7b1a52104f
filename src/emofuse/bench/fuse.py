"""The whole way of a bench: features, cells, decisions, table, pages; what is done stays done.

Networks are taught first, each a cell of its own; decisions come after, on what the members said. Whoever does the cells
(`workers`), the files are the same.
"""

import logging
import shlex
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np

from emofuse.bench import page
from emofuse.bench.answers import Answers, brought, digest
from emofuse.bench.cells import DECISION, FUSION, MEMBER, Cell, Outcome, taught
from emofuse.bench.deciding import Question, decided, question
from emofuse.bench.gathered import gathered
from emofuse.bench.heard import Heard, heard
from emofuse.bench.kept import Kept
from emofuse.bench.order import Order, Work, chosen, plan, work
from emofuse.bench.results import Results
from emofuse.bench.rows import make, opened
from emofuse.bench.table import MEASURES, MISSING, RESAMPLES
from emofuse.bench.workers import Workers, in_turn, processes, threads
from emofuse.core.errors import SplitError, UnknownName
from emofuse.core.modality import Modality
from emofuse.core.progress import Progress, quiet_progress
from emofuse.evaluation.record import origin
from emofuse.evaluation.report import counted
from emofuse.features.cache import Cache
from emofuse.run import commit
from emofuse.training.dropout import going

log = logging.getLogger(__name__)


def fuse(
    order: Order,
    out: Path,
    *,
    fusions: str = "all",
    decisions: str = "all",
    members: Sequence[str] = (),
    missing: str = "all",
    seeds: int = 1,
    devices: int = 1,
    at_once: int | None = None,
    workers: Workers | None = None,  # type: ignore[type-arg]  # of two kinds of task
    cache: Cache | None = None,
    resamples: int = RESAMPLES,
    command: str | None = None,
    progress: Progress = quiet_progress,
) -> Results:
    """Compare ways to fuse on one corpus, and write the table.

    Args:
        order: Which bench, on what.
        out: Gets cells as they are done, then ``bench.html``, ``.md``, ``.json``, ``.csv``, ``.txt``; what is there is taken as it is.
        fusions: "all", "none" or names with settings, between commas.
        decisions: Likewise.
        members: Members from elsewhere: ``trees:file="predictions.csv",modalities="video"`` (see `answers.brought`).
        missing: What is asked about missing signals: "none", "each" pattern, a "curve" of random ones, or "all" of it.
        seeds: How many times each network is taught.
        devices: Processes of this machine that do cells at once.
        at_once: Threads of each; by default the cores shared out. Results are the same where this is the same.
        workers: Who does the cells instead: other machines.
        cache: Features made before.
        resamples: For the intervals.
        command: What was typed, for the page.
        progress: Called with cells done and cells in all.

    Raises:
        UnknownName: Something that does not exist, or no seeds or devices.
        CorpusError, MediaError: Clips that are not there, or cannot be read.
        SplitError: One modality only, or too little to learn from.
        RunError: The folder holds another bench.
    """
    if missing not in MISSING:
        raise UnknownName(f"--missing is one of {', '.join(MISSING)}, not '{missing}'. Choose one of these.")
    if seeds < 1 or devices < 1:
        both = f"{counted(seeds, 'seeds')} and {counted(devices, 'devices')}"
        raise UnknownName(f"{both} were asked for. Expected one or more of each; mend --seeds or --devices.")
    made = work(order)
    given = _given(made, members)
    _check(made, given)
    ways = {FUSION: chosen("fusions", fusions, made.bench.fusions), DECISION: chosen("decisions", decisions)}
    kept = Kept(out, plan(order))
    features = kept.folder / "features"
    make(order, features, cache=cache)
    at_once = at_once or threads(devices)
    doing = workers or (processes(devices) if devices > 1 else in_turn)
    names = {MEMBER: tuple(made.bench.team), **ways}
    among = digest(given)
    cells = [
        Cell(kind, name, split.name, seed, among if kind == DECISION else "")
        for seed in range(seeds)
        for kind in names
        for name in names[kind]
        for split in made.splits
    ]
    count = _Count(len(cells), progress)
    networks = [cell for cell in cells if cell.kind != DECISION]
    todo = count.left(kept, networks)
    do = partial(taught, order=order, folder=features.absolute(), threads=at_once)
    for cell, outcome in doing(do, todo):
        count.done(kept, cell, outcome)
    said = {seed: {name: heard(made, kept, MEMBER, name, seed, given) for name in (*made.bench.team, *given)} for seed in range(seeds)}
    asked = count.left(kept, [cell for cell in cells if cell.kind == DECISION])
    for one, outcome in doing(decided, list(_questions(made, asked, said, opened(order, features).quality, at_once))):
        count.done(kept, one.cell, outcome)
    results = gathered(made, kept, ways, given, said, missing, resamples)
    origins = {**origin(command or f"emofuse fuse {shlex.quote(order.bench)}", commit()), "threads of a cell": at_once}
    results = replace(results, quick=order.quick, protocol=order.protocol or results.protocol, made=origins)
    page.write(kept.folder, results)
    return results


class _Count:
    """How many cells are done, said as they are."""

    def __init__(self, total: int, progress: Progress) -> None:
        self.total, self.ready, self.progress, self.began = total, 0, progress, time.monotonic()

    def left(self, kept: Kept, cells: Sequence[Cell]) -> list[Cell]:
        """Those that are not done yet."""
        todo = [cell for cell in cells if not kept.has(cell)]
        ready = len(cells) - len(todo)
        self.ready += ready
        if ready:
            log.info("%d cells are there already", ready)
        self.progress(self.ready, self.total)
        return todo

    def done(self, kept: Kept, cell: Cell, outcome: Outcome) -> None:
        """One more."""
        kept.keep(cell, outcome)
        self.ready += 1
        problem = outcome.facts.get("problem")
        log.info("%d of %d, %.0f s: %s%s", self.ready, self.total, time.monotonic() - self.began, cell, f": {problem}" if problem else "")
        self.progress(self.ready, self.total)


def _given(made: Work, members: Sequence[str]) -> dict[str, Answers]:
    """Members from elsewhere, by name.

    Raises:
        UnknownName: Two of one name, or one that cannot be understood (`answers.brought`).
        RunError: One that is no member.
    """
    read = [brought(text, made.bench.words) for text in members]
    given = {answers.name: answers for answers in read}
    if len(given) < len(read):
        names = [answers.name for answers in read]
        twice = next(name for name in names if names.count(name) > 1)
        raise UnknownName(f"Two members are called '{twice}'. Expected a name each; call one of them something else.")
    return given


def _check(made: Work, given: Mapping[str, Answers]) -> None:
    """Refuse what cannot be fused, before anything is learnt."""
    if made.bench.measure not in MEASURES:
        raise UnknownName(
            f"{made.bench.name} is to be measured by '{made.bench.measure}'. Expected one of {', '.join(MEASURES)}; mend the bench."
        )
    going(made.bench.missing)
    if len(made.bench.modalities) < 2 and len(made.bench.team) + len(given) < 2:
        raise SplitError(
            f"{made.bench.name} has one modality here, {made.bench.modalities[0]}, and one member: there is nothing to fuse. "
            f"Expected two or more; name another with --modalities, or bring a --member."
        )
    for name, answers in given.items():
        if name in made.bench.team:
            raise UnknownName(f"Two members are called '{name}'. Expected a name each; call the one that you bring something else.")
        strange = sorted(set(answers.modalities) - set(made.bench.modalities))
        if strange:
            raise UnknownName(
                f"Member '{name}' needs {', '.join(strange)}; the bench takes in {', '.join(made.bench.modalities)}. Name its modalities "
                f"among these, or take in more."
            )
        answers.agree(made.clips)
        for split in made.splits:
            answers.on([clip.id for clip in (*split.test, *(split.valid if len(made.splits) == 1 else ()))])


def _questions(
    made: Work,
    cells: Sequence[Cell],
    said: Mapping[int, Mapping[str, Mapping[str, Heard]]],
    quality: Mapping[Modality, np.ndarray],
    at_once: int,
) -> Iterable[Question]:
    for cell in cells:
        members = {name: folds[cell.fold] for name, folds in said[cell.seed].items()}
        yield question(made, cell, members, quality, at_once)
