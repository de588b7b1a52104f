"""CREMA-D: 91 actors speak twelve sentences in six emotions.

Recorded: 7,442 clips of 1 to 5 s, sound and picture; North American English.
Of whom: 91 actors, 43 women and 48 men, 20 to 74 years old, of several ethnic groups; each about 82 clips.
Labels: what the actor was asked to show: anger, disgust, fear, happiness and sadness 1,271 clips each, neutral 1,087.
  2,443 people were asked what they hear and see: they agree with 41 % of the voices, 58 % of the faces, 64 % of both together.
Published by: Cao and others, at github.com (CheyneyComputerScience/CREMA-D), 2014; free.
Odd: one sentence (IEO) is spoken at three intensities, the others at one that nobody specified. Twelve sentences, all spoken by all:
  a split by actor shares every word. The files are kept apart from the repository: a copy that was fetched without Git LFS
  holds pointers of a few lines instead of sound. One file is misnamed (`1040_ITH_SAD_X.wav`); two are nearly empty
  (1076_MTI_NEU_XX, 1076_MTI_SAD_XX), one has no length (1064_TIE_SAD_XX), and 1064_IEO_DIS_MD lasts a minute and holds all emotions.
  The picture is published as Flash video, which is not read here: convert it first, say with ``ffmpeg -i name.flv name.mp4``.
"""

import csv
import re
from collections.abc import Iterator
from pathlib import Path
from types import MappingProxyType

from emofuse.core.clip import Clip, Source
from emofuse.core.corpus import Corpus, Published
from emofuse.core.errors import CorpusError
from emofuse.core.labels import LabelSet
from emofuse.core.modality import Modality
from emofuse.media.files import read_faces
from emofuse.media.sound import read_sound
from emofuse.media.stream import stream

CODES = {"ANG": "anger", "DIS": "disgust", "FEA": "fear", "HAP": "happiness", "NEU": "neutral", "SAD": "sadness"}
INTENSITIES = {"LO": "low", "MD": "medium", "HI": "high", "XX": "unspecified"}
SENTENCES = {
    "DFA": "don't forget a jacket",
    "IEO": "it's eleven o'clock",
    "IOM": "I'm on my way to the meeting",
    "ITH": "I think I have a doctor's appointment",
    "ITS": "I think I've seen this before",
    "IWL": "I would like a new alarm clock",
    "IWW": "I wonder what this is about",
    "MTI": "maybe tomorrow it will be cold",
    "TAI": "the airplane is almost full",
    "TIE": "that is exactly what happened",
    "TSI": "the surface is slick",
    "WSI": "we'll stop in a couple of minutes",
}
NAME = re.compile(r"(?P<actor>\d{4})_(?P<sentence>[A-Z]{3})_(?P<emotion>[A-Z]{3})_(?P<intensity>LO|MD|HI|XX?)")
SOUND = (".wav", ".flac", ".mp3")  # the first of these that there is
PICTURE = (".mp4", ".mkv", ".webm", ".avi", ".mov")
TABLE = "VideoDemographics.csv"
COLUMNS = {"Sex": "sex", "Age": "age", "Race": "race", "Ethnicity": "ethnicity"}

CITATION = (
    "Cao H, Cooper DG, Keutmann MK, Gur RC, Nenkova A, Verma R (2014). CREMA-D: Crowd-sourced emotional multimodal actors dataset. "
    "IEEE Transactions on Affective Computing 5(4), 377-390. https://doi.org/10.1109/TAFFC.2014.2336244"
)
LAYOUT = """\
    AudioWAV/1001_DFA_ANG_XX.wav   (folders of any name and depth)
    VideoMP4/1001_DFA_ANG_XX.mp4   (optional; made from VideoFlash/1001_DFA_ANG_XX.flv)
    VideoDemographics.csv          (optional; age, sex, race and ethnicity of the actors)
    ...
    AudioWAV/1091_WSI_SAD_XX.wav
"""


