"""IEMOCAP: ten actors in five pairs improvise and play scenes; sound, picture, words, and how it felt to those who watched.

Recorded: 10,039 turns of 151 dialogues, about 12 hours, in a studio in Los Angeles; American English. One of the two wears
  markers on face and hands in each dialogue.
Of whom: 10 actors, a woman and a man in each of five sessions, so that a session is left out rather than a person:
  partners answer each other, and hear each other in their microphones.
Labels: by three people or more who saw the dialogue; their majority, or none where they do not agree (xxx, 2,507 turns: the
  clip's label is None). Excitement is often counted as happiness, and most figures are of four classes and 5,531 turns:
  anger, neutral, sadness, happiness with excitement. Valence, activation and dominance from 1 to 5 are facts.
Published by: Busso and others, University of Southern California, 2008; by a form.
Odd: in a scripted dialogue all ten say the same lines, so words tell the script and the script tells the label: figures on
  improvised turns are the harder ones (fact ``performance``). The letter after the session in a name (Ses01F) is who wears
  the markers, not who speaks: that is the last letter. One film has both side by side, the one with the markers left.
  Some of the folders carry strays named ``._Ses...``.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np

from emofuse.core.clip import Clip, Signal, Source
from emofuse.core.corpus import Corpus, Published
from emofuse.core.errors import CorpusError, MediaError
from emofuse.core.labels import LabelSet
from emofuse.core.modality import Modality
from emofuse.media import faces
from emofuse.media.follow import Follower
from emofuse.media.probe import open_media, picture_stream
from emofuse.media.sound import read_sound
from emofuse.media.stream import FACE_RATE
from emofuse.media.transcript import said
from emofuse.media.video import grey

CODES = {
    "neu": "neutral",
    "hap": "happiness",
    "exc": "excitement",
    "sad": "sadness",
    "ang": "anger",
    "fru": "frustration",
    "fea": "fear",
    "sur": "surprise",
    "dis": "disgust",
    "oth": "other",
}
UNDECIDED = "xxx"
TURN = re.compile(
    r"\[(?P<start>[\d.]+) - (?P<end>[\d.]+)\]\s+(?P<name>\S+)\s+(?P<code>\S+)\s+"
    r"\[(?P<valence>[\d.]+), (?P<activation>[\d.]+), (?P<dominance>[\d.]+)\]\s*"
)
NAME = re.compile(r"Ses0(?P<session>[1-5])(?P<marked>[FM])_(?P<scene>(?P<kind>impro|script)\w+)_(?P<speaker>[FM])\w\w\w")
LINE = re.compile(r"(?P<name>Ses\S+) \[[\d.]+-[\d.]+\]:\s*(?P<words>.*\S)\s*")
PERFORMANCES = {"impro": "improvised", "script": "scripted"}

CITATION = (
    "Busso C, Bulut M, Lee CC, Kazemzadeh A, Mower E, Kim S, Chang JN, Lee S, Narayanan SS (2008). IEMOCAP: interactive emotional "
    "dyadic motion capture database. Language Resources and Evaluation 42(4): 335-359. https://doi.org/10.1007/s10579-008-9076-6"
)
LAYOUT = """\
    Session1/dialog/EmoEvaluation/Ses01F_impro01.txt
    Session1/dialog/transcriptions/Ses01F_impro01.txt
    Session1/dialog/avi/DivX/Ses01F_impro01.avi                            (optional)
    Session1/sentences/wav/Ses01F_impro01/Ses01F_impro01_F000.wav          (optional)
    ...
    Session5/...
