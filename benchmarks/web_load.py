"""Do pages, polls and the queue stay quick when twenty people work at once: on PostgreSQL (R14), on SQLite with two workers (R13)?

`emofuse serve` as users start it, with real workers whose child is a stand-in that sleeps and answers what is known; a database of its own.
People have a history, bring words, start analyses, watch them as the pages' script does (2 s, backing off to 10 s), open results, move
through films. Plain threads are enough to be twenty people, and measure from the request to the last byte, a new connection each time.
The floor is what each bar allows. Needs the extra `web-prod`; what needs PostgreSQL is left out, and said, where there is none.
"""

import argparse
import html
import http.client
import json
import os
import random
import re
import signal
import socket
import statistics
import subprocess
import sys
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.cookies import SimpleCookie
from pathlib import Path
from urllib.parse import urlencode

from web_jobs import home, postgres, scratch

from emofuse.evaluation.record import BENCHMARKS, origin
from emofuse.run import commit

WORKER = Path(__file__).parent.parent / "tests" / "web" / "load" / "load_worker.py"
USERS, SECONDS, FULL, SHORT = 20, 120, 600, 8  # people; s of each database
TAKES = 30.0  # s of an analysis while people watch
ANALYSES, RESULTS = 40, 2  # in everybody's history; of these with an answer and a film
FILM = 4 * 2**20  # bytes
MINUTES = 10  # of the recording that answers are of
COMES = 20  # s within which all of them have come
THINKS = (0.5, 2.5)  # s between two things that somebody does
WATCHES, READS = 30, 12  # s that somebody looks at an analysis, or at their history, before they do something else
HUNDRED, ONES, QUICK = 100, 5, 1.0  # jobs of one user; users with one; s that each of these takes
PATIENCE = 120  # s for an answer
WORDS = b"I told you so, did I not? You did.\nAnd?\nYou were right, and I was wrong.\n"
Row = dict[str, object]


