"""The record: every figure with where it came from, kept as JSON and read as Markdown.

``docs/results.json`` holds accuracy figures and ``docs/benchmarks.json`` speed figures, one row each;
``docs/printed.json`` what commands print, which stands under the figures of the results.
Measuring appends to the JSON; ``python -m emofuse.evaluation.record`` makes the two Markdown pages from it.
Nothing here knows how a figure is measured.
"""

import argparse
import datetime
import json
import os
import platform
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from emofuse.core.errors import EmofuseError, RunError
from emofuse.evaluation import printed
from emofuse.media.beside import beside

Row = Mapping[str, object]
_TEXT, _NUMBER, _WHOLE = (str,), (int, float), (int,)
_MISSING = "–"
_ORIGIN = ("command", "commit", "date", "machine")  # without these nobody can measure it again


@dataclass(frozen=True, slots=True)
class Page:
    """One kind of figure: what a row must hold, and how a reader sees it.

    Args:
        name: Of the two files, without their suffix.
        title: Of the page.
        introduction: What a reader must know first.
        group: The field whose values are the page's sections.
        fields: Name to (types allowed, whether it may be null).
        columns: The fields that the table shows, in its order.
        key: The fields by which a newer row replaces an older one.
        measured: The field whose presence asks for a command, a commit, a date and a machine.
        shows: Whether what commands print stands under its figures.
    """

    name: str
    title: str
    introduction: str
    group: str
    fields: Mapping[str, tuple[tuple[type, ...], bool]]
    columns: tuple[str, ...]
    key: tuple[str, ...]
    measured: str
    shows: bool = False

    def rows(self, folder: Path) -> list[Row]:
        """The rows of ``<folder>/<name>.json``, checked.

        Raises:
            RunError: The file is missing or not JSON, or a row lacks a field, has one too many, or one of the wrong kind.
        """
        path = folder / f"{self.name}.json"
        try:
            rows = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise RunError(f"Cannot read {path.name}: {error}. Expected a JSON list of rows; restore the file from git.") from error
        if not isinstance(rows, list):
            raise RunError(f"{path.name} holds a {type(rows).__name__}. Expected a list of rows; put the rows into [ ].")
        for number, row in enumerate(rows, 1):
            self.check(row, number)
        return rows

    def check(self, row: object, number: int) -> None:
        """Refuse a row that a reader could not trust; `number` counts from 1 and is said in the error.

        Raises:
            RunError: A field is missing, unknown, of the wrong kind, or a figure of ours does not say where it came from.
        """
        where = f"Row {number} of {self.name}.json"
        if not isinstance(row, dict):
            raise RunError(f"{where} is a {type(row).__name__}. Expected an object with {', '.join(self.fields)}.")
        missing, unknown = sorted(set(self.fields) - set(row)), sorted(set(row) - set(self.fields))
        if missing or unknown:
            what = " and ".join([f"lacks {', '.join(missing)}"] * bool(missing) + [f"has an unknown {', '.join(unknown)}"] * bool(unknown))
            raise RunError(f"{where} {what}. It takes exactly: {', '.join(self.fields)}; write null where nothing is known.")
        for field, (types, nullable) in self.fields.items():
            if not (row[field] is None and nullable) and (not isinstance(row[field], types) or isinstance(row[field], bool)):
                kinds = " or ".join(kind.__name__ for kind in types) + (" or null" if nullable else "")
                raise RunError(f"{where}: {field} is {row[field]!r}. Expected {kinds}; correct it there.")
        self._check_origin(row, where)

    def _check_origin(self, row: Row, where: str) -> None:
        if row[self.measured] is not None:
            gone = [field for field in _ORIGIN if not row[field]]
            if gone:
                raise RunError(
                    f"{where} has a figure in '{self.measured}' without its {', '.join(gone)}. Expected all of them; measure it again."
                )
        if row["date"] is not None and not re.fullmatch(r"\d{4}-\d{2}-\d{2}", str(row["date"])):
            raise RunError(f"{where}: date is {row['date']!r}. Expected a day like 2026-11-20; correct it there.")
        interval = row.get("interval")
        if isinstance(interval, list) and (len(interval) != 2 or not all(isinstance(end, _NUMBER) for end in interval)):
            raise RunError(f"{where}: interval is {interval!r}. Expected two numbers, low and high; correct it there.")

    def markdown(self, rows: Sequence[Row]) -> str:
        """The page: one table a section, rows in the order of the file."""
        lines = [f"# {self.title}", "", self.introduction]
        for group in dict.fromkeys(str(row[self.group]) for row in rows):
            lines += ["", f"## {group}", "", _line(field.title() for field in self.columns), _line("---" for _ in self.columns)]
            lines += [_line(_cell(row[field], field) for field in self.columns) for row in rows if str(row[self.group]) == group]
        return "\n".join([*lines, ""])

    def page(self, folder: Path) -> str:
        """The whole page as its JSON under `folder` says it.

        Raises:
            RunError: The JSON is not as it should be.
        """
        return self.markdown(self.rows(folder)) + (printed.markdown(printed.read(folder)) if self.shows else "")

    def add(self, folder: Path, row: Row) -> None:
        """Put one row into the JSON, in place of the one that answers the same question, and make the page again.

        Raises:
            RunError: The row, or one that was there, is not as it should be.
        """
        self.check(row, 1)
        rows = self.rows(folder)
        same = [i for i, other in enumerate(rows) if all(other[field] == row[field] for field in self.key)]
        rows[same[0] if same else len(rows) : same[0] + 1 if same else len(rows)] = [row]
        _write(folder / f"{self.name}.json", json.dumps(rows, indent=2, ensure_ascii=False) + "\n")
        _write(folder / f"{self.name}.md", self.page(folder))


