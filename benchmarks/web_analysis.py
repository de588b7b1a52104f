"""What does an analysis cost in the web application over the command line, on the same file?

The floor is ``emofuse analyze --annotate --plot`` (and without ``--annotate``) in a process of its own. Ours is all that a worker does:
the job's folder prepared, a child started and shut in, its proxy, answer, files and annotated copy, and what came out collected into
storage and rows. The two take turns; the median of each counts. Where others work on the machine, seconds of processors (user and
system, of all children) say more than those of the clock: both are printed.
"""

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from analysis import at_home, clips, encoded, repeated

QUESTION = "What does an analysis in the web cost over emofuse analyze?"
BAR = 1.15


def main() -> None:
    """Make the film, measure in turns, print, and keep the rows."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=int, default=3, help="length of the film (3)")
    parser.add_argument("--runs", type=int, default=3, help="of each; their median counts (3)")
    parser.add_argument("--models", type=Path, default=Path("../shared/models"), help="holds what finds faces, where it is not at home yet")
    parser.add_argument("--docs", type=Path, default=Path("docs"), help="where rows are kept (docs)")
    parser.add_argument("--keep", action=argparse.BooleanOptionalAction, default=True, help="whether rows are kept")
    parser.add_argument("--only", choices=("annotated", "plain"), help="with the annotated film, or without")
    parser.add_argument("--measure", nargs=2, metavar=("WHAT", "FILE"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        print(json.dumps(MEASURES[options.measure[0].split("-")[0]](options.measure[0], Path(options.measure[1]))))
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        film = repeated(encoded(clips(folder), folder / "base.mp4"), folder / "film.mp4", 60 * options.minutes)
        home = at_home(options.models, folder)
        for annotated in ("annotated", "plain") if options.only is None else (options.only,):
            report(film, annotated, options, home)


def report(film: Path, annotated: str, options: argparse.Namespace, home: str | None) -> None:
    """Both, in turns."""
    found: dict[str, list[dict[str, float]]] = {f"line-{annotated}": [], f"web-{annotated}": []}
    for _ in range(options.runs):
        for what in found:
            found[what].append(measured(what, film, home))
    line, web = ({key: statistics.median(run[key] for run in runs) for key in runs[0]} for runs in found.values())
    ratios = {key: web[key] / line[key] for key in line}
    size = f"{options.minutes} min of 720p at 30/s, {annotated}"
    for name, row in (("command line", line), ("web", web), ("ratio", ratios)):
        print(f"{size:>40} {name:>12} {row['seconds']:8.2f} s of the clock {row['processors']:8.2f} s of processors", flush=True)
    if options.keep:
        keep(size, line, web, options)


def keep(size: str, line: dict[str, float], web: dict[str, float], options: argparse.Namespace) -> None:
    """Write the row down."""
    from emofuse.evaluation.record import BENCHMARKS, origin
    from emofuse.run import commit

    row = {
        "question": QUESTION,
        "size": size,
        "floor": f"{line['seconds']:.1f} s ({line['processors']:.1f} s of processors)",
        "ours": f"{web['seconds']:.1f} s ({web['processors']:.1f} s of processors)",
        "ratio": round(web["seconds"] / line["seconds"], 3),
        "memory": None,
        **origin(f"python benchmarks/web_analysis.py --minutes {options.minutes} --runs {options.runs}", commit()),
    }
    BENCHMARKS.add(options.docs, row)


def measured(what: str, film: Path, home: str | None) -> dict[str, float]:
    """One measurement in a process of its own."""
    environment = os.environ | ({"EMOFUSE_HOME": home} if home else {})
    with tempfile.TemporaryDirectory() as kept:
        environment["EMOFUSE_WEB_HOME"] = kept
        child = subprocess.run(
            [sys.executable, __file__, "--measure", what, str(film)], env=environment, capture_output=True, text=True, check=False
        )
    if child.returncode:
        raise SystemExit(f"measuring {what} failed:\n{child.stderr}")
    result: dict[str, float] = json.loads(child.stdout.splitlines()[-1])
    return result


def processors() -> float:
    """Seconds of processors that this process and its children have taken."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def command_line(what: str, film: Path) -> dict[str, float]:
    """The command, from its start to its end."""
    more = ["--annotate"] if what.endswith("annotated") else []
    with tempfile.TemporaryDirectory() as out:
        begun, used = time.perf_counter(), processors()
        command = [sys.executable, "-m", "emofuse", "analyze", str(film), "--out", out, "--plot", *more]
        subprocess.run(command, check=True, capture_output=True)
        return {"seconds": time.perf_counter() - begun, "processors": processors() - used}


def in_the_web(what: str, film: Path) -> dict[str, float]:
    """What a worker does with a job, once it has claimed it."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "emofuse_web.config.settings"
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    job = asked(film, annotate=what.endswith("annotated"))
    from emofuse_web.jobs.attempt import Attempt

    begun, used = time.perf_counter(), processors()
    Attempt(job).through()
    took = {"seconds": time.perf_counter() - begun, "processors": processors() - used}
    job.refresh_from_db()
    if job.status != "succeeded":
        raise SystemExit(f"the analysis ended as {job.status}: {job.problem}")
    return took


def asked(film: Path, *, annotate: bool) -> object:
    """A job that is claimed, of an analysis of a film that is in storage."""
    from datetime import timedelta

    from django.utils import timezone

    from emofuse_web.accounts.models import User
    from emofuse_web.analyses.models import Analysis
    from emofuse_web.jobs import queue
    from emofuse_web.storage import storage
    from emofuse_web.uploads.models import State, Upload

    owner, day = User.objects.create_user("someone@example.org", "nobody signs in"), timezone.now() + timedelta(days=1)
    size = film.stat().st_size
    video = Upload.objects.create(owner=owner, role="video", name="film.mp4", size=size, offset=size, state=State.READY, expires=day)
    storage().put(f"uploads/{video.id}", film)
    said = {"purpose": "research", "setting": "elsewhere", "notice": "1", "consent": timezone.now(), "retention_days": 1, "expires": day}
    options = {"explain": False, "annotate_video": annotate, "offsets": {}}
    job = queue.job_add(owner=owner, kind="analysis", lane="cpu")
    Analysis.objects.create(owner=owner, job=job, mode="av", model="best", video=video, options=options, **said)
    return queue.job_claim(worker="benchmark", lanes=["cpu"])


MEASURES = {"line": command_line, "web": in_the_web}


if __name__ == "__main__":
    main()
