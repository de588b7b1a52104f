"""Sentences, and films or other things shown, that were learnt from and are judged: figures then say nothing about new ones.

Actors who all say the same few sentences are what most acted corpora hold. That is harmless as long as a sentence does not
tell the emotion; where it does, a recognizer can learn the sentence instead.

People who all watch the same films are what most corpora of EEG hold (fact ``stimulus``); in SEED the film tells the label entirely.
Judging other people on the same films is the usual protocol all the same, so that it is a note, whatever the film tells;
inflated is a figure that is said to hold for new films.

Source:
    Atmaja, Sasou 2022 (arXiv 2210.14501): text-independent is harder than speaker-independent.
"""

from collections import Counter, defaultdict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

from emofuse.audit.base import Evidence, Finding, Grade, Key, Meeting, fact, judging, pairs, shared, some, where, words
from emofuse.core.split import Split

ASKS = "Are sentences judged, or films and other things shown, that were also learnt from?"
TRAPS = ("T8",)
TELLING = 0.05  # how much better than the commonest label a guess by the sentence must be to count


@dataclass(frozen=True, slots=True)
class _Thing:
    """What comes back, in words.

    Args:
        name: Of one.
        names: Of several.
        facts: Of a clip, that say which one it is; the first that it has.
        claimed: Words of a claim that new ones were judged.
        telling: Whether it inflates where it tells the label.
    """

    name: str
    names: str
    facts: tuple[str, ...]
    claimed: frozenset[str]
    telling: bool


SENTENCES = _Thing(
    "sentence", "sentences", ("sentence", "statement", "sentence_id"), frozenset({"sentence", "sentences", "text", "words"}), True
)
STIMULI = _Thing(
    "stimulus", "stimuli", ("stimulus",), frozenset({"stimulus", "stimuli", "film", "films", "video", "videos", "clip", "clips"}), False
)


def look(evidence: Evidence) -> Sequence[Finding]:
    """What of test stands in train or valid too: sentences, and stimuli.

    A note; inflated where sentences tell the label, or where the figure is said to hold for new ones.

    Raises:
        NotLooked: No split judges anybody, or neither sentences nor stimuli are told.
    """
    splits = judging(evidence)
    told = [thing for thing in (SENTENCES, STIMULI) if any(map(fact(*thing.facts), evidence.clips))]
    met = [(thing, shared(evidence, fact(*thing.facts), thing.names)) for thing in told or (SENTENCES,)]
    return [_found(evidence, splits, thing, meetings) for thing, meetings in met if meetings]


def _found(evidence: Evidence, splits: Sequence[Split], thing: _Thing, met: Sequence[Meeting]) -> Finding:
    by_thing, commonest = _guessed(splits, fact(*thing.facts))
    claims = words(evidence.says.get("independent_of")) & thing.claimed
    telling = thing.telling and by_thing - commonest > TELLING
    values = {meeting.value for meeting in met}
    rows, split = where(met, splits)
    return Finding(
        "T8",
        Grade.INFLATED if telling or claims else Grade.FINE,
        f"{thing.names} in train and test",
        f"{rows} are of one of {len(values):,} {thing.names} that were also learnt from ({some(values, 2)}). "
        f"Guessing by the {thing.name} alone is right in {by_thing:.1%}, always saying the commonest label in {commonest:.1%}. "
        + (f"The figure is said to hold for new {thing.names}." if claims else f"The figure holds for these {thing.names}."),
        f"Split by {thing.name} too, or say that {thing.names} are the same in both parts.",
        len(met),
        pairs(met),
        split,
    )


def _guessed(splits: Sequence[Split], key: Key) -> tuple[float, float]:
    """How often test labels are those that train has most often: of the same sentence or stimulus, and at all."""
    right = total = plain = 0
    for split in splits:
        labels: dict[Hashable, Counter[str | None]] = defaultdict(Counter)
        every: Counter[str | None] = Counter()
        for clip in (*split.train, *split.valid):
            labels[key(clip)][clip.label] += 1
            every[clip.label] += 1
        common = every.most_common(1)[0][0]
        for clip in split.test:
            known = labels.get(key(clip))
            right += clip.label == (known.most_common(1)[0][0] if known else common)
            plain += clip.label == common
            total += 1
    return right / total, plain / total
