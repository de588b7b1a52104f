"""Tables are written here as the generator of the published one does it: windows every half second, two to a row, then shuffled."""

import logging
from collections import Counter
from pathlib import Path
from time import process_time

import numpy as np
import pytest

from emofuse.core.errors import CorpusError
from emofuse.core.modality import Modality
from emofuse.corpora.eeg_brainwave import EEG_BRAINWAVE, recordings

FAMILIES = {
    "mean_": 5, "mean_d_": 5, "mean_q_": 50, "stddev_": 5, "stddev_d_": 5, "moments_": 20, "max_": 5, "max_d_": 5, "max_q_": 50,
    "min_": 5, "min_d_": 5, "min_q_": 50, "covmat_": 144, "eigen_": 12, "logm_": 78, "entropy": 5, "correlate_": 75, "fft_": 750,
}  # fmt: skip
"""Statistics of one window and how many values each has: 1,274 in all."""


def header(side: str, width: int) -> list[str]:
    """Published names; the quarters' means are called like the halves', so the first five of them got a 2."""
    named = [f"{family.replace('_q_', '_d_') if family == 'mean_q_' else family}{i}" for family, n in FAMILIES.items() for i in range(n)]
    return [f"{name}_{side}{'2' if named.index(name) < i else ''}" for i, name in enumerate(named)][:width]


def windows(seed: int, count: int, width: int) -> np.ndarray:
    generator = np.random.default_rng(seed)
    start = generator.normal(size=width) * 10.0 ** generator.uniform(-1, 4, size=width)
    return start + np.cumsum(generator.normal(size=(count, width)) * np.abs(start) * 0.1, axis=0)


def rows(recorded: np.ndarray) -> np.ndarray:
    return np.concatenate([recorded[:-1], recorded[1:]], axis=1)


def written(path: Path, values: np.ndarray, labels: list[str], digits: int = 3) -> Path:
    width = values.shape[1] // 2
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = ["# " + ",".join([*header("a", width), *header("b", width), "label"])]
    lines += [",".join([f"{value:.{digits}g}" for value in row] + [label]) for row, label in zip(values, labels, strict=True)]
    path.write_text("\n".join(lines) + "\n")
    return path


def table(path: Path, lengths: dict[str, list[int]], width: int = 40) -> tuple[Path, list[tuple[int, int]]]:
    """Recordings of so many rows for each label, shuffled; the file, and the recording and place of each row in it."""
    told = [(label, length) for label, several in lengths.items() for length in several]
    values = np.concatenate([rows(windows(seed, length + 1, width)) for seed, (_, length) in enumerate(told)])
    labels = [label for label, length in told for _ in range(length)]
    truth = [(recording, place) for recording, (_, length) in enumerate(told) for place in range(length)]
    order = np.random.default_rng(7).permutation(len(values))
    return written(path, values[order], [labels[i] for i in order]), [truth[i] for i in order]


def small_tree(root: Path) -> Path:
    """Three recordings, as many columns as are published; returns the file."""
    return table(root / "emotions.csv", {"NEGATIVE": [6], "NEUTRAL": [5], "POSITIVE": [4]}, width=1_274)[0]


def test_the_names_written_here_are_as_published():
    names = header("a", 1_274)

    assert len(names) == len(set(names)) == 1_274
    assert names[:12] == [f"mean_{i}_a" for i in range(5)] + [f"mean_d_{i}_a" for i in range(5)] + ["mean_d_0_a2", "mean_d_1_a2"]
    assert names[15] == "mean_d_5_a"
    assert names[-1] == "fft_749_a"


def test_a_row_is_a_clip_of_nobody(tmp_path):
    small_tree(tmp_path)

    clips = EEG_BRAINWAVE.clips(tmp_path)

    assert [clip.id for clip in clips] == [f"{row:05d}" for row in range(15)]
    assert Counter(clip.label for clip in clips) == {"negative": 6, "neutral": 5, "positive": 4}
    assert {clip.subject for clip in clips} == {None}


def test_a_signal_is_the_row_of_the_table(tmp_path):
    file = small_tree(tmp_path)

    signal = EEG_BRAINWAVE.clips(tmp_path)[3].signal(Modality.EEG)

    assert (signal.values.shape, signal.values.dtype, signal.duration) == ((1, 2_548), np.float32, 1_500)
    expected = [float(field) for field in file.read_text().splitlines()[4].split(",")[:-1]]
    np.testing.assert_allclose(signal.values[0], expected, rtol=1e-6)


