import csv
import re
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from emofuse.core.errors import CorpusError
from emofuse.core.modality import Modality
from emofuse.corpora.meld import BROKEN, MELD
from emofuse.corpora.meld_embeddings import FILE, GAPS, MELD_EMBEDDINGS, WORDS, spectra

HEADER = ["Utterance", "Speaker", "Emotion", "Sentiment", "Dialogue_ID", "Utterance_ID", "StartTime", "EndTime"]
DEV = [("Ross", "joy", 110, 6), ("Monica", "fear", 110, 7), ("Monica", "anger", 110, 8), ("Ross", "neutral", 111, 0)]
TEST = [("Mark", "joy", 38, 4), ("Mark", "sadness", 38, 5), ("Ross", "joy", 220, 0)]


def table(file: Path, lines: list[tuple[str, str, int, int]]) -> None:
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(HEADER)
        writer.writerows(
            ["Hi.", speaker, emotion, "neutral", dialogue, utterance, "00:00:01,000", "00:00:03,500"]
            for speaker, emotion, dialogue, utterance in lines
        )


def embeddings(root: Path, dev: int = 3) -> Path:
    names = {"text_base_val": dev, "audio_wav2vec2_val": dev, "audio_mel_val": dev, "audio_mel_test": 1}
    rows = {name: np.arange(count * 4, dtype=np.float32).reshape(count, 4) + i for i, (name, count) in enumerate(names.items())}
    np.savez(root / FILE, **rows)
    return root / FILE


def small_tree(root: Path) -> Path:
    """Three utterances of dev and one of test with embeddings, and the three without; returns the embeddings."""
    root.mkdir(parents=True, exist_ok=True)
    table(root / "dev_sent_emo.csv", DEV)
    table(root / "test_sent_emo.csv", TEST)
    return embeddings(root)


def test_rows_follow_the_table_without_the_utterance_that_has_no_film(tmp_path):
    small_tree(tmp_path)

    clips = MELD_EMBEDDINGS.clips(tmp_path)

    assert [(clip.id, clip.subject, clip.label) for clip in clips] == [
        ("dev-0110-06", "meld-Ross", "happiness"),
        ("dev-0110-08", "meld-Monica", "anger"),
        ("dev-0111-00", "meld-Ross", "neutral"),
    ]
    text, sound = clips[1].signal(Modality.TEXT), clips[1].signal(Modality.AUDIO)
    assert text.values.tolist() == [[4, 5, 6, 7]]
    assert sound.values.tolist() == [[5, 6, 7, 8]]
    assert text.duration == sound.duration == 2_500
    assert clips[1].facts["dialogue"] == "dev-0110"


def test_mel_features_are_there_for_dev_and_test(tmp_path):
    small_tree(tmp_path)

    clips = spectra(tmp_path)

    assert [(clip.id, clip.facts["part"]) for clip in clips] == [
        ("dev-0110-06", "dev"), ("dev-0110-08", "dev"), ("dev-0111-00", "dev"), ("test-0038-05", "test"),
    ]  # fmt: skip
    assert clips[3].signal(Modality.AUDIO).values.tolist() == [[3, 4, 5, 6]]


def test_the_gaps_and_words_are_those_of_meld():
    gaps = {f"{part}-{dialogue:04d}-{utterance:02d}" for part, some in GAPS.items() for dialogue, utterance in some}

    assert gaps == {name for name in BROKEN if not name.startswith("train")}
    assert tuple(WORDS.values()) == MELD.labels.words


def test_a_table_of_another_length_is_refused(tmp_path):
    small_tree(tmp_path)
    embeddings(tmp_path, dev=4)

    with pytest.raises(CorpusError, match=r"has 4 rows of text_base_val, .*dev_sent_emo\.csv has 3 utterances"):
        MELD_EMBEDDINGS.clips(tmp_path)


def test_a_file_that_shrank_is_reported(tmp_path):
    small_tree(tmp_path)
    clip = MELD_EMBEDDINGS.clips(tmp_path)[2]
    embeddings(tmp_path, dev=2)

    with pytest.raises(CorpusError, match="has 2 rows of text_base_val now"):
        clip.signal(Modality.TEXT)


