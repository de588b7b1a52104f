"""S8: two hundred names that strangers might choose; none becomes a path, none a header."""

import base64
import itertools
import random
import re
import string
from urllib.parse import unquote
from uuid import UUID

import pytest
from django.http import HttpResponse

from emofuse_web.storage import storage
from emofuse_web.uploads.models import Upload
from emofuse_web.uploads.names import LONGEST, disposition, shown_name
from emofuse_web.uploads.spool import folder

TRAVERSALS = [
    f"{step * depth}{end}"
    for step, depth, end in itertools.product(("../", "..\\", "....//", "%2e%2e/", "/"), (1, 5), ("etc/passwd", "visit.mp4", "secret.key"))
]
CONTROLS = [f"vi{chr(code)}sit.mp4" for code in [*range(0x20), 0x7F, 0x85, 0xA0, 0xAD, 0x200B, 0x200D, 0x2028, 0x2029, 0xFEFF]]
TURNED = [
    f"visit{chr(code)}4pm.exe" for code in (0x202A, 0x202B, 0x202C, 0x202D, 0x202E, 0x2066, 0x2067, 0x2068, 0x2069, 0x200E, 0x200F, 0x061C)
]
HEADERS = [
    f"a{cut}{header}: x{cut}{cut}<script>"
    for cut, header in itertools.product(("\r\n", "\n", "\r", "%0d%0a", "\u010a", "\u560a"), ("Set-Cookie", "Location", "Content-Type"))
]
QUOTED = [
    'a"; filename="evil.exe',
    "a\\",
    'a\\"b',
    "a;b=c",
    "a'b''c",
    "UTF-8''x",
    "%41",
    "%",
    "a%00b",
    "=?utf-8?q?x?=",
    "<b>",
    "{{7*7}}",
    "${x}",
    "`id`",
    "$(id)",
    "|ls",
    "-rf",
    "--help",
    "~root",
    "*",
    "?",
]
EMOJI = [
    "😀.mp4",
    "👩‍👩‍👧.mp4",
    "🏳️‍🌈",
    "𝕍𝕚𝕤𝕚𝕥.mp4",
    "визит.mp4",
    "診察.mov",
    "a\u0301.mp4",
    "\u0301",
    "ﷺ" * 60,
    "\U0010ffff.mp4",
    "\ue000.wav",
    "\ud800.mp4",
]
LONG = ["x" * n for n in (199, 200, 201, 255, 256, 4_096)] + ["x" * 500 + ".mp4", "." * 500, "a." * 300, "é" * 300, "😀" * 300, " " * 300]
SYSTEM = [
    "",
    ".",
    "..",
    "...",
    " ",
    "/",
    "\\",
    "CON",
    "nul.mp4",
    "a.",
    "a ",
    "C:\\a.mp4",
    "\\\\host\\a",
    "file:///etc/passwd",
    "http://x/a.mp4",
    ".htaccess",
    "a/b/c",
    "a:b",
    "visit.mp4\x00.exe",
    "visit.mp4/",
]
_random = random.Random(8)
NOISE = ["".join(_random.choice(string.printable + "éяß漢😀\u202e\x00\x1b") for _ in range(_random.randint(1, 80))) for _ in range(40)]
NAMES = [*TRAVERSALS, *CONTROLS, *TURNED, *HEADERS, *QUOTED, *EMOJI, *LONG, *SYSTEM, *NOISE]


def test_there_are_enough_names():
    assert len(set(NAMES)) >= 200


@pytest.mark.parametrize("name", NAMES, ids=range(len(NAMES)))
def test_a_name_is_one_readable_line(name):
    shown = shown_name(name)

    assert 0 < len(shown) <= LONGEST and shown.isprintable() and not set(shown) & set("/\\")
    assert shown not in (".", "..") and shown_name(shown) == shown


@pytest.mark.parametrize("name", NAMES, ids=range(len(NAMES)))
def test_a_name_is_one_header_and_no_more(name):
    header = disposition(name)
    response = HttpResponse(headers={"Content-Disposition": header})

    found = re.fullmatch(r"attachment; filename=\"([^\"\\]*)\"; filename\*=UTF-8''([A-Za-z0-9%._~-]+)", header)
    assert found and header.isascii() and header.isprintable()
    assert unquote(found[2]) == shown_name(name)
    assert response.serialize_headers().split(b"\r\n") == [
        b"Content-Disposition: " + header.encode(),
        b"Content-Type: text/html; charset=utf-8",
    ]


@pytest.mark.slow
def test_no_name_becomes_a_path(alice, alices, settings):
    settings.QUOTA_FILES = 1_000
    before = {place for place in folder().parent.parent.rglob("*") if place.is_file()}
    for name in NAMES:
        said = base64.b64encode(name.encode("utf-8", "surrogatepass")).decode()
        headers = {"Tus-Resumable": "1.0.0", "Upload-Length": "3", "Upload-Metadata": f"role dmlkZW8=,filename {said}"}
        answer = alices.post("/uploads/", b"abc", content_type="application/offset+octet-stream", headers=headers)
        assert answer.status_code == 201, name

    made = {place for place in folder().parent.parent.rglob("*") if place.is_file()} - before
    assert len(made) == len(NAMES) == Upload.objects.count()
    assert {place.parent for place in made} == {folder()}
    assert {UUID(place.name) for place in made} == set(Upload.objects.values_list("id", flat=True))
    assert all(storage().size(f"uploads/{id_}") == 3 for id_ in Upload.objects.values_list("id", flat=True))


def test_the_ending_of_a_long_name_is_kept():
    assert shown_name("x" * 500 + ".mp4").endswith("x.mp4")