def test_recordings_are_rebuilt_and_their_rows_put_in_order(tmp_path):
    _, truth = table(tmp_path / "emotions.csv", {"NEGATIVE": [9, 2], "NEUTRAL": [5], "POSITIVE": [1, 30]})

    clips = EEG_BRAINWAVE.clips(tmp_path)

    named = {clip.facts["recording"]: recording for clip, (recording, _) in zip(clips, truth, strict=True)}
    assert [(named[clip.facts["recording"]], int(clip.facts["place"])) for clip in clips] == truth
    assert len(named) == 5
    assert Counter(clip.facts["chain"] for clip in clips) == {"whole": 46, "alone": 1}
    times = {(clip.facts["place"], clip.facts["start"], clip.facts["end"]) for clip in clips}
    assert {("0", "0", "1500"), ("1", "500", "2000"), ("29", "14500", "16000")} <= times


def test_recordings_are_found_although_some_values_are_written_otherwise(tmp_path):
    generator = np.random.default_rng(0)
    values = rows(windows(0, 30, 200))
    noisy = values * (1 + 1e-6 * generator.normal(size=values.shape))
    noisy[:, 17] = 0.0  # a value that is lost in the earlier window alone

    found = recordings(noisy[:, :200].astype(np.float32), noisy[:, 200:].astype(np.float32), ["neutral"] * 29)

    assert found == [("001", "whole", place) for place in range(29)]


def test_windows_that_only_resemble_each_other_are_not_joined():
    values = rows(windows(0, 10, 200))
    values[:, :200] *= 1.02

    found = recordings(values[:, :200].astype(np.float32), values[:, 200:].astype(np.float32), ["neutral"] * 9)

    assert [chain for _, chain, _ in found] == ["alone"] * 9


@pytest.mark.parametrize("case", ["a row twice", "a fork", "a circle", "two labels"])
def test_what_is_not_one_line_under_one_label_is_one_recording_without_places_and_is_said(tmp_path, caplog, case):
    first, other = windows(0, 6, 40), windows(1, 6, 40)
    values, labels = rows(first), ["NEUTRAL"] * 5
    if case == "a row twice":
        values, labels = np.concatenate([values, values[2:3]]), ["NEUTRAL"] * 6
    elif case == "a fork":
        values, labels = np.concatenate([values, np.concatenate([first[3], windows(2, 1, 40)[0]])[None]]), ["NEUTRAL"] * 6
    elif case == "a circle":
        values, labels = np.concatenate([values, np.concatenate([first[5], first[0]])[None]]), ["NEUTRAL"] * 6
    else:
        labels[1] = "POSITIVE"
    written(tmp_path / "emotions.csv", np.concatenate([values, rows(other)]), labels + ["NEGATIVE"] * 5)

    with caplog.at_level(logging.WARNING):
        clips = EEG_BRAINWAVE.clips(tmp_path)

    entangled = clips[: len(labels)]
    assert {(clip.facts["recording"], clip.facts["chain"], clip.facts.get("place")) for clip in entangled} == {("001", "ambiguous", None)}
    assert {clip.facts["chain"] for clip in clips[len(labels) :]} == {"whole"}
    assert f"0 have no neighbour and {len(labels)} an ambiguous place; 2 recordings" in caplog.text


def test_rows_without_neighbours_are_said(tmp_path, caplog):
    values = np.concatenate([rows(windows(seed, 2, 40)) for seed in range(4)])
    written(tmp_path / "emotions.csv", values, ["NEUTRAL"] * 4)

    with caplog.at_level(logging.WARNING):
        EEG_BRAINWAVE.clips(tmp_path)

    assert "of 4 rows 4 have no neighbour" in caplog.text


def test_a_row_that_is_missing_cuts_its_recording_in_two(tmp_path):
    values = np.delete(rows(windows(0, 10, 40)), 4, axis=0)
    written(tmp_path / "emotions.csv", values, ["NEUTRAL"] * 8)

    assert Counter(clip.facts["recording"] for clip in EEG_BRAINWAVE.clips(tmp_path)) == {"001": 4, "002": 4}


def test_the_same_table_in_another_order_gives_the_same_recordings(tmp_path):
    file, _ = table(tmp_path / "emotions.csv", {"NEGATIVE": [6], "POSITIVE": [7]})
    lines = file.read_text().splitlines()
    order = np.random.default_rng(1).permutation(13)
    other = tmp_path / "other" / "emotions.csv"
    other.parent.mkdir()
    other.write_text("\n".join([lines[0], *(lines[1 + i] for i in order)]))

    here, there = EEG_BRAINWAVE.clips(tmp_path), EEG_BRAINWAVE.clips(other.parent)

    together = {(here[i].facts["recording"], clip.facts["recording"]) for i, clip in zip(order, there, strict=True)}
    assert len(together) == 2
    assert [here[i].facts["place"] for i in order] == [clip.facts["place"] for clip in there]


