"""A folder analysed: what is finished, what is done again, and that it is the same as one file after the other."""

import csv
import json
import os
import shutil
from dataclasses import replace

import pytest

from emofuse.analysis import analyze_files
from emofuse.cli import main
from emofuse.cluster.done import by
from emofuse.cluster.files import UNFINISHED, analyze_folder
from emofuse.cluster.journal import JOURNAL, TABLE
from emofuse.core.errors import MediaError, RunError

GOOD = ["cleo-anger", "cleo-sadness", "dan-anger"]


def exports(out):
    return {path.name: path.read_bytes() for path in out.iterdir() if path.name not in {JOURNAL, TABLE}}


def counted(done):
    """In turn, noting each file that is really done; Ctrl-C after as many as `done` says."""

    def spread(do, tasks):
        for task, outcome in by()(do, tasks):
            done.append(task.path.stem)
            yield task, outcome

    return spread


@pytest.fixture
def mine(folder, tmp_path):
    """Recordings that the test may change."""
    return shutil.copytree(folder, tmp_path / "mine")


def test_a_folder_gives_the_files_that_one_after_the_other_gives(folder, plain, asked):
    lines = list(analyze_folder([folder], asked))

    assert exports(asked.out) == plain
    assert [(line.state, line.what) for line in lines] == [
        ("failed" if path.stem == "broken" else "done", str(path)) for path in sorted(folder.iterdir())
    ]
    assert not (asked.out / UNFINISHED).exists()


def test_the_table_tells_of_every_file(folder, asked):
    list(analyze_folder([folder], asked))

    with (asked.out / TABLE).open(newline="", encoding="utf-8") as file:
        rows = {row["what"]: row for row in csv.DictReader(file)}

    assert set(rows) == {str(path) for path in folder.iterdir()}
    good, bad = rows[str(folder / "dan-anger.wav")], rows[str(folder / "broken.wav")]
    assert good["said"].startswith("anger")
    assert (good["state"], bad["state"]) == ("done", "failed")
    assert good["worker"].endswith(f":{os.getpid()}")
    assert "Expected" in bad["problem"]
    assert good["problem"] == ""


def test_what_is_finished_is_not_done_again_and_what_failed_is(folder, asked):
    done = []
    list(analyze_folder([folder], asked))
    before = exports(asked.out)

    lines = list(analyze_folder([folder], asked, spread=counted(done)))

    assert done == ["broken"]
    assert len(lines) == 4
    assert exports(asked.out) == before


def test_a_run_that_was_stopped_goes_on_where_it_stood(folder, plain, asked):
    done, later = [], []

    def stopped(do, tasks):
        for task, outcome in by()(do, tasks):
            if len(done) == 2:
                raise KeyboardInterrupt
            done.append(task.path.stem)
            yield task, outcome

    with pytest.raises(KeyboardInterrupt):
        list(analyze_folder([folder], asked, spread=stopped))
    assert (asked.out / TABLE).exists()

    list(analyze_folder([folder], asked, spread=counted(later)))

    assert set(done) | set(later) == {*GOOD, "broken"}
    assert set(done) & set(later) <= {"broken"}
    assert exports(asked.out) == plain


def test_a_recording_that_has_changed_is_done_again(mine, asked):
    done = []
    list(analyze_folder([mine], asked))
    shutil.copy(mine / "cleo-sadness.wav", mine / "dan-anger.wav")

    list(analyze_folder([mine], asked, spread=counted(done)))

    assert sorted(done) == ["broken", "dan-anger"]
    assert json.loads((asked.out / "dan-anger.json").read_text())["lanes"][0]["label"] == "sadness"


def test_a_recording_that_is_broken_now_leaves_no_answer_behind(mine, asked):
    list(analyze_folder([mine], asked))
    (mine / "dan-anger.wav").write_bytes(b"no sound any more")

    list(analyze_folder([mine], asked))

    assert {name.split(".")[0] for name in exports(asked.out)} == {"cleo-anger", "cleo-sadness"}


def test_a_name_that_becomes_another_leaves_no_export_under_the_old_one(mine, asked):
    list(analyze_folder([mine], asked))
    (mine / "more").mkdir()
    shutil.copy(mine / "cleo-sadness.wav", mine / "more" / "dan-anger.wav")

    list(analyze_folder([mine], asked))

    names = {name.removesuffix(".json") for name in exports(asked.out) if name.endswith(".json")}
    assert names == {"cleo-anger", "cleo-sadness", "mine_dan-anger.wav", "more_dan-anger.wav"}


def test_a_recording_of_another_folder_that_wrote_over_the_exports_is_noticed(mine, folder, plain, asked):
    shutil.copy(mine / "cleo-sadness.wav", mine / "dan-anger.wav")
    list(analyze_folder([folder], asked))
    list(analyze_folder([mine / "dan-anger.wav"], asked))
    assert exports(asked.out) != plain

    list(analyze_folder([folder], asked))

    assert exports(asked.out) == plain


