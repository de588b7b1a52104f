"""``emofuse calibrate``, and what it leaves, from a table to an analysis: with toy voices that mean something else than toy people do."""

import json

import numpy as np
import pytest
import soundfile
import torch

import emofuse
from emofuse.adaptation import study as module
from emofuse.cli import main
from emofuse.core.errors import RunError
from emofuse.core.labels import EIGHT_TO_SEVEN, LabelSet
from emofuse.core.modality import Modality
from emofuse.personal.map import Personal
from emofuse.recipe import call
from emofuse.run import facts, save, save_personal

MEANS = {"anger": "happiness", "happiness": "anger", "neutral": "neutral", "sadness": "sadness"}  # what she says so, others say otherwise
RATE = 16_000


@pytest.fixture(scope="module")
def voices(tmp_path_factory, toy):
    """Sixteen recordings, four a label, and silence: two toy people's voices, as if they were one's."""
    folder = tmp_path_factory.mktemp("voices")
    for clip in toy:
        if clip.subject in ("cleo", "dan") and not clip.id.endswith("3"):
            soundfile.write(folder / f"{clip.id}.wav", clip.signal(Modality.AUDIO).values, RATE)
    soundfile.write(folder / "silence.wav", np.zeros(RATE), RATE)
    return folder


def table(folder, name, labels):
    """A row a recording; `labels` names it by what is heard in it."""
    rows = [f"{path.name},{labels(path.name.split('-')[1])}" for path in sorted(folder.glob("*-*.wav"))]
    (folder / name).write_text("\n".join(["file,label", *rows]) + "\n", encoding="utf-8")
    return folder / name


def mislabelled(folder):
    """The same recordings with labels that were drawn."""
    words = np.random.default_rng(0).permutation(np.repeat(list(MEANS), 4)).tolist()
    return table(folder, "mislabelled.csv", lambda word: words.pop())


@pytest.fixture(scope="module")
def hers(voices):
    return table(voices, "hers.csv", MEANS.__getitem__)


@pytest.fixture(scope="module")
def adapted(hers, toy_run, tmp_path_factory):
    """What the command wrote of her."""
    out = tmp_path_factory.mktemp("adapted") / "her"
    assert main(["calibrate", str(toy_run), "--with", str(hers), "--out", str(out)]) == 0
    return out


@pytest.mark.slow
def test_a_person_who_is_misunderstood_gains_and_the_table_shows_it(hers, toy_run, tmp_path, capsys):
    code = main(["calibrate", str(toy_run), "--with", str(hers), "--out", str(tmp_path / "her")])

    told = capsys.readouterr().out
    figures = {line.split()[0]: line.split() for line in told.splitlines() if line.startswith(("accuracy", "UAR", "log-loss"))}
    assert code == 0
    assert "16 clips: anger 4, happiness 4, neutral 4, sadness 4" in told
    assert float(figures["UAR"][1]) < 0.6 < 0.8 < float(figures["UAR"][4])
    assert float(figures["log-loss"][-1]) < 0.05
    assert "for that person only: emofuse analyze RECORDING --run" in told
    assert sorted(path.name for path in (tmp_path / "her").iterdir()) == ["card.md", "personal.json", "run.json"]


@pytest.mark.slow
def test_what_it_wrote_answers_for_her(adapted, voices, toy_run):
    plain, mine = (emofuse.analyze(voices / "cleo-anger-1.wav", run=str(run)) for run in (toy_run, adapted))

    assert (plain.label, mine.label) == ("anger", "happiness")
    assert mine.lane == plain.lane
    assert "adapted to one person from 16 clips; for that person only" in mine.notes
    assert mine.facts["models"][0]["personal"]["rests_on"][0]["sha256"] == facts(toy_run)["sha256"]


