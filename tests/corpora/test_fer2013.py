from collections import Counter
from pathlib import Path
from time import process_time

import cv2
import numpy as np
import pyarrow
import pytest
from pyarrow import parquet

from emofuse.core.errors import CorpusError, EmofuseError
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


def csv_of(root: Path, name: str = "fer2013.csv", header: str = "emotion,pixels,Usage", end: str = "\n") -> Path:
    """The same four pictures as the contest had them."""
    root.mkdir(parents=True, exist_ok=True)
    order = [column.strip().lower() for column in header.split(",")]
    lines = [header]
    for row, (emotion, usage) in enumerate(zip((0, 3, 6, 1), USAGES, strict=True)):
        fields = {"emotion": str(emotion), "pixels": " ".join(map(str, face(row).ravel())), "usage": usage}
        lines.append(",".join(fields[column] for column in order))
    (root / name).write_bytes(end.join([*lines, ""]).encode())
    return root / name


def votes_of(root: Path, usages: tuple[str, ...] = USAGES) -> None:
    lines = [f"{usage},fer000000{row}.png,{','.join(str((row + i) % 10) for i in range(10))}" for row, usage in enumerate(usages)]
    (root / "fer2013new.csv").write_text("\n".join([f"Usage,Image name,{','.join(VOTED)}", *lines, ""]))


@pytest.mark.parametrize(
    ("name", "header", "end"),
    [
        ("fer2013.csv", "emotion,pixels,Usage", "\n"),
        ("fer2013/fer2013.csv", "emotion,pixels,Usage", "\r\n"),
        ("icml_face_data.csv", "emotion, Usage, pixels", "\n"),
    ],
)
def test_the_contests_tables_give_the_same_clips_as_the_parquet(tmp_path, name, header, end):
    small_tree(tmp_path / "parquet")
    csv_of((tmp_path / "csv" / name).parent, Path(name).name, header, end)

    ours, theirs = FER2013.clips(tmp_path / "csv"), FER2013.clips(tmp_path / "parquet")

    for one, other in zip(ours, theirs, strict=True):
        assert (one.id, one.label, one.facts["usage"]) == (other.id, other.label, other.facts["usage"])
        np.testing.assert_array_equal(one.signal(Modality.VIDEO).values, other.signal(Modality.VIDEO).values)


def test_votes_lie_beside_the_contests_table(tmp_path):
    csv_of(tmp_path)
    assert "votes" not in FER2013.clips(tmp_path)[0].facts
    assert votes(FER2013.clips(tmp_path)[0]).sum() == 0

    votes_of(tmp_path)

    assert [clip.facts["votes"] for clip in FER2013.clips(tmp_path)][:2] == ["0 1 2 3 4 5 6 7 8 9", "1 2 3 4 5 6 7 8 9 0"]


@pytest.mark.parametrize(
    ("usages", "says"), [(USAGES[:3], "has 3 rows"), (("Training", "PublicTest", "PublicTest", "PrivateTest"), "another part in row 1")]
)
def test_votes_for_other_rows_are_refused(tmp_path, usages, says):
    csv_of(tmp_path)
    votes_of(tmp_path, usages)

    with pytest.raises(CorpusError, match=says):
        FER2013.clips(tmp_path)


def test_folders_are_read_by_their_names(tmp_path):
    names = ("train/angry/Training_1.jpg", "test/happy/PrivateTest_2.jpg", "test/happy/PublicTest_3.png", "test/neutral/im4.png")
    for row, name in enumerate((*names, "test/puzzled/im5.png", "test/happy/._PrivateTest_2.jpg")):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        cv2.imwrite(str(tmp_path / name), face(row, side=48 if row else 96))

    clips = FER2013.clips(tmp_path)

    assert {clip.id: (clip.label, clip.facts["usage"]) for clip in clips} == {
        "train/angry/Training_1": ("anger", "Training"),
        "test/happy/PrivateTest_2": ("happiness", "PrivateTest"),
        "test/happy/PublicTest_3": ("happiness", "PublicTest"),
        "test/neutral/im4": ("neutral", "Test"),
    }
    by_id = {clip.id: clip.signal(Modality.VIDEO).values for clip in clips}
    assert {values.shape for values in by_id.values()} == {(1, 48, 48)}
    np.testing.assert_array_equal(by_id["test/neutral/im4"], face(3)[None])


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("emotion,pixels\n0,1 2 3\n", "has the columns emotion, pixels. Expected"),
        ("emotion,pixels,Usage\n0,1 2 3,Training\n0,1 2", "Row 2 of .* has 2 fields"),
        ("emotion,pixels,Usage\nangry,1 2 3,Training\n", "Row 1 of .* has the emotion 'angry'"),
        ("emotion,pixels,Usage\n7,1 2 3,Training\n", "Row 0 of .* has emotion 7"),
    ],
)
def test_a_table_that_is_not_the_contests_is_refused(tmp_path, text, says):
    (tmp_path / "fer2013.csv").write_text(text)

    with pytest.raises(CorpusError, match=says):
        FER2013.clips(tmp_path)


@pytest.mark.parametrize("pixels", ["1 2 3", " ".join(["256"] * 2_304), " ".join(["x"] * 2_304), " ".join(["-1"] * 2_304)])
def test_pixels_that_make_no_picture_are_refused(tmp_path, pixels):
    (tmp_path / "fer2013.csv").write_text(f"emotion,pixels,Usage\n0,{pixels},Training\n")

    with pytest.raises(EmofuseError, match="not 2304 numbers from 0 to 255"):
        FER2013.clips(tmp_path)[0].signal(Modality.VIDEO)


def test_published_counts_add_up():
    published = FER2013.published

    assert sum(published.labels.values()) == sum(published.facts["usage"].values()) == published.clips


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
