import argparse
import json
import shlex
from pathlib import Path

import pytest

from emofuse import catalog
from emofuse.cli import main
from emofuse.commands import fuse


@pytest.mark.parametrize("kind", ["fusions", "decisions"])
def test_ways_are_listed_with_what_they_are(kind, capsys):
    assert main(["fuse", f"--{kind}", "list"]) == 0

    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == list(catalog.names(kind))
    assert all(len(line.split()) > 4 for line in lines)


def test_without_folders_it_says_how_it_is_called(capsys):
    assert main(["fuse", "toy"]) == 2

    assert "Expected `emofuse fuse CORPUS --data DIR --out DIR`" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (["tuy"], "Unknown corpus 'tuy'"),
        (["toy", "--fusions", "erly"], "Unknown fusion 'erly'"),
        (["toy", "--modalities", "audio"], "there is nothing to fuse"),
        (["toy", "--modalities", "audio,eeg"], "with its eeg: there is no usual way .* Expected sound, .*; name others with --modalities"),
        (["toy", "--with", "epochs"], "cannot be read"),
        (["ravdess:nothing"], "Unknown bench"),
        (["os:getcwd"], "Unknown bench|lies outside"),
    ],
)
def test_what_cannot_be_fused_is_said(asked, said, tmp_path, capsys):
    import re

    assert main(["fuse", *asked, "--data", str(tmp_path), "--out", str(tmp_path / "out")]) == 1

    assert re.search(said, capsys.readouterr().err)
    assert not (tmp_path / "out").exists()


def test_the_command_on_a_page_can_be_pasted():
    typed = [
        "fuse", "mine.benches:pair", "--data", "some where/the data", "--out", "out", "--with", 'protocol="16-4-4"', "--allow", "mine",
        "--member", 'trees:file="my p.csv",modalities="video"', "--threads", "1", "--devices", "2", "--cluster", "auto", "--quick",
    ]  # fmt: skip
    parser = argparse.ArgumentParser()
    fuse.arguments(parser)
    options = parser.parse_args(typed[1:])

    said = shlex.split(fuse._typed(options))

    assert said[:2] == ["emofuse", "fuse"]
    assert parser.parse_args(said[2:]) == argparse.Namespace(**{**vars(options), "data": Path("the data")})
    assert fuse._typed(parser.parse_args(["toy", "--data", "d", "--out", "o"])) == "emofuse fuse toy --data d --out o"


@pytest.mark.slow
def test_a_corpus_without_a_bench_of_its_own_is_fused_by_every_way(tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("EMOFUSE_HOME", str(tmp_path / "home"))

    code = main(
        ["fuse", "toy", "--data", str(tmp_path), "--out", str(tmp_path / "out"), "--protocol", "grouped:k=3", "--quick", "--threads", "1"]
    )

    said = capsys.readouterr().out
    assert code == 0
    assert said.startswith("QUICK")
    results = json.loads((tmp_path / "out" / "bench.json").read_text())
    names = [line["name"] for line in results["lines"]]
    assert names == ["audio", "video", *catalog.names("fusions"), *catalog.names("decisions"), "any member right"]
    assert all(line["problem"] is None for line in results["lines"])
    assert "grouped:k=3" in results["made"]["command"]
