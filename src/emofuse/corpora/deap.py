"""DEAP: 32 people watch forty music videos and say how they felt.

Recorded: 32 channels of EEG, and 8 of the body (eyes, muscles, skin, breath, pulse, temperature; not read), while 40 excerpts of
  music videos were watched, a minute each. For 22 people a video of the face exists, too (not read).
Of whom: 32 people, half of them women, 19 to 37 years old; 1 to 22 at Twente, 23 to 32 at Geneva (fact ``site``).
Labels: what each person said after each video: valence, arousal, dominance and liking from 1 to 9, kept as facts. There is no word
  for it, so ours is the quadrant: ``high valence`` and ``high arousal`` are above 5, the middle; exactly 5 is low. Others cut elsewhere,
  drop what lies near 5, or tell two classes apart: compare figures only where this is alike. For positive and negative, go by valence.
Published by: Koelstra and others, 2012, Queen Mary University of London, for those who sign its end user licence agreement.
Odd: read are the preprocessed files: 128 samples a second, filtered to 4-45 Hz, eye movements taken out, referenced to the mean,
  channels in Geneva's order for all. The first 3 of 63 s are before the video; they are left out here. Trials stand in the order
  of the videos, not in that in which they were watched, so that neighbours are not neighbours in time. The videos are the same
  for everybody (fact ``stimulus``). The files for Python are pickles of Python 2: programs that may do anything when they are
  loaded the usual way. Here nothing in them is run. A copy is about in which valence and arousal are turned round (9 - x) in 439 of
  the 1,280 trials: where ``participant_ratings.csv`` stands beside, the ratings in the files are held against it.
Read from: data_preprocessed_python where it stands, else data_preprocessed_matlab. The fact ``form`` says which; the numbers are the same.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from types import MappingProxyType

import numpy as np

from emofuse.core.clip import Clip, Signal, Source
from emofuse.core.corpus import Corpus, Published
from emofuse.core.errors import CorpusError, MediaError
from emofuse.core.labels import LabelSet
from emofuse.core.modality import Modality
from emofuse.media.kept import kept
from emofuse.media.mat import read_mat
from emofuse.media.pickled import read_pickled
from emofuse.media.tables.columns import columns

WORDS = ("high valence high arousal", "high valence low arousal", "low valence high arousal", "low valence low arousal")
RATINGS = ("valence", "arousal", "dominance", "liking")
MIDDLE = 5.0  # of the scales from 1 to 9
TRIALS = 40
CHANNELS = 32  # of 40: Fp1, AF3, F3, F7, FC5 ... FC2, Cz, C4, T8, CP6, CP2, P4, P8, PO4, O2
RATE = 128.0  # Hz
BASELINE = 384  # samples before the video: 3 s
SAMPLES = 8_064  # of a trial: 63 s
TWENTE = 22  # people from 1 to this
NAME = re.compile(r"s(?P<person>\d\d)\.(?P<kind>dat|mat)")

CITATION = (
    "Koelstra S, Muehl C, Soleymani M, Lee JS, Yazdani A, Ebrahimi T, Pun T, Nijholt A, Patras I (2012). DEAP: A database for emotion "
    "analysis using physiological signals. IEEE Transactions on Affective Computing 3(1), 18-31. https://doi.org/10.1109/T-AFFC.2011.15"
)
LAYOUT = """\
    data_preprocessed_python/s01.dat   (or data_preprocessed_matlab/s01.mat: data 40 x 40 x 8064, labels 40 x 4)
    ...
    data_preprocessed_python/s32.dat
