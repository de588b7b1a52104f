"""Are jobs lost, done twice or done wrong when workers are killed (R1), PostgreSQL falls (R3), the broker falls (R4), disks fill (R5)?

The real supervisor, queue, storage and sandbox; only the child is a stand-in that goes through the stages of an analysis in two seconds or
less and leaves a file that is known beforehand. The floor is what each bar allows. Needs the extra `web-prod`; what needs PostgreSQL, Redis
or the right to mount a small disk is left out, and said, where there is none.
"""

import argparse
import hashlib
import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from statistics import median
from typing import TypeVar

from emofuse.evaluation.record import BENCHMARKS, origin
from emofuse.run import commit

HERE = Path(__file__).parent
STAND_IN = HERE.parent / "tests" / "web" / "jobs"
sys.path.insert(0, str(STAND_IN))

JOBS, KILLS, RESTARTS = 200, 64, 10
SECONDS = 2.0  # that a job of R1 takes
STAGES = ["probe", "decode", "face", "voice", "fuse", "render"]
EDGES = ["", *STAGES, "end"]  # claimed but not begun, the beginning of each, and what comes after the last
TERMINAL = ("succeeded", "partial", "failed", "cancelled", "expired")
PATIENCE = 900  # s for everything to be over
SEED = 6
Row = dict[str, object]
T = TypeVar("T")


