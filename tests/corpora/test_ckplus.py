from collections import Counter
from pathlib import Path

import cv2
import numpy as np
import pytest

from emofuse.core.errors import EmofuseError
from emofuse.core.modality import Modality
from emofuse.corpora.ckplus import CKPLUS

NAMES = ("anger/S010_004_00000017", "anger/S010_004_00000018", "happy/S010_006_00000015", "contempt/S138_008_00000009")


def face(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, size=(48, 48), dtype=np.uint8)


def small_tree(root: Path) -> Path:
    """Four pictures of two people; returns one file."""
    for seed, name in enumerate(NAMES):
        file = root / "CK+48" / f"{name}.png"
        file.parent.mkdir(parents=True, exist_ok=True)
        cv2.imwrite(str(file), face(seed))
    return root / "CK+48" / f"{NAMES[0]}.png"


def table(root: Path, *codes: int) -> Path:
    """ckextended.csv with a row a code."""
    root.mkdir(parents=True, exist_ok=True)
    lines = [f"{code},{' '.join(map(str, face(row).ravel()))},Training" for row, code in enumerate(codes)]
    (root / "ckextended.csv").write_text("\n".join(["emotion,pixels,Usage", *lines, ""]))
    return root / "ckextended.csv"


def test_a_name_says_who_and_which_sequence(tmp_path):
    small_tree(tmp_path)

    clips = CKPLUS.clips(tmp_path)

    assert Counter(clip.subject for clip in clips) == {"ckplus-S010": 3, "ckplus-S138": 1}
    assert [clip.label for clip in clips] == ["anger", "anger", "happiness", "contempt"]
    assert clips[0].facts == {"recording": "S010_004", "frame": "17"}
    assert clips[0].facts["recording"] == clips[1].facts["recording"] != clips[2].facts["recording"]


def test_every_pixel_is_as_it_was(tmp_path):
    small_tree(tmp_path)

    signal = CKPLUS.clips(tmp_path)[0].signal(Modality.VIDEO)

    np.testing.assert_array_equal(signal.values, face(0)[None])


def test_other_pictures_are_not_read(tmp_path):
    file = small_tree(tmp_path)
    for name in ("._S010_004_00000017.png", "S010_004_17.png"):
        file.with_name(name).write_bytes(file.read_bytes())
    (tmp_path / "CK+48" / "S011_001_00000001.png").write_bytes(file.read_bytes())  # in no emotion's folder

    assert len(CKPLUS.clips(tmp_path)) == len(NAMES)


def test_the_table_is_read_by_its_own_codes_and_knows_nobody(tmp_path):
    table(tmp_path, 0, 7, 6, 3)

    clips = CKPLUS.clips(tmp_path)

    assert [clip.id for clip in clips] == ["00000", "00001", "00002", "00003"]
    assert [clip.label for clip in clips] == ["anger", "contempt", "neutral", "happiness"]
    assert {clip.subject for clip in clips} == {None}
    assert clips[0].facts == {"usage": "Training"}
    np.testing.assert_array_equal(clips[3].signal(Modality.VIDEO).values, face(3)[None])


def test_where_both_are_the_folders_are_read(tmp_path):
    small_tree(tmp_path)
    table(tmp_path, 0, 1)

    assert len(CKPLUS.clips(tmp_path)) == len(NAMES)


def test_a_code_that_nobody_knows_is_refused(tmp_path):
    table(tmp_path, 0, 8)

    with pytest.raises(EmofuseError, match="Row 1 of .* has emotion 8"):
        CKPLUS.clips(tmp_path)


def test_published_counts_add_up():
    assert sum(CKPLUS.published.labels.values()) == CKPLUS.published.clips
