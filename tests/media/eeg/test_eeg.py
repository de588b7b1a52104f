"""Files are written here by mne, edfio, pybv, eeglabio, h5py, scipy and numpy, as programs that record EEG write them."""

import warnings
from pathlib import Path

import numpy as np
import pytest

from emofuse.core.clip import Clip
from emofuse.core.errors import MediaError
from emofuse.core.modality import Modality
from emofuse.media.eeg import eeg_source, preview, quality, read_eeg
from emofuse.media.eeg.montage import ELECTRODES

RATE = 128
NAMES = ("Fp1", "Fp2", "T7", "O2")
EEG = frozenset({Modality.EEG})
HEADER = "timestamps,TP9,AF7,AF8,TP10,Right AUX"


def noise(seconds: float = 6, channels: int = 4, rate: int = RATE) -> np.ndarray:
    """Microvolts. Shape: (time, channels)."""
    return np.random.default_rng(0).normal(size=(round(seconds * rate), channels)) * 20


def muse(file: Path, values: np.ndarray, times: np.ndarray | None = None, header: str = HEADER, rate: float = 256.0) -> Path:
    times = 1_533_222_559.839 + np.arange(len(values)) / rate if times is None else times
    width = header.count(",")
    rows = [
        f"{time:.3f}," + ",".join("" if np.isnan(v) else f"{v:.3f}" for v in row[:width]) for time, row in zip(times, values, strict=True)
    ]
    file.write_text("\n".join([header, *rows]) + "\n")
    return file


def bare(file: Path, values: np.ndarray) -> Path:
    np.save(file, values.astype(np.float32))
    return file


def recorded(file: Path, values: np.ndarray, names: tuple[str, ...] = NAMES, **also: object) -> Path:
    """A file as mne writes it, by the end of its name."""
    import mne

    raw = mne.io.RawArray(values.T * 1e-6, mne.create_info(list(names), RATE, "eeg"), verbose="ERROR")
    if "bad" in also:
        raw.info["bads"] = [also["bad"]]
    if "span" in also:
        raw.set_annotations(mne.Annotations(*also["span"]))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the writers
        raw.save(file, verbose="ERROR") if file.suffix == ".fif" else raw.export(file, verbose="ERROR")
    return file


def test_a_muse_table_is_four_electrodes_in_microvolts(tmp_path):
    values = noise(4, 5, 256)

    signal = read_eeg(muse(tmp_path / "a.csv", values))

    assert (signal.rate, signal.channels, signal.values.dtype) == (256, ("TP9", "AF7", "AF8", "TP10"), np.float32)
    np.testing.assert_allclose(signal.values, values[:, :4], atol=1e-3)
    assert signal.present is None


def test_the_fifth_input_is_read_where_it_is_asked_for(tmp_path):
    file = muse(tmp_path / "a.csv", noise(4, 5, 256))

    assert read_eeg(file, channels=["AF7", "Right AUX"]).channels == ("AF7", "Right AUX")


def test_samples_that_were_lost_on_the_way_are_absent_and_time_goes_on(tmp_path):
    values = noise(8, 5, 256)
    times = 100 + np.arange(len(values)) / 256
    times[1024:] += 3

    signal = read_eeg(muse(tmp_path / "a.csv", values, times))

    assert len(signal.values) == len(values) + 768
    assert signal.present.sum() == len(values)
    assert not signal.present[1024:1792].any()
    assert not signal.values[1024:1792].any()
    np.testing.assert_allclose(signal.values[1792:], values[1024:, :4], atol=1e-3)


