"""Muse: raw EEG of a headband while people relaxed, did nothing in particular, or concentrated.

NOT EMOTIONS. Relaxed, neutral and concentrating are states of attention. This corpus is here for the way from a raw EEG file
to an answer, with four electrodes as many people can buy them; a recognizer of emotions must not be learnt from it, or judged on it.
Recorded: 25 files of up to a minute, a Muse headband with dry electrodes at TP9, AF7, AF8 and TP10, 256 samples a second,
  microvolts; a fifth column, the auxiliary input, is left out: it holds noise.
Of whom: 4 people, called a to d (the paper tells of five).
Labels: what the person was asked to do; neutral is in both this list and those of emotions, and means something else here.
Published by: Bird and others, 2018, with the programs that make their features, on GitHub.
Odd: ``name-concentrating-1`` is ``subjecta-concentrating-1`` once more: of 15,192 samples seven differ, by up to 6 microvolts
  at TP9. It is read as person a, under the same fact ``recording`` and with a fact ``copy``, so that both stay in one part.
  ``subjectb-relaxed-2`` has nine holes, one of them 700 s long: samples there are absent. Some recordings are much shorter:
  ``subjectd-concentrating-2`` lasts 3.5 s, ``subjectc-neutral-2`` 9 s. The amplifier ends at 1,000 microvolts, which some reach:
  of persons a, b and d, AF8 is loose while they concentrate (it spreads by 103 to 342 microvolts, and by 5 to 20 otherwise), so that
  whoever looks at how strong AF8 is tells concentrating people by an electrode, or by a brow, and not by a brain.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from types import MappingProxyType

import numpy as np

from emofuse.core.clip import Clip, Signal, Source
from emofuse.core.corpus import Corpus, Published
from emofuse.core.errors import CorpusError, MediaError
from emofuse.core.labels import LabelSet
from emofuse.core.modality import Modality
from emofuse.media.tables.columns import columns

CHANNELS = ("TP9", "AF7", "AF8", "TP10")
RATE = 256.0  # Hz
HOLE = 0.02  # s between two samples that makes a hole; they are 4 ms apart, and times have three decimals
LONGEST = 3_600  # s that a hole may last; a wrong clock must not fill memory
STATES = ("relaxed", "neutral", "concentrating")
NAME = re.compile(rf"(?:subject(?P<person>[a-z])|name)-(?P<state>{'|'.join(STATES)})-(?P<take>\d+)")
COPIES = MappingProxyType({"name-concentrating-1": "subjecta-concentrating-1"})

CITATION = (
    "Bird JJ, Manso LJ, Ribeiro EP, Ekart A, Faria DR (2018). A study on mental state classification using EEG-based brain-machine "
    "interface. IEEE Intelligent Systems (IS), 795-800. https://doi.org/10.1109/IS.2018.8710576"
)
LAYOUT = """\
    original_data/subjecta-concentrating-1.csv   (timestamps, TP9, AF7, AF8, TP10, Right AUX)
    ...
    original_data/subjectd-relaxed-2.csv
"""


def find(root: Path) -> Iterator[Clip]:
    """One clip a file that is named by person, state and take, in a folder of any name."""
    for file in sorted(root.rglob("*.csv")):
        name = NAME.fullmatch(file.stem)
        if name is None:
            continue
        copied = NAME.fullmatch(COPIES.get(file.stem, ""))
        person = (copied or name)["person"]
        yield Clip(
            id=file.stem,
            subject=f"muse-{person}" if person else None,
            label=name["state"],
            sources={Modality.EEG: Source(file, read_signal)},
            facts={"recording": COPIES.get(file.stem, file.stem), "trial": name["take"]} | ({"copy": "yes"} if copied else {}),
        )


def read_signal(path: Path) -> Signal:
    """The four electrodes; where the headband sent nothing, samples are absent.

    Shape:
        values (time, 4) float32 in microvolts, in the order of `CHANNELS`

    Raises:
        MediaError: The file is not such a table, holds values that are no numbers, or its times go backwards.
    """
    try:
        times, values = columns(path, ["timestamps"], CHANNELS)
        seconds = np.array(times["timestamps"], dtype=np.float64)
    except (CorpusError, ValueError) as error:
        raise MediaError(f"{error}" if isinstance(error, CorpusError) else _wrong(path, f"a time that is no number ({error})")) from error
    if not len(values):
        raise MediaError(_wrong(path, "no samples"))
    strange = int(np.count_nonzero(~np.isfinite(values))) + int(np.count_nonzero(~np.isfinite(seconds)))
    if strange:
        raise MediaError(_wrong(path, f"{strange:,} values that are not numbers"))
    steps = np.diff(seconds)
    if (steps < 0).any() or (steps > LONGEST).any():
        where = int(np.argmax((steps < 0) | (steps > LONGEST)))
        raise MediaError(_wrong(path, f"a step of {steps[where]:.3f} s in its times, after sample {where + 1}"))
    lost = np.where(steps > HOLE, np.round(steps * RATE) - 1, 0).astype(int)
    if not lost.any():
        return Signal(values, RATE, channels=CHANNELS)
    place = np.arange(len(values)) + np.concatenate([[0], np.cumsum(lost)])
    whole = np.zeros((place[-1] + 1, len(CHANNELS)), dtype=np.float32)
    present = np.zeros(len(whole), dtype=bool)
    whole[place], present[place] = values, True
    return Signal(whole, RATE, present=present, channels=CHANNELS)


def _wrong(path: Path, what: str) -> str:
    return (
        f"{path} holds {what}. Expected samples of {', '.join(CHANNELS)} in microvolts, and their times in seconds, one after the other; "
        f"get it again, or leave it out."
    )


MUSE = Corpus(
    name="muse",
    labels=LabelSet(STATES),
    modalities=frozenset({Modality.EEG}),
    license="none is named where it is published",
    citation=CITATION,
    layout=LAYOUT,
    find=find,
    getting="https://github.com/jordan-bird/eeg-feature-generation, the folder dataset/original_data.",
    published=Published(
        clips=25,
        people=4,
        labels=MappingProxyType({"relaxed": 8, "neutral": 8, "concentrating": 9}),
        ids=lambda: sorted([f"subject{person}-{state}-{take}" for person in "abcd" for state in STATES for take in "12"] + list(COPIES)),
        source="the folder dataset/original_data of https://github.com/jordan-bird/eeg-feature-generation",
    ),
    beside=("**/README*", "**/todo.txt"),
)
