import csv
from collections import Counter
from pathlib import Path

import cv2
import numpy as np
import pytest

from emofuse.core.errors import EmofuseError
from emofuse.core.modality import Modality
from emofuse.corpora.affectnet import AFFECTNET

HEADER = ("subDirectory_filePath", "face_x", "face_y", "face_width", "face_height", "facial_landmarks", "expression", "valence", "arousal")


def picture(file: Path, side: int = 224) -> Path:
    """A dark square with a bright one in its lower right quarter."""
    file.parent.mkdir(parents=True, exist_ok=True)
    colours = np.full((side, side, 3), 40, dtype=np.uint8)
    colours[side // 2 :, side // 2 :] = 220
    cv2.imwrite(str(file), colours)
    return file


def small_tree(root: Path) -> Path:
    """The later folders: four pictures and one that shows no face; returns a picture."""
    codes = {"train_set": {"0": "1", "12": "7", "3": "10"}, "val_set": {"0": "6", "5": "0"}}
    for part, pictures in codes.items():
        for number, code in pictures.items():
            picture(root / part / "images" / f"{number}.jpg")
            (root / part / "annotations").mkdir(exist_ok=True)
            np.save(root / part / "annotations" / f"{number}_exp.npy", np.array(code))
            np.save(root / part / "annotations" / f"{number}_val.npy", np.array("-0.5"))
    return root / "train_set" / "images" / "0.jpg"


def tables(root: Path, *lines: tuple[object, ...]) -> Path:
    """The release of 2017 with these lines in training.csv."""
    file = root / "Manually_Annotated_file_lists" / "training.csv"
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("w", newline="") as opened:
        csv.writer(opened).writerows([HEADER, *lines])
    return file


def test_an_annotation_is_a_clip_of_nobody_and_no_face_is_none(tmp_path):
    small_tree(tmp_path)

    clips = AFFECTNET.clips(tmp_path)

    assert {clip.id: clip.label for clip in clips} == {
        "train/0": "happiness",
        "train/12": "contempt",
        "valid/0": "anger",
        "valid/5": "neutral",
    }
    assert Counter(clip.facts["part"] for clip in clips) == {"train": 2, "valid": 2}
    assert {clip.subject for clip in clips} == {None}


def test_a_face_is_grey_and_48_pixels_wide(tmp_path):
    small_tree(tmp_path)

    face = AFFECTNET.clips(tmp_path)[0].signal(Modality.VIDEO).values

    assert (face.shape, face.dtype) == ((1, 48, 48), np.uint8)
    assert face[0, 10, 10] < 60 < 200 < face[0, 40, 40]


def test_a_table_tells_where_in_the_photograph_the_face_is(tmp_path):
    picture(tmp_path / "Manually_Annotated_Images" / "689" / "a.jpg", side=400)
    picture(tmp_path / "Manually_Annotated_Images" / "12" / "b.png", side=100)
    tables(
        tmp_path,
        ("689/a.jpg", 200, 200, 200, 200, "1;2;3;4", 3, 0.25, -0.5),
        ("12/b.png", 0, 0, 100, 100, "1;2", 0, 0, 0),
        ("12/c.png", -2, -2, -2, -2, "", 10, -2, -2),
    )

    boxed, whole = (next(clip for clip in AFFECTNET.clips(tmp_path) if clip.id == name) for name in ("train/689/a", "train/12/b"))

    assert (boxed.label, boxed.facts) == ("surprise", {"part": "train", "valence": "0.25", "arousal": "-0.5"})
    assert boxed.signal(Modality.VIDEO).values.min() > 200  # the bright quarter, and nothing else
    assert whole.signal(Modality.VIDEO).values.min() < 60
    assert len(AFFECTNET.clips(tmp_path)) == 2


def test_a_path_that_stands_in_a_table_twice_is_one_clip(tmp_path):
    picture(tmp_path / "Manually_Annotated_Images" / "1" / "a.jpg")
    tables(tmp_path, *[("1/a.jpg", 0, 0, 10, 10, "", 1, 0, 0)] * 2)

    assert len(AFFECTNET.clips(tmp_path)) == 1


@pytest.mark.parametrize(("around", "part"), [("", {}), ("archive (3)/Train", {"part": "train"}), ("val", {"part": "valid"})])
def test_folders_named_by_emotion_are_read_in_words_and_in_codes(tmp_path, around, part):
    picture(tmp_path / around / "Anger" / "image1.jpg", side=96)
    picture(tmp_path / around / "7" / "image2.png", side=96)
    picture(tmp_path / around / "puzzled" / "image3.png", side=96)

    clips = AFFECTNET.clips(tmp_path)

    assert {clip.label for clip in clips} == {"anger", "contempt"}
    assert all(clip.facts == part for clip in clips)
    assert clips[0].signal(Modality.VIDEO).values.shape == (1, 48, 48)


def test_what_a_labels_file_says_otherwise_is_a_fact(tmp_path):
    for name in ("image1.jpg", "image2.jpg"):
        picture(tmp_path / "anger" / name)
    (tmp_path / "labels.csv").write_text(",pth,label,relFCs\n0,anger/image1.jpg,surprise,0.87\n1,anger/image2.jpg,anger,0.9\n")

    first, second = AFFECTNET.clips(tmp_path)

    assert (first.label, first.facts) == ("anger", {"relabelled": "surprise"})
    assert second.facts == {}


def test_an_annotation_without_its_picture_is_reported_when_it_is_read(tmp_path):
    small_tree(tmp_path).unlink()

    with pytest.raises(EmofuseError, match=r"0\.jpg cannot be read \(no such file"):
        AFFECTNET.clips(tmp_path)[0].signal(Modality.VIDEO)


@pytest.mark.parametrize(
    ("content", "says"),
    [(np.array("11"), "expression '11'"), (np.array("happy"), "expression 'happy'"), (np.array([1, 2]), "cannot be read")],
)
def test_an_annotation_that_is_no_code_is_refused(tmp_path, content, says):
    small_tree(tmp_path)
    np.save(tmp_path / "train_set" / "annotations" / "0_exp.npy", content)

    with pytest.raises(EmofuseError, match=says):
        AFFECTNET.clips(tmp_path)


def test_an_annotation_that_must_be_unpickled_is_refused(tmp_path):
    small_tree(tmp_path)
    np.save(tmp_path / "train_set" / "annotations" / "0_exp.npy", np.array({"a": 1}, dtype=object), allow_pickle=True)

    with pytest.raises(EmofuseError, match=r"0_exp\.npy cannot be read"):
        AFFECTNET.clips(tmp_path)


@pytest.mark.parametrize(
    ("line", "says"),
    [
        (("1/a.jpg", 0, 0, 10, 10, "", 12, 0, 0), "Line 2 of .* has the expression '12'"),
        (("1/a.jpg", "x", 0, 10, 10, "", 1, 0, 0), "Line 2 of .* has the box x, 0, 10, 10"),
        (("1/a.jpg", 0, 0), "Line 2 of .* has 3 fields. Expected 9"),
    ],
)
def test_a_line_that_cannot_be_understood_is_refused_by_its_number(tmp_path, line, says):
    (tmp_path / "Manually_Annotated_Images").mkdir()
    tables(tmp_path, line)

    with pytest.raises(EmofuseError, match=says):
        AFFECTNET.clips(tmp_path)


def test_a_table_without_a_column_is_refused(tmp_path):
    file = tables(tmp_path)
    file.write_text("subDirectory_filePath,expression\n1/a.jpg,1\n")

    with pytest.raises(EmofuseError, match=r"training\.csv has no face_x, face_y"):
        AFFECTNET.clips(tmp_path)


def test_a_face_outside_its_photograph_is_reported(tmp_path):
    picture(tmp_path / "Manually_Annotated_Images" / "1" / "a.jpg", side=100)
    tables(tmp_path, ("1/a.jpg", 300, 300, 50, 50, "", 1, 0, 0))

    with pytest.raises(EmofuseError, match="lies outside the picture"):
        AFFECTNET.clips(tmp_path)[0].signal(Modality.VIDEO)


def test_published_counts_add_up():
    published = AFFECTNET.published

    assert sum(published.labels.values()) == sum(published.facts["part"].values()) == published.clips
