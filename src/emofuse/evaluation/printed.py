"""What commands print, kept word for word with where it comes from: tables that are more than one figure.

``docs/printed.json`` holds them; `emofuse.evaluation.record` puts them under the figures of ``docs/results.md``.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from emofuse.core.errors import RunError
from emofuse.media.beside import beside

NAME = "printed.json"
FIELDS = ("title", "text", "command", "commit", "date", "machine")
READING = "reading"  # what was learnt from it, in words of ours; there where anything was

Said = Mapping[str, str]
"""One command's words: title, text, command, commit, date, machine; and perhaps what was learnt from them."""


def read(folder: Path) -> list[Said]:
    """What is kept under `folder`; nothing where there is no such file.

    Raises:
        RunError: The file is not a JSON list of objects with exactly these fields, all of them text.
    """
    path = folder / NAME
    if not path.exists():
        return []
    try:
        rows = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise RunError(f"Cannot read {NAME}: {error}. Expected a JSON list; restore the file from git.") from error
    if not isinstance(rows, list):
        raise RunError(f"{NAME} holds a {type(rows).__name__}. Expected a list of objects; put them into [ ].")
    for number, row in enumerate(rows, 1):
        if (
            not isinstance(row, dict)
            or set(row) - {READING} != set(FIELDS)
            or not all(isinstance(said, str) and said for said in row.values())
        ):
            raise RunError(f"Row {number} of {NAME} is not as it should be. Expected text in each of {', '.join(FIELDS)}; run it again.")
    return rows


def keep(folder: Path, said: Said) -> None:
    """Put one command's words into the file, in place of those of the same title."""
    rows = read(folder)
    same = [i for i, other in enumerate(rows) if other["title"] == said["title"]]
    rows[same[0] if same else len(rows) : same[0] + 1 if same else len(rows)] = [said]
    with beside(folder / NAME) as unfinished:
        unfinished.write_text(json.dumps(rows, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def markdown(rows: Sequence[Said]) -> str:
    """A section each: what was learnt, the command, and its words as a block.

    Example:
        >>> said = {"title": "Corpora", "text": "toy", "command": "emofuse corpora"}
        >>> said |= {"commit": "1a", "date": "2026-11-20", "machine": "2 cores"}
        >>> print(markdown([said]))
        <BLANKLINE>
        ## What the commands print
        <BLANKLINE>
        ### Corpora
        <BLANKLINE>
        `emofuse corpora`, 2026-11-20, commit 1a, 2 cores
        <BLANKLINE>
        ```text
        toy
        ```
        <BLANKLINE>
    """
    if not rows:
        return ""
    lines = ["", "## What the commands print"]
    for row in rows:
        lines += [
            "",
            f"### {row['title']}",
            "",
            *([row[READING], ""] if READING in row else []),
            f"`{row['command']}`, {row['date']}, commit {row['commit']}, {row['machine']}",
        ]
        lines += ["", "```text", row["text"].rstrip(), "```"]
    return "\n".join([*lines, ""])
