"""New passwords for the logins of the database, each changed by the login itself."""

import json
from dataclasses import asdict, replace
from pathlib import Path
from secrets import token_urlsafe

import psycopg
from django.db import connections
from psycopg import sql

from kamkor.kernel.credentials import SECRETS_FILE, load_secrets, write_private
from kamkor.kernel.provision import LOGINS


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