def test_another_headband_program_writes_dates(tmp_path):
    values = noise(4, 4, 256)
    dates = np.datetime64("2018-08-02T15:09:19.839") + (np.arange(len(values)) / 256 * 1e3).astype("timedelta64[ms]")
    rows = [f"{str(date).replace('T', ' ')},0.1," + ",".join(f"{v:.3f}" for v in row) for date, row in zip(dates, values, strict=True)]
    file = tmp_path / "monitor.csv"
    file.write_text("\n".join(["TimeStamp,Delta_TP9,RAW_TP9,RAW_AF7,RAW_AF8,RAW_TP10", *rows]))

    signal = read_eeg(file)

    assert (signal.rate, signal.channels) == (256, ("TP9", "AF7", "AF8", "TP10"))
    np.testing.assert_allclose(signal.values, values, atol=1e-3)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["a.edf", "a.bdf", "a.vhdr", "a.set", "a_raw.fif"])
def test_every_format_gives_the_same_microvolts_under_10_20_names(tmp_path, name):
    values = noise()

    signal = read_eeg(recorded(tmp_path / name, values, ("EEG Fp1", "FP2", "T3", "O2")))

    assert (signal.rate, signal.channels) == (RATE, NAMES)
    np.testing.assert_allclose(signal.values, values, atol=0.01)
    assert preview(tmp_path / name).unit in ("V", "µV")


@pytest.mark.slow
def test_what_somebody_marked_as_bad_is_absent_and_said(tmp_path):
    file = recorded(tmp_path / "a_raw.fif", noise(), bad="T7", span=([2.0], [1.0], ["BAD_moved"]))

    signal, lane = read_eeg(file), quality(file)

    assert not signal.present[2 * RATE : 3 * RATE].any()
    assert signal.present[: 2 * RATE].all()
    assert lane.scores[:, 0].tolist() == [0.75, 0.75, 0, 0.75, 0.75, 0.75]
    assert "marked as bad in the file: T7" in lane.notes
    assert "1.0 s are marked as bad in the file" in lane.notes


@pytest.mark.slow
def test_a_recording_that_broke_off_is_read_as_far_as_it_goes_and_says_so(tmp_path):
    file = recorded(tmp_path / "a.edf", noise(20))
    file.write_bytes(file.read_bytes()[:-4_096])

    source = eeg_source(file)
    chunks = list(source.stream(file, EEG, 4_000))

    assert any("the header promises 20 s" in note for note in chunks[0].notes)
    assert 10_000 < chunks[-1].until < 20_000


@pytest.mark.slow
@pytest.mark.parametrize("name", ["a.edf", "a.bdf", "a.vhdr", "a.fif", "a.set"])
def test_rubbish_is_refused_in_three_parts(tmp_path, name):
    (tmp_path / name).write_bytes(bytes(range(256)) * 20)

    with pytest.raises(MediaError, match=r"(?s)a\..*Expected .*\. ?|again|anew"):
        read_eeg(tmp_path / name)


@pytest.mark.slow
def test_a_header_must_not_lead_out_of_its_folder(tmp_path):
    file = recorded(tmp_path / "a.vhdr", noise())
    file.write_text(file.read_text().replace("DataFile=a.eeg", "DataFile=../../etc/passwd"))

    with pytest.raises(MediaError, match=r"its DataFile is \.\./\.\./etc/passwd\. Expected the name of a file beside it"):
        read_eeg(file)


@pytest.mark.slow
@pytest.mark.parametrize("version", [5, 7.3])
def test_a_matlab_array_is_shown_and_read_as_told(tmp_path, version):
    h5py, scipy = pytest.importorskip("h5py"), pytest.importorskip("scipy.io")
    trials = np.stack([noise(2).T + 100 * k for k in range(3)], axis=2)  # (channel, time, trial)
    file = tmp_path / "a.mat"
    if version == 5:
        scipy.savemat(file, {"seg": trials, "label": np.eye(3)})
    else:
        with h5py.File(file, "w", userblock_size=512) as opened:
            for name, values in {"seg": trials, "label": np.eye(3)}.items():
                opened.create_dataset(name, data=values.T).attrs["MATLAB_class"] = np.bytes_("double")

    shown = preview(file)

    assert [str(one) for one in shown.variables] == ["seg (4 x 256 x 3)", "label (3 x 3)"]
    assert shown.needs == ("axes",)
    assert "Expected time and channel" in shown.problem
    with pytest.raises(
        MediaError, match=r"does not say what the axes of seg are, whose shape is \(4, 256, 3\)\. Expected time and channel"
    ):
        read_eeg(file)
    with pytest.raises(MediaError, match=r"does not say how many samples a second"):
        read_eeg(file, variable="seg", axes="channel,time,2")

    signal = read_eeg(file, variable="seg", axes="channel,time,2", channels=NAMES, rate=RATE)

    assert (signal.channels, signal.rate) == (NAMES, RATE)
    np.testing.assert_allclose(signal.values, trials[:, :, 1].T, rtol=1e-4)


