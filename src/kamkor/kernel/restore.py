"""Restores a backup of the embedded server into an empty data folder, to its end or to a moment."""

import os
import shutil
import tarfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import psycopg

from kamkor.kernel.archive import PIECE_NAME, BadBackup, archived_log, digest_of_file, sealed_log
from kamkor.kernel.backup import FILES, Base, bases_of, check_files
from kamkor.kernel.credentials import SECRETS_FILE, Secrets, write_private
from kamkor.kernel.incarnation import FORGOTTEN
from kamkor.kernel.postmaster import Cluster, find_cluster
from kamkor.kernel.rowsecurity import ONLY, pads
from kamkor.kernel.server import database_server
from kamkor.kernel.server_facts import ServerFacts, ServerFault
from kamkor.kernel.words import noop

KEPT_APART = frozenset({SECRETS_FILE, "keys"})
"""What whoever restores puts into the folder first: it is in no backup."""

RECOVERY = "recovery.signal"
_SETTINGS = "postgresql.auto.conf"
_ASKED = ("restore_command", "recovery_target", "hot_standby")


class FolderInUse(ServerFault):
    """The data folder holds something already; a restore never writes over anything."""


@dataclass(frozen=True)
class Restored:
    """What a restore came to: the last change in it, the newest seal, and what it left out."""

    base: Base
    until: datetime | None
    last_seal: int
    unsealed: int


def refuse_unless_empty(data: Path) -> None:
    """Raise unless the folder holds the secrets, which are in no backup, and nothing else.

    Raises:
        FolderInUse: something stands there.
        BadBackup: `secrets.json` is not there yet.
    """
    there = {entry.name for entry in data.iterdir()} if data.is_dir() else set()
    if there - KEPT_APART:
        raise FolderInUse(
            noop("%(data)s is not empty: a restore writes over nothing; set KAMKOR_DATA"),
            data=data,
        )
    if SECRETS_FILE not in there:
        raise BadBackup(
            noop("put secrets.json of the installation into %(data)s first: no backup holds it"),
            data=data,
        )


def restore(
    data: Path,
    secrets: Secrets,
    source: Path,
    to_time: datetime | None,
    tell: Callable[[str], None],
    *,
    unsealed: bool = False,
) -> Restored:
    """Restore the newest base before ``to_time`` and the log after it; whole or not at all.

    Log that is archived but not sealed yet (the last minute or two) is left out, unless
    ``unsealed``.

    Raises:
        FolderInUse, BadBackup: nothing was written.
        ServerFault: PostgreSQL did not come to the moment; nothing is left.
    """
    refuse_unless_empty(data)
    base = _base_before(bases_of(source, secrets), to_time)
    check_files(base, tell)
    log, left = _usable_log(source, secrets, base, take_all=unsealed)
    cluster = find_cluster(data)
    try:
        _unpack(cluster, base, log)
        _ask_for_recovery(cluster, to_time)
        with database_server(data) as facts:
            until, last_seal = _state(facts, secrets)
        _forget_recovery(cluster)
    except BaseException:
        _clear(data, cluster)
        raise
    if base.demo:
        write_private(data / "demo", base.demo)
    return Restored(base, until, last_seal, left)


def _base_before(bases: list[Base], to_time: datetime | None) -> Base:
    usable = [base for base in bases if to_time is None or base.made_at <= to_time]
    if not usable:
        raise BadBackup(
            noop("the oldest backup is of %(moment)s: name a later moment"),
            moment=bases[0].made_at.isoformat(timespec="seconds"),
        )
    return usable[-1]


def _usable_log(
    source: Path, secrets: Secrets, base: Base, *, take_all: bool
) -> tuple[list[Path], int]:
    """The pieces of log from the base on that are as they were sealed, and how many are left out.

    What a former key has sealed after a newer one sealed the base counts as not sealed.
    """
    sealed = {
        piece.name: piece.digest
        for piece in sealed_log(source, secrets)
        if piece.key <= base.key and _needed(piece.name, base)
    }
    there = {path.name: path for path in archived_log(source) if _needed(path.name, base)}
    for name, told in sealed.items():
        if name not in there or digest_of_file(there[name]) != told:
            raise BadBackup(
                noop("%(path)s is missing or altered: nothing was restored"),
                path=source / "wal" / name,
            )
    usable = [path for name, path in there.items() if take_all or name in sealed]
    return usable, len(there) - len(usable)


