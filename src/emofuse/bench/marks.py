"""What the audit finds wrong with who is learnt from and who is judged: it stands above a bench's table.

Asked are the questions that clips and splits alone can answer; ``emofuse audit`` asks all of them.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from emofuse.audit import dialogues, married, people, recordings
from emofuse.audit.base import Evidence, Finding, Grade, NotLooked
from emofuse.bench.order import Work
from emofuse.core.clip import Clip
from emofuse.core.modality import Modality

Look = Callable[[Evidence], Sequence[Finding]]
ABOUT_CLIPS: Sequence[Look] = (married.look, people.look, recordings.look, dialogues.look)


def marks(made: Work) -> Iterator[str]:
    """A line a finding that makes figures promise too much, with its trap.

    Of clips that are pairs of different people, each modality is asked whether its own people are apart.
    """
    evidence = Evidence(made.bench.name, made.clips, made.splits)
    for look in ABOUT_CLIPS:
        yield from (_line(finding) for finding in _found(look, evidence))
    wed = sorted({m for clip in made.clips for m in clip.sources if clip.subject is None and f"subject_{m}" in clip.facts})
    for m in wed:
        yield from (_line(finding, f" by their {m}") for finding in _found(people.look, _half(evidence, m)))


def _found(look: Look, evidence: Evidence) -> list[Finding]:
    try:
        return [finding for finding in look(evidence) if finding.grade != Grade.FINE]
    except NotLooked:
        return []


def _half(evidence: Evidence, m: Modality) -> Evidence:
    """The same as if a pair were whoever its one modality is of."""

    def whose(clips: Sequence[Clip]) -> tuple[Clip, ...]:
        return tuple(replace(clip, subject=clip.facts.get(f"subject_{m}")) for clip in clips)

    splits = tuple(
        replace(split, train=whose(split.train), valid=whose(split.valid), test=whose(split.test), apart=frozenset())
        for split in evidence.splits
    )
    return replace(evidence, clips=whose(evidence.clips), splits=splits)


def _line(finding: Finding, where: str = "") -> str:
    return f"{finding.trap} ({finding.grade}), {finding.title}{where}: {finding.says}"
