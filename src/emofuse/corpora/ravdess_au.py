"""RAVDESS with action units: the voice as it was recorded, and of the face what OpenFace saw in it.

Recorded: nothing anew; the 1,440 spoken clips of RAVDESS, each with the means over its film of 17 action units' intensity
  (0 to 5) and of 18 action units' presence (0 to 1). Voice and face are of the same person at the same moment.
Of whom: as RAVDESS: 24 professional actors, 60 clips each.
Labels: as RAVDESS: what the actor was asked to show; neutral 96 clips, each of the seven others 192.
Published by: RAVDESS by Livingstone and Russo, at zenodo.org; OpenFace 2.0 by Baltrusaitis and others, 2018. The file does not
  say who ran the one on the other.
Odd: the file does not name its columns. They are in OpenFace's order: each of the first 17 goes most with that of the last 18
  which stands where the presence of the same unit should (correlation .58 to .90; unit 28 has no intensity). A mean over a
  film no longer knows when a unit moved. Two sentences only, as in RAVDESS; the fact ``sentence`` tells them.
"""

from collections.abc import Iterator
from functools import lru_cache, partial
from pathlib import Path
from types import MappingProxyType

import numpy as np

from emofuse.core.clip import Clip, Signal, Source
from emofuse.core.corpus import Corpus, Published
from emofuse.core.errors import CorpusError
from emofuse.core.labels import LabelSet
from emofuse.core.modality import Modality
from emofuse.media.sound import read_sound

FILE = "ravdess_au_mfcc.npz"
UNITS = (1, 2, 4, 5, 6, 7, 9, 10, 12, 14, 15, 17, 20, 23, 25, 26, 28, 45)
COLUMNS = (*(f"AU{unit:02d}_r" for unit in UNITS if unit != 28), *(f"AU{unit:02d}_c" for unit in UNITS))
"""As OpenFace names them: _r for intensity, _c for presence."""
WORDS = ("neutral", "calm", "happiness", "sadness", "anger", "fear", "disgust", "surprise")
INTENSITIES = {"01": "normal", "02": "strong"}
SENTENCES = {"01": "kids are talking by the door", "02": "dogs are sitting by the door"}

CITATION = (
    "Livingstone SR, Russo FA (2018). The Ryerson Audio-Visual Database of Emotional Speech and Song (RAVDESS). "
    "PLoS ONE 13(5): e0196391. https://doi.org/10.1371/journal.pone.0196391; "
    "Baltrusaitis T, Zadeh A, Lim YC, Morency LP (2018). OpenFace 2.0: Facial behavior analysis toolkit. IEEE FG, 59-66. "
    "https://doi.org/10.1109/FG.2018.00019"
)
LAYOUT = """\
    ravdess_au_mfcc.npz                 (clip, actor, emotion, au; a row a clip)
    Actor_01/03-01-01-01-01-01-01.wav   (or .flac; as RAVDESS publishes its speech)
"""


def find(root: Path) -> Iterator[Clip]:
    """One clip a row of the file, with its sound where that lies beside.

    Raises:
        CorpusError: A row whose name is not RAVDESS' own, or says another emotion or actor than its columns.
    """
    path = root / FILE
    if not path.is_file():
        return
    sounds = {file.stem[3:]: file for kind in ("wav", "flac") for file in sorted(root.rglob(f"03-01-*.{kind}"))}
    names, actors, emotions = (_array(path, name) for name in ("clip", "actor", "emotion"))
    units = _array(path, "au")
    if units.shape != (len(names), len(COLUMNS)) or len(actors) != len(names) or len(emotions) != len(names):
        raise CorpusError(
            f"{path} has {len(names)} clips and action units of the shape {units.shape}. Expected {len(COLUMNS)} a clip; get it again."
        )
    for place, (name, who, emotion) in enumerate(zip(names, actors, emotions, strict=True)):
        yield _clip(path, place, str(name), int(who), int(emotion), sounds)


def _clip(path: Path, place: int, name: str, who: int, emotion: int, sounds: dict[str, Path]) -> Clip:
    take = name[3:]
    try:
        channel, code, intensity, sentence, repetition, actor = take.split("-")
        label = WORDS[int(code) - 1]
        facts = {
            "intensity": INTENSITIES[intensity],
            "sentence": SENTENCES[sentence],
            "repetition": str(int(repetition)),
            "sex": "male" if int(actor) % 2 else "female",
        }
        if (channel, int(actor), WORDS[emotion]) != ("01", who, label):
            raise ValueError(f"its columns say actor {who} and emotion {emotion}")
    except (ValueError, KeyError, IndexError) as error:
        raise CorpusError(
            f"Row {place} of {path} is '{name}', which does not fit ({error}). Expected a name of RAVDESS' speech such as "
            f"01-01-05-02-01-02-24 and an emotion from 0 to 7 that agrees with it; get the file again."
        ) from error
    sources = {Modality.VIDEO: Source(path, partial(read_units, place=place))}
    if take in sounds:
        sources[Modality.AUDIO] = Source(sounds[take], read_sound)
    return Clip(take, actor, label, sources, facts)


def read_units(path: Path, place: int) -> Signal:
    """One clip's action units as a signal of one sample, in the order of `COLUMNS`.

    Shape:
        values (1, 35) float32

    Raises:
        CorpusError: The file has gone, or is not what it was.
    """
    return Signal(_array(path, "au")[place][None], rate=1.0)


def _array(path: Path, name: str) -> np.ndarray:
    try:
        stamp = path.stat()
        return _loaded(path, name, (stamp.st_mtime_ns, stamp.st_size))
    except (OSError, ValueError, KeyError, EOFError) as error:
        raise CorpusError(
            f"{path} cannot be read as a numpy archive with {name}: {error}. Expected {LAYOUT.strip().splitlines()[0]}; get it again."
        ) from error


@lru_cache(maxsize=8)
def _loaded(path: Path, name: str, stamp: tuple[int, int]) -> np.ndarray:
    """An array of the file as it was at `stamp`."""
    from zipfile import BadZipFile

    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as archive:
            values: np.ndarray = archive[name]
    except BadZipFile as error:
        raise ValueError(str(error)) from error
    if name == "au":
        values = values.astype(np.float32)
        if not np.isfinite(values).all():
            raise ValueError("there are values that are no numbers")
    values.flags.writeable = False
    return values


RAVDESS_AU = Corpus(
    name="ravdess_au",
    labels=LabelSet(WORDS),
    modalities=frozenset({Modality.AUDIO, Modality.VIDEO}),
    license="CC BY-NC-SA 4.0",
    citation=CITATION,
    layout=LAYOUT,
    find=find,
    getting="The sounds are RAVDESS', free to download from https://zenodo.org/records/1188976. "
    "The table of action units is not published on its own: run OpenFace 2.0 on RAVDESS' films and take the mean over each.",
    published=Published(
        clips=1_440,
        people=24,
        labels=MappingProxyType({word: 96 if word == "neutral" else 192 for word in WORDS}),
        facts=MappingProxyType({"sex": {"female": 720, "male": 720}}),
        each=60,
        source="https://zenodo.org/records/1188976",
    ),
    beside=("*.zip", "Actor_*/*"),
    folder="ravdess",
)
