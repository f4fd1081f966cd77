"""The database server of a data folder: found running, or started and stopped again."""

import json
import logging
import os
import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from psycopg.pq import PGconn, Ping

from kamkor.kernel import postmaster
from kamkor.kernel.credentials import (
    Secrets,
    data_folder,
    load_secrets,
    private_folder,
    write_private,
)
from kamkor.kernel.processes import (
    FileLock,
    Process,
    interrupts_ignored,
    own_process,
    process_of,
    wait_for,
)
from kamkor.kernel.provision import answers, create_database, drop_database, provision
from kamkor.kernel.server_facts import DATABASE, PORT, ServerFacts, ServerFault, facts_of_address
from kamkor.kernel.words import noop

__all__ = [
    "Secrets",
    "Server",
    "ServerFacts",
    "ServerFault",
    "create_database",
    "data_folder",
    "database_server",
    "drop_database",
    "erase_database",
    "load_secrets",
    "provision",
    "running_server",
]

PATIENCE_SECONDS = 180.0
"""How long one command waits while another makes, starts or stops the server."""

ENDING_SECONDS = 90.0
"""How long to wait for a server whose supervisor was killed to write out and end."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Record:
    """`server.json`: which server runs, and which command supervises it."""

    supervisor: Process
    postmaster: Process
    sockets: str
    port: int = PORT

    def usable(self) -> bool:
        """Whether server and supervisor are the very processes written down, and alive."""
        return self.supervisor.lives() and self.postmaster.lives()


@contextmanager
def database_server(data: Path) -> Iterator[ServerFacts]:
    """The database of a data folder for the length of the block, ready and provisioned.

    Uses the real server of `DATABASE_URL` if that is set. Else joins the server that another
    command has started on this folder, or starts one and, when the block ends, stops it as soon
    as no other command uses it any more. Start it from the main thread: it dies with the thread.

    Raises:
        ServerFault: the database cannot be had; one line that says what to do.
    """
    address = os.environ.get("DATABASE_URL")
    if address:
        yield _real_server(address, private_folder(data))
        return
    server = Server(data)
    try:
        yield server.open()
    finally:
        server.close()


def running_server(data: Path) -> ServerFacts | None:
    """The server that a command has running on this folder, or None. Starts and holds nothing."""
    record = _read_record(data / "server.json")
    usable = record is not None and record.usable()
    return _facts(record, load_secrets(data)) if record and usable else None


def erase_database(data: Path) -> None:
    """Remove the cluster of this data folder and all that is in it; the next start makes it anew.

    Raises:
        ServerFault: a command uses the database.
    """
    server = Server(data)
    server.erase()


def _real_server(address: str, data: Path) -> ServerFacts:
    facts, secrets = facts_of_address(address), load_secrets(data)
    if not answers(facts, secrets):
        provision(facts, secrets)
    return facts


class Server:
    """One command's hold on the embedded server of a data folder.

    Three locks, all free again however their holder ends:
    `server.lock` is held while a server is looked for, started or stopped;
    `server.users` is shared by all who use it, so that its starter knows when to stop it;
    `server.running` is inherited by PostgreSQL, so that it is taken as long as one of its
    processes lives, whoever may have been killed and whatever numbers processes have.
    """

    def __init__(self, data: Path) -> None:
        self.data = private_folder(data)
        self._turn = FileLock(self.data / "server.lock")
        self._users = FileLock(self.data / "server.users")
        self._running = FileLock(self.data / "server.running")
        self._record_file = self.data / "server.json"
        self._child: subprocess.Popen[bytes] | None = None
        self._record: Record | None = None
        self._opened_by = os.getpid()

    def open(self) -> ServerFacts:
        """Join the running server or start one.

        Raises:
            ServerFault: see `database_server`.
        """
        self._take_turn()
        try:
            secrets = load_secrets(self.data)
            record = _read_record(self._record_file)
            if record is None or not self._answers(record):
                record = self._start(record, secrets)
            self._users.take(PATIENCE_SECONDS, shared=True)
            return _facts(record, secrets)
        finally:
            self._turn.release()

    def close(self) -> None:
        """Let go; whoever started the server stops it once nobody uses it any more.

        A Ctrl-C while waiting for the others stops it at once.
        """
        if os.getpid() != self._opened_by:
            return  # A forked child unwinds the same block, but the server is its parent's.
        self._users.release()
        if self._child is None:
            return
        child = self._child
        try:
            self._wait_until_unused(child)
        finally:
            self._stop(child)
            self._users.release()
            self._turn.release()

    def erase(self) -> None:
        """Remove the cluster; see `erase_database`."""
        self._take_turn()
        try:
            record = _read_record(self._record_file)
            if (record and record.usable()) or not self._running.take(postmaster.DEAD_LOCK_SECONDS):
                raise ServerFault(
                    noop(
                        "the database of %(folder)s is in use: end the commands that use it first"
                    ),
                    folder=self.data,
                )
            for folder in (self.data / "pg", postmaster.home_of_nobody(self.data)):
                if folder.exists():
                    shutil.rmtree(folder)
            self._record_file.unlink(missing_ok=True)
        finally:
            self._running.release()
            self._turn.release()

    def _take_turn(self) -> None:
        if not self._turn.take(PATIENCE_SECONDS):
            raise ServerFault(
                noop(
                    "another command has been starting or stopping the database of %(folder)s for %(seconds)s s: end it, then try again"
                ),
                folder=self.data,
                seconds=int(PATIENCE_SECONDS),
            )

    def _answers(self, record: Record) -> bool:
        """Whether the server of the record can be joined; False once it is gone.

        A process just killed still counts as alive for a moment, hence the question to the
        server itself, which after a crash of one of its processes may take some time.
        """
        address = f"host={record.sockets} port={record.port} connect_timeout=5".encode()

        def replied() -> bool:
            return record.usable() and PGconn.ping(address) == Ping.OK

        if not wait_for(lambda: replied() or not record.usable(), ENDING_SECONDS):
            raise ServerFault(
                noop("the database of %(folder)s does not answer: end the commands that use it"),
                folder=self.data,
            )
        return record.usable()

    def _start(self, before: Record | None, secrets: Secrets) -> Record:
        if threading.current_thread() is not threading.main_thread():
            raise ServerFault(
                noop("the database must be started from the main thread: it ends with its thread")
            )
        cluster = postmaster.find_cluster(self.data)
        self._outlast(before)
        try:
            postmaster.create_cluster(cluster, secrets.kamkor_super, self._running)
            sockets = postmaster.make_sockets(cluster)
            self._child = _start_in(sockets, cluster, self._running)
            self._record = _record_of(self._child, sockets)
            provision(_facts(self._record, secrets), secrets)
            write_private(self._record_file, json.dumps(asdict(self._record), indent=1))
        except BaseException:
            if self._child is not None:
                self._stop(self._child)
                self._child = None
            raise
        finally:
            self._running.leave_to_children()
        return self._record

    def _outlast(self, before: Record | None) -> None:
        """Take the running lock, ending what an earlier, killed supervisor has left behind."""
        if before is not None and before.postmaster.lives() and not before.supervisor.lives():
            before.postmaster.end()
        if not self._running.take(ENDING_SECONDS if before else postmaster.DEAD_LOCK_SECONDS):
            raise ServerFault(
                noop("an earlier PostgreSQL still runs on %(folder)s: end it, then try again"),
                folder=self.data,
            )

    def _wait_until_unused(self, child: subprocess.Popen[bytes]) -> None:
        """Come back holding turn and users alone, so that nobody can join while we stop.

        If our server has died before, another command may have started its own meanwhile; that
        one and its users are not waited for.
        """

        def unused() -> bool:
            if not self._turn.try_take():
                return False
            if child.poll() is not None or self._users.try_take():
                return True
            self._turn.release()
            return False

        if not wait_for(unused, 2):
            _log.warning("the database stays up until other commands have ended; Ctrl-C stops it")
            while not wait_for(unused, 3600):
                pass

    def _stop(self, child: subprocess.Popen[bytes]) -> None:
        with interrupts_ignored():
            postmaster.stop(child)
            if self._record is None:
                return
            if _read_record(self._record_file) == self._record:
                self._record_file.unlink(missing_ok=True)
            shutil.rmtree(self._record.sockets, ignore_errors=True)


def _start_in(
    sockets: Path, cluster: postmaster.Cluster, running: FileLock
) -> subprocess.Popen[bytes]:
    """Start PostgreSQL with this socket folder, which goes again if it does not start."""
    try:
        return postmaster.start(cluster, sockets, running)
    except BaseException:
        shutil.rmtree(sockets, ignore_errors=True)
        raise


def _record_of(child: subprocess.Popen[bytes], sockets: Path) -> Record:
    started = process_of(child.pid)
    if started is None:
        raise ServerFault(
            noop("PostgreSQL ended as soon as it was ready: see postgres.log in the data folder")
        )
    return Record(own_process(), started, str(sockets))


def _read_record(path: Path) -> Record | None:
    """The record, or None if there is none or it was left damaged."""
    try:
        values = json.loads(path.read_text("utf-8"))
        return Record(
            Process(**values["supervisor"]),
            Process(**values["postmaster"]),
            str(values["sockets"]),
            int(values["port"]),
        )
    except (OSError, KeyError, TypeError, ValueError):
        return None


def _facts(record: Record, secrets: Secrets) -> ServerFacts:
    return ServerFacts(
        record.sockets, record.port, DATABASE, postmaster.SUPERUSER, secrets.kamkor_super
    )
