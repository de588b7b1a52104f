import asyncio
import hashlib

import pytest
from django.http import Http404
from django.test import RequestFactory

from emofuse import catalog
from emofuse.media.files import ANNOTATED
from emofuse_web.analyses.delivery import ENDINGS, artifact_name, deliver, deliver_artifact
from emofuse_web.recognition.made import EXPORTS, KINDS
from emofuse_web.storage import storage

FILM = bytes(range(256)) * 400  # 102,400 bytes: more than one piece
SIZE = len(FILM)
DIGEST = hashlib.sha256(FILM).hexdigest()
ETAG = f'"{DIGEST}"'


@pytest.fixture
def film(tmp_path) -> str:
    file = tmp_path / "film"
    file.write_bytes(FILM)
    storage().put("artifacts/film", file)
    return "artifacts/film"


ANSWERS = []


@pytest.fixture(autouse=True)
def _closed():
    """As a server does when it has sent them."""
    yield
    while ANSWERS:
        close(ANSWERS.pop())


def close(answer) -> None:
    for closer in answer._resource_closers:  # its own close also ends connections to the database, of which there are none here
        closer()


def got(key: str, *, method: str = "get", inline: bool = True, digest: str = DIGEST, name: str = "visit 12.mp4", **headers: str):
    request = getattr(RequestFactory(), method)("/artifacts/x/", headers={key.replace("_", "-"): value for key, value in headers.items()})
    ANSWERS.append(deliver(request, key, media_type="video/mp4", name=name, inline=inline, digest=digest))
    return ANSWERS[-1]


def body(response) -> bytes:
    return b"".join(response.streaming_content) if response.streaming else response.content


WHOLE = (200, 0, SIZE)
RANGES = {
    "bytes=0-0": (206, 0, 1),
    "bytes=0-1": (206, 0, 2),
    "bytes=0-99": (206, 0, 100),
    "bytes=1-1": (206, 1, 2),
    "bytes=100-199": (206, 100, 200),
    "bytes=65535-65536": (206, 65_535, 65_537),
    "bytes=65536-65536": (206, 65_536, 65_537),
    "bytes=0-": (206, 0, SIZE),
    "bytes=1-": (206, 1, SIZE),
    "bytes=102399-": (206, SIZE - 1, SIZE),
    "bytes=102399-102399": (206, SIZE - 1, SIZE),
    "bytes=102398-102400": (206, SIZE - 2, SIZE),
    "bytes=0-102399": (206, 0, SIZE),
    "bytes=0-102400": (206, 0, SIZE),
    "bytes=0-99999999999999999999999999": (206, 0, SIZE),
    "bytes=-1": (206, SIZE - 1, SIZE),
    "bytes=-100": (206, SIZE - 100, SIZE),
    "bytes=-102400": (206, 0, SIZE),
    "bytes=-102401": (206, 0, SIZE),
    "bytes=-99999999999999999999999999": (206, 0, SIZE),
    "bytes=000010-000019": (206, 10, 20),
    "Bytes=5-9": (206, 5, 10),
    " bytes=5-9 ": (206, 5, 10),
    "bytes=5-9,": (206, 5, 10),
    "bytes=, 5-9": (206, 5, 10),
    "bytes=102400-": (416, 0, 0),
    "bytes=102400-102500": (416, 0, 0),
    "bytes=99999999999999999999999999-": (416, 0, 0),
    "bytes=-0": (416, 0, 0),
    "bytes=-000": (416, 0, 0),
    "bytes=9-5": WHOLE,
    "bytes=0-1,4-5": WHOLE,
    "bytes=0-0,-1": WHOLE,
    "bytes=0-,0-,0-,0-,0-,0-": WHOLE,
    "bytes=": WHOLE,
    "bytes=-": WHOLE,
    "bytes=a-b": WHOLE,
    "bytes=1.5-3": WHOLE,
    "bytes=+1-3": WHOLE,
    "bytes=--5": WHOLE,
    "bytes= 5 - 9": WHOLE,
    "bytes=٣-٥": WHOLE,
    "bytes 5-9": WHOLE,
    "5-9": WHOLE,
    "items=0-5": WHOLE,
    "": WHOLE,
}


def test_there_are_enough_ranges():
    assert len(RANGES) >= 40


@pytest.mark.parametrize("header", RANGES)
def test_a_range_is_answered_as_the_standard_says(film, header):
    status, start, end = RANGES[header]

    answer = got(film, Range=header)

    assert answer.status_code == status
    assert body(answer) == FILM[start:end]
    if status == 416:
        assert answer.headers["Content-Range"] == f"bytes */{SIZE}"
    else:
        assert answer.headers["Content-Length"] == str(end - start)
        assert answer.headers.get("Content-Range") == (f"bytes {start}-{end - 1}/{SIZE}" if status == 206 else None)
        assert (answer.headers["Accept-Ranges"], answer.headers["ETag"]) == ("bytes", ETAG)


@pytest.mark.parametrize("header", ["bytes=0-", "bytes=-5", "bytes=0-0"])
def test_nothing_has_no_ranges(tmp_path, header):
    (tmp_path / "empty").touch()
    storage().put("artifacts/empty", tmp_path / "empty")

    assert got("artifacts/empty", Range=header).status_code == 416
    assert body(got("artifacts/empty")) == b""


@pytest.mark.parametrize(
    ("wanted", "status"),
    [(ETAG, 206), (f"W/{ETAG}", 200), ('"another"', 200), ("Sat, 21 Nov 2026 22:00:00 GMT", 200), ("*", 200)],
)
def test_a_range_is_cut_only_of_the_content_that_was_meant(film, wanted, status):
    assert got(film, Range="bytes=0-9", If_Range=wanted).status_code == status
    assert got(film, Range="bytes=0-9", If_Range=wanted, digest="").status_code == 200


