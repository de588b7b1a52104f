"""Bar S2: a file that points to others is refused with a code, and nothing that it points to is opened or called."""

import errno
import os
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from disguises import DISGUISES

from emofuse_web.problems import CODES

HERE = Path(__file__).parent
SYSTEM = ("/usr/", "/lib", "/etc/ld.so", "/etc/localtime", "/proc/", "/sys/", "/dev/null", "/dev/urandom", "/dev/shm")
CALLS = "socket,connect,bind,sendto,sendmsg,open,openat,openat2,execve"


@pytest.fixture
def pointed(tmp_path: Path) -> Iterator[dict[str, Any]]:
    """A port and what was sent to it; a pipe that keeps whoever opens it; a neighbour of the job's folder."""
    visits: list[bytes] = []
    pipe = tmp_path / "victim"
    os.mkfifo(pipe)
    with socket.create_server(("127.0.0.1", 0)) as server:

        def listen() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                visits.append(connection.recv(100))
                connection.close()

        thread = threading.Thread(target=listen, daemon=True)
        thread.start()
        yield {"port": server.getsockname()[1], "victim": pipe, "neighbour": "../../victim", "visits": visits}
        server.shutdown(socket.SHUT_RDWR)
        thread.join(1)


@pytest.mark.parametrize("disguise", DISGUISES)
def test_what_points_elsewhere_is_refused_and_left_alone(
    tmp_path: Path, pointed: dict[str, Any], look: Callable[..., dict[str, Any]], disguise: str
) -> None:
    role, name, write = DISGUISES[disguise]
    write(tmp_path / name, pointed)

    answer = look(tmp_path / name, role)

    assert answer["problem"]["code"] in CODES and answer["problem"]["code"] != "UNKNOWN"
    assert answer["problem"]["fix"] and not answer["kept"]
    assert str(tmp_path) not in str(answer)
    assert answer["work"] < 3
    assert pointed["visits"] == []
    with pytest.raises(OSError) as nobody:  # a pipe opened for writing without waiting fails where nobody reads
        os.open(pointed["victim"], os.O_WRONLY | os.O_NONBLOCK)
    assert nobody.value.errno == errno.ENXIO


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed")
def test_the_system_is_asked_for_no_socket_and_for_no_file_of_others(tmp_path: Path, pointed: dict[str, Any]) -> None:
    orders = []
    for number, (role, name, write) in enumerate(DISGUISES.values()):
        folder = tmp_path / f"job{number}"
        (folder / "in").mkdir(parents=True)
        write(folder / "in" / name, pointed)
        orders.append(f'{{"folder": "{folder}", "request": {{"role": "{role}", "file": "{name}"}}}}')
    trace = tmp_path / "trace"
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(HERE.parents[2] / "src"), "OMP_NUM_THREADS": "1", "HOME": str(tmp_path)}
    environment |= {"EMOFUSE_HOME": str(tmp_path / "models"), "TMPDIR": str(tmp_path), "PYTHONDONTWRITEBYTECODE": "1"}

    done = subprocess.run(
        ["strace", "-f", "-qq", "-s", "400", "-e", f"trace={CALLS}", "-o", str(trace), sys.executable, str(HERE / "looker.py")],
        input="\n".join(orders) + "\n", capture_output=True, text=True, env=environment, cwd=tmp_path, check=True,
    )  # fmt: skip

    refused = done.stdout.splitlines()
    assert len(refused) == len(DISGUISES) >= 20
    assert all('"problem": {' in line for line in refused)
    lines = trace.read_text(errors="replace").splitlines()
    opened = [line for line in lines if "open" in line.split("(")[0]]
    assert len(opened) > 100
    assert [line for line in lines if line.split()[1].startswith(("socket", "connect", "bind", "sendto", "sendmsg"))] == []
    assert [line for line in opened if "victim" in line] == []
    allowed = (
        *SYSTEM,
        sys.prefix,
        sys.base_prefix,
        str(HERE.parents[2] / "src"),
        str(HERE),
        str(tmp_path),
        str(Path(sys.executable).parent),
    )
    paths = [line.split('"')[1] for line in opened if '"' in line and "= -1" not in line]
    assert [path for path in paths if path.startswith("/") and not path.startswith(allowed)] == []
