"""Njoku and others 2021, "Deep learning based data fusion methods": three pairs of modalities, each fused early, hybrid and multi-task.

The paper's EEG is of two other people than its actors, and is not here; every cell with EEG stands a second time with GAMEEMO's.
"""

from collections.abc import Mapping

from emofuse.recipes.njoku import ACTORS, EVERYBODY, NOBODY
from emofuse.reproduce.base import OTHER_DATA, OTHER_FEATURES, Claim, Row
from emofuse.reproduce.recalled import Recalled
from emofuse.reproduce.ways import Fused

PAPER = "njoku_2021"
WAYS = {"early": "early fusion", "hybrid": "hybrid fusion", "multi_task": "multi-task learning"}
ACCURACY = {
    "audio-video": {"early": 0.5833, "hybrid": 0.5791, "multi_task": 0.7541},
    "audio-eeg": {"early": 0.4458, "hybrid": 0.5750, "multi_task": 0.6833},
    "eeg-video": {"early": 0.4750, "hybrid": 0.6375, "multi_task": 0.7875},
}
"""Table 2."""
RECALLS: Mapping[tuple[str, str], Mapping[str, float]] = {
    ("audio-video", "neutral"): {"early": 0.8750, "hybrid": 0.8333, "multi_task": 0.8541},
    ("audio-video", "positive"): {"early": 0.4686, "hybrid": 0.4218, "multi_task": 0.6406},
    ("audio-eeg", "neutral"): {"early": 0.75, "hybrid": 0.75, "multi_task": 0.896},
    ("eeg-video", "positive"): {"multi_task": 0.8906},
}
"""Those that the text beside the figures 5 to 7 tells; the other labels and pairs are pictures."""
FIGURES = {"audio-video": "figure 5", "audio-eeg": "figure 6", "eeg-video": "figure 7"}
TEST, JUDGED = 240, {"neutral": 48, "positive": 64}  # table 1

PROTOCOL = "1,200 learnt from, 240 judged, by what rule is not told; 50 epochs, Adam, batches of 120; settings searched by brute force"
BY_CLIP = "six folds by clip, each of 1,440 clips judged once; people are shared"
BY_ACTOR = "six folds by actor, each of 1,440 clips judged once"
BY_EVERYBODY = "six folds by actor and by whoever wore the electrodes, each of 1,440 clips judged once"
SEEN = "action units in place of the 3D ResNeXt's 8,192 numbers, so that the paper's figure is neither reached nor missed"
HEARD = "sound at 16 kHz, where the paper has 48 kHz"
DIFFERS = (
    "six divisions in place of one; two layers a modality before they meet; one cycle of the learning rate, where the paper's falls on "
    "plateaus; nothing searched; "
    "calm is neutral, as the counts need"
)
STRANGERS = "strangers joined by their label (T13)"
GAMES = "GAMEEMO in place of the paper's EEG"


def _line(pair: str, way: str, eeg: str, apart: str, says: str) -> Fused:
    """A line of a bench whose table the rows of a pair share."""
    worn = {"eeg": eeg} if "eeg" in pair else {}
    arguments: dict[str, object] = {"pair": pair, **({"apart": apart} if worn or apart != NOBODY else {}), **worn}
    folder = "-".join(["bench", pair, *worn.values(), apart])
    return Fused("njoku:bench", way, arguments, says, "all", folder=folder, needs=tuple(worn.values()))


def _lines(pair: str, way: str, eeg: str) -> tuple[Fused, Fused]:
    """As the paper divides clips, and with people apart."""
    worn = "eeg" in pair
    clean = (EVERYBODY, BY_EVERYBODY) if worn else (ACTORS, BY_ACTOR)
    return _line(pair, way, eeg, NOBODY, BY_CLIP), _line(pair, way, eeg, *clean)


def _row(pair: str, way: str, claim: Claim, eeg: str = "eeg_brainwave", label: str = "") -> Row:
    games = eeg == "gameemo"
    lines = _lines(pair, way, eeg)
    theirs, clean = (Recalled(line, label) if label else line for line in lines)
    seen, heard, worn = ("video" in pair, "audio" in pair, "eeg" in pair)
    ours = ((GAMES, games), (STRANGERS, worn), (SEEN, seen), (HEARD, heard), (DIFFERS, True))
    differs = "; ".join(said for said, there in ours if there)
    corpus = "RAVDESS" + (f" and {'GAMEEMO' if games else 'EEG Brainwave'}" if "eeg" in pair else "")
    return Row(
        paper=PAPER,
        name="-".join([pair, way, *([label] if label else []), *(["gameemo"] if games else [])]),
        system=f"{pair}, {WAYS[way]}{label and f', {label} clips'}",
        corpus=corpus,
        claim=claim,
        protocol=PROTOCOL,
        theirs=theirs,
        clean=clean,
        differs=differs,
        section=pair,
        stand_in=OTHER_DATA if games else OTHER_FEATURES if seen else "",
    )


CELLS = tuple(_row(pair, way, Claim(value, "table 2", n=TEST)) for pair, ways in ACCURACY.items() for way, value in ways.items())
IN_PLACE = tuple(
    _row(pair, way, Claim(value, "table 2", n=TEST), eeg="gameemo")
    for pair, ways in ACCURACY.items()
    if "eeg" in pair
    for way, value in ways.items()
)
RECALLED = tuple(
    _row(pair, way, Claim(value, FIGURES[pair], "recall", JUDGED[label]), label=label)
    for (pair, label), ways in RECALLS.items()
    for way, value in ways.items()
)

ROWS = (*CELLS, *IN_PLACE, *RECALLED)