def test_two_arrays_of_one_size_are_not_chosen_between(tmp_path):
    np.savez(tmp_path / "a.npz", left=noise(), right=noise())

    with pytest.raises(MediaError, match=r"which of its arrays is the EEG\. It holds left \(768 x 4\), right \(768 x 4\)\. Expected one"):
        read_eeg(tmp_path / "a.npz", rate=RATE)

    assert preview(tmp_path / "a.npz").needs == ("variable",)
    assert len(read_eeg(tmp_path / "a.npz", variable="left", rate=RATE).values) == 768


@pytest.mark.slow
def test_what_is_concluded_is_said(tmp_path):
    scipy = pytest.importorskip("scipy.io")
    scipy.savemat(tmp_path / "a.mat", {"eeg": noise().T, "fs": 128.0})

    shown = preview(tmp_path / "a.mat")

    assert (shown.rate, shown.axes, shown.duration, shown.needs) == (128, ("channel", "time"), 6_000, ())
    assert "eeg (4 x 768) is read as channel x time" in shown.notes
    assert "fs is taken for the rate: 128 samples a second" in shown.notes
    assert any("names no unit: taken as microvolts, as they spread by 20" in note for note in shown.notes)
    assert any("its channels have no names" in note for note in shown.notes)
    assert "6.0 s" in str(shown)


@pytest.mark.slow
def test_a_crafted_matlab_file_is_refused_and_nothing_falls_over(tmp_path):
    import struct

    head = b"MATLAB 5.0 MAT-file".ljust(124) + b"\x00\x01IM"
    (tmp_path / "a.mat").write_bytes(head + struct.pack("<II", 14, 1 << 31) + b"\xff" * 64)

    with pytest.raises(MediaError, match=r"(?s)a\.mat.*Expected a.*MATLAB file"):
        read_eeg(tmp_path / "a.mat")


def test_volts_told_to_be_microvolts_are_refused_with_what_would_fit(tmp_path):
    file = bare(tmp_path / "volts.npy", noise() * 1e-6)

    with pytest.raises(MediaError, match=r"spread by 2e-05 microvolts a second.*Expected 0\.05 to 5,000.* would fit V"):
        read_eeg(file, rate=RATE)

    np.testing.assert_allclose(read_eeg(file, rate=RATE, unit="V").values, noise(), rtol=1e-4)
    with pytest.raises(MediaError, match=r"'ohm' is no unit of EEG\. Known: V, mV"):
        read_eeg(file, rate=RATE, unit="ohm")


def test_a_flat_channel_is_said_and_flat_time_is_absent(tmp_path):
    values = noise(8)
    values[:, 2] = 3.0
    values[4 * RATE : 6 * RATE] = 0.0
    file = bare(tmp_path / "a.npy", values)

    signal, lane = read_eeg(file, rate=RATE, channels=NAMES), quality(file, rate=RATE, channels=NAMES)

    assert signal.present.reshape(8, RATE).all(axis=1).tolist() == [True] * 4 + [False] * 2 + [True] * 2
    assert lane.scores[:, 0].tolist() == [0.75] * 4 + [0.0] * 2 + [0.75] * 2
    assert "T7: flat for 100 % of the time" in lane.notes
    assert lane.facts["reasons"][0] == {"T7": "flat"}