RESULTS = Page(
    name="results",
    title="Results",
    introduction="Our figure beside the published one: what was measured, on which people, by which command.\n"
    "Intervals are 95 %. This page is made from `results.json` by `make record`; change that, not this.",
    group="corpus",
    fields={
        "paper": (_TEXT, True),
        "system": (_TEXT, False),
        "corpus": (_TEXT, False),
        "protocol": (_TEXT, False),
        "metric": (_TEXT, False),
        "theirs": (_NUMBER, True),
        "ours": (_NUMBER, True),
        "interval": ((list,), True),
        "n": (_WHOLE, True),
        "verdict": (_TEXT, True),
        "majority": (_NUMBER, True),
        "audit": (_TEXT, True),
        **dict.fromkeys(_ORIGIN, (_TEXT, True)),
    },
    columns=("system", "paper", "protocol", "metric", "theirs", "ours", "interval", "n", "verdict", "majority", "audit", *_ORIGIN),
    key=("paper", "system", "corpus", "protocol", "metric"),
    measured="ours",
    shows=True,
)

BENCHMARKS = Page(
    name="benchmarks",
    title="Benchmarks",
    introduction="Speed and memory as ratios against a named floor, both measured in one run with the same threads.\n"
    "This page is made from `benchmarks.json` by `make record`; change that, not this.",
    group="question",
    fields={
        "question": (_TEXT, False),
        "size": (_TEXT, False),
        "floor": (_TEXT, True),
        "ours": (_TEXT, True),
        "ratio": (_NUMBER, True),
        "memory": (_TEXT, True),
        **dict.fromkeys(_ORIGIN, (_TEXT, True)),
    },
    columns=("size", "floor", "ours", "ratio", "memory", *_ORIGIN),
    key=("question", "size"),
    measured="ours",
)

PAGES = (RESULTS, BENCHMARKS)


def origin(command: str, commit: str | None) -> dict[str, str | None]:
    """Where a figure comes from, as every row says it: the command, the commit, today, and this machine.

    Example:
        >>> sorted(origin("make bench", "1a2b3c4"))
        ['command', 'commit', 'date', 'machine']
    """
    return {"command": command, "commit": commit, "date": datetime.date.today().isoformat(), "machine": _machine()}


def show(folder: Path, title: str, text: str, command: str, commit: str | None, reading: str = "") -> None:
    """Keep what a command printed, with where it comes from and what was learnt from it, and make the results' page again."""
    said = {field: value or "unknown" for field, value in origin(command, commit).items()}
    printed.keep(folder, {"title": title, "text": text, **said, **({printed.READING: reading} if reading else {})})
    _write(folder / f"{RESULTS.name}.md", RESULTS.page(folder))


def stale(folder: Path) -> list[str]:
    """Names of the Markdown pages under `folder` that do not say what their JSON says."""
    pages = {page.name: folder / f"{page.name}.md" for page in PAGES}
    return [
        path.name
        for page in PAGES
        for path in (pages[page.name],)
        if not path.exists() or path.read_text(encoding="utf-8") != page.page(folder)
    ]


def main(arguments: Sequence[str] | None = None) -> None:
    """Make both Markdown pages from their JSON."""
    parser = argparse.ArgumentParser(prog="python -m emofuse.evaluation.record", description=main.__doc__)
    parser.add_argument("--docs", type=Path, default=Path("docs"), help="folder of the pages (docs)")
    folder = parser.parse_args(arguments).docs
    try:
        for page in PAGES:
            _write(folder / f"{page.name}.md", page.page(folder))
    except EmofuseError as error:
        parser.exit(1, f"{error}\n")


def _machine() -> str:
    """How many cores of what: no name by which anybody could find the machine."""
    processor = Path("/proc/cpuinfo")  # Linux
    told = re.search(r"^model name\s*:\s*(.+)$", processor.read_text(encoding="utf-8"), re.MULTILINE) if processor.exists() else None
    return f"{os.cpu_count()} cores, {told[1].strip() if told else platform.machine()}"


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _cell(value: object, field: str = "") -> str:
    if value is None:
        return _MISSING
    if field == "command":
        return f"`{value}`"
    if isinstance(value, list):
        return f"{_cell(value[0])} to {_cell(value[1])}"
    if isinstance(value, float):
        return f"{value:.4g}"
    return str(value).replace("|", "\\|")


def _write(path: Path, text: str) -> None:
    with beside(path) as unfinished:
        unfinished.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
