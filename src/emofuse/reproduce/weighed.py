"""Members weighed by hand, as they come or calibrated: what asswin_2023's late fusion is measured by (`emofuse.recipes.meld`)."""

import json
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import MappingProxyType

import numpy as np

from emofuse.bench.marks import marks
from emofuse.bench.order import Order
from emofuse.core.errors import RunError
from emofuse.evaluation.evaluate import drawn_units
from emofuse.evaluation.metrics import accuracy, answered, intervals, macro_f1, majority, uar, weighted_f1
from emofuse.evaluation.report import Figure
from emofuse.recipes.meld import BENCH, weighed
from emofuse.reproduce.base import Found, Place
from emofuse.reproduce.ways import graded, resamples


@dataclass(frozen=True, slots=True)
class Weighed:
    """One way to weigh the text and the sound of MELD's embeddings, or one of them alone.

    Args:
        line: A member, or the weights by hand, as `emofuse.recipes.meld.weighed` calls them.
        calibrated: Whether the members are; None for one alone.
        says: Who is learnt from, who is judged.
        arguments: Of the bench.
        folder: That rows share.
    """

    line: str
    calibrated: bool | None
    says: str
    arguments: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))
    folder: str = "bench-weighed"

    @property
    def corpora(self) -> tuple[str, ...]:
        """The embeddings."""
        return ("meld_embeddings",)

    @property
    def command(self) -> str:
        """What teaches the members."""
        said = [word for name, value in self.arguments.items() for word in ("--with", f"{name}={json.dumps(value)}")]
        none = [word for what in ("fusions", "decisions", "missing") for word in (f"--{what}", "none")]
        return shlex.join(["emofuse", "fuse", "meld:bench", *said, *none, "--data", "DIR", "--out", "DIR"])

    def __call__(self, place: Place, folder: Path) -> Found:
        """Teach what is not there yet, and weigh it."""
        order = Order(BENCH, place.data, json.dumps(dict(self.arguments), sort_keys=True), quick=place.quick)
        made, said = weighed(order, folder.parent.parent / self.folder, decisions=(), resamples=resamples(place))
        if (self.line, self.calibrated) not in said:
            raise RunError(f"Nothing is weighed as '{self.line}'. Expected one of {', '.join(name for name, _ in said)}; mend the row.")
        tested = [clip for split in made.splits for clip in split.test]
        truth = made.truth[made.rows(tested)]
        answers = answered(said[self.line, self.calibrated])
        measures = {f.__name__: partial(f, truth, answers) for f in (accuracy, uar, macro_f1, weighted_f1)}
        drawn, owners = drawn_units(tested, made.bench.units, "clip")
        edges = intervals(measures, len(truth), owners, resamples(place))
        figures = {name: Figure(float(measure(None)), edges[name]) for name, measure in measures.items()}
        most = float(accuracy(truth, np.full_like(truth, majority(truth))))
        people = {clip.subject for clip in tested}
        learnt = {clip.subject for split in made.splits for clip in split.train}
        return Found(figures, len(truth), most, *graded(marks(made)), shared=len(people & learnt), people=len(people), drawn=drawn)
