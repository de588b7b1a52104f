"""The recall of one label in a line of a bench: of its clips, how many that line finds."""

from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from emofuse.bench.cells import FUSION
from emofuse.bench.heard import heard
from emofuse.bench.kept import Kept
from emofuse.bench.order import plan, work
from emofuse.decisions.base import mean_of_present
from emofuse.evaluation.evaluate import drawn_units
from emofuse.evaluation.metrics import accuracy, answered, intervals
from emofuse.evaluation.report import Figure
from emofuse.reproduce.base import Found, Place
from emofuse.reproduce.ways import Fused, resamples


@dataclass(frozen=True, slots=True)
class Recalled:
    """The recall of one label in a bench's fusion; its table is made where it is not there.

    Args:
        line: The fusion's line.
        label: One of the bench's.
    """

    line: Fused
    label: str

    @property
    def corpora(self) -> tuple[str, ...]:
        """Those of the line."""
        return self.line.corpora

    @property
    def says(self) -> str:
        """Who is learnt from, who is judged."""
        return f"{self.line.says}; {self.label} clips alone"

    @property
    def command(self) -> str:
        """What makes the bench's table."""
        return self.line.command

    def __call__(self, place: Place, folder: Path) -> Found:
        """Judge the label's clips by what the fusion says of them."""
        whole = self.line(place, folder)
        order = self.line.order(place)
        made, kept = work(order), Kept(self.line.where(folder), plan(order))
        said = heard(made, kept, FUSION, self.line.line, 0, {})
        scores = [mean_of_present(said[split.name].test[made.bench.modalities], axis=1) for split in made.splits]
        tested = [clip for split in made.splits for clip in split.test]
        rows = [i for i, clip in enumerate(tested) if clip.label == self.label]
        truth = made.truth[made.rows([tested[i] for i in rows])]
        drawn, owners = drawn_units([tested[i] for i in rows], made.bench.units, "clip")
        recall = partial(accuracy, truth, answered(np.concatenate(scores))[rows])
        edges = intervals({"recall": recall}, len(rows), owners, resamples(place))["recall"]
        always = float(np.bincount(made.truth).argmax() == truth[0])  # what saying the commonest label finds of this one
        return Found(
            {"recall": Figure(float(recall(None)), edges)}, len(rows), always, whole.grade, whole.audited, people=None, drawn=drawn
        )
