"""Drill of the embedded server: commands broken off and killed, and started again at once."""

import argparse
import os
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psycopg

from kamkor.kernel.postmaster import home_of_nobody
from kamkor.kernel.processes import FileLock, Identity, nobody, own_identity, process_of, wait_for
from kamkor.kernel.server import running_server

SOURCES = Path(__file__).resolve().parents[1] / "src"
PACKAGES = Path(psycopg.__file__).resolve().parents[1]
SECONDS = 30.0
"""How long a command may take to be up, or to be gone."""

HOLDER = """
import os, signal, sys, time
from pathlib import Path
import psycopg
from kamkor.kernel.server import database_server, load_secrets
data = Path(os.environ["KAMKOR_DATA"])
with database_server(data) as facts:
    web = facts.arguments("kamkor_web", load_secrets(data).kamkor_web)
    with psycopg.connect(**web) as connection:
        print(connection.execute("SELECT 1").fetchone()[0], flush=True)
    time.sleep(float(sys.argv[1]))
"""


@dataclass(frozen=True)
class Actor:
    """A user who runs a command on a data folder of his own."""

    name: str
    identity: Identity
    words: list[str]
    data: Path

    def start(self) -> subprocess.Popen[str]:
        """Start the command in a session of its own, as a terminal would."""
        return subprocess.Popen(
            self.words,
            env=environment(self.data),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            cwd="/",
            start_new_session=True,
            preexec_fn=become(self.identity),  # noqa: PLW1509 - there are no threads here
        )


def environment(data: Path) -> dict[str, str]:
    """The environment of a command that uses this data folder and our sources."""
    kept = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    paths = os.pathsep.join((str(SOURCES), str(PACKAGES)))
    return kept | {"KAMKOR_DATA": str(data), "PYTHONPATH": paths, "PYTHONDONTWRITEBYTECODE": "1"}


def become(identity: Identity) -> Callable[[], None]:
    """What a child does first to run under this id."""

    def prepare() -> None:
        if identity.uid != os.geteuid():
            os.setgroups([])
            os.setgid(identity.gid)
            os.setuid(identity.uid)

    return prepare


def python_for(identity: Identity) -> str | None:
    """A Python of our version that this id can run with our packages, if there is one."""
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    probe = "import psycopg, kamkor.kernel.server"
    for python in (sys.executable, shutil.which(version, path=os.defpath)):
        try:
            subprocess.run(
                [python or sys.executable, "-c", probe],
                env=environment(Path("/")),
                preexec_fn=become(identity),
                capture_output=True,
                cwd="/",
                check=True,
            )
        except (OSError, subprocess.SubprocessError):
            continue
        return python
    return None


def processes_on(*folders: Path) -> list[int]:
    """The living processes that work in one of these folders, as PostgreSQL's do (Linux)."""
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or process_of(int(entry.name)) is None:
            continue
        try:
            place = (entry / "cwd").readlink()
        except OSError:
            continue
        if any(place.is_relative_to(folder) for folder in folders):
            found.append(int(entry.name))
    return found


def servers_of(data: Path) -> list[int]:
    """The living PostgreSQL processes of this data folder."""
    return processes_on(data, home_of_nobody(data))


def faults_at_rest(data: Path) -> list[str]:
    """What a command has left behind: a process, a record, a held lock."""
    faults = [f"process {pid} left" for pid in servers_of(data)]
    faults += [f"{name} left" for name in ("server.json",) if (data / name).exists()]
    for home in (data, home_of_nobody(data)):
        if (home / "pg" / "postmaster.pid").exists():
            faults.append("postmaster.pid left")
    for name in ("server.lock", "server.users", "server.running"):
        lock = FileLock(data / name)
        if not lock.try_take():
            faults.append(f"{name} held")
        lock.release()
    return faults


def sockets_of(data: Path) -> str:
    """The socket folder of the server that runs; nothing if none does."""
    facts = running_server(data)
    return facts.host if facts else ""


def is_up(actor: Actor, command: subprocess.Popen[str], before: str = "") -> bool:
    """Whether this command comes to have a server in time, other than the one before."""

    def settled() -> bool:
        return command.poll() is not None or sockets_of(actor.data) not in ("", before)

    return wait_for(settled, SECONDS) and command.poll() is None


