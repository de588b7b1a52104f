import re
from pathlib import Path

import pytest
from django.urls import reverse
from django.utils import translation

from emofuse_web.problems import CODES, anchor, problem, shown

PAGE = Path(__file__).parents[2] / "docs" / "errors.md"
SECTION = re.compile(r"^### (\w+)\n\n\*\*(.+?)\.\*\* (.+?) \*\((\d+)\)\*\n\n(.+?)\n", re.MULTILINE)


def test_the_page_and_the_catalogue_say_the_same() -> None:
    written = {code: (title, fix, int(status)) for code, title, fix, status, _ in SECTION.findall(PAGE.read_text(encoding="utf-8"))}

    assert written == {code: (one.title, one.fix, one.status) for code, one in CODES.items()}
    assert len(written) >= 25


def test_every_problem_says_what_happened_and_how_to_put_it_right() -> None:
    for code, one in CODES.items():
        assert re.fullmatch(r"[A-Z]+(_[A-Z]+)*", code)
        assert one.title and not one.title.endswith(".") and one.fix.endswith(".")
        assert 400 <= one.status < 600
        assert one.ours == (one.status >= 500 and code != "MODEL_MISSING")
        assert anchor(code) == f"{reverse('analyses:problems')}#{code.lower()}"


def test_a_problem_carries_the_catalogues_fix_unless_more_is_known() -> None:
    assert problem("RATE")["fix"] == CODES["RATE"].fix
    assert problem("RATE", "60 in a minute", "Wait a minute.") | {"ours": False} == {
        "code": "RATE", "title": "Too many requests", "detail": "60 in a minute", "fix": "Wait a minute.", "ours": False,
    }  # fmt: skip
    with pytest.raises(KeyError):
        problem("NO_SUCH_THING")


def test_a_problem_is_shown_with_all_it_carries() -> None:
    with translation.override("en"):  # whatever language an earlier test's page spoke
        assert shown(problem("MEDIA_EMPTY", "0 bytes")) == problem("MEDIA_EMPTY", "0 bytes")
