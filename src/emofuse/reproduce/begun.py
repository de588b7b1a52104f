"""A bench whose network begins with the weights of another row's run."""

from dataclasses import dataclass, replace
from pathlib import Path

from emofuse.reproduce.base import Found, Place
from emofuse.reproduce.look import Look
from emofuse.reproduce.ways import Trained

ARGUMENT = "begins"  # of the bench: the run's folder
RUN = "RUN"  # stands for it in a command


@dataclass(frozen=True, slots=True)
class Begun:
    """A line of a bench that takes a run's folder as its argument ``begins``; the run is trained where it is not there.

    Args:
        first: What trains the run.
        of: The row whose run under the paper's protocol it is.
        then: The line, looked at in some way.
    """

    first: Trained
    of: str
    then: Look

    @property
    def corpora(self) -> tuple[str, ...]:
        """Those of the run, and those of the bench."""
        return tuple(dict.fromkeys((*self.first.corpora, *self.then.corpora)))

    @property
    def says(self) -> str:
        """Who is learnt from, who is judged."""
        return f"begins with RUN, which is of the row {self.of}; {self.then.says}"

    @property
    def command(self) -> str:
        """What makes the bench's table, once there is the run."""
        return self._beginning(RUN).command

    def __call__(self, place: Place, folder: Path) -> Found:
        """Train the run unless it is there, then the bench."""
        run = folder.parent.parent / self.of / "paper"
        if not (run / "report.json").exists():
            self.first(place, run)
        return self._beginning(str(run))(place, folder)

    def _beginning(self, run: str) -> Look:
        line = self.then.line
        return replace(self.then, line=replace(line, arguments={**line.arguments, ARGUMENT: run}))
