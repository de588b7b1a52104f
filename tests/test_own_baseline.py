"""The person's own baseline, from a recipe to a timeline: learnt, saved, loaded, asked alone and beside others."""

import json
from dataclasses import replace
from functools import partial
from pathlib import Path
from shutil import copytree

import numpy as np
import pytest
import torch

from emofuse import experiment, judgement, run
from emofuse.core.clip import Clip, Signal, Source
from emofuse.core.corpus import Corpus
from emofuse.core.errors import MediaError, RunError
from emofuse.core.labels import LabelMap, LabelSet
from emofuse.core.modality import Modality
from emofuse.data import examples
from emofuse.decisions.average import Average
from emofuse.encoders.base import Encoder
from emofuse.encoders.scaled_mlp import ScaledMlp
from emofuse.ensemble import Ensemble
from emofuse.evaluation.evaluate import answers, answers_by_segment
from emofuse.features.baseline import Beginning, Few, Running
from emofuse.features.population import Population
from emofuse.features.vectors import Vectors
from emofuse.fusions.base import Fusion, Output, pooled
from emofuse.network import Network
from emofuse.protocols.by_subject import named
from emofuse.recipe import Recipe
from emofuse.recognizer import UNKNOWN, NetworkRecognizer
from emofuse.training.fit import fit

LABELS = LabelSet(("calm", "anger"))
EEG = Modality.EEG
ANYBODY = Population(np.array([0.0]), np.array([1.0]), np.array([1.0]), np.array([1e6]))


class Same(Encoder):
    """What goes in."""

    def __init__(self):
        super().__init__()
        self.takes, self.mid_dim, self.dim = (1,), 1, 1

    def early(self, x):
        return x


class Centred(Same):
    """What goes in, from what was usual where it has learnt."""

    def __init__(self):
        super().__init__()
        self.register_buffer("mean", torch.zeros(()))

    def adjust(self, x):
        self.mean.fill_(x.mean())

    def early(self, x):
        return x - self.mean


class Level(Fusion):
    """Logits of 0 for the first word, and for the second the mean over time."""

    def __init__(self):
        super().__init__()
        self.gain = torch.nn.Parameter(torch.ones(()))

    def forward(self, late, present):
        mean = pooled(late, present)[EEG]  # (B, 1)
        return Output(torch.cat([torch.zeros_like(mean), self.gain * mean], dim=1))


def given_signal(path, signal):
    if signal is None:
        raise MediaError("it is broken")
    return signal


def clip(name, who, level, label="calm", seconds=1, rate=1.0):
    signal = None if level is None else Signal(np.full((round(seconds * rate), 1), level, dtype=np.float32), rate)
    return Clip(name, who, label, {EEG: Source(Path(name), partial(given_signal, signal=signal))})


def judge(baseline, window=None, hop=None):
    network = Network({EEG: Same()}, Level())
    return NetworkRecognizer("judge", network, {EEG: Vectors()}, LABELS, window=window, hop=hop, baseline={EEG: baseline})


def seen(timeline):
    """What the network was shown, out of what it said."""
    return np.log(timeline.scores[:, 1] / timeline.scores[:, 0])


def shouting(root):
    """Eight people of different levels, whose anger is a little more than their calm."""
    for who in range(8):
        for take in range(6):
            yield clip(f"{who}-{take}", f"p{who}", 10.0 * who + take % 2 + 0.01 * take, LABELS[take % 2])


SHOUTING = Corpus("shouting", LABELS, frozenset({EEG}), "CC0", "nobody", "    nothing\n", shouting)


def shouted(*, clips: int = 0, beside: bool = True) -> Recipe:
    """A recipe with a baseline; no published figure."""
    return Recipe(
        name="shouted",
        corpus=SHOUTING,
        labels=LABELS,
        protocol=named(valid=("p2",), test=("p5", "p6")),
        features={EEG: Vectors()},
        build=lambda: Network({EEG: Centred()}, Level()),
        fit=partial(fit, epochs=1, learning_rate=0.1),
        baseline={EEG: Few(clips or None)} if beside else {},
    )


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """The folder of a run with a baseline, and its report."""
    data = tmp_path_factory.mktemp("data")
    (data / "shouting").mkdir()
    report = experiment.train(f"{__name__}:shouted", {}, data=data, out=data / "run", allowed=(__name__,))
    return data / "run", report


def test_a_clip_is_judged_beside_the_others_of_its_person():
    clips = [clip("a1", "a", 10.0), clip("a2", "a", 12.0), clip("b1", "b", 100.0)]

    met = judge(Few(population=ANYBODY)).beside(clips)

    # one other clip, 12, counts half: usual is 6
    assert seen(met(clips[0])) == pytest.approx([4], rel=1e-4)
    assert met(clips[0]).notes == ("eeg is judged beside 1 other clip of the person",)


