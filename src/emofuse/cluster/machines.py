"""Tasks spread over machines by Ray: a worker that dies is replaced, and what it was at is done by another.

Machines see the same folders under the same paths, and have the same versions installed; both are looked at before anything is done.
Ray starts when there is something to do, and what was started here ends with it.
"""

import logging
import os
import socket
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from itertools import islice
from pathlib import Path
from types import ModuleType, TracebackType
from typing import Any, Self, TypeVar

from emofuse import __version__
from emofuse.cluster.cores import kept_to
from emofuse.cluster.done import Done, called, timed
from emofuse.core.errors import RunError

log = logging.getLogger(__name__)

Task = TypeVar("Task")
Result = TypeVar("Result")

AUTO, LOCAL = "auto", "local"
AGAIN = 2  # times that a task is given to another worker after the first one died of it: a file that kills three is at fault itself
AHEAD = 3  # tasks that wait, a worker: enough that none is idle, few enough that a million need no memory here
STORE = 200_000_000  # bytes that a cluster started here keeps for tasks and results, which are small
KNOCK = 10.0  # seconds for a port to answer
ENDED = frozenset({"GetTimeoutError", "LocalRayletDiedError", "NodeDiedError", "WorkerCrashedError"})
"""What Ray raises where a machine was too busy, or gone, before anything was done: not all of them in every version."""
LETTING_GO = 20.0  # seconds for workers to end when nobody wants the rest
PATIENCE = 300.0  # seconds within which every machine has started a process that has imported emofuse
ANSWERING = ("numpy", "torch", "onnxruntime", "av", "opencv-python-headless")  # packages that answers hang on


def versions() -> Mapping[str, str]:
    """Of what answers hang on."""
    found = {"emofuse": __version__}
    for package in ANSWERING:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "none"
    return found


