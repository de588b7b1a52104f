"""Judged pictures of which no near copy was learnt from, where a corpus names nobody and was divided at random."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from emofuse.audit.copies import joined
from emofuse.audit.same_picture import near_pictures
from emofuse.core.clip import Clip
from emofuse.core.corpus import Corpus
from emofuse.core.modality import Modality

LEFT = "the same network on pictures of which nothing that was learnt from is a near copy"


def without_learnt_copies(answered: Sequence[Clip], data: Path, corpus: Corpus) -> set[str]:
    """Ids of those among the answered clips that have no near copy among all others of the corpus."""
    clips = corpus.clips(corpus.under(data))
    judged = {clip.id for clip in answered}
    groups = joined(near_pictures(np.concatenate([clip.signal(Modality.VIDEO).values for clip in clips])))
    copied = {clips[i].id for group in groups if any(clips[i].id not in judged for i in group) for i in group}
    return judged - copied