@pytest.mark.parametrize(
    "other",
    [
        lambda asked: replace(asked, wanted=("json",)),
        lambda asked: replace(asked, explain=True),
    ],
)
def test_other_settings_do_everything_again(other, folder, asked):
    done = []
    list(analyze_folder([folder], asked))

    list(analyze_folder([folder], other(asked), spread=counted(done)))

    assert sorted(done) == sorted([*GOOD, "broken"])


def test_another_run_does_everything_again(folder, asked, toy_run, tmp_path):
    done = []
    list(analyze_folder([folder], asked))
    other = shutil.copytree(toy_run, tmp_path / "other")
    said = json.loads((other / "run.json").read_text())
    (other / "run.json").write_text(json.dumps({**said, "temperature": 2.0}))

    list(analyze_folder([folder], replace(asked, run=str(other)), spread=counted(done)))

    assert set(done) >= set(GOOD)


def test_a_run_that_was_only_moved_does_nothing_again(folder, asked, toy_run, tmp_path):
    done = []
    list(analyze_folder([folder], asked))

    list(analyze_folder([folder], replace(asked, run=str(shutil.copytree(toy_run, tmp_path / "moved"))), spread=counted(done)))

    assert done == ["broken"]


def test_an_export_that_is_gone_is_made_again(folder, asked, plain):
    done = []
    list(analyze_folder([folder], asked))
    (asked.out / "cleo-anger.vtt").unlink()

    list(analyze_folder([folder], asked, spread=counted(done)))

    assert sorted(done) == ["broken", "cleo-anger"]
    assert exports(asked.out) == plain


def test_no_such_run_is_told_before_anything_is_written(folder, asked):
    with pytest.raises(RunError, match="No run 'no such run'"):
        list(analyze_folder([folder], replace(asked, run="no such run")))

    assert not asked.out.exists()


def test_a_folder_without_recordings_has_its_line(folder, asked, tmp_path):
    (tmp_path / "empty").mkdir()

    first, *_ = analyze_folder([tmp_path / "empty", folder], asked)

    assert (first.state, first.what) == ("failed", str(tmp_path / "empty"))
    assert "No recordings" in first.problem


def test_progress_counts_what_is_finished_already(folder, asked):
    told = []
    list(analyze_folder([folder], asked))

    list(analyze_folder([folder], asked, progress=lambda done, total: told.append((done, total))))

    assert told == [(3, 4), (4, 4)]


def test_a_worker_that_does_not_see_the_folder_says_so(folder, asked):
    def elsewhere(do, tasks):
        asked.out.rename(asked.out.with_name("unmounted"))
        done = list(by()(do, tasks))
        asked.out.with_name("unmounted").rename(asked.out)
        yield from done

    lines = {line.what: line for line in analyze_folder([folder / "dan-anger.wav"], asked, spread=elsewhere)}

    assert "This worker does not see" in lines[str(folder / "dan-anger.wav")].problem


def test_nothing_named_says_so(asked):
    with pytest.raises(MediaError, match="No files named"):
        list(analyze_folder([], asked))


def test_the_command_prints_the_table_and_goes_on(folder, plain, toy_run, tmp_path, capsys):
    words = ["analyze", str(folder), "--out", str(tmp_path / "out"), "--run", str(toy_run), "--format", "json,vtt,csv_curves"]

    codes, said = [], []
    for _ in range(2):
        codes.append(main(words))
        said.append(capsys.readouterr())

    assert codes == [1, 1]
    assert exports(tmp_path / "out") == plain
    for (out, err), already in zip(said, ("", ", 3 of them before"), strict=True):
        rows = {line.split()[0]: line for line in out.splitlines() if line.startswith(str(folder))}
        assert len(rows) == 4
        assert " done " in rows[str(folder / "dan-anger.wav")]
        assert " failed " in rows[str(folder / "broken.wav")]
        assert out.splitlines()[-1] == f"3 of 4 analysed{already}; exports and {TABLE} are in {tmp_path / 'out'}"
        assert "broken.wav" in err
    journal = [json.loads(line)["what"] for line in (tmp_path / "out" / JOURNAL).read_text().splitlines()]
    assert sorted(journal) == sorted([*map(str, folder.iterdir()), str(folder / "broken.wav")])


def test_files_that_are_named_one_by_one_are_kept_no_journal_of(folder, toy_run, tmp_path):
    main(["analyze", str(folder / "dan-anger.wav"), "--out", str(tmp_path / "out"), "--run", str(toy_run), "--format", "json"])

    assert [path.name for path in (tmp_path / "out").iterdir()] == ["dan-anger.json"]


def test_exports_are_whole_or_not_there(folder, toy_run, asked, monkeypatch):
    import emofuse.exports.vtt

    def full(answer, path):
        raise MediaError(f"Could not write {path}: no space left there. Nothing half-made was kept; free some space.")

    monkeypatch.setattr(emofuse.exports.vtt, "save", full)

    lines = list(analyze_folder([folder / "dan-anger.wav"], asked))

    assert [line.state for line in lines] == ["failed"]
    assert exports(asked.out) == {}
    assert list(analyze_files([folder / "dan-anger.wav"], wanted=("vtt",), run=str(toy_run)))[0].problem is None
