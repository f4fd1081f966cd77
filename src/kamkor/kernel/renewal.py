"""New passwords for the logins of the database, each changed by the login itself; a new key of
the context, and new keys of what lasts, exchanged while people work.

One process at a time changes the secrets: each writes the whole file.
"""

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from secrets import token_hex, token_urlsafe
from typing import Any, TypeVar

import psycopg
from django.db import connections
from psycopg import sql

from kamkor.kernel.credentials import SECRETS_FILE, Secrets, load_secrets, write_private
from kamkor.kernel.processes import FileLock
from kamkor.kernel.provision import LOGINS, OWNER
from kamkor.kernel.rowsecurity import pads
from kamkor.kernel.server_facts import ServerFault
from kamkor.kernel.words import noop

T = TypeVar("T")

KEY_BEFORE_HOLDS = "1 hour"
"""So long the database still takes the key before: every process has read the new one by then,
also where a vault brings it."""

LOCK = "secrets.lock"
_TURN_SECONDS = 60

_BESIDE = """UPDATE context_key SET inner_pad = %s, outer_pad = %s,
    other_inner = %s, other_outer = %s, other_until = 'infinity'"""
_INSTEAD = """UPDATE context_key SET inner_pad = %s, outer_pad = %s,
    other_inner = %s, other_outer = %s, other_until = clock_timestamp() + %s::interval"""


def renew_passwords(data: Path) -> int:
    """Draw and set new passwords; how many. Whoever serves must be begun anew.

    Broken off, the next command sets the passwords of the file again, as the administrator.

    Raises:
        ServerFault: somebody else renews the secrets at this moment.
    """
    with _changing(data) as before:
        return _renew_passwords(data, before)


def _renew_passwords(data: Path, before: Secrets) -> int:
    drawn: dict[str, Any] = {login: token_urlsafe(32) for login in LOGINS}
    where = connections.settings["owner"]
    for login, password in drawn.items():
        with psycopg.connect(
            host=where["HOST"],
            port=where["PORT"],
            dbname=where["NAME"],
            user=login,
            password=getattr(before, login),
        ) as own:
            # Hashed here: the password itself never stands in a statement.
            hashed = own.pgconn.encrypt_password(
                password.encode(), login.encode(), b"scram-sha-256"
            ).decode()
            own.execute(sql.SQL("ALTER ROLE CURRENT_USER PASSWORD {}").format(sql.Literal(hashed)))
    _write(data, replace(before, **drawn))
    return len(drawn)


def renew_signing_key(data: Path) -> None:
    """Draw a new key with which is signed who is looking; nobody's work is broken off.

    The database first takes the new key beside the one of the file; then the file has it, and who
    serves reads it before the next transaction; last the key before is taken for a while alone.
    Broken off anywhere, the key of the file is taken, and the command is repeated. Done twice, a
    key that was seen by others is taken no longer.

    Raises:
        ServerFault: somebody else renews the secrets at this moment.
    """
    with _changing(data) as before:
        _renew_signing_key(data, before)


def renew_lasting_keys(data: Path, lock_anew: Callable[[], T]) -> T:
    """Draw new keys of digests, of seals of backups and of what the site signs and locks; the
    former ones stay in the file, to read what was made with them (see ``LastingKeys``).

    The file has the new keys first, so that nothing is made which it does not open; then
    ``lock_anew`` locks with them what is kept locked; then it is ended. Broken off after the file
    was written, the next call draws nothing and goes on. Returns what ``lock_anew`` did.

    Raises:
        ServerFault: somebody else renews the secrets at this moment.
    """
    with _changing(data) as before:
        begun = before if before.renewal_begun else _drawn(before)
        if not before.renewal_begun:
            _write(data, begun, new_passwords=False)
        done = lock_anew()
        _write(data, replace(begun, renewal_begun=False), new_passwords=False)
    return done


def _drawn(before: Secrets) -> Secrets:
    return replace(
        before,
        context_key=token_hex(32),
        django_secret_key=token_urlsafe(32),
        # The database goes on with the key it has.
        signing_key=before.signs,
        keys_before=(before.context_key, *before.keys_before),
        secret_key_before=(before.django_secret_key, *before.secret_key_before),
        renewal_begun=True,
    )


@contextmanager
def _changing(data: Path) -> Iterator[Secrets]:
    lock = FileLock(data / LOCK)
    if not lock.take(_TURN_SECONDS):
        raise ServerFault(noop("somebody else renews the secrets at this moment: try again"))
    try:
        yield load_secrets(data)
    finally:
        lock.release()


def _write(data: Path, secrets: Secrets, *, new_passwords: bool = True) -> None:
    place = (data / SECRETS_FILE).resolve()
    written = place.stat().st_mtime
    write_private(place, json.dumps(asdict(secrets), indent=1))
    if not new_passwords:
        # The doctor tells by it how old the passwords are.
        os.utime(place, (written, written))


def _renew_signing_key(data: Path, before: Secrets) -> None:
    drawn = token_hex(32)
    used, new = pads(bytes.fromhex(before.signs)), pads(bytes.fromhex(drawn))
    where = connections.settings["owner"]
    with psycopg.connect(
        host=where["HOST"],
        port=where["PORT"],
        dbname=where["NAME"],
        user=OWNER,
        password=before.kamkor_owner,
        autocommit=True,
    ) as owner:
        owner.execute(_BESIDE, [*used, *new])
        _write(data, replace(before, signing_key=drawn), new_passwords=False)
        owner.execute(_INSTEAD, [*new, *used, KEY_BEFORE_HOLDS])