def main() -> None:
    """Measure, print a table, and keep the rows."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--users", type=int, default=USERS, help=f"at once ({USERS})")
    parser.add_argument("--seconds", type=int, default=SECONDS, help=f"on each database ({SECONDS})")
    parser.add_argument("--full", action="store_const", dest="seconds", const=FULL, help=f"{FULL} s")
    parser.add_argument("--short", action="store_const", dest="seconds", const=SHORT, help=f"{SHORT} s, to try the script")
    parser.add_argument("--only", choices=tuple(WAYS), help="one of them")
    parser.add_argument("--docs", type=Path, default=Path("docs"), help="where rows are kept (docs)")
    parser.add_argument("--keep", action=argparse.BooleanOptionalAction, default=True, help="whether rows are kept")
    parser.add_argument("--details", action="store_true", help="every kind of request, too")
    parser.add_argument("--inside", help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.inside:
        print(json.dumps(INSIDE[options.inside](options)), flush=True)
        return
    rows: list[Row] = []
    for name, way in WAYS.items():
        for row in way(options) if options.only in (None, name) else ():
            print(
                f"{row['question']} | {row['size']} | {row['floor']} | {row['ours']} | {row['ratio']} | {row['memory'] or ''}", flush=True
            )
            rows.append(row)
            if options.keep:
                BENCHMARKS.add(options.docs, row | origin("python benchmarks/web_load.py", commit()))
    over = [str(row["size"]) for row in rows if float(str(row["ratio"])) > 1]
    sys.exit(f"Over the bar: {'; '.join(over)}" if over else 0)


# --- R14: on PostgreSQL ---------------------------------------------------------------------------------------------------------------
def on_postgresql(options: argparse.Namespace) -> list[Row]:
    """Twenty people and one worker."""
    with scratch() as folder, postgres() as server:
        if server is None:
            return []
        told = loaded(folder, options, workers=1, DATABASE_URL=server.create("load"))  # type: ignore[attr-defined]  # of the tests
    question, size = "Many people at once, PostgreSQL (R14)", f"{options.users} users, 1 worker, {options.seconds} s"
    polls, pages = told.of("poll"), told.of("page")
    same = sum(one.status == 304 for one in polls) / max(len(polls), 1)
    return [
        row(question, f"{size}: pages, p95", "500 ms", f"{told.p95('page'):.0f} ms of {len(pages)}; {told.load}", told.p95("page") / 500)
        | {"memory": told.memory},
        row(question, f"{size}: polls, p95", "150 ms", f"{told.p95('poll'):.0f} ms of {len(polls)}; {told.load}", told.p95("poll") / 150),
        row(question, f"{size}: polls that send nothing", "80 %", f"{same:.0%}", 0.8 / max(same, 0.001)),
        row(question, f"{size}: errors", "0.1 %", f"{told.wrong} of {len(told.seen)}{told.names}", told.wrong / len(told.seen) / 0.001),
    ]


def in_turns(options: argparse.Namespace) -> list[Row]:
    """Somebody with one job, behind somebody with a hundred."""
    with scratch() as folder, postgres() as server:
        if server is None:
            return []
        environment = home(folder, DATABASE_URL=server.create("turns"))  # type: ignore[attr-defined]  # of the tests
        told = inside("turns", folder, environment)
    most = max(told["waits"]) / told["service"]
    return [
        row(
            "Many people at once, PostgreSQL (R14)",
            f"{len(told['waits'])} users with one job each, one after the other, behind one with {HUNDRED}, 1 slot",
            "2 x what a job takes",
            f"waited {min(told['waits']):.2f} to {max(told['waits']):.2f} s for jobs of {told['service']:.2f} s: {most:.2f} x",
            most / 2,
        )
    ]


# --- R13: on SQLite -------------------------------------------------------------------------------------------------------------------
def on_sqlite(options: argparse.Namespace) -> list[Row]:
    """Twenty people and two workers."""
    with scratch() as folder:
        told = loaded(folder, options, workers=2)
    question, size = "Many people at once, SQLite (R13)", f"{options.users} users, 2 workers, {options.seconds} s"
    reads, writes = told.of("page", "poll", "data"), told.of("write")
    wrong = f"{told.locked} refused, {told.wrong} other errors of {len(told.seen)}{told.names}"
    return [
        row(question, f"{size}: reads, p95", "300 ms", f"{at95(reads):.0f} ms of {len(reads)}; {told.load}", at95(reads) / 300)
        | {"memory": told.memory},
        row(question, f"{size}: writes, p95", "300 ms", f"{at95(writes):.0f} ms of {len(writes)}", at95(writes) / 300),
        row(question, f"{size}: 'database is locked'", "0", wrong, 9.0 * (told.locked + told.wrong)),
    ]


def row(question: str, size: str, floor: str, ours: str, ratio: float) -> Row:
    """One figure beside its bar."""
    return {"question": question, "size": size, "floor": floor, "ours": ours, "ratio": round(ratio, 3), "memory": None}


# --- a site, and people on it ---------------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Seen:
    """One answer: of which kind, what was asked for, how long it took (ms), and whether it was what was expected."""

    kind: str  # page, poll, data or write
    what: str
    took: float
    status: int
    good: bool


@dataclass(frozen=True, slots=True)
class Told:
    """What came of it."""

    seen: Sequence[Seen]
    locked: int  # times that the database refused, or a page said so
    load: str
    memory: str

    def of(self, *kinds: str) -> list[Seen]:
        """Answers of these kinds."""
        return [one for one in self.seen if one.kind in kinds]

    def p95(self, kind: str) -> float:
        """In ms."""
        return at95(self.of(kind))

    @property
    def wrong(self) -> int:
        """How many were not what was expected."""
        return sum(not one.good for one in self.seen)

    @property
    def names(self) -> str:
        """Which, where there are any."""
        counts = Counter(f"{one.what} {one.status}" for one in self.seen if not one.good)
        return f" ({', '.join(f'{n} x {name}' for name, n in counts.most_common(5))})" if counts else ""


def at95(seen: Sequence[Seen]) -> float:
    """The 95th percentile, ms."""
    took = [one.took for one in seen]
    return statistics.quantiles(took, n=20)[-1] if len(took) > 1 else sum(took)


def loaded(folder: Path, options: argparse.Namespace, *, workers: int, **more: str) -> Told:
    """Fill a site, start it, let people work, and count."""
    environment = home(folder, EMOFUSE_LOG_LEVEL="WARNING", **more)
    people = inside("filled", folder, environment, users=options.users)["people"]
    log = folder / "log"
    with log.open("wb") as written, site(environment, written) as (port, served):
        started = [subprocess.Popen(worker(folder, TAKES), env=environment, stderr=written, stdout=written) for _ in range(workers)]
        seen: list[Seen] = []
        until = time.monotonic() + options.seconds
        crowd = [Person(port, i, one, until, seen) for i, one in enumerate(people)]
        for person in crowd:
            person.start()
        time.sleep(options.seconds / 4)  # by then everything was asked for once
        first, files, worked = standing(served)
        for person in crowd:
            person.join()
        last, files_last, worked_last = standing(served)
        share = (worked_last - worked) / (time.monotonic() - until + 0.75 * options.seconds)
        died = sum(one.poll() is not None for one in started)
        _ended(started)
    said = log.read_text(errors="replace")
    locked = len(re.findall(r"REFUSED|OperationalError", said)) + sum(one.status == 503 for one in seen)
    if died:
        sys.exit(f"{died} workers died:\n{said[-3_000:]}")
    if options.details:
        _details(seen, said)
    load = f"load {os.getloadavg()[0]:.0f} on {os.cpu_count()} cores"
    memory = f"site {first:.0f} MiB after a quarter, {last:.0f} MiB at the end; {files}, {files_last} open files; {share:.0%} of a core"
    return Told(seen, locked, load, memory)


def _details(seen: Sequence[Seen], log: str) -> None:
    for kind, what in sorted({(one.kind, one.what) for one in seen}):
        these = [one for one in seen if one.what == what and one.kind == kind]
        took = statistics.median(one.took for one in these)
        states = dict(Counter(one.status for one in these))
        print(f"  {kind:5} {what:14} {len(these):5} median {took:6.0f} ms  p95 {at95(these):6.0f} ms  {states}")
    print("\n".join(log.splitlines()[-20:]))


@contextmanager
def site(environment: Mapping[str, str], log: object) -> Iterator[tuple[int, int]]:
    """`emofuse serve`, pages alone: its port, and the process that answers."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "emofuse", "serve", "--port", str(port), "--no-worker", "--no-sample"]
    served = subprocess.Popen(command, env=environment, stdout=log, stderr=log)  # type: ignore[call-overload]  # a file
    try:
        for _ in range(PATIENCE * 10):
            with socket.socket() as tried:
                if tried.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        else:
            sys.exit("The site does not answer.")
        time.sleep(1)
        (gunicorn,) = children(served.pid)
        yield port, children(gunicorn)[0]
    finally:
        _ended([served])