def find(root: Path) -> Iterator[Clip]:
    """One clip an utterance, from its sound file, its video, or both; a second copy of a file counts for nothing.

    Raises:
        CorpusError: A file's name has an unknown sentence or emotion, or the table of actors lacks a column or an actor.
    """
    takes: dict[str, dict[str, Path]] = {}
    for file in sorted(root.rglob("*"), key=lambda file: (len(file.parts), file)):
        name, kind = NAME.fullmatch(file.stem), file.suffix.lower()
        if name is not None and kind in SOUND + PICTURE:
            missing = "X" if name["intensity"] == "X" else ""  # as the published lists have the one that is misnamed
            takes.setdefault(file.stem + missing, {}).setdefault(kind, file)
    people = _people(root)
    for take, files in takes.items():
        yield _clip(take, files, people)


def _clip(take: str, files: dict[str, Path], people: dict[str, dict[str, str]]) -> Clip:
    name = NAME.fullmatch(take)
    assert name is not None
    if name["sentence"] not in SENTENCES or name["emotion"] not in CODES:
        raise CorpusError(
            f"{next(iter(files.values()))} is not named as CREMA-D names its files. Expected a name such as 1001_DFA_ANG_XX, with one "
            f"of the sentences {', '.join(SENTENCES)} and one of the emotions {', '.join(CODES)}; rename the file or move it away."
        )
    if people and name["actor"] not in people:
        raise CorpusError(
            f"{TABLE} has no row for actor {name['actor']}, of whom there are clips. Expected all actors; get the table again."
        )
    sound = next((files[kind] for kind in SOUND if kind in files), None)
    video = next((files[kind] for kind in PICTURE if kind in files), None)
    sources = {}
    if sound is not None:
        sources[Modality.AUDIO] = Source(sound, read_sound)
    if video is not None:
        sources[Modality.VIDEO] = Source(video, read_faces, stream)
        sources.setdefault(Modality.AUDIO, Source(video, read_sound, stream))
    facts = {"sentence": SENTENCES[name["sentence"]], "intensity": INTENSITIES[name["intensity"]], **people.get(name["actor"], {})}
    return Clip(take, f"cremad-{name['actor']}", CODES[name["emotion"]], sources, facts)


def _people(root: Path) -> dict[str, dict[str, str]]:
    """What the published table tells of each actor; nothing where it is not there."""
    table = min(root.rglob(TABLE), key=lambda file: (len(file.parts), file), default=None)
    if table is None:
        return {}
    with table.open(newline="", encoding="utf-8-sig", errors="replace") as file:
        rows = csv.DictReader(file)
        missing = {"ActorID", *COLUMNS} - set(rows.fieldnames or ())
        if missing:
            raise CorpusError(
                f"{table} has no column {', '.join(sorted(missing))}. Expected ActorID, {', '.join(COLUMNS)}; get it again, or remove it."
            )
        return {row["ActorID"]: {fact: (row[column] or "").lower() for column, fact in COLUMNS.items()} for row in rows}


CREMAD = Corpus(
    name="cremad",
    labels=LabelSet(tuple(CODES.values())),
    modalities=frozenset({Modality.AUDIO, Modality.VIDEO}),
    license="ODbL 1.0 and DbCL 1.0",
    citation=CITATION,
    layout=LAYOUT,
    find=find,
    getting="Clone https://github.com/CheyneyComputerScience/CREMA-D with Git LFS; its owners ask all to fill in the form linked there.",
    published=Published(
        clips=7_442,
        people=91,
        labels=MappingProxyType({word: 1_087 if word == "neutral" else 1_271 for word in CODES.values()}),
        source="https://github.com/CheyneyComputerScience/CREMA-D",
    ),
    beside=("**/*.csv", "**/*.md", "**/*.R", "**/*.flv", "**/LICENSE*"),
)