def main() -> None:
    """Measure, print a table, and keep the rows."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jobs", type=int, default=JOBS, help=f"of R1 ({JOBS})")
    parser.add_argument("--kills", type=int, default=KILLS, help=f"of R1, half of them of supervisors ({KILLS})")
    parser.add_argument("--restarts", type=int, default=RESTARTS, help=f"of PostgreSQL in R3 ({RESTARTS})")
    parser.add_argument("--only", choices=("r1", "r1-postgresql", "r3", "r4", "r5"), help="one of them")
    parser.add_argument("--docs", type=Path, default=Path("docs"), help="where rows are kept (docs)")
    parser.add_argument("--keep", action=argparse.BooleanOptionalAction, default=True, help="whether rows are kept")
    parser.add_argument("--inside", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.inside:
        print(json.dumps(INSIDE[options.inside](options)), flush=True)
        return
    rows: list[Row] = []
    for name, way in WAYS.items():
        for row in way(options) if options.only in (None, name) else ():
            print(f"{row['question']} | {row['size']} | {row['floor']} | {row['ours']} | {row['ratio']}", flush=True)
            rows.append(row)
            if options.keep:
                BENCHMARKS.add(options.docs, row | {"memory": None} | origin("python benchmarks/web_jobs.py", commit()))
    over = [str(row["size"]) for row in rows if float(str(row["ratio"])) > 1]
    sys.exit(f"Over the bar: {'; '.join(over)}" if over else 0)


# --- R1: workers and children are killed ----------------------------------------------------------------------------------------------
def killed(options: argparse.Namespace) -> list[Row]:
    """On SQLite."""
    with scratch() as folder:
        return [_killed_row("SQLite", measured("r1", options, home(folder)), options)]


def killed_postgresql(options: argparse.Namespace) -> list[Row]:
    """On PostgreSQL."""
    with scratch() as folder, postgres() as server:
        return (
            [_killed_row("PostgreSQL", measured("r1", options, home(folder, DATABASE_URL=server.create("r1"))), options)] if server else []
        )


def _killed_row(where: str, told: Mapping[str, float], options: argparse.Namespace) -> Row:
    wrong = told["lost"] + told["twice"] + told["unequal"] + told["not done"]
    return {
        "question": "Workers and children are killed (R1)",
        "size": f"{where}: {options.jobs} jobs, {told['kills']:.0f} SIGKILLs ({told['supervisors']:.0f} of supervisors), "
        f"{told['edges']:.0f} of {2 * len(EDGES)} edges",
        "floor": "0 lost, 0 twice, results as without kills; taken back within 5 s",
        "ours": f"{told['lost']:.0f} lost, {told['twice']:.0f} twice, {told['unequal']:.0f} unequal, {told['not done']:.0f} not done; "
        f"taken back within {told['longest']:.1f} s (median {told['median']:.1f} s)",
        "ratio": round(told["longest"] / 5 + 9 * wrong, 3),
    }


def inside_r1(options: argparse.Namespace) -> Row:
    """The same jobs without and with kills."""
    begin()
    quiet = _through(options.jobs, "quiet", None)
    killer = Killer(options.kills)
    told = _through(options.jobs, "killed", killer)
    unequal = sum(told["digests"].get(number) != digest for number, digest in quiet["digests"].items())
    longest = max(killer.back, default=0.0)
    edges = len(killer.met)
    figures = {"kills": killer.count, "supervisors": killer.supervisors, "edges": edges, "longest": longest}
    return {
        **figures,
        "median": median(killer.back or [0.0]),
        "unequal": unequal,
        **{key: told[key] for key in ("lost", "twice", "not done")},
    }


def _through(count: int, name: str, killer: "Killer | None") -> dict[str, object]:
    """Add jobs, let three workers do them, and count what came of them."""
    from emofuse_web.accounts.models import User

    users = [User.objects.get_or_create(email=f"user{i}@example.org")[0] for i in range(4)]
    numbers = {str(add(users[i % 4], f"{name}-{i}")): i for i in range(count)}
    with Workers(3, {"seconds": SECONDS, "stages": STAGES}) as workers:
        if killer:
            killer.run(workers, set(numbers))
        until_over(set(numbers))
    return {**counted(numbers), "digests": {numbers[job]: digest for job, digest in digests(numbers, name).items()}}


class Killer:
    """Kills at each edge, in turn a supervisor and a child, but no job so often that it would be set aside as poison."""

    def __init__(self, kills: int) -> None:
        self._rng = random.Random(SEED)
        plan = [(edge, who) for edge in EDGES for who in ("supervisor", "child")]
        self._plan = (plan * (kills // len(plan) + 1))[:kills]
        self.count = self.supervisors = 0
        self.met: set[tuple[str, str]] = set()
        self.back: list[float] = []
        self._watches: list[threading.Thread] = []

    def run(self, workers: "Workers", jobs: set[str]) -> None:
        """Until the plan is done, or nothing is left to be killed."""
        for edge, who in self._plan:
            done = False
            while not done:
                found = self._found(edge, who, jobs)
                if found is None:
                    break
                job, attempt, worker = found
                time.sleep(self._rng.uniform(0, 0.03))
                done = self._kill_supervisor(worker) if who == "supervisor" else self._kill_child(job, attempt)
            if done:
                self.count += 1
                self.met.add((edge, who))
        for watch in self._watches:
            watch.join()

    def _found(self, edge: str, who: str, jobs: set[str]) -> tuple[str, int, str] | None:
        """A job that runs and has just come to the edge; None where all are over."""
        from emofuse_web.jobs.models import Job

        fields = ("pk", "attempt", "worker", "stage", "progress", "failures")
        while True:
            rows = list(Job.objects.filter(status="running", pk__in=jobs).values(*fields))
            spared = {row["worker"] for row in rows if row["failures"] > 1}  # one more death and a neighbour is poison
            self._rng.shuffle(rows)
            for row in rows:
                stage = STAGES[-1] if edge == "end" else edge
                if row["failures"] > 1 or row["stage"] != stage or (who == "supervisor" and row["worker"] in spared):
                    continue
                if edge == "end":
                    time.sleep(SECONDS / len(STAGES))  # the last stage takes as long
                return str(row["pk"]), row["attempt"], row["worker"]
            if not Job.objects.filter(pk__in=jobs).exclude(status__in=TERMINAL).exists():
                return None
            time.sleep(0.005)

    def _kill_child(self, job: str, attempt: int) -> bool:
        found = children(job, attempt)
        for number in found:
            kill(number)
        return bool(found)

    def _kill_supervisor(self, worker: str) -> bool:
        from emofuse_web.jobs.models import Job

        number = int(worker.split(":")[1])
        kill(number, signal.SIGSTOP)  # it claims nothing while its jobs are looked at
        held = list(Job.objects.filter(status="running", worker=worker).values_list("pk", "attempt", "failures"))
        if any(failures > 1 for _, _, failures in held):
            kill(number, signal.SIGCONT)
            return False
        kill(number)
        self.supervisors += 1
        watch = threading.Thread(target=self._watched, args=(worker, held, time.monotonic()))
        watch.start()
        self._watches.append(watch)
        return True

    def _watched(self, worker: str, held: list[tuple[object, int, int]], began: float) -> None:
        """How long rows still name the dead."""
        from django.db import connection

        from emofuse_web.jobs.models import Job

        while held and time.monotonic() - began < 120 and Job.objects.filter(status="running", worker=worker).exists():
            time.sleep(0.05)
        if held:
            self.back.append(time.monotonic() - began)
        connection.close()


# --- R3: PostgreSQL falls -------------------------------------------------------------------------------------------------------------
def database_falls(options: argparse.Namespace) -> list[Row]:
    """Restarted without a goodbye, again and again, under workers that stay."""
    with scratch() as folder, postgres() as server:
        if server is None:
            return []
        environment = home(folder, DATABASE_URL=server.create("r3"))
        process = subprocess.Popen(
            [sys.executable, __file__, "--inside", "r3", "--restarts", str(options.restarts)],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert process.stdin and process.stdout
        for _ in range(options.restarts):
            if process.stdout.readline().strip() != "fall":
                break
            server.restart()
            process.stdin.write("up\n")
            process.stdin.flush()
        told = json.loads(process.communicate(timeout=PATIENCE)[0].splitlines()[-1])
    wrong = told["lost"] + told["twice"] + told["not done"] + told["died"]
    return [
        {
            "question": "The database falls (R3)",
            "size": f"PostgreSQL restarted with -m immediate {options.restarts} times during {told['jobs']} jobs",
            "floor": "0 lost, 0 twice; workers back within 15 s",
            "ours": f"{told['lost']} lost, {told['twice']} twice, {told['not done']} not done, {told['died']} workers died; "
            f"back within {told['longest']:.1f} s (median {told['median']:.1f} s)",
            "ratio": round(told["longest"] / 15 + 9 * wrong, 3),
        }
    ]


def inside_r3(options: argparse.Namespace) -> Row:
    """Asks for each fall, and looks how long it takes until another job is done."""
    begin()
    from emofuse_web.accounts.models import User

    user = User.objects.create(email="user@example.org")
    numbers: dict[str, int] = {}
    back = []

    def more(count: int) -> None:
        for _ in range(count):
            numbers[str(patiently(lambda: add(user, f"r3-{len(numbers)}")))] = len(numbers)

    with Workers(3, {"seconds": 0.5, "stages": STAGES}, again=False) as workers:
        for _ in range(options.restarts):
            more(12)
            time.sleep(random.uniform(0.5, 1.5))
            print("fall", flush=True)
            sys.stdin.readline()
            began = time.monotonic()
            before = patiently(lambda: _done(numbers))
            while patiently(lambda: _done(numbers)) <= before and time.monotonic() - began < 60:
                time.sleep(0.05)
            back.append(time.monotonic() - began)
        patiently(lambda: until_over(set(numbers)))
        died = workers.died()
    return {**counted(numbers), "jobs": len(numbers), "died": died, "longest": max(back), "median": median(back)}


def _done(numbers: Mapping[str, int]) -> int:
    from emofuse_web.jobs.models import Job

    return Job.objects.filter(pk__in=list(numbers), status__in=TERMINAL).count()


# --- R4: the broker falls -------------------------------------------------------------------------------------------------------------
def broker_falls(options: argparse.Namespace) -> list[Row]:
    """Killed with all that it held, down for a while, back and empty."""
    with scratch() as folder, redis() as broker:
        if broker is None:
            return []
        environment = home(folder, CELERY_BROKER_URL=broker.url)
        process = subprocess.Popen(
            [sys.executable, __file__, "--inside", "r4"], env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert process.stdin and process.stdout
        for does in (broker.kill, broker.start):
            process.stdout.readline()
            does()
            process.stdin.write("done\n")
            process.stdin.flush()
        told = json.loads(process.communicate(timeout=PATIENCE)[0].splitlines()[-1])
    return [
        {
            "question": "The broker falls (R4)",
            "size": f"Celery and Redis, {told['jobs']} jobs: up, killed and emptied, up again",
            "floor": "0 lost, 0 twice; begun within 5 s",
            "ours": f"{told['lost']} lost, {told['twice']} twice, {told['not done']} not done; begun within {told['up']:.1f} s, "
            f"{told['down']:.1f} s, {told['again']:.1f} s; asked within {told['asked']:.2f} s",
            "ratio": round(max(told["up"], told["down"], told["again"]) / 5 + 9 * (told["lost"] + told["twice"] + told["not done"]), 3),
        }
    ]


def inside_r4(options: argparse.Namespace) -> Row:
    """Jobs one after the other, so that none waits for a slot; how long until each begins."""
    begin()
    from emofuse_web.accounts.models import User
    from emofuse_web.jobs.models import Job

    user = User.objects.create(email="user@example.org")
    numbers: dict[str, int] = {}
    phases: dict[str, list[str]] = {"up": [], "down": [], "again": []}
    asked = []
    with Celery({"seconds": 0.1, "stages": STAGES}):
        for phase, jobs in phases.items():
            for _ in range(15):
                began = time.monotonic()
                job = str(add(user, f"r4-{len(numbers)}"))
                asked.append(time.monotonic() - began)
                numbers[job] = len(numbers)
                jobs.append(job)
                time.sleep(1.0)
            if phase != "again":
                print("next", flush=True)
                sys.stdin.readline()
        until_over(set(numbers))
    delays = {phase: max(_begun(Job.objects.get(pk=job)) for job in jobs) for phase, jobs in phases.items()}
    return {**counted(numbers), **delays, "jobs": len(numbers), "asked": max(asked[1:])}


def _begun(job: object) -> float:
    return float((job.started - job.created).total_seconds())  # type: ignore[attr-defined]  # a row of Django's, which is not imported yet


# --- R5: disks fill -------------------------------------------------------------------------------------------------------------------
def disks_fill(options: argparse.Namespace) -> list[Row]:
    """Where results are kept, and where children work: full, and then not."""
    rows = []
    for what, variable in (("storage", "EMOFUSE_STORAGE"), ("the job's folder", "")):
        with scratch() as folder, small_disk(folder) as disk:
            if disk is None:
                return []
            environment = home(folder, **({variable: str(disk / "files")} if variable else {}), SMALL=str(disk))
            if not variable:
                (Path(environment["EMOFUSE_WEB_HOME"]) / "work").symlink_to(disk)
            told = measured("r5", options, environment)
        wrong = told["corrupt"] + told["lost"] + told["twice"] + (told["codes"] != "STORAGE_FULL") + (told["sound"] != "ok")
        rows.append(
            {
                "question": "A disk is full (R5, jobs)",
                "size": f"{what} on 8 MiB, filled; {told['jobs']} jobs",
                "floor": "STORAGE_FULL, nothing corrupt, works again without a restart",
                "ours": f"{told['codes']}; {told['corrupt']} corrupt, integrity {told['sound']}; {told['again']} of 5 done afterwards",
                "ratio": float(9 * wrong + (told["again"] != 5)),
            }
        )
    return rows


def inside_r5(options: argparse.Namespace) -> Row:
    """Three jobs while it is full, each tried as often as faults of ours are; five when it is empty again."""
    begin()
    from django.conf import settings

    from emofuse_web.accounts.models import User
    from emofuse_web.jobs.models import Job

    user = User.objects.create(email="user@example.org")
    filler = Path(os.environ["SMALL"]) / "filler"
    numbers: dict[str, int] = {}
    with Workers(1, {"seconds": 0.1, "stages": STAGES}, again=False) as workers:
        with filler.open("wb", buffering=0) as file, suppress(OSError):
            while True:
                file.write(bytes(4096))
        for i in range(3):
            numbers[str(add(user, f"full-{i}"))] = i
        until_over(set(numbers))
        codes = {(row or {}).get("code") for row in Job.objects.filter(pk__in=list(numbers)).values_list("problem", flat=True)}
        filler.unlink()
        later = {str(add(user, f"empty-{i}")): i for i in range(5)}
        until_over(set(later))
        died = workers.died()
    kept = [file for file in Path(settings.STORAGE).rglob("*") if file.is_file()]
    corrupt = sum(file.stat().st_size != 32_000 for file in kept)
    with sqlite3.connect(settings.DATABASES["default"]["NAME"]) as database:
        sound = database.execute("PRAGMA integrity_check").fetchone()[0]
    again = len(digests(later, "empty"))
    told = counted(later)
    return {
        "jobs": len(numbers) + len(later),
        "codes": ", ".join(sorted(map(str, codes))),
        "corrupt": corrupt,
        "sound": sound,
        "again": again if not died else 0,
        "lost": told["lost"],
        "twice": told["twice"],
    }


# --- what all of them do --------------------------------------------------------------------------------------------------------------
def begin() -> None:
    """Django over the database that the environment names."""
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0, skip_checks=True)


def add(user: object, name: str) -> uuid.UUID:
    """A job whose result is known by its name: both runs of R1 make the same files."""
    from emofuse_web.jobs.models import Job, Kind
    from emofuse_web.jobs.wake import wake

    key = uuid.uuid5(uuid.NAMESPACE_OID, f"{os.environ['EMOFUSE_WEB_HOME']}-{name}")
    job = Job.objects.get_or_create(pk=key, defaults={"owner": user, "kind": Kind.ANALYSIS, "lane": "cpu"})[0]
    wake(job.lane)
    return key


def until_over(jobs: set[str]) -> None:
    """Wait until none of them waits or runs."""
    from emofuse_web.jobs.models import Job

    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and Job.objects.filter(pk__in=jobs).exclude(status__in=TERMINAL).exists():
        time.sleep(0.1)


def counted(numbers: Mapping[str, int]) -> dict[str, int]:
    """Jobs that are not over or gone, that were finished more than once, that ended otherwise than as done."""
    from emofuse_web.accounts.models import Event
    from emofuse_web.jobs.models import Job

    status = {str(pk): status for pk, status in Job.objects.filter(pk__in=list(numbers)).values_list("pk", "status")}
    for job, code in Job.objects.filter(pk__in=list(numbers), status="failed").values_list("pk", "problem__code"):
        print(f"  {job} failed: {code}", file=sys.stderr)
    times: dict[str, int] = {}
    for subject in Event.objects.filter(verb="stand-in.finished", subject__in=list(numbers)).values_list("subject", flat=True):
        times[subject] = times.get(subject, 0) + 1
    return {
        "lost": sum(status.get(job) not in TERMINAL for job in numbers),
        "twice": sum(times.get(job, 0) > 1 for job in numbers),
        "not done": sum(status.get(job) in TERMINAL and (status.get(job) != "succeeded" or times.get(job) != 1) for job in numbers),
    }


def digests(numbers: Mapping[str, int], name: str) -> dict[str, str]:
    """What lies in storage for each job that is done, by what the job's own result should be: "right", or what it is."""
    from emofuse_web.accounts.models import Event
    from emofuse_web.storage import storage

    found = {}
    for event in Event.objects.filter(verb="stand-in.finished", subject__in=list(numbers)):
        wanted = hashlib.sha256(hashlib.sha256(event.subject.encode()).digest() * 1000).hexdigest()
        held = hashlib.sha256(storage().local(event.detail["key"]).read_bytes()).hexdigest()
        found[event.subject] = "right" if held == wanted == event.detail["digest"] else held
    return found


