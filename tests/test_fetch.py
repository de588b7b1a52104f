"""Fetching from a server on this machine that cuts off, lies, redirects and refuses; archives that want out of their folder."""

import hashlib
import http.server
import io
import json
import re
import shutil
import tarfile
import threading
import urllib.request
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from emofuse.core.corpus import Corpus, Download
from emofuse.core.errors import CorpusError
from emofuse.core.labels import LabelSet
from emofuse.core.modality import Modality
from emofuse.fetch import MEMORY, downloads, fetch, zenodo
from emofuse.fetch.download import download
from emofuse.fetch.https import opened
from emofuse.fetch.unpack import unpack

CONTENT = np.random.default_rng(0).integers(0, 256, size=1_000_000, dtype=np.uint8).tobytes()
SHA256 = hashlib.sha256(CONTENT).hexdigest()
MD5 = hashlib.md5(CONTENT).hexdigest()


class Server(http.server.ThreadingHTTPServer):
    """Serves what is put into `files`, and does to the first requests what `mischief` says."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.files: dict[str, bytes] = {"/file.bin": CONTENT}
        self.ranges = True
        self.tag = '"one"'
        self.mischief: list[str] = []
        self.asked: list[str | None] = []  # the Range of each request

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class Handler(http.server.BaseHTTPRequestHandler):
    server: Server

    def log_message(self, format: str, *args: object) -> None:
        pass

    def do_GET(self) -> None:
        what = self.server.mischief.pop(0) if self.server.mischief else ""
        self.server.asked.append(self.headers.get("Range"))
        if what.startswith("to "):
            self.send_response(302)
            self.send_header("Location", what.removeprefix("to "))
            self.end_headers()
            return
        if what.isdigit() or self.path not in self.server.files:
            self.send_error(int(what or 404))
            return
        content, first = self.server.files[self.path], 0
        asked = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
        same = self.headers.get("If-Range") in (None, self.server.tag)
        if asked and self.server.ranges and same:
            first = int(asked[1])
            if first >= len(content):
                self.send_response(416)
                self.send_header("Content-Range", f"bytes */{len(content)}")
                self.end_headers()
                return
            first -= 10 if what == "elsewhere" else 0
            self.send_response(206)
            self.send_header("Content-Range", f"bytes {first}-{len(content) - 1}/{len(content)}")
        else:
            self.send_response(200)
        self.send_header("Content-Length", str(len(content) - first))
        self.send_header("ETag", self.server.tag)
        self.end_headers()
        self.wfile.write(content[first : first + 400_000] if what == "cut" else content[first:])


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as serving:
        threading.Thread(target=serving.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield serving
        serving.shutdown()


def get(server: Server, file: Path, **more: object) -> str:
    return download(f"{server.url}/file.bin", file, **{"pause": 0.0, **more})


def test_a_file_comes_whole_and_its_sum_is_said(server, tmp_path):
    seen: list[tuple[int, int]] = []

    said = get(server, tmp_path / "new" / "a.bin", size=len(CONTENT), digest=f"md5:{MD5}", progress=lambda *step: seen.append(step))

    assert said == SHA256
    assert (tmp_path / "new" / "a.bin").read_bytes() == CONTENT
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["a.bin"]
    assert seen[0] == (0, len(CONTENT))
    assert seen[-1] == (len(CONTENT), len(CONTENT))


def test_after_a_cut_the_rest_is_asked_for_and_nothing_twice(server, tmp_path):
    server.mischief = ["cut", "cut"]

    assert get(server, tmp_path / "a.bin", digest=f"sha256:{SHA256}") == SHA256
    assert server.asked == [None, "bytes=400000-", "bytes=800000-"]


def test_what_has_come_is_kept_for_the_next_command(server, tmp_path):
    server.mischief = ["cut", "503"]
    with pytest.raises(CorpusError, match=r"could not be fetched \(Service Unavailable\)\. What came so far \(400,000 bytes\) is kept"):
        get(server, tmp_path / "a.bin", tries=2)
    assert (tmp_path / "a.bin.part").stat().st_size == 400_000
    assert not (tmp_path / "a.bin").exists()

    server.asked.clear()

    assert get(server, tmp_path / "a.bin") == SHA256
    assert server.asked == ["bytes=400000-"]


def test_a_server_that_knows_no_ranges_sends_all_of_it_again(server, tmp_path):
    server.ranges = False
    server.mischief = ["cut"]

    assert get(server, tmp_path / "a.bin", digest=f"sha256:{SHA256}") == SHA256
    assert server.asked == [None, "bytes=400000-"]


def test_a_file_that_changed_meanwhile_is_begun_anew(server, tmp_path):
    server.mischief = ["cut", "503"]
    with pytest.raises(CorpusError):
        get(server, tmp_path / "a.bin", tries=1)
    server.mischief, server.tag = [], '"two"'
    server.files["/file.bin"] = CONTENT[::-1]

    get(server, tmp_path / "a.bin")

    assert (tmp_path / "a.bin").read_bytes() == CONTENT[::-1]


def test_another_part_than_the_one_asked_for_is_not_taken(server, tmp_path):
    server.mischief = ["cut", "elsewhere"]

    assert get(server, tmp_path / "a.bin", digest=f"sha256:{SHA256}") == SHA256
    assert server.asked == [None, "bytes=400000-", None]


def test_what_came_from_another_address_is_no_beginning_of_this_one(server, tmp_path):
    (tmp_path / "a.bin.part").write_bytes(b"something else")

    assert get(server, tmp_path / "a.bin", digest=f"sha256:{SHA256}") == SHA256


def test_a_whole_part_needs_only_its_name(server, tmp_path):
    server.mischief = ["cut", "503"]
    with pytest.raises(CorpusError):
        get(server, tmp_path / "a.bin", tries=1)
    (tmp_path / "a.bin.part").write_bytes(CONTENT)

    assert get(server, tmp_path / "a.bin") == SHA256
    assert server.asked[-1] == f"bytes={len(CONTENT)}-"


@pytest.mark.parametrize(("digest", "says"), [("sha256:" + "0" * 64, "brought the sha256 "), ("md5:" + "0" * 32, "brought the md5 ")])
def test_content_that_was_not_published_is_removed(server, tmp_path, digest, says):
    with pytest.raises(CorpusError, match=says):
        get(server, tmp_path / "a.bin", digest=digest)

    assert list(tmp_path.iterdir()) == []


def test_another_size_than_published_is_refused_before_it_is_fetched(server, tmp_path):
    with pytest.raises(CorpusError, match=r"has 1,000,000 bytes\. Expected 5, as published"):
        get(server, tmp_path / "a.bin", size=5)

    assert not (tmp_path / "a.bin").exists()


@pytest.mark.parametrize("code", [404, 403, 410])
def test_a_file_that_is_not_there_is_asked_for_once(server, tmp_path, code):
    server.mischief = [str(code)] * 3

    with pytest.raises(CorpusError, match=f"answers {code} .* Expected a file there; look at the publisher's page"):
        get(server, tmp_path / "a.bin")

    assert len(server.asked) == 1


def test_a_server_that_is_busy_is_asked_again(server, tmp_path):
    server.mischief = ["503", "429", "500"]

    assert get(server, tmp_path / "a.bin") == SHA256


def test_nobody_there_is_said_after_some_tries(tmp_path):
    with pytest.raises(CorpusError, match=r"could not be fetched \(.*refused.*\)\. Expected a connection"):
        download("http://127.0.0.1:9/file.bin", tmp_path / "a.bin", tries=2, pause=0)


def test_a_redirect_on_this_machine_is_followed_with_its_range(server, tmp_path):
    server.files["/moved.bin"] = CONTENT
    server.mischief = ["cut", f"to {server.url}/moved.bin"]

    assert get(server, tmp_path / "a.bin", digest=f"sha256:{SHA256}") == SHA256
    assert server.asked == [None, "bytes=400000-", "bytes=400000-"]


@pytest.mark.parametrize("url", ["http://example.org/file.bin", "ftp://example.org/file.bin", "file:///etc/hostname", "data:,a"])
def test_only_https_is_fetched(server, tmp_path, url):
    with pytest.raises(CorpusError, match="is not fetched. Expected an address that begins with https"):
        download(url, tmp_path / "a.bin", pause=0)

    server.mischief = [f"to {url}"]
    if not url.startswith("data:"):  # which cannot be redirected to
        with pytest.raises((CorpusError, OSError)):
            opened(f"{server.url}/file.bin")


def test_nobody_elsewhere_leads_back_to_this_machine():
    from emofuse.fetch.https import _Careful

    with pytest.raises(CorpusError, match="is not fetched"):
        _Careful().redirect_request(urllib.request.Request("https://example.org/a"), io.BytesIO(), 302, "", {}, "http://127.0.0.1/a")


def test_a_disk_that_is_too_small_is_told_before_anything_comes(server, tmp_path, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda path: shutil._ntuple_diskusage(10, 9, 1_000))

    with pytest.raises(CorpusError, match=r"has 0 MiB of free space\. Expected 65 MiB for a\.bin"):
        get(server, tmp_path / "a.bin")
    with pytest.raises(CorpusError, match=r"Expected 66 MiB for 1 files \(archives counted twice"):
        list(fetch([Download(f"{server.url}/file.bin", "a.zip", size=len(CONTENT), unpack=True)], tmp_path / "root"))


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device here that is always full")
def test_a_disk_that_fills_up_on_the_way_is_told(server, tmp_path):
    (tmp_path / "a.bin.part").symlink_to("/dev/full")

    with pytest.raises(CorpusError, match="the disk is full. What came so far is kept"):
        get(server, tmp_path / "a.bin")


# Corpora


SMALL = Corpus(
    name="small",
    labels=LabelSet(("anger",)),
    modalities=frozenset({Modality.AUDIO}),
    license="CC BY 4.0",
    citation="nobody",
    layout="    a.wav\n",
    find=lambda root: iter(()),
    getting="Ask its owners at example.org.",
)


def zipped(**files: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, content in files.items():
            archive.writestr(name.replace("__", "/"), content)
    return made.getvalue()


@pytest.fixture
def record(server, monkeypatch) -> Corpus:
    """A corpus whose files a record lists."""
    server.files["/sound.zip"] = zipped(Actor_01__a=b"one", Actor_01__b=b"two")
    server.files["/notes.txt"] = b"notes"
    files = [
        {
            "key": name.strip("/"),
            "size": len(server.files[name]),
            "checksum": f"md5:{hashlib.md5(server.files[name]).hexdigest()}",
            "links": {"self": f"{server.url}{name}"},
        }
        for name in ("/sound.zip", "/notes.txt")
    ]
    server.files["/records/7"] = json.dumps({"files": files}).encode()
    monkeypatch.setattr(zenodo, "API", f"{server.url}/records/")
    return replace(SMALL, downloads=("zenodo:7",))


def test_a_records_files_are_fetched_checked_and_unpacked(record, tmp_path):
    notes, sound = fetch(downloads(record), tmp_path / "small")

    assert (notes.name, notes.verified, notes.unpacked, notes.before) == ("notes.txt", "md5", None, False)
    assert (sound.name, sound.unpacked) == ("sound.zip", 2)
    assert (tmp_path / "small" / "Actor_01" / "b").read_bytes() == b"two"
    assert sorted(path.name for path in (tmp_path / "small").iterdir()) == ["Actor_01", MEMORY, "notes.txt"]


def test_what_is_here_is_not_fetched_again_and_what_has_gone_is(record, server, tmp_path):
    wanted = downloads(record)
    list(fetch(wanted, tmp_path))
    server.asked.clear()

    assert [file.before for file in fetch(wanted, tmp_path)] == [True, True]
    assert server.asked == []

    (tmp_path / "Actor_01" / "a").unlink()

    assert [file.before for file in fetch(wanted, tmp_path)] == [True, False]
    assert (tmp_path / "Actor_01" / "a").read_bytes() == b"one"


def test_only_files_of_some_name_are_wanted(record):
    assert [entry.name for entry in downloads(record, "*.zip")] == ["sound.zip"]
    with pytest.raises(CorpusError, match=r"called like 'x\*'\. Expected one of notes\.txt, sound\.zip"):
        downloads(record, "x*")


def test_progress_is_over_all_files(record, tmp_path):
    seen: list[tuple[int, int]] = []
    wanted = downloads(record)

    list(fetch(wanted, tmp_path, lambda *step: seen.append(step)))

    total = sum(entry.size for entry in wanted)
    assert seen[-1] == (total, total)
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)


def test_a_file_goes_to_the_folder_that_its_name_says(server, tmp_path):
    server.files["/a.zip"] = zipped(x=b"1")

    (file,) = fetch([Download(f"{server.url}/a.zip", "raw/a.zip", unpack=True)], tmp_path)

    assert (tmp_path / "raw" / "x").read_bytes() == b"1"
    assert file.verified is None
    assert file.sha256 == hashlib.sha256(server.files["/a.zip"]).hexdigest()
    assert [file.before for file in fetch([Download(f"{server.url}/a.zip", "raw/a.zip", unpack=True)], tmp_path)] == [True]


@pytest.mark.parametrize("name", ["../a.bin", "/a.bin", "C:/a.bin", "a/../../b", "\\a"])
def test_a_record_cannot_name_a_place_outside(server, tmp_path, name):
    with pytest.raises(CorpusError, match="Expected a place below"):
        list(fetch([Download(f"{server.url}/file.bin", name)], tmp_path / "root"))

    assert server.asked == []


def test_a_corpus_that_must_be_asked_for_says_whom(tmp_path):
    with pytest.raises(
        CorpusError, match=r"small cannot be fetched from here\. .* Ask its owners at example\.org\. \(Licence: CC BY 4\.0\.\)"
    ):
        downloads(SMALL)


@pytest.mark.parametrize("answer", [b"{}", b"[]", b"no json", b'{"files": [{"key": "a"}]}', b'{"files": null}'])
def test_a_record_without_open_files_is_said(server, record, answer):
    server.files["/records/7"] = answer

    with pytest.raises(CorpusError, match="lists no open files"):
        downloads(record)


def test_a_record_that_is_not_there_is_said(server, record):
    del server.files["/records/7"]

    with pytest.raises(CorpusError, match="cannot be reached"):
        downloads(record)


# Archives


def packed(file: Path, *members: tuple[str, bytes]) -> Path:
    """A zip or tar with exactly these names."""
    if file.suffix == ".zip":
        with zipfile.ZipFile(file, "w") as archive:
            for name, content in members:
                archive.writestr(zipfile.ZipInfo(name), content)
        return file
    with tarfile.open(file, "w:gz") as archive:
        for name, content in members:
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return file


KINDS = pytest.mark.parametrize("kind", [".zip", ".tar.gz"])


@KINDS
def test_an_archive_is_unpacked_and_what_macos_adds_is_not(tmp_path, kind):
    archive = packed(tmp_path / f"a{kind}", ("d/x.wav", b"1"), ("d/._x.wav", b"2"), ("__MACOSX/d/x", b"3"), ("y", b"45"))

    assert unpack(archive, tmp_path) == {"d/x.wav": 1, "y": 2}
    assert sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*")) == [archive.name, "d", "d/x.wav", "y"]


@KINDS
@pytest.mark.parametrize("name", ["../evil", "d/../../evil", "/evil", "C:\\evil", "..\\evil", "d\\..\\..\\evil"])
def test_names_that_lead_out_are_refused_and_nothing_is_unpacked(tmp_path, kind, name):
    (tmp_path / "in").mkdir()
    archive = packed(tmp_path / "in" / f"a{kind}", ("good", b"1"), (name, b"2"))

    with pytest.raises(CorpusError, match="which would lie outside its folder"):
        unpack(archive, tmp_path / "in")

    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == [archive.name]


def test_links_are_refused(tmp_path):
    link = zipfile.ZipInfo("link")
    link.external_attr = 0o120777 << 16
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr(link, "/etc/passwd")
    with tarfile.open(tmp_path / "a.tar", "w") as archive:
        info = tarfile.TarInfo("link")
        info.type, info.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(info)

    for name in ("a.zip", "a.tar"):
        with pytest.raises(CorpusError, match="which is a link or a device"):
            unpack(tmp_path / name, tmp_path)


@KINDS
def test_an_archive_that_broke_off_leaves_nothing_behind(tmp_path, kind):
    archive = packed(tmp_path / f"a{kind}", *((f"f{i}", CONTENT[:50_000]) for i in range(4)))
    archive.write_bytes(archive.read_bytes()[:120_000])

    with pytest.raises(CorpusError, match=r"cannot be unpacked .* Expected a whole archive"):
        unpack(archive, tmp_path)

    assert list(tmp_path.iterdir()) == [archive]


def test_a_damaged_member_leaves_nothing_behind(tmp_path):
    archive = packed(tmp_path / "a.zip", ("good", b"1" * 1_000), ("bad", b"2" * 1_000))
    archive.write_bytes(archive.read_bytes().replace(b"2" * 1_000, b"3" * 1_000))

    with pytest.raises(CorpusError, match="Bad CRC-32"):
        unpack(archive, tmp_path)

    assert list(tmp_path.iterdir()) == [archive]


def test_a_locked_archive_is_said_to_be_locked(tmp_path):
    archive = packed(tmp_path / "a.zip", ("x", b"1"))
    content = bytearray(archive.read_bytes())
    content[content.index(b"PK\x01\x02") + 8] |= 1  # the flag of the directory's entry that says so
    archive.write_bytes(content)

    with pytest.raises(CorpusError, match="locked with a password"):
        unpack(archive, tmp_path)


def test_an_archive_that_unpacks_to_more_than_the_disk_holds_is_refused(tmp_path, monkeypatch):
    archive = packed(tmp_path / "a.zip", ("x", bytes(1_000_000)))
    monkeypatch.setattr(shutil, "disk_usage", lambda path: shutil._ntuple_diskusage(10, 9, 1_000))

    with pytest.raises(CorpusError, match=r"unpacks to 1 MiB, and .* has 0 MiB"):
        unpack(archive, tmp_path)


def test_something_in_its_way_is_said(tmp_path):
    archive = packed(tmp_path / "a.zip", ("d/x", b"1"))
    (tmp_path / "d").write_text("a file where a folder should be")

    with pytest.raises(CorpusError, match="Expected nothing in its way"):
        unpack(archive, tmp_path)
