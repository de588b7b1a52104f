"""The commands, called as the shell calls them: what they print, and how they end."""

import json
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile

import emofuse.analysis
import emofuse.experiment
from emofuse import __version__, catalog
from emofuse.analysis import PICTURES, REASONS, formats
from emofuse.cli import INTERRUPTED, brings, main
from emofuse.commands import pairs
from emofuse.core.errors import UnknownName
from emofuse.core.modality import Modality
from emofuse.features.cache import usual
from emofuse.run import shipped

SRC = Path(__file__).resolve().parents[1] / "src"


@pytest.fixture(scope="module")
def sound(tmp_path_factory, toy):
    path = tmp_path_factory.mktemp("sound") / "angry.wav"
    spoken = [clip.signal(Modality.AUDIO).values for clip in toy if clip.subject == "cleo" and clip.label == "anger"]
    soundfile.write(path, np.concatenate(spoken), 16_000)
    return path


@pytest.fixture
def analyze(toy_run, capsys):
    """``emofuse analyze ... --run`` with the toy run: exit code, output, errors."""

    def command(*words):
        code = main(["analyze", *map(str, words), "--run", str(toy_run)])
        return (code, *capsys.readouterr())

    return command


def test_spans_are_printed_where_there_is_no_folder_for_them(analyze, sound):
    code, out, err = analyze(sound)

    assert (code, err) == (0, "")
    assert out.splitlines()[0].startswith("00:00.0–00:04.5 anger ")
    assert re.fullmatch(rf"{re.escape(str(sound))}  anger[?]? [01][.]\d\d +pooled over time, 4[.]5 s, 1 span", out.splitlines()[-1])


def test_everything_but_pictures_is_written_by_default(analyze, sound, tmp_path):
    code, out, _ = analyze(sound, "--out", tmp_path)

    assert code == 0
    endings = {catalog.module("exports", name).SUFFIX for name in formats() if name not in (*PICTURES, *REASONS)}
    assert {path.name for path in tmp_path.iterdir()} == {f"angry{ending}" for ending in endings}
    assert out.endswith(f"1 of 1 analysed; exports are in {tmp_path}\n")


def test_formats_are_named_with_commas_or_one_by_one_and_pictures_on_demand(analyze, sound, tmp_path):
    analyze(sound, "--out", tmp_path, "--format", "json,srt", "--format", "vtt", "--plot")

    assert {path.suffix for path in tmp_path.iterdir()} == {".json", ".srt", ".vtt", ".png", ".svg"}


def test_a_file_that_fails_says_why_the_others_are_done_and_the_code_is_one(analyze, sound, tmp_path):
    code, out, err = analyze(tmp_path / "gone.mp4", sound, "--out", tmp_path / "out", "--format", "json")

    assert code == 1
    assert err.startswith(f"There is no file {tmp_path / 'gone.mp4'}")
    assert "Traceback" not in err
    assert [line.split()[0] for line in out.splitlines()[:2]] == [str(tmp_path / "gone.mp4"), str(sound)]
    assert out.splitlines()[2] == f"1 of 2 analysed; exports are in {tmp_path / 'out'}"
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["angry.json"]


@pytest.mark.parametrize("words", [["--format", "list"], ["clip.mp4", "--format", "list"]])
def test_formats_are_listed(words, capsys):
    code = main(["analyze", *words])

    assert code == 0
    assert capsys.readouterr().out.split() == list(formats())


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["frobnicate"],
        ["analyze", "a.wav", "--frob"],
        ["train", "toy:voice"],
        ["evaluate", "voice", "--out", "x"],
        ["analyze", "--format"],
    ],
)
def test_a_command_line_that_makes_no_sense_ends_with_two(words, capsys):
    with pytest.raises(SystemExit) as end:
        main(words)

    assert end.value.code == 2
    assert "usage: emofuse" in capsys.readouterr().err


