"""Late fusions on EAV's layout: the whole way, on a small tree of the published form."""

import json
from pathlib import Path

import av
import numpy as np
import pytest
import soundfile
import torch
from safetensors.torch import save_file
from scipy.io import savemat

from emofuse.bench.cells import Cell, as_member, built
from emofuse.bench.fuse import fuse
from emofuse.bench.kept import Kept
from emofuse.bench.order import Order, plan, work
from emofuse.core.clip import Clip, Signal, Source
from emofuse.core.errors import RunError, SplitError, UnknownName
from emofuse.core.modality import Modality
from emofuse.data import Examples
from emofuse.decisions.stacked_cnn import stack
from emofuse.encoders.efficient_face import GREY_SIDE
from emofuse.protocols.by_subject import EAV_30_6_6
from emofuse.recipes.eav import (
    FACES,
    SEEN,
    SEEN_WINDOWS,
    WORN,
    WORN_WINDOWS,
    begun,
    faces,
    heard,
    late,
    powers,
    spoken,
    spoken_by_five,
    window,
)

WORDS = ("Neutral", "Sadness", "Anger", "Happiness", "Calmness")
DECISIONS = ("weighted", "boosted", "stacked_cnn")


def small_eav(root: Path, people: tuple[int, ...]) -> Path:
    """Five spoken trials of each person, an emotion each: two seconds of EEG that tell it, a sound, a short grey film."""
    random = np.random.default_rng(0)
    for person in people:
        folder = root / "eav" / f"subject{person:02d}"
        for kind in ("EEG", "Audio", "Video"):
            (folder / kind).mkdir(parents=True)
        beats = np.sin(2 * np.pi * np.outer(np.arange(1_000) / 500, (6, 10, 20, 40, 3)))  # time, trial
        eeg = random.normal(size=(1_000, 30, 5)) + 20 * beats[:, None, :]
        savemat(folder / "EEG" / f"subject{person:02d}_eeg.mat", {"seg1": eeg})
        label = np.zeros((10, 5))
        label[2 * np.arange(5) + 1, np.arange(5)] = 1
        savemat(folder / "EEG" / f"subject{person:02d}_eeg_label.mat", {"label": label})
        for trial, word in enumerate(WORDS, start=1):
            sound = np.sin(np.arange(16_000) * trial / 20) / 4 + random.normal(size=16_000) / 100
            soundfile.write(folder / "Audio" / f"{trial:03d}_Trial_{trial:02d}_Speaking_{word}_Aud.wav", sound, 16_000)
            film(folder / "Video" / f"{trial:03d}_Trial_{trial:02d}_Speaking_{word}.mp4")
    return root


def film(file: Path) -> None:
    with av.open(str(file), "w") as container:
        stream = container.add_stream("mpeg4", rate=10)
        stream.width, stream.height, stream.pix_fmt = 80, 64, "yuv420p"
        for i in range(4):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(np.full((64, 80), 20 * i, dtype=np.uint8), format="gray")))
        container.mux(stream.encode())


@pytest.mark.slow
def test_the_whole_way_from_a_tree_of_eav_to_three_fused_answers(tmp_path):
    order = Order("eav:late", small_eav(tmp_path, (1, 2, *range(31, 43))), json.dumps({"epochs": 8}))

    results = fuse(order, tmp_path / "out", decisions=",".join(DECISIONS), at_once=1, resamples=20)

    made, kept = work(order), Kept(tmp_path / "out", plan(order))
    (split,) = made.splits
    assert [{clip.subject for clip in part} for part in (split.valid, split.test)] == [set(part) for part in EAV_30_6_6.values()]
    assert {clip.subject for clip in split.train} == {"eav-01", "eav-02"}
    assert (results.n, results.people, results.splits) == (30, 6, 1)
    for name, windows in (("sound and picture", SEEN_WINDOWS), ("EEG", WORN_WINDOWS)):
        said = kept.load(Cell("member", name, split.name, 0)).arrays
        assert said["test"].shape[1:] == said["valid"].shape == (30, windows, 5)
    assert [(line.kind, line.name) for line in results.lines[:-1]] == [
        ("member", "sound and picture"),
        ("member", "EEG"),
        *(("decision", name) for name in DECISIONS),
    ]
    for name in DECISIONS:
        line = results.line(name)
        assert line.problem is None
        assert kept.load(Cell("decision", name, split.name, 0)).facts["learnt from"] == 30  # the valid people alone
        assert line.without["eeg"]["accuracy"].value >= 0
    assert results.line("EEG").figures["accuracy"].value > 0.6  # its beats tell the emotion, the black faces do not
    assert sum(p.numel() for p in stack(SEEN_WINDOWS + WORN_WINDOWS, len(made.bench.words)).parameters()) == 27_237