def test_a_gap_of_nan_is_absent_and_a_gap_in_one_channel_is_bridged(tmp_path):
    values = noise(8)
    values[300:400] = np.nan
    values[600:610, 1] = np.nan
    file = bare(tmp_path / "a.npy", values)

    signal = read_eeg(file, rate=RATE)

    assert np.isfinite(signal.values).all()
    assert not signal.present[300:400].any()
    assert signal.present[512:].all()
    steps = np.diff(signal.values[599:611, 1])
    np.testing.assert_allclose(steps, steps[0], atol=1e-3)


@pytest.mark.parametrize(("count", "said"), [(2, "channel 2"), (256, "channel 256")])
def test_two_channels_and_256_are_read_without_a_guess_at_their_names(tmp_path, count, said):
    file = bare(tmp_path / "a.npy", noise(40, count))

    signal = read_eeg(file, axes="time,channel", rate=RATE)

    assert signal.values.shape == (40 * RATE, count)
    assert signal.channels[-1] == said
    assert "have no names; a recognizer that looks for electrodes finds none" in " ".join(
        preview(file, axes="time,channel", rate=RATE).notes
    )


def test_two_channels_of_five_samples_are_little_but_no_reason_to_fall_over(tmp_path):
    assert read_eeg(bare(tmp_path / "a.npy", noise()[:5, :2]), axes="time,channel", rate=RATE).values.shape == (5, 2)


def test_a_rate_that_does_not_match_the_times_is_refused(tmp_path):
    file = muse(tmp_path / "a.csv", noise(4, 5, 256))

    with pytest.raises(
        MediaError, match=r"holds 256\.\d samples a second by its times, and 512 are told\. Expected the same; leave the rate out"
    ):
        read_eeg(file, rate=512)

    assert read_eeg(file, rate=255).rate == 255


@pytest.mark.slow
def test_a_rate_that_does_not_match_the_header_is_refused(tmp_path):
    scipy = pytest.importorskip("scipy.io")
    scipy.savemat(tmp_path / "a.mat", {"eeg": noise().T, "srate": 128.0})

    with pytest.raises(MediaError, match=r"says 128 samples a second, and 250 are told\. Expected the same"):
        read_eeg(tmp_path / "a.mat", rate=250)


@pytest.mark.parametrize("rate", [0.5, 1e6])
def test_a_rate_that_no_amplifier_has_is_refused(tmp_path, rate):
    with pytest.raises(MediaError, match=r"samples a second\. Expected 16 to 50,000"):
        read_eeg(bare(tmp_path / "a.npy", noise()), rate=rate)


def test_a_channel_that_is_not_there_is_named_with_those_that_are(tmp_path):
    with pytest.raises(MediaError, match=r"has no channel Pz\. It has TP9, AF7, AF8, TP10, Right AUX\. Name some"):
        read_eeg(muse(tmp_path / "a.csv", noise(4, 5, 256)), channels=["AF7", "Pz"])
    with pytest.raises(MediaError, match=r"4 channels without names, and 2 names are told: Fp1, Fp2\. Expected a name for each"):
        read_eeg(bare(tmp_path / "a.npy", noise()), channels=["Fp1", "Fp2"], rate=RATE)


@pytest.mark.parametrize("length", [4_000, 1_000, 1_700, 60_000])
def test_stretch_by_stretch_is_the_same_as_whole(tmp_path, length):
    values = noise(9.3, 5, 256)
    values[700:900] = np.nan
    file = muse(tmp_path / "a.csv", values)
    source = eeg_source(file)

    chunks = list(source.stream(file, EEG, length))
    whole = source.read(file)

    parts = [chunk.signals[Modality.EEG] for chunk in chunks]
    np.testing.assert_array_equal(np.concatenate([part.values for part in parts]), whole.values)
    present = [np.ones(len(part.values), dtype=bool) if part.present is None else part.present for part in parts]
    np.testing.assert_array_equal(np.concatenate(present), whole.present)
    assert [part.start for part in parts] == [length * k for k in range(len(parts))]
    assert chunks[-1].until == whole.end
    assert all(chunk.until == length * (k + 1) for k, chunk in enumerate(chunks[:-1]))


