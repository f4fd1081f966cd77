"""Statements that are asked often: written once as the server takes them, prepared at first use."""

import re
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from itertools import count
from typing import TYPE_CHECKING, Any, TypeAlias, cast
from weakref import WeakKeyDictionary

from django.db import DEFAULT_DB_ALIAS, connections
from psycopg import Connection, OperationalError, pq
from psycopg import abc as forms
from psycopg._preparing import PrepareManager
from psycopg.adapt import PyFormat, Transformer
from psycopg.errors import error_from_result

if TYPE_CHECKING:
    from psycopg.pq.abc import PGconn, PGresult

    Told: TypeAlias = Sequence[bytes]  # of psycopg's own; nothing stands for NULL

PREPARED = 100
"""How many statements a connection keeps prepared, the latest asked."""

_NAMED = re.compile(r"%(?:\((\w+)\)s|%)")
_DONE = (pq.ExecStatus.TUPLES_OK, pq.ExecStatus.COMMAND_OK)
_NUMBERS = count()


class _NotAll(PrepareManager):
    """After a rollback psycopg gives back all that its connection has prepared, what is ours too.

    This gives back its own alone.
    """

    def clear(self) -> bool:
        """Forget what psycopg has prepared; the server is told before its next statement."""
        names = tuple(self._names.values())
        super().clear()
        self._to_flush.clear()
        self._to_flush.extend(names)
        return bool(names)


class _Known:
    """What is known of a connection: how its values are written and read, and what it prepared."""

    def __init__(self, connection: "Connection[Any]") -> None:
        connection._prepared.__class__ = _NotAll  # noqa: SLF001 - psycopg has no open way
        self.values: forms.Transformer = Transformer(connection)
        self.names: OrderedDict[tuple[bytes, tuple[int, ...]], bytes] = OrderedDict()


_KNOWN: "WeakKeyDictionary[Connection[Any], _Known]" = WeakKeyDictionary()


class Statement:
    """SQL with ``%(name)s`` for its values, numbered for the server here and not at each asking.

    Its rows come in binary, which is read faster than text. It is for values that no field of a
    table must make ready; what the database refuses is raised as Django raises it.
    """

    def __init__(self, text: str) -> None:
        self.names: list[str] = []
        self._sent = _NAMED.sub(self._numbered, text).encode()
        self._columns: Sequence[str] = ()

    @property
    def text(self) -> str:
        """The SQL as it is sent."""
        return self._sent.decode()

    def _numbered(self, found: re.Match[str]) -> str:
        name = found[1]
        if name is None:
            return "%"
        if name not in self.names:
            self.names.append(name)
        return f"${self.names.index(name) + 1}"

    def rows(self, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        """The rows for these values."""
        return rows_of(self._answered(values))

    def row(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """The one row for these values, by the names of its columns."""
        answer = self._answered(values)
        self._columns = self._columns or columns_of(answer)
        return dict(zip(self._columns, rows_of(answer)[0], strict=True))

    def carry_out(self, values: Mapping[str, Any]) -> None:
        """Do what it says for these values; no rows are expected."""
        self._answered(values)

    def _answered(self, values: Mapping[str, Any]) -> forms.Transformer:
        login = connections[DEFAULT_DB_ALIAS]
        login.ensure_connection()
        if login.queries_logged:
            login.queries_log.append({"sql": self.text, "time": ""})
        with login.wrap_database_errors:
            return answered(login.connection, self._sent, [values[name] for name in self.names])


def answered(
    connection: "Connection[Any]", text: bytes, values: Sequence[Any]
) -> forms.Transformer:
    """What the server answers to a statement, until the next; raises what it refuses as psycopg does.

    It goes straight to the server's protocol, for a cursor takes longer than most answers. A
    transaction that Django has opened begins here, as it does with a cursor's first statement.
    """
    known = _KNOWN.get(connection)
    if known is None:
        known = _KNOWN[connection] = _Known(connection)
    server, asked = connection.pgconn, known.values
    told = asked.dump_sequence(values, [PyFormat.AUTO] * len(values))
    if not connection.autocommit and server.transaction_status == pq.TransactionStatus.IDLE:
        carried_out(server, b"BEGIN")
    name = _prepared(server, known.names, text, asked.types or ())
    found = server.exec_prepared(name, cast("Told", told), asked.formats, pq.Format.BINARY)
    asked.set_pgresult(_proven(server, found))
    return asked


def columns_of(answer: forms.Transformer) -> list[str]:
    """The names of the columns of an answer."""
    found = answer.pgresult
    names = (found.fname(place) for place in range(found.nfields)) if found else ()
    return [(name or b"").decode() for name in names]


def rows_of(answer: forms.Transformer) -> list[tuple[Any, ...]]:
    """The rows of an answer."""
    found = answer.pgresult
    return answer.load_rows(0, found.ntuples if found else 0, tuple)


def _prepared(
    server: "PGconn",
    names: OrderedDict[tuple[bytes, tuple[int, ...]], bytes],
    text: bytes,
    types: tuple[int, ...],
) -> bytes:
    """The name under which the server has prepared a statement for values of these types."""
    name = names.get((text, types))
    if name is not None:
        names.move_to_end((text, types))
        return name
    if len(names) >= PREPARED:
        carried_out(server, b"DEALLOCATE " + names.popitem(last=False)[1])
    name = b"kamkor_%d" % next(_NUMBERS)
    _proven(server, server.prepare(name, text, types))
    names[text, types] = name
    return name


def carried_out(server: "PGconn", text: bytes) -> None:
    """Send SQL that is not prepared, by the simple protocol; raises what the server refuses."""
    _proven(server, server.exec_(text))


def _proven(server: "PGconn", answer: "PGresult") -> "PGresult":
    if answer.status in _DONE:
        return answer
    if server.status != pq.ConnStatus.OK:
        raise OperationalError(server.get_error_message())
    raise error_from_result(answer)
