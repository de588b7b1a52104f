"""Networks that learnt single faces and sound apart from each other, put to films: each alone, or the mean of both.

Li 2024, section 2.2.3 and table 3. Faces are those of FER2013, so nobody on the films has been seen; voices are of the films' own
actors, and only what the sound network was not taught is judged. N: films, C: labels.
"""

import shlex
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from emofuse.audit.audit import audit
from emofuse.audit.base import Evidence, Grade
from emofuse.core.clip import Clip
from emofuse.core.errors import CorpusError
from emofuse.core.labels import COMMON_SEVEN, LabelMap, LabelSet, relabel
from emofuse.core.modality import Modality
from emofuse.core.split import Split, thinned
from emofuse.corpora.ravdess import RAVDESS
from emofuse.evaluation.evaluate import answers, judged
from emofuse.evaluation.predictions import FILE, read_predictions
from emofuse.experiment import answerable
from emofuse.explanations.some_frames import SomeFrames
from emofuse.reading import Recognizer
from emofuse.reproduce.base import FEW, Found, Place
from emofuse.reproduce.ways import Trained, found
from emofuse.run import load

FILMS = "ravdess/video"
WORDS = LabelMap("by their words", COMMON_SEVEN)
CODES = LabelSet(("neutral", "happiness", "sadness", "anger", "fear", "disgust", "surprise"))
"""RAVDESS's own order without calm: what a reader of file names counts by, and not what the face network's columns stand for."""


@dataclass(frozen=True, slots=True)
class OnFilms:
    """RAVDESS's spoken films without calm, judged by a network of faces, one of sound, or the mean of both.

    Args:
        says: Who is learnt from, who is judged.
        face: What trains the network of faces; None where nobody looks.
        faces: The row whose paper's way has it.
        voice: What trains the network of sound; None where nobody listens.
        voices: The row that has it.
        beside: Which way of that row.
        frames: Faces that are drawn from a film at random; None for all that are sampled.
        seed: Of the drawing.
        paper: Whose rows these are.
        read_as: What the face network's columns are mistaken for, one by one; None where they are taken by their words (trap T9).

    Raises:
        CorpusError: In a call: no film of a clip that may be judged.
    """

    says: str
    face: Trained | None = None
    faces: str = ""
    voice: Trained | None = None
    voices: str = ""
    beside: str = "paper"
    frames: int | None = None
    seed: int = 0
    paper: str = "li_2024"
    read_as: LabelSet | None = None

    @property
    def corpora(self) -> tuple[str, ...]:
        """What the networks learn from, and the films."""
        taught = [way for way in (self.face, self.voice) if way is not None]
        return tuple(dict.fromkeys((FILMS, *(name for way in taught for name in way.corpora))))

    @property
    def command(self) -> str:
        """What trains the networks."""
        rows = [word for name in (self.faces, self.voices) if name for word in ("--row", name)]
        return shlex.join(["emofuse", "reproduce", self.paper, *rows, "--data", "DIR"])

    def __call__(self, place: Place, folder: Path) -> Found:
        """Train what is not there yet, and judge."""
        films = tuple(clip for clip in relabel(RAVDESS.clips(RAVDESS.under(place.data)), COMMON_SEVEN) if filmed(clip))
        paper = folder.parent.parent
        said: list[np.ndarray] = []
        splits: tuple[Split, ...] = ()
        if self.voice is not None:
            run = paper / self.voices / self.beside
            if not (run / FILE).exists():
                self.voice(place, run)
            films, heard = _heard(films, run)
            said.append(heard)
            splits = _splits(self.voice, place)
        if not films:
            raise CorpusError(f"No film of RAVDESS under {place.data} may be judged. Expected some of speech, not calm; get more of it.")
        films = thinned(Split("films", films, (), ()), FEW).train if place.quick and self.voice is None else films
        if self.face is not None:
            run = paper / self.faces / "paper"
            if not (run / FILE).exists():
                self.face(place, run)
            said.append(self.seen(load(run), films))
        scores = mean(said)
        shared = {who for split in splits for who in split.shared}
        report = judged(COMMON_SEVEN, films, scores, shared=shared)
        looked = audit(Evidence("films", films, splits if self.face is None else (), RAVDESS, scores=scores, labels=COMMON_SEVEN))
        grade, sentence = Grade(str(looked.as_dict()["verdict"])), looked.sentence
        return found(report, grade, sentence)

    def seen(self, recognizer: Recognizer, films: Sequence[Clip]) -> np.ndarray:
        """What a network of single faces says of films, by the words of its columns or by those they are mistaken for.

        Shape:
            (N, C) in the order of the common seven; NaN where no face was found
        """
        asked = recognizer if self.frames is None else SomeFrames(recognizer, self.frames, self.seed)
        labels = recognizer.labels if self.read_as is None else self.read_as
        return WORDS.scores(answers(asked, films), labels)


def filmed(clip: Clip) -> bool:
    """Speech of which there is a film."""
    return clip.facts["channel"] == "speech" and Modality.VIDEO in clip.sources


def mean(said: Sequence[np.ndarray]) -> np.ndarray:
    """Of those who answered; NaN where nobody did. Shape: several (N, C) -> (N, C)."""
    there = [~np.isnan(scores) for scores in said]
    count = np.sum(there, axis=0)
    total = np.sum([np.where(known, scores, 0) for known, scores in zip(there, said, strict=True)], axis=0)
    together: np.ndarray = np.divide(total, count, out=np.full(total.shape, np.nan), where=count > 0)
    return together


def _heard(films: Sequence[Clip], run: Path) -> tuple[tuple[Clip, ...], np.ndarray]:
    """The films whose sound was judged by a run, and what it said of them."""
    told = read_predictions(run / FILE)
    rows = {clip.id: row for clip, row in zip(told.clips, told.probabilities, strict=True)}
    known = tuple(clip for clip in films if clip.id in rows)
    if not known:
        return (), np.empty((0, len(COMMON_SEVEN)))
    return known, WORDS.scores(np.stack([rows[clip.id] for clip in known]), told.labels)


def _splits(voice: Trained, place: Place) -> tuple[Split, ...]:
    """Who was learnt from and judged by the sound network."""
    recipe = voice.made
    splits = tuple(recipe.protocol(answerable(recipe, recipe.clips(place.data))))
    return tuple(replace(split, apart=frozenset()) for split in splits[: 1 if place.quick else None])
