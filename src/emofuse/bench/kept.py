"""The bench's folder: what was asked for, and every cell that is done, so that a bench that was killed goes on where it stood.

plan.json                                   what all cells have in common; another plan is another folder
features/                                   what networks are fed
cells/seed-0/fold-1/fusion-early.npz        arrays of a cell, and its facts as JSON in the array ``facts``
"""

import json
import logging
import re
from collections.abc import Mapping
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from emofuse.bench.cells import Cell, Outcome
from emofuse.bench.order import known
from emofuse.core.errors import RunError
from emofuse.media.beside import beside

log = logging.getLogger(__name__)

PLAN = "plan.json"


class Kept:
    """What is done, in a folder.

    Args:
        folder: Made when something is first kept.
        plan: What all cells have in common.

    Raises:
        RunError: The folder holds cells of another plan.
    """

    def __init__(self, folder: Path, plan: Mapping[str, object]) -> None:
        self.folder = Path(folder)
        path = self.folder / PLAN
        plan = json.loads(json.dumps(plan))
        if path.is_file():
            other = _difference(known(json.loads(path.read_text(encoding="utf-8"))), plan)
            if other:
                raise RunError(
                    f"{self.folder} holds a bench with another {other}. Expected the same settings, so that its cells may stand in one "
                    f"table; choose another --out, or ask for what was asked for there."
                )
            return
        with beside(path) as unfinished:
            unfinished.write_text(json.dumps(plan, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")

    def path(self, cell: Cell) -> Path:
        """Where a cell is kept."""
        fold, name = (re.sub(r"[^\w=.]+", "-", text) for text in (cell.fold, cell.name))
        return self.folder / "cells" / f"seed-{cell.seed}" / fold / f"{cell.kind}-{name}{cell.among and f'-{cell.among}'}.npz"

    def has(self, cell: Cell) -> bool:
        """Whether it is done."""
        return self.path(cell).is_file()

    def keep(self, cell: Cell, outcome: Outcome) -> None:
        """Write it, whole or not at all.

        Raises:
            MediaError: It cannot be written there.
        """
        facts = json.dumps({"cell": [cell.kind, cell.name, cell.fold, cell.seed], **outcome.facts}, ensure_ascii=False)
        with beside(self.path(cell)) as unfinished:
            np.savez_compressed(unfinished, allow_pickle=False, facts=np.array(facts), **outcome.arrays)

    def load(self, cell: Cell) -> Outcome:
        """What came out of it.

        Raises:
            RunError: It is not there, or not what was written.
        """
        path = self.path(cell)
        try:
            with np.load(path, allow_pickle=False) as archive:
                arrays = {name: archive[name] for name in archive.files}
            facts = json.loads(str(arrays.pop("facts")))
        except (OSError, ValueError, KeyError, EOFError, BadZipFile) as error:
            raise RunError(f"{path} cannot be read: {error}. Expected what a bench wrote; remove it, and it is made again.") from error
        return Outcome(arrays, facts)


def _difference(said: object, asked: object, at: str = "") -> str:
    """Where two plans differ first, in words; nothing where they do not."""
    if isinstance(said, dict) and isinstance(asked, dict):
        for key in sorted({*said, *asked}):
            found = _difference(said.get(key), asked.get(key), f"{at}.{key}" if at else key)
            if found:
                return found
        return ""
    if said == asked:
        return ""
    if isinstance(said, str | int | float | None) and isinstance(asked, str | int | float | None) and len(f"{said}{asked}") < 80:
        return f"{at} ({said}, not {asked})"
    return at
