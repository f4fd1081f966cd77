"""Backups of the embedded server: a base made while it runs, its log after it, both sealed.

A backup folder holds ``base-MOMENT/`` for each base and ``wal/`` with the log that the server
archives. The manifest of a base and each piece of log are sealed by HMAC-SHA256 under a key made
from ``secrets.json``, which is never in a backup: what was altered is refused before it is used.
"""

import hmac
import json
import os
import shutil
import subprocess
import tarfile
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

from kamkor.kernel import clock
from kamkor.kernel.archive import (
    SEALS,
    BadBackup,
    digest_of_file,
    private_backups,
    seal_keys,
    sealed_by,
    text_of,
)
from kamkor.kernel.credentials import Secrets, load_secrets, write_private
from kamkor.kernel.postmaster import find_cluster
from kamkor.kernel.server_facts import ServerFacts, ServerFault
from kamkor.kernel.words import noop

MANIFEST = "kamkor-backup.json"
FILES = "files.tar"
FORMAT = 1
_PIECE = 2**20


@dataclass(frozen=True)
class Base:
    """A base backup: where it stands, when it was whole, and what its manifest says."""

    folder: Path
    made_at: datetime
    first_log: str
    demo: str
    files: dict[str, str]
    key: int = 0
    """How many keys are newer than the one that sealed its manifest."""


def make_base(data: Path, facts: ServerFacts, to: Path, tell: Callable[[str], None]) -> Base:
    """Make a base backup in a new folder below ``to``, while the server runs and is used.

    It is sealed with the key that is the newest when all is copied.

    Raises:
        BadBackup: ``to`` holds something else.
        ServerFault: PostgreSQL's own reason.
    """
    folder = _repository(to)
    unfinished = folder / f"unfinished-{os.getpid()}"
    shutil.rmtree(unfinished, ignore_errors=True)
    try:
        _run_basebackup(data, facts, unfinished)
        if (data / "files").is_dir():
            with tarfile.open(unfinished / FILES, "w") as whole:
                whole.add(data / "files", "files")
        # The moment after which every restore to a time can begin here.
        made_at = clock.now()
        demo = text_of(data / "demo")
        base = Base(folder / f"base-{made_at:%Y%m%dT%H%M%S}", made_at, "", demo, {})
        base = Base(base.folder, made_at, _first_log(unfinished), demo, _digests(unfinished, tell))
        for path in unfinished.iterdir():
            path.chmod(0o600)
        write_private(
            unfinished / MANIFEST, json.dumps(_manifest(base, load_secrets(data)), indent=1)
        )
        unfinished.rename(base.folder)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    return base


def _repository(to: Path) -> Path:
    """The backup folder, made if it is not there; refuses one that holds something else."""
    folder = private_backups(to)
    for entry in folder.iterdir():
        if entry.name not in {"wal", SEALS} and not entry.name.startswith(("base-", "unfinished-")):
            raise BadBackup(
                noop("%(folder)s holds something else than backups: name an empty folder"),
                folder=folder,
            )
    return folder


def _run_basebackup(data: Path, facts: ServerFacts, to: Path) -> None:
    program = find_cluster(data).binaries / "pg_basebackup"
    if not program.exists():
        raise ServerFault(
            noop(
                "no PostgreSQL program %(name)s in %(folder)s: set KAMKOR_PG_BIN to the folder that holds it"
            ),
            name=program.name,
            folder=program.parent,
        )
    words = [str(program), f"--pgdata={to}", "--format=tar", "--wal-method=stream", "--gzip"]
    words += [f"--host={facts.host}", f"--port={facts.port}", f"--username={facts.administrator}"]
    done = subprocess.run(
        [*words, "--checkpoint=fast", "--no-password"],
        env={"PGPASSWORD": facts.administrator_password, "PATH": os.environ.get("PATH", "")},
        umask=0o077,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    if done.returncode:
        why = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise ServerFault(noop("the backup was not made (%(why)s)"), why=why)


def _first_log(folder: Path) -> str:
    """The first piece of log that this base needs, as PostgreSQL's own manifest tells it."""
    ranges = json.loads((folder / "backup_manifest").read_text("utf-8"))["WAL-Ranges"]
    timeline, (high, low) = ranges[0]["Timeline"], ranges[0]["Start-LSN"].split("/")
    return f"{timeline:08X}{int(high, 16):08X}{int(low, 16) >> 24:08X}"


def _digests(folder: Path, tell: Callable[[str], None]) -> dict[str, str]:
    found = {}
    for path in sorted(folder.iterdir()):
        found[path.name] = digest_of_file(path)
        tell(f"  {path.name}: {path.stat().st_size / _PIECE:.1f} MB")
    return found


def _manifest(base: Base, secrets: Secrets) -> dict[str, object]:
    told = asdict(base) | {"format": FORMAT, "made_at": base.made_at.isoformat()}
    del told["folder"], told["key"]
    return told | {"seal": _seals(told, secrets)[0]}


def _seals(told: dict[str, object], secrets: Secrets) -> list[str]:
    """The seals that a manifest may have, by each key, the newest first."""
    text = json.dumps(told, sort_keys=True, ensure_ascii=False).encode()
    return [hmac.digest(key, text, "sha256").hex() for key in seal_keys(secrets)]


def bases_of(folder: Path, secrets: Secrets) -> list[Base]:
    """The base backups of a folder, the oldest first; their files are not read yet.

    Raises:
        BadBackup: there is none, or a manifest is not as this installation sealed it, or not with
            the key of its time: whoever has a former key makes no newer backup.
    """
    found = [_base(place, secrets) for place in sorted(folder.glob("base-*"))]
    if not found:
        raise BadBackup(noop("%(folder)s holds no backup"), folder=folder)
    for earlier, later in pairwise(sorted(found, key=lambda base: base.made_at)):
        if later.key > earlier.key:
            raise _altered(later.folder)
    return found


def _base(folder: Path, secrets: Secrets) -> Base:
    try:
        told = json.loads((folder / MANIFEST).read_text("utf-8"))
        key = sealed_by(str(told.pop("seal")), _seals(told, secrets))
        moment = datetime.fromisoformat(told.pop("made_at"))
        if key is not None and told.pop("format") == FORMAT:
            return Base(folder=folder, made_at=moment, key=key, **told)
    except (OSError, KeyError, TypeError, ValueError, AttributeError):
        pass
    raise _altered(folder)


def _altered(folder: Path) -> BadBackup:
    return BadBackup(
        noop(
            "%(folder)s is not as it was made here: it was altered, or secrets.json is of another installation or older than it"
        ),
        folder=folder,
    )


def check_files(base: Base, tell: Callable[[str], None]) -> None:
    """Compare every file of a base with its manifest.

    Raises:
        BadBackup: a file is missing, altered, or not of this backup.
    """
    there = {path.name for path in base.folder.iterdir()} - {MANIFEST}
    for name in sorted(there | base.files.keys()):
        tell(f"  {name}")
        if name not in there or digest_of_file(base.folder / name) != base.files.get(name):
            raise BadBackup(
                noop("%(path)s is missing or altered: nothing was restored"),
                path=base.folder / name,
            )


def age_of_newest(folder: Path, secrets: Secrets, now: datetime) -> timedelta | None:
    """How long ago the newest base of a folder was made; None if there is none."""
    try:
        return now - bases_of(folder, secrets)[-1].made_at
    except BadBackup:
        return None
