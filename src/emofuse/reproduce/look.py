"""Another look at what a bench has: each window judged by itself, the people chosen on, clips that lack a modality, or another figure.

Papers print such figures beside those of whole clips, and comparing the two would flatter one of them.
S: windows, C: classes.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from emofuse import catalog
from emofuse.audit.audit import GRADES
from emofuse.audit.base import Grade
from emofuse.bench.cells import DECISION, MEMBER, Cell
from emofuse.bench.heard import heard, scores
from emofuse.bench.kept import Kept
from emofuse.bench.order import Work, plan, spec, work
from emofuse.core.clip import Clip
from emofuse.core.errors import RunError
from emofuse.core.modality import Modality
from emofuse.decisions.base import mean_of_present
from emofuse.evaluation.evaluate import judged
from emofuse.reproduce.base import Found, Place
from emofuse.reproduce.ways import Fused, found, resamples

CHOSEN = "T5 (inflated): judged are the people on whom epochs were chosen, or of whom a decision has learnt"


@dataclass(frozen=True, slots=True)
class Look:
    """A line of a bench, looked at otherwise; the table is made where it is not there.

    Args:
        line: The line.
        kind: Of the line: "member", "fusion" or "decision".
        windows: Whether each window is judged by itself.
        valid: Whether the valid clips of a bench with one split are judged, in place of its test clips.
        there: What is there of the judged clips; everything where nothing is named.
    """

    line: Fused
    kind: str = MEMBER
    windows: bool = False
    valid: bool = False
    there: tuple[Modality, ...] = ()

    @property
    def corpora(self) -> tuple[str, ...]:
        """Those of the line."""
        return self.line.corpora

    @property
    def says(self) -> str:
        """Who is learnt from, who is judged, and what is looked at."""
        looked = (
            ("window by window", self.windows),
            ("the valid people judged", self.valid),
            (f"{' and '.join(self.there)} alone", bool(self.there)),
        )
        return "; ".join([self.line.says, *(said for said, asked in looked if asked)])

    @property
    def command(self) -> str:
        """What makes the bench's table."""
        return self.line.command

    def __call__(self, place: Place, folder: Path) -> Found:
        """Judge what is looked at.

        Raises:
            RunError: The valid clips of several splits are asked for: they are others' test clips.
        """
        whole = self.line(place, folder)
        order = self.line.order(place)
        made = work(order)
        if self.valid and len(made.splits) > 1:
            raise RunError(f"{self.line.bench} has {len(made.splits)} splits. Expected one, to judge its valid clips; mend the row.")
        said = list(self._said(made, Kept(self.line.where(folder), plan(order))))
        if self.windows:
            clips = [
                replace(clip, id=f"{clip.id}@{i}", facts={**clip.facts, "clip": clip.id}) for clip, rows in said for i in range(len(rows))
            ]
            told = np.concatenate([rows for _, rows in said])
        else:
            clips, told = [clip for clip, _ in said], mean_of_present(np.stack([rows for _, rows in said]), axis=1)
        report = judged(
            made.bench.words,
            clips,
            told,
            shared={who for split in made.splits for who in split.shared},
            facts=(),
            resamples=resamples(place),
            units=made.bench.units,
            level="segment" if self.windows else "clip",
        )
        if not self.valid:
            return found(report, whole.grade, whole.audited)
        return found(report, max(whole.grade, Grade.INFLATED, key=GRADES.index), CHOSEN)

    def _said(self, made: Work, kept: Kept) -> Iterator[tuple[Clip, np.ndarray]]:
        """The judged clips, and what the line says of each. Shape: (S, C)."""
        if self.kind == DECISION and self.valid:
            (split,) = made.splits
            yield from zip(split.valid, self._of_what_it_learnt(made, kept), strict=True)
            return
        if self.kind == DECISION and (self.windows or self.there):
            raise RunError(
                f"'{self.line.line}', a decision, answers whole clips. Expected no windows and no single modalities; mend the row."
            )
        if self.kind == DECISION:
            for split in made.splits:
                answers = kept.load(Cell(DECISION, self.line.line, split.name, 0)).arrays["test"][0]  # with everything there
                yield from zip(split.test, answers[:, None], strict=True)
            return
        pattern: Sequence[Modality] = tuple(sorted(self.there)) or made.bench.modalities
        folds = heard(made, kept, self.kind, self.line.line, 0, {})
        for split in made.splits:
            one = folds[split.name]
            yield from zip(*((split.valid, one.learnt) if self.valid else (split.test, one.test[tuple(pattern)])), strict=True)

    def _of_what_it_learnt(self, made: Work, kept: Kept) -> np.ndarray:
        """What a decision says of the valid clips that it has learnt from, as papers print it. Shape: (N, 1, C)."""
        (split,) = made.splits
        members = {name: heard(made, kept, MEMBER, name, 0, {})[split.name] for name in made.bench.team}
        name, settings = spec(self.line.line)
        decision = catalog.named("decisions", name)(**settings)
        learnt = scores(members)
        answers: np.ndarray = decision.fit(learnt, made.truth[made.rows(split.valid)])(learnt)
        return answers[:, None]