def test_embeddings_without_their_table_are_refused(tmp_path):
    embeddings(tmp_path)

    with pytest.raises(CorpusError, match=r"dev_sent_emo\.csv cannot be read"):
        MELD_EMBEDDINGS.clips(tmp_path)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 not a zip", b"words"])
def test_a_file_that_is_no_archive_is_refused(tmp_path, content):
    small_tree(tmp_path).write_bytes(content)

    with pytest.raises(CorpusError, match=rf"{FILE} cannot be read as a numpy archive"):
        MELD_EMBEDDINGS.clips(tmp_path)


@pytest.mark.parametrize("arrays", [{"text_base_val": np.zeros((3, 4))}, {"text_base_val": np.zeros(3)}, {"text_base_val": np.array([{}])}])
def test_arrays_that_are_missing_flat_or_pickled_are_refused(tmp_path, arrays):
    small_tree(tmp_path)
    np.savez(tmp_path / FILE, **arrays)

    with pytest.raises(CorpusError, match=rf"{FILE} cannot be read as a numpy archive"):
        MELD_EMBEDDINGS.clips(tmp_path)


@pytest.mark.corpus
def test_the_real_file_has_its_counts_and_widths(shared):
    clips = MELD_EMBEDDINGS.clips(shared / "meld")

    assert len(clips) == MELD_EMBEDDINGS.published.clips == 1_108
    assert Counter(clip.label for clip in clips) == MELD_EMBEDDINGS.published.labels
    assert len({clip.subject for clip in clips}) == MELD_EMBEDDINGS.published.people
    assert {m: clips[0].signal(m).values.shape for m in clips[0].sources} == {"text": (1, 768), "audio": (1, 768)}
    assert Counter(clip.facts["part"] for clip in spectra(shared / "meld")) == {"dev": 1_108, "test": 2_608}


@pytest.mark.corpus
def test_in_the_order_of_the_table_the_same_words_have_nearly_the_same_embedding(shared):
    said = {clip.id: str(clip.signal(Modality.TEXT).values.ravel()[0]).partition(": ")[2] for clip in MELD.clips(shared / "meld")}
    clips = MELD_EMBEDDINGS.clips(shared / "meld")
    rows = np.concatenate([clip.signal(Modality.TEXT).values for clip in clips])
    cosines = rows @ rows.T / np.outer(*[np.linalg.norm(rows, axis=1)] * 2)
    words = np.array([re.sub(r"\W", "", said[clip.id].lower()) for clip in clips])
    pairs = np.triu(words[:, None] == words[None, :], k=1)

    assert pairs.sum() > 400
    assert cosines[pairs].mean() > 0.95
    assert cosines[np.roll(pairs, 1, axis=(0, 1))].mean() < 0.92  # one row off, they are no more alike than any two


@pytest.mark.corpus
@pytest.mark.parametrize("part", ["dev", "test"])
def test_the_gaps_are_where_durations_can_be_told_from_the_sound(shared, part):
    clips = [clip for clip in spectra(shared / "meld") if clip.facts["part"] == part]
    lasts = np.log([clip.signal(Modality.AUDIO).duration for clip in clips])
    rows = np.concatenate([clip.signal(Modality.AUDIO).values for clip in clips])
    rows = (rows - rows.mean(axis=0)) / (rows.std(axis=0) + 1e-6)
    learnt = np.arange(len(rows)) < len(rows) // 2

    told = rows @ np.linalg.solve(
        rows[learnt].T @ rows[learnt] + 300 * np.eye(rows.shape[1]), rows[learnt].T @ (lasts - lasts.mean())[learnt]
    )

    half = told[~learnt]
    assert np.corrcoef(half, lasts[~learnt])[0, 1] > 0.85
    assert abs(np.corrcoef(half, np.roll(lasts, 1)[~learnt])[0, 1]) < 0.3  # one row off
