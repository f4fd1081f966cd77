"""The door to the database: one transaction with a signed context, closed again on leaving."""

import hmac
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from uuid import UUID

from django.conf import settings
from django.db import connection, connections, transaction
from psycopg import pq

from kamkor.kernel import clock
from kamkor.kernel.credentials import signing_key
from kamkor.kernel.statement import carried_out

CONTEXT_LIFE_SECONDS = 300
_REPEATED = 3
_NATION = 4
_SETTING = b"SET LOCAL kamkor.context = %s; SET LOCAL kamkor.key = %s"


@dataclass(frozen=True)
class Scope:
    """What a transaction may see: whose it is, its level, offices, teams, lent and barred ids.

    ``emergency`` are those of the lent ids that were opened in an emergency. Level 0 sees no row, 1 a unit, 2 a district's department, 3 an oblast, 4 the nation.
    """

    account: int
    post: int
    level: int
    offices: tuple[int, ...] = ()
    teams: tuple[UUID, ...] = ()
    lent: tuple[UUID, ...] = ()
    barred: tuple[UUID, ...] = field(default=())
    emergency: tuple[UUID, ...] = field(default=())

    @property
    def key(self) -> int | None:
        """What opens rows without a further question: the one office, whose own level is the level
        that is seen; 0 opens all. Nothing for who sees several offices or is barred from anything.
        """
        if self.barred:
            return None
        if self.level == _NATION:
            return 0
        known = 0 < self.level < _NATION and len(self.offices) == 1
        return self.offices[0] if known else None


def signed_context(scope: Scope, backend: int, key: bytes) -> str:
    """The context of one transaction of one backend, with the application's signature."""
    return _signed(
        [
            str(scope.account),
            str(scope.post),
            str(scope.level),
            ",".join(map(str, scope.offices)),
            ",".join(map(str, scope.teams)),
            ",".join(map(str, scope.lent)),
            ",".join(map(str, scope.barred)),
            ",".join(map(str, scope.emergency)),
        ],
        backend,
        key,
    )


def signed_key(scope: Scope, backend: int, key: bytes) -> str:
    """The key of one transaction of one backend, signed: short, since it is read most often."""
    return _signed(["office", "" if scope.key is None else str(scope.key)], backend, key)


def _signed(parts: list[str], backend: int, key: bytes) -> str:
    expiry = clock.wall_seconds() + CONTEXT_LIFE_SECONDS
    payload = "|".join([*parts, str(backend), str(expiry)])
    return f"{payload}|{hmac.digest(key, payload.encode(), 'sha256').hex()}"


def _set(context: str, opening: str) -> None:
    """Set the context of the transaction, which begins with it: both are sent at once."""
    server = connection.connection.pgconn
    begin = b"BEGIN; " if server.transaction_status == pq.TransactionStatus.IDLE else b""
    told = [pq.Escaping(server).escape_literal(one.encode()) for one in (context, opening)]
    with connection.wrap_database_errors:
        carried_out(server, begin + _SETTING % tuple(told))


@contextmanager
def entered(scope: Scope) -> Iterator[None]:
    """Open one transaction in which exactly this scope is seen; nothing after it.

    Inside another transaction the context is emptied on leaving, since a setting outlives the
    release of a savepoint.
    """
    nested = connection.in_atomic_block
    with transaction.atomic():
        connection.ensure_connection()
        backend = connection.connection.info.backend_pid
        key = signing_key(settings.KAMKOR_DATA)
        _set(signed_context(scope, backend, key), signed_key(scope, backend, key))
        yield
        if not connection.needs_rollback:
            _set("", "") if nested else _commit()


def _commit() -> None:
    """End the transaction in the server; Django finds it done, which would take a cursor's way."""
    with connection.wrap_database_errors:
        carried_out(connection.connection.pgconn, b"COMMIT")


@contextmanager
def repeating_statements() -> Iterator[None]:
    """Let the server keep its plans at once meanwhile: for work that repeats few statements often."""
    options = connections["default"].settings_dict["OPTIONS"]
    before = dict(options)
    options["prepare_threshold"] = _REPEATED
    _forget_connections()
    try:
        yield
    finally:
        options.clear()
        options.update(before)
        _forget_connections()


def _forget_connections() -> None:
    login = connections["default"]
    login.close()
    if hasattr(login, "close_pool"):
        login.close_pool()


def analyse() -> None:
    """Let the database learn how its tables are filled, after much was written at once."""
    with connections["owner"].cursor() as cursor:
        cursor.execute("ANALYZE")
