"""A support vector machine in place of a network, and pictures without copies: what they are told, and what they tell."""

from functools import partial

import cv2
import numpy as np

from emofuse.corpora.affectnet import AFFECTNET
from emofuse.reproduce.apart import without_learnt_copies
from emofuse.reproduce.support_vectors import SupportVectors, _lengths, _told


def test_columns_are_divided_by_their_length_and_empty_ones_by_nothing():
    assert _lengths(np.array([[3.0, 0.0], [4.0, 0.0]])).tolist() == [5, 1]


def test_what_can_be_told_apart_is(generator):
    truth = ["calm", "fear", "anger"] * 20
    centre = {"calm": (0, 0), "fear": (9, 0), "anger": (0, 9)}
    rows = np.array([centre[word] for word in truth]) + generator.normal(size=(60, 2))

    scale = _lengths(rows[:30])

    assert _told(rows[:30] / scale, truth[:30], rows[30:] / scale) == truth[30:]


def test_with_one_clip_of_a_label_nothing_is_chosen_and_still_told(generator):
    assert _told(np.array([[0.0], [1.0]]), ["calm", "fear"], np.array([[0.1], [0.9]])) == ["calm", "fear"]


def test_its_command_is_that_of_its_row():
    way = SupportVectors("kanafin_eeg:seed", "kanafin_2024", "seed_svm", {"protocol": "paper"})

    assert way.command == "emofuse reproduce kanafin_2024 --row seed_svm --data DIR"
    assert way.corpora == ("seed",)


def test_a_judged_picture_whose_copy_was_learnt_from_is_left_out(tmp_path):
    random = np.random.default_rng(0)
    pictures = [cv2.GaussianBlur(random.integers(0, 256, size=(96, 96), dtype=np.uint8), (9, 9), 0) for _ in range(4)]
    for name, picture in zip("abcde", [*pictures, pictures[0]], strict=True):  # e is a once more
        (tmp_path / "affectnet" / "Train" / "fear").mkdir(parents=True, exist_ok=True)
        cv2.imwrite(str(tmp_path / "affectnet" / "Train" / "fear" / f"{name}.png"), picture)
    clips = AFFECTNET.clips(tmp_path / "affectnet")

    keep = partial(without_learnt_copies, corpus=AFFECTNET)

    assert keep(clips[:2], tmp_path) == {clips[1].id}
    assert keep([clips[0], clips[4]], tmp_path) == {clips[0].id, clips[4].id}
