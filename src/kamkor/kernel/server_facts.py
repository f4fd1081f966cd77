"""What a command must know to reach the database, and the fault when it cannot be had."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict

from kamkor.kernel.words import noop

DATABASE = "kamkor"
PORT = 5432
"""Names the socket only: each server has a socket folder of its own and listens on no network."""


class ServerFault(Exception):
    """The database cannot be had; the message is one line and says what to do.

    The text of the exception is English; whoever shows it translates ``message`` and puts the
    ``details`` in.
    """

    def __init__(self, message: str, **details: object) -> None:
        super().__init__(message % details if details else message)
        self.message = message
        self.details = details


@dataclass(frozen=True)
class ServerFacts:
    """Where the database is and who administers it; the same for our own and a real server.

    `host` is a socket folder or a host name; `options` are further libpq words of the address
    (sslmode, sslrootcert, ...). Passwords of the service's logins stand in `Secrets`.
    """

    host: str
    port: int
    database: str
    administrator: str
    administrator_password: str = field(repr=False)
    options: Mapping[str, str] = field(default_factory=dict)

    def arguments(self, login: str, password: str, database: str | None = None) -> dict[str, Any]:
        """The keyword arguments of `psycopg.connect` for one login."""
        return {
            **self.options,
            "host": self.host,
            "port": self.port,
            "dbname": database or self.database,
            "user": login,
            "password": password,
        }

    def administrator_arguments(self, database: str = "postgres") -> dict[str, Any]:
        """The keyword arguments of `psycopg.connect` for the administrator."""
        return self.arguments(self.administrator, self.administrator_password, database)


def facts_of_address(address: str) -> ServerFacts:
    """The facts in an administrator's address (`DATABASE_URL`, a libpq URI).

    Raises:
        ServerFault: the address cannot be read or names no host or no user.
    """
    try:
        parts = {key: str(value) for key, value in conninfo_to_dict(address).items()}
    except ProgrammingError as fault:
        raise ServerFault(
            noop("DATABASE_URL cannot be read: write postgresql://USER:PASSWORD@HOST:PORT/kamkor")
        ) from fault
    try:
        host, administrator = parts.pop("host"), parts.pop("user")
        port = int(parts.pop("port", str(PORT)))
    except (KeyError, ValueError) as fault:
        raise ServerFault(
            noop("DATABASE_URL must name a user, a host and at most one port")
        ) from fault
    return ServerFacts(
        host=host,
        port=port,
        database=parts.pop("dbname", DATABASE),
        administrator=administrator,
        administrator_password=parts.pop("password", ""),
        options=parts,
    )
