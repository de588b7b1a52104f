"""What a report does not know of itself: whose figures they are, of which corpus, how they came about, who has audited them.

And the one sentence that a stranger reads.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from emofuse.evaluation.report import Report

MET = {"audio": "heard", "video": "seen", "text": "read", "eeg": "measured"}
"""What a recognizer of one modality has done with somebody; of several, it has met them."""


@dataclass(frozen=True, slots=True)
class About:
    """What stands beside the figures of a report.

    Args:
        name: Of the recognizer.
        corpus: What it was judged on.
        modalities: What it listens to.
        in_sample: Whether it has learnt from everything that is judged: then the figures are no results.
        unseen: Whether the corpus is another than the one it has learnt from.
        held_out: Figures of the same recipe on clips that it had not learnt from, where `in_sample` has none of its own.
        elsewhere: By corpus, figures on other corpora than its own.
        beside: Corpora that it has learnt from as well.
        run: The run's facts, ``run.json``.
        certificate: What an audit said; None where nobody has made one.
        made: How the report came about: command, commit, seconds, hash of the files, ...
    """

    name: str
    corpus: str
    modalities: tuple[str, ...] = ()
    in_sample: bool = False
    unseen: bool = False
    held_out: Report | None = None
    elsewhere: Mapping[str, Report] = field(default_factory=lambda: MappingProxyType({}))
    beside: tuple[str, ...] = ()
    run: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))
    certificate: Mapping[str, object] | None = None
    made: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def met(self) -> str:
        """What it has done with those it has learnt from."""
        return MET.get(self.modalities[0], "met") if len(self.modalities) == 1 else "met"


def kin(name: str, beside: Sequence[str]) -> bool:
    """Whether a corpus is another part of one that was learnt from as well, as its first word tells.

    Example:
        >>> kin("goemotions test by Ekman", ["goemotions train by Ekman"])
        True
    """
    return name.split()[0] in {other.split()[0] for other in beside}


def headline(report: Report, about: About) -> str:
    """One sentence that a stranger understands: of a hundred, how many are right, and what knowing nothing gets.

    Where a run was judged on what it has learnt from, it speaks of the figures on what it had not; where there are none, it says so.
    """
    if about.in_sample and about.held_out is None:
        return (
            f"It has learnt from all of these {report.n:,} {report.level}s: how well it does on others cannot be told from them, "
            f"and nobody has measured it."
        )
    told = about.held_out if about.in_sample and about.held_out is not None else report
    right, least = told.accuracy, told.majority.value
    beaten = "" if right.interval[0] > least else ", which it is not shown to beat"
    return (
        f"Of 100 {told.level}s {_whose(told, about)}, it gets {_hundredths(right.value)} right; "
        f"always saying {told.commonest} gets {_hundredths(least)}{beaten}."
    )


def _whose(report: Report, about: About) -> str:
    where = f" in {about.corpus}, a corpus it has never {about.met}" if about.unseen else ""
    if where:
        return where.strip()
    if report.people is None or report.shared is None:
        return f"it has not {about.met} before"
    if not report.shared:
        return f"of people it has never {about.met}"
    return f"of people whom it has {about.met} before" if len(report.shared) == len(report.people) else "of people it knows in part"


def _hundredths(share: float) -> str:
    """A share as so many of a hundred; with a decimal where a whole number would claim all or nothing.

    Example:
        >>> _hundredths(0.6382), _hundredths(0.9991), _hundredths(1.0)
        ('64', '99.9', '100')
    """
    whole = round(100 * share)
    if whole in (0, 100) and share not in (0.0, 1.0):
        return f"{min(max(100 * share, 0.1), 99.9):.1f}"
    return str(whole)
