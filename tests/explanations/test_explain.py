"""Whole explanations: of toy recognizers, of clips that lack a signal, and of the recognizers that ship."""

from copy import copy
from dataclasses import dataclass, replace
from functools import partial
from itertools import permutations
from pathlib import Path

import numpy as np
import pytest
import torch

from emofuse.core.clip import Chunk, Clip, Signal, Source
from emofuse.core.modality import Modality
from emofuse.core.segment import Segment
from emofuse.core.timeline import Timeline
from emofuse.corpora.toy import TOY
from emofuse.decisions.average import Average
from emofuse.ensemble import Ensemble
from emofuse.explanations.explain import explain, strongest
from emofuse.explanations.occlusion import BANDS
from emofuse.features.audio import LogMel
from emofuse.fusions.base import Output, pooled
from emofuse.media.files import clip_from_files
from emofuse.media.utterances import Utterance, as_signal
from emofuse.run import load, shipped

from .conftest import VOCABULARY, Powers, Words, Written, written

AUDIO, VIDEO, TEXT, EEG = Modality.AUDIO, Modality.VIDEO, Modality.TEXT, Modality.EEG


@dataclass(frozen=True)
class Corner:
    """Three pixels of each picture. Shape: (time, height, width) uint8 -> (time, 3)."""

    modality: Modality = VIDEO

    def __call__(self, signal):
        return signal.values[:, 0, :3].astype(np.float32) / 255


class ByLine(Words):
    """Which words of a vocabulary each line holds. Shape: (time, 1) str -> (time, words)."""

    def __call__(self, signal):
        return np.array([[float(word in line.split()) for word in VOCABULARY] for line in signal.values[:, 0]], dtype=np.float32)


class Together(Written):
    """What modalities say is bent and multiplied, so that each counts for more or less with the others."""

    def forward(self, late, present):
        said = [present[m].float()[:, None] * (pooled(late, present)[m] @ w) for m, w in self.weights.items()]
        return Output(sum(said) + 0.5 * torch.tanh(sum(said)) * torch.tanh(said[0] - said[-1]))


def of(recognizer, clip, **more):
    timeline = recognizer(clip)
    return timeline, explain(recognizer, clip, timeline, **more)


def given(path, signal):
    return signal


def made(name, **signals):
    """A clip of signals by modality."""
    return Clip(name, None, None, {Modality(m): Source(Path(name), partial(given, signal=signal)) for m, signal in signals.items()})


@pytest.fixture
def long(toy):
    """Six toy clips of one person, one after the other: 9 s with four answers in it."""
    chosen = [clip for clip in toy if clip.subject == "cleo"][:12:2]
    values = {m: np.concatenate([clip.signal(m).values for clip in chosen]) for m in (AUDIO, VIDEO)}
    return made("long", audio=Signal(values[AUDIO], 16_000), video=Signal(values[VIDEO], 4))


def test_members_of_a_fused_answer_share_it(untaught, long):
    timeline, explanation = of(untaught, long)

    assert explanation.players == {"toy-voice": {AUDIO}, "toy-face": {VIDEO}}
    assert explanation.segments == timeline.segments
    np.testing.assert_allclose(explanation.contributions.sum(axis=0), timeline.scores - 0.25, atol=1e-6)
    voice, face = (lane.on(200).scores for lane in timeline.members)
    np.testing.assert_allclose(explanation.contributions[0], (voice - 0.25) / 2 + (voice - face) / 4, atol=1e-6)


def test_modalities_of_one_network_share_its_answer(toy_recognizer, long):
    timeline, explanation = of(toy_recognizer, long)

    assert explanation.players == {"audio": {AUDIO}, "video": {VIDEO}}
    cells = timeline.on(200)
    np.testing.assert_allclose(explanation.contributions.sum(axis=0), cells.scores - 0.25, atol=1e-5)
    alone = [toy_recognizer(long.without(m)).on(200).scores for m in (VIDEO, AUDIO)]
    expected = (alone[0] - 0.25) / 2 + (cells.scores - alone[1]) / 2
    np.testing.assert_allclose(explanation.contributions[0], expected, atol=1e-5)


