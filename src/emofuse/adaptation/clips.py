"""Somebody's labelled clips: a table with a row a clip.

    file,start,end,label
    monday.mp4,0:12,0:19.5,happiness
    tuesday.wav,,,anger

Columns: ``file``, ``label``; and, where they are wanted, ``audio``, ``text``, ``eeg`` (files that belong to it), ``start`` and ``end``
(a stretch of it, in seconds or mm:ss). Paths are seen from the table's folder.
"""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from emofuse.core.errors import CorpusError, UnknownName
from emofuse.core.labels import LabelMap

FILES = ("file", "audio", "text", "eeg")
COLUMNS = (*FILES, "start", "end", "label")


@dataclass(frozen=True, slots=True)
class Labelled:
    """One row.

    Args:
        line: Of the table, for messages.
        files: By column, the files it is of; the first is the recording, the others belong to it.
        start: ms of the recording; None for its beginning.
        end: ms of the recording; None for its end.
        label: One of the recognizer's.
    """

    line: int
    files: Mapping[str, Path]
    start: int | None
    end: int | None
    label: str

    @property
    def recording(self) -> tuple[tuple[str, Path], ...]:
        """What is read together."""
        return tuple(self.files.items())


def read_clips(table: Path, way: LabelMap) -> tuple[Labelled, ...]:
    """The rows of a table, their labels brought to the recognizer's.

    Args:
        table: Comma, semicolon or tab between columns, UTF-8.
        way: Knows the labels.

    Raises:
        CorpusError: It cannot be read, lacks a column, a file is not there, a stretch is none, or a row stands there twice.
        UnknownName: A label that the recognizer does not know.
    """
    found = [_row(table, line, cells, way) for line, cells in _cells(table)]
    if not found:
        raise CorpusError(f"{table} has no clips. Expected a row a clip, with {', '.join(COLUMNS[:1] + COLUMNS[-1:])}; write them into it.")
    _refuse_twice(table, found)
    return tuple(found)


def _cells(table: Path) -> list[tuple[int, dict[str, str]]]:
    """Rows by column, with their lines; empty ones are left out."""
    try:
        text = table.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise CorpusError(f"{table} cannot be read: {error}. Expected a table as UTF-8 text; name another, or save it anew.") from error
    first = text.partition("\n")[0]
    rows = csv.DictReader(io.StringIO(text), delimiter=max(",;\t", key=first.count))
    heads = {head: (head or "").strip().lower() for head in rows.fieldnames or ()}
    strange = [head for head in heads.values() if head not in COLUMNS]
    if strange or "label" not in heads.values() or not set(FILES) & set(heads.values()):
        wrong = f"has a column '{strange[0]}'" if strange else f"lacks a column of {'labels' if 'label' not in heads.values() else 'files'}"
        raise CorpusError(f"{table} {wrong}. Expected file and label, and perhaps {', '.join(COLUMNS[1:-1])}; name its columns so.")
    try:
        kept = [(rows.line_num, {heads[head]: (cell or "").strip() for head, cell in row.items() if head in heads}) for row in rows]
    except csv.Error as error:
        raise CorpusError(f"{table} cannot be read: {error}. Expected a row a clip; save it anew.") from error
    return [(line, cells) for line, cells in kept if any(cells.values())]


def _row(table: Path, line: int, cells: Mapping[str, str], way: LabelMap) -> Labelled:
    """Raises as `read_clips`."""
    where = f"Line {line} of {table.name}"
    files = {name: table.parent / cells[name] for name in FILES if cells.get(name)}
    if not files:
        raise CorpusError(f"{where} names no file. Expected the recording under 'file'; fill it in, or take the line out.")
    for name, path in files.items():
        if not path.is_file():
            raise CorpusError(
                f"{where} names {cells[name]} under '{name}', which is not there. Expected a file, seen from the folder of {table.name}; "
                f"put it there, or mend the path."
            )
    known = tuple(dict.fromkeys((*way.target, *way.renamed)))
    word = next((way.word(one) for one in known if one.casefold() == cells["label"].casefold()), None)
    if word is None:
        raise UnknownName(f"{where} has the label '{cells['label']}'. Expected one of: {', '.join(known)}; mend it, or take the line out.")
    start, end = (_time(where, name, cells.get(name, "")) for name in ("start", "end"))
    if end is not None and end <= (start or 0):
        raise CorpusError(f"{where} ends at {cells['end']}, before it starts. Expected a later end; mend it.")
    return Labelled(line, files, start, end, word)


def _time(where: str, name: str, text: str) -> int | None:
    """Seconds, mm:ss or h:mm:ss, as ms; None for nothing.

    Example:
        >>> _time("", "start", "1:02.5"), _time("", "start", "")
        (62500, None)
    """
    if not text:
        return None
    seconds = 0.0
    try:
        for part in text.split(":"):
            seconds = 60 * seconds + float(part)
        if not 0 <= seconds < 1e6 or text.count(":") > 2:
            raise ValueError(text)
    except ValueError:
        raise CorpusError(f"{where} has the {name} '{text}'. Expected seconds, or mm:ss, such as 12.5 or 1:02.5; mend it.") from None
    return round(1_000 * seconds)


def _refuse_twice(table: Path, rows: Sequence[Labelled]) -> None:
    """Raises as `read_clips`: a clip that stands there twice, or as a copy, would be learnt from and judged."""
    seen: dict[object, Labelled] = {}
    for row in rows:
        first = row.files[next(iter(row.files))].resolve()
        before = seen.setdefault((first, row.start or 0, row.end), row)
        if before is not row:
            raise CorpusError(f"Lines {before.line} and {row.line} of {table.name} are the same clip. Expected each once; take one out.")
    sizes: dict[int, dict[bytes, tuple[Path, int]]] = {}
    for row in rows:
        first = row.files[next(iter(row.files))].resolve()
        alike = sizes.setdefault(first.stat().st_size, {})
        alike[bytes(first)] = (first, row.line)
    for alike in sizes.values():
        copies: dict[str, int] = {}
        for path, line in alike.values() if len(alike) > 1 else ():
            before_line = copies.setdefault(_digest(path), line)
            if before_line != line:
                raise CorpusError(
                    f"Lines {before_line} and {line} of {table.name} name two copies of one recording. Expected each recording once; "
                    f"take one out."
                )


def _digest(path: Path) -> str:
    import hashlib

    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
