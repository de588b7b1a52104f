"""How a child tells of its work: a line of JSON each, on the one way out that is its own."""

import json
import os
import time
from collections.abc import Mapping
from typing import TextIO

from emofuse.core.progress import Progress

STEP = 0.005  # of the whole; smaller steps are not worth a line


class Telling:
    """Tells stages and progress, which never goes back, and keeps how long each stage took.

    Args:
        out: Where lines go.
    """

    def __init__(self, out: TextIO) -> None:
        self.out = out
        self.share = 0.0
        self.seconds: dict[str, float] = {}
        self._name, self._began = "", 0.0

    def stage(self, name: str) -> None:
        """Something new begins."""
        self._ended()
        self._name, self._began = name, time.perf_counter()
        self._say({"stage": name})

    def progress(self, share: float) -> None:
        """So much of the whole is done, from 0 to 1."""
        share = min(max(share, 0.0), 1.0)
        if share >= self.share + STEP or (share == 1.0 and self.share < 1.0):
            self.share = share
            self._say({"progress": round(share, 4)})

    def part(self, first: float, last: float) -> Progress:
        """The progress of something that takes the whole from one share to another."""

        def progress(done: int, total: int) -> None:
            if total:
                self.progress(first + (last - first) * min(done / total, 1.0))

        return progress

    def done(self, answer: Mapping[str, object]) -> None:
        """It is finished: the last line."""
        self._ended()
        self.progress(1.0)
        self._say({"done": answer})

    def problem(self, problem: Mapping[str, object]) -> None:
        """It cannot be done: the last line."""
        self._say({"problem": problem})

    def _ended(self) -> None:
        if self._name:
            took = time.perf_counter() - self._began
            self.seconds[self._name] = round(self.seconds.get(self._name, 0.0) + took, 3)
            self._name = ""

    def _say(self, line: Mapping[str, object]) -> None:
        self.out.write(json.dumps(line, ensure_ascii=True) + "\n")
        self.out.flush()


def apart() -> TextIO:
    """The standard output for lines alone; whatever libraries print goes where errors go."""
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    return out