def test_a_lone_clip_is_seen_against_everybody_and_a_note_says_so():
    timeline = judge(Few(population=ANYBODY))(clip("a1", "a", 3.0))

    assert seen(timeline) == pytest.approx([3])
    assert timeline.notes == (UNKNOWN,)


def test_a_person_without_other_clips_and_one_without_a_name_are_seen_against_everybody():
    clips = [clip("a1", "a", 3.0), clip("n1", None, 3.0), clip("n2", None, 50.0), clip("b1", "b", 50.0)]
    met = judge(Few(population=ANYBODY)).beside(clips)

    for lone in clips[:2]:
        assert seen(met(lone)) == pytest.approx([3])
        assert met(lone).notes == (UNKNOWN,)


def test_evaluating_meets_the_people_first_and_never_looks_at_labels(generator):
    clips = [clip(f"a{i}", "a", level, label) for i, (level, label) in enumerate([(10, "calm"), (12, "anger"), (13, "calm")])]
    other = [replace(one, label=word) for one, word in zip(clips, ("anger", "anger", "calm"), strict=True)]
    recognizer = judge(Few(population=ANYBODY))

    told = answers(recognizer, clips)

    assert (told == answers(recognizer, other)).all()
    assert np.allclose(told, answers_by_segment(recognizer, clips)[1])
    assert np.allclose(np.log(told[:, 1] / told[:, 0]), [10 - 2 / 3 * 12.5, 12 - 2 / 3 * 11.5, 13 - 2 / 3 * 11], atol=1e-4)


def test_a_recognizer_that_has_met_people_leaves_the_one_it_comes_from_alone():
    clips = [clip("a1", "a", 10.0), clip("a2", "a", 12.0)]
    recognizer = judge(Few(population=ANYBODY))

    recognizer.beside(clips)

    assert recognizer(clips[0]).notes == (UNKNOWN,)


def test_a_clip_that_cannot_be_read_tells_nothing_and_is_asked_for_later():
    clips = [clip("a1", "a", 3.0), clip("a2", "a", None)]
    broken: list[str] = []

    told = answers(judge(Few(population=ANYBODY)), clips, broken)

    assert broken == ["a2"]
    assert np.log(told[0, 1] / told[0, 0]) == pytest.approx(3)


def test_in_an_ensemble_nobody_is_known_and_a_note_says_so():
    fused = Ensemble([judge(Few(population=ANYBODY))], Average(), LabelMap("as they are", LABELS))

    assert UNKNOWN in fused(clip("a1", "a", 3.0)).notes


def test_windows_are_judged_beside_other_clips_windows():
    clips = [clip("a1", "a", 4.0, seconds=4, rate=2.0), clip("a2", "a", 2.0, seconds=20, rate=2.0)]

    met = judge(Few(population=ANYBODY), window=2_000, hop=1_000).beside(clips)

    assert seen(met(clips[0])) == pytest.approx(np.full(4, 3.0))  # the other clip is one clip, however long: usual is 1


def test_a_recording_is_judged_beside_its_own_past():
    steps = Signal(np.array([[2.0], [2.0], [5.0], [5.0]], dtype=np.float32), rate=0.25)  # a step is four seconds, and counts one clip
    recording = Clip("r", None, None, {EEG: Source(Path("r"), partial(given_signal, signal=steps))})

    running, beginning = (
        judge(kind(population=ANYBODY, half_life=None, until=until))(recording) for kind, until in ((Running, None), (Beginning, 8_000))
    )

    assert seen(running) == pytest.approx([2, 2 - 1, 5 - 4 / 3, 5 - 9 / 4], rel=1e-4)
    assert seen(beginning) == pytest.approx([2, 2 - 1, 5 - 4 / 3, 5 - 4 / 3], rel=1e-4)
    assert running.notes == ("eeg is judged beside what came before in the recording",)
    assert beginning.notes == ("eeg is judged beside what came before in the recording within its first 8 s",)


@pytest.mark.parametrize("window", [None, 4_000])
def test_a_stretch_that_is_asked_for_again_is_seen_against_the_same_past(window):
    recognizer = judge(Running(half_life=None, population=ANYBODY), window=window, hop=window)
    feature = recognizer.reading().recognizer.features[EEG]
    first, second = (Signal(np.full((4, 1), level, dtype=np.float32), 1.0, start) for level, start in ((2.0, 0), (5.0, 4_000)))

    begun, again, later, once_more = (feature(signal).tolist() for signal in (first, first, second, second))

    assert begun == again
    assert later == once_more
    assert later[0][0] == pytest.approx(5 - 2 / 2)  # four seconds of 2 count as much as everybody, who are at 0


