"""The clips that a paper watches while it trains: figures of its *valid* part, of a run that another row has."""

from dataclasses import dataclass
from pathlib import Path

from emofuse.core.split import thinned
from emofuse.evaluation.evaluate import answers, judged
from emofuse.experiment import answerable
from emofuse.reproduce.base import FEW, Found, Place
from emofuse.reproduce.precise import precise
from emofuse.reproduce.ways import OfWhole, certified, found, resamples
from emofuse.run import load


@dataclass(frozen=True, slots=True)
class Watched(OfWhole):
    """A recipe's run, judged on its valid part, on which nothing of it was chosen.

    Args:
        whole: As in `OfWhole`.
        of: The row that has it.
        says: Who is judged.
    """

    of: str
    says: str

    def __call__(self, place: Place, folder: Path) -> Found:
        """Judge the run, once it is there."""
        where = folder.parent.parent / self.of / "paper"
        self.whole.there(place, where)
        recipe = self.whole.made
        (split,) = recipe.protocol(answerable(recipe, recipe.clips(place.data)))
        clips = (thinned(split, FEW) if place.quick else split).valid
        learnt = {clip.subject for clip in split.train if clip.subject is not None}
        told = answers(load(where), clips)
        report = judged(recipe.labels, clips, told, shared=learnt)
        return found(report, *certified(where), precise(recipe.labels, clips, told, resamples(place)))