"""


def find(root: Path) -> Iterator[Clip]:
    """One clip a turn that was labelled; what a dialogue has of sound, picture and words, its turns have.

    Raises:
        CorpusError: A list of labels is not as it was published.
    """
    for labels in sorted(root.glob("Session[1-5]/dialog/EmoEvaluation/Ses*.txt")):
        session, dialogue = labels.parents[2], labels.stem
        words = _words(session / "dialog" / "transcriptions" / labels.name)
        sounds, film = session / "sentences" / "wav" / dialogue, session / "dialog" / "avi" / "DivX" / f"{dialogue}.avi"
        heard, seen = sounds.is_dir(), film.is_file()
        for turn in _turns(labels):
            name = NAME.fullmatch(turn["name"])
            if name is None or turn["code"] not in (*CODES, UNDECIDED):
                raise CorpusError(
                    f"{labels} says '{turn[0].strip()[:100]}'. Expected a turn such as Ses01F_impro01_F000 and one of "
                    f"{', '.join(CODES)}, {UNDECIDED}; get the file again."
                )
            start, end = (round(float(turn[edge]) * 1_000) for edge in ("start", "end"))
            sources = {}
            if heard:
                sources[Modality.AUDIO] = Source(sounds / f"{name[0]}.wav", read_sound)
            if seen:
                left = name["speaker"] == name["marked"]
                sources[Modality.VIDEO] = Source(film, partial(read_half, start=start, end=end, left=left))
            if name[0] in words:
                sources[Modality.TEXT] = said(session / "dialog" / "transcriptions" / labels.name, words[name[0]], end - start)
            facts = {
                "session": name["session"],
                "dialogue": dialogue,
                "scene": name["scene"],
                "performance": PERFORMANCES[name["kind"]],
                "sex": "female" if name["speaker"] == "F" else "male",
                "start": str(start),
                "end": str(end),
                **{axis: turn[axis] for axis in ("valence", "activation", "dominance")},
            }
            yield Clip(name[0], f"iemocap-{name['session']}{name['speaker']}", CODES.get(turn["code"]), sources, facts)


def read_half(path: Path, start: int, end: int, left: bool, finder: Callable[[], faces.Finder] = faces.finder) -> Signal:
    """A speaker's face during a turn, out of one half of a dialogue's film.

    Shape:
        values (time, 48, 48) uint8, five a second; absent where there is no face

    Args:
        path: The film.
        start: Of the turn, in ms.
        end: Of the turn, in ms.
        left: Which half.
        finder: Makes what finds faces.

    Raises:
        MediaError: The film cannot be read, or ends before the turn begins.
    """
    import av

    count = max(round((end - start) * FACE_RATE / 1_000), 1)
    follower = Follower(finder())
    found: list[np.ndarray | None] = []
    with open_media(path) as container:
        picture = picture_stream(container)
        if picture is None:
            raise MediaError(f"{path} has no picture that can be decoded. Expected a film of two actors; get it again.")
        origin = container.start_time or 0  # µs
        try:
            container.seek(start * 1_000 + origin)  # to the whole picture before; those until `start` are decoded and passed over
            for frame in container.decode(picture):
                if frame.pts is None or frame.time_base is None:
                    continue
                shown = float(frame.pts * frame.time_base) * 1_000 - origin / 1_000  # ms
                while len(found) < count and shown >= start + len(found) * 1_000 / FACE_RATE:
                    both = grey(frame, float(picture.sample_aspect_ratio or 1))
                    middle = both.values.shape[1] // 2
                    found.append(follower.see(replace(both, values=both.values[:, :middle] if left else both.values[:, middle:])))
                if len(found) == count:
                    break
        except av.error.FFmpegError as error:
            if not found:
                raise MediaError(f"{path} cannot be decoded at {start} ms. Expected a film without damage; copy it again.") from error
    if not found:
        raise MediaError(f"{path} ends before {start} ms, where a turn begins. Expected the whole dialogue; copy it again.")
    values = np.zeros((count, faces.SIDE, faces.SIDE), dtype=np.uint8)
    present = np.zeros(count, dtype=bool)
    for place, face in enumerate(found):
        if face is not None:
            values[place], present[place] = face, True
    return Signal(values, FACE_RATE, present=None if present.all() else present)


def _turns(path: Path) -> Iterator[re.Match[str]]:
    """The lines that label a turn; those between them say who labelled it how.

    Raises:
        CorpusError: There are none.
    """
    turns = [turn for line in _text(path).splitlines() if (turn := TURN.fullmatch(line))]
    if not turns:
        raise CorpusError(
            f"{path} labels no turn. Expected lines such as [6.2901 - 8.2357] Ses01F_impro01_F000 neu [2.5000, 2.5000, 2.5000]; "
            f"get the file again."
        )
    yield from turns


def _words(path: Path) -> dict[str, str]:
    """What was said in a dialogue, by turn; nothing where it is not there."""
    if not path.is_file():
        return {}
    return {line["name"]: line["words"] for written in _text(path).splitlines() if (line := LINE.fullmatch(written))}


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise CorpusError(
            f"{path} is not a text in UTF-8 (byte {error.object[error.start]:#04x}). Expected one, as published; get it again."
        ) from error


IEMOCAP = Corpus(
    name="iemocap",
    labels=LabelSet(tuple(CODES.values())),
    modalities=frozenset({Modality.AUDIO, Modality.VIDEO, Modality.TEXT}),
    license="research only, by a signed form",
    citation=CITATION,
    layout=LAYOUT,
    find=find,
    getting="Ask with the release form at sail.usc.edu/iemocap; IEMOCAP_full_release unpacks into the folders above.",
    published=Published(
        clips=10_039,
        people=10,
        labels={
            "neutral": 1_708,
            "happiness": 595,
            "excitement": 1_041,
            "sadness": 1_084,
            "anger": 1_103,
            "frustration": 1_849,
            "fear": 40,
            "surprise": 107,
            "disgust": 2,
            "other": 3,
            "(none)": 2_507,  # how a check counts clips without a label
        },
        facts={"performance": {"improvised": 4_784, "scripted": 5_255}, "sex": {"female": 4_941, "male": 5_098}},
        source="others, in the release",
    ),
    beside=(
        "README*",
        "Documentation/*",
        "Session*/dialog/*/**",
        "Session*/sentences/ForcedAlignment/**",
        "Session*/sentences/MOCAP_*/**",
    ),
)