def patiently(does: Callable[[], T]) -> T:
    """Again and again while the database is away."""
    from django.db import InterfaceError, OperationalError, connection

    until = time.monotonic() + PATIENCE
    while True:
        try:
            return does()
        except (OperationalError, InterfaceError):
            connection.close()
            if time.monotonic() > until:
                raise
            time.sleep(0.1)


class Workers:
    """Processes that are started again when they die, unless that would be a fault."""

    def __init__(self, count: int, order: Mapping[str, object], *, again: bool = True) -> None:
        self._command = [sys.executable, str(STAND_IN / "stand_in_worker.py"), json.dumps(order), "cpu", "2"]
        self._count, self._again, self._over = count, again, False
        self._processes: list[subprocess.Popen[bytes]] = []
        self._keeper = threading.Thread(target=self._keep)

    def __enter__(self) -> "Workers":
        self._processes = [self._started() for _ in range(self._count)]
        self._keeper.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over = True
        self._keeper.join()
        for process in self._processes:
            process.send_signal(signal.SIGTERM)
        for process in self._processes:
            process.wait(30)

    def died(self) -> int:
        """How many ended by themselves."""
        return sum(process.poll() is not None for process in self._processes)

    def _keep(self) -> None:
        while not self._over:
            if self._again:
                self._processes = [process if process.poll() is None else self._started() for process in self._processes]
            time.sleep(0.1)

    def _started(self) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(self._command, stderr=_log())


