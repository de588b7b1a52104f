"""EmoryNLP: people talk to each other in 827 scenes of the series Friends, labelled with seven feelings of another kind.

Recorded: 9,489 utterances of 5.5 s on average, of the first four seasons; text, and films of the same moments.
Of whom: the series' people; six of them speak most of it. Where several speak at once, the subject is all of them together.
Labels: one of seven words of Willcox' feeling wheel, by crowd workers: neutral, joyful, peaceful, powerful, scared, mad,
  sad. The words that mean the same are spelled as everywhere here (joyful is happiness, scared is fear, mad is anger,
  sad is sadness); peaceful and powerful stay, for nobody else has them. The publishers call the agreement "not the greatest".
Published by: Zahiri and Choi, 2018; these tables, with times, by those of MELD: train 7,551, dev 954, test 984.
Odd: the original has 12,606 utterances; those whose time was not found in the subtitles are missing here, so figures on the
  two do not compare. Times overlap: an utterance has the subtitle's, which may be that of two. A scene's number begins anew
  in each episode. Parts keep episodes apart, not people. MELD labels scenes of the same series: do not learn from one to
  judge on the other.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

from emofuse.core.clip import Clip, Source
from emofuse.core.corpus import Corpus, Download, Published
from emofuse.core.labels import LabelSet
from emofuse.core.modality import Modality
from emofuse.media.files import read_faces
from emofuse.media.sound import read_sound
from emofuse.media.stream import stream
from emofuse.media.transcript import Row, rows, said

PARTS = ("train", "dev", "test")
WORDS = {
    "Neutral": "neutral",
    "Joyful": "happiness",
    "Peaceful": "peaceful",
    "Powerful": "powerful",
    "Scared": "fear",
    "Mad": "anger",
    "Sad": "sadness",
}
COLUMNS = ("Utterance", "Speaker", "Emotion", "Scene_ID", "Utterance_ID", "Season", "Episode", "Start_Time", "End_Time")

CITATION = (
    "Zahiri SM, Choi JD (2018). Emotion detection on TV show transcripts with sequence-based convolutional neural networks. "
    "AAAI workshop on affective content analysis. https://arxiv.org/abs/1708.04299; times: Poria S and others (2019). "
    "https://arxiv.org/abs/1810.02508"
)
LAYOUT = """\
    emorynlp_train_final.csv   (and emorynlp_dev_final.csv, emorynlp_test_final.csv)
    emorynlp_train_splits/sea1_ep2_sc1_utt1.mp4   (optional; and emorynlp_dev_splits, emorynlp_test_splits)
"""


def find(root: Path) -> Iterator[Clip]:
    """One clip a row of the three tables; it has sound and picture where its part's folder of films stands.

    Raises:
        CorpusError: A table is not as it was published.
    """
    for part in PARTS:
        table, films = root / f"emorynlp_{part}_final.csv", root / f"emorynlp_{part}_splits"
        if table.is_file():
            there = films.is_dir()
            yield from (_clip(row, part, films if there else None) for row in rows(table, COLUMNS))


def _clip(row: Row, part: str, films: Path | None) -> Clip:
    season, episode, scene, utterance = (row.number(column) for column in ("Season", "Episode", "Scene_ID", "Utterance_ID"))
    dialogue = f"s{season:02d}e{episode:02d}c{scene:02d}"
    start, end = row.time("Start_Time"), row.time("End_Time")
    speakers = _speakers(row)
    sources = {Modality.TEXT: said(row.path, row.text("Utterance"), end - start)}
    if films is not None:
        film = films / f"sea{season}_ep{episode}_sc{scene}_utt{utterance}.mp4"
        sources |= {Modality.AUDIO: Source(film, read_sound, stream), Modality.VIDEO: Source(film, read_faces, stream)}
    facts = {
        "part": part,
        "dialogue": dialogue,
        "utterance": str(utterance),
        "speaker": speakers,
        "start": str(start),
        "end": str(end),
        "season": str(season),
        "episode": str(episode),
    }
    return Clip(f"{part}-{dialogue}u{utterance:03d}", f"emorynlp-{speakers}", row.word("Emotion", WORDS), sources, facts)


def _speakers(row: Row) -> str:
    """Names out of ``['Ross Geller', "Joey's Co-Star"]``, in one order whatever that of the table.

    Raises:
        CorpusError: It is no list of names.
    """
    written = row.text("Speaker")
    try:
        names = ast.literal_eval(written)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        names = None
    if not isinstance(names, list) or not names or not all(isinstance(name, str) and name for name in names):
        raise row.wrong(f"Speaker is '{written[:60]}'", "a list of names such as ['Ross Geller']")
    return ", ".join(sorted(names))


EMORYNLP = Corpus(
    name="emorynlp",
    labels=LabelSet(tuple(WORDS.values())),
    modalities=frozenset({Modality.AUDIO, Modality.VIDEO, Modality.TEXT}),
    license="Apache-2.0 for the annotation, GPL-3.0 for these tables; the films are cut from a television series, rights with their owners",
    citation=CITATION,
    layout=LAYOUT,
    find=find,
    getting=(
        "The tables are at github.com/declare-lab/MELD in data/emorynlp; its README links the films (emorynlp_video_splits.zip), "
        "three archives that unpack into the folders above."
    ),
    published=Published(
        clips=9_489,
        people=None,  # the README counts 250, 46 and 48 by part, its tables name 225, 42 and 45
        labels={
            "neutral": 3_095,
            "happiness": 2_099,
            "peaceful": 831,
            "powerful": 717,
            "fear": 1_184,
            "anger": 968,
            "sadness": 595,
        },
        facts={"part": {"train": 7_551, "dev": 954, "test": 984}},
        source="README of github.com/declare-lab/MELD",
    ),
    downloads=tuple(
        Download(
            f"https://raw.githubusercontent.com/declare-lab/MELD/master/data/emorynlp/emorynlp_{part}_final.csv",
            f"emorynlp_{part}_final.csv",
        )
        for part in PARTS
    ),
    beside=("*_sent_emo.csv", "meld_dev_test_embeddings.npz", "*/._*", "README*"),
    folder="meld",
)
