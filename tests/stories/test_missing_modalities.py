"""Sound, picture, or both: a recognizer that knows both answers from what there is, and says what there was not."""

from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from emofuse.core.clip import Signal, Source
from emofuse.core.errors import MissingModality
from emofuse.core.labels import EIGHT_TO_SEVEN
from emofuse.core.modality import Modality
from emofuse.decisions.average import Average
from emofuse.ensemble import Ensemble
from emofuse.evaluation.evaluate import evaluate

AUDIO, VIDEO = Modality.AUDIO, Modality.VIDEO


@pytest.fixture(scope="module")
def strangers(toy):
    """Two takes of each label, of people who were not learnt from."""
    return [clip for clip in toy if clip.subject in ("cleo", "dan") and clip.facts["take"] == "1"]


def given(path, signal):
    return signal


def instead(clip, m, signal):
    """The clip with another signal of one modality."""
    return replace(clip, sources={**clip.sources, m: Source(Path(clip.id), partial(given, signal=signal))})


@pytest.mark.parametrize("gone", [(), (AUDIO,), (VIDEO,), (Modality.TEXT, Modality.EEG)])
def test_it_is_right_with_whatever_is_left(toy_recognizer, strangers, gone):
    report = evaluate(toy_recognizer, [clip.without(*gone) for clip in strangers], resamples=50)

    assert report.unanswered == 0
    assert report.accuracy.value >= 0.75


def test_with_nothing_that_it_knows_there_is_no_answer_and_that_is_counted(toy_recognizer, strangers):
    clip = strangers[0].without(AUDIO, VIDEO)

    with pytest.raises(MissingModality, match="has no audio or video; it has eeg, text"):
        toy_recognizer(clip)
    report = evaluate(toy_recognizer, [clip, *strangers[1:]], resamples=50)
    assert report.unanswered == 1


@pytest.mark.parametrize("m", [AUDIO, VIDEO])
def test_a_signal_of_which_nothing_is_present_is_as_good_as_none(toy_recognizer, strangers, generator, m):
    clip = strangers[0]
    signal = clip.signal(m)
    garbage = (100 * generator.random(signal.values.shape)).astype(signal.values.dtype)
    absent = Signal(garbage, signal.rate, present=np.zeros(len(garbage), dtype=bool))

    np.testing.assert_allclose(toy_recognizer(instead(clip, m, absent)).scores, toy_recognizer(clip.without(m)).scores, atol=1e-6)


def test_silence_is_as_good_as_no_sound(toy_recognizer, strangers):
    clip = strangers[0]
    silence = Signal(np.zeros_like(clip.signal(AUDIO).values), 16_000)

    np.testing.assert_allclose(toy_recognizer(instead(clip, AUDIO, silence)).scores, toy_recognizer(clip.without(AUDIO)).scores, atol=1e-6)


def test_a_face_that_leaves_changes_the_answer_only_where_it_is_gone(toy_recognizer, strangers, generator):
    clip = strangers[0]
    faces = np.concatenate([clip.signal(VIDEO).values] * 4)  # 6 s, four a second
    sound = np.concatenate([clip.signal(AUDIO).values] * 4)
    present = np.arange(24) < 12
    garbage = np.where(present[:, None, None], faces, generator.integers(0, 255, faces.shape, dtype=np.uint8))

    def timeline(**flags):
        with_faces = instead(clip, VIDEO, Signal(flags.pop("values", faces), 4, **flags))
        return toy_recognizer(instead(with_faces, AUDIO, Signal(sound, 16_000)))

    whole, left, left_with_garbage = timeline(), timeline(present=present), timeline(present=present, values=garbage)

    early = [i for i, segment in enumerate(whole.segments) if segment.end <= 2_250]
    np.testing.assert_allclose(left.scores[early], whole.scores[early], atol=1e-6)
    np.testing.assert_allclose(left_with_garbage.scores, left.scores, atol=1e-6)
    assert left.present.all(), "the voice goes on"


def test_an_ensemble_of_one_flags_what_is_missing_instead_of_inventing_it(toy_recognizer, strangers):
    clip = strangers[0].without(VIDEO)
    sound = np.concatenate([clip.signal(AUDIO).values, np.zeros(32_000, dtype=np.float32), clip.signal(AUDIO).values])

    fused = Ensemble([toy_recognizer], Average(), EIGHT_TO_SEVEN)(instead(clip, AUDIO, Signal(sound, 16_000)))

    assert fused.duration == 5_000
    assert [segment.start for segment in fused.segments] == list(range(0, 5_000, 200))
    assert set(fused.absent) == {None, "silence, no picture"}
    assert np.isnan(fused.scores[~fused.present]).all()
    np.testing.assert_allclose(fused.scores[fused.present].sum(axis=1), 1, atol=1e-5)
    spans = fused.spans()
    assert [span.absent is not None for span in spans] == [False, True, False]
    assert (spans[0].segment.start, spans[-1].segment.end) == (0, 5_000)