def test_the_network_of_sound_and_picture_is_as_large_as_theirs():
    network = built(late(), as_member(late(), "member", "sound and picture"))

    assert sum(p.numel() for p in network.parameters()) == pytest.approx(1_854_766, rel=0.05)
    assert {m: network.blank(m).shape[1:] for m in network.modalities} == {Modality.AUDIO: (10,), Modality.VIDEO: (48, 48)}


def test_grey_faces_become_three_equal_colours_of_a_side_that_can_be_halved():
    encoder = late().senses[Modality.VIDEO].encoder().eval()
    seen = []
    encoder.stem.register_forward_pre_hook(lambda module, given: seen.append(given[0]))

    with torch.inference_mode():
        h = encoder.early(torch.rand(2, FACES, 48, 48))

    assert h.shape == (2, FACES, encoder.mid_dim)
    assert seen[0].shape == (2 * FACES, 3, GREY_SIDE, GREY_SIDE)
    assert torch.equal(seen[0][:, 0], seen[0][:, 2])


def test_windows_lie_evenly_over_a_trial_of_twenty_seconds():
    trial = Signal(np.arange(20_000, dtype=np.float32), rate=1_000)

    seen = [window(trial, i, SEEN_WINDOWS, SEEN).values for i in range(SEEN_WINDOWS)]
    worn = [window(trial, i, WORN_WINDOWS, WORN).values for i in range(WORN_WINDOWS)]

    assert [(part[0], len(part)) for part in seen] == [(first, 3_600) for first in (0, 3_280, 6_560, 9_840, 13_120, 16_400)]
    assert [(part[0], len(part)) for part in worn] == [(first, 5_000) for first in (0, 5_000, 10_000, 15_000)]


def test_the_first_window_of_a_bench_is_the_signal_as_it_is_cut_by_prepare():
    bench, trial = late(), Signal(np.random.default_rng(0).normal(size=20_000 * 16).astype(np.float32), rate=16_000)
    sense = bench.senses[Modality.AUDIO]

    assert len(sense.variants) == sense.windows - 1 == 5
    np.testing.assert_array_equal(sense.prepare(trial).values, trial.values[: 36 * 1_600])
    np.testing.assert_array_equal(sense.prepare(sense.variants[0](trial)).values, trial.values[3_280 * 16 : 3_280 * 16 + 36 * 1_600])


def test_a_sound_that_ends_before_its_window_goes_on_with_zeros():
    short = heard(Signal(np.ones(8, dtype=np.float32), rate=10))

    assert short.values.tolist() == [1] * 8 + [0] * 28


def test_faces_are_taken_from_where_there_are_any():
    values = np.arange(20, dtype=np.uint8)[:, None, None].repeat(2, axis=1).repeat(2, axis=2)
    present = np.arange(20) >= 10

    chosen = faces(Signal(values, rate=5.0, present=present)).values[:, 0, 0]

    assert (len(chosen), chosen.min(), chosen.max()) == (FACES, 10, 17)  # 3.6 s are 18 frames
    assert not faces(Signal(values, rate=5.0, present=np.zeros(20, dtype=bool))).values.any()


