"""Rows measured one after the other: what is there is taken as it is, what cannot be had is said, and the table is written as it grows."""

import importlib
import json
import logging
import math
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from math import isnan, nan
from pathlib import Path

from emofuse import catalog
from emofuse.audit.base import Grade
from emofuse.core.errors import CorpusError, EmofuseError, RunError, UnknownName
from emofuse.evaluation.record import RESULTS, origin
from emofuse.evaluation.report import Figure
from emofuse.features.cache import Cache
from emofuse.media.beside import beside
from emofuse.media.hub import located
from emofuse.reproduce import page
from emofuse.reproduce.base import NO_WEIGHTS, NOT_HERE, NOT_MEASURED, WANTING, Found, Measured, Place, Row, Way
from emofuse.run import commit

log = logging.getLogger(__name__)

KEPT = "found.json"
REST = 10.0  # s between two writings of the pages, which take a fraction of one
QUICK = "quick"  # folder of what a quick run leaves, apart from what counts
SAID = {"paper": "its own", "clean": "clean", "": "quoted"}  # of the ways, as the record has them; the last of a row that has none


def papers() -> tuple[str, ...]:
    """The papers there are rows of.

    Example:
        >>> papers()
        ('asswin_2023', 'kanafin_2024', 'li_2024', 'njoku_2021', 'sultana_2024')
    """
    return catalog.names("reproduce/papers")


def rows(paper: str | None = None, names: Sequence[str] = ()) -> tuple[Row, ...]:
    """The rows of one paper or of all, or those that are named.

    Raises:
        UnknownName: A paper or a row that does not exist, or a row that several papers have, where none is named.
    """
    known = papers()
    if paper is not None and paper not in known:
        raise UnknownName(f"Unknown paper '{paper}'. Known: {', '.join(known)}; name one of them, or none for all.")
    every: tuple[Row, ...] = tuple(
        row for name in ([paper] if paper else known) for row in importlib.import_module(f"emofuse.reproduce.papers.{name}").ROWS
    )
    there = [row.name for row in every]
    for name in names:
        if name not in there:
            raise UnknownName(f"Unknown row '{name}'{f' of {paper}' if paper else ''}. Known: {', '.join(there)}; name one of them.")
        having = [row.paper for row in every if row.name == name]
        if len(having) > 1:
            raise UnknownName(
                f"The row '{name}' is one of {' and of '.join(having)}. Expected one paper's; name it, "
                f"emofuse reproduce {having[0]} --row {name}."
            )
    return tuple(row for row in every if not names or row.name in names)


def reproduce(
    asked: Sequence[Row], data: Path | None, out: Path, *, quick: bool = False, cache: Cache | None = None
) -> tuple[Measured, ...]:
    """Measure rows, each under its paper's protocol and under a clean one.

    Killed, it goes on where it stood: what is trained stays in `out`, a folder a row and way. A row that fails does not stop the
    others; its reason stands in the table. Pages hold every row there is: those that are not asked for, as they were found before.

    Args:
        asked: The rows.
        data: Holds one folder a corpus; without it nothing is measured but what is there already.
        out: Gets the runs and ``reproduce.html``, ``.md``, ``.json`` and ``.csv``.
        quick: A few clips and one epoch each, in a folder of its own: to see that every row runs. Its figures are none.
        cache: Features made before.

    Raises:
        CorpusError: There is no such data root.
    """
    if data is not None and not data.is_dir():
        raise CorpusError(f"There is no folder {data}. Expected one with a folder a corpus; name it with --data.")
    root = out / QUICK if quick else out
    table = {(row.paper, row.name): _measured(row, None, root, quick, cache) for row in (*rows(None, ()), *asked)}
    written = -math.inf
    for i, row in enumerate(asked):
        log.info("%d of %d: %s, %s", i + 1, len(asked), row.paper, row.name)
        table[row.paper, row.name] = _measured(row, data, root, quick, cache)
        if time.monotonic() - written > REST or i + 1 == len(asked):
            page.write(root, list(table.values()), quick)
            written = time.monotonic()
    return tuple(table[row.paper, row.name] for row in asked)


def _measured(row: Row, data: Path | None, root: Path, quick: bool, cache: Cache | None) -> Measured:
    made = Measured(row)
    for name, way in row.ways.items():
        folder = root / row.paper / row.name / name
        made = replace(made, commands={**made.commands, name: way.command})
        try:
            there = _kept(folder, way)
            problem = _wanting(way, data) if there is None else ""
            if there is None and not problem and data is not None:
                there = _keep(folder, way, way(Place(data, folder, quick, cache), folder))
        except EmofuseError as error:
            log.warning("%s, %s, %s: %s", row.paper, row.name, name, error)
            there, problem = None, str(error)
        except Exception as error:  # a fault of ours, or of a library: it is told with its trace, and hours of other rows go on
            log.exception("%s, %s, %s", row.paper, row.name, name)
            there, problem = None, f"{type(error).__name__}: {error}"
        if there is None:
            made = replace(made, problems={**made.problems, name: problem})
            continue
        made = replace(
            made,
            found={**made.found, name: _read(there["found"])},
            origins={**made.origins, name: {field: str(there[field]) for field in ("command", "commit", "date", "machine")}},
        )
    return made