def test_four_modalities_of_one_network_share_its_answer_as_all_orders_of_joining_would(toy):
    """Every set of them is asked, of one, two and three as of all four."""
    generator = np.random.default_rng(5)
    features = {AUDIO: LogMel(hop=4_096, bands=4), VIDEO: Corner(), TEXT: Words(), EEG: Powers()}
    widths = {AUDIO: 4, VIDEO: 3, TEXT: len(VOCABULARY), EEG: 4 * len(BANDS)}
    weights = {m: generator.normal(size=(width, 4)) / (30 if m is AUDIO else 1) for m, width in widths.items()}
    network = written("four", features, weights, fusion=Together)

    timeline, explanation = of(network, toy[0])

    cells = timeline.on(200).scores
    names = [str(m) for m in sorted(features)]
    assert list(explanation.players) == names

    def said(some):
        left = toy[0].without(*(m for m in features if m not in some))
        return network(left).on(200).scores if some else np.full_like(cells, 0.25)

    added = {m: [] for m in features}
    for order in permutations(features):
        for i, m in enumerate(order):
            added[m].append((frozenset(order[: i + 1]), frozenset(order[:i])))
    answers = {some: said(some) for pairs in added.values() for pair in pairs for some in pair}
    for m, row in zip(sorted(features), explanation.contributions, strict=True):
        expected = np.mean([answers[after] - answers[before] for after, before in added[m]], axis=0)
        np.testing.assert_allclose(row, expected, atol=1e-5)
    np.testing.assert_allclose(explanation.contributions.sum(axis=0), cells - 0.25, atol=1e-5)


def test_a_network_of_one_modality_added_everything(reader, toy):
    timeline, explanation = of(reader, toy[0])

    assert list(explanation.players) == ["words"]
    np.testing.assert_allclose(explanation.contributions[0], timeline.on(200).scores - 0.25, atol=1e-6)


def test_a_fusion_that_needs_all_its_modalities_gives_each_the_same(demanding, toy):
    timeline, explanation = of(demanding, toy[4])

    assert timeline.present.any()
    np.testing.assert_allclose(explanation.contributions[0], explanation.contributions[1], atol=1e-9)
    np.testing.assert_allclose(explanation.contributions.sum(axis=0), timeline.on(200).scores - 0.25, atol=1e-6)


@pytest.mark.parametrize(("gone", "left"), [(AUDIO, "toy-face"), (VIDEO, "toy-voice")])
def test_an_absent_member_added_nothing(untaught, long, gone, left):
    timeline, explanation = of(untaught, long.without(gone))

    added = dict(zip(explanation.players, explanation.contributions, strict=True))
    np.testing.assert_allclose(added.pop(left), timeline.scores - 0.25, atol=1e-6)
    (other,) = added.values()
    assert (other == 0).all()
    assert {look.member for moment in explanation.moments for look in moment.looks} == {left}
    assert explanation.notes == ()


def test_where_there_is_no_answer_there_is_nothing_to_explain(untaught, long):
    sound = long.signal(AUDIO)
    quiet = np.where(np.arange(len(sound.values)) < 64_000, sound.values, 0).astype(np.float32)
    clip = made("half", audio=Signal(quiet, 16_000))

    timeline, explanation = of(untaught, clip)

    assert not timeline.present.all()
    np.testing.assert_array_equal(explanation.present, timeline.present)
    assert np.isnan(explanation.contributions[:, ~timeline.present]).all()
    assert np.isfinite(explanation.pooled).all()


def test_silence_and_no_face_are_explained_by_nothing(untaught):
    clip = made("nothing", audio=Signal(np.zeros(32_000, dtype=np.float32), 16_000))

    timeline, explanation = of(untaught, clip)

    assert not timeline.present.any()
    assert explanation.moments == ()
    assert np.isnan(explanation.contributions).all()
    assert np.isnan(explanation.pooled).all()


def test_looks_are_at_what_the_networks_were_shown(untaught, long):
    timeline, explanation = of(untaught, long)

    assert explanation.moments
    lanes = {lane.lane: lane for lane in timeline.members}
    for moment in explanation.moments:
        label = timeline.labels.index(moment.label)
        assert {look.member for look in moment.looks} == set(lanes)
        for look in moment.looks:
            lane = lanes[look.member]
            (place,) = [i for i, segment in enumerate(lane.segments) if segment.start <= moment.cell.middle < segment.end]
            assert look.score == pytest.approx(float(lane.scores[place, label]), abs=1e-4)
            assert look.weights.sum() == pytest.approx(look.score - look.without, abs=0.02)
            assert look.segment.start <= moment.cell.middle < look.segment.end


