"""GoEmotions: 54,263 comments from Reddit, 27 emotions and neutral, several of them at once where people saw several.

Recorded: written English, 3 to 30 words each; names and religions are masked as [NAME] and [RELIGION].
Of whom: nobody is named in these files, so people cannot be kept apart; the writers are mostly young men.
Labels: what at least two of three or more readers agreed on; 84 % of the comments have one label, the others two to five.
  All of a comment's words are its fact ``labels``; the clip's label is the only one, and None where there are several:
  choosing one of them would be ours, not the readers'. Such clips are dropped, and counted, by every label map.
  `by_ekman` gives the publishers' grouping into seven instead, by which 91 % have one label.
Published by: Demszky and others, Google, 2020: train 43,410, dev 5,426, test 5,427.
Odd: files have no header, and quotation marks mean nothing; joy is spelled happiness here as everywhere. Grief has 96
  comments in all, neutral 17,772. Published figures are for several labels at once and do not compare with one label's.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from emofuse.core.clip import Clip
from emofuse.core.corpus import Corpus, Download, Published
from emofuse.core.labels import COMMON_SEVEN, LabelMap, LabelSet
from emofuse.core.modality import Modality
from emofuse.media.transcript import Row, rows, said

PARTS = ("train", "dev", "test")
FOLDERS = ("original", "data", ".")
"""Where the tables may lie: the first is how others pass them on beside the grouped ones, the second the publishers' own."""

# fmt: off
WORDS = (  # code 0 is the first
    "admiration", "amusement", "anger", "annoyance", "approval", "caring", "confusion", "curiosity", "desire", "disappointment",
    "disapproval", "disgust", "embarrassment", "excitement", "fear", "gratitude", "grief", "happiness", "love", "nervousness",
    "optimism", "pride", "realization", "relief", "remorse", "sadness", "surprise", "neutral",
)
GROUPS = {
    "anger": ("annoyance", "disapproval"),
    "fear": ("nervousness",),
    "happiness": (
        "amusement", "approval", "excitement", "gratitude", "love", "optimism", "relief", "pride", "admiration", "desire", "caring",
    ),
    "sadness": ("disappointment", "embarrassment", "grief", "remorse"),
    "surprise": ("realization", "confusion", "curiosity"),
}
"""The publishers' ``ekman_mapping.json``, without the words that stay themselves."""
# fmt: on
CODES = {str(code): word for code, word in enumerate(WORDS)}

EKMAN = LabelMap("GoEmotions by Ekman", COMMON_SEVEN, {word: group for group, words in GROUPS.items() for word in words})
GROUP = {word: EKMAN.word(word) or word for word in WORDS}

CITATION = (
    "Demszky D, Movshovitz-Attias D, Ko J, Cowen A, Nemade G, Ravi S (2020). GoEmotions: A dataset of fine-grained emotions. "
    "ACL, 4040-4054. https://arxiv.org/abs/2005.00547"
)
LAYOUT = """\
    original/train.tsv   (text, codes with commas between, id; or data/train.tsv, or train.tsv)
    original/dev.tsv
    original/test.tsv
    ekman/...            (optional, not read: the same comments, grouped)
"""


def find(root: Path) -> Iterator[Clip]:
    """One clip a comment.

    Raises:
        CorpusError: A table is not as it was published.
    """
    folder = next((root / name for name in FOLDERS if any((root / name / f"{part}.tsv").is_file() for part in PARTS)), None)
    for part in PARTS if folder is not None else ():
        assert folder is not None
        table = folder / f"{part}.tsv"
        if table.is_file():
            yield from (_clip(row, part) for row in rows(table, ("text", "codes", "id"), delimiter="\t", quoted=False, header=False))


def _clip(row: Row, part: str) -> Clip:
    chosen = row.text("codes").split(",")
    if not all(code in CODES for code in chosen):
        raise row.wrong(f"the codes are '{row.text('codes')[:60]}'", "numbers from 0 to 27 with commas between")
    words = [CODES[code] for code in chosen]
    groups = sorted({GROUP[word] for word in words})
    return Clip(
        id=row.text("id"),
        subject=None,
        label=words[0] if len(words) == 1 else None,
        sources={Modality.TEXT: said(row.path, row.text("text"))},
        facts={"part": part, "labels": ", ".join(words), "ekman": ", ".join(groups)},
    )


def by_ekman(clips: Sequence[Clip]) -> tuple[Clip, ...]:
    """The same clips with the only group of Ekman's that their labels belong to; None where there are several.

    More clips have one label so than by ``relabel(clips, EKMAN)``: annoyance and anger together are anger.
    """
    return tuple(replace(clip, label=clip.facts["ekman"] if clip.facts["ekman"] in COMMON_SEVEN.words else None) for clip in clips)


GOEMOTIONS = Corpus(
    name="goemotions",
    labels=LabelSet(WORDS),
    modalities=frozenset({Modality.TEXT}),
    license="Apache-2.0",
    citation=CITATION,
    layout=LAYOUT,
    find=find,
    getting="Free at github.com/google-research/google-research in goemotions/data.",
    published=Published(
        clips=54_263,
        people=None,
        facts={"part": {"train": 43_410, "dev": 5_426, "test": 5_427}},
        source="README of github.com/google-research/google-research/tree/master/goemotions",
    ),
    downloads=tuple(
        Download(f"https://raw.githubusercontent.com/google-research/google-research/master/goemotions/data/{part}.tsv", f"data/{part}.tsv")
        for part in PARTS
    ),
    beside=("*/labels.txt", "ekman/*.tsv", "group/*.tsv", "data/emotions.txt", "data/*.json", "README*"),
)


def ekman_part(part: str) -> Corpus:
    """One of the publishers' parts as a corpus of its own, its comments labelled by the seven groups of Ekman.

    Args:
        part: "train", "dev" or "test".
    """
    return replace(
        GOEMOTIONS,
        name=f"goemotions {part} by Ekman",
        labels=COMMON_SEVEN,
        find=partial(_of_part, part=part),
        folder=GOEMOTIONS.name,
        published=None,
    )


def _of_part(root: Path, part: str) -> Iterator[Clip]:
    yield from by_ekman([clip for clip in find(root) if clip.facts["part"] == part])
