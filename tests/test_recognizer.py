"""Known answers: a network that says the mean of what it sees, over signals whose mean is known."""

from functools import partial
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from emofuse.core.clip import Chunk, Clip, Signal, Source
from emofuse.core.errors import MediaError, MissingModality
from emofuse.core.labels import COMMON_SEVEN, EIGHT_TO_SEVEN, LabelSet, label_map
from emofuse.core.modality import Modality
from emofuse.core.segment import Segment
from emofuse.core.timeline import Timeline
from emofuse.decisions.average import Average
from emofuse.encoders.base import Encoder
from emofuse.ensemble import FUSED_STEP, Ensemble
from emofuse.evaluation.evaluate import answers
from emofuse.fusions.base import Fusion, Output, pooled
from emofuse.network import Network
from emofuse.reading import _ahead
from emofuse.recognizer import NetworkRecognizer
from emofuse.windows import HEARD

LABELS = LabelSet(("calm", "anger"))
AUDIO, VIDEO, EEG = Modality.AUDIO, Modality.VIDEO, Modality.EEG


class Levels:
    """The samples themselves, as a column."""

    def __init__(self, modality):
        self.modality = modality

    def __call__(self, signal):
        return signal.values.reshape(len(signal.values), -1)[:, :1].astype(np.float32)


class Same(Encoder):
    """What goes in."""

    def __init__(self):
        super().__init__()
        self.takes, self.mid_dim, self.dim = (1,), 1, 1

    def early(self, x):
        return x


class Added(Fusion):
    """Logits of 0 for the first word, and for the second the mean over time, summed over the modalities."""

    def forward(self, late, present):
        total = sum(pooled(late, present).values())  # (B, 1)
        return Output(torch.cat([torch.zeros_like(total), total], dim=1))


def judge(*modalities, window=2_000, hop=500, **more):
    network = Network({m: Same() for m in modalities}, Added())
    return NetworkRecognizer("judge", network, {m: Levels(m) for m in modalities}, LABELS, window=window, hop=hop, **more)


def faces(**more):
    return judge(VIDEO, window=None, hop=None, **more)


def given_signal(path, signal):
    return signal


def clip(**signals):
    return Clip("c", "ann", "calm", {Modality(m): Source(Path(m), partial(given_signal, signal=s)) for m, s in signals.items()})


def ramp(seconds, rate=20, **more):
    """Rising by 1 a second."""
    return Signal(np.arange(round(seconds * rate)) / rate, rate, **more)


def read(recognizer, recording, length):
    """Read a clip in chunks of `length` ms."""
    reading, until = recognizer.reading(), 0
    for chunk in recording.chunks(recognizer.modalities, length):
        reading.push(chunk)
        until = max(until, chunk.until)
    return reading.close(until)


def seen(timeline):
    """The means that were seen, from the scores; NaN where there is no answer."""
    return np.log(timeline.scores[:, 1] / timeline.scores[:, 0])


def same(first, second):
    assert first.segments == second.segments
    assert first.absent == second.absent
    assert first.duration == second.duration
    np.testing.assert_allclose(first.scores, second.scores, atol=1e-5)


def gapless(timeline):
    """Segments side by side, from the first millisecond to the last."""
    edges = [0, *(segment.end for segment in timeline.segments)]
    return [segment.start for segment in timeline.segments] == edges[:-1] and edges[-1] == timeline.duration


# Windows


