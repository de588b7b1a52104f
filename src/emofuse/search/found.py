"""What a search came to: settings, and which of them are best."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from emofuse.search.folds import Fold
from emofuse.search.space import Space
from emofuse.search.tried import Tried


@dataclass(frozen=True, slots=True)
class Found:
    """What a search came to.

    Args:
        question: What all its settings have in common, for JSON.
        over: Where was searched.
        measure: "uar", "accuracy" or "loss".
        tried: Every setting, in the order of trying.
        folds: Who was learnt from and judged.
        crossed: Test clips of one split that another one learnt from or judged on.
        shares: What mattered: by argument, its share of the variance; empty where too little was tried to say.
        command: Trains the best setting, and judges it on test clips.
        again: The command of this search.
    """

    question: Mapping[str, object]
    over: Space
    measure: str
    tried: Sequence[Tried]
    folds: Sequence[Fold]
    crossed: int
    shares: Mapping[str, float]
    command: str
    again: str

    @property
    def ranked(self) -> list[Tried]:
        """Different settings, the best first; of equals, the first that was tried."""
        return ranked(self.tried, lambda tried: tried.value(self.measure), self.measure)

    @property
    def best(self) -> Tried:
        """The first of them."""
        return self.ranked[0]

    def chosen(self, fold: str) -> Tried:
        """The best by the valid clips of one split alone."""
        return ranked(self.tried, lambda tried: float(getattr(tried.folds[fold], self.measure)), self.measure)[0]

    @property
    def alike(self) -> int | None:
        """How many other settings lie within one standard error over splits of the best; None of one split."""
        spread = self.best.spread(self.measure)
        if spread is None:
            return None
        near = spread / math.sqrt(len(self.best.folds))
        return sum(abs(tried.value(self.measure) - self.best.value(self.measure)) <= near for tried in self.ranked[1:])


def ranked(tried: Sequence[Tried], value: Callable[[Tried], float], measure: str) -> list[Tried]:
    """Different settings, the best first."""
    sign = 1 if measure == "loss" else -1
    return sorted((one for one in tried if one.same_as is None), key=lambda one: (sign * value(one), one.number))