@pytest.mark.parametrize("words", [["analyze"], ["analyze", "a.wav", "--plot"], ["analyze", "a.wav", "--format", "json"]])
def test_what_is_missing_is_named_and_the_code_is_two(words, capsys):
    code = main(words)

    assert code == 2
    assert "Expected" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["analyze", "a.wav", "--out", "out", "--format", "docx"], "Unknown export 'docx'. Known: "),
        (["models", "voise"], "No run 'voise'"),
        (["train", "toy:voise", "--data", ".", "--out", "out"], "Unknown recipe 'voise'"),
        (["train", "toy:voice", "--data", ".", "--out", "out", "--with", "heads=4"], "takes no 'heads'. It takes: epochs"),
        (["train", "toy:voice", "--data", ".", "--out", "out", "--with", "epochs"], "--with epochs cannot be read"),
        (["train", "ravdess:voice", "--data", ".", "--out", "out"], "No ravdess clips under ravdess. Expected a folder like"),
        (["train", "os.path:join", "--data", ".", "--out", "out"], "lies outside emofuse.recipes"),
        (["evaluate", "voise", "--data", ".", "--out", "out"], "No run 'voise'"),
    ],
)
def test_a_users_mistake_is_one_message_and_ends_with_one(words, said, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    code = main(words)

    assert code == 1
    assert said in capsys.readouterr().err
    assert list(tmp_path.rglob("*.json")) == []


@pytest.mark.parametrize(
    ("texts", "settings"),
    [
        ([], {}),
        (["heads=4"], {"heads": 4}),
        (['fusion="early"', "epochs=10"], {"fusion": "early", "epochs": 10}),
        (["widths=[8, 16]", "rate=1e-3", "flip=true", "teacher=null"], {"widths": [8, 16], "rate": 0.001, "flip": True, "teacher": None}),
        (['text="a=b"'], {"text": "a=b"}),
        (["heads=4", "heads=8"], {"heads": 8}),
    ],
)
def test_settings_are_names_with_json(texts, settings):
    assert pairs(texts) == settings


@pytest.mark.parametrize("pair", ["heads", "fusion=early", "heads=", "=4x"])
def test_a_setting_that_is_no_json_says_what_is_expected(pair):
    with pytest.raises(UnknownName, match=r"cannot be read: .*Expected NAME=JSON, such as epochs=10; mend it"):
        pairs([pair])


def test_ctrl_c_ends_with_130_and_without_a_trace(monkeypatch, capsys):
    def stopped(*args, **options):
        raise KeyboardInterrupt

    monkeypatch.setattr(emofuse.analysis, "analyze_files", stopped)

    assert main(["analyze", "a.wav"]) == INTERRUPTED == 130
    assert capsys.readouterr().err == "Stopped. Whatever was finished is kept; nothing is half-written.\n"


def test_training_passes_on_what_was_asked_for(monkeypatch, capsys, tmp_path):
    asked = {}

    def train(path, arguments, **places):
        asked.update(path=path, arguments=arguments, **places)

    monkeypatch.setattr(emofuse.experiment, "train", train)

    code = main(
        ["train", "mine:face", "--data", "d", "--out", "o", "--with", "epochs=2", "--with", "width=8", "--seed", "5", "--allow", "mine"]
    )

    assert code == 0
    assert asked.pop("cache").folder == usual()
    assert asked.pop("bar")("features")(0, 0) is None
    assert asked == {
        "path": "mine:face",
        "arguments": {"epochs": 2, "width": 8},
        "data": Path("d"),
        "out": Path("o"),
        "seed": 5,
        "allowed": ("emofuse.recipes", "mine"),
        "split": None,
        "skip_unreadable": False,
    }
    assert capsys.readouterr().out == "Nothing was judged; the run is in o\n"


@pytest.mark.parametrize(("option", "folder"), [(["--no-cache"], None), (["--cache", "kept"], Path("kept"))])
def test_training_passes_on_lists_and_where_features_are_kept(monkeypatch, option, folder):
    asked = {}
    monkeypatch.setattr(emofuse.experiment, "train", lambda path, arguments, **also: asked.update(also))

    assert main(["train", "mine:face", "--data", "d", "--out", "o", "--split", "s.json", "--skip-unreadable", *option]) == 0

    assert (asked["split"], asked["skip_unreadable"]) == (Path("s.json"), True)
    assert (asked["cache"] and asked["cache"].folder) == folder


def test_evaluating_a_run_writes_its_report(toy_run, tmp_path, capsys):
    code = main(["evaluate", str(toy_run), "--data", str(tmp_path), "--out", str(tmp_path / "judged")])

    report = json.loads((tmp_path / "judged" / "report.json").read_text())
    out = capsys.readouterr().out
    assert code == 0
    assert report["n"] == 24
    for name in ("accuracy", "uar", "weighted_f1", "ece", "majority"):
        assert report[name]["interval"][0] <= report[name]["value"] <= report[name]["interval"][1]
    assert f"accuracy     {report['accuracy']['value']:.3f}" in out
    assert out.endswith(f"report.json is in {tmp_path / 'judged'}\n")


def test_corpora_are_listed_with_their_licence(capsys):
    assert main(["corpora"]) == 0

    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == list(catalog.names("corpora"))
    assert all(catalog.corpus(line.split()[0]).license in line for line in lines)


def test_models_are_those_that_ship(capsys):
    assert main(["models"]) == 0

    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == list(shipped())


def test_a_models_card_is_printed_or_its_facts(toy_run, capsys):
    assert main(["models", str(toy_run)]) == 0

    assert capsys.readouterr().out.startswith("# toy\n")


def test_the_version_is_told(capsys):
    with pytest.raises(SystemExit) as end:
        main(["--version"])

    assert end.value.code == 0
    assert capsys.readouterr().out == f"emofuse {__version__}\n"


def test_a_reader_that_goes_away_is_no_error_to_report():
    """``emofuse corpora | head -0``."""
    command = f"{sys.executable} -m emofuse corpora"
    with subprocess.Popen(command.split(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=SRC) as running:
        assert running.stdout is not None
        running.stdout.close()
        assert running.stderr is not None
        err = running.stderr.read()

    assert err == b""


@pytest.mark.parametrize(
    ("module", "extra"),
    [
        ("lightning.fabric", "train"),
        ("sklearn", "train"),
        ("ray", "cluster"),
        ("mne", "eeg"),
        ("transformers", "pretrained"),
        ("pytest", None),
    ],
)
def test_a_module_is_known_by_the_extra_that_brings_it(module, extra):
    assert brings(module) == extra


def test_what_is_not_installed_is_named_with_the_extra_that_brings_it(monkeypatch, capsys):
    def asks(options):
        raise ModuleNotFoundError("No module named 'lightning'", name="lightning")

    monkeypatch.setattr("emofuse.commands.models.run", asks)

    assert main(["models"]) == 1
    assert "lightning is not installed" in (said := capsys.readouterr().err)
    assert "pip install 'emofuse[train]'" in said


def test_a_module_that_no_extra_brings_is_a_fault_of_ours(monkeypatch):
    def asks(options):
        raise ModuleNotFoundError("No module named 'emofuse.nothing'", name="emofuse.nothing")

    monkeypatch.setattr("emofuse.commands.models.run", asks)

    with pytest.raises(ModuleNotFoundError):
        main(["models"])


def test_the_help_speaks_of_all_that_is_read(capsys):
    with pytest.raises(SystemExit):
        main(["--help"])

    said = " ".join(capsys.readouterr().out.split())
    assert "from voice, face and text" in said
    assert "EEG, as a demonstration" in said
    assert "Videos, sound, transcripts and EEG to emotion timelines" in said