def worker(folder: Path, takes: float) -> list[str]:
    """The command of a worker whose analyses take so long."""
    return [sys.executable, str(WORKER), str(folder / "timeline.json"), str(folder / "lanes.npz"), str(takes)]


def children(process: int) -> list[int]:
    """Of a process."""
    return [int(number) for number in Path(f"/proc/{process}/task/{process}/children").read_text().split()]


def standing(process: int) -> tuple[float, int, float]:
    """MiB that a process holds, files that it has open, and s that it worked."""
    status = Path(f"/proc/{process}/status").read_text()
    kilobytes = int(re.search(r"VmRSS:\s+(\d+)", status)[1])  # type: ignore[index]  # every process has it
    times = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    worked = (int(times[11]) + int(times[12])) / os.sysconf("SC_CLK_TCK")
    return kilobytes / 1_024, len(list(Path(f"/proc/{process}/fd").iterdir())), worked


def _ended(processes: "Sequence[subprocess.Popen[bytes]]") -> None:
    for process in processes:
        process.send_signal(signal.SIGTERM)
    for process in processes:
        process.wait(60)


class Unexpected(Exception):
    """An answer was not what was expected; it is counted already."""


class Person(threading.Thread):
    """Somebody who is signed in, and works.

    Args:
        port: Of the site.
        number: Makes them different from others, and the same each time.
        known: Their session, and analyses of theirs that have a result.
        until: When they stop.
        seen: Where answers are counted.
    """

    def __init__(self, port: int, number: int, known: Mapping[str, object], until: float, seen: list[Seen]) -> None:
        super().__init__(daemon=True)
        self.port, self.known, self.until, self.seen = port, known, until, seen
        self.rng = random.Random(number)
        self.cookies = {"session": str(known["session"])}
        self.token = ""

    def run(self) -> None:
        """Until it is time."""
        time.sleep(self.rng.uniform(0, min(COMES, max(self.until - time.monotonic(), 0) / 4)))
        while time.monotonic() < self.until:
            try:
                self.visit()
            except Unexpected:
                self.thinks()

    def visit(self) -> None:
        """What somebody does on the site, in the order of most."""
        self.history()
        self.result()
        self.thinks()
        self.watches(self.asks())
        self.thinks()
        if self.rng.random() < 0.3:
            self.page("/account/privacy/", "privacy")

    def thinks(self) -> None:
        """For a moment."""
        time.sleep(self.rng.uniform(*THINKS))

    def history(self) -> None:
        """Its first page, a picture or two; sometimes the second, or a search."""
        said = self.page("/analyses/", "history")
        for picture in re.findall(r'src="(/artifacts/[0-9a-f-]+/)"', said)[:2]:
            self.ask("data", "GET", picture, "thumbnail")
        if "data-poll" in said:
            self.polls("/analyses/", "history", 2.0, mark(said), lambda said: "data-poll" not in said, READS)
        else:
            self.thinks()
        query = self.rng.choice(("", "page=2", "q=visit&sort=label"))
        if query:
            self.page(f"/analyses/?{query}", "history, more")

    def result(self) -> None:
        """An answer: the page, what its script fetches, three places of the film, a file."""
        one = self.rng.choice(self.known["results"])  # type: ignore[call-overload]  # a list of addresses
        base = f"/analyses/{one['id']}/"
        self.page(base, "result")
        self.ask("data", "GET", f"{base}timeline.json", "timeline", headers={"Accept-Encoding": "gzip"})
        for _ in range(2):
            start = self.rng.randrange(0, MINUTES * 50_000)
            self.ask("data", "GET", f"{base}curves.json?lane=face&from={start}&to={start + 60_000}", "curves")
        for _ in range(3):
            at = self.rng.randrange(0, FILM - 2**19)
            self.ask("data", "GET", f"/artifacts/{one['film']}/", "film", (206,), headers={"Range": f"bytes={at}-{at + 2**19 - 1}"})
            self.thinks()
        self.ask("data", "GET", f"{base}exports/json/", "export")

    def asks(self) -> str:
        """Brings words, waits until they were looked at, and starts; the address of the analysis."""
        form = self.page("/new/", "new")
        self.token = found(r'name="csrfmiddlewaretoken" value="([^"]+)"', form)
        boundary = uuid.uuid4().hex
        parts = [f'--{boundary}\r\nContent-Disposition: form-data; name="role"\r\n\r\ntext\r\n'.encode()]
        parts.append(f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="visit.txt"\r\n\r\n'.encode())
        body = b"".join([*parts, WORDS, f"\r\n--{boundary}--\r\n".encode()])
        headers = {"Content-Type": f"multipart/form-data; boundary={boundary}", "Accept": "application/json"}
        brought = json.loads(self.ask("write", "POST", "/uploads/plain/", "upload", (201,), body, headers)[1])
        address = f"/new/files/{brought['id']}/?chosen=yes"
        shown = self.ask("data", "GET", address, "file")[1]
        if "data-poll" in shown:
            self.polls(address, "file", 1.0, mark(shown), lambda said: "data-poll" not in said)
        form = self.page(f"/new/?mode=text&text={brought['id']}", "new")
        said = {"mode": "text", "text": brought["id"], "model": "best", "language": "en", "purpose": "research", "setting": "elsewhere"}
        said |= {"told": "on", "notice": "1", "consent": "on", "retention_days": "30", "key": str(uuid.uuid4())}
        form_body = urlencode({**said, "csrfmiddlewaretoken": self.token}).encode()
        return self.ask("write", "POST", "/new/", "start", (302,), form_body, {"Content-Type": "application/x-www-form-urlencoded"})[0]

    def watches(self, address: str) -> None:
        """How far it is, for a while."""
        said = self.page(address, "status")
        if "data-poll" in said:
            self.polls(f"{address}status/", "status", 2.0, mark(said), lambda said: "data-poll" not in said, WATCHES)

    def polls(self, address: str, what: str, first: float, before: str, over: Callable[[str], bool], most: float = PATIENCE) -> None:
        """As the pages' script does: soon while something changes, later while nothing does."""
        wait, until = first, time.monotonic() + most
        while time.monotonic() < until:
            time.sleep(min(wait, max(self.until - time.monotonic(), 0.1)))
            headers = {"HX-Request": "true"} | ({"If-None-Match": before} if before else {})
            (_, said), status = self.ask("poll", "GET", address, what, (200, 204, 304), headers=headers), self.status
            if status == 204 or (status == 200 and over(said)):
                return
            wait, before = (first, mark(said)) if status == 200 else (min(10.0, wait * 1.5), before)
            if time.monotonic() > self.until:
                raise Unexpected  # it is time to stop, which is no error
        if most == PATIENCE:
            self.seen.append(Seen("poll", f"{what}, in vain", 1_000 * most, 0, good=False))
            raise Unexpected

    def page(self, address: str, what: str) -> str:
        """A page, as a browser asks for it."""
        return self.ask("page", "GET", address, what)[1]

    def ask(
        self,
        kind: str,
        method: str,
        address: str,
        what: str,
        expected: Sequence[int] = (200,),
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> tuple[str, str]:
        """One request; where it leads, and what it says.

        Raises:
            Unexpected: Another status, or no answer.
        """
        sent = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()), "Accept": "text/html"}
        sent |= {"X-CSRFToken": self.token} if method == "POST" else {}
        began = time.perf_counter()
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        self.status, said, leads = 0, b"", ""
        try:
            connection.request(method, address, body, sent | dict(headers or {}))
            answer = connection.getresponse()
            said = answer.read()
            self.status, leads = answer.status, answer.getheader("Location") or ""
            for cookie in answer.headers.get_all("Set-Cookie") or []:
                self.cookies |= {name: kept.value for name, kept in SimpleCookie(cookie).items()}
        except (OSError, http.client.HTTPException):
            pass
        finally:
            connection.close()
        good = self.status in expected
        self.seen.append(Seen(kind, what, 1_000 * (time.perf_counter() - began), self.status, good))
        if not good:
            raise Unexpected
        return leads, said.decode(errors="replace")


