"""A hop and a threshold that somebody asks for, instead of what recognizers were taught."""

import json

import numpy as np
import pytest
import soundfile

import emofuse
from emofuse.analysis import analyze_clip, analyze_file, recognizer
from emofuse.cli import main
from emofuse.cluster.files import Asked
from emofuse.core.errors import RunError
from emofuse.core.modality import Modality
from emofuse.ensemble import FUSED_STEP
from emofuse.media.files import clip_from_files
from emofuse.wishes import AS_TAUGHT, Wishes


@pytest.fixture(scope="module")
def sound(tmp_path_factory, toy):
    """A recording of 4.5 s: one toy voice after another."""
    path = tmp_path_factory.mktemp("sounds") / "anger.wav"
    spoken = [clip.signal(Modality.AUDIO).values for clip in toy if clip.subject == "cleo" and clip.label == "anger"]
    soundfile.write(path, np.concatenate(spoken), 16_000)
    return path


@pytest.fixture(scope="module")
def small_text_run(small_bert, tmp_path_factory):
    """A recognizer of words that has learnt nothing."""
    from emofuse.recipe import call
    from emofuse.run import save

    arguments = {"model": str(small_bert), "length": 32}
    recipe = call("asswin:text", arguments)
    out = tmp_path_factory.mktemp("text") / "run"
    save(out, recipe.build(), recipe=recipe, path="asswin:text", arguments=arguments, seed=0)
    return out


def every(lane):
    return {segment.duration for segment in lane.segments[:-1]}


def test_a_shorter_hop_gives_more_cells_and_a_longer_one_fewer(sound, toy_run):
    own, fine, coarse = (emofuse.analyze(sound, run=str(toy_run), hop=hop) for hop in (None, 100, 900))

    assert (every(own), every(fine), every(coarse)) == ({250}, {100}, {900})
    assert (len(own.segments), len(fine.segments), len(coarse.segments)) == (18, 45, 5)
    assert fine.label == coarse.label == own.label == "anger"
    assert (own.facts.get("told"), fine.facts["told"], coarse.facts["told"]) == (None, {"hop_ms": 100}, {"hop_ms": 900})


def test_the_window_stays_what_was_learnt(sound, toy_run):
    """The cell of 100 ms around 1,350 ms sees the same second as that of 900 ms: their windows are one."""
    fine, coarse = (emofuse.analyze(sound, run=str(toy_run), hop=hop) for hop in (100, 900))
    (cell,) = [i for i, segment in enumerate(fine.segments) if segment.middle == coarse.segments[1].middle]

    np.testing.assert_allclose(fine.scores[cell], coarse.scores[1], atol=1e-5)


def test_at_the_recognizers_own_hop_nothing_changes(sound, toy_run):
    own, told = (emofuse.analyze(sound, run=str(toy_run), hop=hop) for hop in (None, 250))

    np.testing.assert_array_equal(own.scores, told.scores)
    assert (own.segments, own.notes, own.facts) == (told.segments, told.notes, told.facts)


def test_members_of_a_fusion_take_the_hop_and_the_fused_lane_is_as_fine_as_the_finest(sound):
    own, fine, coarse = (emofuse.analyze(sound, hop=hop) for hop in (None, 100, 2_000))

    assert [lane.lane for lane in fine.members] == [lane.lane for lane in own.members]
    voices = [next(lane for lane in answer.members if lane.lane == "voice") for answer in (own, fine, coarse)]
    assert [every(lane) for lane in voices] == [{500}, {100}, {2_000}]
    assert [every(lane) for lane in (own, fine, coarse)] == [{FUSED_STEP}, {100}, {FUSED_STEP}]


def test_the_threshold_that_is_told_holds_for_every_lane(sound):
    own, sure, never = (emofuse.analyze(sound, threshold=lead) for lead in (None, 0, 1.0))

    assert {lane.threshold for lane in (never, *never.members, never.overall)} == {1.0}
    assert {lane.threshold for lane in (sure, *sure.members, sure.overall)} == {0}
    assert 0 < own.threshold < 1
    assert not any(span.uncertain for span in sure.spans())
    assert all(span.uncertain for lane in (never, *never.members) for span in lane.spans() if span.label)
    assert (own.facts.get("told"), sure.facts["told"], never.facts["told"]) == (None, {"threshold": 0}, {"threshold": 1.0})
    np.testing.assert_array_equal(own.scores, never.scores)


def test_recognizers_that_are_loaded_stay_as_they_were_taught(sound, toy_run):
    shared = recognizer(str(toy_run))
    taught = (shared.hop, shared.threshold)

    for explain in (False, True):
        asked = analyze_file(sound, run=str(toy_run), explain=explain, wishes=Wishes(100, 0.9))
        assert (every(asked), asked.threshold) == ({100}, 0.9)

    assert recognizer(str(toy_run)) is shared
    assert (shared.hop, shared.threshold) == taught
    assert AS_TAUGHT.of(shared) is shared


