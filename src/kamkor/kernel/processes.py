"""Processes and locks of the operating system: who lives, under which id, holding what."""

import ctypes
import fcntl
import os
import pwd
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from kamkor.kernel.server_facts import ServerFault
from kamkor.kernel.words import noop

LINUX = sys.platform == "linux"
_CLONE_NEWUSER = 0x10000000
_PR_SET_PDEATHSIG = 1


@dataclass(frozen=True)
class Process:
    """A process, told apart from a later one with the same number by its start.

    `start` is the machine's boot and the clock ticks since (Linux); empty elsewhere, where the
    number alone must do.
    """

    pid: int
    start: str

    def lives(self) -> bool:
        """Whether this very process runs. A zombie is dead: nobody may ever reap it."""
        return process_of(self.pid) == self

    def end(self) -> None:
        """Ask the process to end in order (for PostgreSQL: a fast shutdown), if it is ours."""
        with suppress(ProcessLookupError, PermissionError):
            os.kill(self.pid, signal.SIGINT)


def process_of(pid: int) -> Process | None:
    """The living process with this number, or None if there is none or only a zombie."""
    if not LINUX:
        return Process(pid, "") if _number_in_use(pid) else None
    try:
        # The name in brackets may hold blanks and brackets itself; see proc(5).
        fields = Path(f"/proc/{pid}/stat").read_text("utf-8", "replace").rpartition(")")[2].split()
        boot = Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return None if fields[0] in "ZXx" else Process(pid, f"{boot}:{fields[19]}")


def own_process() -> Process:
    """The process we are."""
    found = process_of(os.getpid())
    return found if found is not None else Process(os.getpid(), "")


def _number_in_use(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


class FileLock:
    """A lock on a file (flock), free again when its holder ends in whatever way."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.descriptor = -1

    def try_take(self, *, shared: bool = False) -> bool:
        """Take the lock if it is free.

        Raises:
            ServerFault: the file system knows no locks, or the file may not be opened.
        """
        kind = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
        try:
            if self.descriptor < 0:
                self.descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            fcntl.flock(self.descriptor, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        except OSError as fault:
            raise ServerFault(
                noop("%(path)s cannot be locked (%(why)s): set KAMKOR_DATA to a local disk"),
                path=self.path,
                why=fault.strerror,
            ) from fault
        return True

    def take(self, seconds: float, *, shared: bool = False) -> bool:
        """Take the lock, waiting this many seconds at most; whether it was got."""
        return wait_for(lambda: self.try_take(shared=shared), seconds)

    def release(self) -> None:
        """Free the lock, also where a forked child still holds a copy of the open file."""
        if self.descriptor >= 0:
            fcntl.flock(self.descriptor, fcntl.LOCK_UN)
            self.leave_to_children()

    def leave_to_children(self) -> None:
        """Close our end only: the lock lasts as long as a child that inherited it."""
        if self.descriptor >= 0:
            os.close(self.descriptor)
            self.descriptor = -1


def wait_for(reached: Callable[[], bool], seconds: float) -> bool:
    """Ask again and again, at growing pauses (10 to 100 ms), until reached or time is over."""
    end, pause = time.monotonic() + seconds, 0.01
    while not reached():
        if time.monotonic() >= end:
            return False
        time.sleep(pause)
        pause = min(pause * 1.3, 0.1)
    return True


@contextmanager
def interrupts_ignored() -> Iterator[None]:
    """Let no Ctrl-C break off what must be finished in a moment, such as stopping a server."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before if before is not None else signal.SIG_DFL)


@dataclass(frozen=True)
class Identity:
    """Under which id PostgreSQL runs; it refuses to run as root.

    `way` is "plain" (our own id), "namespace" (root, seen by PostgreSQL itself as nobody, in a
    user namespace with one id) or "nobody" (really another user).
    """

    way: str
    uid: int
    gid: int

    def preparation(self) -> Callable[[], None]:
        """What a child does before it becomes PostgreSQL: take on the id, die with its parent."""
        library = ctypes.CDLL(None, use_errno=True)
        parent = os.getpid()

        def prepare() -> None:
            if self.way == "namespace":
                _enter_namespace(library, self.uid, self.gid)
            elif self.way == "nobody":
                os.setgroups([])
                os.setgid(self.gid)
                os.setuid(self.uid)
            if LINUX:
                # Only now: a change of id forgets the signal. See prctl(2).
                library.prctl(_PR_SET_PDEATHSIG, signal.SIGINT, 0, 0, 0)
                if os.getppid() != parent:
                    os._exit(1)

        return prepare

    def can_run(self, command: list[str]) -> bool:
        """Whether this command starts and ends well under this identity."""
        try:
            done = subprocess.run(
                command,
                preexec_fn=self.preparation(),
                capture_output=True,
                cwd="/",
                check=False,
            )
        except (OSError, subprocess.SubprocessError):
            return False
        return done.returncode == 0


def end_with(parent: int, patience: float = 5.0) -> None:
    """End this process by SIGTERM when its parent ends, at once if it has ended already.

    Who has not ended after so many seconds of ``patience``, waiting perhaps for a database that
    went with the parent, is ended for good.
    """
    if LINUX:
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
    if os.getppid() != parent:
        raise SystemExit(1)

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(0.5)
        time.sleep(patience)
        os._exit(1)

    threading.Thread(target=watch, name="parent", daemon=True).start()


def apart(work: Callable[..., Any], *words: Any, **named: Any) -> None:  # noqa: ANN401 - whatever the work takes
    """Do something in a child, so that the memory it took is given back; it ends with us.

    Raises what the work raises.
    """
    with ProcessPoolExecutor(
        1, mp_context=get_context("fork"), initializer=end_with, initargs=(os.getpid(),)
    ) as child:
        child.submit(work, *words, **named).result()


def own_identity() -> Identity:
    """Our own id, as for every user but root."""
    return Identity("plain", os.geteuid(), os.getegid())


def nobody(way: str) -> Identity:
    """The user `nobody`: PostgreSQL wants an id that has a name on this machine."""
    try:
        user = pwd.getpwnam("nobody")
    except KeyError as fault:
        raise ServerFault(
            noop(
                "PostgreSQL does not run as root and there is no user nobody: run as an ordinary user"
            )
        ) from fault
    return Identity(way, user.pw_uid, user.pw_gid)


def _enter_namespace(library: ctypes.CDLL, uid: int, gid: int) -> None:
    """Become, for ourselves, the given id; for the machine we remain who we are.

    One-line maps need no privilege (user_namespaces(7)). Raises OSError where they are forbidden.
    """
    outer_uid, outer_gid = os.geteuid(), os.getegid()
    if library.unshare(_CLONE_NEWUSER) != 0:
        raise OSError(ctypes.get_errno(), "user namespaces are forbidden")
    Path("/proc/self/uid_map").write_text(f"{uid} {outer_uid} 1", "ascii")
    Path("/proc/self/setgroups").write_text("deny", "ascii")
    Path("/proc/self/gid_map").write_text(f"{gid} {outer_gid} 1", "ascii")
