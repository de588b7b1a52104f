"""From a raw file of a headband to a timeline; what is learnt here is two people who do not exist."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest

from emofuse.core.clip import Clip, Signal
from emofuse.core.errors import UnknownName
from emofuse.core.modality import Modality
from emofuse.corpora.muse import CHANNELS
from emofuse.ensemble import Ensemble
from emofuse.media.eeg import eeg_source
from emofuse.recipes.muse import OVER_BANDS, OVER_WAVES, PROTOCOLS, WINDOWS, bands, waves, window
from emofuse.recognizer import NetworkRecognizer

RATE = 256


def noise(seconds: float, channels: int = 5, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(round(seconds * RATE), channels)) * 15


def tree(module: str):
    file = Path(__file__).parents[1] / "corpora" / f"test_{module}.py"
    spec = importlib.util.spec_from_file_location(f"tree_of_{module}", file)
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


def recognizer(recipe) -> NetworkRecognizer:
    return NetworkRecognizer(recipe.name, recipe.build(), recipe.features, recipe.labels, window=recipe.window, hop=recipe.hop)


def clip(file: Path, **how) -> Clip:
    return Clip(file.name, None, None, {Modality.EEG: eeg_source(file, **how)})


@pytest.mark.parametrize("recipe", [*(("bands", name) for name in OVER_BANDS), *(("waves", name) for name in OVER_WAVES)])
def test_a_raw_file_becomes_a_timeline_of_states(tmp_path, recipe):
    kind, encoder = recipe
    judge = recognizer({"bands": bands, "waves": waves}[kind](encoder=encoder, members=1))
    file = tree("muse").written(tmp_path / "somebody.csv", noise(9))

    timeline = judge(clip(file))

    assert list(timeline.labels) == ["relaxed", "neutral", "concentrating"]
    assert timeline.duration == 9_000
    assert [segment.end for segment in timeline.segments] == [1_000 * k for k in range(1, 10)]
    np.testing.assert_allclose(timeline.scores.sum(axis=1), 1, atol=1e-5)
    assert "somebody.csv: no electrodes of the 10-20 system, left out: Right AUX" in timeline.notes


def test_time_without_contact_is_absent(tmp_path):
    values = noise(20)
    values[8 * RATE : 16 * RATE] = 0.0

    timeline = recognizer(bands(members=1))(clip(tree("muse").written(tmp_path / "a.csv", values)))

    assert [reason for reason in timeline.absent if reason] == ["no contact"] * 6  # what is near its ends may be heard of
    assert any("TP9: flat for 40 % of the time" in note for note in timeline.notes)


def test_a_channel_that_is_missing_is_said_by_the_lane(tmp_path):
    np.save(tmp_path / "a.npy", noise(6, 3))

    timeline = recognizer(bands(members=1))(clip(tmp_path / "a.npy", rate=RATE, channels=["TP9", "AF7", "TP10"]))

    assert timeline.present.all()
    assert "the EEG has no AF8: taken for the mean of the others" in timeline.notes


@pytest.mark.parametrize(("channels", "what"), [(2, r"lacks TP9, AF7, AF8, TP10; it has channel 1, channel 2"), (256, r"lacks TP9")])
def test_eeg_that_a_recognizer_cannot_take_leaves_the_rest_of_the_answer(tmp_path, toy, toy_recognizer, channels, what):
    np.save(tmp_path / "a.npy", noise(4, channels).astype(np.float32))
    sources = {**toy[0].sources, Modality.EEG: eeg_source(tmp_path / "a.npy", rate=RATE, axes="time,channel")}

    timeline = _together(toy_recognizer, recognizer(bands(members=1)))(Clip("a", None, None, sources))

    rest, eeg = timeline.members
    assert rest.present.any()
    assert not eeg.present.any()
    assert {*eeg.absent} == {"no EEG"}
    assert any(what.split("; ")[0] in note and "name the channels" in note for note in eeg.notes)


def _together(*members) -> Ensemble:
    from emofuse.core.labels import EIGHT_TO_SEVEN
    from emofuse.decisions.average import Average

    return Ensemble(list(members), Average(), EIGHT_TO_SEVEN)


def test_windows_are_spread_over_what_was_sent():
    values = noise(60, 4).astype(np.float32)
    present = np.ones(len(values), dtype=bool)
    present[10 * RATE : 20 * RATE] = False
    signal = Signal(values, RATE, present=present, channels=CHANNELS)

    first, last = window(signal, 0), window(signal, WINDOWS - 1)

    np.testing.assert_array_equal(first.values, values[: 4 * RATE])
    np.testing.assert_array_equal(last.values, values[-4 * RATE :])
    assert window(Signal(values[:100], RATE), 3).values.shape == (4 * RATE, 4)


def test_a_recording_that_is_there_twice_is_learnt_from_once(tmp_path):
    module = tree("muse")
    module.small_tree(tmp_path / "muse")
    module.written(tmp_path / "muse" / "original_data" / "name-concentrating-1.csv", module.samples())

    assert "name-concentrating-1" not in [one.id for one in bands().clips(tmp_path)]


def test_people_are_apart_by_person_and_shared_by_recording(tmp_path):
    tree("muse").small_tree(tmp_path / "muse")
    clips = bands().clips(tmp_path)

    assert [split.shared for split in PROTOCOLS["people"](clips)] == [frozenset()] * 2
    assert any(split.shared for split in PROTOCOLS["recordings"](clips))


@pytest.mark.parametrize(
    ("arguments", "what"), [({"encoder": "mpl"}, "no encoder 'mpl'. Known: mlp"), ({"protocol": "clips"}, "no protocol 'clips'")]
)
def test_what_is_not_known_is_refused_with_what_is(arguments, what):
    with pytest.raises(UnknownName, match=what):
        bands(**arguments)


def test_the_recipe_says_that_it_tells_no_emotions():
    assert "no emotions" in bands().says.replace("\n", " ")


def test_the_shipped_run_takes_strong_alpha_for_rest_and_says_what_it_is_not(tmp_path):
    from emofuse.run import folder, load

    generator = np.random.default_rng(0)
    hertz = np.fft.rfftfreq(20 * RATE, 1 / RATE)[:, None]
    pink = np.fft.irfft(np.fft.rfft(generator.normal(size=(20 * RATE, 5)), axis=0) / np.maximum(hertz, 1) ** 0.7, axis=0)
    values = 10 * pink / pink.std(axis=0)
    values += np.array([25, 8, 8, 25, 0]) * np.sin(2 * np.pi * 10 * np.arange(20 * RATE)[:, None] / RATE)

    timeline = load("eeg-muse")(clip(tree("muse").written(tmp_path / "closed_eyes.csv", values)))

    assert timeline.label == "relaxed"
    card = (folder("eeg-muse") / "card.md").read_text(encoding="utf-8")
    assert "no emotions" in card
    assert "four people say little about a fifth" in card