def test_a_fusion_that_is_loaded_stays_as_it_was_taught(sound):
    shared = recognizer(None, frozenset({Modality.AUDIO}))
    before = [(member.hop, member.threshold) for member in shared.members]

    Wishes(100, 0.9).of(shared)

    assert [(member.hop, member.threshold) for member in shared.members] == before
    assert (shared.threshold, shared.step) == (None, FUSED_STEP)


def test_reasons_are_found_for_what_was_asked(sound, toy_run):
    clip = clip_from_files(sound)

    answer = analyze_clip(clip, run=str(toy_run), explain=True, wishes=Wishes(hop=900))

    assert answer.explanation is not None
    (moment,) = answer.explanation.moments
    assert moment.looks
    assert all(look.segment.duration == 1_000 for look in moment.looks)


def test_a_hop_longer_than_the_window_says_that_something_lies_between(sound, toy_run):
    answer = emofuse.analyze(sound, run=str(toy_run), hop=2_000)

    assert f"the {answer.lane} lane looks at 1000 of every 2000 ms: what lies between is not judged" in answer.notes
    assert not any("lies between" in note for note in emofuse.analyze(sound, run=str(toy_run), hop=1_000).notes)


def test_whoever_answers_by_samples_keeps_the_pace_and_that_is_said(tmp_path, small_text_run):
    (tmp_path / "said.txt").write_text("hello there . what joy !")

    own, told = (emofuse.analyze(tmp_path / "said.txt", run=str(small_text_run), hop=hop) for hop in (None, 100))

    assert (own.segments, own.facts) == (told.segments, told.facts)
    assert told.notes == (*own.notes, "nobody who answered reads by windows: the hop of 100 ms changed nothing")


@pytest.mark.parametrize("hop", [0, -500, 99, 10_001, 250.5, True, "500"])
def test_a_hop_that_cannot_be_is_refused_before_anything_is_read(hop):
    with pytest.raises(
        RunError, match=r"^No answer can be given every .* ms\. Expected a whole number from 100 to 10000; name one, or none"
    ):
        emofuse.analyze("nowhere.mp4", hop=hop)


@pytest.mark.parametrize("threshold", [-0.1, 1.01, float("nan"), float("inf"), True])
def test_a_threshold_that_cannot_be_is_refused_before_anything_is_read(threshold):
    with pytest.raises(RunError, match=r"^No label can lead another by .*\. Expected a threshold from 0 to 1; name one, or none"):
        emofuse.analyze("nowhere.mp4", threshold=threshold)


def test_the_shell_takes_both_and_the_exports_follow(sound, tmp_path, capsys):
    asked = ["analyze", str(sound), "--run", "voice", "--hop", "1000", "--threshold", "1", "--out", str(tmp_path), "--format"]

    assert main([*asked, "json,csv_spans"]) == 0

    said = json.loads((tmp_path / "anger.json").read_text())
    (lane,) = said["lanes"]
    assert said["facts"]["told"] == {"hop_ms": 1_000, "threshold": 1.0}
    assert (lane["threshold"], lane["curves"]["start"]) == (1.0, list(range(0, 4_500, 1_000)))
    assert all(span["uncertain"] for span in lane["spans"])
    assert f"{lane['label']}? " in capsys.readouterr().out


@pytest.mark.parametrize(
    ("told", "said"),
    [
        (["--hop", "often"], "--hop often cannot be read: 'often' is no whole number. Expected milliseconds; type --hop 500."),
        (["--hop", "50"], "No answer can be given every 50 ms. Expected a whole number from 100 to 10000; name one, or none"),
        (
            ["--threshold", "sure"],
            "--threshold sure cannot be read: 'sure' is no number. Expected a lead from 0 to 1; type --threshold 0.2.",
        ),
        (["--threshold", "20"], "No label can lead another by 20.0. Expected a threshold from 0 to 1; name one, or none"),
    ],
)
def test_the_shell_says_what_cannot_be(told, said, capsys):
    assert main(["analyze", "nowhere.mp4", *told]) == 1
    assert said in capsys.readouterr().err


def test_a_folder_is_done_as_it_was_asked_and_anew_where_that_is_asked_otherwise(sound, toy_run, tmp_path, capsys):
    asked = ["analyze", str(sound.parent), "--run", str(toy_run), "--out", str(tmp_path), "--format", "json", "--hop"]

    for hop in ("500", "1000"):
        assert main([*asked, hop]) == 0
        (lane,) = json.loads((tmp_path / "anger.json").read_text())["lanes"]
        assert lane["curves"]["start"][1] == int(hop)
    assert Asked(tmp_path, wishes=Wishes(threshold=0.1)).digest() != Asked(tmp_path).digest()
