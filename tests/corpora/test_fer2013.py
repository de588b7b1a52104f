from collections import Counter
from pathlib import Path
from time import process_time

import cv2
import numpy as np
import pyarrow
import pytest
from pyarrow import parquet

from emofuse.core.errors import CorpusError
from emofuse.core.modality import Modality
from emofuse.corpora.fer2013 import FER2013, VOTED, votes

USAGES = ("Training", "Training", "PublicTest", "PrivateTest")


def face(row: int, side: int = 48) -> np.ndarray:
    return np.random.default_rng(row).integers(0, 256, size=(side, side), dtype=np.uint8)


def table(side: int = 48) -> dict[str, list[object]]:
    pictures = [cv2.imencode(".webp", face(row, side), [cv2.IMWRITE_WEBP_QUALITY, 101])[1].tobytes() for row in range(4)]
    columns: dict[str, list[object]] = {"row": [0, 1, 2, 3], "image_webp": pictures, "emotion": [0, 3, 6, 1], "usage": list(USAGES)}
    return columns | {f"ferplus_{word}": [i, 0, 0, 10 - i] for i, word in enumerate(VOTED)}


def small_tree(root: Path) -> Path:
    """Four pictures; returns the file."""
    root.mkdir(parents=True, exist_ok=True)
    parquet.write_table(pyarrow.table(table()), root / "fer2013.parquet")
    return root / "fer2013.parquet"


def test_a_row_is_a_clip_of_nobody(tmp_path):
    small_tree(tmp_path)

    clips = FER2013.clips(tmp_path)

    assert [clip.id for clip in clips] == ["00000", "00001", "00002", "00003"]
    assert [clip.label for clip in clips] == ["anger", "happiness", "neutral", "disgust"]
    assert [clip.facts["usage"] for clip in clips] == list(USAGES)
    assert {clip.subject for clip in clips} == {None}


def test_a_face_is_a_video_of_one_frame_with_every_pixel_as_it_was(tmp_path):
    small_tree(tmp_path)

    signal = FER2013.clips(tmp_path)[2].signal(Modality.VIDEO)

    assert signal.values.dtype == np.uint8
    np.testing.assert_array_equal(signal.values, face(2)[None])


def test_votes_are_shares_in_a_fixed_order(tmp_path):
    small_tree(tmp_path)
    first, second, *_ = FER2013.clips(tmp_path)

    assert first.facts["votes"] == "0 1 2 3 4 5 6 7 8 9"
    np.testing.assert_allclose(votes(first), np.arange(10) / 45, rtol=1e-6)
    assert votes(second).sum() == 0


def test_a_table_without_a_column_is_refused(tmp_path):
    columns = table()
    del columns["usage"]
    parquet.write_table(pyarrow.table(columns), tmp_path / "fer2013.parquet")

    with pytest.raises(CorpusError, match=r"fer2013\.parquet cannot be read"):
        FER2013.clips(tmp_path)


def test_a_code_that_nobody_knows_is_refused(tmp_path):
    parquet.write_table(pyarrow.table(table() | {"emotion": [0, 1, 7, 2]}), tmp_path / "fer2013.parquet")

    with pytest.raises(CorpusError, match="Row 2 of .* has emotion 7"):
        FER2013.clips(tmp_path)


def test_a_picture_of_another_size_is_refused(tmp_path):
    parquet.write_table(pyarrow.table(table(side=40)), tmp_path / "fer2013.parquet")

    with pytest.raises(CorpusError, match="Picture 0 of"):
        FER2013.clips(tmp_path)[0].signal(Modality.VIDEO)


def test_a_file_that_is_no_table_is_refused(tmp_path):
    (tmp_path / "fer2013.parquet").write_text("emotion,pixels,Usage")

    with pytest.raises(CorpusError, match="cannot be read as a parquet table"):
        FER2013.clips(tmp_path)


@pytest.mark.corpus
@pytest.mark.slow
def test_the_real_corpus_has_its_published_counts_and_is_listed_in_three_seconds(shared):
    began = process_time()

    clips = FER2013.clips(shared / "fer2013")

    assert process_time() - began < 3
    assert Counter(clip.facts["usage"] for clip in clips) == {"Training": 28_709, "PublicTest": 3_589, "PrivateTest": 3_589}
    assert Counter(clip.label for clip in clips) == {
        "anger": 4_953,
        "disgust": 547,
        "fear": 5_121,
        "happiness": 8_989,
        "sadness": 6_077,
        "surprise": 4_002,
        "neutral": 6_198,
    }
    assert clips[0].signal(Modality.VIDEO).values[0, 0, :8].tolist() == [70, 80, 82, 72, 58, 58, 60, 63]  # as in the contest's CSV
