"""Ten ways out of the child, each tried for real, each shut; each also tried without walls, where it is open."""

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from emofuse_web import sandbox
from emofuse_web.sandbox import calls, landlock
from emofuse_web.sandbox.walls import GIB, Walls

pytestmark = pytest.mark.skipif(
    not landlock.version() or not calls.known(), reason="this kernel has no Landlock, or no filter for this machine"
)
WALLS = Walls(memory=2 * GIB, cpu=2, file=2**20, disk=2**24, processes=24, files=64, threads=1)


@pytest.fixture
def folder(tmp_path):
    own = tmp_path / "own"
    for inner in ("in", "out", "tmp"):
        (own / inner).mkdir(parents=True)
    (own / "in" / "film").write_bytes(b"film")
    return own


@pytest.fixture
def victim():
    """A process of ours that a child might reach for."""
    process = subprocess.Popen([sys.executable, "-S", "-c", "import time; time.sleep(60)"])
    yield process.pid
    process.kill()
    process.wait()


@pytest.fixture
def child(folder, monkeypatch):
    """Runs code with or without walls; gives its status and what it printed as JSON."""
    monkeypatch.setenv("EMOFUSE_SECRET_KEY", "canary")

    def run(code, *, walls=WALLS, shut=True, timeout=30):
        command = [sys.executable, "-S", "-c", f"import json, os, sys\n{code}"]
        process = subprocess.Popen(
            sandbox.entered(command, folder, walls) if shut else command,
            cwd=folder,
            env=sandbox.environment(folder, walls) if shut else dict(os.environ),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        with process:
            try:
                out, error = process.communicate(timeout=timeout)
            finally:
                process.kill()
        return process.returncode, json.loads(out) if out.strip() else error.decode()[-400:]

    return run


def tried(does):
    """Code that says whether something could be done."""
    return f"""
try:
    {does}
    print(json.dumps("open"))
except (OSError, MemoryError) as error:
    print(json.dumps("shut"))
"""


def test_the_child_works_in_its_own_folder(child, folder):
    code = "film = open('in/film', 'rb').read(); open('out/result', 'wb').write(film * 2); print(json.dumps(len(film)))"

    assert child(code) == (0, 4)
    assert (folder / "out" / "result").read_bytes() == b"filmfilm"


@pytest.mark.parametrize("shut", [True, False])
def test_1_no_network(child, shut):
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        port = listening.getsockname()[1]

        _, said = child(tried(f"import socket; socket.create_connection(('127.0.0.1', {port}), 2)"), shut=shut)

    assert said == ("shut" if shut else "open")


@pytest.mark.parametrize(
    "kind", ["AF_INET, socket.SOCK_DGRAM", "AF_INET6, socket.SOCK_STREAM", "AF_NETLINK, socket.SOCK_RAW", "AF_VSOCK, socket.SOCK_STREAM"]
)
def test_1_no_socket_that_leads_anywhere(child, kind):
    assert child(tried(f"import socket; socket.socket(socket.{kind})"))[1] == "shut"


@pytest.mark.parametrize("shut", [True, False])
@pytest.mark.parametrize("how", ["socket.socket(socket.AF_UNIX).connect(DOOR)", "socket.socketpair(type=socket.SOCK_DGRAM)"])
def test_1_no_database_and_no_docker_through_a_socket_file(child, how, shut):
    with tempfile.TemporaryDirectory(prefix="door-") as place, socket.socket(socket.AF_UNIX) as listening:
        door = f"{place}/s"
        listening.bind(door)
        Path(door).chmod(0o777)
        listening.listen()

        _, said = child(tried(f"import socket; {how.replace('DOOR', repr(door))}"), shut=shut)

    assert said == ("shut" if shut else "open")


def test_1_a_pair_of_sockets_for_itself_is_no_way_out(child):
    assert child(tried("import socket; one, other = socket.socketpair(); one.send(b'x'); other.recv(1)"))[1] == "open"


@pytest.mark.parametrize("shut", [True, False])
@pytest.mark.parametrize("what", ["/etc/passwd", "another job's folder", "its parent's environment"])
def test_2_no_reading_of_anything_of_others(child, folder, what, shut):
    beside = folder.parent / "beside" / "film"
    beside.parent.mkdir()
    beside.write_text("somebody else's")
    name = {"another job's folder": beside, "its parent's environment": f"/proc/{os.getpid()}/environ"}.get(what, what)

    _, said = child(tried(f"open({str(name)!r}, 'rb').read()"), shut=shut)

    assert said == ("shut" if shut else "open")


@pytest.mark.parametrize("shut", [True, False])
def test_3_no_secrets_in_its_environment(child, shut):
    _, said = child("print(json.dumps(sorted(os.environ)))", shut=shut)

    assert ("EMOFUSE_SECRET_KEY" in said) is not shut
    if shut:
        assert set(said) <= {*sandbox.environment(Path("x"), WALLS), "LC_CTYPE"}


@pytest.mark.parametrize("shut", [True, False])
def test_4_no_more_processes_than_it_may_have(child, shut):
    code = """
import time
started = []
try:
    while len(started) < 100:
        number = os.fork()
        if number == 0:
            time.sleep(20)
            os._exit(0)
        started.append(number)
except OSError:
    pass
for number in started:
    os.kill(number, 9)
    os.waitpid(number, 0)
print(json.dumps(len(started)))
"""
    _, said = child(code, shut=shut)

    assert said == 100 if not shut else 0 < said < WALLS.processes


@pytest.mark.parametrize("shut", [True, False])
def test_5_no_file_larger_than_it_may_be(child, shut):
    assert child(tried("open('tmp/large', 'wb').write(bytes(2**22))"), shut=shut)[1] == ("shut" if shut else "open")


@pytest.mark.parametrize("shut", [True, False])
def test_6_no_more_memory_than_it_may_have(child, shut):
    assert child(tried(f"import mmap; mmap.mmap(-1, {3 * GIB})"), shut=shut)[1] == ("shut" if shut else "open")


@pytest.mark.slow
def test_7_no_more_processor_time_than_it_may_have(child):
    began = time.monotonic()

    status, _ = child("while True: pass")

    assert status in (-signal.SIGXCPU, -signal.SIGKILL)
    assert time.monotonic() - began < 25


@pytest.mark.parametrize("shut", [True, False])
@pytest.mark.parametrize("request_", [0x10, 0x4206], ids=["attach", "seize"])
def test_8_no_tracing_of_others(child, victim, request_, shut):
    code = f"import ctypes; print(json.dumps('shut' if ctypes.CDLL(None).ptrace({request_}, {victim}, None, None) < 0 else 'open'))"

    assert child(code, shut=shut)[1] == ("shut" if shut else "open")


def test_8_no_reading_of_the_memory_of_others(child, victim):
    code = f"""
import ctypes
local = ctypes.create_string_buffer(8)
class Part(ctypes.Structure):
    _fields_ = (("base", ctypes.c_void_p), ("length", ctypes.c_size_t))
mine, theirs = Part(ctypes.addressof(local), 8), Part(0x400000, 8)
library = ctypes.CDLL(None, use_errno=True)
library.process_vm_readv({victim}, ctypes.byref(mine), 1, ctypes.byref(theirs), 1, 0)
print(json.dumps(ctypes.get_errno()))
"""
    assert child(code)[1] == 1  # EPERM, before any address is looked at


@pytest.mark.parametrize("shut", [True, False])
def test_9_no_writing_outside(child, folder, shut):
    beside = folder.parent / "left"

    assert child(tried(f"open({str(beside)!r}, 'w')"), shut=shut)[1] == ("shut" if shut else "open")
    assert beside.exists() is not shut


@pytest.mark.parametrize("does", ["os.symlink('/etc/passwd', 'out/result')", "os.mkfifo('out/result')", "os.link('in/film', '../left')"])
def test_9_nothing_that_only_pretends_to_be_a_file(child, folder, does):
    assert child(tried(does))[1] == "shut"
    assert not (folder / "out" / "result").exists()


@pytest.mark.parametrize("shut", [True, False])
def test_10_no_signal_to_others(child, victim, shut):
    _, said = child(tried(f"os.kill({victim}, 0)"), shut=shut)

    assert said == ("shut" if shut else "open")


def test_10_no_signal_to_its_parent(child):
    assert child(tried("os.kill(os.getppid(), 0)"))[1] == "shut"


def test_it_cannot_leave_the_session_it_is_killed_with(child):
    assert child("os.fork() == 0 or os._exit(0)\n" + tried("os.setsid()"))[1] == "shut"


def test_it_cannot_make_namespaces(child):
    code = "import ctypes; print(json.dumps(ctypes.CDLL(None).unshare(0x10000000)))"

    assert child(code)[1] == -1


def test_it_keeps_no_rights_that_it_could_gain_by_a_program(child):
    code = (
        "told = open('/proc/self/status').read(); print(json.dumps([line for line in told.splitlines() if line.startswith('NoNewPrivs')]))"
    )

    assert child(code)[1] == ["NoNewPrivs:\t1"]


def test_files_its_parent_holds_open_are_not_handed_down(child, tmp_path):
    with (tmp_path / "secret").open("w+") as held:
        os.set_inheritable(held.fileno(), True)
        _, said = child("print(json.dumps(sorted(os.listdir('/proc/self/fd'))))")

    assert len(said) == 4  # three and the one that lists them


def test_it_dies_with_its_parent(folder, tmp_path):
    code = f"""
import subprocess, sys, time
from pathlib import Path
import django
django.setup()
from emofuse_web import sandbox
from emofuse_web.sandbox.walls import Walls
folder = Path({str(folder)!r})
child = subprocess.Popen(sandbox.entered([sys.executable, "-S", "-c", "import time; time.sleep(60)"], folder, Walls()), cwd=folder)
print(child.pid, flush=True)
time.sleep(60)
"""
    parent = subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, env={**os.environ, "DJANGO_SETTINGS_MODULE": "emofuse_web.config.settings"}
    )
    assert parent.stdout is not None
    number = int(parent.stdout.readline())
    until = time.monotonic() + 10
    while not any(b"time.sleep" in last for last in Path(f"/proc/{number}/cmdline").read_bytes().split(b"\0")[-2:-1]):
        assert time.monotonic() < until  # it has no words while it becomes another program
        time.sleep(0.01)
    time.sleep(0.3)

    parent.kill()
    parent.wait()
    parent.stdout.close()

    while Path(f"/proc/{number}").exists() and _state(number) != "Z" and time.monotonic() < until:
        time.sleep(0.01)
    assert not Path(f"/proc/{number}").exists() or _state(number) == "Z"


def _state(number):
    try:
        return Path(f"/proc/{number}/stat").read_text().rpartition(") ")[2][0]
    except OSError:
        return "Z"


@pytest.mark.parametrize(("must", "ran"), [(False, True), (True, False)])
def test_nothing_is_run_without_a_wall_where_walls_must_hold(tmp_path, monkeypatch, must, ran):
    broken = "import emofuse_web.sandbox.landlock as l\ndef ruleset(*_): raise OSError\nl.ruleset = ruleset\n"
    order = sandbox.entered([sys.executable, "-S", "-c", "print('it ran')"], tmp_path, Walls(), must=must)[-5]
    code = f"{broken}import json, os, sys\nfrom emofuse_web.sandbox.enter import enter\norder = json.loads({order!r})\n"
    code += "order['parent'] = os.getppid()\nenter(order, [sys.executable, '-S', '-c', 'print(1)'])"

    done = subprocess.run(
        [sys.executable, "-c", code], env=sandbox.environment(tmp_path, Walls()), capture_output=True, text=True, check=False
    )

    assert (done.stdout == "1\n") is ran, done.stderr
