"""Sentences that were learnt from and are judged: figures then say nothing about new words.

Actors who all say the same few sentences are what most acted corpora hold. That is harmless as long as a sentence does not
tell the emotion; where it does, a recognizer can learn the sentence instead.

Source:
    Atmaja, Sasou 2022 (arXiv 2210.14501): text-independent is harder than speaker-independent.
"""

from collections import Counter, defaultdict
from collections.abc import Hashable, Sequence

from emofuse.audit.base import Evidence, Finding, Grade, Key, fact, judging, pairs, shared, some, where, words
from emofuse.core.split import Split

ASKS = "Are sentences judged that were also learnt from?"
TRAPS = ("T8",)
TELLING = 0.05  # how much better than the commonest label a guess by the sentence must be to count


def look(evidence: Evidence) -> Sequence[Finding]:
    """Sentences of test in train or valid: a note where they do not tell the label, inflated where they do, or where new ones are claimed.

    Raises:
        NotLooked: No split judges anybody, or sentences are not told.
    """
    splits = judging(evidence)
    sentence = fact("sentence", "statement", "sentence_id")
    found = shared(evidence, sentence, "sentences")
    if not found:
        return []
    by_sentence, commonest = _guessed(splits, sentence)
    claims = words(evidence.says.get("independent_of")) & {"sentence", "sentences", "text", "words"}
    telling = by_sentence - commonest > TELLING
    values = {meeting.value for meeting in found}
    rows, split = where(found, splits)
    return [
        Finding(
            "T8",
            Grade.INFLATED if telling or claims else Grade.FINE,
            "sentences in train and test",
            f"{rows} say one of {len(values):,} sentences that were also learnt from ({some(values, 2)}). "
            f"Guessing by the sentence alone is right in {by_sentence:.1%}, always saying the commonest label in {commonest:.1%}. "
            + ("The figure is said to hold for new sentences." if claims else "The figure holds for these sentences."),
            "Split by sentence too, or say that words are the same in both parts.",
            len(found),
            pairs(found),
            split,
        )
    ]


def _guessed(splits: Sequence[Split], sentence: Key) -> tuple[float, float]:
    """How often test labels are those that train has most often: with the same sentence, and at all."""
    right = total = plain = 0
    for split in splits:
        labels: dict[Hashable, Counter[str | None]] = defaultdict(Counter)
        every: Counter[str | None] = Counter()
        for clip in (*split.train, *split.valid):
            labels[sentence(clip)][clip.label] += 1
            every[clip.label] += 1
        common = every.most_common(1)[0][0]
        for clip in split.test:
            known = labels.get(sentence(clip))
            right += clip.label == (known.most_common(1)[0][0] if known else common)
            plain += clip.label == common
            total += 1
    return right / total, plain / total
