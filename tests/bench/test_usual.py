"""How signals are usually taken in, told by their numbers alone."""

import numpy as np
import pytest

from emofuse.bench import usual
from emofuse.bench.base import Bench
from emofuse.core.clip import Clip, Signal, Source
from emofuse.core.corpus import Corpus
from emofuse.core.errors import SplitError
from emofuse.core.labels import LabelSet
from emofuse.core.modality import Modality
from emofuse.corpora.gameemo import GAMEEMO, POWERS, TABLE
from emofuse.corpora.toy import TOY
from emofuse.encoders.residual_faces import ResidualFaces
from emofuse.encoders.residual_spectrum import ResidualSpectrum
from emofuse.encoders.scaled_mlp import ScaledMlp


def kind(values, rate, m=Modality.AUDIO):
    sense = usual.sense(m, Signal(values, rate))
    return None if sense is None else type(sense.encoder())


@pytest.mark.parametrize(
    ("values", "rate", "encoder"),
    [
        (np.zeros(16_000, dtype=np.float32), 16_000, ResidualSpectrum),
        (np.zeros((5, 48, 48), dtype=np.uint8), 5, ResidualFaces),
        (np.zeros((1, 35), dtype=np.float32), 1, ScaledMlp),
        (np.zeros((60, 310), dtype=np.float32), 1, ScaledMlp),
        (np.zeros((1_000, 14), dtype=np.float32), 128, None),
        (np.array(["no", "way"]), 2, None),
    ],
)
def test_a_signal_is_known_by_its_numbers(values, rate, encoder):
    assert kind(values, rate) is encoder


def test_the_toy_corpus_is_taken_in_as_far_as_something_is_known(tmp_path):
    bench = usual.bench(TOY, tmp_path)

    assert bench.modalities == (Modality.AUDIO, Modality.VIDEO)
    assert bench.notes == ("eeg, text: left out, as there is no usual way to take it in",)
    clips = bench.clips(tmp_path)[0]
    splits = list(bench.protocol(clips))
    assert len(splits) == 6
    assert all(not split.valid and not split.shared for split in splits)


@pytest.mark.parametrize("seconds", [0.05, 1.0, 9.0])
def test_every_sound_becomes_four_seconds_around_what_is_loud(seconds):
    count = round(16_000 * seconds)
    sound = np.zeros(count, dtype=np.float32)
    sound[count // 2 : count // 2 + 400] = 0.5

    kept = usual.around_speech(Signal(sound, 16_000))

    assert len(kept.values) == 64_000
    assert np.flatnonzero(kept.values).mean() == pytest.approx(32_000, abs=200)


def test_faces_are_spread_over_the_frames_that_have_one():
    frames = np.arange(10, dtype=np.uint8)[:, None, None] * np.ones((1, 48, 48), dtype=np.uint8)
    some = np.array([False] * 4 + [True] * 6)

    assert usual.spread_faces(Signal(frames, 5)).values[:, 0, 0].tolist() == [0, 2, 4, 5, 7, 9]
    assert usual.spread_faces(Signal(frames, 5, present=some)).values[:, 0, 0].tolist() == [4, 5, 6, 7, 8, 9]
    assert len(usual.spread_faces(Signal(frames[:1], 5)).values) == 6


def nobody(root):
    yield from (Clip(f"{i}", None, "a", {Modality.VIDEO: Source(root, _row)}) for i in range(3))


def _row(path):
    return Signal(np.zeros((1, 4), dtype=np.float32), 1)


def test_a_corpus_that_does_not_tell_people_apart_asks_for_a_protocol(tmp_path):
    corpus = Corpus("made_up", LabelSet(("a", "b")), frozenset({Modality.VIDEO}), "none", "nobody", "nothing", nobody)

    with pytest.raises(SplitError, match="does not tell two people apart.*name one with --protocol"):
        usual.bench(corpus, tmp_path)
    assert isinstance(usual.bench(corpus, tmp_path, divided=True), Bench)


def test_people_of_gameemo_who_are_the_same_data_are_judged_together(tmp_path):
    (tmp_path / "gameemo").mkdir()
    rows = [f"{person},{game},1,{','.join(['0.1'] * len(POWERS))}" for person in range(1, 29) for game in range(1, 5)]
    (tmp_path / "gameemo" / TABLE).write_text("\n".join([",".join(["SUBJECT", "GAME", "WINDOW_INDEX", *POWERS]), *rows]) + "\n")

    bench = usual.bench(GAMEEMO, tmp_path)

    assert bench.units == "pair"
    splits = list(bench.protocol(bench.clips(tmp_path)[0]))
    assert len(splits) == 6
    for split in splits:
        assert split.test
        assert split.crossing("pair") == split.crossing("subject") == frozenset()
        assert "pair" in split.apart