class Celery(Workers):
    """One worker of Celery's."""

    def __init__(self, order: Mapping[str, object]) -> None:
        super().__init__(1, order, again=False)
        os.environ["STAND_IN"] = json.dumps(order)
        program = [sys.executable, "-m", "celery", "-A", "stand_in_worker", "worker"]
        self._command = [*program, "-Q", "cpu,quick", "-c", "2", "--without-mingle", "--without-gossip"]

    def _started(self) -> "subprocess.Popen[bytes]":
        process = subprocess.Popen(self._command, cwd=STAND_IN, stdout=_log(), stderr=subprocess.STDOUT)
        from emofuse_web.jobs.models import Worker

        while process.poll() is None and not Worker.objects.exists():
            time.sleep(0.1)
        return process


def _log() -> int:
    """Where workers write, for whoever looks for a fault (STRESS_LOG)."""
    named = os.environ.get("STRESS_LOG")
    return os.open(named, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600) if named else subprocess.DEVNULL


def children(job: str, attempt: int) -> list[int]:
    """Processes that work in the folder of an attempt."""
    found = []
    for place in Path("/proc").glob("[0-9]*"):
        try:
            if (place / "cwd").readlink().name == f"{job}-{attempt}":
                found.append(int(place.name))
        except OSError:
            continue
    return found