@pytest.mark.slow
def test_every_command_takes_it_for_a_run(adapted, voices, tmp_path, capsys):
    wav = str(voices / "cleo-sadness-1.wav")

    assert main(["analyze", wav, "--run", str(adapted), "--explain", "--out", str(tmp_path / "answer")]) == 0
    assert main(["models", str(adapted)]) == 0
    assert "# run, for one person" in capsys.readouterr().out
    assert main(["evaluate", str(adapted), "--data", str(tmp_path), "--out", str(tmp_path / "report")]) == 0
    assert "for that person only" in capsys.readouterr().out
    said = json.loads((tmp_path / "answer" / "cleo-sadness-1.json").read_text())
    assert "adapted to one person from 16 clips; for that person only" in said["notes"]
    assert said["models"][0]["personal"]["gain"]["clips"]["sadness"] == 4


@pytest.mark.slow
def test_the_card_says_whom_it_is_for_and_what_it_is_worth(adapted):
    card = (adapted / "card.md").read_text(encoding="utf-8")

    assert "Adapted to one person from 16 labelled clips of theirs. It is for that person only" in card
    assert "| UAR |" in card
    assert "No weights of a network were changed." in card
    assert "must not be used" in card


@pytest.mark.slow
def test_shuffled_labels_are_refused_and_nothing_is_written(voices, toy_run, tmp_path, capsys):
    code = main(["calibrate", str(toy_run), "--with", str(mislabelled(voices)), "--out", str(tmp_path / "her")])

    told = capsys.readouterr()
    assert code == 1
    assert "UAR" in told.out
    assert "Not adapted" in told.err
    assert "Expected" in told.err
    assert "Nothing was written." in told.err
    assert not (tmp_path / "her").exists()


@pytest.mark.slow
def test_python_does_the_same_and_raises_where_it_is_refused(voices, hers, adapted, toy_run, tmp_path):
    found = emofuse.calibrate(str(toy_run), hers, tmp_path / "her")

    assert found.gain.refusal is None
    assert (tmp_path / "her" / "personal.json").read_text() == (adapted / "personal.json").read_text()
    with pytest.raises(RunError, match="Not adapted: .*Expected"):
        emofuse.calibrate(str(toy_run), mislabelled(voices), tmp_path / "other")
    assert not (tmp_path / "other").exists()


@pytest.mark.slow
def test_stretches_of_files_are_clips_and_a_silent_one_is_left_out(voices, toy, toy_run, tmp_path, capsys):
    rows = []
    for take in "123":
        for who in ("cleo", "dan"):
            theirs = [clip for clip in toy if clip.subject == who and clip.id.endswith(take)]
            sound = np.concatenate([clip.signal(Modality.AUDIO).values for clip in theirs])
            soundfile.write(tmp_path / f"{who}{take}.wav", sound, RATE)
            rows += [f"{who}{take}.wav,{1.5 * i},0:{1.5 * (i + 1)},{MEANS[clip.label or '']}" for i, clip in enumerate(theirs)]
    soundfile.write(tmp_path / "silence.wav", np.zeros(RATE), RATE)
    (tmp_path / "mine.csv").write_text("\n".join(["file,start,end,label", *rows, "silence.wav,,,anger"]) + "\n")

    code = main(["calibrate", str(toy_run), "--with", str(tmp_path / "mine.csv"), "--out", str(tmp_path / "her")])

    told = capsys.readouterr().out
    assert code == 0
    assert "1 of 25 clips have no answer and are left out: line 26 of mine.csv" in told
    assert "24 clips of 6 files" in told


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "file,label\ncleo-anger-1.wav,joy\n",
            "Line 2 of bad.csv has the label 'joy'. Expected one of: anger, happiness",
        ),
        (
            "file,label\nsilence.wav,anger\ncleo-anger-1.wav,anger\n",
            "There are too few clips .* by label: anger 1. Expected at least 2",
        ),
        (
            "file,label,start,end\ncleo-anger-1.wav,anger,1,90\n",
            "Line 2 of bad.csv is 00:01.0 to 01:30.0 of a recording that lasts",
        ),
        ("file,label\nhers.csv,anger\n", "Line 2 of bad.csv cannot be judged: .*Mend it, or take the line out"),
    ],
)
def test_what_is_wrong_with_a_table_is_said_and_nothing_is_written(text, said, voices, hers, toy_run, tmp_path):
    (voices / "bad.csv").write_text(text)

    with pytest.raises(emofuse.core.errors.EmofuseError, match=said):
        emofuse.calibrate(str(toy_run), voices / "bad.csv", tmp_path / "her")

    assert not (tmp_path / "her").exists()