def _wanting(way: Way, data: Path | None) -> str:
    """Why a way cannot be gone: which corpora or weights are not there; empty where all are."""
    if data is None:
        return f"{NOT_MEASURED}: no --data"
    gone = [name for name in way.corpora if not _here(name, data)]
    if gone:
        return f"{NOT_HERE} ({', '.join(gone)})"
    gone = [name for name in getattr(way, "weights", ()) if not _fetched(name)]
    return f"{NO_WEIGHTS} ({', '.join(gone)}; `hf download NAME` brings them)" if gone else ""


@lru_cache
def _here(name: str, data: Path) -> bool:
    """Whether a corpus has any clips under the data root, or there is such a folder; with ``/video`` behind it, clips that have that."""
    named, _, modality = name.partition("/")
    if named not in catalog.names("corpora"):
        return (data / name).is_dir()
    corpus = catalog.corpus(named)
    try:
        return any(not modality or modality in clip.sources for clip in corpus.clips(corpus.under(data)))
    except EmofuseError:
        return False


def _fetched(name: str) -> bool:
    """Whether a pretrained model is on this machine: nothing is downloaded to find out, nor for a row."""
    if Path(located(name)).is_dir():
        return True
    try:
        from huggingface_hub import try_to_load_from_cache
    except ModuleNotFoundError:
        return False
    return isinstance(try_to_load_from_cache(name, "config.json"), str)


def _keep(folder: Path, way: Way, found: Found) -> Mapping[str, object]:
    """Leave what was found where the next call finds it."""
    said = {"command": way.command, "says": way.says, "found": found.as_dict(), **origin(way.command, commit())}
    folder.mkdir(parents=True, exist_ok=True)
    with beside(folder / KEPT) as unfinished:
        unfinished.write_text(json.dumps(said, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return json.loads((folder / KEPT).read_text(encoding="utf-8"))  # type: ignore[no-any-return]  # what was just written


def _kept(folder: Path, way: Way) -> Mapping[str, object] | None:
    """What an earlier call found, where it measured the same.

    Raises:
        RunError: The folder holds something else.
    """
    path = folder / KEPT
    if not path.exists():
        return None
    try:
        said: Mapping[str, object] = json.loads(path.read_text(encoding="utf-8"))
        there = (said["command"], said["says"])
        _read(said["found"])
    except (ValueError, KeyError, TypeError) as error:
        raise RunError(
            f"{path} cannot be read ({error}). Expected what an earlier call found; remove the file to measure again."
        ) from error
    if there != (way.command, way.says):
        raise RunError(
            f"{path} is of another measurement ({there[0]}; {there[1]}). Expected {way.command}; remove {folder}, or choose another --out."
        )
    return said


def _read(said: object) -> Found:
    if not isinstance(said, dict) or not isinstance(said["figures"], dict):
        raise TypeError(f"what was found is {said!r:.40}")
    figures = {name: _figure(value) for name, value in said["figures"].items()}
    majority = said["majority"]
    return Found(
        figures, said["n"], nan if majority is None else majority, Grade(said["grade"]), said["audited"], said["shared"], said["people"],
        said["drawn"],
    )  # fmt: skip


def _figure(said: Mapping[str, object]) -> Figure:
    def number(value: object) -> float:
        return float(value) if isinstance(value, int | float) else nan

    edges = said["interval"]
    if not isinstance(edges, list) or len(edges) != 2:
        raise TypeError(f"an interval is {edges!r:.40}")
    return Figure(number(said["value"]), (number(edges[0]), number(edges[1])))


def recorded(measured: Iterable[Measured]) -> Iterator[dict[str, object]]:
    """Rows for ``docs/results.json`` (`emofuse.evaluation.record.RESULTS`), in a section a paper.

    Of what cannot be had, the paper's figure alone, and why in the audit's place; of what nobody has measured yet, nothing.
    """
    for one in measured:
        row, claim = one.row, one.row.claim
        for name, says in [(name, way.says) for name, way in row.ways.items()] or [("", row.protocol)]:
            found = one.found.get(name)
            figure = found.figures.get(claim.metric) if found else None
            problem = one.problems.get(name, "")
            if found is None and row.ways and (not problem.startswith(WANTING) or problem.startswith(NOT_MEASURED) or name == "clean"):
                continue
            yield {
                "paper": row.paper,
                "system": f"{row.system} ({row.corpus})",
                "corpus": row.paper,
                "protocol": f"{SAID[name]}: {says}",
                "metric": claim.metric,
                "theirs": claim.value,
                "ours": None if figure is None else round(figure.value, 4),
                "interval": None if figure is None else [round(edge, 4) for edge in figure.interval],
                "n": found.n if found else None,
                "verdict": (one.verdict or None) if found and name == "paper" else None,
                "majority": None if found is None or isnan(found.majority) else round(found.majority, 4),
                "audit": str(found.grade) if found else problem or None,
                **{"commit": None, "date": None, "machine": None, **one.origins.get(name, {})},
                "command": row.command,
            }


def record(docs: Path, measured: Iterable[Measured]) -> None:
    """Put rows into ``docs/results.json``; a row without a figure never takes the place of one that has it.

    Raises:
        RunError: There is no such record.
    """
    known = {tuple(row[field] for field in RESULTS.key): row["ours"] for row in RESULTS.rows(docs)}
    for row in recorded(measured):
        if row["ours"] is not None or known.get(tuple(row[field] for field in RESULTS.key)) is None:
            RESULTS.add(docs, row)