def test_names_of_the_later_generator_are_understood(tmp_path):
    values = rows(windows(0, 6, 12))
    lines = [",".join([f"lag1_mean_{i}" for i in range(12)] + [f"mean_{i}" for i in range(12)] + ["std_0", "Label"])]
    lines += [",".join([f"{value:.4g}" for value in row] + ["1", "NEUTRAL"]) for row in values]
    (tmp_path / "emotions.csv").write_text("\n".join(lines))

    assert [clip.facts["place"] for clip in EEG_BRAINWAVE.clips(tmp_path)] == ["0", "1", "2", "3", "4"]


def changed(file: Path, line: int, old: str, new: str) -> None:
    lines = file.read_text().splitlines()
    assert old in lines[line]
    lines[line] = lines[line].replace(old, new)
    file.write_text("\n".join(lines))


@pytest.mark.parametrize(
    ("line", "old", "new", "what"),
    [
        (0, "mean_3_a,", "", r"emotions\.csv has 39 columns of the earlier window \(_a\) and 40 of the later .* Expected as many .*; get"),
        (0, ",label", ",emotion", r"emotions\.csv has no column label\. It has .*"),
        (2, ",NE", ",1.5,NE", r"Line 3 of .*emotions\.csv has 82 fields\. Expected 81"),
        (4, "NE", "HAPPY", r"Row 4 of .*emotions\.csv has the label HAPPY.*\. Expected NEGATIVE, NEUTRAL, POSITIVE; mend"),
    ],
)
def test_a_table_that_is_not_as_published_is_refused(tmp_path, line, old, new, what):
    labels = ["NEUTRAL", "NEUTRAL", "NEUTRAL", "NEUTRAL", "NEUTRAL"]
    file = written(tmp_path / "emotions.csv", rows(windows(0, 6, 40)), labels)
    changed(file, line, old, new)

    with pytest.raises(CorpusError, match=what):
        EEG_BRAINWAVE.clips(tmp_path)


@pytest.mark.parametrize("gap", ["", "nan", "inf"])
def test_a_value_that_is_no_number_is_refused_with_its_place(tmp_path, gap):
    file = written(tmp_path / "emotions.csv", rows(windows(0, 6, 40)), ["NEUTRAL"] * 5)
    lines = file.read_text().splitlines()
    fields = lines[3].split(",")
    fields[1] = gap
    lines[3] = ",".join(fields)
    file.write_text("\n".join(lines))

    with pytest.raises(CorpusError, match=r"holds 1 values that are not numbers, the first in row 3, column mean_1_a\. Expected none; get"):
        EEG_BRAINWAVE.clips(tmp_path)


def test_a_table_without_rows_has_no_clips(tmp_path):
    written(tmp_path / "emotions.csv", np.zeros((0, 80)), [])

    with pytest.raises(CorpusError, match="No eeg_brainwave clips"):
        EEG_BRAINWAVE.clips(tmp_path)


@pytest.mark.slow
def test_a_table_of_the_published_size_is_read_and_rebuilt_in_five_seconds(tmp_path):
    lengths = {"NEGATIVE": [118] * 6, "POSITIVE": [118] * 6, "NEUTRAL": [119] * 4 + [120] * 2}
    _, truth = table(tmp_path / "emotions.csv", lengths, width=1_274)
    began = process_time()

    clips = EEG_BRAINWAVE.clips(tmp_path)

    assert process_time() - began < 5
    named = {clip.facts["recording"]: recording for clip, (recording, _) in zip(clips, truth, strict=True)}
    assert [(named[clip.facts["recording"]], int(clip.facts["place"])) for clip in clips] == truth
    assert Counter(clip.label for clip in clips) == EEG_BRAINWAVE.published.labels
    assert [clip.id for clip in clips] == list(EEG_BRAINWAVE.published.ids())
    assert clips[0].signal(Modality.EEG).values.shape == (1, 2_548)


@pytest.mark.slow
def test_the_time_to_rebuild_grows_with_the_rows_and_not_with_their_square():
    def seconds(count: int) -> float:
        recorded = windows(0, count + 1, 100).astype(np.float32)
        began = process_time()
        found = recordings(recorded[:-1], recorded[1:], ["neutral"] * count)
        assert found[-1] == ("001", "whole", count - 1)
        return process_time() - began

    small, large = min(seconds(2_000) for _ in range(3)), seconds(20_000)

    assert large < 30 * small
