"""Keys of locked texts: one for each subject, derived when needed, and taken away for good.

A version of the keys is a tree (Goldreich, Goldwasser and Micali 1986): from the key of a node those
of its sixteen branches follow by a keyed hash, and the path of a subject is a hash of its id. Whoever
has the root has every key. To take one away, its root is replaced by the keys beside its path: all
other subjects keep theirs, and nobody can go back. So no key is written when a child is entered, and
an older copy of the store opens what was entered since.
"""

import fcntl
import json
import os
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import blake2b
from pathlib import Path
from secrets import token_bytes
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from kamkor.kernel.credentials import private_folder, write_private
from kamkor.kernel.words import noop

STORE = "keys.json"
_BRANCHES = "0123456789abcdef"
_PATH_SIGNS = 16
"""64 bits: among ten million subjects two share a path, and so an erasure, once in 370,000 times."""
_NONCE_BYTES = 12
_LAST_VERSION = 255
_HELD = 4096
"""How many subjects' keys a process holds ready."""

Nodes = Mapping[str, bytes]
"""Keys by their paths: the root alone under the empty path, until one is taken away."""


class KeysUnusable(Exception):
    """The keys are missing, or are not those with which this database was written.

    No refusal of an operation: nothing is read or written until the right ones are back.
    """

    code = "keys_unusable"
    status = 503
    message = noop(
        "What was written cannot be opened: the keys are missing, or they are others. Nothing is"
        " lost. Tell those who run the service."
    )


class KeyGone(Exception):
    """The key of a subject was taken away: what it locked cannot be opened by anybody, and nothing
    more is locked with it."""

    code = "identity_erased"
    status = 409
    message = noop("The identity was erased here. Nothing more can be written.")


@dataclass(frozen=True, eq=False)
class Keys:
    """The store as it was read: all versions by number; the newest locks, each opens its own."""

    versions: Mapping[int, Nodes] = field(repr=False)

    @property
    def newest(self) -> int:
        """The version that locks."""
        return max(self.versions)

    def lock(self, text: str, subject: UUID, place: bytes) -> bytes:
        """A text locked with its subject's key: version, nonce, AES-256-GCM.

        ``place`` is where it stands; it opens nowhere else. Raises ``KeyGone``.
        """
        nonce = token_bytes(_NONCE_BYTES)
        version = self.newest
        held = self.cipher(version, subject).encrypt(nonce, text.encode(), place)
        return bytes((version,)) + nonce + held

    def unlock(self, locked: bytes, subject: UUID, place: bytes) -> str:
        """The text of ``lock``; raises ``KeyGone`` or ``KeysUnusable``."""
        nonce, held = locked[1 : 1 + _NONCE_BYTES], locked[1 + _NONCE_BYTES :]
        try:
            return self.cipher(locked[0], subject).decrypt(nonce, held, place).decode()
        except (InvalidTag, ValueError):
            raise KeysUnusable from None

    def cipher(self, version: int, subject: UUID) -> AESGCM:
        """The cipher of a subject's key; raises ``KeyGone`` or ``KeysUnusable``."""
        nodes = self.versions.get(version)
        if nodes is None:
            raise KeysUnusable
        return _cipher(self, version, subject)

    def without(self, subjects: Collection[UUID]) -> "Keys":
        """The keys of all but these subjects."""
        left = {number: dict(nodes) for number, nodes in self.versions.items()}
        for nodes in left.values():
            for subject in subjects:
                _take_away(nodes, _path(subject))
        return Keys(left)


@lru_cache(maxsize=_HELD)
def _cipher(keys: Keys, version: int, subject: UUID) -> AESGCM:
    path = _path(subject)
    begin = _begin(keys.versions[version], path)
    key = keys.versions[version][path[:begin]]
    for branch in path[begin:]:
        key = _branch(key, branch)
    return AESGCM(key)


