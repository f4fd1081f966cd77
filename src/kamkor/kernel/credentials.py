"""The data folder and its secrets file: passwords of the database's logins, and keys."""

import json
import os
import stat
import tempfile
from contextlib import nullcontext, suppress
from dataclasses import MISSING, asdict, dataclass, fields
from pathlib import Path
from secrets import token_hex, token_urlsafe
from typing import Any

from kamkor.kernel.server_facts import ServerFault
from kamkor.kernel.words import noop

CHECKOUT = Path(__file__).resolve().parents[3]
SECRETS_FILE = "secrets.json"
_FORMER = ("keys_before", "secret_key_before")


@dataclass(frozen=True, repr=False)
class Secrets:
    """What the service must keep to itself. Lost with the file, and made once per data folder.

    The first five are passwords of the logins of the same name; `context_key` is 32 random bytes
    in hexadecimal, the key of digests and seals that last, `django_secret_key` that of sessions,
    forms and second steps. `signing_key` is that with which the application signs who is looking;
    until it was renewed first, that is `context_key` too.

    What was made with a former key is read with it: `keys_before` and `secret_key_before` hold
    those, the newest first. `renewal_begun` is set while what is locked anew with a new key is not
    all locked with it yet.
    """

    kamkor_super: str
    kamkor_owner: str
    kamkor_web: str
    kamkor_worker: str
    kamkor_figures: str
    django_secret_key: str
    context_key: str
    signing_key: str = ""
    keys_before: tuple[str, ...] = ()
    secret_key_before: tuple[str, ...] = ()
    renewal_begun: bool = False

    @property
    def signs(self) -> str:
        """The key with which the application signs who is looking, in hexadecimal."""
        return self.signing_key or self.context_key

    @property
    def lasting(self) -> "LastingKeys":
        """The keys of what lasts, ready for use."""
        return LastingKeys(
            tuple(map(bytes.fromhex, (self.context_key, *self.keys_before))),
            tuple(one.encode() for one in (self.django_secret_key, *self.secret_key_before)),
        )


@dataclass(frozen=True, repr=False)
class LastingKeys:
    """The keys of what lasts, each beside its former ones, the newest first.

    With `digests` are made digests that are compared and seals of backups; with `site` what the
    desk signs, counts and locks. Made is with the first alone, read with each.
    """

    digests: tuple[bytes, ...]
    site: tuple[bytes, ...]


def data_folder() -> Path:
    """The folder of this installation's data: `KAMKOR_DATA`, else `.kamkor/` in the checkout.

    Made with mode 0700. Raises ServerFault when it cannot be made or is open to others.
    """
    named = os.environ.get("KAMKOR_DATA")
    return private_folder(Path(named).expanduser() if named else CHECKOUT / ".kamkor")


def private_folder(folder: Path) -> Path:
    """Make the folder with mode 0700 and return its absolute path.

    A folder that was there before is narrowed to 0700 only if it is empty or already ours: the
    name may have been mistyped, and closing somebody's shared folder would do harm.

    Raises:
        ServerFault: not makeable, another user's, or open to others and in other use.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder = folder.resolve()
        facts = folder.stat()
        if facts.st_uid != os.geteuid():
            raise ServerFault(
                noop(
                    "the data folder %(folder)s belongs to another user: run as that user or set KAMKOR_DATA"
                ),
                folder=folder,
            )
        if stat.S_IMODE(facts.st_mode) == 0o700:
            return folder
        if any(folder.iterdir()) and not (folder / SECRETS_FILE).exists():
            raise ServerFault(
                noop(
                    "the data folder %(folder)s is open to others: chmod 700 it or set KAMKOR_DATA to an empty one"
                ),
                folder=folder,
            )
        folder.chmod(0o700)
    except OSError as fault:
        raise ServerFault(
            noop("the data folder %(folder)s cannot be used (%(why)s): set KAMKOR_DATA"),
            folder=folder,
            why=fault.strerror,
        ) from fault
    return folder


def load_secrets(data: Path) -> Secrets:
    """Read the secrets of a data folder, making them the first time.

    Safe in several processes at once: whoever comes second reads what the first has made.

    Raises:
        ServerFault: the file cannot be read or made, or lacks a secret.
    """
    path = data / SECRETS_FILE
    try:
        if not path.exists():
            _make_once(path)
        if stat.S_IMODE(path.stat().st_mode) != 0o600:
            path.chmod(0o600)
        told = json.loads(path.read_text("utf-8"))
        return Secrets(**told | {name: tuple(told.get(name, ())) for name in _FORMER})
    except OSError as fault:
        raise ServerFault(
            noop("%(path)s cannot be read or made (%(why)s): run as the folder's owner"),
            path=path,
            why=fault.strerror,
        ) from fault
    except (AttributeError, TypeError, ValueError) as fault:
        raise ServerFault(
            noop("%(path)s is damaged: restore it from a backup, the passwords stand nowhere else"),
            path=path,
        ) from fault


def signing_key(data: Path) -> bytes:
    """The key with which is signed who is looking, read anew where the file has changed: it is
    exchanged while the service runs.

    Raises:
        ServerFault: as ``load_secrets``, where it was never read before.
    """
    return _in_use(data).signing


def lasting_keys(data: Path) -> LastingKeys:
    """The keys of what lasts, read anew where the file has changed.

    Raises:
        ServerFault: as ``load_secrets``, where they were never read before.
    """
    return _in_use(data).lasting


def lasting_keys_at_hand(data: Path) -> LastingKeys:
    """The same without a look at the file: enough to make something with, since whoever reads it
    has the former keys too.

    Raises:
        ServerFault: as ``load_secrets``, where they were never read before.
    """
    held = _IN_USE.get(data / SECRETS_FILE)
    return held.lasting if held else lasting_keys(data)


@dataclass(frozen=True, repr=False)
class _InUse:
    """The keys of a secrets file as it was when it was read last."""

    written: tuple[int, int]
    signing: bytes
    lasting: LastingKeys


def _in_use(data: Path) -> _InUse:
    path = data / SECRETS_FILE
    with suppress(OSError, ServerFault) if path in _IN_USE else nullcontext():
        facts = path.stat()
        written = (facts.st_ino, facts.st_ctime_ns)
        if path not in _IN_USE or _IN_USE[path].written != written:
            secrets = load_secrets(data)
            _IN_USE[path] = _InUse(written, bytes.fromhex(secrets.signs), secrets.lasting)
    return _IN_USE[path]


_IN_USE: dict[Path, _InUse] = {}


def write_private(path: Path, text: str) -> None:
    """Replace a file by one of mode 0600 with this text, whole or not at all; a power cut later
    does not bring the one before back."""
    temporary = _written_beside(path, text)
    temporary.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _make_once(path: Path) -> None:
    drawn = [one.name for one in fields(Secrets) if one.default is MISSING]
    made: dict[str, Any] = {name: token_urlsafe(32) for name in drawn}
    values = asdict(Secrets(**made | {"context_key": token_hex(32)}))
    temporary = _written_beside(path, json.dumps(values, indent=1))
    try:
        # A link, not a rename: it fails if another process was first, so nobody's keys are lost.
        path.hardlink_to(temporary)
    except FileExistsError:
        pass
    finally:
        temporary.unlink()


def _written_beside(path: Path, text: str) -> Path:
    handle, name = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    return Path(name)