def kill(number: int, how: signal.Signals = signal.SIGKILL) -> None:
    """A signal, if it is still there."""
    with suppress(ProcessLookupError):
        os.kill(number, how)


def home(folder: Path, **more: str) -> dict[str, str]:
    """The environment of a site of its own."""
    (folder / "home").mkdir()
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("EMOFUSE_", "DATABASE_", "CELERY_", "REDIS_"))}
    ours = {
        "DJANGO_SETTINGS_MODULE": "emofuse_web.config.settings",
        "EMOFUSE_WEB_HOME": str(folder / "home"),
        "EMOFUSE_QUOTA_RUNNING": "100",
        "EMOFUSE_JOB_POLL_MS": "200",
        "EMOFUSE_LOG_LEVEL": "INFO",
    }
    return {**kept, **ours, **more}


def measured(what: str, options: argparse.Namespace, environment: Mapping[str, str]) -> dict[str, float]:
    """One of `INSIDE`, in a process of its own."""
    words = ["--inside", what, "--jobs", str(options.jobs), "--kills", str(options.kills)]
    done = subprocess.run([sys.executable, __file__, *words], env=environment, stdout=subprocess.PIPE, text=True, check=True)
    return dict(json.loads(done.stdout.splitlines()[-1]))


@contextmanager
def scratch() -> Iterator[Path]:
    """A folder to be thrown away."""
    with tempfile.TemporaryDirectory(prefix="emofuse-jobs-") as folder:
        yield Path(folder).resolve()