@pytest.mark.parametrize(("hertz", "band"), [(6, 0), (10, 1), (20, 2), (40, 3)])
def test_the_power_of_a_tone_is_in_its_band_and_channel(hertz, band):
    values = np.zeros((2_500, 30), dtype=np.float32)
    values[:, 7] = 10 * np.sin(2 * np.pi * hertz * np.arange(2_500) / 500)

    found = powers(Signal(values, rate=500)).values.reshape(30, 4)

    assert np.unravel_index(found.argmax(), found.shape) == (7, band)
    assert powers(Signal(2 * values, rate=500)).values.reshape(30, 4)[7, band] - found[7, band] == pytest.approx(np.log(4), abs=1e-3)


def test_only_spoken_trials_with_all_three_signals_are_taken():
    sources = {m: Source(Path("x"), lambda path: None) for m in (Modality.AUDIO, Modality.VIDEO, Modality.EEG)}

    assert spoken(Clip("01-002", "eav-01", "calm", sources, {"task": "speaking"}))
    assert not spoken(Clip("01-002", "eav-01", "calm", sources, {"task": "listening"}))
    assert not spoken(Clip("01-002", "eav-01", "calm", sources, {"task": "speaking"}).without(Modality.AUDIO))


@pytest.mark.slow
def test_a_copy_without_the_people_who_are_judged_is_refused_by_name(tmp_path):
    with pytest.raises(SplitError, match="There are no clips of eav-33, .*get them"):
        work(Order("eav:late", small_eav(tmp_path, (1, 31, 32))))


def test_a_protocol_that_does_not_exist_is_named_with_those_that_do():
    with pytest.raises(UnknownName, match="no protocol 'six'. Known: 30-6-6, seven, five, 3-1-1"):
        late(protocol="six")


def test_every_sense_says_how_good_its_signal_is():
    assert {m: type(sense.quality).__name__ for m, sense in late().senses.items()} == {"audio": "Spoken", "video": "Seen", "eeg": "Clean"}


def seen_and_heard(bench):
    return built(bench, as_member(bench, "member", "sound and picture"))


@pytest.mark.slow
@pytest.mark.parametrize("frozen", [True, False])
def test_a_network_begins_with_a_runs_weights_and_frozen_encoders_stay_as_they_were(tmp_path, frozen):
    torch.manual_seed(0)
    bench = late(eeg=False)
    before, network = seen_and_heard(bench), seen_and_heard(bench)
    save_file(before.state_dict(), tmp_path / "weights.safetensors")
    inputs = {Modality.AUDIO: torch.randn(8, 1, 40, 10), Modality.VIDEO: torch.randn(8, 1, 3, 48, 48)}
    truth = torch.eye(5)[torch.arange(8) % 5]
    part = Examples(inputs, {m: torch.ones(8, dtype=torch.bool) for m in inputs}, truth, truth)

    begun(network, part, None, begins=str(tmp_path), frozen=frozen, epochs=1, learning_rate=0.01, batch_size=4, choose=None)

    same = {name: torch.equal(p, dict(before.named_parameters())[name]) for name, p in network.named_parameters()}
    assert all(same[name] for name in same if name.startswith("encoders.")) == frozen
    assert not same["fusion.head.weight"]
    assert all(p.requires_grad for p in network.parameters())


def test_weights_that_are_not_there_or_of_another_network_are_refused_by_name(tmp_path):
    network = seen_and_heard(late(eeg=False))
    save_file({"other": torch.zeros(1)}, tmp_path / "weights.safetensors")

    for folder in (tmp_path, tmp_path / "none"):
        with pytest.raises(RunError, match="cannot be begun with .* Expected a run of kanafin_av:ravdess"):
            begun(network, None, None, begins=str(folder), frozen=False, epochs=1, learning_rate=0.01)


def test_the_small_study_takes_the_first_five_people():
    sources = {m: Source(Path("x"), lambda path: None) for m in (Modality.AUDIO, Modality.VIDEO, Modality.EEG)}

    assert spoken_by_five(Clip("05-002", "eav-05", "calm", sources, {"task": "speaking"}))
    assert not spoken_by_five(Clip("06-002", "eav-06", "calm", sources, {"task": "speaking"}))
    assert set(late(eeg=False).senses) == {Modality.AUDIO, Modality.VIDEO}
