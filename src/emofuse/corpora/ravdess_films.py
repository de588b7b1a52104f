"""RAVDESS's spoken films as whole pictures: what a network sees that does not look for a face first.

Recorded: nothing anew; the films of RAVDESS's speech, each picture grey and squeezed to 80 x 70 pixels, ten a second, and the sound
  that goes with them.
Of whom: as RAVDESS: 24 professional actors, 60 films each.
Labels: as RAVDESS: what the actor was asked to show.
Published by: Livingstone and Russo, at zenodo.org, in two archives an actor: with sound (01) and without (02), the same pictures.
Odd: both archives and the sound hold one performance three times over; here it is one clip. A clip of which there is no film is
  no clip of this corpus: `ravdess` has it.
"""

from collections.abc import Iterator
from pathlib import Path
from types import MappingProxyType

from emofuse.core.clip import Clip, Source
from emofuse.core.corpus import Corpus, Published
from emofuse.core.errors import CorpusError
from emofuse.core.labels import LabelSet
from emofuse.core.modality import Modality
from emofuse.media.small_pictures import read_small_pictures
from emofuse.media.sound import read_sound

WORDS = ("neutral", "calm", "happiness", "sadness", "anger", "fear", "disgust", "surprise")
INTENSITIES = {"01": "normal", "02": "strong"}
SENTENCES = {"01": "kids are talking by the door", "02": "dogs are sitting by the door"}

CITATION = (
    "Livingstone SR, Russo FA (2018). The Ryerson Audio-Visual Database of Emotional Speech and Song (RAVDESS). "
    "PLoS ONE 13(5): e0196391. https://doi.org/10.1371/journal.pone.0196391"
)
LAYOUT = """\
    Actor_01/01-01-01-01-01-01-01.mp4   (or 02-; Video_Speech_Actor_01.zip, ...)
    Actor_01/03-01-01-01-01-01-01.wav   (or .flac, optional: else the film's own; Audio_Speech_Actors_01-24.zip)
    ...
    Actor_24/01-01-08-02-02-02-24.mp4
"""


def find(root: Path) -> Iterator[Clip]:
    """One clip a film, with its sound where that lies beside or is in the film.

    Raises:
        CorpusError: A file's name is not seven numbers of the published code.
    """
    sounds = {file.stem[3:]: file for kind in ("wav", "flac") for file in sorted(root.rglob(f"03-01-*.{kind}"))}
    films: dict[str, Path] = {}
    for kind in ("01", "02"):  # the same pictures with and without sound
        for file in sorted(root.rglob(f"{kind}-01-*.mp4")):
            films.setdefault(file.stem[3:], file)
    for take, film in films.items():
        yield _clip(take, film, sounds.get(take))


def _clip(take: str, film: Path, sound: Path | None) -> Clip:
    try:
        _, emotion, intensity, sentence, repetition, actor = take.split("-")
        label = WORDS[range(1, 9).index(int(emotion))]
        facts = {
            "intensity": INTENSITIES[intensity],
            "sentence": SENTENCES[sentence],
            "repetition": str(int(repetition)),
            "sex": "male" if int(actor) % 2 else "female",
        }
    except (ValueError, KeyError) as error:
        raise CorpusError(
            f"{film} is not named as RAVDESS names its films. Expected seven numbers such as 01-01-05-02-01-02-24, "
            f"the third an emotion from 01 to 08; rename the file or move it away."
        ) from error
    sources = {Modality.VIDEO: Source(film, read_small_pictures)}
    if sound is not None or film.name.startswith("01"):
        sources[Modality.AUDIO] = Source(sound or film, read_sound)
    return Clip(take, actor, label, sources, facts)


RAVDESS_FILMS = Corpus(
    name="ravdess_films",
    labels=LabelSet(WORDS),
    modalities=frozenset({Modality.AUDIO, Modality.VIDEO}),
    license="CC BY-NC-SA 4.0",
    citation=CITATION,
    layout=LAYOUT,
    find=find,
    getting="Free to download from https://zenodo.org/records/1188976, without asking anybody: the archives that begin with "
    "Video_Speech. It is read from the folder of `ravdess` where there is none of its own.",
    published=Published(
        clips=1_440,
        people=24,
        labels=MappingProxyType({word: 96 if word == "neutral" else 192 for word in WORDS}),
        each=60,
        source="https://zenodo.org/records/1188976",
    ),
    folder="ravdess",
)
