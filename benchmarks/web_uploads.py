"""Do files arrive whatever happens on the way (U8), with the server killed (R2), and with the disk full (R5)?

The site runs under gunicorn as `emofuse serve` runs it; a client of our own speaks tus to it and is cut off. The floor is what each bar
allows. Needs the extra `web`; R5 also needs the right to mount a small disk, and is left out, and said, where there is none.
"""

import argparse
import base64
import hashlib
import http.client
import json
import os
import random
import shutil
import signal
import socket
import sqlite3
import struct
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Callable, Mapping
from contextlib import closing, suppress
from pathlib import Path

from emofuse.evaluation.record import BENCHMARKS, origin
from emofuse.run import commit

MB = 2**20
PIECE = 8 * MB  # bytes that the browser's client sends at a time
CUTS, KILLS, CLIENTS = 5, 60, 3
RESENT, GROWN = 8 * MB, 64 * MB  # bytes that the bars allow
TUS = {"Tus-Resumable": "1.0.0"}
STREAM = "application/offset+octet-stream"
SEED = 8
Row = dict[str, object]


def main() -> None:
    """Measure, print a table, and keep the rows."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--full", action="store_true", help="2 GiB in place of 300 MB")
    parser.add_argument("--kills", type=int, default=KILLS, help=f"of the site, while files and requests arrive ({KILLS})")
    parser.add_argument("--port", type=int, default=8901)
    parser.add_argument("--only", choices=("u8", "r2", "r5"), help="one of the three")
    parser.add_argument("--docs", type=Path, default=Path("docs"), help="where rows are kept (docs)")
    parser.add_argument("--keep", action=argparse.BooleanOptionalAction, default=True, help="whether rows are kept")
    options = parser.parse_args()
    size = 2_047 * MB if options.full else 300 * MB
    ways: dict[str, Callable[[Path], list[Row]]] = {
        "u8": lambda folder: [arriving(folder, options.port, size, piece) for piece in (PIECE, size)],
        "r2": lambda folder: killed(folder, options.port, options.kills),
        "r5": lambda folder: full_disk(folder, options.port),
    }
    rows: list[Row] = []
    for name, way in ways.items():
        if options.only not in (None, name):
            continue
        with tempfile.TemporaryDirectory(prefix="emofuse-uploads-") as folder:
            found = way(Path(folder))
        for row in found:
            print(f"{row['question']} | {row['size']} | {row['floor']} | {row['ours']} | {row['ratio']}")
            if options.keep:
                BENCHMARKS.add(options.docs, row | {"memory": row.get("memory")} | origin("python benchmarks/web_uploads.py", commit()))
        rows += found
    over = [str(row["size"]) for row in rows if float(str(row["ratio"])) > 1]
    sys.exit(f"Over the bar: {'; '.join(over)}" if over else 0)


# --- U8: a large file over a bad line -------------------------------------------------------------------------------------------------
def arriving(folder: Path, port: int, size: int, piece: int) -> Row:
    """Five cuts and one restart; what is sent twice, and what the site's process grows by."""
    source, wanted = made_up(folder / "film", size)
    rng = random.Random(SEED)
    home = folder / f"home-{piece}"
    with Site(home, port) as site:
        upload = Client(site).announce(1_000)
        Client(site).send(upload, bytes(1_000), 0)  # whatever is loaded at the first upload is loaded
        watch = Memory(site)
        place = Client(site).announce(size)
        stops = sorted(rng.sample(range(size // 20, size - size // 20), CUTS + 1))
        restart = stops[rng.randrange(len(stops))]
        again: list[int] = []
        began, offset = time.monotonic(), 0
        with source.open("rb") as film:
            while offset < size:
                stop = next((stop for stop in stops if stop > offset), None)
                end = min(size, offset + piece)
                length, cut = end - offset, stop is not None and stop < end
                sent = Client(site).stream(place, film, offset, length, until=stop - offset if cut and stop else None, checked=piece < size)
                if not cut:
                    offset = end
                    continue
                if stop == restart:
                    site.kill()
                    site.start()
                here = Client(site).offset(place)
                again.append(offset + sent - here)
                stops.remove(stop)
                offset = here
        took, grown = time.monotonic() - began, watch.stop()
        stored = home / "files" / "uploads" / place.rstrip("/").rpartition("/")[2]
        same = digest(stored) == wanted
    name = "pieces of 8 MiB with sums" if piece < size else "one piece without sums"
    told = ", ".join(f"{count / MB:.2f}" for count in again)
    print(f"  {name}: sent again {told} MiB, {size / MB / took:.0f} MB/s, +{grown / MB:.1f} MiB, SHA-256 {'equal' if same else 'WRONG'}")
    return {
        "question": "A large file over a bad line (U8)",
        "size": f"{size // MB} MB in {name}; {CUTS} cuts, 1 SIGKILL of the site",
        "floor": "8 MiB sent again after each; SHA-256 equal; +64 MiB",
        "ours": f"at most {max(again) / MB:.2f} MiB; SHA-256 {'equal' if same else 'wrong'}; +{grown / MB:.1f} MiB",
        "ratio": round(max(max(again) / RESENT, grown / GROWN, 0 if same else 9), 3),
        "memory": f"+{grown / MB:.1f} MiB",
    }


# --- R2: the site is killed -----------------------------------------------------------------------------------------------------------
def killed(folder: Path, port: int, kills: int) -> list[Row]:
    """Files arrive and analyses are asked for while the site is killed again and again; each is tried until it is answered."""
    home = folder / "home"
    with Site(home, port) as site:
        ready = site.django(READY)
        stop, sent, asked = threading.Event(), [], []
        threads = [threading.Thread(target=_uploads, args=(site, stop, sent, number)) for number in range(CLIENTS - 1)]
        threads.append(threading.Thread(target=_analyses, args=(site, stop, asked, ready)))
        for thread in threads:
            thread.start()
        rng = random.Random(SEED)
        for count in range(kills):
            site.wait()
            time.sleep(rng.uniform(0.0, 0.8))
            assert site.kill(whole=count % 10 == 9) == 1, "one process answers, and it is killed"
            if count % 10 == 9:
                site.start()
            print(f"\r  {count + 1} kills, {len(sent)} files, {len(asked)} analyses", end="", flush=True)
        print()
        site.wait()
        stop.set()
        for thread in threads:
            thread.join()
        found = json.loads(site.django(COUNT))
    there = set(found["analyses"])
    doubles, missing = len(found["analyses"]) - len(there), len({key for key, _id in asked} - set(found["keys"]))
    wrong = sum(found["digests"].get(name) != sum_ for name, sum_ in sent)
    print(
        f"  {kills} kills: {len(sent)} files, {len(asked)} analyses; swept {found['swept']}; {found}"
        if wrong
        else f"  swept: {found['swept']}"
    )
    ours = f"{len(asked)} analyses, {doubles + abs(len(there) - len(asked))} too many, {missing} lost; {len(sent)} files, {wrong} wrong"
    return [
        {
            "question": "The site is killed while files and requests arrive (R2)",
            "size": f"{kills} SIGKILLs, {CLIENTS} clients that try again",
            "floor": "0 twice, 0 lost, 0 orphans after the sweep",
            "ours": f"{ours}; {found['orphans']} orphans",
            "ratio": float(bool(doubles or missing or wrong or found["orphans"] or len(there) != len(asked))) * 9,
        }
    ]


def _uploads(site: "Site", stop: threading.Event, sent: list[tuple[str, str]], number: int) -> None:
    rng = random.Random(number)
    while not stop.is_set():
        content = rng.randbytes(rng.randrange(MB, 3 * MB))
        place = tried(lambda content=content: Client(site, number).announce(len(content)))
        offset = 0
        while offset < len(content):
            offset = tried(lambda place=place: Client(site, number).offset(place))
            with suppress(OSError, http.client.HTTPException):
                offset = Client(site, number).send(place, content[offset : offset + 256 * 1024], offset, checked=bool(number))
        sent.append((place.rstrip("/").rpartition("/")[2], hashlib.sha256(content).hexdigest()))


def _analyses(site: "Site", stop: threading.Event, asked: list[tuple[str, str]], ready: str) -> None:
    while not stop.is_set():
        key = str(uuid.uuid4())
        body = {
            **{"mode": "text", "inputs": {"text": ready.strip()}, "model": "best", "purpose": "research", "setting": "elsewhere"},
            **{"subject_notice": "1", "consent": True, "label": key[:8], "retention_days": 1},
        }
        said = tried(lambda body=body, key=key: Client(site, 2).json("POST", "/api/v1/jobs", body, {"Idempotency-Key": key}, 202))
        asked.append((key, str(said["id"])))
        time.sleep(1.1)  # no more than 60 changes a minute


def tried(act: Callable[[], object], patience: float = 120) -> object:
    """Until it is answered, as any client does."""
    until = time.monotonic() + patience
    while True:
        try:
            return act()
        except (OSError, http.client.HTTPException):
            if time.monotonic() > until:
                raise
            time.sleep(0.1)


# --- R5: the disk is full -------------------------------------------------------------------------------------------------------------
def full_disk(folder: Path, port: int) -> list[Row]:
    """Everything lies on 64 MiB; a neighbour fills them while a file arrives, and goes away again."""
    disk = folder / "disk"
    disk.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64M", "tmpfs", str(disk)], capture_output=True, check=False).returncode:
        print("  R5 left out: no right to mount a small disk here")
        return []
    try:
        return [_full_disk(disk, folder, port)]
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def _full_disk(disk: Path, folder: Path, port: int) -> Row:
    content, whole = random.Random(SEED).randbytes(16 * MB), random.Random(SEED + 1).randbytes(4 * MB)
    faults = []
    with Site(disk / "home", port) as site:
        before = Client(site).announce(len(whole))
        Client(site).send(before, whole, 0)
        place = Client(site).announce(len(content))
        here = Client(site).send(place, content[: 4 * MB], 0)
        ballast = disk / "ballast"
        answers = []
        for left in (6 * MB, 3 * MB, MB, 64 * 1024, 0):  # at every place where something is written, the disk fills once
            _fill(ballast, left)
            answers.append(Client(site).status("PATCH", place, content[here:], {"Upload-Offset": str(here), "Content-Type": STREAM}))
            answers.append(Client(site).status("POST", "/uploads/", b"", announced(len(whole))))
            answers.append(Client(site).plain(whole))
            ballast.unlink()
            here = Client(site).offset(place)
        faults += [f"answered {status}" for status, _code in answers if status not in (507,)]
        faults += [f"code {code}" for status, code in answers if status == 507 and code != "STORAGE_FULL"]
        while here < len(content):
            here = Client(site).send(place, content[here : here + 4 * MB], here)
        files = disk / "home" / "files" / "uploads"
        for address, wanted in ((before, whole), (place, content)):
            if (files / address.rstrip("/").rpartition("/")[2]).read_bytes() != wanted:
                faults.append("bytes changed")
        with closing(sqlite3.connect(disk / "home" / "emofuse.sqlite3")) as tables:
            if (said := tables.execute("PRAGMA integrity_check").fetchone()[0]) != "ok":
                faults.append(f"database {said}")
    print(f"  {len(answers)} answers on a full disk: {sorted(set(map(str, answers)))}")
    return {
        "question": "The disk is full (R5, what users bring)",
        "size": f"64 MiB, filled {len(answers) // 3} times; tus, an announcement and a form each time",
        "floor": "each 507 STORAGE_FULL; nothing changed; database ok; goes on without a restart",
        "ours": f"{sum(status == 507 for status, _code in answers)} of {len(answers)}; {', '.join(sorted(set(faults))) or 'no faults'}",
        "ratio": float(bool(faults)) * 9,
    }


def _fill(ballast: Path, left: int) -> None:
    free = shutil.disk_usage(ballast.parent).free
    with ballast.open("wb") as file, suppress(OSError):
        for _ in range(max(0, free - left) // 4096):
            file.write(bytes(4096))
            file.flush()


# --- a site, and a client of it -------------------------------------------------------------------------------------------------------
class Site:
    """The site on a port, with a database and files of its own; nothing looks at files."""

    def __init__(self, home: Path, port: int) -> None:
        self.home, self.port, self.tokens = home, port, list[str]()  # one a client, as each may change things 60 times a minute
        settings = {"EMOFUSE_WEB_HOME": str(home), "DJANGO_SETTINGS_MODULE": "emofuse_web.config.settings", "EMOFUSE_LOG_LEVEL": "ERROR"}
        settings |= {
            "EMOFUSE_QUOTA_FILES": "100000",
            "EMOFUSE_QUOTA_WAITING": "100000",
            "EMOFUSE_HOSTS": "127.0.0.1",
            "OMP_NUM_THREADS": "1",
        }
        self.settings = os.environ | settings
        self.process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> "Site":
        (self.home / "static").mkdir(parents=True)
        for command in (["migrate", "-v0"], ["createcachetable", "-v0"]):
            subprocess.run([sys.executable, "-m", "emofuse_web", *command], check=True, env=self.settings)
        self.tokens = self.django(USER).split()
        self.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.kill(whole=True)

    def django(self, code: str) -> str:
        """What a few lines print, run with the site's rows."""
        begin = "import django\ndjango.setup()\n"
        done = subprocess.run([sys.executable, "-c", begin + code], check=True, capture_output=True, text=True, env=self.settings)
        return done.stdout

    def start(self) -> None:
        """Begin, and wait until it answers."""
        way = [
            "-m",
            "gunicorn",
            "emofuse_web.config.wsgi:application",
            "--bind",
            f"127.0.0.1:{self.port}",
            "--workers",
            "1",
            "--threads",
            "8",
        ]
        self.process = subprocess.Popen([sys.executable, *way, "--log-level", "critical", "--timeout", "120"], env=self.settings)
        self.wait()

    def wait(self) -> None:
        """Until it answers."""
        until = time.monotonic() + 120
        while time.monotonic() < until:
            with suppress(OSError, http.client.HTTPException):
                if Client(self).status("OPTIONS", "/uploads/", b"", {})[0] == 204:
                    return
            time.sleep(0.05)
        raise TimeoutError("the site does not answer")

    def workers(self) -> list[int]:
        """Processes that answer."""
        assert self.process is not None
        return children(self.process.pid)

    def kill(self, *, whole: bool = True) -> int:
        """The process that answers, at once and without a word; or all of the site. How many were killed."""
        assert self.process is not None
        workers = self.workers()
        if whole:  # first of all, since it would put others in their place
            self.process.kill()
            self.process.wait()
        for worker in workers:
            with suppress(ProcessLookupError):
                os.kill(worker, signal.SIGKILL)
        for _ in range(250):  # 5 s at most: some systems never bury them
            if not whole or not any(Path(f"/proc/{worker}").exists() for worker in workers):
                break
            time.sleep(0.02)
        return len(workers)


class Client:
    """One connection."""

    def __init__(self, site: Site, number: int = 0) -> None:
        self.headers = TUS | {"Authorization": f"Bearer {site.tokens[number]}"}
        self.line = http.client.HTTPConnection("127.0.0.1", site.port, timeout=60)

    def announce(self, size: int) -> str:
        """A file; where its pieces go."""
        return self._said("POST", "/uploads/", b"", announced(size), 201).headers["Location"]

    def offset(self, place: str) -> int:
        """How much is there; waits while another request is still at it."""
        for _ in range(600):
            with suppress(OSError, http.client.HTTPException):
                answer = self._answer("HEAD", place, b"", {})
                if answer.status == 200:
                    return int(answer.headers["Upload-Offset"])
            time.sleep(0.1)
        raise TimeoutError("nobody says how much is there")

    def send(self, place: str, content: bytes, offset: int, *, checked: bool = False) -> int:
        """A piece; how much is there then."""
        headers = {"Upload-Offset": str(offset), "Content-Type": STREAM} | (summed(content) if checked else {})
        return int(self._said("PATCH", place, content, headers, 204).headers["Upload-Offset"])

    def stream(self, place: str, film: object, offset: int, length: int, *, until: int | None, checked: bool) -> int:
        """A piece out of a file, cut off after some bytes; how many were sent."""
        film.seek(offset)  # type: ignore[attr-defined]  # an open file
        headers = {"Upload-Offset": str(offset), "Content-Type": STREAM, "Content-Length": str(length)}
        if checked:
            headers |= summed(film.read(length))  # type: ignore[attr-defined]
            film.seek(offset)  # type: ignore[attr-defined]
        self.line.putrequest("PATCH", place)
        for name, value in (self.headers | headers).items():
            self.line.putheader(name, value)
        self.line.endheaders()
        sent = 0
        while sent < (length if until is None else until):
            part = film.read(min(64 * 1024, (length if until is None else until) - sent))  # type: ignore[attr-defined]
            self.line.send(part)
            sent += len(part)
        if until is None:
            answer = self.line.getresponse()
            answer.read()
            assert answer.status == 204, answer.status
        else:
            self.line.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # gone without a word, as lines are cut
        self.line.close()
        return sent

    def json(self, method: str, place: str, body: Mapping[str, object], headers: Mapping[str, str], status: int) -> dict[str, object]:
        """A request of the interface."""
        answer = self._said(method, place, json.dumps(body).encode(), {"Content-Type": "application/json", **headers}, status)
        return json.loads(answer.body)

    def status(self, method: str, place: str, body: bytes, headers: Mapping[str, str]) -> tuple[int, str]:
        """Status and code of an answer."""
        answer = self._answer(method, place, body, headers)
        with suppress(ValueError):
            return answer.status, str(json.loads(answer.body).get("code", ""))
        return answer.status, ""

    def plain(self, content: bytes) -> tuple[int, str]:
        """A file in one piece, as a form sends it."""
        parts = b"".join(
            b'--b\r\nContent-Disposition: form-data; name="%s"%s\r\n\r\n%s\r\n' % part
            for part in ((b"role", b"", b"video"), (b"file", b'; filename="a.mp4"', content))
        )
        return self.status("POST", "/uploads/plain/", parts + b"--b--\r\n", {"Content-Type": "multipart/form-data; boundary=b"})

    def _said(self, method: str, place: str, body: bytes, headers: Mapping[str, str], status: int) -> "Answer":
        answer = self._answer(method, place, body, headers)
        if answer.status != status:
            raise http.client.HTTPException(f"{method} {place}: {answer.status} {answer.body[:300]!r}")
        return answer

    def _answer(self, method: str, place: str, body: bytes, headers: Mapping[str, str]) -> "Answer":
        self.line.request(method, place, body, {**self.headers, **headers})
        answer = self.line.getresponse()
        said = Answer(answer.status, dict(answer.headers), answer.read())
        self.line.close()
        return said


class Answer:
    """What came back."""

    def __init__(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.status, self.headers, self.body = status, headers, body


class Memory:
    """By how much the processes that answer grow, looked at 50 times a second."""

    def __init__(self, site: Site) -> None:
        self.site, self.first, self.most = site, dict[int, int](), dict[int, int]()
        self.over = threading.Event()
        self.thread = threading.Thread(target=self._look)
        self.thread.start()

    def stop(self) -> int:
        """Bytes, of the one that grew most."""
        self.over.set()
        self.thread.join()
        return max(self.most[number] - self.first[number] for number in self.first)

    def _look(self) -> None:
        while not self.over.wait(0.02):
            with suppress(OSError, ValueError, IndexError):
                for number in self.site.workers():
                    if number not in self.first and not _answers(self.site):
                        continue
                    held = int(Path(f"/proc/{number}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
                    self.first.setdefault(number, held)
                    self.most[number] = max(held, self.most.get(number, 0))


def _answers(site: Site) -> bool:
    """Whether it has loaded what it loads before its first answer."""
    with suppress(OSError, http.client.HTTPException):
        return Client(site).status("HEAD", f"/uploads/{uuid.uuid4()}/", b"", {})[0] == 404
    return False


def children(parent: int) -> list[int]:
    """Numbers of the processes that a process began, and that live."""
    found = []
    for place in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            told = place.read_text().rpartition(") ")[2].split()
            if told[0] not in "ZX" and int(told[1]) == parent:
                found.append(int(place.parent.name))
    return found


def announced(size: int) -> dict[str, str]:
    """Headers of an announcement."""
    said = {"filename": "film.mp4", "role": "video"}
    coded = ",".join(f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in said.items())
    return {"Upload-Length": str(size), "Upload-Metadata": coded}


def summed(content: bytes) -> dict[str, str]:
    """The header that says what a piece adds up to."""
    return {"Upload-Checksum": f"sha256 {base64.b64encode(hashlib.sha256(content).digest()).decode()}"}


def made_up(place: Path, size: int) -> tuple[Path, str]:
    """Noise of a size, and its SHA-256."""
    rng, sum_ = random.Random(SEED), hashlib.sha256()
    with place.open("wb") as file:
        for _ in range(0, size, MB):
            part = rng.randbytes(min(MB, size - file.tell()))
            sum_.update(part)
            file.write(part)
    return place, sum_.hexdigest()


def digest(place: Path) -> str:
    """SHA-256 of a file."""
    with place.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


USER = """
from emofuse_web.accounts.models import User
from emofuse_web.accounts.tokens import token_make
user = User.objects.create_user("bench@example.org", None, quota_bytes=2**40)
for _ in range(3):
    print(token_make(owner=user, name="bench", scopes=["read", "write"])[1])
"""

READY = """
from datetime import timedelta
from pathlib import Path
from django.conf import settings
from django.utils import timezone
from emofuse_web.accounts.models import User
from emofuse_web.storage import storage
from emofuse_web.uploads.models import Upload
words = Path(settings.HOME) / "words"
words.write_text("I told you so.")
row = Upload.objects.create(owner=User.objects.get(), role="text", name="words.txt", size=14, offset=14, state="ready",
                            expires=timezone.now() + timedelta(days=1), report={})
storage().put(f"uploads/{row.id}", words)
print(row.id)
"""

COUNT = """
import hashlib, json
from emofuse_web.analyses.models import Analysis, IdempotencyKey
from emofuse_web.jobs.models import Job
from emofuse_web.storage import storage
from emofuse_web.uploads import housekeeping
from emofuse_web.uploads.models import State, Upload
from emofuse_web.uploads.spool import folder
housekeeping.YOUNG = -1
swept = housekeeping.uploads_swept()
rows = {str(row.id): row for row in Upload.objects.all()}
whole = {name for name, row in rows.items() if row.state != State.RECEIVING}
files = {key.rpartition("/")[2] for key, _since in storage().keys("uploads/")}
parts = {place.stem for place in folder().glob("*.part")}
others = [place.name for place in folder().iterdir() if place.suffix not in ("", ".part")]
looks = Job.objects.filter(kind="preflight").count()
orphans = len(files ^ whole) + len(parts - set(rows)) + len(others) + abs(looks - (len(whole) - 1))
orphans += Job.objects.filter(kind="analysis", analysis=None).count()
print(json.dumps({
    "analyses": [str(id_) for id_ in Analysis.objects.values_list("id", flat=True)],
    "keys": [str(key) for key in IdempotencyKey.objects.values_list("key", flat=True)],
    "digests": {name: hashlib.sha256(storage().local(f"uploads/{name}").read_bytes()).hexdigest() for name in files},
    "orphans": orphans, "swept": str(swept),
}))
"""


if __name__ == "__main__":
    main()
