"""The log of the embedded server after a base backup: archived by PostgreSQL, sealed by us."""

import hashlib
import hmac
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from kamkor.kernel.credentials import Secrets
from kamkor.kernel.processes import FileLock, Identity
from kamkor.kernel.server_facts import ServerFault
from kamkor.kernel.words import noop

FOLDER = "KAMKOR_BACKUP"
"""Names the backup folder into which the server archives its log."""

SEALS = "wal-seals"
PIECE_NAME = 24
_TURN_SECONDS = 60


class BadBackup(ServerFault):
    """A backup folder cannot be used: altered, incomplete, of another installation, or none."""


def backup_folder() -> Path | None:
    """The folder that `KAMKOR_BACKUP` names, if any."""
    named = os.environ.get(FOLDER)
    return Path(named).expanduser().resolve() if named else None


def private_backups(folder: Path) -> Path:
    """Make a backup folder with mode 0700, or see that nobody else can read the one there is.

    Raises:
        BadBackup: it cannot be made, or is open to others.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if folder.stat().st_mode & 0o077:
            raise BadBackup(noop("%(folder)s is open to others: chmod 700 it"), folder=folder)
    except OSError as fault:
        raise BadBackup(
            noop("%(folder)s cannot be used (%(why)s)"), folder=folder, why=fault.strerror
        ) from fault
    return folder


def archiving(identity: Identity) -> dict[str, str]:
    """The server's settings that archive its log into the backup folder; none without one.

    A piece of log is handed over when it is full, and a minute after the first change in it.

    Raises:
        ServerFault: the folder cannot be used, or the server could not write into it.
    """
    folder = backup_folder()
    if folder is None:
        return {}
    if identity.way == "nobody":
        raise ServerFault(
            noop("%(name)s needs user namespaces, or an ordinary user: root's folders are closed"),
            name=FOLDER,
        )
    return {
        "archive_mode": "on",
        "archive_timeout": "60s",
        "archive_library": "basic_archive",
        "basic_archive.archive_directory": str(private_backups(private_backups(folder) / "wal")),
    }


def text_of(path: Path) -> str:
    """What a file holds; nothing if it is not there."""
    return path.read_text("utf-8") if path.exists() else ""


def digest_of_file(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def seal_keys(secrets: Secrets) -> list[bytes]:
    """The keys of a backup's seals, the newest first, which seals; nobody who has a backup alone
    can make one."""
    return [hmac.digest(key, b"kamkor backup", "sha256") for key in secrets.lasting.digests]


def archived_log(folder: Path) -> list[Path]:
    """The whole pieces of log in a backup folder, and what tells where one line of it left another."""
    whole = "[0-9A-F]" * PIECE_NAME
    pieces, histories = (folder / "wal").glob(whole), (folder / "wal").glob("*.history")
    return sorted([*pieces, *histories])


def seal_log(folder: Path, secrets: Secrets) -> int:
    """Seal what the server has archived since; how many pieces. Safe at once and to repeat.

    Raises:
        BadBackup: an earlier seal was altered.
    """
    if not (folder / "wal").is_dir():
        return 0
    lock = FileLock(folder / SEALS)
    if not lock.take(_TURN_SECONDS):
        return 0
    try:
        sealed = {piece.name for piece in sealed_log(folder, secrets)}
        new = [path for path in archived_log(folder) if path.name not in sealed]
        last = next(iter(text_of(folder / SEALS).split()[-1:]), "")
        key = seal_keys(secrets)[0]
        with (folder / SEALS).open("a", encoding="ascii") as seals:
            for path in new:
                digest = digest_of_file(path)
                last = _seal(key, last, path.name, digest)
                seals.write(f"{path.name} {digest} {last}\n")
            seals.flush()
            os.fsync(seals.fileno())
    finally:
        lock.release()
    return len(new)


@dataclass(frozen=True)
class SealedPiece:
    """A piece of log: name, digest, and how many keys are newer than the one that sealed it."""

    name: str
    digest: str
    key: int


def sealed_log(folder: Path, secrets: Secrets) -> Iterator[SealedPiece]:
    """Each sealed piece of log, in the order they were sealed.

    Raises:
        BadBackup: a line of the seals was altered, removed or put elsewhere.
    """
    last, keys = "", seal_keys(secrets)
    for number, line in enumerate(text_of(folder / SEALS).splitlines(), 1):
        name, digest, seal = [*line.split(), "", "", ""][:3]
        key = sealed_by(seal, (_seal(one, last, name, digest) for one in keys))
        if key is None:
            raise BadBackup(
                noop("line %(line)s of %(path)s is not as it was sealed: nothing was restored"),
                line=number,
                path=folder / SEALS,
            )
        last = seal
        yield SealedPiece(name, digest, key)


def sealed_by(seal: str, right: Iterable[str]) -> int | None:
    """The place of the key that made a seal among those that may have; None if none did."""
    found = (place for place, one in enumerate(right) if hmac.compare_digest(seal, one))
    return next(found, None)


def _seal(key: bytes, before: str, name: str, digest: str) -> str:
    return hmac.digest(key, f"{before} {name} {digest}".encode(), "sha256").hex()
