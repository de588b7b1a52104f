"""FER2013's judged faces without those of which a near copy was learnt from.

The official parts share thousands of pictures that differ by a shift, a scale or a shade (the audit calls them broken); a network
remembers such a face rather than recognizes it.
"""

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np

from emofuse.audit.copies import joined
from emofuse.audit.same_picture import near_pictures
from emofuse.core.clip import Clip
from emofuse.core.modality import Modality
from emofuse.corpora.fer2013 import FER2013

JUDGED = "PrivateTest"
LEFT = "the same network on PrivateTest, without faces of which a near copy stands in Training or PublicTest"


def without_copies(answered: Sequence[Clip], data: Path) -> set[str]:
    """Ids of those among the answered clips that are of PrivateTest and have no near copy in another part."""
    copied = _copied(data)
    return {clip.id for clip in answered if clip.facts.get("usage") == JUDGED} - copied


@lru_cache(maxsize=1)
def _copied(data: Path) -> frozenset[str]:
    clips = FER2013.clips(FER2013.under(data))
    groups = joined(near_pictures(np.concatenate([clip.signal(Modality.VIDEO).values for clip in clips])))
    return frozenset(clips[i].id for group in groups if any(clips[i].facts["usage"] != JUDGED for i in group) for i in group)
