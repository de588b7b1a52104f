import json
import re

import pytest

from emofuse.cli import main
from emofuse.splitting import names, read


def test_a_corpus_is_divided_counted_and_written(tmp_path, capsys):
    out = tmp_path / "lists" / "split.json"

    code = main(["split", "toy", "--protocol", "grouped", "--with", "k=3", "--with", "seed=2", "--data", str(tmp_path), "--out", str(out)])

    said = capsys.readouterr().out
    assert code == 0
    assert "fold-3: 0 of 2 test people were also learnt from, apart by subject" in said
    assert str(out) in said
    found = read(out)
    assert (found.corpus, found.protocol, found.arguments) == ("toy", "grouped", {"k": 3, "seed": 2})
    assert sum(len(split.test) for split in found.splits) == 72


def test_without_a_place_nothing_is_written(tmp_path, capsys):
    assert main(["split", "toy", "--protocol", "leave-one-out", "--data", str(tmp_path)]) == 0

    assert "fold-6" in capsys.readouterr().out
    assert list(tmp_path.iterdir()) == []


def test_protocols_are_listed(capsys):
    assert main(["split", "--protocol", "list"]) == 0

    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == list(names())
    assert all("apart: " in line for line in lines)


@pytest.mark.parametrize(
    ("asked", "said", "code"),
    [
        (["toy", "--protocol", "gruped", "--data", "."], "Unknown protocol 'gruped'", 1),
        (["toy", "--protocol", "grouped", "--data", "."], "needs k", 1),
        (["toy", "--protocol", "grouped", "--with", "k=9", "--data", "."], "6 people cannot make 9 folds", 1),
        (["toy", "--protocol", "ravdess-six", "--data", "."], "There are no clips of 01, 02", 1),
        (["toy", "--protocol", "grouped", "--with", "k=3"], "Expected `emofuse split NAME", 2),
        (["tuy", "--protocol", "everything", "--data", "."], "Unknown corpus 'tuy'", 1),
    ],
)
def test_what_cannot_be_divided_is_said(asked, said, code, capsys):
    assert main(["split", *asked]) == code

    assert re.search(said, capsys.readouterr().err)


def test_the_lists_are_json_that_anybody_can_read(tmp_path):
    main(["split", "toy", "--protocol", "shuffled", "--data", str(tmp_path), "--out", str(tmp_path / "s.json")])

    said = json.loads((tmp_path / "s.json").read_text())

    assert said["format"] == "emofuse split 1"
    assert said["clips"]["ann-anger-1"] == {"subject": "ann", "label": "anger", "facts": {"take": "1", "sex": "female"}}
