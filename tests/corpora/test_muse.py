from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from emofuse.core.errors import CorpusError, MediaError
from emofuse.core.modality import Modality
from emofuse.corpora.muse import MUSE

HEADER = "timestamps,TP9,AF7,AF8,TP10,Right AUX"
BEGAN = 1533222559.839  # seconds, as Unix counts them


def samples(count: int = 20) -> np.ndarray:
    return np.random.default_rng(count).normal(size=(count, 5)) * 50


def written(file: Path, values: np.ndarray, times: np.ndarray | None = None, header: str = HEADER) -> Path:
    times = BEGAN + np.arange(len(values)) / 256 if times is None else times
    file.parent.mkdir(parents=True, exist_ok=True)
    lines = [header] + [f"{time:.3f}," + ",".join(f"{value:.3f}" for value in row) for time, row in zip(times, values, strict=True)]
    file.write_text("\n".join(lines) + "\n")
    return file


def small_tree(root: Path) -> Path:
    """Three recordings of two people; returns one file."""
    written(root / "original_data" / "subjectb-relaxed-1.csv", samples())
    written(root / "original_data" / "subjecta-neutral-2.csv", samples())
    return written(root / "original_data" / "subjecta-concentrating-1.csv", samples())


def test_a_name_says_person_state_and_take(tmp_path):
    small_tree(tmp_path)

    clips = MUSE.clips(tmp_path)

    assert [(clip.id, clip.subject, clip.label) for clip in clips] == [
        ("subjecta-concentrating-1", "muse-a", "concentrating"),
        ("subjecta-neutral-2", "muse-a", "neutral"),
        ("subjectb-relaxed-1", "muse-b", "relaxed"),
    ]
    assert clips[1].facts == {"recording": "subjecta-neutral-2", "trial": "2"}


def test_the_sheet_says_loudly_that_these_are_no_emotions():
    from emofuse.corpora import muse

    assert "NOT EMOTIONS" in muse.__doc__


def test_the_recording_that_is_there_twice_is_one_recording_of_one_person(tmp_path):
    small_tree(tmp_path)
    written(tmp_path / "original_data" / "name-concentrating-1.csv", samples())

    copy, original, *_ = MUSE.clips(tmp_path)

    assert (copy.id, copy.facts["copy"]) == ("name-concentrating-1", "yes")
    assert (copy.subject, copy.facts["recording"]) == (original.subject, original.facts["recording"])
    assert "copy" not in original.facts


def test_a_signal_is_four_electrodes_in_microvolts_at_256_samples_a_second(tmp_path):
    small_tree(tmp_path)

    signal = MUSE.clips(tmp_path)[0].signal(Modality.EEG)

    assert (signal.rate, signal.values.shape, signal.values.dtype) == (256, (20, 4), np.float32)
    np.testing.assert_allclose(signal.values, samples()[:, :4], atol=5e-4)
    assert signal.present is None


def test_samples_are_absent_where_the_headband_sent_nothing(tmp_path):
    times = BEGAN + np.arange(20) / 256
    times[10:] += 2
    written(tmp_path / "subjecta-relaxed-1.csv", samples(), times)

    signal = MUSE.clips(tmp_path)[0].signal(Modality.EEG)

    assert len(signal.values) == 20 + 512
    assert signal.present.sum() == 20
    assert not signal.present[10 : 10 + 512].any()
    np.testing.assert_allclose(signal.values[-10:], samples()[10:, :4], atol=5e-4)


def test_files_of_other_names_are_passed_over(tmp_path):
    small_tree(tmp_path)
    (tmp_path / "original_data" / "TEST-RELAXED (jordan).csv").touch()

    assert len(MUSE.clips(tmp_path)) == 3


@pytest.mark.parametrize(
    ("content", "what"),
    [
        ("", r"has no header"),
        (HEADER, r"holds no samples\. Expected samples of TP9, AF7, AF8, TP10 .*; get it again"),
        ("timestamps,TP9,AF7,TP10\n1,1,1,1\n", r"has no column AF8\. It has timestamps, TP9, AF7, TP10"),
        (f"{HEADER}\n1,1,1,1,1,1\n2,1,1\n", r"Line 3 of .* has 3 fields\. Expected 6"),
        (f"{HEADER}\n1,1,x,1,1,1\n", r"'x' in the column AF7\. Expected a number"),
        (f"{HEADER}\n1,1,nan,1,1,1\n", r"holds 1 values that are not numbers\. Expected .*; get it again"),
        (f"{HEADER}\nsoon,1,1,1,1,1\n", r"holds a time that is no number"),
        (f"{HEADER}\n2,1,1,1,1,1\n1,1,1,1,1,1\n", r"holds a step of -1\.000 s in its times, after sample 1\. Expected"),
        (f"{HEADER}\n1,1,1,1,1,1\n9999,1,1,1,1,1\n", r"holds a step of 9998\.000 s in its times"),
    ],
)
def test_a_file_that_is_no_recording_is_refused_by_name(tmp_path, content, what):
    small_tree(tmp_path).write_text(content)

    with pytest.raises(MediaError, match=what) as error:
        MUSE.clips(tmp_path)[0].signal(Modality.EEG)

    assert "subjecta-concentrating-1.csv" in str(error.value)


def test_an_empty_folder_has_no_clips(tmp_path):
    with pytest.raises(CorpusError, match="No muse clips"):
        MUSE.clips(tmp_path)


@pytest.mark.corpus
def test_the_real_corpus_has_its_published_counts(shared):
    clips = MUSE.clips(shared / "muse")

    assert [clip.id for clip in clips] == list(MUSE.published.ids())
    assert len(clips) == MUSE.published.clips == 25
    assert Counter(clip.label for clip in clips) == MUSE.published.labels
    assert {clip.subject for clip in clips} == {"muse-a", "muse-b", "muse-c", "muse-d"}


@pytest.mark.corpus
@pytest.mark.slow
def test_every_real_recording_can_be_read_and_only_one_has_holes(shared):
    signals = {clip.id: clip.signal(Modality.EEG) for clip in MUSE.clips(shared / "muse")}

    assert {signal.values.shape[1] for signal in signals.values()} == {4}
    assert [name for name, signal in signals.items() if signal.present is not None] == ["subjectb-relaxed-2"]
    assert signals["subjectb-relaxed-2"].present.sum() == 10_572
    assert signals["subjectb-relaxed-2"].duration == pytest.approx(957_680, abs=1_000)
    assert 3_000 < signals["subjectd-concentrating-2"].duration < 4_000
    assert all(signal.duration < 60_000 for name, signal in signals.items() if name != "subjectb-relaxed-2")


@pytest.mark.corpus
def test_the_real_copy_differs_from_its_original_in_seven_samples(shared):
    copy, original = (
        next(clip for clip in MUSE.clips(shared / "muse") if clip.id == name).signal(Modality.EEG).values
        for name in ("name-concentrating-1", "subjecta-concentrating-1")
    )

    assert copy.shape == original.shape
    assert np.count_nonzero((copy != original).any(axis=1)) == 7
    assert np.abs(copy - original).max() == pytest.approx(6)
