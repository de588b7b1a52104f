"""Longer texts that stand word for word in train and test; "Okay." does so in every language and is left out."""

import re
from collections.abc import Hashable, Sequence

from emofuse.audit.base import Evidence, Finding, Grade, NotLooked, judging, pairs, shared, where
from emofuse.core.clip import Clip
from emofuse.core.modality import Modality

ASKS = "Does the same text stand in train and test?"
TRAPS = ("T8", "T3")
LONG = 6  # words; shorter ones come back by themselves in any conversation
MANY = 0.01  # of the test clips: fewer hardly move a figure


def look(evidence: Evidence) -> Sequence[Finding]:
    """Texts of six words or more which are the same in test and in what was learnt from, whatever their case and punctuation.

    Raises:
        NotLooked: No split judges anybody, or the clips have no text.
    """
    splits = judging(evidence)
    clips = {clip.id: clip for split in splits for part in (split.train, split.valid, split.test) for clip in part}
    if not any(Modality.TEXT in clip.sources for clip in clips.values()):
        raise NotLooked("the clips' texts")
    texts = {name: _text(clip) for name, clip in clips.items()}

    def long(clip: Clip) -> Hashable | None:
        """A text that is long enough; a value of its own for a short one, so that it meets nobody."""
        text = texts[clip.id]
        return text if text.count(" ") >= LONG - 1 else ("short", clip.id)

    found = shared(evidence, long, "texts")
    if not found:
        return []
    rows, split = where(found, splits)
    total = sum(len(split.test) for split in splits)
    return [
        Finding(
            "T8",
            Grade.INFLATED if len(found) > MANY * total else Grade.FINE,
            "the same text in train and test",
            f"{rows} have a text of {LONG} words or more that was also learnt from, such as '{str(found[0].value)[:60]}'.",
            "Leave one of each out, or put equal texts into one part.",
            len(found),
            pairs(found),
            split,
        )
    ]


def _text(clip: Clip) -> str:
    if Modality.TEXT not in clip.sources:
        return ""
    values = clip.signal(Modality.TEXT).values
    own = values[:, 0] if values.ndim > 1 else values  # without the turns before, which other clips have of their own
    speaker = f"{clip.facts.get('speaker', '')}: "
    return " ".join(re.findall(r"\w+", " ".join(str(word).removeprefix(speaker) for word in own).casefold()))
