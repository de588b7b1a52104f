"""Everything on one machine by one command: tables, the first administrator's link, the site, and a worker beside it.

The site and the worker are processes of their own. A worker that dies is started again; a site that dies ends it all.
"""

import os
import signal
import socket
import subprocess
import sys
import time

PATIENCE = 15  # s that processes get to finish what they do
AGAIN = 2  # s before a worker that died is started anew; doubled each time, up to a minute
EVERYWHERE = ("0.0.0.0", "::", "")  # noqa: S104  # addresses that stand for all of a machine's
HEAPS = {"MALLOC_ARENA_MAX": "2", "MALLOC_TRIM_THRESHOLD_": "65536"}
"""For glibc, which else gives each thread a heap of its own and keeps what was freed: a sixth of the site's memory."""
THREADS = 8  # requests at a time; bodies of uploads and films that are played take one each


class CannotServe(RuntimeError):
    """It could not start; says what happened, what was expected and how to put it right."""


def serve(host: str, port: int, *, worker: bool = True, sample: bool = True) -> int:
    """Run until somebody stops it (Ctrl-C, SIGTERM).

    Raises:
        CannotServe: The port is taken or may not be used, or the tables cannot be made.
    """
    _free(host, port)
    shown = "localhost" if host in ("0.0.0.0", "127.0.0.1", "::", "::1", "") else host  # browsers make no passkeys for numbers
    site = f"http://{f'[{shown}]' if ':' in shown else shown}:{port}"
    os.environ.setdefault("EMOFUSE_SITE_URL", site)
    if "EMOFUSE_HOSTS" not in os.environ:
        _named(host)
        os.environ["EMOFUSE_HOSTS"] = "*" if host in EVERYWHERE else f"{host},localhost,127.0.0.1,[::1]"
    os.environ["DJANGO_SETTINGS_MODULE"] = "emofuse_web.config.settings"
    link = _prepared(sample=sample)
    print(f"emofuse is at {site}  (stop it with Ctrl-C)", flush=True)
    if link:
        print(f"Nobody administers it yet. Whoever opens this link within a day, once, does:\n  {site}{link}", flush=True)
    return _Processes(host, port, worker=worker).run()


def _named(host: str) -> None:
    """Messages with links to new passwords go out under the name that a request gives: where any would do, a stranger chooses it."""
    if host in EVERYWHERE and os.environ.get("EMAIL_HOST"):
        raise CannotServe(
            f"EMAIL_HOST is set, and {host or 'every address'} answers to any name. Expected EMOFUSE_HOSTS with the names of this site, so "
            f"that links in messages lead here and nowhere else; set it, for example EMOFUSE_HOSTS=emofuse.example.org."
        )


def _free(host: str, port: int) -> None:
    """Say now, in words, what a server would say later in a trace."""
    kind = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(kind) as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind((host, port))
        except (OSError, OverflowError) as error:
            why = getattr(error, "strerror", None) or error
            raise CannotServe(
                f"Port {port} of {host} cannot be used: {why}. Expected a free one; stop what uses it, or name another with --port."
            ) from error


def _prepared(*, sample: bool) -> str:
    """Tables, files for browsers, the sample; the way to the first administrator's page, or nothing."""
    import django
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import call_command
    from django.db.utils import OperationalError

    try:
        django.setup()
        call_command("migrate", verbosity=0)
        call_command("createcachetable", verbosity=0)
    except ImproperlyConfigured as problem:
        raise CannotServe(str(problem)) from problem
    except (OperationalError, OSError) as error:
        raise CannotServe(
            f"The tables cannot be made: {error}. Expected a folder of yours in EMOFUSE_HOME, or a database that DATABASE_URL names and "
            f"that answers; put it right, and start again."
        ) from error
    from emofuse_web.config.statics import collect

    collect()
    from emofuse_web.accounts.services import first_link

    if sample:
        call_command("sample", verbosity=0)
    return first_link()


class _Processes:
    """The site and the worker."""

    def __init__(self, host: str, port: int, *, worker: bool) -> None:
        address = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        self._site = [
            *(sys.executable, "-m", "gunicorn", "emofuse_web.config.wsgi:application", "--bind", address),
            *("--workers", "1", "--threads", str(THREADS), "--timeout", "120", "--graceful-timeout", "5", "--log-level", "warning"),
        ]
        self._worker = [sys.executable, "-m", "emofuse_web", "worker"] if worker else []
        self._stop = False

    def run(self) -> int:
        """Until a signal, or until the site dies."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._asked)
        site = subprocess.Popen(self._site, start_new_session=True, env={**HEAPS, **os.environ})
        worker = self._started()
        wait, due = AGAIN, 0.0
        while not self._stop and site.poll() is None:
            if self._worker and (worker is None or worker.poll() is not None):
                if worker is not None:
                    print(f"The worker ended with status {worker.returncode}; it starts again in {wait} s.", file=sys.stderr, flush=True)
                    worker, due, wait = None, time.monotonic() + wait, min(2 * wait, 60)
                elif time.monotonic() >= due:
                    worker = self._started()
            time.sleep(0.2)
        _ended([process for process in (worker, site) if process is not None])
        return 0 if self._stop else 1

    def _started(self) -> "subprocess.Popen[bytes] | None":
        return subprocess.Popen(self._worker, start_new_session=True) if self._worker else None

    def _asked(self, number: int, frame: object) -> None:
        self._stop = True


def _ended(processes: "list[subprocess.Popen[bytes]]") -> None:
    """Asked to end, and made to where they do not."""
    for process in processes:
        if process.poll() is None:
            process.terminate()
    until = time.monotonic() + PATIENCE
    for process in processes:
        try:
            process.wait(max(0.1, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
