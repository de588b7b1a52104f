"""Every row of every paper: it can be asked for, says where its figure stands, and asks for what exists."""

import re
import shlex
from collections import Counter

import pytest

from emofuse import catalog
from emofuse.cli import _parser
from emofuse.core.modality import Modality
from emofuse.evaluation.record import RESULTS
from emofuse.reproduce.base import METRICS, Measured, Row
from emofuse.reproduce.reproduce import papers, recorded, rows

ROWS = rows()
NAMES = [f"{row.paper}:{row.name}" for row in ROWS]


def test_every_paper_has_rows():
    assert {row.paper for row in ROWS} == set(papers())


def test_each_is_asked_for_by_a_name_of_its_own_that_can_be_typed():
    assert [name for name, times in Counter(NAMES).items() if times > 1] == []
    assert [row.name for row in ROWS if not re.fullmatch(r"[a-z0-9_+-]+", row.name)] == []


def test_none_takes_the_place_of_another_in_the_record():
    said = [tuple(one[field] for field in RESULTS.key) for row in ROWS for one in recorded([Measured(row)])]

    assert [key for key, times in Counter(said).items() if times > 1] == []


def test_the_record_takes_them_all():
    for number, one in enumerate(recorded(Measured(row) for row in ROWS), 1):
        RESULTS.check(one, number)


@pytest.mark.parametrize("row", ROWS, ids=NAMES)
def test_it_says_where_the_papers_figure_stands_and_what_is_judged(row: Row):
    assert re.search(r"table|figure|section|text|introduction|conclusion|abstract|report|not in the paper", row.claim.where, re.IGNORECASE)
    assert row.claim.metric in METRICS
    assert row.system
    assert row.protocol
    assert len(row.differs) < 300


@pytest.mark.parametrize("row", ROWS, ids=NAMES)
def test_each_of_its_ways_asks_for_corpora_that_exist_and_is_a_command_that_does(row: Row):

    for way in row.ways.values():
        assert way.says
        for asked in way.corpora:
            name, _, modality = asked.partition("/")
            assert name in catalog.names("corpora")
            assert not modality or Modality(modality)
        program, *words = shlex.split(way.command)
        assert program == "emofuse"
        assert _parser().parse_args(words)