@pytest.mark.parametrize("known", [ETAG, f"W/{ETAG}", f'"x", {ETAG}', "*"])
def test_what_is_known_is_not_sent_again(film, known):
    answer = got(film, If_None_Match=known, Range="bytes=0-9")

    assert (answer.status_code, body(answer), answer.headers["ETag"]) == (304, b"", ETAG)


def test_what_is_not_known_is_sent(film):
    assert got(film, If_None_Match='"x"').status_code == 200
    assert got(film, If_Match='"x"').status_code == 412
    assert got(film, If_Match=ETAG).status_code == got(film, If_Match="*").status_code == 200


def test_a_look_ahead_says_how_much_there_is(film):
    answer = got(film, method="head", Range="bytes=0-9")

    assert (answer.status_code, answer.headers["Content-Length"], answer.content) == (200, str(SIZE), b"")


@pytest.mark.parametrize("method", ["post", "put", "delete", "patch"])
def test_nothing_else_is_done_to_a_file(film, method):
    assert got(film, method=method).status_code == 405


def test_nothing_is_kept_on_the_way_and_nothing_runs(film):
    played, saved = got(film), got(film, inline=False)

    for answer in (played, saved):
        assert answer.headers["Cache-Control"] == "private, no-store"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert answer.headers["Content-Type"] == "video/mp4"
    assert saved.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert played.headers["Content-Disposition"].startswith("inline; ")
    assert saved.headers["Content-Disposition"] == "attachment; filename=\"visit 12.mp4\"; filename*=UTF-8''visit%2012.mp4"


def test_what_was_deleted_is_gone_at_once(film):
    storage().delete(film)

    for headers in ({}, {"Range": "bytes=0-9"}, {"If-None-Match": ETAG}):
        with pytest.raises(Http404):
            got(film, **headers)


def test_a_file_leaves_in_small_pieces(film):
    answer = got(film)

    assert max(len(piece) for piece in answer.streaming_content) <= 64 * 2**10
    close(answer)


def test_a_file_that_nobody_reads_is_closed(film):
    answer = got(film)

    close(answer)

    assert next(iter(answer.streaming_content), None) is None


def test_the_server_in_front_serves_it_where_there_is_one(film, settings):
    settings.ACCEL = "/internal/"

    answer = got(film, Range="bytes=0-9")

    assert (answer.headers["X-Accel-Redirect"], answer.content) == ("/internal/artifacts/film", b"")
    assert answer.headers["Content-Disposition"].startswith("inline; ") and answer.headers["Cache-Control"] == "private, no-store"
    assert got(film, If_None_Match=ETAG).status_code == 304
    with pytest.raises(Http404):
        got("artifacts/none")


def test_under_asgi_it_leaves_in_pieces_too(film):
    from django.core.handlers.asgi import ASGIRequest

    request = ASGIRequest({"type": "http", "method": "GET", "path": "/", "headers": [(b"range", b"bytes=0-99999")]}, None)
    answer = deliver(request, film, media_type="video/mp4", name="a.mp4", inline=True, digest=DIGEST)

    async def read() -> list[bytes]:
        return [piece async for piece in answer]

    pieces = asyncio.run(read())
    assert b"".join(pieces) == FILM[:100_000] and len(pieces) == 2


def test_an_artifact_is_called_as_its_analysis_or_as_the_file_that_was_brought(alice, analysis, artifact, upload):
    named = artifact(analysis(alice, label="визит 12/3"), "annotated", media_type="video/mp4")
    brought = artifact(analysis(alice, label="", video=upload(alice, name="my film.mov")), "csv_spans", media_type="text/csv")

    assert (artifact_name(named), artifact_name(brought)) == ("визит 12-3.annotated.mp4", "my film.spans.csv")
    assert artifact_name(artifact(row := analysis(alice, label=""), "json")) == f"{row.id}.json"


@pytest.mark.parametrize("kind", (*EXPORTS, "explanation_png"))
def test_a_format_ends_as_the_command_line_ends_it(alice, analysis, artifact, kind):
    row = artifact(analysis(alice, label="visit"), kind, media_type="text/plain")

    assert artifact_name(row) == f"visit{catalog.module('exports', kind).SUFFIX}"


def test_what_is_no_format_ends_as_what_it_is_and_no_two_alike(alice, analysis, artifact):
    sound = artifact(analysis(alice, label="visit"), "proxy", media_type="audio/mp4")

    assert artifact_name(sound) == "visit.proxy.m4a"
    assert ENDINGS["annotated"] == ANNOTATED
    assert len(set(ENDINGS.values())) == len(ENDINGS) == len(KINDS)


def test_pages_play_what_is_played_and_save_the_rest(alice, analysis, artifact):
    request = RequestFactory().get("/artifacts/x/", headers={"Range": "bytes=1-2"})
    played = deliver_artifact(request, artifact(row := analysis(alice), "proxy", media_type="video/mp4", content=FILM))
    saved = deliver_artifact(request, artifact(row, "json"))
    kept = deliver_artifact(RequestFactory().get("/artifacts/x/?save"), row.artifacts.get(kind="proxy"))
    ANSWERS.extend([played, saved, kept])

    assert (played.status_code, body(played)) == (206, FILM[1:3])
    assert played.headers["Content-Disposition"].startswith("inline") and saved.headers["Content-Disposition"].startswith("attachment")
    assert kept.headers["Content-Disposition"] == "attachment; filename=\"visit 12.proxy.mp4\"; filename*=UTF-8''visit%2012.proxy.mp4"
