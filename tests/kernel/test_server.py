"""The embedded server: started, shared, stopped, killed by turns, and working again after."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from kamkor.kernel.credentials import private_folder
from kamkor.kernel.postmaster import home_of_nobody
from kamkor.kernel.processes import LINUX, nobody, own_identity, process_of, wait_for
from kamkor.kernel.server import Server, database_server, erase_database, running_server
from kamkor.kernel.server_facts import ServerFault
from tests.kernel.commands import answer, assert_at_rest, finished, mode, run_command, started
from tools.drill_start import HOLDER, python_for, servers_of

ROOT_ON_LINUX = LINUX and os.geteuid() == 0


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    return private_folder(tmp_path / "data")


@pytest.fixture
def holder(data: Path) -> Iterator[subprocess.Popen[str]]:
    """Another command that has started the server and uses it until it is killed."""
    command = run_command(data, "60")
    assert command.stdout is not None
    assert command.stdout.readline() == "1\n"
    yield command
    command.kill()
    command.communicate()
    assert wait_for(lambda: not servers_of(data), 15)


def test_starts_answers_and_stops_leaving_nothing(data: Path) -> None:
    with database_server(data) as facts:
        assert answer(facts, data) == "kamkor_web"
        assert running_server(data) == facts
        sockets = Path(facts.host)
        assert len(facts.host) < 90
        assert mode(sockets) == "0700"
    assert running_server(data) is None
    assert not sockets.exists()
    assert_at_rest(data)


def test_second_start_is_quick(data: Path) -> None:
    with database_server(data):
        pass
    begin = time.monotonic()
    with database_server(data) as facts:
        assert answer(facts, data) == "kamkor_web"
    assert time.monotonic() - begin < 2
    assert_at_rest(data)


def test_ten_commands_at_once_all_get_their_answer(data: Path) -> None:
    commands = [run_command(data) for _ in range(10)]
    assert [finished(one) for one in commands] == ["1\n"] * 10
    assert_at_rest(data)


def test_whoever_joins_keeps_the_server_up_after_the_starter_has_done(
    data: Path, holder: subprocess.Popen[str]
) -> None:
    with database_server(data) as facts:
        holder.send_signal(signal.SIGINT)
        assert holder.poll() is None
        time.sleep(0.3)
        assert answer(facts, data) == "kamkor_web"
    assert wait_for(lambda: holder.poll() is not None, 10)
    assert_at_rest(data)


def test_ctrl_c_stops_the_server_at_once(data: Path, holder: subprocess.Popen[str]) -> None:
    holder.send_signal(signal.SIGINT)
    holder.wait(10)
    assert_at_rest(data)


@pytest.mark.skipif(not LINUX, reason="only Linux tells a child of its parent's end")
def test_postgres_ends_by_itself_when_its_supervisor_is_killed(
    data: Path, holder: subprocess.Popen[str]
) -> None:
    holder.kill()
    holder.wait()
    assert wait_for(lambda: not servers_of(data), 10)
    assert finished(run_command(data)) == "1\n"
    assert_at_rest(data)


def test_starts_at_once_after_its_supervisor_was_killed(
    data: Path, holder: subprocess.Popen[str]
) -> None:
    holder.kill()
    assert finished(run_command(data)) == "1\n"


@pytest.mark.skipif(not LINUX, reason="finds the server's processes in /proc")
def test_starts_at_once_after_everything_was_killed(
    data: Path, holder: subprocess.Popen[str]
) -> None:
    for pid in [holder.pid, *servers_of(data)]:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    assert finished(run_command(data)) == "1\n"
    assert wait_for(lambda: holder.poll() is not None, 5)
    assert_at_rest(data)


@pytest.mark.skipif(not LINUX, reason="finds the server's processes in /proc")
def test_starts_beside_a_supervisor_whose_postgres_was_killed(
    data: Path, holder: subprocess.Popen[str]
) -> None:
    for pid in servers_of(data):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    with database_server(data) as facts:
        holder.send_signal(signal.SIGINT)
        holder.wait(10)
        assert answer(facts, data) == "kamkor_web"
    assert_at_rest(data)


def test_a_process_of_another_start_is_not_taken_for_the_server(data: Path) -> None:
    with database_server(data) as facts:
        record = json.loads((data / "server.json").read_text())
    own = {"pid": os.getpid(), "start": "another boot:1"}
    (data / "server.json").write_text(json.dumps(record | {"supervisor": own, "postmaster": own}))
    (data / "pg" / "postmaster.pid").write_text(f"{os.getpid()}\n")
    assert running_server(data) is None
    with database_server(data) as later:
        assert later.host != facts.host
        assert answer(later, data) == "kamkor_web"
    assert_at_rest(data)


@pytest.mark.skipif(not LINUX, reason="reads the state of processes in /proc")
def test_a_zombie_counts_as_dead() -> None:
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    alive = process_of(child.pid)
    assert alive is not None
    assert alive.lives()
    assert child.stdin is not None
    child.stdin.close()
    assert wait_for(lambda: not alive.lives(), 10)
    assert process_of(child.pid) is None
    child.wait()


DEAF = """
import os, signal, time
from kamkor.kernel.processes import end_with
signal.signal(signal.SIGTERM, signal.SIG_IGN)
end_with(os.getppid(), patience=0.2)
print(os.getpid(), flush=True)
time.sleep(60)
"""


def test_a_child_ends_with_its_parent_though_it_waits_for_something() -> None:
    """As a worker does whose database went with the killed server."""
    parent = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import subprocess, sys; subprocess.run([sys.executable, '-c', sys.argv[1]])",
            DEAF,
        ],
        stdout=subprocess.PIPE,
        text=True,
    )
    with parent:
        assert parent.stdout is not None
        child = process_of(int(parent.stdout.readline()))
        assert child is not None
        assert child.lives()
        parent.kill()
        assert wait_for(lambda: not child.lives(), 10)


def test_a_making_broken_off_is_begun_again(data: Path) -> None:
    (data / "pg.new").mkdir(mode=0o700)
    (data / "pg.new" / "PG_VERSION").write_text("18\n")
    assert finished(run_command(data)) == "1\n"
    assert not (data / "pg.new").exists()


def test_a_forked_child_leaves_its_parents_server_alone(data: Path) -> None:
    server = Server(data)
    facts = server.open()
    child = os.fork()
    if child == 0:
        # What a web worker does when it ends: it unwinds the block it was forked in.
        server.close()
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0
    assert answer(facts, data) == "kamkor_web"
    server.close()
    assert_at_rest(data)


@pytest.mark.skipif(not ROOT_ON_LINUX, reason="only root can become another user")
def test_works_as_another_user() -> None:
    other = nobody("nobody")
    python = python_for(other)
    if python is None:
        pytest.skip("user nobody may not read this Python or the packages")
    # Not in tmp_path: pytest's own folders are closed to others.
    folder = Path(tempfile.mkdtemp(prefix="kamkor-test-"))
    try:
        os.chown(folder, other.uid, other.gid)
        commands = [run_command(folder, python=python, identity=other) for _ in range(3)]
        assert [finished(one) for one in commands] == ["1\n"] * 3
        assert (folder / "pg").stat().st_uid == other.uid
        with pytest.raises(ServerFault, match="another user"), database_server(folder):
            pass
    finally:
        shutil.rmtree(folder)


WITHOUT_NAMESPACES = """
import ctypes, os, sys
from pathlib import Path
there, back = os.pipe(), os.pipe()
child = os.fork()
if child:
    os.read(there[0], 1)
    for kind in ("uid", "gid"):
        Path(f"/proc/{child}/{kind}_map").write_text("0 0 65536")
    os.write(back[1], b".")
    sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
