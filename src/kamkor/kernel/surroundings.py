"""What the service stands in, as far as a program can look: secrets, parts, the machine's locks."""

import json
import os
import re
from datetime import datetime, timedelta
from importlib.metadata import distributions
from pathlib import Path

from kamkor.kernel import clock
from kamkor.kernel.credentials import SECRETS_FILE
from kamkor.kernel.stolen import LEAST_BYTES, STOLEN_FILE

PARTS_FILE = "parts.json"
"""What ``pip-audit --format json`` told of this installation's parts, in the data folder."""
PARTS_AGE = timedelta(days=7)
SECRETS_AGE = timedelta(days=100)
IN_MEMORY = {"tmpfs", "ramfs"}


def age_of(path: Path) -> timedelta:
    """How long ago a file was written."""
    return clock.now() - datetime.fromtimestamp(path.stat().st_mtime, clock.now().tzinfo)


def secrets_old(data: Path) -> bool:
    """Whether the passwords of the database's logins were drawn too long ago."""
    return age_of(data / SECRETS_FILE) > SECRETS_AGE


def secrets_on_disk(data: Path) -> bool:
    """Whether the secrets stay where a disk that is taken away takes them along."""
    place = (data / SECRETS_FILE).resolve()
    mounts = [line.split() for line in Path("/proc/self/mounts").read_text("utf-8").splitlines()]
    over = [(len(held[1]), held[2]) for held in mounts if place.is_relative_to(held[1])]
    return not over or max(over)[1] not in IN_MEMORY


def disk_open(data: Path, *, embedded: bool) -> bool:
    """Whether nothing says that the disk of the database is encrypted: neither who runs it, by
    ``KAMKOR_DISK=encrypted``, nor, for a database in the data folder, the machine itself."""
    if os.environ.get("KAMKOR_DISK") == "encrypted":
        return False
    device = data.stat().st_dev
    block = Path(f"/sys/dev/block/{os.major(device)}:{os.minor(device)}")
    return not embedded or not locked_block(block)


def locked_block(block: Path) -> bool:
    """Whether all that a block device of this machine lies on is encrypted by the machine's core."""
    kind = block / "dm" / "uuid"
    if kind.is_file() and kind.read_text("utf-8").startswith("CRYPT-"):
        return True
    below = list((block / "slaves").glob("*"))
    return bool(below) and all(map(locked_block, below))


def parts_unlooked(data: Path) -> bool:
    """Whether the newest list of known holes is old, leaves a part out, or names a hole.

    The list is the one of the Python Packaging Authority's tool: ``{"dependencies": [{"name",
    "version", "vulns": []}]}``.
    """
    path = data / PARTS_FILE
    if not path.is_file() or age_of(path) > PARTS_AGE:
        return True
    try:
        told = json.loads(path.read_text("utf-8"))["dependencies"]
        sound = {(_plain(one["name"]), one["version"]) for one in told if not one["vulns"]}
    except (KeyError, TypeError, ValueError):
        return True
    held = {(_plain(one.metadata["Name"]), one.version) for one in distributions()}
    return not {one for one in held if one[0] != "kamkor"} <= sound


def without_stolen(data: Path) -> bool:
    """Whether there is no list of stolen passwords worth the name."""
    path = data / STOLEN_FILE
    return not path.is_file() or path.stat().st_size < LEAST_BYTES


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def not_boxed() -> bool:
    """Whether the process may take new rights, or call whatever the machine's core offers."""
    told = Path("/proc/self/status").read_text("utf-8")
    held = dict(line.split(":", 1) for line in told.splitlines() if ":" in line)
    return (held.get("NoNewPrivs", "").strip(), held.get("Seccomp", "").strip()) != ("1", "2")


def without_certificate(host: str) -> bool:
    """Whether another machine's database knows us by passwords alone."""
    local = host.startswith("/") or host in {"localhost", "127.0.0.1", "::1"}
    return not local and not (os.environ.get("PGSSLCERT") and os.environ.get("PGSSLKEY"))
