"""Russian is complete, and what is read is what is written."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po
from django.conf import settings
from django.utils import translation

WEB = Path(__file__).resolve().parents[2] / "src" / "emofuse_web"
FOLDER = WEB / "locale" / "ru" / "LC_MESSAGES"
PLACE = re.compile(r"%\(\w+\)[sdg]|\{\w+\}")


def catalog(folder: Path = FOLDER):
    with (folder / "django.po").open("rb") as file:
        return {message.id: message for message in read_po(file, locale="ru") if message.id}


def first(id_):
    return id_ if isinstance(id_, str) else id_[0]


def plain(string):
    return string if isinstance(string, str) else list(string)


def test_every_text_has_its_russian():
    assert [message.id for message in catalog().values() if not message.string or (message.pluralizable and not all(message.string))] == []


def test_no_russian_text_lost_a_place():
    for message in catalog().values():
        ours = message.string[-1] if message.pluralizable else message.string
        theirs = message.id[-1] if message.pluralizable else message.id
        assert set(PLACE.findall(ours)) == set(PLACE.findall(theirs)), theirs


def test_what_is_read_is_what_is_written():
    with (FOLDER / "django.mo").open("rb") as file:
        read = {first(message.id): plain(message.string) for message in read_mo(file) if message.id}

    assert read == {first(id_): plain(message.string) for id_, message in catalog().items()}


@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("xgettext"), reason="gettext is not installed: texts cannot be collected anew")
def test_no_text_of_the_pages_is_missing_in_the_catalog(tmp_path):
    shutil.copytree(WEB, tmp_path / "emofuse_web", ignore=shutil.ignore_patterns("vendor", "__pycache__", "*.mo"))
    collect = (
        "import django; django.setup(); from django.core.management import call_command; "
        "call_command('makemessages', locale=['ru'], no_location=True, no_obsolete=True, verbosity=0)"
    )
    said = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    subprocess.run([sys.executable, "-c", collect], check=True, env=said, cwd=tmp_path / "emofuse_web")

    found = set(catalog(tmp_path / "emofuse_web" / "locale" / "ru" / "LC_MESSAGES"))

    assert sorted(map(str, found - set(catalog()))) == []
    assert sorted(map(str, set(catalog()) - found)) == []


def test_a_page_speaks_russian_to_whoever_asks_for_it(charlies):
    page = charlies.get("/accounts/login/", headers={"accept-language": "ru"}).content.decode()

    with translation.override("ru"):
        assert translation.gettext("Sign in") in page
    assert dict(settings.LANGUAGES).keys() == {"en", "ru"}