def test_a_face_is_looked_at_as_it_was_and_a_sound_where_it_was(untaught, long):
    _, explanation = of(untaught, long)

    for moment in explanation.moments:
        voice, face = (look for look in moment.looks)
        place = face.segment.start * 4 // 1_000
        np.testing.assert_array_equal(face.seen, long.signal(VIDEO).values[place])
        assert [axis.name for axis in face.axes] == ["down", "across"]
        assert [(axis.name, axis.unit) for axis in voice.axes] == [("time", "ms"), ("frequency", "Hz")]
        assert voice.segment.duration == 1_000
        assert voice.axes[0].places[0] == voice.segment.start
        assert 50 < voice.axes[1].places[0] < voice.axes[1].places[-1] < 8_000


def test_a_network_of_two_modalities_is_looked_at_in_both(toy_recognizer, long):
    _, explanation = of(toy_recognizer, long, moments=1)

    audio, video = explanation.moments[0].looks
    assert (audio.modality, video.modality) == (AUDIO, VIDEO)
    assert video.weights.shape == (4, 48, 48)  # a window of a second holds four faces
    for look in (audio, video):
        assert look.weights.sum() == pytest.approx(look.score - look.without, abs=0.05)


def test_words_are_looked_at_one_by_one(reader, toy):
    _, explanation = of(reader, next(clip for clip in toy if clip.label == "happiness"))

    (look,) = explanation.moments[0].looks
    assert (explanation.moments[0].label, look.method, look.axes[0].name) == ("happiness", "occlusion", "word")
    assert look.axes[0].places[int(look.weights.argmax())] == "lovely"


def test_where_nothing_was_said_no_words_are_looked_at(reader):
    _, explanation = of(reader, made("nothing said", text=Signal(np.array([""] * 6), 2)))

    assert [moment.looks for moment in explanation.moments] == [()]
    assert explanation.notes == ()


def test_an_utterance_without_words_between_others_keeps_nobody_from_being_looked_at(reader):
    lone = copy(reader)
    lone.window = None
    turns = [Utterance("nobody came", Segment(0, 800)), Utterance("", Segment(800, 1_600)), Utterance("lovely news", Segment(1_600, 2_400))]
    lone.features = {TEXT: ByLine()}

    timeline, explanation = of(lone, made("talk", text=as_signal(turns, turns=0)))

    assert timeline.absent == (None, "no words", None)
    (look,) = [look for moment in explanation.moments if moment.label == "happiness" for look in moment.looks if look.axes[0].places]
    assert look.segment == Segment(1_600, 2_400)
    assert look.axes[0].places == ("lovely", "news")
    assert look.weights.argmax() == 0


def test_eeg_is_looked_at_by_channel_and_by_band(brain, toy):
    _, explanation = of(brain, next(clip for clip in toy if clip.label == "sadness"))

    channel, band = explanation.moments[0].looks
    assert (channel.axes[0].name, band.axes[0].name) == ("channel", "band")
    assert channel.axes[0].places[int(channel.weights.argmax())] == "3"
    assert band.axes[0].places[int(band.weights.argmax())] == "theta"


def test_numbers_without_names_are_looked_at_by_column(units):
    rows = np.tile(np.array([0.1, 0.2, 3.0, 1.0, 0.5], dtype=np.float32), (4, 1))

    _, explanation = of(units, made("table", video=Signal(rows, 4)))

    (look,) = explanation.moments[0].looks
    assert (explanation.moments[0].label, look.axes[0].name) == ("anger", "column")
    assert look.weights.argmax() == 3
    assert look.weights.argmin() == 1


def test_more_numbers_than_anybody_can_read_are_not_looked_at(crowd, toy):
    rows = np.ones((4, 300), dtype=np.float32)

    _, explanation = of(crowd, made("table", video=Signal(rows, 4)))

    assert explanation.moments[0].looks == ()
    assert explanation.notes == ("crowd is given 300 numbers of video that have no names; they are not looked at",)


