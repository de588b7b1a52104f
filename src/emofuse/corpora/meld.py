"""MELD: people talk to each other in 1,432 scenes of the series Friends; text, sound and picture.

Recorded: 13,708 utterances of 3.6 s on average, cut by their subtitles from a comedy filmed before an audience: laughter
  and music lie under the voices, and several faces are in the picture.
Of whom: 304 names, six of whom speak 83 % of the utterances. A name is not always one person: All, Man, Ross and Joey.
Labels: one of seven emotions by three annotators, who saw the clip, by majority; 47 % are neutral. Sentiment beside it.
Published by: Poria and others, 2019, on top of EmotionLines (Chen and others 2018): train 9,989, dev 1,109, test 2,610.
Odd: 2,610 is the size of the test part; its folder holds more films (``final_videos_test...``, ``._...``, and some without
  a row), and figures on 2,747 or 4,807 are figures on something else. Always answering neutral has an accuracy of 48.1 %
  and a weighted F1 of 31.3 % there. The six friends are in all three parts, 156 of the 190 episodes in more than one: the
  parts keep dialogues apart, not people. A dialogue's number begins anew in each part; 60 is missing from train, whose README
  counts it. Four films are not what they should be (`BROKEN`); these clips have their text alone. EmoryNLP labels scenes of
  the same series: do not learn from one to judge on the other.
"""

from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from types import MappingProxyType

from emofuse.core.clip import Clip, Source
from emofuse.core.corpus import Corpus, Download, Published
from emofuse.core.labels import LabelSet
from emofuse.core.modality import Modality
from emofuse.core.segment import Segment
from emofuse.media.files import read_faces
from emofuse.media.sound import read_sound
from emofuse.media.stream import stream
from emofuse.media.transcript import Row, rows, said
from emofuse.media.utterances import TURNS, Utterance

FOLDERS = {"train": "train_splits", "dev": "dev_splits_complete", "test": "output_repeated_splits_test"}
"""Part to the folder of its films, as the archives unpack."""

WORDS = {
    "neutral": "neutral",
    "surprise": "surprise",
    "fear": "fear",
    "sadness": "sadness",
    "joy": "happiness",
    "disgust": "disgust",
    "anger": "anger",
}
BROKEN = MappingProxyType(
    {
        "train-0125-03": "the published film is damaged and cannot be opened (MELD issues 39 and 52)",
        "dev-0110-07": "no film was published (MELD issues 22 and 27)",
        "test-0038-04": "the published film was cut wrongly and lasts five minutes (MELD issue 20)",
        "test-0220-00": "the published film was cut wrongly and lasts four minutes (MELD issue 20)",
    }
)
"""Clips whose film cannot be used, and why; those who publish features leave out the same ones of dev and test."""

COLUMNS = (
    "Utterance", "Speaker", "Emotion", "Sentiment", "Dialogue_ID", "Utterance_ID", "Season", "Episode", "StartTime", "EndTime",
)  # fmt: skip

CITATION = (
    "Poria S, Hazarika D, Majumder N, Naik G, Cambria E, Mihalcea R (2019). MELD: A multimodal multi-party dataset for emotion "
    "recognition in conversations. ACL, 527-536. https://arxiv.org/abs/1810.02508; Chen SY and others (2018). EmotionLines. "
    "https://arxiv.org/abs/1802.08379"
)
LAYOUT = """\
    train_sent_emo.csv   (and dev_sent_emo.csv, test_sent_emo.csv)
    train_splits/dia0_utt0.mp4                  (optional, as are the next two; MELD.Raw.tar.gz)
    dev_splits_complete/dia0_utt0.mp4
    output_repeated_splits_test/dia0_utt0.mp4
"""


def find(root: Path) -> Iterator[Clip]:
    """One clip a row of the three tables; it has sound and picture where its part's folder of films stands.

    Raises:
        CorpusError: A table is not as it was published.
    """
    for part, folder in FOLDERS.items():
        table, films = root / f"{part}_sent_emo.csv", root / folder
        if table.is_file():
            there = films if films.is_dir() else None
            spoken = sorted(rows(table, COLUMNS), key=lambda row: (row.number("Dialogue_ID"), row.number("Utterance_ID")))
            for _, dialogue in groupby(spoken, key=lambda row: row.number("Dialogue_ID")):
                before: list[str] = []  # the latest first
                for row in dialogue:
                    yield _clip(row, part, there, tuple([*before, *[""] * TURNS][:TURNS]))
                    before.insert(0, _turn(row))


def _turn(row: Row) -> str:
    """Who says what."""
    return str(Utterance(row.text("Utterance"), Segment(0, 1), row.text("Speaker")))


def _clip(row: Row, part: str, films: Path | None, before: tuple[str, ...]) -> Clip:
    dialogue, utterance = row.number("Dialogue_ID"), row.number("Utterance_ID")
    name = f"{part}-{dialogue:04d}-{utterance:02d}"
    start, end = row.time("StartTime"), row.time("EndTime")
    speaker = row.text("Speaker")
    known = name not in BROKEN
    sources = {Modality.TEXT: said(row.path, _turn(row), end - start if known else 0, before)}
    if films is not None and known:
        film = films / f"dia{dialogue}_utt{utterance}.mp4"
        sources |= {Modality.AUDIO: Source(film, read_sound, stream), Modality.VIDEO: Source(film, read_faces, stream)}
    facts = {
        "part": part,
        "dialogue": f"{part}-{dialogue:04d}",
        "utterance": str(utterance),
        "sentiment": row.text("Sentiment"),
        "speaker": speaker,
        "start": str(start),
        "end": str(end),
        "season": row.text("Season"),
        "episode": row.text("Episode"),
    }
    return Clip(name, f"meld-{speaker}", row.word("Emotion", WORDS), sources, facts if known else facts | {"broken": BROKEN[name]})


MELD = Corpus(
    name="meld",
    labels=LabelSet(tuple(WORDS.values())),
    modalities=frozenset({Modality.AUDIO, Modality.VIDEO, Modality.TEXT}),
    license="GPL-3.0 for the tables; the films are cut from a television series, rights with their owners",
    citation=CITATION,
    layout=LAYOUT,
    find=find,
    getting=(
        "The tables are at github.com/declare-lab/MELD in data/MELD; the films (10.9 GB) are MELD.Raw.tar.gz, "
        "linked from its README, three archives that unpack into the folders above."
    ),
    published=Published(
        clips=13_708,
        people=304,
        labels={"neutral": 6_436, "surprise": 1_636, "fear": 358, "sadness": 1_002, "happiness": 2_308, "disgust": 361, "anger": 1_607},
        facts={
            "part": {"train": 9_989, "dev": 1_109, "test": 2_610},
            "sentiment": {"neutral": 6_436, "positive": 3_088, "negative": 4_184},
        },
        source="README of github.com/declare-lab/MELD; names and sentiment counted in its tables",
    ),
    downloads=tuple(
        Download(f"https://raw.githubusercontent.com/declare-lab/MELD/master/data/MELD/{part}_sent_emo.csv", f"{part}_sent_emo.csv")
        for part in FOLDERS
    ),
    beside=("output_repeated_splits_test/final_videos_test*", "*/._*", "emorynlp_*_final.csv", "meld_dev_test_embeddings.npz", "README*"),
)