def ctrl_c(command: subprocess.Popen[str], data: Path) -> list[str]:
    """Ctrl-C in the terminal: the command ends in order and leaves nothing."""
    os.killpg(command.pid, signal.SIGINT)
    try:
        command.wait(SECONDS)
    except subprocess.TimeoutExpired:
        return [f"not ended {SECONDS:.0f} s after Ctrl-C"]
    return faults_at_rest(data)


def kill_holder(command: subprocess.Popen[str], data: Path) -> list[str]:
    """`kill -9` of the command alone."""
    command.kill()
    return [] if data.exists() else ["the data folder is gone"]


def kill_all(command: subprocess.Popen[str], data: Path) -> list[str]:
    """`kill -9` of the command, what it started, and every PostgreSQL process."""
    servers = servers_of(data)
    os.killpg(command.pid, signal.SIGKILL)
    for pid in servers:
        # Some end by themselves as soon as their parent has been killed.
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    return [] if servers else ["no PostgreSQL process found to kill"]


BREAKS: dict[str, Callable[[subprocess.Popen[str], Path], list[str]]] = {
    "Ctrl-C": ctrl_c,
    "kill -9 of the holder": kill_holder,
    "kill -9 of everything": kill_all,
}


def play_round(actor: Actor, how: str) -> list[str]:
    """Start, break off in this way, start again at once, end in order; what went wrong."""
    first = actor.start()
    if not is_up(actor, first):
        return [f"did not start: {_complaint(first)}"]
    before = sockets_of(actor.data)
    faults = BREAKS[how](first, actor.data)
    second = actor.start()
    if not is_up(actor, second, before):
        faults.append(f"did not start again: {_complaint(second)}")
    else:
        faults += ctrl_c(second, actor.data)
    _complaint(first)
    return faults


def _complaint(command: subprocess.Popen[str]) -> str:
    """The last line a command said on stderr; ends it if it still runs."""
    command.kill()
    lines = command.communicate()[1].strip().splitlines()
    return lines[-1] if lines else "nothing said"


def actors(command: str | None, folder: Path) -> list[Actor]:
    """Ourselves, and as root also the user nobody if this machine lets him run the command."""
    found = []
    people = [("root" if os.geteuid() == 0 else "ordinary user", own_identity())]
    if os.geteuid() == 0:
        people.append(("another user", nobody("nobody")))
    for name, identity in people:
        python = python_for(identity)
        if python is None:
            print(f"{name}: not run, may not read Python or the packages")
            continue
        data = folder / name.replace(" ", "-")
        data.mkdir(mode=0o700)
        if os.geteuid() == 0:
            os.chown(data, identity.uid, identity.gid)
        words = shlex.split(command) if command else [python, "-c", HOLDER, "600"]
        found.append(Actor(name, identity, words, data))
    return found


def report_round(actor: Actor, how: str, number: int) -> bool:
    """Play a round, print its line, and tell whether all went well."""
    begin = time.monotonic()
    faults = play_round(actor, how)
    result, spent = "; ".join(faults) or "ok", time.monotonic() - begin
    print(f"{actor.name}, {how}, {number}: {result} ({spent:.1f} s)", flush=True)
    return not faults


def main(arguments: list[str] | None = None) -> int:
    """Play the rounds; 1 if one failed or none was played."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="rounds of each kind and user")
    parser.add_argument("--command", help="what holds the database, instead of a small program")
    options = parser.parse_args(arguments)
    folder = Path(tempfile.mkdtemp(prefix="drill-"))
    folder.chmod(0o711)
    results: list[bool] = []
    try:
        for actor in actors(options.command, folder):
            for number in range(1, options.rounds + 1):
                results += [report_round(actor, how, number) for how in BREAKS]
    finally:
        for home in map(home_of_nobody, folder.iterdir()):
            shutil.rmtree(home, ignore_errors=True)
        shutil.rmtree(folder, ignore_errors=True)
    print(f"{len(results)} rounds, {results.count(False)} failed")
    return 0 if results and all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