def test_moments_are_the_strongest_spans_in_the_order_of_time(untaught, long):
    timeline = untaught(long)

    moments = strongest(timeline, 2)

    spans = [span for span in timeline.spans() if span.label]
    assert len(moments) == min(2, len(spans))
    assert [moment.cell for moment in moments] == sorted(moment.cell for moment in moments)
    for moment in moments:
        assert moment.span.start <= moment.cell.middle < moment.span.end
        assert any((span.segment, span.label) == (moment.span, moment.label) for span in spans)
    assert max(spans, key=lambda span: span.probability).segment in [moment.span for moment in moments]


def test_the_strongest_span_of_a_label_is_taken_and_in_it_the_most_probable_cell():
    """Anger at 60 %, sadness at 70, happiness at 90: of one moment, happiness; of two, sadness too."""
    scores = np.full((30, 4), 0.02, dtype=np.float32)
    for label, probability, cells in ((0, 0.6, slice(0, 10)), (3, 0.7, slice(10, 20)), (1, 0.9, slice(20, 30))):
        scores[cells, label] = probability
    scores[26, 1] = 0.97
    scores /= scores.sum(axis=1, keepdims=True)
    cells = tuple(Segment(i * 200, (i + 1) * 200) for i in range(30))
    timeline = Timeline("made", TOY.labels, cells, scores, 6_000)

    assert [(moment.label, moment.cell.start) for moment in strongest(timeline, 1)] == [("happiness", 5_200)]
    assert [moment.label for moment in strongest(timeline, 2)] == ["sadness", "happiness"]
    assert strongest(timeline, 0) == ()


def test_where_all_members_answer_is_looked_at_before_where_one_is_surer():
    cells = tuple(Segment(i * 200, (i + 1) * 200) for i in range(10))
    scores = np.full((10, 4), 0.1, dtype=np.float32)
    scores[:, 1] = 0.7
    lone = np.where(np.arange(10)[:, None] < 4, scores, np.nan).astype(np.float32)
    surer = scores.copy()
    surer[8] = (0.0, 1.0, 0.0, 0.0)
    surer[2] = (0.08, 0.76, 0.08, 0.08)
    members = (Timeline("face", TOY.labels, cells, surer, 2_000), Timeline("voice", TOY.labels, cells, lone, 2_000))
    timeline = Timeline("fused", TOY.labels, cells, surer, 2_000, members=members)

    (moment,) = strongest(timeline, 1)

    assert moment.cell.start == 400