def _needed(name: str, base: Base) -> bool:
    """Whether a piece of log is of the base's begin or later, on whatever line."""
    line = PIECE_NAME // 3
    return name.endswith(".history") or name[line:] >= base.first_log[line:]


def _unpack(cluster: Cluster, base: Base, log: list[Path]) -> None:
    """Put the cluster together beside its place, then move it there."""
    unfinished = cluster.home / "pg.new"
    unfinished.mkdir(mode=0o700)
    for name, place in (("base.tar.gz", unfinished), ("pg_wal.tar.gz", unfinished / "pg_wal")):
        with tarfile.open(base.folder / name) as whole:
            whole.extractall(place, filter="data")
    for path in log:
        shutil.copyfile(path, unfinished / "pg_wal" / path.name)
    if FILES in base.files:
        with tarfile.open(base.folder / FILES) as whole:
            whole.extractall(cluster.data, filter="data")
    for place in (unfinished, *unfinished.rglob("*")):
        place.chmod(0o700 if place.is_dir() else 0o600)
        if cluster.identity.way == "nobody":
            os.chown(place, cluster.identity.uid, cluster.identity.gid)
    unfinished.rename(cluster.folder)


def _ask_for_recovery(cluster: Cluster, to_time: datetime | None) -> None:
    """The log stands where PostgreSQL looks after the command that would fetch it has failed."""
    lines = ["restore_command = 'false'", "recovery_target_action = 'promote'"]
    # Who may read before the end is told that the server is ready, and it is not yet.
    lines.append("hot_standby = off")
    if to_time is not None:
        lines.append(f"recovery_target_time = '{to_time.isoformat()}'")
    with (cluster.folder / _SETTINGS).open("a", encoding="utf-8") as settings:
        settings.write("\n".join(lines) + "\n")
    (cluster.folder / RECOVERY).touch(0o600)
    if cluster.identity.way == "nobody":
        os.chown(cluster.folder / RECOVERY, cluster.identity.uid, cluster.identity.gid)


def _forget_recovery(cluster: Cluster) -> None:
    path = cluster.folder / _SETTINGS
    lines = path.read_text("utf-8").splitlines(keepends=True)
    kept = [line for line in lines if not line.startswith(_ASKED)]
    path.write_text("".join(kept), "utf-8")


def _state(facts: ServerFacts, secrets: Secrets) -> tuple[datetime | None, int]:
    """When the last change was made that is there, and the number of the newest seal; the next
    start begins another life of the database, with the key of the secrets that were put there."""
    words = facts.administrator_arguments(facts.database)
    with psycopg.connect(**words, autocommit=True) as connection:
        until = connection.execute("SELECT pg_last_xact_replay_timestamp()").fetchone()
        newest = 0
        # Whoever signed in before signs in anew at the next start.
        with suppress(psycopg.errors.UndefinedTable):
            connection.execute(FORGOTTEN)
        # The key may have been renewed since.
        with suppress(psycopg.errors.UndefinedTable, psycopg.errors.UndefinedColumn):
            connection.execute(ONLY, pads(bytes.fromhex(secrets.signs)))
        with suppress(psycopg.errors.UndefinedTable):
            row = connection.execute("SELECT coalesce(max(number), 0) FROM kamkor_seal").fetchone()
            newest = int(row[0]) if row else 0
    return (until[0] if until else None), newest


def _clear(data: Path, cluster: Cluster) -> None:
    """Leave of a restore that failed what was there before it."""
    for folder in (cluster.home / "pg.new", cluster.folder, data / "files"):
        shutil.rmtree(folder, ignore_errors=True)
    for entry in data.iterdir():
        if entry.name not in KEPT_APART and entry.is_file():
            entry.unlink()
