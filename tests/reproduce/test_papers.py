"""Every row of every paper goes into the record, and none takes another's place there."""

from collections import Counter

from emofuse.evaluation.record import RESULTS
from emofuse.reproduce.base import Measured
from emofuse.reproduce.reproduce import recorded, rows

SAID = list(recorded(Measured(row) for row in rows()))


def test_the_record_takes_them_all():
    for number, one in enumerate(SAID, 1):
        RESULTS.check(one, number)


def test_none_takes_the_place_of_another():
    keys = Counter(tuple(one[field] for field in RESULTS.key) for one in SAID)

    assert [key for key, times in keys.items() if times > 1] == []
