import csv
from collections import Counter
from pathlib import Path

import pytest

from emofuse.core.errors import CorpusError
from emofuse.core.modality import Modality
from emofuse.corpora.emorynlp import EMORYNLP

HEADER = ["Utterance", "Speaker", "Emotion", "Scene_ID", "Utterance_ID", "Season", "Episode", "Start_Time", "End_Time"]


def row(said: str, speaker: str, emotion: str, episode: int, scene: int, utterance: int) -> list[str]:
    return [said, speaker, emotion, str(scene), str(utterance), "1", str(episode), "00:00:02.877", "00:00:07.548"]


def table(file: Path, *lines: list[str]) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("w", encoding="utf-8", newline="") as out:
        csv.writer(out).writerows([HEADER, *lines])
    return file


def small_tree(root: Path) -> Path:
    """Four utterances in three parts, without films; returns one table."""
    table(root / "emorynlp_dev_final.csv", row("Coffee.", "['Rachel Green']", "Neutral", 15, 1, 1))
    table(root / "emorynlp_test_final.csv", row("Oh, yeah!", "['Phoebe Buffay']", "Powerful", 1, 4, 1))
    return table(
        root / "emorynlp_train_final.csv",
        row("Yeah, right!.......Y'serious?", "['Joey Tribbiani']", "Mad", 2, 1, 2),
        row("What?", "[\"Joey's Co-Star\", 'Chandler Bing']", "Scared", 2, 1, 3),
    )


def test_a_row_says_everything(tmp_path):
    small_tree(tmp_path)

    by_id = {clip.id: clip for clip in EMORYNLP.clips(tmp_path)}

    assert list(by_id) == ["dev-s01e15c01u001", "test-s01e01c04u001", "train-s01e02c01u002", "train-s01e02c01u003"]
    clip = by_id["train-s01e02c01u002"]
    assert (clip.subject, clip.label) == ("emorynlp-Joey Tribbiani", "anger")
    assert clip.facts == {
        "part": "train",
        "dialogue": "s01e02c01",
        "utterance": "2",
        "speaker": "Joey Tribbiani",
        "start": "2877",
        "end": "7548",
        "season": "1",
        "episode": "2",
    }
    assert clip.signal(Modality.TEXT).values.tolist() == ["Yeah, right!.......Y'serious?"]
    assert clip.signal(Modality.TEXT).duration == 7_548 - 2_877


def test_several_speakers_at_once_are_a_subject_of_their_own(tmp_path):
    small_tree(tmp_path)

    assert EMORYNLP.clips(tmp_path)[-1].subject == "emorynlp-Chandler Bing, Joey's Co-Star"


def test_films_are_named_by_season_episode_scene_and_utterance(tmp_path):
    small_tree(tmp_path)
    (tmp_path / "emorynlp_train_splits").mkdir()

    clips = {clip.id: clip for clip in EMORYNLP.clips(tmp_path)}

    assert set(clips["dev-s01e15c01u001"].sources) == {"text"}
    film = tmp_path / "emorynlp_train_splits" / "sea1_ep2_sc1_utt2.mp4"
    sources = clips["train-s01e02c01u002"].sources
    assert {m: source.path for m, source in sources.items() if m != "text"} == {"audio": film, "video": film}


@pytest.mark.parametrize("speaker", ["Joey", "['Joey'", "[]", "[1]", "{'Joey'}", "__import__('os')"])
def test_a_speaker_that_is_no_list_of_names_is_reported(tmp_path, speaker):
    table(tmp_path / "emorynlp_dev_final.csv", row("Hi.", speaker, "Mad", 1, 1, 1))

    with pytest.raises(CorpusError, match=r"emorynlp_dev_final\.csv, line 2: Speaker is .* Expected a list of names"):
        EMORYNLP.clips(tmp_path)


def test_an_emotion_that_nobody_knows_is_reported(tmp_path):
    table(tmp_path / "emorynlp_dev_final.csv", row("Hi.", "['Joey']", "joy", 1, 1, 1))

    with pytest.raises(CorpusError, match=r"line 2: Emotion is 'joy'\. Expected one of Neutral, Joyful"):
        EMORYNLP.clips(tmp_path)


@pytest.mark.corpus
def test_the_real_corpus_has_its_published_counts(shared):
    clips = EMORYNLP.clips(shared / "meld")

    published = EMORYNLP.published
    assert len(clips) == published.clips == 9_489
    assert Counter(clip.label for clip in clips) == published.labels
    assert Counter(clip.facts["part"] for clip in clips) == published.facts["part"]
    parts = {part: [clip for clip in clips if clip.facts["part"] == part] for part in ("train", "dev", "test")}
    assert {part: len({clip.facts["dialogue"] for clip in some}) for part, some in parts.items()} == {"train": 659, "dev": 89, "test": 79}
    assert Counter(clip.label for clip in parts["test"]) == {
        "happiness": 217, "anger": 86, "neutral": 288, "peaceful": 111, "powerful": 96, "sadness": 70, "fear": 116,
    }  # fmt: skip


@pytest.mark.corpus
def test_the_real_parts_share_no_episode(shared):
    parts: dict[tuple[str, str], set[str]] = {}
    for clip in EMORYNLP.clips(shared / "meld"):
        parts.setdefault((clip.facts["season"], clip.facts["episode"]), set()).add(clip.facts["part"])

    assert len(parts) == 97
    assert all(len(some) == 1 for some in parts.values())