if ctypes.CDLL(None).unshare(0x10000000) != 0:
    sys.exit(77)
os.write(there[1], b".")
os.read(back[0], 1)
os.setgid(0)
os.setuid(0)
Path("/proc/sys/user/max_user_namespaces").write_text("0")
os.execv(sys.argv[1], sys.argv[1:])
"""


@pytest.mark.skipif(not ROOT_ON_LINUX, reason="only root falls back to user nobody")
def test_where_namespaces_are_forbidden_root_uses_a_folder_of_nobodys(data: Path) -> None:
    """Forbidden by a namespace around the command that maps all ids and allows none within."""
    home = home_of_nobody(data)
    words = [sys.executable, "-c", WITHOUT_NAMESPACES, sys.executable, "-c", HOLDER, "0"]
    try:
        for _ in range(2):
            command = started(words, data, own_identity())
            output, complaints = command.communicate(timeout=60)
            if command.returncode == 77:
                pytest.skip("this machine makes no user namespaces")
            assert output == "1\n", complaints
            assert home.stat().st_uid == nobody("nobody").uid
            assert {mode(home), mode(home / "pg")} == {"0700"}
            assert_at_rest(data)
        assert not (data / "pg").exists()
        erase_database(data)
        assert not home.exists()
    finally:
        shutil.rmtree(home, ignore_errors=True)