def test_overlapping_windows_are_not_remembered_twice():
    steady = clip("r", None, 2.0, seconds=24, rate=1.0)

    timeline = judge(Running(half_life=None, population=ANYBODY), window=4_000, hop=1_000)(steady)

    # the last window but one ends at 23.5 s: so much was heard before the last, 5.875 clips' worth
    assert seen(timeline)[-1] == pytest.approx(2 - 2 * 5.875 / 6.875, rel=1e-4)
    assert (np.diff(seen(timeline)) <= 1e-6).all()


def test_examples_learn_what_is_usual_from_themselves_or_are_told(generator):
    clips = list(shouting(None))
    learnt = examples(clips, {EEG: Vectors()}, LABELS, baseline={EEG: Few()})
    others = examples(clips[:6], {EEG: Vectors()}, LABELS, baseline=learnt.baseline)

    alone = examples(clips, {EEG: Vectors()}, LABELS)

    assert learnt.inputs[EEG].std() < alone.inputs[EEG][:].std() / 10
    assert torch.allclose(others.inputs[EEG], learnt.inputs[EEG][:6])
    assert learnt.baseline[EEG].population is not None
    assert alone.baseline == {}


def test_labels_tell_nothing_of_what_is_usual(generator):
    clips = list(shouting(None))
    words = generator.permutation([one.label for one in clips])
    shuffled = [replace(one, label=word) for one, word in zip(clips, words, strict=True)]

    learnt, other = (examples(some, {EEG: Vectors()}, LABELS, baseline={EEG: Few()}) for some in (clips, shuffled))

    assert not torch.equal(learnt.targets, other.targets)
    assert torch.equal(learnt.inputs[EEG], other.inputs[EEG])
    assert learnt.baseline[EEG].population.as_dict() == other.baseline[EEG].population.as_dict()


def test_those_who_are_not_learnt_from_are_no_part_of_what_is_usual(trained):
    folder, _ = trained
    said = json.loads((folder / "run.json").read_text())["population"]["eeg"]
    learnt = [one for one in shouting(None) if one.subject not in {"p2", "p5", "p6"}]
    rows = np.stack([one.signal(EEG).values for one in learnt])

    assert said == Population.of(rows, [one.subject for one in learnt]).as_dict()
    assert said != Population.of(rows[:-6], [one.subject for one in learnt[:-6]]).as_dict()


def test_a_corpus_it_has_never_seen_is_judged_beside_too_and_that_is_said(trained, tmp_path):
    (tmp_path / "shouting").mkdir()

    report = judgement.elsewhere(run.load(trained[0], allowed=(__name__,)), SHOUTING, tmp_path)

    assert [note for note in report.notes if "own baseline, not to be compared" in note]


def test_a_recipe_with_a_baseline_is_trained_saved_loaded_and_judged_with_it(trained):
    folder, report = trained
    said = json.loads((folder / "run.json").read_text())

    recognizer = run.load(folder, allowed=(__name__,))
    clips = [one for one in shouting(None) if one.subject == "p5"]

    assert set(said["population"]) == {"eeg"}
    assert report.accuracy.value == 1.0  # whoever is judged alone is as loud as they are
    assert [note for note in report.notes if "own baseline" in note]
    assert "with the person's own baseline of eeg" in (folder / "card.md").read_text(encoding="utf-8")
    assert (answers(recognizer, clips).argmax(axis=1) == [0, 1, 0, 1, 0, 1]).all()
    assert np.unique(answers(recognizer, [clips[0]]).argmax(axis=1)).tolist() == [1]  # alone, far louder than usual


def test_an_encoder_is_shown_what_its_features_usually_are_before_it_learns():
    clips = list(shouting(None))
    part = examples(clips, {EEG: Vectors()}, LABELS)
    encoder = ScaledMlp(1, (4, 4))

    experiment.adjust(Network({EEG: encoder}, Level()), part)

    assert encoder.mean.tolist() == pytest.approx([part.inputs[EEG][:].mean().item()], rel=1e-5)


def test_a_run_that_has_lost_its_population_is_refused(trained, tmp_path):
    copytree(trained[0], tmp_path / "run")
    said = json.loads((tmp_path / "run" / "run.json").read_text())
    run.write_json(tmp_path / "run" / "run.json", {name: value for name, value in said.items() if name != "population"})

    with pytest.raises(RunError, match="What is usual among people cannot be read"):
        run.load(tmp_path / "run", allowed=(__name__,))


def test_a_recognizer_without_a_baseline_needs_to_meet_nobody():
    recognizer = NetworkRecognizer("judge", Network({EEG: Same()}, Level()), {EEG: Vectors()}, LABELS)

    assert recognizer.beside([clip("a1", "a", 1.0)]) is recognizer
    assert recognizer(clip("a1", "a", 1.0)).notes == ()