def test_a_folder_that_holds_something_is_not_written_over(toy_run, hers, capsys):
    assert main(["calibrate", str(toy_run), "--with", str(hers), "--out", str(toy_run)]) == 1

    assert "is not empty. Expected a folder of its own for this person; choose another --out." in capsys.readouterr().err


def test_a_person_is_not_adapted_to_another(toy_run, hers, tmp_path, capsys):
    labels = LabelSet(tuple(facts(toy_run)["labels"]))
    save_personal(tmp_path / "her", Personal(labels, "by hand"), [toy_run], {"note": ""})

    assert main(["calibrate", str(tmp_path / "her"), "--with", str(hers), "--out", str(tmp_path / "him")]) == 1

    assert "is adapted to a person already. Expected what it rests on; name that." in capsys.readouterr().err


def test_runs_whose_labels_do_not_meet_are_no_fusion_to_adapt(hers, tmp_path, capsys):
    code = main(["calibrate", "voice", "eeg-muse", "--with", str(hers), "--out", str(tmp_path / "her")])

    assert code == 1
    assert "The labels of these runs cannot be brought together" in capsys.readouterr().err


@pytest.mark.slow
def test_a_fusion_is_adapted_by_its_members_weights_too(hers, voices, toy_run, tmp_path, capsys):
    torch.manual_seed(1)
    recipe = call("toy:voice", {})
    noise = tmp_path / "noise"
    save(noise, recipe.build(), recipe=recipe, path="emofuse.recipes.toy:voice", arguments={}, seed=0)

    code = main(["calibrate", str(toy_run), str(noise), "--with", str(hers), "--out", str(tmp_path / "her")])

    assert code == 0
    assert "happiness 4, neutral 4, sadness 4" in capsys.readouterr().out
    answer = emofuse.analyze(voices / "dan-anger-1.wav", run=str(tmp_path / "her"))
    assert (answer.lane, answer.label) == ("fused", "happiness")
    assert {lane.lane: lane.label for lane in answer.members}["toy"] == "anger"
    assert [base["run"].rpartition("/")[2] for base in answer.facts["personal"]["rests_on"]] == ["run", "noise"]
    assert "adapted to one person from 16 clips; for that person only" in answer.notes


def test_text_and_eeg_of_a_row_are_read_with_its_recording(voices, tmp_path):
    rows = 50 * np.random.default_rng(0).normal(size=(512, 4))
    body = "\n".join(f"{k / 256:.6f},{','.join(f'{x:.3f}' for x in row)}" for k, row in enumerate(rows))
    (tmp_path / "a.csv").write_text(f"timestamps,TP9,AF7,AF8,TP10\n{body}\n")
    (tmp_path / "a.srt").write_text("1\n00:00:00,000 --> 00:00:01,000\nso\n")
    (tmp_path / "mine.csv").write_text(f"file,text,eeg,label\n{voices / 'cleo-anger-1.wav'},a.srt,a.csv,anger\n,,a.csv,anger\n")

    whole, alone = (module._clip(row, tmp_path / "mine.csv", {}) for row in module.read_clips(tmp_path / "mine.csv", EIGHT_TO_SEVEN))

    assert set(whole.sources) == {Modality.AUDIO, Modality.TEXT, Modality.EEG}
    assert set(alone.sources) == {Modality.EEG}
