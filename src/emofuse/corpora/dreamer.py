"""DREAMER: 23 people with a headset that anybody can buy watch eighteen film clips, and say how they felt.

Recorded: 14 channels of EEG (Emotiv EPOC, 128 samples a second) and two of the heart (Shimmer; not read) while 18 film clips of 1 to
  6.5 minutes were watched; before each a neutral film, whose recording (``baseline``) is not read.
Of whom: 23 people, 14 men and 9 women, 22 to 33 years old.
Labels: what each person said after each film: valence, arousal and dominance from 1 to 5, kept as facts. There is no word for it, so
  ours is the quadrant: ``high valence`` and ``high arousal`` are above 3, the middle; exactly 3 is low. Others cut elsewhere: compare
  figures only where this is alike. The emotion for which a film was chosen (two films each of amusement, anger, calmness,
  disgust, excitement, fear, happiness, sadness, surprise) is the fact ``target``: it is the film's and nobody's feeling.
Published by: Katsigiannis and Ramzan, 2018, at Zenodo (record 546113), for those who ask and promise academic use.
Odd: one file holds everything, 2 GiB of nested cells, and can only be read as a whole: listing the clips takes as long as
  reading them, and 1.2 GiB beside the memory (in the folder for temporary files) until the program ends. The films are the same
  for everybody and in one order (fact ``stimulus``). The signal is as the headset gave it: unfiltered, and far from zero.
"""

import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from types import MappingProxyType

import numpy as np

from emofuse.core.clip import Clip, Signal, Source
from emofuse.core.corpus import Corpus, Published
from emofuse.core.errors import MediaError
from emofuse.core.labels import LabelSet
from emofuse.core.modality import Modality
from emofuse.media.kept import kept
from emofuse.media.mat import read_mat

WORDS = ("high valence high arousal", "high valence low arousal", "low valence high arousal", "low valence low arousal")
RATINGS = ("valence", "arousal", "dominance")
MIDDLE = 3.0  # of the scales from 1 to 5
FILMS = (
    ("Searching for Bobby Fischer", "calmness"),
    ("D.O.A.", "surprise"),
    ("The Hangover", "amusement"),
    ("The Ring", "fear"),
    ("300", "excitement"),
    ("National Lampoon's Van Wilder", "disgust"),
    ("Wall-E", "happiness"),
    ("Crash", "anger"),
    ("My Girl", "sadness"),
    ("The Fly", "disgust"),
    ("Pride and Prejudice", "calmness"),
    ("Modern Times", "amusement"),
    ("Remember the Titans", "happiness"),
    ("Gentleman's Agreement", "anger"),
    ("Psycho", "fear"),
    ("The Bourne Identity", "excitement"),
    ("The Shawshank Redemption", "sadness"),
    ("The Departed", "surprise"),
)
CHANNELS = ("AF3", "F7", "F3", "FC5", "T7", "P7", "O1", "O2", "P8", "T8", "FC6", "F4", "F8", "AF4")
RATE = 128.0  # Hz
PARTS = ("EEG.stimuli{*}", "ScoreValence", "ScoreArousal", "ScoreDominance", "Age", "Gender")
NAME = re.compile(r"DREAMER\.Data\{(?P<person>\d+)\}\.EEG\.stimuli\{(?P<film>\d+)\}")

CITATION = (
    "Katsigiannis S, Ramzan N (2018). DREAMER: A database for emotion recognition through EEG and ECG signals from wireless low-cost "
    "off-the-shelf devices. IEEE Journal of Biomedical and Health Informatics 22(1), 98-107. https://doi.org/10.1109/JBHI.2017.2688239"
)
LAYOUT = """\
    DREAMER.mat   (DREAMER.Data{1}.EEG.stimuli{1} ... DREAMER.Data{23}.EEG.stimuli{18}, each time x 14)
"""


def find(root: Path) -> Iterator[Clip]:
    """One clip a film and person.

    Raises:
        MediaError: The file cannot be read, or lacks ratings.
    """
    path = root / "DREAMER.mat"
    if not path.exists():
        return
    held = _held(path)
    for name in held:
        found = NAME.fullmatch(name)
        if found is not None:
            yield _clip(path, held, int(found["person"]), int(found["film"]))