@pytest.mark.parametrize("length", [300, 1_000, 10_000])
@pytest.mark.parametrize(("window", "hop"), [(2_000, 500), (3_000, 1_000), (1_000, 1_000), (400, 100)])
def test_every_cell_takes_the_answer_of_the_window_around_it(window, hop, length):
    timeline = read(judge(EEG, window=window, hop=hop), clip(eeg=ramp(7.3)), length)

    expected = []
    for cell in timeline.segments:
        start = min(max(cell.middle - window // 2, 0), 7_300 - window)
        expected.append(clip(eeg=ramp(7.3)).signal(EEG).crop(Segment(start, start + window)).values.mean())
    assert [cell.start for cell in timeline.segments] == list(range(0, 7_300, hop))
    assert gapless(timeline)
    np.testing.assert_allclose(seen(timeline), expected, atol=1e-4)


@settings(max_examples=60, deadline=None)
@given(
    rate=st.sampled_from([4, 5, 30, 100]),
    duration=st.integers(1, 9_000),
    hop=st.integers(1, 8).map(lambda steps: 250 * steps),
    hops=st.integers(1, 4),
    length=st.integers(100, 9_000),
)
def test_the_length_of_chunks_never_changes_the_answer(rate, duration, hop, hops, length):
    recognizer = judge(EEG, window=hop * hops, hop=hop)
    recording = clip(eeg=ramp(max(duration * rate // 1_000, 1) / rate, rate))

    whole = read(recognizer, recording, 100_000)

    same(read(recognizer, recording, length), whole)
    assert gapless(whole)
    assert whole.present.all()


@pytest.mark.parametrize("length", [1_000, 10_000, 60_000])
def test_a_trained_recognizer_says_the_same_in_chunks_of_any_length(toy_recognizer, toy, length):
    sound = np.concatenate([clip.signal(AUDIO).values for clip in toy[:60:5]])
    pictures = np.concatenate([clip.signal(VIDEO).values for clip in toy[:60:5]])
    recording = clip(audio=Signal(sound, 16_000), video=Signal(pictures, 4))

    same(read(toy_recognizer, recording, length), toy_recognizer(recording))


def test_a_clip_shorter_than_a_window_is_filled_up_with_zeros():
    timeline = judge(EEG, window=2_000, hop=500)(clip(eeg=Signal(np.ones(6), 10)))

    assert timeline.segments == (Segment(0, 500), Segment(500, 600))
    np.testing.assert_allclose(seen(timeline), 6 / 20, atol=1e-5)


def test_one_sample_is_an_answer():
    timeline = judge(EEG)(clip(eeg=Signal(np.ones(1), 1_000)))

    assert timeline.duration == 1
    assert timeline.present.tolist() == [True]


def test_silence_is_flagged_and_nothing_is_said_about_it():
    values = np.ones(16_000 * 6, dtype=np.float32)
    values[16_000 * 2 : 16_000 * 4] = 0

    timeline = judge(AUDIO, window=1_000, hop=200)(clip(audio=Signal(values, 16_000)))

    for segment, reason, row in zip(timeline.segments, timeline.absent, timeline.scores, strict=True):
        far_inside = segment.start >= 2_000 + HEARD and segment.end <= 4_000 - HEARD
        assert reason == ("silence" if far_inside else None)
        assert np.isnan(row).all() == far_inside
    assert "silence" in timeline.absent


@pytest.mark.parametrize("length", [700, 1_000, 10_000])
def test_sound_that_begins_late_and_ends_early_is_absent_around(length):
    recording = clip(audio=Signal(np.ones(20, dtype=np.float32), 10, start=3_000), eeg=ramp(8))
    recognizer = judge(AUDIO, window=1_000, hop=500)
    reading = recognizer.reading()
    for chunk in recording.chunks(frozenset({AUDIO, EEG}), length):
        reading.push(chunk)

    timeline = reading.close(8_000)

    assert gapless(timeline)
    assert [s.start for s in timeline.segments if s.end <= 3_000 - HEARD] == [0, 500, 1_000, 1_500, 2_000]
    for segment, reason in zip(timeline.segments, timeline.absent, strict=True):
        near = segment.end > 3_000 - HEARD and segment.start < 5_000 + HEARD
        assert reason == (None if near else "no sound")
    assert np.isnan(timeline.scores[~timeline.present]).all()


def test_what_stands_where_a_signal_is_not_present_does_not_matter(generator):
    present = np.repeat([True, False, True, False, False], 20)
    values = np.where(present, 1.0, 0.0)
    garbage = np.where(present, 1.0, 1e6 * generator.normal(size=100))

    with_zeros, with_garbage = (judge(AUDIO, window=2_000, hop=500)(clip(audio=Signal(v, 10, present=present))) for v in (values, garbage))

    same(with_zeros, with_garbage)
    assert set(with_zeros.absent) == {None, "no sound"}
    assert np.nanmax(seen(with_garbage)) <= 1


def test_two_modalities_are_judged_together_and_alone_where_one_is_missing():
    loud = Signal(np.full(100, 0.5), 10)
    until_five = np.arange(100) < 50
    brain = Signal(np.full(100, 2.0), 10, present=until_five)
    recognizer = judge(AUDIO, EEG, window=1_000, hop=500)

    timeline = recognizer(clip(audio=loud, eeg=brain))

    middles = np.array([segment.middle for segment in timeline.segments])
    np.testing.assert_allclose(seen(timeline)[middles < 4_000], 2.5, atol=1e-5)
    np.testing.assert_allclose(seen(timeline)[middles > 6_000], 0.5, atol=1e-5)
    assert timeline.present.all()


@pytest.mark.parametrize(("gone", "left"), [(AUDIO, 2.0), (EEG, 0.5)])
def test_a_clip_without_one_of_two_modalities_is_judged_by_the_other(gone, left):
    recording = clip(audio=Signal(np.full(40, 0.5), 10), eeg=Signal(np.full(40, 2.0), 10))

    timeline = judge(AUDIO, EEG)(recording.without(gone))

    np.testing.assert_allclose(seen(timeline), left, atol=1e-5)


def test_silence_beside_another_modality_is_as_if_there_were_no_sound():
    silent = clip(audio=Signal(np.zeros(40), 10), eeg=Signal(np.full(40, 2.0), 10))

    same(judge(AUDIO, EEG)(silent), judge(AUDIO, EEG)(silent.without(AUDIO)))


def test_where_all_are_missing_every_reason_is_named():
    silent = clip(audio=Signal(np.zeros(40), 10), video=Signal(np.ones((40, 2, 2)), 10, present=np.zeros(40, dtype=bool)))

    assert set(judge(AUDIO, VIDEO)(silent).absent) == {"silence, no face"}


# One sample at a time


@pytest.mark.parametrize("length", [200, 1_000, 10_000])
def test_every_face_is_an_answer_and_a_missing_one_is_flagged(length):
    levels = np.arange(12.0).reshape(12, 1, 1)
    present = np.arange(12) % 3 != 2
    recording = clip(video=Signal(levels, 5, present=present))

    timeline = read(faces(), recording, length)

    assert [segment.start for segment in timeline.segments] == list(range(0, 2_400, 200))
    assert gapless(timeline)
    assert timeline.absent == tuple(None if there else "no face" for there in present)
    np.testing.assert_allclose(seen(timeline), np.where(present, np.arange(12), np.nan), atol=1e-4)


def test_a_missing_face_is_never_looked_at(generator):
    present = np.arange(10) < 5
    blank, garbage = (np.where(present[:, None, None], 1.0, v) for v in (0, generator.normal(size=(10, 3, 3))))

    same(*(faces()(clip(video=Signal(values, 5, present=present))) for values in (blank, garbage)))


def test_no_face_at_all_is_a_lane_without_answers():
    timeline = faces()(clip(video=Signal(np.ones((5, 2, 2)), 5, present=np.zeros(5, dtype=bool))))

    assert not timeline.present.any()
    assert np.isnan(timeline.scores).all()
    assert timeline.label is None


def test_a_picture_that_begins_late_and_ends_early_leaves_no_hole():
    reading = faces().reading()
    reading.push(Chunk({}, 1_000))
    reading.push(Chunk({VIDEO: Signal(np.ones((5, 2, 2)), 5, start=1_000)}, 2_000))
    reading.push(Chunk({}, 3_100))

    timeline = reading.close(3_100)

    assert gapless(timeline)
    assert (timeline.segments[0], timeline.absent[0]) == (Segment(0, 1_000), "no picture")
    assert (timeline.segments[-1], timeline.absent[-1]) == (Segment(2_000, 3_100), "no picture")
    assert timeline.present.tolist() == [False, *[True] * 5, False]


def test_a_face_that_outlasts_the_clip_is_cut_with_it():
    reading = faces().reading()
    reading.push(Chunk({VIDEO: Signal(np.ones((5, 2, 2)), 5)}, 700))

    timeline = reading.close(700)

    assert gapless(timeline)
    assert timeline.segments[-1] == Segment(600, 700)


def test_a_still_picture_is_a_video_of_one_frame():
    timeline = faces()(clip(video=Signal(np.full((1, 2, 2), 3.0), 1)))

    assert timeline.segments == (Segment(0, 1_000),)
    np.testing.assert_allclose(seen(timeline), 3, atol=1e-5)


# Around both


@pytest.mark.parametrize(("recognizer", "why"), [(judge(AUDIO), "no sound"), (faces(), "no picture")])
def test_a_lane_of_which_nothing_came_is_absent_from_end_to_end(recognizer, why):
    reading = recognizer.reading()
    reading.push(Chunk({}, 5_000))

    timeline = reading.close(5_000)

    assert (timeline.segments, timeline.absent) == ((Segment(0, 5_000),), (why,))
    assert np.isnan(timeline.scores).all()


@pytest.mark.parametrize("warmth", [0.5, 1.0, 4.0])
def test_logits_are_divided_by_the_temperature(warmth):
    timeline = judge(EEG, temperature=warmth)(clip(eeg=Signal(np.full(40, 2.0), 10)))

    np.testing.assert_allclose(timeline.scores[:, 1], 1 / (1 + np.exp(-2 / warmth)), atol=1e-6)
    np.testing.assert_allclose(timeline.scores.sum(axis=1), 1, atol=1e-6)


def test_a_timeline_carries_the_name_the_threshold_and_the_model():
    timeline = judge(EEG, threshold=0.3, facts={"sha256": "ab"})(clip(eeg=ramp(1)))

    assert (timeline.lane, timeline.labels, timeline.threshold) == ("judge", LABELS, 0.3)
    assert timeline.facts["models"] == [{"sha256": "ab"}]


def test_a_clip_that_has_nothing_to_listen_to_says_what_it_has():
    with pytest.raises(MissingModality, match="Clip c has no audio; it has eeg. 'judge' needs audio: choose another"):
        judge(AUDIO)(clip(eeg=ramp(1)))


def test_the_network_is_asked_as_it_is_used_and_not_as_it_is_taught():
    network = Network({EEG: Same()}, Added()).train()

    NetworkRecognizer("n", network, {EEG: Levels(EEG)}, LABELS, window=1_000)

    assert not network.training


def test_progress_is_told_and_notes_are_said_once():
    def stream(path, modalities, length):
        for start in range(0, 3_000, 1_000):
            yield Chunk({EEG: ramp(3).crop(Segment(start, start + 1_000))}, start + 1_000, ("2 other faces",))

    recording = Clip("c", None, None, {EEG: Source(Path("c"), lambda path: ramp(3), stream)}, {"duration": "3000"})
    told = []

    timeline = judge(EEG)(recording, lambda done, total: told.append((done, total)))

    assert told == [(1_000, 3_000), (2_000, 3_000), (3_000, 3_000)]
    assert timeline.notes == ("2 other faces",)
    assert timeline.duration == 3_000


def test_an_hour_is_judged_in_the_memory_of_a_few_chunks():
    recognizer = judge(EEG, window=2_000, hop=500)
    reading = recognizer.reading()

    for start in range(0, 3_600_000, 10_000):
        reading.push(Chunk({EEG: Signal(np.ones(100), 10, start=start)}, start + 10_000))

    assert reading.held[EEG].duration <= 10_000
    assert len(reading.close(3_600_000).segments) == 7_200


def test_evaluation_and_analysis_say_the_same_about_a_clip(toy_recognizer, toy):
    rows = answers(toy_recognizer, toy[:3])

    np.testing.assert_allclose(rows, [toy_recognizer(clip).pooled for clip in toy[:3]], atol=1e-6)


# Several at once


class Fixed:
    """A recognizer that says the same about every clip."""

    def __init__(self, name, timeline, *modalities):
        self.name, self.labels, self.modalities, self.timeline = name, timeline.labels, frozenset(modalities), timeline

    def reading(self):
        return self

    def push(self, chunk):
        pass

    def close(self, duration):
        return self.timeline


EIGHT = LabelSet(("calm", *COMMON_SEVEN))


def lane(name, labels, hop, words, threshold=0.0, **more):
    """Sure of each word for `hop` ms; (words) are why there is no answer."""
    scores = np.array([[np.nan] * len(labels) if word[0] == "(" else [float(word == w) for w in labels] for word in words])
    cells = tuple(Segment(i * hop, (i + 1) * hop) for i in range(len(words)))
    absent = tuple(word[1:-1] if word[0] == "(" else None for word in words)
    return Timeline(name, labels, cells, scores, hop * len(words), absent, threshold, facts={"models": [{"name": name}]}, **more)


VOICE = lane("voice", EIGHT, 1_000, ["calm", "anger", "(silence)", "(silence)"], threshold=0.2)
FACE = lane("face", COMMON_SEVEN, 200, ["neutral"] * 5 + ["fear"] * 5 + ["happiness"] * 5 + ["(no face)"] * 5, threshold=0.4)
TOGETHER = Ensemble([Fixed("voice", VOICE, AUDIO), Fixed("face", FACE, VIDEO)], Average(), EIGHT_TO_SEVEN)
SIGHT_AND_SOUND = {"audio": Signal(np.ones(40), 10), "video": Signal(np.ones((20, 2, 2)), 5)}


def test_the_fused_answer_is_the_mean_of_what_is_present_in_the_common_words():
    fused = TOGETHER(clip(**SIGHT_AND_SOUND))

    assert fused.labels == COMMON_SEVEN
    assert {segment.duration for segment in fused.segments} == {FUSED_STEP}
    assert gapless(fused)
    by_second = [fused.scores[5 * i : 5 * i + 5] for i in range(4)]
    at = COMMON_SEVEN.index
    np.testing.assert_allclose(by_second[0], np.eye(7)[[at("neutral")] * 5])  # calm counts as neutral
    np.testing.assert_allclose(by_second[1], (np.eye(7)[[at("anger")] * 5] + np.eye(7)[[at("fear")] * 5]) / 2)
    np.testing.assert_allclose(by_second[2], np.eye(7)[[at("happiness")] * 5])
    assert np.isnan(by_second[3]).all()


def test_where_no_member_answers_all_reasons_are_given_and_the_members_are_kept():
    fused = TOGETHER(clip(**SIGHT_AND_SOUND))

    assert fused.absent == (None,) * 15 + ("silence, no face",) * 5
    assert fused.members == (VOICE, FACE)
    assert fused.threshold == pytest.approx(0.3)
    assert fused.notes == ("silence for 50 % of the time", "no face for 25 % of the time")
    assert fused.facts["models"] == [{"name": "voice"}, {"name": "face"}]
    assert fused.facts["labels"] == "calm counts as neutral"


def test_an_ensemble_hears_what_any_member_hears_and_needs_one_of_it():
    assert TOGETHER.modalities == {AUDIO, VIDEO}
    with pytest.raises(MissingModality, match="no audio or video; it has eeg"):
        TOGETHER(clip(eeg=ramp(1)))


@pytest.mark.parametrize(
    ("gone", "note", "left"),
    [(AUDIO, "no sound: the judge lane is absent", 3.0), (VIDEO, "no picture: the faces lane is absent", 0.5)],
)
def test_a_clip_without_sound_or_picture_is_judged_by_the_other_member_alone(gone, note, left):
    network = Network({VIDEO: Same()}, Added())
    seeing = NetworkRecognizer("faces", network, {VIDEO: Levels(VIDEO)}, LABELS, threshold=0.1)
    both = Ensemble([judge(AUDIO, threshold=0.3), seeing], Average(), EIGHT_TO_SEVEN)
    recording = clip(audio=Signal(np.full(40, 0.5), 10), video=Signal(np.full((20, 2, 2), 3.0), 5))

    fused = both(recording.without(gone))

    anger, neutral = (fused.scores[:, COMMON_SEVEN.index(word)] for word in ("anger", "neutral"))
    np.testing.assert_allclose(np.log(anger / neutral), left, atol=1e-4)
    assert fused.notes == (note,)
    assert fused.threshold == (0.1 if gone is AUDIO else 0.3)
    assert len(fused.members) == 2
    assert len(fused.segments) == 20


def test_both_members_hear_the_same_clip_in_one_reading():
    network = Network({VIDEO: Same()}, Added())
    seeing = NetworkRecognizer("faces", network, {VIDEO: Levels(VIDEO)}, LABELS)
    recording = clip(audio=Signal(np.full(100, 0.5), 10), video=Signal(np.full((50, 2, 2), 1.5), 5))

    fused = Ensemble([judge(AUDIO), seeing], Average(), EIGHT_TO_SEVEN)(recording)

    anger = [1 / (1 + np.exp(-level)) for level in (0.5, 1.5)]
    np.testing.assert_allclose(fused.scores[:, COMMON_SEVEN.index("anger")], np.mean(anger), atol=1e-5)


def test_what_goes_wrong_while_reading_ahead_is_said_where_the_chunks_are_asked_for():
    def broken():
        yield Chunk({}, 1_000)
        raise MediaError("the file breaks off")

    chunks = _ahead(broken())

    assert next(chunks).until == 1_000
    with pytest.raises(MediaError, match="breaks off"):
        next(chunks)


MOOD = Timeline("brain", LabelSet(("negative", "neutral", "positive")), (Segment(0, 4_000),), np.array([[0.2, 0.3, 0.5]]), 4_000)
HEED = Timeline("attention", LabelSet(("concentrating", "neutral", "relaxed")), (Segment(0, 4_000),), np.array([[1.0, 0, 0]]), 4_000)
SEVEN_THEN_THREE = (EIGHT_TO_SEVEN, label_map("valence"))


def test_the_fused_lane_speaks_the_finest_words_that_all_members_can_be_brought_to():
    three = Ensemble([Fixed("voice", VOICE, AUDIO), Fixed("face", FACE, VIDEO), Fixed("brain", MOOD, EEG)], Average(), SEVEN_THEN_THREE)

    fused = three(clip(**SIGHT_AND_SOUND, eeg=Signal(np.ones((40, 2)), 10)))

    assert fused.labels.words == ("negative", "neutral", "positive")
    np.testing.assert_allclose(fused.scores[0], [0.2 / 3, 2.3 / 3, 0.5 / 3], atol=1e-6)  # neutral by voice and face
    np.testing.assert_allclose(fused.scores[-1], [0.2, 0.3, 0.5], atol=1e-6)
    assert any("surprise of the face lane has no place" in note for note in fused.notes)


def test_a_member_whose_words_are_no_emotions_keeps_its_lane_and_has_no_say():
    both = Ensemble([Fixed("voice", VOICE, AUDIO), Fixed("attention", HEED, EEG)], Average(), SEVEN_THEN_THREE)

    fused = both(clip(audio=Signal(np.ones(40), 10), eeg=Signal(np.ones((40, 2)), 10)))

    alone = Ensemble([Fixed("voice", VOICE, AUDIO)], Average(), EIGHT_TO_SEVEN)(clip(audio=Signal(np.ones(40), 10)))
    np.testing.assert_array_equal(fused.scores, alone.scores)
    assert fused.members[1] is HEED
    assert any("attention lane tells concentrating, neutral, relaxed, which are no emotions" in note for note in fused.notes)


def test_attention_alone_gives_a_fused_lane_of_nothing():
    fused = Ensemble([Fixed("attention", HEED, EEG)], Average(), SEVEN_THEN_THREE)(clip(eeg=Signal(np.ones((40, 2)), 10)))

    assert not fused.present.any()
    assert set(fused.absent) == {"no emotion"}
