import csv

import pytest

from emofuse.cluster.journal import COLUMNS, DONE, FAILED, JOURNAL, SHOWN, TABLE, Journal, Line, printed
from emofuse.core.errors import MediaError, RunError

GOOD = Line("a.wav", DONE, 1.25, "here:7", "anger 0.81", facts={"name": "a", "notes": ("one",)})
BAD = Line("b.wav", FAILED, 0.5, "there:8", problem="b.wav holds no sound.\nExpected a voice; give another.")


def test_what_was_noted_is_read_again(tmp_path):
    first = Journal(tmp_path)
    first.add(GOOD)
    first.add(BAD)
    first.close()

    lines = Journal(tmp_path).lines

    assert (lines["a.wav"].said, lines["a.wav"].facts["name"], lines["a.wav"].notes) == ("anger 0.81", "a", ("one",))
    assert lines["b.wav"] == BAD


def test_the_last_line_about_a_thing_counts(tmp_path):
    journal = Journal(tmp_path)
    journal.add(Line("a.wav", FAILED, 0.1, "here:7", problem="no"))
    journal.add(GOOD)
    journal.close()

    assert Journal(tmp_path).lines["a.wav"].state == DONE


def test_a_line_that_a_killed_run_left_half_written_is_passed_over(tmp_path):
    journal = Journal(tmp_path)
    journal.add(GOOD)
    journal.close()
    with (tmp_path / JOURNAL).open("a") as file:
        file.write('{"what": "b.wav", "sta')

    again = Journal(tmp_path)
    again.add(BAD)
    again.close()

    assert set(Journal(tmp_path).lines) == {"a.wav", "b.wav"}


def test_the_table_has_a_row_each_in_the_order_that_is_asked_for(tmp_path):
    journal = Journal(tmp_path)
    journal.add(GOOD)
    journal.add(BAD)
    journal.close(["b.wav", "never seen.wav", "a.wav"])

    with (tmp_path / TABLE).open(newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file))

    assert rows == [
        list(COLUMNS),
        ["b.wav", "failed", "", "0.50", "there:8", BAD.problem],
        ["a.wav", "done", "anger 0.81", "1.25", "here:7", ""],
    ]


def test_nothing_is_written_before_there_is_something_to_write(tmp_path):
    Journal(tmp_path / "out").close()

    assert not (tmp_path / "out").exists()


def test_two_runs_do_not_write_to_one_folder(tmp_path):
    pytest.importorskip("fcntl")
    first, second = Journal(tmp_path), Journal(tmp_path)
    first.add(GOOD)

    with pytest.raises(RunError, match="Another run writes to .*Expected one at a time; wait for it, or choose another --out"):
        second.add(BAD)
    first.close()
    second.add(BAD)
    second.close()


def test_a_journal_that_cannot_be_read_says_so(tmp_path):
    (tmp_path / JOURNAL).mkdir()

    with pytest.raises(MediaError, match="cannot be written: .*choose another --out"):
        Journal(tmp_path).add(GOOD)


def test_few_lines_are_printed_all_and_of_many_those_that_failed():
    many = [Line(f"{i}.wav", DONE, 1.0, "here:7") for i in range(SHOWN)]

    assert printed([GOOD, BAD]).splitlines() == [
        "a.wav  done    anger 0.81       1.2 s  here:7",
        "b.wav  failed                   0.5 s  there:8",
        "       b.wav holds no sound.",
        "       Expected a voice; give another.",
        "1 done, 1 failed",
    ]
    assert printed([*many, BAD]).splitlines() == [
        "b.wav  failed         0.5 s  there:8",
        "       b.wav holds no sound.",
        "       Expected a voice; give another.",
        f"{SHOWN} done, 1 failed",
    ]
