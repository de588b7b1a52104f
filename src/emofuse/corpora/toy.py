"""Toy: made up in memory, all four modalities; for tests, demos and the first half hour.

Recorded: never; a clip's id decides every sample, so that it is the same on every machine. 72 clips of 1.5 s.
Of whom: six people who do not exist, each with a pitch and a brightness of their own.
Labels: anger, happiness, neutral, sadness, 18 clips each; every modality tells them apart, through some noise.
Published by: nobody; it needs no folder.
Odd: far easier than life. A figure on it says that the code works, and nothing else.
"""

from collections.abc import Iterator
from pathlib import Path
from zlib import crc32

import numpy as np

from emofuse.core.clip import Clip, Signal, Source
from emofuse.core.corpus import Corpus, Published
from emofuse.core.labels import LabelSet
from emofuse.core.modality import Modality

WORDS = ("anger", "happiness", "neutral", "sadness")
PEOPLE = ("ann", "bob", "cleo", "dan", "eve", "finn")
TAKES = 3
DURATION = 1.5  # s
RATES = {Modality.AUDIO: 16_000, Modality.VIDEO: 4, Modality.TEXT: 2, Modality.EEG: 128}  # samples a second
TONES = (800.0, 550.0, 350.0, 200.0)  # Hz, one a label
RHYTHMS = (24.0, 16.0, 10.0, 5.0)  # Hz, one a label: from beta down to theta
SAID = (("stop", "that", "now"), ("what", "lovely", "news"), ("it", "is", "noon"), ("nobody", "came", "back"))
CHANNELS = 4
SIDE = 48  # pixels


def find(root: Path) -> Iterator[Clip]:
    """The made-up clips, whatever `root` is."""
    for who in PEOPLE:
        for word in WORDS:
            for take in range(1, TAKES + 1):
                name = f"{who}-{word}-{take}"
                sources = {m: Source(Path(name), read) for m, read in READERS.items()}
                yield Clip(name, who, word, sources, {"take": str(take), "sex": "female" if who in ("ann", "cleo", "eve") else "male"})


def read_sound(path: Path) -> Signal:
    """A tone with overtones, higher the livelier. Shape: values (24000,) float32 in -1..1."""
    noise, person, label, time = _scene(path, Modality.AUDIO)
    pitch = TONES[label] * (0.9 + 0.04 * person)
    tone = sum(np.sin(2 * np.pi * pitch * k * time) / k for k in (1, 2, 3))
    swell = 0.6 + 0.4 * np.sin(2 * np.pi * 3 * time + noise.uniform(0, 6))
    return Signal((0.2 * tone * swell + 0.02 * noise.normal(size=len(time))).astype(np.float32), RATES[Modality.AUDIO])


def read_faces(path: Path) -> Signal:
    """Stripes, turned by label, where a face would be. Shape: values (6, 48, 48) uint8."""
    noise, person, label, time = _scene(path, Modality.VIDEO)
    angle = np.pi * label / len(WORDS)
    y, x = np.mgrid[:SIDE, :SIDE]
    stripes = np.cos((x * np.cos(angle) + y * np.sin(angle)) * 0.6 + noise.uniform(0, 6) + time[:, None, None])
    faces = 110 + 8 * person + 50 * stripes + 12 * noise.normal(size=(len(time), SIDE, SIDE))
    return Signal(faces.clip(0, 255).astype(np.uint8), RATES[Modality.VIDEO])


def read_words(path: Path) -> Signal:
    """Three words that only fit one label. Shape: values (3,) str."""
    _, _, label, _ = _scene(path, Modality.TEXT)
    return Signal(np.array(SAID[label]), RATES[Modality.TEXT])


def read_eeg(path: Path) -> Signal:
    """A rhythm, faster the livelier, in microvolts. Shape: values (192, 4) float32."""
    noise, person, label, time = _scene(path, Modality.EEG)
    phases = noise.uniform(0, 6, size=CHANNELS)
    rhythm = (15 + person) * np.sin(2 * np.pi * RHYTHMS[label] * time[:, None] + phases)
    return Signal((rhythm + 5 * noise.normal(size=rhythm.shape)).astype(np.float32), RATES[Modality.EEG])


READERS = {Modality.AUDIO: read_sound, Modality.VIDEO: read_faces, Modality.TEXT: read_words, Modality.EEG: read_eeg}


def _scene(path: Path, m: Modality) -> tuple[np.random.Generator, int, int, np.ndarray]:
    """What an id decides: the noise, who, which label, and the times of the samples in s."""
    who, word, _ = path.name.split("-")
    times = np.arange(round(DURATION * RATES[m])) / RATES[m]
    return np.random.default_rng(crc32(f"{path.name} {m}".encode())), PEOPLE.index(who), WORDS.index(word), times


TOY = Corpus(
    name="toy",
    labels=LabelSet(WORDS),
    modalities=frozenset(Modality),
    license="Apache-2.0, as the rest of this package",
    citation="Made up by emofuse; cite what you use it to test.",
    layout="    nothing: toy clips are made up in memory\n",
    find=find,
    getting="Nothing to get; any folder will do, even none.",
    published=Published(
        clips=72,
        people=6,
        labels=dict.fromkeys(WORDS, 18),
        facts={"sex": {"female": 36, "male": 36}},
        each=12,
        ids=lambda: (f"{who}-{word}-{take}" for who in PEOPLE for word in WORDS for take in range(1, TAKES + 1)),
    ),
)