def _path(subject: UUID) -> str:
    return blake2b(subject.bytes, digest_size=_PATH_SIGNS // 2).hexdigest()


def _begin(nodes: Nodes, path: str) -> int:
    """How long the path of the one node is from which a key follows; raises ``KeyGone``."""
    found = next((length for length in range(len(path) + 1) if path[:length] in nodes), None)
    if found is None:
        raise KeyGone
    return found


def _leads(nodes: Nodes, subject: UUID) -> bool:
    path = _path(subject)
    return any(path[:length] in nodes for length in range(len(path) + 1))


def _branch(key: bytes, branch: str) -> bytes:
    return blake2b(branch.encode(), key=key, digest_size=32).digest()


def _take_away(nodes: dict[str, bytes], path: str) -> None:
    """Replace the node above a path by those beside it."""
    try:
        begin = _begin(nodes, path)
    except KeyGone:
        return
    key = nodes.pop(path[:begin])
    for place in range(begin, len(path)):
        for branch in _BRANCHES:
            if branch != path[place]:
                nodes[path[:place] + branch] = _branch(key, branch)
        key = _branch(key, path[place])


def current() -> Keys:
    """The keys as they stand in the store now; raises ``KeysUnusable`` where there are none."""
    try:
        # Asked for each text that is opened: no path is put together for it.
        store = _store(settings.KAMKOR_KEYS)
        facts = os.stat(store)  # noqa: PTH116 - as above
        return _read(store, facts.st_ino, facts.st_mtime_ns, facts.st_size)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        raise KeysUnusable from None


@lru_cache(maxsize=1)
def _read(store: str, *_as_it_stands: int) -> Keys:
    told = json.loads(Path(store).read_text("utf-8"))["versions"]
    _cipher.cache_clear()
    versions = {
        int(number): {way: bytes.fromhex(key) for way, key in nodes.items()}
        for number, nodes in told.items()
    }
    if not versions:
        raise ValueError
    return Keys(versions)


@lru_cache(maxsize=8)
def _store(folder: str | Path) -> str:
    return str(Path(folder) / STORE)


def _file() -> Path:
    return Path(_store(settings.KAMKOR_KEYS))


def make_store() -> None:
    """Make the store with a first version unless there is one; for a database that has none yet."""
    with _changing():
        if not _file().exists():
            _write({1: {"": token_bytes(32)}})


def add_version(known: Callable[[Keys], None]) -> int:
    """Add a version that locks from now on; returns its number. Raises ``KeysUnusable``.

    ``known`` makes it known to the database, before anybody locks with it.
    """
    with _changing():
        keys = current()
        if keys.newest == _LAST_VERSION:
            raise KeysUnusable
        more = Keys({**keys.versions, keys.newest + 1: {"": token_bytes(32)}})
        known(more)
        _write(more.versions)
        return more.newest


def drop_versions(before: int) -> None:
    """Take away all versions before one: what they locked is for nobody any more."""
    with _changing():
        keys = current()
        _write({number: nodes for number, nodes in keys.versions.items() if number >= before})


def take_away(subjects: Collection[UUID]) -> None:
    """Take the keys of these subjects away from every version; done when it returns.

    Nothing is written where they are gone already.
    """
    with _changing():
        held = current()
        left = [
            one for one in subjects if any(_leads(nodes, one) for nodes in held.versions.values())
        ]
        if left:
            _write(held.without(left).versions)


@contextmanager
def _changing() -> Iterator[None]:
    """One process at a time changes the store."""
    folder = private_folder(Path(settings.KAMKOR_KEYS))
    lock = folder / "keys.lock"
    lock.touch(mode=0o600)
    with lock.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield


def _write(versions: Mapping[int, Nodes]) -> None:
    told = {
        str(number): {way: key.hex() for way, key in nodes.items()}
        for number, nodes in versions.items()
    }
    write_private(_file(), json.dumps({"versions": told}))
