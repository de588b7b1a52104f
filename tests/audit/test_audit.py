"""All questions together: what is shown, what is counted, what is never swallowed; and the command."""

import csv
import json
import re
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from emofuse import catalog, cli
from emofuse.audit import audit as module
from emofuse.audit.audit import audit, digest, questions
from emofuse.audit.base import Evidence, Finding, Grade, NotLooked
from emofuse.core.clip import Clip
from emofuse.core.errors import UnknownName
from emofuse.core.split import Split

ROOT = Path(__file__).resolve().parents[2]
TRAPS = [f"T{i}" for i in range(1, 21)]


def asking(*findings, traps=("T1",), raises=None):
    def look(evidence):
        if raises is not None:
            raise raises
        return list(findings)

    return SimpleNamespace(ASKS="Is it so?", TRAPS=traps, look=look)


def finding(grade, trap="T1"):
    return Finding(trap, grade, f"something {grade}", "It says so.", "Mend it.", 4, (("a", "b"), ("c", "d"), ("e", "f"), ("g", "h")))


@pytest.fixture
def evidence():
    clips = tuple(Clip(f"{i}", "ann", ("calm", "anger")[i % 2], {}) for i in range(3))
    return Evidence("made up", clips, (Split("only", clips[:2], (), clips[2:]),))


@pytest.mark.parametrize("name", questions())
def test_every_question_asks_of_known_traps_and_needs_evidence(name):
    question = questions()[name]

    assert question.ASKS.endswith(("?", "tell?"))
    assert set(question.TRAPS) <= set(TRAPS)
    assert question.TRAPS
    assert question.__doc__
    with pytest.raises(NotLooked) as need:
        question.look(Evidence("nothing"))
    assert str(need.value)


def test_every_trap_is_asked_about():
    assert sorted({trap for question in questions().values() for trap in question.TRAPS}, key=lambda t: int(t[1:])) == TRAPS


def test_every_question_and_every_trap_is_in_the_document():
    text = (ROOT / "docs" / "traps.md").read_text(encoding="utf-8")
    told = dict(re.findall(r"^## (T\d+)\b.*\n\n(.*)", text, re.MULTILINE))

    assert list(told) == TRAPS
    for trap, paragraph in told.items():
        names = {name for name, question in questions().items() if trap in question.TRAPS}
        assert names <= set(re.findall(r"`(\w+)`", paragraph)), f"{trap} does not name all its questions"


def test_what_is_said_is_documented():
    text = (ROOT / "docs" / "traps.md").read_text(encoding="utf-8")
    sources = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "src" / "emofuse" / "audit").glob("*.py"))
    asked = set(re.findall(r'says(?:\.get\(|\[)"(\w+)"', sources))

    assert sorted(name for name in asked if f"`{name}`" not in text) == []


def test_helpers_of_the_folder_are_no_questions():
    assert {"base", "audit", "evidence", "lists", "names"} & set(questions()) == set()
    assert set(questions()) <= set(catalog.names("audit"))


def test_the_worst_comes_first_and_decides(evidence, monkeypatch):
    grades = {"a": (Grade.FINE, "T2"), "b": (Grade.INFLATED, "T9"), "c": (Grade.BROKEN, "T12")}
    monkeypatch.setattr(module, "questions", lambda: {n: asking(finding(*grade)) for n, grade in grades.items()} | {"d": asking()})

    told = audit(evidence)

    assert [f.grade for f in told.findings] == [Grade.BROKEN, Grade.INFLATED, Grade.FINE]
    assert told.verdict == Grade.BROKEN
    assert [asked.name for asked in told.fine] == ["d"]


def test_a_note_alone_leaves_the_verdict_fine(evidence, monkeypatch):
    monkeypatch.setattr(module, "questions", lambda: {"a": asking(finding(Grade.FINE))})

    assert audit(evidence).verdict == Grade.FINE


def test_what_could_not_be_looked_at_is_said_and_never_fine(evidence, monkeypatch):
    monkeypatch.setattr(module, "questions", lambda: {"a": asking(raises=NotLooked("a thing nobody has"))})

    told = audit(evidence)

    assert told.fine == ()
    assert [(asked.name, asked.why) for asked in told.unanswered] == [("a", "a thing nobody has")]
    assert "1 of 1 question could not be answered" in told.text()
    assert "a thing nobody has" in told.text()
    assert "Not looked at" in told.certificate()


def test_an_error_inside_a_question_is_said_and_the_others_are_asked(evidence, monkeypatch, caplog):
    monkeypatch.setattr(module, "questions", lambda: {"a": asking(raises=KeyError("oops")), "b": asking(finding(Grade.INFLATED))})

    told = audit(evidence)

    assert [(asked.name, asked.why) for asked in told.unanswered] == [("a", "an error inside: KeyError: 'oops'")]
    assert len(told.findings) == 1
    assert "could not be answered" in caplog.text


def test_questions_that_are_left_out_are_said_to_be(evidence):
    told = audit(evidence, only=["people"])

    assert {asked.name for asked in (*told.fine, *told.unanswered)} == set(questions()) - {"people"} or told.findings
    assert all("left out" in str(asked.why) for asked in told.unanswered if asked.name != "people")
    with pytest.raises(UnknownName, match="Known: people"):
        audit(evidence, only=["peopel"])


def test_progress_runs_to_the_end(evidence):
    seen = []

    audit(evidence, lambda done, total: seen.append((done, total)))

    assert seen == sorted(seen)
    assert seen[-1][0] == seen[-1][1] == 1_000 * len(questions())


def test_the_table_names_rows_and_remedy(evidence, monkeypatch):
    monkeypatch.setattr(module, "questions", lambda: {"a": asking(finding(Grade.INFLATED))})

    text = audit(evidence).text()

    assert "INFLATED  T1   something inflated" in text
    assert "a = b; c = d; e = f and 1 more" in text
    assert "remedy: Mend it." in text


