"""SEED: fifteen people watch the same fifteen film clips on three days.

Recorded: EEG of 62 channels while 15 Chinese film clips of 3 to 4.5 minutes were watched; each person came three times.
Of whom: 15 students in Shanghai, 7 men and 8 women, 23 years old on average.
Labels: what each film was chosen to make people feel: positive, neutral or negative, 5 films each. Not what they said they felt.
Published by: Zheng and Lu, Shanghai Jiao Tong University, 2015, for those who sign its licence agreement.
  ``Preprocessed_EEG`` is the signal at 200 samples a second, filtered to 0-75 Hz; ``ExtractedFeatures`` the differential entropy
  of five bands (delta, theta, alpha, beta, gamma) in windows of 1 s, smoothed over time in two ways: by a linear dynamical
  system (``de_LDS``) and by a moving average (``de_movingAve``). Other features in these files are not read.
Odd: the films are the same for everybody and on every day, in one order: who has learnt from a film has heard of every other
  clip of it (fact ``stimulus``). Smoothing carries each window's neighbours with it, so windows of one trial must never be
  divided; a clip here is a whole trial, which cannot be. The three days of a person are told apart by the date in a file's
  name alone (fact ``session``), the people by its first number. A file's variables begin with initials that mean nothing.
Read from: what stands there, the first of raw, de_LDS and de_movingAve for all; `form` chooses another. The fact ``form`` says which.
"""

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import MappingProxyType

from emofuse.core.clip import Clip, Source
from emofuse.core.corpus import Corpus, Published
from emofuse.core.errors import CorpusError, UnknownName
from emofuse.core.labels import LabelSet
from emofuse.core.modality import Modality
from emofuse.media.kept import kept
from emofuse.media.mat import read_mat
from emofuse.media.trials import read_bands, read_trial

WORDS = {-1: "negative", 0: "neutral", 1: "positive"}
FILMS = (1, 0, -1, -1, 0, 1, -1, 0, 1, 1, 0, -1, 0, 1, -1)
"""The code of each film, as ``label.mat`` has them."""

CHANNELS = 62  # in the order of channel-order.xlsx: FP1, FPZ, FP2, AF3, AF4, F7 ... CB1, O1, OZ, O2, CB2
BANDS = ("delta", "theta", "alpha", "beta", "gamma")
RATE = 200.0  # Hz
FORMS = ("raw", "de_LDS", "de_movingAve")
FOLDERS = MappingProxyType({"Preprocessed_EEG": 0, "ExtractedFeatures": 1, "ExtractedFeatures_1s": 1, "ExtractedFeatures_4s": 4})
"""Folder to the seconds of a window in it; 0 where it holds the signal."""

NAME = re.compile(r"(?P<person>\d{1,2})_(?P<date>\d{8})")
SEXES = {"m": "male", "f": "female"}

CITATION = (
    "Zheng WL, Lu BL (2015). Investigating critical frequency bands and channels for EEG-based emotion recognition with deep neural "
    "networks. IEEE Transactions on Autonomous Mental Development 7(3), 162-175. https://doi.org/10.1109/TAMD.2015.2431497; "
    "Duan RN, Zhu JY, Lu BL (2013). Differential entropy feature for EEG-based emotion classification. IEEE/EMBS NER, 81-84."
)
LAYOUT = """\
    Preprocessed_EEG/1_20131027.mat      (djc_eeg1 ... djc_eeg15, each 62 channels x time)
    ...
    Preprocessed_EEG/label.mat
    ExtractedFeatures/1_20131027.mat     (or ExtractedFeatures_1s, ExtractedFeatures_4s: de_LDS1 ..., 62 x windows x 5)
    subject-id-gender-seed.txt           (optional)
"""