def read_film(path: Path, person: int, film: int) -> Signal:
    """The EEG of one person during one film.

    Shape:
        values (time, 14) float32 in microvolts, in the order of `CHANNELS`

    Raises:
        MediaError: The file cannot be read, or does not hold it in this form.
    """
    name = f"DREAMER.Data{{{person}}}.EEG.stimuli{{{film}}}"
    values = _held(path).get(name)
    if values is None or values.ndim != 2 or values.shape[1] != len(CHANNELS) or not values.size:
        has = "is not there" if values is None else f"has the shape {values.shape}"
        raise MediaError(f"{name} in {path} {has}. Expected (time, {len(CHANNELS)}); get the file again.")
    signal = np.ascontiguousarray(values, dtype=np.float32)
    strange = int(np.count_nonzero(~np.isfinite(signal)))
    if strange:
        raise MediaError(f"{name} in {path} holds {strange:,} values that are not numbers. Expected none; get the file again.")
    return Signal(signal, RATE)


def _clip(path: Path, held: dict[str, np.ndarray], person: int, film: int) -> Clip:
    ratings = [_rating(path, held, person, film, rating) for rating in RATINGS]
    high = ["high" if value > MIDDLE else "low" for value in ratings]
    title, target = FILMS[film - 1] if film <= len(FILMS) else ("unknown", "unknown")
    name = f"{person:02d}-{film:02d}"
    facts = {
        "trial": str(film),
        "stimulus": f"film {film:02d}",
        "title": title,
        "target": target,
        "recording": name,
        **{rating: f"{value:g}" for rating, value in zip(RATINGS, ratings, strict=True)},
    }
    for fact, field in (("sex", "Gender"), ("age", "Age")):
        told = held.get(f"DREAMER.Data{{{person}}}.{field}")
        if told is not None and told.size == 1:
            facts[fact] = f"{told.item():g}" if told.dtype.kind == "f" else str(told.item()).strip().lower()
    return Clip(
        id=name,
        subject=f"dreamer-{person:02d}",
        label=f"{high[0]} valence {high[1]} arousal",
        sources={Modality.EEG: Source(path, partial(read_film, person=person, film=film))},
        facts=facts,
    )


def _rating(path: Path, held: dict[str, np.ndarray], person: int, film: int, rating: str) -> float:
    name = f"DREAMER.Data{{{person}}}.Score{rating.capitalize()}"
    values = held.get(name, np.empty(0)).ravel()
    if film > len(values) or not 1 <= values[film - 1] <= 5:
        has = f"{values[film - 1]:g}" if film <= len(values) else "nothing"
        raise MediaError(f"{name} in {path} says {has} of film {film}. Expected a rating from 1 to 5 of each; get the file again.")
    return float(values[film - 1])


@kept(1)
def _held(path: Path) -> dict[str, np.ndarray]:
    """All that is used of the file."""
    return read_mat(path, [f"DREAMER.Data{{*}}.{part}" for part in PARTS])


def expected() -> Iterator[str]:
    """The id of every trial there is.

    Example:
        >>> len(list(expected()))
        414
    """
    for person in range(1, 24):
        yield from (f"{person:02d}-{film:02d}" for film in range(1, len(FILMS) + 1))


DREAMER = Corpus(
    name="dreamer",
    labels=LabelSet(WORDS),
    modalities=frozenset({Modality.EEG}),
    license="for academic research by those who were given access, not to be passed on",
    citation=CITATION,
    layout=LAYOUT,
    find=find,
    getting="Ask for access at https://zenodo.org/records/546113, saying who you are and what for; the answer is a link to DREAMER.mat.",
    published=Published(
        clips=414,
        people=23,
        facts=MappingProxyType({"target": MappingProxyType({target: 46 for _, target in sorted(FILMS, key=lambda film: film[1])})}),
        each=18,
        ids=expected,
        source="https://zenodo.org/records/546113",
    ),
    beside=("*.pdf", "*.txt", "*.zip"),
)
