"""New passwords for the logins of the database, each changed by the login itself; a new key of
the context, exchanged while people work."""

import json
import os
from dataclasses import asdict, replace
from pathlib import Path
from secrets import token_hex, token_urlsafe

import psycopg
from django.db import connections
from psycopg import sql

from kamkor.kernel.credentials import SECRETS_FILE, load_secrets, write_private
from kamkor.kernel.provision import LOGINS, OWNER
from kamkor.kernel.rowsecurity import pads

KEY_BEFORE_HOLDS = "1 hour"
"""So long the database still takes the key before: every process has read the new one by then,
also where a vault brings it."""

_BESIDE = """UPDATE context_key SET inner_pad = %s, outer_pad = %s,
    other_inner = %s, other_outer = %s, other_until = 'infinity'"""
_INSTEAD = """UPDATE context_key SET inner_pad = %s, outer_pad = %s,
    other_inner = %s, other_outer = %s, other_until = clock_timestamp() + %s::interval"""


def renew_passwords(data: Path) -> int:
    """Draw and set new passwords; how many. Whoever serves must be begun anew.

    Broken off, the next command sets the passwords of the file again, as the administrator.
    """
    before = load_secrets(data)
    drawn = {login: token_urlsafe(32) for login in LOGINS}
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
    place = (data / SECRETS_FILE).resolve()
    write_private(place, json.dumps(asdict(replace(before, **drawn)), indent=1))
    return len(drawn)


def renew_signing_key(data: Path) -> None:
    """Draw a new key with which is signed who is looking; nobody's work is broken off.

    The database first takes the new key beside the one of the file; then the file has it, and who
    serves reads it before the next transaction; last the key before is taken for a while alone.
    Broken off anywhere, the key of the file is taken, and the command is repeated. Done twice, a
    key that was seen by others is taken no longer.
    """
    before = load_secrets(data)
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
        place = (data / SECRETS_FILE).resolve()
        drawn_at = place.stat().st_mtime
        write_private(place, json.dumps(asdict(replace(before, signing_key=drawn)), indent=1))
        # The doctor tells by it how old the passwords are.
        os.utime(place, (drawn_at, drawn_at))
        owner.execute(_INSTEAD, [*new, *used, KEY_BEFORE_HOLDS])