def test_json_holds_everything(evidence):
    told = audit(evidence)

    said = json.loads(json.dumps(told.as_dict()))

    assert said["verdict"] == "inflated"
    assert len(said["fine"]) + len(said["not_looked"]) + len({f["trap"] for f in said["findings"]}) == len(questions())
    assert said["findings"][0]["rows"] == [["2", "0"]]


def test_the_certificate_says_what_it_rests_on(evidence):
    told = audit(evidence)

    text = told.certificate("2026-11-21")

    assert re.match(r"\*\*Audit: inflated; \d+ of \d+ questions could not be answered\*\* \(2026-11-21\)", text)
    assert told.digest[:16] in text
    assert "| inflated | T1 | people in train and test" in text
    assert "Looked at, and nothing found:" in text


def test_the_heading_and_the_sentence_say_how_much_was_not_looked_at(evidence, monkeypatch):
    open_ = {name: asking(raises=NotLooked("a thing nobody has")) for name in "abc"}
    monkeypatch.setattr(module, "questions", lambda: open_ | {"d": asking()})

    told = audit(evidence)

    assert told.sentence == "fine: nothing was found; 3 of 4 questions could not be answered"
    assert told.as_dict()["sentence"] == told.sentence
    assert told.certificate().splitlines()[0] == "**Audit: fine in what could be looked at; 3 of 4 questions could not be answered**"


def test_the_heading_is_short_where_everything_was_looked_at(evidence, monkeypatch):
    monkeypatch.setattr(module, "questions", lambda: {"a": asking()})

    assert audit(evidence).certificate().splitlines()[0] == "**Audit: fine**"


def test_the_digest_changes_with_every_kind_of_evidence(evidence):
    from dataclasses import replace

    clips = evidence.clips
    others = [
        replace(evidence, clips=(replace(clips[0], label="fear"), *clips[1:])),
        replace(evidence, splits=(Split("only", clips[:1], (), clips[1:]),)),
        replace(evidence, features=np.zeros((3, 2))),
        replace(evidence, scores=np.ones((3, 2))),
    ]

    assert len({digest(other) for other in (evidence, *others)}) == 5
    assert digest(evidence) == digest(replace(evidence, name="another name"))


def plain(folder, train, test):
    path = folder / "split.json"
    path.write_text(json.dumps({"train": train, "test": test}))
    return str(path)


LEAKING = (["03-01-05-02-01-02-24.wav"], ["03-01-01-01-01-02-24.wav"])


def test_the_command_prints_the_table_and_fails_on_a_leak(tmp_path, capsys):
    code = cli.main(["audit", plain(tmp_path, *LEAKING), "--ask", "people"])

    assert code == 1
    assert "INFLATED  T1" in capsys.readouterr().out


def test_the_command_prints_only_the_question_that_is_asked(tmp_path, capsys):
    cli.main(["audit", plain(tmp_path, *LEAKING), "--ask", "people"])

    printed = capsys.readouterr().out
    assert f"{len(questions()) - 1} of {len(questions())} questions were left out" in printed.splitlines()[1]
    assert "could not be" not in printed
    assert "it was left out" not in printed
    assert questions()["texts"].ASKS not in printed


def test_the_command_is_content_with_people_apart(tmp_path, capsys):
    path = plain(tmp_path, ["03-01-05-02-01-02-24.wav", "03-01-01-01-01-02-24.wav"], ["03-01-01-01-01-02-11.wav"])

    assert cli.main(["audit", path]) == 0
    assert capsys.readouterr().out.splitlines()[1].startswith("fine: nothing was found;")


def test_the_command_prints_json_and_writes_all_forms(tmp_path, capsys):
    cli.main(["audit", plain(tmp_path, *LEAKING), "--json", "--out", str(tmp_path / "out"), "--says", 'chosen_on="test"'])

    printed = json.loads(capsys.readouterr().out)
    assert printed == json.loads((tmp_path / "out" / "audit.json").read_text())
    assert {f["trap"] for f in printed["findings"]} >= {"T1", "T5"}
    assert (tmp_path / "out" / "certificate.md").read_text().startswith("**Audit: inflated; ")
    assert "INFLATED" in (tmp_path / "out" / "audit.txt").read_text()


def test_the_command_takes_columns_facts_and_blocks_of_a_table(tmp_path, capsys):
    path = tmp_path / "features.csv"
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["who", "game", "window", "x1", "x2"])
        writer.writerows([[i // 4, "g", i % 4, i, i * i] for i in range(16)])
    options = [
        "--subject",
        "who",
        "--label",
        "game",
        "--fact",
        "place=window",
        "--block",
        "eeg=x1,x2",
        "--protocol",
        "shuffled",
        "--with",
        "seed=1",
    ]

    code = cli.main(["audit", str(path), *options, "--json"])

    said = json.loads(capsys.readouterr().out)
    assert code == 1
    assert "T1" in {f["trap"] for f in said["findings"]}
    assert said["rows"] == 16


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["nothing"], "nothing to look at"),
        (["toy", "--data", ".", "--fact", "place"], "there is no ="),
        (["toy", "--data", ".", "--says", "x"], "--says x"),
    ],
)
def test_the_command_explains_what_it_cannot_do(options, says, capsys):
    assert cli.main(["audit", *options]) == 1
    assert says in capsys.readouterr().err


def test_the_command_says_what_its_exit_code_means(capsys):
    with pytest.raises(SystemExit):
        cli.main(["audit", "--help"])

    assert "1 when figures are inflated or broken" in " ".join(capsys.readouterr().out.split())
