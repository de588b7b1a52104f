"""Emotion words, their order, and the named ways from one set to another.

One spelling in all corpora: anger, calm, contempt, disgust, fear, happiness, neutral, sadness, surprise
(and negative, positive). A corpus maps its own codes to these words in one table.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType

import numpy as np

from emofuse.core.clip import Clip
from emofuse.core.errors import UnknownName


@dataclass(frozen=True, slots=True)
class LabelSet:
    """Emotion words in a fixed order, which is the order of scores.

    Example:
        >>> LabelSet(("anger", "calm")).index("calm")
        1
    """

    words: tuple[str, ...]

    def __post_init__(self) -> None:
        if not self.words or len(set(self.words)) != len(self.words):
            raise ValueError(f"A label set needs words, each once; it got {self.words}.")

    def __len__(self) -> int:
        return len(self.words)

    def __iter__(self) -> Iterator[str]:
        return iter(self.words)

    def __getitem__(self, index: int) -> str:
        return self.words[index]

    def index(self, word: str) -> int:
        """Position of `word` in the scores.

        Raises:
            UnknownName: The word is not in this set.
        """
        if word not in self.words:
            raise UnknownName(f"Unknown label '{word}'. Known: {', '.join(self.words)}.")
        return self.words.index(word)


@dataclass(frozen=True, slots=True)
class LabelMap:
    """A named way from one label set to another; words without a place are dropped, and counted by who drops them.

    Args:
        name: What it does, in words.
        target: Where it leads.
        renamed: Words that have another name there.
        without: Words that are known to have no place there; any other stranger is of a set that the way does not start from.

    Example:
        >>> EIGHT_TO_SEVEN.word("calm")
        'neutral'
    """

    name: str
    target: LabelSet
    renamed: Mapping[str, str] = field(default_factory=dict)
    without: frozenset[str] = frozenset()

    def word(self, word: str) -> str | None:
        """Where `word` goes, or None where it has no place."""
        word = self.renamed.get(word, word)
        return word if word in self.target.words else None

    def starts_from(self, source: LabelSet) -> bool:
        """Whether it knows every word of a set, and a place for one of them at least.

        Example:
            >>> MAPS["valence"].starts_from(COMMON_SEVEN), MAPS["valence"].starts_from(LabelSet(("neutral", "relaxed")))
            (True, False)
        """
        places = [self.word(word) for word in source]
        return any(places) and all(place or word in self.without for place, word in zip(places, source, strict=True))

    def scores(self, scores: np.ndarray, source: LabelSet) -> np.ndarray:
        """Probabilities over `source` as probabilities over the target: summed where words meet.

        Shape:
            (N, len(source)) -> (N, len(target)); rows that were NaN (absent) stay NaN

        Raises:
            UnknownName: A word of the source has no place in the target.
        """
        matrix = np.zeros((len(source), len(self.target)), dtype=scores.dtype)
        for i, word in enumerate(source):
            to = self.word(word)
            if to is None:
                raise UnknownName(f"The map '{self.name}' has no place for '{word}'. It knows: {', '.join(self.target)}.")
            matrix[i, self.target.index(to)] = 1
        mapped: np.ndarray = scores @ matrix
        return mapped

    def within(self, scores: np.ndarray, source: LabelSet) -> np.ndarray:
        """Probabilities over `source` as if only the words with a place in the target could be answered.

        What the others had is shared out among those that stay, in proportion.

        Shape:
            (N, len(source)) -> (N, len(target)); rows that were NaN stay NaN, and so do rows of which nothing is left

        Raises:
            UnknownName: No word of the source has a place in the target.

        Example:
            >>> four = MAPS["four"]
            >>> four.within(np.array([[0.2, 0.2, 0.6]]), LabelSet(("anger", "sadness", "fear"))).tolist()
            [[0.5, 0.0, 0.0, 0.5]]
        """
        kept = tuple(word for word in source if self.word(word) is not None)
        if not kept:
            raise UnknownName(f"The map '{self.name}' has no place for {', '.join(source)}. It knows: {', '.join(self.target)}.")
        mapped = self.scores(scores[:, [source.index(word) for word in kept]], LabelSet(kept))
        left = mapped.sum(axis=1, keepdims=True)
        shared: np.ndarray = np.divide(mapped, left, out=np.full_like(mapped, np.nan), where=left > 0)
        return shared


COMMON_SEVEN = LabelSet(("anger", "disgust", "fear", "happiness", "neutral", "sadness", "surprise"))
EIGHT_TO_SEVEN = LabelMap("calm counts as neutral", COMMON_SEVEN, {"calm": "neutral"})

MAPS: Mapping[str, LabelMap] = MappingProxyType(
    {
        "seven": EIGHT_TO_SEVEN,
        "five": LabelMap("the five of EAV", LabelSet(("anger", "calm", "happiness", "neutral", "sadness"))),
        "four": LabelMap(
            "calm counts as neutral, excitement as happiness",
            LabelSet(("anger", "happiness", "neutral", "sadness")),
            {"calm": "neutral", "excitement": "happiness"},
        ),
        "valence": LabelMap(
            "how pleasant it is; surprise may be either and has no place",
            LabelSet(("negative", "neutral", "positive")),
            {
                **dict.fromkeys(("anger", "contempt", "disgust", "fear", "frustration", "sadness"), "negative"),
                **dict.fromkeys(("excitement", "happiness"), "positive"),
                "calm": "neutral",
            },
            frozenset({"surprise"}),
        ),
    }
)
"""Ways between corpora by the names that a command takes."""


def label_map(name: str) -> LabelMap:
    """One of `MAPS`.

    Raises:
        UnknownName: There is none of this name; the message lists those there are.
    """
    if name not in MAPS:
        known = "; ".join(f"{known} ({', '.join(way.target)})" for known, way in MAPS.items())
        raise UnknownName(f"Unknown label map '{name}'. Known: {known}.")
    return MAPS[name]


def relabel(clips: Sequence[Clip], way: LabelMap | LabelSet) -> tuple[Clip, ...]:
    """Clips with their labels carried over; those without a place in the map are left out.

    Compare lengths to say how many were dropped.
    """
    way = way if isinstance(way, LabelMap) else LabelMap("as they are", way)
    moved = ((clip, way.word(clip.label) if clip.label is not None else None) for clip in clips)
    return tuple(replace(clip, label=word) for clip, word in moved if word is not None)
