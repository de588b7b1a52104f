"""SEED-IV: fifteen people watch 72 film clips on three days, for four emotions.

Recorded: EEG of 62 channels, and eye movements (not read), while 24 film clips of about 2 minutes a day were watched.
Of whom: 15 students in Shanghai, 6 men and 9 women.
Labels: what each film was chosen to make people feel: neutral, sadness, fear or happiness, 6 films of each a day.
Published by: Zheng and others, Shanghai Jiao Tong University, 2018, for those who sign its licence agreement.
  ``eeg_raw_data`` is the signal at 200 samples a second, filtered to 1-75 Hz; ``eeg_feature_smooth`` the differential entropy of
  five bands (delta, theta, alpha, beta, gamma) in windows of 4 s, smoothed over time by a linear dynamical system
  (``de_LDS``) or a moving average (``de_movingAve``). Power spectra in the same files are not read.
Odd: each day has films of its own, the same for everybody (fact ``stimulus``): with 72 films for 15 people, keeping people apart
  keeps no film apart. The labels stand in the readme file alone, one list a day. Smoothing carries each window's neighbours
  with it, so windows of one trial must never be divided; a clip here is a whole trial, which cannot be.
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
from emofuse.core.errors import UnknownName
from emofuse.core.labels import LabelSet
from emofuse.core.modality import Modality
from emofuse.media.trials import read_bands, read_trial

WORDS = ("neutral", "sadness", "fear", "happiness")  # code 0 is the first
FILMS = MappingProxyType(
    {
        1: (1, 2, 3, 0, 2, 0, 0, 1, 0, 1, 2, 1, 1, 1, 2, 3, 2, 2, 3, 3, 0, 3, 0, 3),
        2: (2, 1, 3, 0, 0, 2, 0, 2, 3, 3, 2, 3, 2, 0, 1, 1, 2, 1, 0, 3, 0, 1, 3, 1),
        3: (1, 2, 2, 1, 3, 3, 3, 1, 1, 2, 1, 0, 2, 3, 3, 0, 2, 3, 0, 0, 2, 0, 1, 0),
    }
)
"""Session to the codes of its films, as ReadMe.txt has them."""

MEN = frozenset({1, 2, 6, 7, 12, 13})
CHANNELS = 62  # in the order of Channel Order.xlsx, which is SEED's
BANDS = ("delta", "theta", "alpha", "beta", "gamma")
RATE = 200.0  # Hz
WINDOW = 4_000  # ms
FORMS = ("raw", "de_LDS", "de_movingAve")
NAME = re.compile(r"(?P<folder>eeg_raw_data|eeg_feature_smooth)/(?:session)?(?P<session>[123])/(?P<person>\d{1,2})_\d{8}\.mat")

CITATION = (
    "Zheng WL, Liu W, Lu Y, Lu BL, Cichocki A (2018). EmotionMeter: A multimodal framework for recognizing human emotions. "
    "IEEE Transactions on Cybernetics 49(3), 1110-1122. https://doi.org/10.1109/TCYB.2018.2797176"
)
LAYOUT = """\
    eeg_raw_data/1/1_20160518.mat         (cz_eeg1 ... cz_eeg24, each 62 channels x time; folders 1, 2, 3 are the sessions)
    ...
    eeg_feature_smooth/1/1_20160518.mat   (de_LDS1 ..., de_movingAve1 ..., 62 x windows x 5)
    ReadMe.txt                            (optional)
"""


def find(root: Path, form: str | None = None) -> Iterator[Clip]:
    """One clip a trial, 24 a file."""
    files: dict[str, dict[tuple[int, int], Path]] = defaultdict(dict)  # folder, then person and session
    for file in sorted(root.rglob("*.mat")):
        name = NAME.fullmatch("/".join(file.parts[-3:]))
        if name is not None:
            files[name["folder"]].setdefault((int(name["person"]), int(name["session"])), file)
    form = form or ("raw" if files["eeg_raw_data"] else "de_LDS")
    for (person, session), file in files["eeg_raw_data" if form == "raw" else "eeg_feature_smooth"].items():
        for trial, code in enumerate(FILMS[session], start=1):
            read = partial(read_trial, name=f"*_eeg{trial}", channels=CHANNELS, rate=RATE)
            if form != "raw":
                read = partial(read_bands, name=form, trial=trial, channels=CHANNELS, bands=len(BANDS), rate=1_000 / WINDOW)
            name_here = f"{person:02d}-{session}-{trial:02d}"
            yield Clip(
                id=name_here,
                subject=f"seed_iv-{person:02d}",
                label=WORDS[code],
                sources={Modality.EEG: Source(file, read)},
                facts={
                    "form": form,
                    "session": str(session),
                    "trial": str(trial),
                    "stimulus": f"film {session}-{trial:02d}",
                    "recording": name_here,
                    "sex": "male" if person in MEN else "female",
                },
            )


def form(name: str) -> Corpus:
    """SEED-IV in one of its `FORMS`, where a copy has several.

    Raises:
        UnknownName: There is no such form.
    """
    if name not in FORMS:
        raise UnknownName(f"Unknown form '{name}' of SEED-IV. Known: {', '.join(FORMS)}.")
    return replace(SEED_IV, find=partial(find, form=name))


def expected() -> Iterator[str]:
    """The id of every trial there is.

    Example:
        >>> len(list(expected()))
        1080
    """
    for person in range(1, 16):
        for session in FILMS:
            yield from (f"{person:02d}-{session}-{trial:02d}" for trial in range(1, 25))


SEED_IV = Corpus(
    name="seed_iv",
    labels=LabelSet(WORDS),
    modalities=frozenset({Modality.EEG}),
    license="its own licence agreement: academic research only, not to be passed on",
    citation=CITATION,
    layout=LAYOUT,
    find=find,
    getting="Print, sign and send the licence agreement of https://bcmi.sjtu.edu.cn/home/seed/ to the laboratory, which answers with "
    "an account for the download. eeg_raw_data or eeg_feature_smooth alone is enough.",
    published=Published(
        clips=1_080,
        people=15,
        labels=MappingProxyType(dict.fromkeys(WORDS, 270)),
        facts=MappingProxyType(
            {
                "session": MappingProxyType({"1": 360, "2": 360, "3": 360}),
                "sex": MappingProxyType({"male": 432, "female": 648}),
            }
        ),
        each=72,
        ids=expected,
        source="https://bcmi.sjtu.edu.cn/home/seed/seed-iv.html and its ReadMe.txt",
    ),
    beside=("**/*.txt", "**/*.xlsx", "**/*.locs", "**/*.zip", "eye_*/**", "**/eye_*/**"),
)
