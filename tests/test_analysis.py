"""Files in, answers out, with the toy recognizer on sounds that the tests write."""

import json
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import soundfile

import emofuse
from emofuse.analysis import PICTURES, Answer, Outcome, _named, analyze_clip, analyze_file, analyze_files, formats, recognizer
from emofuse.core.errors import MediaError, RunError, UnknownName
from emofuse.core.labels import COMMON_SEVEN, LabelSet
from emofuse.core.modality import Modality
from emofuse.core.segment import Segment
from emofuse.core.timeline import Timeline
from emofuse.evaluation.evaluate import answers
from emofuse.media.files import clip_from_files
from emofuse.run import load, shipped


@pytest.fixture(scope="module")
def sounds(tmp_path_factory, toy):
    """A folder of recordings: one toy voice after another, as a file of 16 kHz."""
    folder = tmp_path_factory.mktemp("sounds")
    for word in ("anger", "sadness"):
        spoken = [clip.signal(Modality.AUDIO).values for clip in toy if clip.subject == "cleo" and clip.label == word]
        soundfile.write(folder / f"{word}.wav", np.concatenate(spoken), 16_000)
    soundfile.write(folder / "silence.wav", np.zeros(16_000), 16_000)
    return folder


@pytest.fixture
def answer():
    """Two lanes of a clip of 1.9 s: anger, then nobody; the second from a member that was calm throughout."""
    cells = (Segment(0, 1_000), Segment(1_000, 1_900))
    voice = Timeline("voice", LabelSet(("calm", "anger")), cells, np.array([[0.9, 0.1], [0.8, 0.2]]), 1_900)
    scores = np.full((2, 7), np.nan)
    scores[0] = np.eye(7)[0]
    return Answer.of(
        Timeline("fused", COMMON_SEVEN, cells, scores, 1_900, (None, "silence"), 0.1, (voice,), ("a note",), {"source": "a.wav"})
    )


def test_an_answer_is_the_timeline_it_was_made_of(answer):
    assert isinstance(answer, Timeline)
    assert [str(span) for span in answer.spans()] == ["00:00.0–00:01.0 anger 1.00", "00:01.0–00:01.9 - silence"]
    assert (answer.label, answer.duration, answer.notes, answer.members[0].lane) == ("anger", 1_900, ("a note",), "voice")


def test_a_frame_has_a_row_a_segment_and_lane(answer):
    frame = answer.to_frame()

    assert isinstance(frame, pd.DataFrame)
    assert list(frame["lane"]) == ["fused", "fused", "voice", "voice"]
    assert list(frame["start"]) == [0, 1_000] * 2
    assert list(frame["end"]) == [1_000, 1_900] * 2
    assert frame["absent"].tolist()[1] == "silence"
    assert frame["absent"].isna().tolist() == [True, False, True, True]
    assert list(frame.columns) == ["lane", "start", "end", "absent", *COMMON_SEVEN, "calm"]
    assert frame["anger"].tolist()[0] == 1.0
    assert np.isnan(frame["anger"].tolist()[1]), "what is absent is never filled with zeros"
    assert frame["calm"].tolist()[2:] == [0.9, 0.8]


@pytest.mark.parametrize("name", formats())
def test_every_format_is_chosen_by_its_ending(name, answer, tmp_path):
    suffix = emofuse.catalog.module("exports", name).SUFFIX

    path = answer.save(tmp_path / f"answer{suffix}")

    assert path == tmp_path / f"answer{suffix}"
    assert path.stat().st_size > 0


def test_an_ending_that_no_format_has_lists_those_there_are(answer, tmp_path):
    with pytest.raises(UnknownName, match=r"No format ends like 'answer.docx'. Known endings: .*\.json"):
        answer.save(tmp_path / "answer.docx")

    assert list(tmp_path.iterdir()) == []


def test_a_plot_is_a_figure_that_a_notebook_shows(answer):
    from matplotlib.figure import Figure

    assert isinstance(answer.plot(), Figure)


def test_a_file_of_one_voice_is_told(sounds, toy_run):
    for word in ("anger", "sadness"):
        answer = analyze_file(sounds / f"{word}.wav", run=str(toy_run))

        assert answer.label == word
        assert answer.duration == 4_500
        assert [span.label for span in answer.spans()] == [word]
        assert answer.facts["source"] == f"{word}.wav"
        assert answer.facts["emofuse"] == emofuse.__version__
        assert answer.facts["models"][0]["sha256"] == load(toy_run).facts["sha256"]


def test_analysis_and_evaluation_say_the_same_about_a_file(sounds, toy_run):
    clip = clip_from_files(sounds / "anger.wav")

    analysed = analyze_file(sounds / "anger.wav", run=str(toy_run))

    np.testing.assert_allclose(answers(load(toy_run), [clip])[0], analysed.pooled, atol=1e-6)


def test_the_package_itself_can_be_asked_again_and_again(sounds, toy_run):
    first, second = (emofuse.analyze(sounds / "anger.wav", run=str(toy_run)) for _ in range(2))

    np.testing.assert_array_equal(first.scores, second.scores)
    assert isinstance(second, Answer)


def test_progress_is_told_in_milliseconds(sounds, toy_run):
    told = []

    analyze_file(sounds / "anger.wav", run=str(toy_run), progress=lambda done, total: told.append((done, total)))

    assert told[-1] == (4_500, 4_500)