class Machines:
    """All workers of a cluster, as whoever spreads tasks (`emofuse.cluster.done.Spread`).

    Args:
        address: "auto": the cluster that this machine is part of, else one started here; "local": one started here;
            or ``host:port`` as ``ray start --head`` prints it.
        threads: Cores of each task. A machine does as many tasks at once as it has so many cores.
        places: Folders that every machine must see under the same path.
        alike: What must be the same everywhere: versions, and whatever else answers hang on.

    Example:
        ``with Machines("auto") as spread: list(spread(do, tasks))``
    """

    def __init__(
        self, address: str, *, threads: int = 1, places: Sequence[Path] = (), alike: Callable[[], Mapping[str, str]] = versions
    ) -> None:
        self.address, self.threads, self.alike = address, threads, alike
        self.places = tuple(dict.fromkeys(Path(place).absolute() for place in places))
        self.ray: ModuleType | None = None
        self._ours = False

    def __enter__(self) -> Self:
        _ray()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self.ray is not None and self._ours:
            self.ray.shutdown()
        self.ray = None

    def __call__(self, do: Callable[[Task], Result], tasks: Sequence[Task], /) -> Generator[tuple[Task, Done[Result]], None, None]:
        """Spread them.

        Raises:
            RunError: Nobody answers at the address, no machine has enough cores, or they are not alike.
        """
        if not tasks:
            return
        ray = self._connected()
        remote = ray.remote(num_cpus=self.threads, max_retries=AGAIN)(_there)
        work = ray.put((do, _Place.here(), self.threads))
        todo = iter(tasks)
        waiting: dict[Any, Task] = {}
        try:
            while True:
                room = AHEAD * max(2, int(ray.cluster_resources().get("CPU", 0) // self.threads))  # machines come and go
                waiting |= {remote.remote(work, task): task for task in islice(todo, room - len(waiting))}
                if not waiting:
                    return
                ready, _ = ray.wait(list(waiting), timeout=1.0)
                for ref in ready:
                    task = waiting.pop(ref)
                    yield task, _got(ray, ref, task)
        finally:
            for ref in waiting:  # Ctrl-C, or nobody wants the rest
                ray.cancel(ref, force=True)
            if waiting:  # whoever asked may tidy up then: nobody writes any more
                ray.wait(list(waiting), num_returns=len(waiting), timeout=LETTING_GO)

    def _connected(self) -> ModuleType:
        if self.ray is not None:
            return self.ray
        ray = _ray()
        if not ray.is_initialized():
            self._ours = True
            _connect(ray, self.address)
        self.ray = ray
        machines = [node for node in ray.nodes() if node["Alive"] and node["Resources"].get("CPU", 0) > 0]
        cores = max((int(node["Resources"]["CPU"]) for node in machines), default=0)
        if cores < self.threads:
            raise RunError(
                f"A task takes {self.threads} cores, and the largest machine of the cluster at {self.address} has {cores}. Expected one "
                f"that has them; add it, or ask for fewer --threads."
            )
        self._look(ray, machines)
        return ray

    def _look(self, ray: ModuleType, machines: Sequence[Mapping[str, Any]]) -> None:
        """Ask every machine for what must be the same."""
        from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

        places = [folder for folder in self.places if folder.exists()]  # what is nowhere is told by whoever looks for it
        ask = ray.remote(num_cpus=0, max_retries=AGAIN)(_seen)
        place = _Place.here()
        refs = [
            ask.options(scheduling_strategy=NodeAffinitySchedulingStrategy(node["NodeID"], soft=False)).remote(places, self.alike, place)
            for node in machines
        ]
        expected = dict(self.alike())
        for node, ref in zip(machines, refs, strict=True):
            name = node["NodeManagerHostname"]
            try:
                found, gone = ray.get(ref, timeout=PATIENCE)
            except ray.exceptions.RayError as error:
                if type(error).__name__ in ENDED:
                    raise RunError(_ended(name, error)) from error
                raise RunError(
                    f"Machine {name} cannot take part: {_last(error)}. Expected emofuse {__version__} in the environment that Ray was "
                    f"started from there; install it, and start Ray anew."
                ) from error
            if gone:
                raise RunError(
                    f"Machine {name} has no {gone[0]}. Expected the same folders under the same paths on every machine; mount it there, or "
                    f"name a folder that all of them see."
                )
            other = [f"{key} {found.get(key)}, not {value}" for key, value in expected.items() if found.get(key) != value]
            if other:
                raise RunError(
                    f"Machine {name} has {'; '.join(other)}. Expected the same as here, as answers would differ; install the same there "
                    f"(constraints.txt names versions), and put face detectors into a folder that EMOFUSE_HOME names on all of them."
                )


def _ended(name: str, error: Exception) -> str:
    return (
        f"Ray ended on machine {name}, or did not answer, while it started: {_last(error)}. "
        f"Expected an answer within {PATIENCE:.0f} s, which a machine that is busy with other things may not give; "
        f"call again when it is less so, or leave --cluster out."
    )


@dataclass(frozen=True, slots=True)
class _Place:
    """Where this process stands, for those that work for it."""

    folder: str
    home: str | None

    @classmethod
    def here(cls) -> Self:
        return cls(str(Path.cwd()), os.environ.get("EMOFUSE_HOME"))

    def taken(self) -> None:
        if Path(self.folder).is_dir():
            os.chdir(self.folder)  # so that a path means the same
        if self.home is not None:
            os.environ["EMOFUSE_HOME"] = self.home


def _there(work: "tuple[Callable[[Task], Result], _Place, int]", task: Task) -> Done[Result]:
    """What a worker does."""
    do, place, threads = work
    place.taken()
    with kept_to(threads):
        return timed(do, task)


def _seen(places: Sequence[Path], alike: Callable[[], Mapping[str, str]], place: _Place) -> tuple[dict[str, str], list[str]]:
    """What a machine has of what must be the same, and which folders it does not see."""
    place.taken()
    return dict(alike()), [str(folder) for folder in places if not folder.exists()]


def _got(ray: ModuleType, ref: object, task: object) -> "Done[Any]":
    """What became of a task, or that its workers died of it."""
    name = called(task)
    try:
        done: Done[Any] = ray.get(ref)
    except ray.exceptions.OutOfMemoryError:
        problem = f"{name} takes more memory than its machine has. Expected about half a gigabyte a worker; give it a machine of its own."
    except (ray.exceptions.WorkerCrashedError, ray.exceptions.NodeDiedError):
        problem = (
            f"{name} ended {AGAIN + 1} workers one after another. Expected an answer or an error; analyse it alone to see what happens, or "
            f"leave it out, and call again: what was done is kept."
        )
    except ray.exceptions.RayError as error:
        problem = f"{name} could not be done: {_last(error)}. Expected an answer from some machine of the cluster; call again."
    else:
        return done
    return Done(None, RunError(problem), 0.0, "")


def _connect(ray: ModuleType, address: str) -> None:
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # nobody is told what is done here
    quiet = {"log_to_driver": False, "logging_level": logging.ERROR}
    start = partial(ray.init, address=LOCAL, include_dashboard=False, object_store_memory=STORE, **quiet)
    try:
        if address == LOCAL:
            start()
        elif address == AUTO:
            try:
                ray.init(address=AUTO, **quiet)
            except ConnectionError:  # this machine is part of none
                start()
        else:
            _listening(address)
            ray.init(address=address, **quiet)
    except (OSError, RuntimeError, ValueError, ray.exceptions.RayError) as error:
        raise RunError(
            f"No Ray cluster answers at {address}: {_last(error)}. Expected 'auto', 'local', or the host:port that `ray start --head` "
            f"printed; start one there with the same versions of Python and Ray, or name another."
        ) from error


def _listening(address: str) -> None:
    """Whether anything does: Ray tries for two minutes, and ends the process then."""
    host, colon, port = address.rpartition("//")[2].rpartition(":")
    if not colon or not port.isdigit():
        raise ValueError("it has no port")
    socket.create_connection((host.strip("[]"), int(port)), timeout=KNOCK).close()


def _ray() -> ModuleType:
    try:
        import ray
    except ImportError as error:
        raise RunError(
            "Ray is not installed, without which there is no --cluster. Expected the extra 'cluster'; install it with "
            "pip install 'emofuse[cluster]', or leave --cluster out."
        ) from error
    module: ModuleType = ray
    return module


def _last(error: BaseException) -> str:
    """The line of an error that says what it is."""
    return (str(error).strip().splitlines() or [type(error).__name__])[-1].strip().rstrip(".")
