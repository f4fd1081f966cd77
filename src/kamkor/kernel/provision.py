"""What stands in a database server before the first migration: logins, database, grants."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg import sql

from kamkor.kernel.credentials import Secrets
from kamkor.kernel.server_facts import ServerFacts, ServerFault
from kamkor.kernel.words import noop

OWNER = "kamkor_owner"
READERS = ("kamkor_web", "kamkor_worker", "kamkor_figures")
LOGINS = (OWNER, *READERS)
"""The owner bypasses row security (under FORCE its migrations would touch no row); the others
own nothing and are members of nothing."""

_PLAIN = "LOGIN NOSUPERUSER NOCREATEROLE NOREPLICATION NOINHERIT"
_POWERS = {OWNER: f"{_PLAIN} CREATEDB BYPASSRLS"}
_NO_POWERS = f"{_PLAIN} NOCREATEDB NOBYPASSRLS"
_ONE_AT_A_TIME = 4_170_002
"""Key of the advisory lock: roles changed by two commands at once make PostgreSQL refuse."""

Administrator = psycopg.Connection[tuple[Any, ...]]


def provision(facts: ServerFacts, secrets: Secrets) -> None:
    """Make logins, database and grants, or put right what differs. Safe to repeat and at once.

    Raises:
        ServerFault: no connection as administrator, or the administrator may not do this.
    """
    passwords = {login: getattr(secrets, login) for login in LOGINS}
    with _administrator(facts) as connection:
        connection.execute("SELECT pg_advisory_lock(%s)", [_ONE_AT_A_TIME])
        for login, password in passwords.items():
            _put_login(connection, login, password)
        _make_database(connection, facts.database)
        with _administrator(facts, facts.database) as inside:
            _grant_schema(inside)


def create_database(facts: ServerFacts, name: str, template: str | None = None) -> None:
    """Make another database with the same owner and grants, empty or as a copy (about 40 ms).

    Nobody may be connected to the template meanwhile.

    Raises:
        ServerFault: no connection, the name is taken, or the template is in use or missing.
    """
    with _administrator(facts) as connection:
        if _has_database(connection, name):
            raise ServerFault(
                noop("there is a database %(name)s already: drop it first"), name=name
            )
        _make_database(connection, name, template)
    if template is None:
        with _administrator(facts, name) as inside:
            _grant_schema(inside)


def drop_database(facts: ServerFacts, name: str) -> None:
    """Remove a database if it exists, ending whatever is connected to it.

    Raises:
        ServerFault: no connection, or it is the service's own database.
    """
    if name == facts.database:
        raise ServerFault(
            noop("%(name)s is the service's own database: it is never dropped by this"), name=name
        )
    with _administrator(facts) as connection:
        connection.execute(
            sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
        )


def answers(facts: ServerFacts, secrets: Secrets) -> bool:
    """Whether every login of the service gets into the database with its password."""
    try:
        for login in LOGINS:
            psycopg.connect(**facts.arguments(login, getattr(secrets, login))).close()
    except psycopg.OperationalError:
        return False
    return True


@contextmanager
def _administrator(facts: ServerFacts, database: str = "postgres") -> Iterator[Administrator]:
    """A connection as administrator; what PostgreSQL refuses becomes a fault in one line."""
    try:
        arguments = facts.administrator_arguments(database)
        with psycopg.connect(**arguments, autocommit=True, connect_timeout=20) as connection:
            yield connection
    except psycopg.errors.InsufficientPrivilege as fault:
        raise ServerFault(
            noop("%(name)s may not set up the database: DATABASE_URL must name a superuser"),
            name=facts.administrator,
        ) from fault
    except psycopg.Error as fault:
        why = str(fault).strip().splitlines()[-1]
        raise ServerFault(
            noop(
                "the database server at %(host)s refused (%(why)s): check address, password and disk"
            ),
            host=facts.host,
            why=why,
        ) from fault


def _put_login(connection: Administrator, login: str, password: str) -> None:
    found = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [login]).fetchone()
    # Hashed here, so that the password itself never stands in a statement the server could log.
    hashed = connection.pgconn.encrypt_password(
        password.encode(), login.encode(), b"scram-sha-256"
    ).decode()
    connection.execute(
        sql.SQL("{} ROLE {} {} PASSWORD {}").format(
            sql.SQL("ALTER" if found else "CREATE"),
            sql.Identifier(login),
            sql.SQL(_POWERS.get(login, _NO_POWERS)),
            sql.Literal(hashed),
        )
    )


def _has_database(connection: Administrator, name: str) -> bool:
    query = "SELECT 1 FROM pg_database WHERE datname = %s"
    return connection.execute(query, [name]).fetchone() is not None


def _make_database(connection: Administrator, name: str, template: str | None = None) -> None:
    database, owner = sql.Identifier(name), sql.Identifier(OWNER)
    if not _has_database(connection, name):
        connection.execute(
            sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {} ENCODING 'UTF8'").format(
                database, owner, sql.Identifier(template or "template0")
            )
        )
    for statement in (
        "ALTER DATABASE {database} OWNER TO {owner}",
        "REVOKE ALL ON DATABASE {database} FROM PUBLIC",
        "GRANT CONNECT ON DATABASE {database} TO {logins}",
    ):
        connection.execute(
            sql.SQL(statement).format(database=database, owner=owner, logins=_names(LOGINS))
        )


def _grant_schema(inside: Administrator) -> None:
    owner = sql.Identifier(OWNER)
    inside.execute(sql.SQL("ALTER SCHEMA public OWNER TO {}").format(owner))
    inside.execute("REVOKE ALL ON SCHEMA public FROM PUBLIC")
    inside.execute(sql.SQL("GRANT USAGE ON SCHEMA public TO {}").format(_names(READERS)))


def _names(logins: tuple[str, ...]) -> sql.Composed:
    return sql.SQL(", ").join(map(sql.Identifier, logins))