"""


def find(root: Path) -> Iterator[Clip]:
    """One clip a trial, 40 a person.

    Raises:
        CorpusError: The ratings are not those that ``participant_ratings.csv`` has.
        MediaError: A person's ratings cannot be read.
    """
    files: dict[int, Path] = {}
    for file in sorted(root.rglob("s[0-9][0-9].*"), key=lambda file: (file.suffix, file)):  # .dat before .mat, which takes longer
        name = NAME.fullmatch(file.name)
        if name is not None:
            files.setdefault(int(name["person"]), file)
    published = [_published(table) for table in sorted(root.rglob("participant_ratings.csv"))[:1] if files]
    for person, file in files.items():
        for table in published:
            _check(file, _ratings(file), table.get(person, {}))
        for trial, ratings in enumerate(_ratings(file), start=1):
            high = ["high" if value > MIDDLE else "low" for value in ratings[:2]]
            name_here = f"{person:02d}-{trial:02d}"
            yield Clip(
                id=name_here,
                subject=f"deap-{person:02d}",
                label=f"{high[0]} valence {high[1]} arousal",
                sources={Modality.EEG: Source(file, partial(read_trial, trial=trial))},
                facts={
                    "form": file.suffix[1:],
                    "trial": str(trial),
                    "stimulus": f"video {trial:02d}",
                    "recording": name_here,
                    "start": "3000",
                    "end": "63000",
                    "site": "Twente" if person <= TWENTE else "Geneva",
                    **{rating: f"{value:.4g}" for rating, value in zip(RATINGS, ratings, strict=True)},
                },
            )


def read_trial(path: Path, trial: int) -> Signal:
    """The EEG of the minute of a video.

    Shape:
        values (7680, 32) float32 in microvolts

    Raises:
        MediaError: The file cannot be read, or is not of this form.
    """
    return Signal(_signals(path)[trial - 1], RATE)


@kept(64)
def _ratings(path: Path) -> np.ndarray:
    """Shape: (40, 4) float64, in the order of `RATINGS`."""
    values = _array(path, "labels", (TRIALS, len(RATINGS)), most=1 << 20)
    if not ((values >= 1) & (values <= 9)).all():
        raise MediaError(f"labels in {path} are not all from 1 to 9. Expected ratings on that scale; get the file again.")
    return values


def _published(path: Path) -> dict[int, dict[int, np.ndarray]]:
    """Valence and arousal by person and video, as the publisher's own table has them."""
    _, values = columns(path, [], ["Participant_id", "Experiment_id", "Valence", "Arousal"])
    found: dict[int, dict[int, np.ndarray]] = defaultdict(dict)
    for row, (person, video, *ratings) in enumerate(values, start=1):
        if not np.isfinite(values[row - 1]).all() or not 1 <= video <= TRIALS:
            raise CorpusError(
                f"Row {row} of {path} is of video {video:g}, rated {ratings[0]:g} and {ratings[1]:g}. "
                f"Expected videos from 1 to {TRIALS} and their ratings; get it again."
            )
        found[int(person)][int(video)] = np.array(ratings)
    return found


def _check(path: Path, ratings: np.ndarray, published: Mapping[int, np.ndarray]) -> None:
    wrong = [video for video, told in published.items() if not np.allclose(ratings[video - 1, :2], told, atol=0.02)]
    if wrong:
        raise CorpusError(
            f"{path} rates {len(wrong)} of {len(published)} videos otherwise than participant_ratings.csv beside it, the first is video "
            f"{wrong[0]}. Expected the same valence and arousal; get both from their publisher, not from a copy of somebody else's."
        )


@kept(1)
def _signals(path: Path) -> np.ndarray:
    """Shape: (40, 7680, 32) float32."""
    values = _array(path, "data", (TRIALS, 40, SAMPLES))[:, :CHANNELS, BASELINE:].transpose(0, 2, 1)
    signals = np.ascontiguousarray(values, dtype=np.float32)
    strange = int(np.count_nonzero(~np.isfinite(signals)))
    if strange:
        raise MediaError(f"data in {path} hold {strange:,} values that are not numbers. Expected none; get the file again.")
    return signals


def _array(path: Path, name: str, shape: tuple[int, ...], most: int | None = None) -> np.ndarray:
    held = read_pickled(path, most) if path.suffix == ".dat" else read_mat(path, [name])
    array = held.get(name) if isinstance(held, dict) else None
    if array is None:
        known = ", ".join(sorted(map(str, held))) if isinstance(held, dict) else type(held).__name__
        raise MediaError(f"{path} holds no {name}. It holds {known or 'nothing'}; get the file again.")
    if not isinstance(array, np.ndarray) or array.dtype.kind not in "biuf":
        raise MediaError(f"{name} in {path} are no numbers. Expected numbers of shape {shape}; get the file again.")
    if array.shape != shape:
        raise MediaError(f"{name} in {path} has the shape {array.shape}. Expected {shape}; get the file again.")
    return array


def expected() -> Iterator[str]:
    """The id of every trial there is.

    Example:
        >>> len(list(expected()))
        1280
    """
    for person in range(1, 33):
        yield from (f"{person:02d}-{trial:02d}" for trial in range(1, TRIALS + 1))


DEAP = Corpus(
    name="deap",
    labels=LabelSet(WORDS),
    modalities=frozenset({Modality.EEG}),
    license="its own end user licence agreement: academic research only, not to be passed on",
    citation=CITATION,
    layout=LAYOUT,
    find=find,
    getting="Print, sign and send the end user licence agreement of https://www.eecs.qmul.ac.uk/mmv/datasets/deap/; the answer is an "
    "account for the download. data_preprocessed_python.zip or data_preprocessed_matlab.zip alone is enough.",
    published=Published(
        clips=1_280,
        people=32,
        facts=MappingProxyType({"site": MappingProxyType({"Twente": 880, "Geneva": 400})}),
        each=TRIALS,
        ids=expected,
        source="https://www.eecs.qmul.ac.uk/mmv/datasets/deap/readme.html",
    ),
    beside=("**/*.csv", "**/*.xls", "**/*.ods", "**/*.txt", "**/*.zip", "data_original/**", "face_video/**"),
)
