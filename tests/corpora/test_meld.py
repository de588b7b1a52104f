import csv
from collections import Counter
from pathlib import Path

import av
import numpy as np
import pytest

from emofuse.core.errors import CorpusError, MediaError
from emofuse.core.modality import Modality
from emofuse.corpora.meld import BROKEN, FOLDERS, MELD

HEADER = [
    "Sr No.",
    "Utterance",
    "Speaker",
    "Emotion",
    "Sentiment",
    "Dialogue_ID",
    "Utterance_ID",
    "Season",
    "Episode",
    "StartTime",
    "EndTime",
]


def row(number: int, said: str, speaker: str, emotion: str, dialogue: int, utterance: int, end: str = "00:00:03,500") -> list[str]:
    sentiment = {"joy": "positive", "neutral": "neutral"}.get(emotion, "negative")
    return [str(number), said, speaker, emotion, sentiment, str(dialogue), str(utterance), "4", "7", "00:00:01,000", end]


def table(file: Path, *lines: list[str]) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("w", encoding="utf-8", newline="") as out:
        csv.writer(out).writerows([HEADER, *lines])
    return file


def film(file: Path) -> Path:
    """A second of changing grey with a tone, as the published films have sound and picture in one."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with av.open(str(file), "w") as container:
        picture, sound = container.add_stream("mpeg4", rate=10), container.add_stream("aac", rate=16_000, layout="mono")
        picture.width, picture.height, picture.pix_fmt = 160, 120, "yuv420p"
        tone = av.AudioFrame.from_ndarray(np.sin(np.arange(16_000) / 5, dtype=np.float32)[None] / 4, format="fltp", layout="mono")
        tone.sample_rate = 16_000
        container.mux(sound.encode(tone))
        for i in range(10):
            container.mux(picture.encode(av.VideoFrame.from_ndarray(np.full((120, 160), 20 * i, dtype=np.uint8), format="gray")))
        container.mux([*picture.encode(), *sound.encode()])
    return file


def small_tree(root: Path) -> Path:
    """Five utterances of three people in three parts, without films; returns one table."""
    table(root / "dev_sent_emo.csv", row(1, "What?", "Monica", "surprise", 0, 0))
    table(root / "test_sent_emo.csv", row(1, "Okay.", "Mark", "neutral", 0, 0), row(2, "No!", "Ross", "anger", 0, 1))
    return table(
        root / "train_sent_emo.csv", row(1, 'He said "yes", twice.', "Ross", "joy", 0, 0), row(2, "Did he?", "Monica", "neutral", 0, 1)
    )


def small_films(root: Path) -> None:
    """A film for each utterance of the small tree."""
    for part, count in (("train", 2), ("dev", 1), ("test", 2)):
        for utterance in range(count):
            film(root / FOLDERS[part] / f"dia0_utt{utterance}.mp4")


def test_a_row_says_everything(tmp_path):
    small_tree(tmp_path)

    by_id = {clip.id: clip for clip in MELD.clips(tmp_path)}

    assert list(by_id) == ["dev-0000-00", "test-0000-00", "test-0000-01", "train-0000-00", "train-0000-01"]
    clip = by_id["train-0000-00"]
    assert (clip.subject, clip.label) == ("meld-Ross", "happiness")
    assert clip.facts == {
        "part": "train",
        "dialogue": "train-0000",
        "utterance": "0",
        "sentiment": "positive",
        "speaker": "Ross",
        "start": "1000",
        "end": "3500",
        "season": "4",
        "episode": "7",
    }
    assert clip.signal(Modality.TEXT).values.tolist() == [['Ross: He said "yes", twice.', "", "", ""]]
    assert clip.signal(Modality.TEXT).duration == 2_500


def test_dialogues_of_different_parts_are_different_dialogues_and_people_cross_parts(tmp_path):
    small_tree(tmp_path)

    clips = MELD.clips(tmp_path)

    assert {clip.facts["dialogue"] for clip in clips} == {"train-0000", "dev-0000", "test-0000"}
    assert {clip.facts["part"] for clip in clips if clip.subject == "meld-Ross"} == {"train", "test"}


def test_an_utterance_has_the_turns_of_its_own_dialogue_before_it_the_latest_first(tmp_path):
    lines = [row(i, f"number {i}", "Ross" if i % 2 else "Monica", "neutral", i // 5, i % 5) for i in (4, 0, 2, 1, 3, 5, 6)]
    table(tmp_path / "train_sent_emo.csv", *lines)

    said = {clip.id: clip.signal(Modality.TEXT).values[0].tolist() for clip in MELD.clips(tmp_path)}

    assert said["train-0000-00"] == ["Monica: number 0", "", "", ""]
    assert said["train-0000-04"] == ["Monica: number 4", "Ross: number 3", "Monica: number 2", "Ross: number 1"]
    assert said["train-0001-01"] == ["Monica: number 6", "Ross: number 5", "", ""]


def test_films_are_read_where_their_folder_stands_and_strays_are_not(tmp_path, models, monkeypatch):
    monkeypatch.setenv("EMOFUSE_HOME", str(models))
    small_tree(tmp_path)
    film(tmp_path / "output_repeated_splits_test" / "dia0_utt0.mp4")
    for stray in ("final_videos_testdia0_utt0.mp4", "._dia0_utt0.mp4", "dia108_utt2.mp4"):
        (tmp_path / "output_repeated_splits_test" / stray).touch()

    clips = {clip.id: clip for clip in MELD.clips(tmp_path)}

    assert len(clips) == 5
    assert set(clips["train-0000-00"].sources) == {"text"}
    clip = clips["test-0000-00"]
    assert set(clip.sources) == {"audio", "video", "text"}
    assert clip.signal(Modality.AUDIO).rate == 16_000
    assert clip.signal(Modality.VIDEO).values.shape[1:] == (48, 48)
    with pytest.raises(MediaError, match=r"dia0_utt1\.mp4"):
        clips["test-0000-01"].signal(Modality.AUDIO)


def test_broken_films_are_named_and_their_clips_have_text_alone(tmp_path):
    (tmp_path / "train_splits").mkdir()
    table(tmp_path / "train_sent_emo.csv", row(1, "One.", "Ross", "joy", 125, 3), row(2, "Two.", "Ross", "joy", 125, 4))

    broken, whole = MELD.clips(tmp_path)

    assert set(broken.sources) == {"text"}
    assert broken.facts["broken"] == BROKEN["train-0125-03"]
    assert broken.signal(Modality.TEXT).duration == 1_000
    assert set(whole.sources) == {"audio", "video", "text"}
    assert "broken" not in whole.facts


def test_an_utterance_that_ends_as_it_begins_lasts_a_second(tmp_path):
    table(tmp_path / "test_sent_emo.csv", row(1, "Hey!", "Ross", "joy", 0, 0, end="00:00:01,000"))

    (clip,) = MELD.clips(tmp_path)

    assert clip.signal(Modality.TEXT).duration == 1_000


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        (row(1, "Hi.", "Ross", "happy", 0, 0), "line 2: Emotion is 'happy'. Expected one of neutral, surprise"),
        (row(1, "", "Ross", "joy", 0, 0), "line 2: Utterance is empty"),
        (row(1, "Hi.", "Ross", "joy", 0, 0, end="3.5"), "line 2: EndTime is '3.5'. Expected a time"),
        (row(1, "Hi.", "Ross", "joy", 0, 0)[:-1], "line 2: 10 values. Expected 11"),
    ],
)
def test_a_row_that_makes_no_sense_is_reported(tmp_path, line, problem):
    table(tmp_path / "train_sent_emo.csv", line)

    with pytest.raises(CorpusError) as error:
        MELD.clips(tmp_path)

    assert "train_sent_emo.csv" in str(error.value)
    assert problem in str(error.value)


def test_a_table_without_a_column_is_refused(tmp_path):
    (tmp_path / "train_sent_emo.csv").write_text("Utterance,Speaker,Emotion\nHi.,Ross,joy\n", encoding="utf-8")

    with pytest.raises(CorpusError, match=r"train_sent_emo\.csv has no column Sentiment"):
        MELD.clips(tmp_path)


@pytest.mark.corpus
def test_the_real_corpus_has_its_published_counts(shared):
    clips = MELD.clips(shared / "meld")

    assert Counter((clip.facts["part"], clip.label) for clip in clips) == {
        ("train", "anger"): 1_109, ("dev", "anger"): 153, ("test", "anger"): 345,
        ("train", "disgust"): 271, ("dev", "disgust"): 22, ("test", "disgust"): 68,
        ("train", "fear"): 268, ("dev", "fear"): 40, ("test", "fear"): 50,
        ("train", "happiness"): 1_743, ("dev", "happiness"): 163, ("test", "happiness"): 402,
        ("train", "neutral"): 4_710, ("dev", "neutral"): 470, ("test", "neutral"): 1_256,
        ("train", "sadness"): 683, ("dev", "sadness"): 111, ("test", "sadness"): 208,
        ("train", "surprise"): 1_205, ("dev", "surprise"): 150, ("test", "surprise"): 281,
    }  # fmt: skip
    published = MELD.published
    assert len(clips) == published.clips
    assert Counter(clip.label for clip in clips) == published.labels
    assert len({clip.subject for clip in clips}) == published.people
    assert all(Counter(clip.facts[fact] for clip in clips) == counts for fact, counts in published.facts.items())
    assert {clip.id for clip in clips if "broken" in clip.facts} == set(BROKEN)


@pytest.mark.corpus
def test_the_real_parts_have_the_published_dialogues_and_people(shared):
    clips = MELD.clips(shared / "meld")

    parts = {part: [clip for clip in clips if clip.facts["part"] == part] for part in ("train", "dev", "test")}

    # The README counts 1,039 dialogues of train; its table has none with the number 60.
    assert {part: len({clip.facts["dialogue"] for clip in some}) for part, some in parts.items()} == {
        "train": 1_038, "dev": 114, "test": 280,
    }  # fmt: skip
    assert {part: len({clip.subject for clip in some}) for part, some in parts.items()} == {"train": 260, "dev": 47, "test": 100}