def test_a_clip_that_is_made_already_gets_the_same_answer_as_its_file(sounds, toy_run):
    answer = analyze_clip(clip_from_files(sounds / "anger.wav"), run=str(toy_run))

    assert answer.spans() == analyze_file(sounds / "anger.wav", run=str(toy_run)).spans()


def test_nothing_to_judge_says_why_and_what_to_give(sounds, toy_run):
    with pytest.raises(
        MediaError, match=r"silence.wav holds nothing to judge \(silence.*\). Expected a face, a voice, words or EEG in it; give"
    ):
        analyze_file(sounds / "silence.wav", run=str(toy_run))


def test_no_such_run_says_which_there_are(sounds):
    with pytest.raises(RunError, match="No run 'no such run'"):
        analyze_file(sounds / "anger.wav", run="no such run")


def test_a_folder_is_done_file_by_file_and_a_failure_does_not_stop_the_others(sounds, toy_run, tmp_path):
    outcomes = list(analyze_files([sounds, tmp_path / "gone.mp4"], out=tmp_path / "out", wanted=("json", "vtt"), run=str(toy_run)))

    assert [outcome.path.name for outcome in outcomes] == ["anger.wav", "sadness.wav", "silence.wav", "gone.mp4"]
    assert [outcome.answer is not None for outcome in outcomes] == [True, True, False, False]
    assert all(isinstance(outcome.problem, MediaError) for outcome in outcomes[2:])
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["anger.json", "anger.vtt", "sadness.json", "sadness.vtt"]
    assert outcomes[0].written == (tmp_path / "out" / "anger.json", tmp_path / "out" / "anger.vtt")
    assert json.loads((tmp_path / "out" / "anger.json").read_text())["duration"] == 4_500


def test_nothing_is_written_without_a_folder_for_it(sounds, toy_run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    (outcome,) = analyze_files([sounds / "anger.wav"], wanted=("json",), run=str(toy_run))

    assert isinstance(outcome, Outcome)
    assert outcome.written == ()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("files", "names"),
    [
        (["a.wav", "b.wav"], ["a", "b"]),
        (["a.wav", "a.flac"], ["a.flac", "a.wav"]),
        (["one/a.wav", "two/a.wav"], ["one_a.wav", "two_a.wav"]),
    ],
)
def test_two_files_never_share_the_name_of_their_exports(files, names, sounds, toy_run, tmp_path):
    for file in files:
        (tmp_path / file).parent.mkdir(exist_ok=True)
        shutil.copy(sounds / "anger.wav", tmp_path / file)

    outcomes = list(analyze_files([tmp_path / file for file in files], out=tmp_path / "out", wanted=("json",), run=str(toy_run)))

    assert [outcome.problem for outcome in outcomes] == [None, None]
    written = sorted(path.name.removesuffix(".json") for path in (tmp_path / "out").iterdir())
    assert len(written) == 2
    assert all(name.endswith(wanted) for name, wanted in zip(written, names, strict=True))


def test_a_file_named_twice_is_done_once(sounds, toy_run):
    outcomes = list(analyze_files([sounds / "anger.wav", sounds / "anger.wav"], run=str(toy_run)))

    assert len(outcomes) == 1


def test_an_unknown_format_is_refused_before_anything_is_read(sounds, tmp_path):
    with pytest.raises(UnknownName, match="Unknown export 'docx'. Known: .*json"):
        list(analyze_files([sounds], out=tmp_path / "out", wanted=("docx",)))

    assert not (tmp_path / "out").exists()


def test_a_folder_that_cannot_be_made_is_refused_before_anything_is_read(sounds, tmp_path):
    (tmp_path / "file").write_text("in the way")

    with pytest.raises(MediaError, match="cannot be made: .*Expected a folder to write to; choose another --out"):
        list(analyze_files([sounds], out=tmp_path / "file" / "out", wanted=("json",)))


def test_pictures_are_formats():
    assert set(PICTURES) <= set(formats())


@pytest.mark.skipif(bool(shipped()), reason="this installation has recognizers")
def test_an_installation_without_recognizers_says_so():
    with pytest.raises(RunError, match="No recognizer comes with this installation"):
        recognizer()


@pytest.mark.skipif(not shipped(), reason="no weights are shipped yet")
def test_without_a_run_everything_that_ships_and_sees_or_hears_is_fused():
    together = recognizer()

    assert together.labels == COMMON_SEVEN
    assert {member.name for member in together.members} == {"face", "voice"}
    assert together.modalities == {Modality.AUDIO, Modality.VIDEO}


def test_paths_may_be_words(sounds, toy_run):
    assert analyze_file(str(sounds / "anger.wav"), run=str(toy_run)).label == "anger"
    assert Path(sounds / "anger.wav").exists()


def test_a_folder_without_recordings_does_not_keep_the_others_from_being_done(sounds, toy_run, tmp_path):
    (tmp_path / "empty").mkdir()

    outcomes = list(analyze_files([tmp_path / "empty", sounds / "anger.wav"], run=str(toy_run)))

    assert [outcome.answer is None for outcome in outcomes] == [True, False]
    assert "No recordings" in str(outcomes[0].problem)


def test_only_names_that_meet_are_made_longer():
    files = [Path("one/a.mp4"), Path("one/a.wav"), Path("two/a.mp4"), Path("one/b.mp4")]

    assert list(_named(files).values()) == ["one_a.mp4", "a.wav", "two_a.mp4", "b"]