def found(pattern: str, said: str) -> str:
    """What a page holds, which it must."""
    there = re.search(pattern, said)
    if there is None:
        raise Unexpected
    return there[1]


def mark(said: str) -> str:
    """The ETag that a page's own script would send; nothing where it has none."""
    there = re.search(r"data-mark='([^']*)'", said)
    return html.unescape(there[1]) if there else ""


# --- inside: what needs Django --------------------------------------------------------------------------------------------------------
def inside(what: str, folder: Path, environment: Mapping[str, str], users: int = USERS) -> dict:  # type: ignore[type-arg]  # JSON
    """One of `INSIDE`, in a process of its own."""
    words = ["--inside", what, "--folder", str(folder), "--users", str(users)]
    done = subprocess.run([sys.executable, __file__, *words], env=dict(environment), stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


def begun(folder: Path) -> None:
    """Django over the database that the environment names, with an answer that every analysis gives."""
    import django

    django.setup()
    import numpy as np
    from django.core.management import call_command
    from web_result import answer

    from emofuse_web.analyses.lanes import Lane, packed

    call_command("migrate", verbosity=0, skip_checks=True)
    call_command("createcachetable", verbosity=0)
    said = answer(MINUTES * 60, hertz=5, lanes=("fused", "face", "voice"), span=4_000)
    lanes = []
    for lane in said["lanes"]:
        p = np.array([lane["curves"]["p"][label] for label in lane["labels"]], dtype=np.float32).T
        lanes.append(Lane(lane["name"], tuple(lane["labels"]), np.array(lane["curves"]["start"]), np.array(lane["curves"]["end"]), p))
    (folder / "timeline.json").write_text(json.dumps(said))
    (folder / "lanes.npz").write_bytes(packed(lanes))
    (folder / "film").write_bytes(random.Random(0).randbytes(FILM))
    (folder / "picture").write_bytes(random.Random(1).randbytes(8_000))


def inside_filled(options: argparse.Namespace) -> dict[str, object]:
    """People with sessions and a history."""
    begun(options.folder)
    from django.test import Client

    from emofuse_web.accounts.models import User

    people = []
    for i in range(options.users):
        user = User.objects.create_user(f"user{i}@example.org")
        client = Client()
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        results = [_finished(user, n, options.folder, whole=n < RESULTS) for n in range(ANALYSES)]
        people.append({"session": client.cookies["session"].value, "results": results[:RESULTS]})
    return {"people": people}


def _finished(user: object, number: int, folder: Path, *, whole: bool) -> dict[str, str]:
    """An analysis that is over, with a picture; some with the whole answer and a film."""
    from django.utils import timezone

    from emofuse_web.jobs.models import Job

    now = timezone.now()
    job = Job.objects.create(owner=user, kind="analysis", status="succeeded", started=now, finished=now, progress=1.0)
    strip = [[i * 4_000, (i + 1) * 4_000, ("happiness", "anger", None)[i % 3]] for i in range(150)]
    one = _asked(user, job, f"visit {number}", duration=MINUTES * 60_000, summary={"strip": strip})
    files = {"thumbnail": ("picture", "image/jpeg")}
    if whole:
        files |= {"json": ("timeline.json", "application/json"), "lanes": ("lanes.npz", "application/octet-stream")}
        files |= {"proxy": ("film", "video/mp4")}
    ids = {kind: _kept(one, kind, folder / name, media_type) for kind, (name, media_type) in files.items()}
    return {"id": str(one.pk), "film": ids.get("proxy", "")}  # type: ignore[attr-defined]  # a row


def _asked(user: object, job: object, label: str, **more: object) -> object:
    from datetime import timedelta

    from django.utils import timezone

    from emofuse_web.analyses.models import Analysis

    now = timezone.now()
    said = {"model": "best", "purpose": "research", "setting": "elsewhere", "notice": "1", "consent": now, "retention_days": 30}
    mode = "av" if "summary" in more else "text"
    return Analysis.objects.create(owner=user, job=job, mode=mode, label=label, expires=now + timedelta(days=30), **said, **more)  # type: ignore[misc]


def _kept(analysis: object, kind: str, file: Path, media_type: str) -> str:
    from emofuse_web.analyses.models import Artifact
    from emofuse_web.storage import storage

    size = file.stat().st_size
    row = Artifact.objects.create(analysis=analysis, kind=kind, media_type=media_type, size=size, digest="0" * 64, attempt=1)  # type: ignore[misc]
    storage().put(f"artifacts/{row.id}", file)
    return str(row.id)


def inside_turns(options: argparse.Namespace) -> dict[str, object]:
    """A hundred jobs of one user; once they run, one job of another, five times."""
    begun(options.folder)
    from emofuse_web.accounts.models import User
    from emofuse_web.jobs.models import Job
    from emofuse_web.jobs.queue import job_add

    def added(user: User) -> Job:
        job = job_add(owner=user, kind="analysis", lane="cpu")
        _asked(user, job, "one of many")
        return job

    def until(*jobs: Job, over: bool) -> None:
        end = time.monotonic() + PATIENCE
        named = {"finished__isnull" if over else "started__isnull": False}
        while Job.objects.filter(pk__in=[job.pk for job in jobs], **named).count() < len(jobs):
            if time.monotonic() > end:
                sys.exit("The jobs are not done in time.")
            time.sleep(0.05)

    many = User.objects.create_user("many@example.org")
    jobs = [added(many) for _ in range(HUNDRED)]
    ones = []
    process = subprocess.Popen(worker(options.folder, QUICK), stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    try:
        until(*jobs[:3], over=True)
        for i in range(ONES):
            ones.append(added(User.objects.create_user(f"one{i}@example.org")))
            until(ones[-1], over=True)
            time.sleep(random.Random(i).uniform(0, QUICK))
    finally:
        _ended([process])
    rows = Job.objects.filter(finished__isnull=False)
    waits = [(job.started - job.created).total_seconds() for job in rows.filter(pk__in=[one.pk for one in ones])]  # type: ignore[operator]
    took = [(job.finished - job.started).total_seconds() for job in rows.filter(owner=many)]  # type: ignore[operator]
    return {"waits": waits, "service": statistics.median(took)}


WAYS: dict[str, Callable[[argparse.Namespace], list[Row]]] = {"postgresql": on_postgresql, "turns": in_turns, "sqlite": on_sqlite}
INSIDE = {"filled": inside_filled, "turns": inside_turns}

if __name__ == "__main__":
    main()
