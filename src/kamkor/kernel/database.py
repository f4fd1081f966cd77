"""The door to the database: one transaction with a signed context, closed again on leaving."""

import hashlib
import hmac
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from uuid import UUID

from django.conf import settings
from django.db import connection, connections, transaction
from psycopg import pq
from psycopg.errors import error_from_result

from kamkor.kernel import clock

CONTEXT_LIFE_SECONDS = 300
_REPEATED = 3


@dataclass(frozen=True)
class Scope:
    """What a transaction may see: whose it is, its level, offices, teams, lent and barred ids.

    Level 0 sees no row, 1 a unit, 2 a district's department, 3 an oblast, 4 the nation.
    """

    account: int
    post: int
    level: int
    offices: tuple[int, ...] = ()
    teams: tuple[UUID, ...] = ()
    lent: tuple[UUID, ...] = ()
    barred: tuple[UUID, ...] = field(default=())


def signed_context(scope: Scope, backend: int, key: bytes) -> str:
    """The context of one transaction of one backend, with the application's signature."""
    payload = "|".join(
        [
            str(scope.account),
            str(scope.post),
            str(scope.level),
            ",".join(map(str, scope.offices)),
            ",".join(map(str, scope.teams)),
            ",".join(map(str, scope.lent)),
            ",".join(map(str, scope.barred)),
            str(backend),
            str(clock.wall_seconds() + CONTEXT_LIFE_SECONDS),
        ]
    )
    return payload + "|" + hmac.new(key, payload.encode(), hashlib.sha256).hexdigest()


def _set(context: str) -> None:
    """Set the context of the transaction, which begins with it: both are sent at once."""
    server = connection.connection.pgconn
    begin = b"BEGIN; " if server.transaction_status == pq.TransactionStatus.IDLE else b""
    told = pq.Escaping(server).escape_literal(context.encode())
    with connection.wrap_database_errors:
        answer = server.exec_(begin + b"SELECT set_config('kamkor.context', " + told + b", true)")
        if answer.status != pq.ExecStatus.TUPLES_OK:
            raise error_from_result(answer)


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
        _set(signed_context(scope, backend, bytes.fromhex(settings.KAMKOR_CONTEXT_KEY)))
        yield
        if nested and not connection.needs_rollback:
            _set("")


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