def find(root: Path, form: str | None = None) -> Iterator[Clip]:
    """One clip a trial, 15 a file.

    Raises:
        CorpusError: ``label.mat`` gives the films other labels than were published.
        MediaError: ``label.mat`` cannot be read.
    """
    files: dict[int, dict[tuple[int, str], Path]] = defaultdict(dict)  # seconds of a window, then person and date
    for file in sorted(root.rglob("*.mat")):
        name = NAME.fullmatch(file.stem)
        if name is not None and file.parent.name in FOLDERS:
            files[FOLDERS[file.parent.name]].setdefault((int(name["person"]), name["date"]), file)
    if not files:
        return
    for labels in sorted(root.rglob("label.mat")):
        _check(labels)
    form = form or ("raw" if files[0] else "de_LDS")
    seconds = 0 if form == "raw" else next((length for length in (1, 4) if files[length]), 1)
    dates: dict[int, list[str]] = defaultdict(list)
    for person, date in sorted({key for found in files.values() for key in found}):
        dates[person].append(date)
    sexes = _sexes(root)
    for (person, date), file in files[seconds].items():
        session = dates[person].index(date) + 1
        for trial, code in enumerate(FILMS, start=1):
            read = partial(read_trial, name=f"*_eeg{trial}", channels=CHANNELS, rate=RATE)
            if form != "raw":
                read = partial(read_bands, name=form, trial=trial, channels=CHANNELS, bands=len(BANDS), rate=1 / seconds)
            facts = {
                "form": form,
                "session": str(session),
                "date": date,
                "trial": str(trial),
                "stimulus": f"film {trial:02d}",
                "recording": f"{person:02d}-{session}-{trial:02d}",
            }
            yield Clip(
                id=facts["recording"],
                subject=f"seed-{person:02d}",
                label=WORDS[code],
                sources={Modality.EEG: Source(file, read)},
                facts=facts | ({"sex": sexes[person]} if person in sexes else {}),
            )


def form(name: str) -> Corpus:
    """SEED in one of its `FORMS`, where a copy has several.

    Raises:
        UnknownName: There is no such form.
    """
    if name not in FORMS:
        raise UnknownName(f"Unknown form '{name}' of SEED. Known: {', '.join(FORMS)}.")
    return replace(SEED, find=partial(find, form=name))


@kept(4)
def _check(path: Path) -> None:
    """Hold a copy's own labels against those in the order of which its trials are read here."""
    label = read_mat(path, ["label"])["label"].ravel().tolist()
    if label != list(FILMS):
        raise CorpusError(
            f"{path} gives the films the labels {' '.join(f'{code:g}' for code in label[:20])}. "
            f"Expected {' '.join(map(str, FILMS))}, as published; get it again, or move it away."
        )


def _sexes(root: Path) -> dict[int, str]:
    """Who is a man and who a woman, where the list is there and says M and F."""
    sexes = {}
    for file in sorted(root.rglob("subject-id-gender-seed.txt")):
        for line in file.read_text(encoding="utf-8", errors="replace").splitlines():
            told = re.fullmatch(r"\W*(\d{1,2})\W+([MFmf])\w*\W*", line)
            if told is not None:
                sexes[int(told[1])] = SEXES[told[2].lower()]
    return sexes


def expected() -> Iterator[str]:
    """The id of every trial there is.

    Example:
        >>> len(list(expected()))
        675
    """
    for person in range(1, 16):
        for session in range(1, 4):
            yield from (f"{person:02d}-{session}-{trial:02d}" for trial in range(1, 16))


SEED = Corpus(
    name="seed",
    labels=LabelSet(tuple(WORDS.values())),
    modalities=frozenset({Modality.EEG}),
    license="its own licence agreement: academic research only, not to be passed on",
    citation=CITATION,
    layout=LAYOUT,
    find=find,
    getting="Print, sign and send the licence agreement of https://bcmi.sjtu.edu.cn/home/seed/ to the laboratory, which answers with "
    "an account for the download. Preprocessed_EEG or ExtractedFeatures (ExtractedFeatures_1s) alone is enough.",
    published=Published(
        clips=675,
        people=15,
        labels=MappingProxyType(dict.fromkeys(WORDS.values(), 225)),
        facts=MappingProxyType({"session": MappingProxyType({"1": 225, "2": 225, "3": 225})}),
        each=45,
        ids=expected,
        source="https://bcmi.sjtu.edu.cn/home/seed/seed.html",
    ),
    beside=("**/label.mat", "**/*.txt", "**/*.xlsx", "**/*.locs", "**/*.zip"),
)