@contextmanager
def small_disk(folder: Path) -> Iterator[Path | None]:
    """8 MiB; None where there is no right to mount them."""
    disk = folder / "disk"
    disk.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8M", "tmpfs", str(disk)], capture_output=True, check=False).returncode:
        print("R5 is left out: no right to mount a small disk here", flush=True)
        yield None
        return
    try:
        yield disk
    finally:
        subprocess.run(["umount", "-l", str(disk)], check=True)


@contextmanager
def postgres() -> Iterator["object | None"]:
    """A server to be thrown away, or None, which is said."""
    yield from _server("Postgres")


@contextmanager
def redis() -> Iterator["object | None"]:
    """A broker to be thrown away, or None, which is said."""
    yield from _server("Redis")


def _server(name: str) -> Iterator["object | None"]:
    import servers  # of the tests

    try:
        server = getattr(servers, name)()
    except servers.Missing as missing:
        print(f"Left out: {missing}", flush=True)
        yield None
        return
    try:
        yield server
    finally:
        server.stop()


WAYS: dict[str, Callable[[argparse.Namespace], list[Row]]] = {
    "r1": killed,
    "r1-postgresql": killed_postgresql,
    "r3": database_falls,
    "r4": broker_falls,
    "r5": disks_fill,
}
INSIDE = {"r1": inside_r1, "r3": inside_r3, "r4": inside_r4, "r5": inside_r5}

if __name__ == "__main__":
    main()
