"""What whoever asks wants otherwise than recognizers were taught: how often they answer, and how sure they must be.

Recognizers that are loaded are shared by all who ask: they are copied, and never changed.
"""

from copy import copy
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from emofuse.core.errors import RunError
from emofuse.core.timeline import STEP, Timeline

if TYPE_CHECKING:
    from emofuse.reading import Recognizer
    from emofuse.recognizer import NetworkRecognizer

HOP_LEAST, HOP_MOST = STEP, 10_000  # ms; finer than the grid that spans are cut on nobody would see


@dataclass(frozen=True, slots=True)
class Wishes:
    """What is asked for instead of a recognizer's own; where nothing is, it stays as it was taught.

    A hop is for recognizers that read by windows, such as the voice (3 s, an answer every 500 ms) and eeg-muse (4 s, every 1,000 ms)
    that ship: each of its cells takes the answer of the window around it, and what a window is stays as it was learnt. Those that
    answer a sample at a time keep their pace: the face, which answers every look, and the text, which answers every utterance.

    Args:
        hop: An answer every so many ms.
        threshold: By how much the first label must lead the second, below which a span is called uncertain, in every lane.

    Raises:
        RunError: A hop or a threshold that there cannot be.
    """

    hop: int | None = None
    threshold: float | None = None

    def __post_init__(self) -> None:
        if self.hop is not None and (type(self.hop) is not int or not HOP_LEAST <= self.hop <= HOP_MOST):
            raise RunError(
                f"No answer can be given every {self.hop} ms. Expected a whole number from {HOP_LEAST} to {HOP_MOST}; "
                f"name one, or none to have it as recognizers were taught."
            )
        if self.threshold is not None and (isinstance(self.threshold, bool) or not 0 <= self.threshold <= 1):
            raise RunError(
                f"No label can lead another by {self.threshold}. Expected a threshold from 0 to 1; "
                f"name one, or none to have it as it was measured."
            )

    def of(self, judge: "Recognizer") -> "Recognizer":
        """The same recognizer, as it is wanted; the one that was given is left as it is."""
        from emofuse.ensemble import Ensemble
        from emofuse.recognizer import NetworkRecognizer

        if self == AS_TAUGHT:
            return judge
        theirs = copy(judge)
        if isinstance(theirs, Ensemble):
            theirs.members = tuple(self.of(member) for member in theirs.members)
            theirs.threshold = theirs.threshold if self.threshold is None else self.threshold
            if self.hop is not None and _by_windows(judge):
                theirs.step = min(theirs.step, self.hop)  # as fine as the finest member
        if isinstance(theirs, NetworkRecognizer):
            theirs.threshold = theirs.threshold if self.threshold is None else self.threshold
            theirs.hop = theirs.hop if self.hop is None or theirs.window is None else self.hop
        return theirs

    def said(self, judge: "Recognizer", timeline: Timeline) -> Timeline:
        """An answer that tells what it was asked for, as far as it made a difference.

        Args:
            judge: As it was taught.
            timeline: What it answered as it was wanted.
        """
        answered = {lane.lane for lane in timeline.members or (timeline,) if lane.present.any()}
        reading = [one for one in _by_windows(judge) if one.name in answered]
        told: dict[str, object] = {"hop_ms": self.hop} if any(self.hop not in (None, one.hop) for one in reading) else {}
        told |= {} if self.threshold is None else {"threshold": self.threshold}
        vain = self.hop is not None and not reading
        return replace(
            timeline,
            notes=(
                *timeline.notes,
                *((f"nobody who answered reads by windows: the hop of {self.hop} ms changed nothing",) if vain else ()),
            ),
            facts={**timeline.facts, **({"told": told} if told else {})},
        )


AS_TAUGHT = Wishes()


def _by_windows(judge: "Recognizer") -> "list[NetworkRecognizer]":
    """Those that look at a window for each answer."""
    from emofuse.ensemble import Ensemble
    from emofuse.recognizer import NetworkRecognizer

    every = judge.members if isinstance(judge, Ensemble) else (judge,)
    return [one for one in every if isinstance(one, NetworkRecognizer) and one.window is not None]
