"""What networks over text are fed: the numbers of words' pieces, as a pretrained model's own vocabulary has them.

Nothing here imports torch: pieces are told apart before any network is there.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from emofuse.core.clip import Signal
from emofuse.core.errors import RunError
from emofuse.core.modality import Modality
from emofuse.media.hub import loaded, located

if TYPE_CHECKING:
    import tokenizers

NAMES = ("as they are", "letters", "none")
_SPEAKER = re.compile(r"(?P<who>[^:.!?]{1,40}): (?=\S)")
"""A speaker as `emofuse.media.utterances.Utterance` puts it before the words."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """Each utterance, and the turns before it, as numbers of a vocabulary: ``[CLS] utterance [SEP] turn [SEP] turn [SEP]``.

    Turns stand in the order of time. What is too long loses its oldest turns first, then the utterance's own end.
    Rows are filled up with padding; an utterance without words has only its marks.

    Shape:
        (time,) str, or (time, 1 + turns) str, the latest first -> (time, length) float32, whole numbers

    Args:
        model: Whose vocabulary: a short name, a folder, or a name on the hub (`emofuse.media.hub.located`).
        length: Of a row; pieces beyond it are not read.
        turns: How many utterances before each are read, where the signal has so many.
        names: Of speakers, one of `NAMES`: as they are; "A" for who speaks now, then "B" and so on; or not at all.

    Raises:
        ValueError: In a call: a signal that is not utterances, or other `names`.
        RunError: In a call: the vocabulary cannot be had, or what reads it is not installed.
    """

    model: str = "minilm"
    length: int = 96
    turns: int = 3
    names: str = "as they are"
    modality: Modality = Modality.TEXT

    def __call__(self, signal: Signal) -> np.ndarray:
        """Shape: (time,) or (time, 1 + turns) str -> (time, length) float32."""
        values = signal.values
        if values.dtype.kind != "U" or not (values.ndim == 1 or (values.ndim == 2 and values.shape[1] > 1)) or not len(values):
            raise ValueError(
                f"A signal of shape {values.shape} and kind {values.dtype} was given; this feature takes utterances, (time,) str, "
                f"or (time, 1 + turns) str with those before each."
            )
        if self.names not in NAMES:
            raise ValueError(f"Names of speakers are shown {', '.join(NAMES)}; not '{self.names}'. Choose one of these.")
        reader = vocabulary(self.model)
        rows = values[:, None] if values.ndim == 1 else values[:, : 1 + self.turns]
        said = [self._named([str(words) for words in row]) for row in rows]
        numbers = np.full((len(said), self.length), _padding(reader), dtype=np.float32)
        for row, (now, before) in zip(numbers, said, strict=True):
            ids = _cut(reader, now, before, self.length)
            row[: len(ids)] = ids
        return numbers

    def _named(self, turns: list[str]) -> tuple[str, tuple[str, ...]]:
        """The utterance, and those before it in the order of time, with their speakers as wanted."""
        if self.names != "as they are":
            met: dict[str, str] = {}
            turns = [_renamed(words, met, self.names == "letters") for words in turns]
        return turns[0], tuple(words for words in reversed(turns[1:]) if words)


def _renamed(words: str, met: dict[str, str], letters: bool) -> str:
    """Words with a letter for their speaker, or with nobody before them."""
    found = _SPEAKER.match(words)
    if found is None:
        return words
    letter = met.setdefault(found["who"], chr(ord("A") + min(len(met), 25)))
    return (f"{letter}: " if letters else "") + words[found.end() :]


def _cut(reader: "tokenizers.Tokenizer", now: str, before: tuple[str, ...], length: int) -> list[int]:
    """Numbers of an utterance and of as many turns before it as there is room for; at least one is cut from its beginning."""
    ids: list[int] = reader.encode(now).ids
    if len(ids) > length:
        return [*ids[: length - 1], ids[-1]]
    if not before:
        return ids
    marks = reader.num_special_tokens_to_add(True)
    alone = reader.num_special_tokens_to_add(False)
    room = length - (len(ids) - alone) - marks
    pieces = [reader.encode(turn, add_special_tokens=False).ids for turn in before]
    context = [number for turn in pieces for number in (ids[-1], *turn)][1:][-room:] if room > 0 else []
    if not context:
        return ids
    both = reader.encode(now, "").ids  # marks as they stand around two texts, the second of them empty
    return [*both[:-1], *context, both[-1]]


def closing(model: str) -> int:
    """The number of the mark that ends an utterance and each turn before it.

    Raises:
        RunError: The vocabulary cannot be had, or the extra `text` is not installed.
    """
    return int(vocabulary(model).encode("").ids[-1])


def _padding(reader: "tokenizers.Tokenizer") -> int:
    """The number that fills rows up."""
    known = (reader.token_to_id(mark) for mark in ("[PAD]", "<pad>"))
    return next((number for number in known if number is not None), 0)


@lru_cache(maxsize=4)
def vocabulary(model: str) -> "tokenizers.Tokenizer":
    """What cuts words into the pieces that a model knows.

    Raises:
        RunError: It cannot be had, or the extra `text` is not installed.
    """
    try:
        from tokenizers import Tokenizer
    except ModuleNotFoundError as error:
        raise RunError(
            f"Text needs a package that is not installed ({error.name}). Expected the extra `text`; run `pip install 'emofuse[text]'`."
        ) from error
    file = Path(located(model)) / "tokenizer.json"
    # The file says all there is to say; without it, transformers knows how to make one of older files.
    reader = Tokenizer.from_file(str(file)) if file.is_file() else loaded("AutoTokenizer", model).backend_tokenizer
    reader.no_truncation()
    reader.no_padding()
    return reader