def test_each_label_is_looked_at_before_any_is_looked_at_twice(untaught, long):
    timeline = untaught(long)
    scores = np.full((len(timeline.segments), 4), 0.1, dtype=np.float32)
    for i in range(len(scores)):
        scores[i, (0, 1, 0, 2)[i * 4 // len(scores)]] = 0.7 if i * 4 < 3 * len(scores) else 0.6
    four = replace(timeline, scores=scores / scores.sum(axis=1, keepdims=True))

    assert len(four.spans()) == 4
    assert [moment.label for moment in strongest(four, 3)].count("anger") == 1
    assert [moment.label for moment in strongest(four, 4)].count("anger") == 2


def test_only_the_stretches_that_are_looked_at_are_held(untaught, long):
    """And nothing is read after the last of them."""
    read, held = [], []

    def stream(path, wanted, length):
        whole = {m: long.signal(m) for m in sorted(wanted)}
        for start in range(0, 9_000, length):
            read.append(start)
            yield Chunk({m: signal.crop(Segment(start, start + length)) for m, signal in whole.items()}, min(start + length, 9_000))

    clip = replace(long, sources={m: replace(source, stream=stream) for m, source in long.sources.items()})
    timeline = untaught(clip)
    begun = len(read)

    explanation = explain(untaught, clip, timeline, moments=1, progress=lambda done, total: held.append((done, total)))

    end = min(max(look.segment.end for look in explanation.moments[0].looks), 9_000)
    assert len(read) - begun == -(-end // 4_000)
    assert held[-1][1] == end


def test_a_clip_that_answers_nothing_is_not_read_again(untaught):
    clip = made("nothing", audio=Signal(np.zeros(32_000, dtype=np.float32), 16_000))
    timeline = untaught(clip)
    gone = replace(clip, sources={AUDIO: Source(Path("gone"), partial(pytest.fail, "it was read"))})

    assert explain(untaught, gone, timeline).moments == ()


def test_members_that_are_no_networks_are_not_looked_into(untaught, long):
    class Stubborn:
        """Always as sure of one thing."""

        name, labels, modalities = "stubborn", TOY.labels, frozenset({AUDIO})

        def reading(self):
            return self

        def push(self, chunk):
            pass

        def close(self, duration):
            lane = untaught.members[0](long)
            return replace(lane, lane="stubborn", scores=np.tile(np.float32([0.7, 0.1, 0.1, 0.1]), (len(lane.segments), 1)))

    ensemble = Ensemble([Stubborn(), untaught.members[1]], Average(), untaught.ways)

    timeline, explanation = of(ensemble, long)

    np.testing.assert_allclose(explanation.contributions.sum(axis=0), timeline.scores - 0.25, atol=1e-6)
    assert {look.member for moment in explanation.moments for look in moment.looks} == {"toy-face"}


def test_what_cannot_be_made_again_is_not_looked_at(reader, toy):
    """Some see a recording against what came before in it; asked again for one window alone, they would say something else."""

    class Tiring:
        modality, asked = TEXT, 0

        def __call__(self, signal):
            self.asked += 1
            return reader.features[TEXT](signal) / self.asked

    tired = copy(reader)
    tired.features = {TEXT: Tiring()}

    timeline, explanation = of(tired, next(clip for clip in toy if clip.label == "happiness"))

    assert explanation.moments[0].looks == ()
    assert explanation.notes == ("what words saw before a moment counts for its answer there; it is not looked at",)


shipping = pytest.mark.skipif(not {"face", "voice"} <= set(shipped()), reason="no weights are shipped")


@shipping
def test_what_is_named_on_a_portrait_counts_more_than_as_many_other_pixels(generator):
    """Greyed, the heaviest tenth of the pixels takes much of the score with it; as many others take little."""
    import cv2

    from emofuse.demo import FACE, portrait
    from emofuse.explanations.gradients import integrated_gradients, score_of, way

    pytest.importorskip("skimage", reason="the portrait comes with scikit-image")
    head = portrait().mean(axis=2)[FACE[0] - 62 : FACE[0] + 62, FACE[1] - 62 : FACE[1] + 62].astype(np.uint8)
    face = load("face")
    rows = face.features[VIDEO](Signal(cv2.resize(head, (48, 48), interpolation=cv2.INTER_AREA)[None], 5))

    def said(x):
        return face.probabilities({VIDEO: x[None]}, {VIDEO: np.ones(1, dtype=bool)})[0]

    best = int(said(rows).argmax())
    start, end = way(VIDEO, rows, lambda x: float(said(x)[best]))
    weights = integrated_gradients(score_of(face, np.eye(7, dtype=bool)[best], {}), {VIDEO: end}, {VIDEO: start})[VIDEO]
    smooth = cv2.GaussianBlur(weights[0], (0, 0), 1.5)

    def without(heat):
        return float(said(np.where(heat >= np.quantile(heat, 0.9), 0, rows).astype(np.float32))[best])

    others = [without(cv2.GaussianBlur(generator.normal(size=(48, 48)), (0, 0), 1.5)[None]) for _ in range(10)]
    whole = float(said(rows)[best])
    assert whole - without(smooth[None]) > 2 * max(whole - np.mean(others), 0.05)


@shipping
@pytest.mark.corpus
@pytest.mark.slow
@pytest.mark.parametrize("name", ["grid_lwbsza", "pyfeat_WolfgangLanger_Pexels"])
def test_a_real_clip_is_explained_as_it_was_judged(shared, name):
    from emofuse.analysis import recognizer

    judge, clip = recognizer(), clip_from_files(shared / "clips" / f"{name}.mp4")

    timeline, explanation = of(judge, clip)

    there = timeline.present
    np.testing.assert_allclose(explanation.contributions.sum(axis=0)[there], timeline.scores[there] - 1 / 7, atol=1e-6)
    assert explanation.notes == ()
    for moment in explanation.moments:
        assert moment.looks
        for look in moment.looks:
            assert look.weights.sum() == pytest.approx(look.score - look.without, abs=0.05)
