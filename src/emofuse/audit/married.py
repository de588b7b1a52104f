"""Clips put together from recordings of different people, because they carry the same label.

The second modality then brings the label along, and what is measured is no fusion of two signals of one moment.
"""

from collections.abc import Sequence

from emofuse.audit.base import ROWS, Evidence, Finding, Grade, NotLooked, words
from emofuse.audit.names import person
from emofuse.core.clip import Clip

ASKS = "Are the modalities of a clip of the same person and moment?"
TRAPS = ("T13",)


def look(evidence: Evidence) -> Sequence[Finding]:
    """By facts (``paired``, ``subject_audio``, ``subject_eeg``, ...), by the names of the files, and by what is said.

    Raises:
        NotLooked: Clips of several modalities that do not tell where each comes from, of no known corpus.
    """
    if not evidence.clips and "paired" not in evidence.says:
        raise NotLooked("clips")
    wed = [clip.id for clip in evidence.clips if clip.facts.get("paired") == "label" or _differ(clip)]
    said = "label" in words(evidence.says.get("paired"))
    if wed or said:
        how = (
            f"{len(wed):,} of {len(evidence.clips):,} clips join recordings of different people"
            if wed
            else "Modalities are said to be paired"
        )
        return [
            Finding(
                "T13",
                Grade.BROKEN,
                "paired by label",
                f"{how} by their label: not the same people, not the same moment. The second modality brings the label along, "
                "and any gain is that.",
                "Use a corpus that records all modalities at once; else call it what it is, and never a fusion's figure.",
                len(wed),
                tuple((name,) for name in wed[:ROWS]),
            )
        ]
    several = [clip for clip in evidence.clips if len(clip.sources) > 1 or len(evidence.blocks) > 1]
    if several and evidence.corpus is None and "paired" not in evidence.says and not any(_whose(clip) for clip in several):
        raise NotLooked("of whom each modality of a clip is (facts such as subject_audio, or what is said: paired)")
    return []


def _whose(clip: Clip) -> set[str]:
    """The people that a clip's modalities are of, as far as facts and file names tell."""
    facts = {value for name, value in clip.facts.items() if name.startswith("subject_") and value}
    if facts:
        return facts
    return {who for source in clip.sources.values() if (who := person(source.path.stem)) is not None}


def _differ(clip: Clip) -> bool:
    return len(_whose(clip)) > 1