@pytest.mark.slow
def test_half_an_hour_more_than_the_rest_of_a_clip_goes_on_in_little_memory(tmp_path, toy):
    import tracemalloc

    seconds = 1_800
    file = tmp_path / "long.npy"
    held = np.lib.format.open_memmap(file, "w+", np.float32, (seconds * RATE, 32))
    for start in range(0, seconds * RATE, RATE * 60):
        held[start : start + RATE * 60] = noise(60, 32)
    del held
    clip = Clip("a", None, None, {**toy[0].sources, Modality.EEG: eeg_source(file, rate=RATE)})

    tracemalloc.start()
    chunks = [(chunk.until, sorted(chunk.signals)) for chunk in clip.chunks(frozenset({Modality.AUDIO, Modality.EEG}), 4_000)]
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert chunks[0][1] == ["audio", "eeg"]
    assert chunks[-2] == (1_800_000, ["eeg"])  # a last one only tells how good it was
    assert chunks[-1][0] == 1_800_000
    assert most < 40e6  # its samples are 29 MB, and 4 s of them 65 kB; a piece of the file is held in double precision


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("a.eeg", r"one part of a recording\. Expected the \.vhdr beside it; name a\.vhdr"),
        ("a.mp4", r"is no EEG file that can be read\. Expected one of bdf, csv, edf"),
        ("a.edf", r"There is no file .*a\.edf\. Expected an EEG recording there"),
    ],
)
def test_other_files_are_told_apart(tmp_path, name, what):
    with pytest.raises(MediaError, match=what):
        read_eeg(tmp_path / name)


def test_an_empty_file_is_empty(tmp_path):
    (tmp_path / "a.csv").touch()

    with pytest.raises(MediaError, match=r"a\.csv is empty\. Expected an EEG recording; copy it again"):
        read_eeg(tmp_path / "a.csv")


@pytest.mark.parametrize(
    ("content", "what"),
    [
        ("timestamps\n1\n", r"has no column but times\. Expected one for each electrode"),
        ("timestamps,Cz\n", r"holds no samples\. Expected a row for each"),
        ("timestamps,Cz\n1.00,x\n1.01,1\n", r"holds what is no number .*Expected a number in every field"),
        ("timestamps,Cz\n2,1\n1,1\n", r"holds a step of -1\.000 s in its times, at row 2\. Expected"),
        ("timestamps,Cz\nsoon,1\nlater,1\n", r"holds a time that is no number"),
        ("timestamps,Cz\n1,1\n1,1\n", r"whose times do not go on\. Expected a recording"),
    ],
)
def test_a_table_that_is_no_recording_is_refused(tmp_path, content, what):
    (tmp_path / "a.csv").write_text(content)

    with pytest.raises(MediaError, match=what):
        read_eeg(tmp_path / "a.csv")


def test_names_are_those_of_the_10_20_system_and_its_finer_form():
    assert {"Fp1", "T7", "P8", "TP9", "AF7", "Cz", "POz", "CB1"} <= set(ELECTRODES)
    assert len(set(ELECTRODES)) == len(ELECTRODES)
    assert not {"T3", "T6"} & set(ELECTRODES)


@pytest.mark.corpus
@pytest.mark.slow
def test_every_real_recording_of_a_headband_is_read_as_the_corpus_reads_it(shared):
    from emofuse.corpora.muse import MUSE

    for clip in MUSE.clips(shared / "muse"):
        as_corpus, as_file = clip.signal(Modality.EEG), read_eeg(clip.sources[Modality.EEG].path)
        assert (as_file.rate, as_file.channels) == (256, ("TP9", "AF7", "AF8", "TP10"))
        assert as_file.values.shape == as_corpus.values.shape
        there = as_corpus.present if as_corpus.present is not None else slice(None)
        np.testing.assert_array_equal(as_file.values[there], as_corpus.values[there])
