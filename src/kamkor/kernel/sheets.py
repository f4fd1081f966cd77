"""Many new rows at once: held as tuples, written by one statement a table."""

import gc
import struct
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from threading import Lock
from typing import Any, TypeVar

from django.db import connection, models
from psycopg import Cursor
from psycopg.adapt import Dumper
from psycopg.errors import UniqueViolation
from psycopg.pq import Format

_TURN_SECONDS = 0.002
_DRAWS = 3
"""How often is drawn before a refusal is taken for one of something else."""

T = TypeVar("T")
Send = Callable[[str, Sequence[Any]], object]
"""Takes a statement and its values to be carried out."""


class Sheet:
    """New rows of one table, without an object each; every column not named has its default.

    ``varying`` names the columns of which each row brings its own value, in that order; what
    ``drawn`` names is drawn for each row when it is sent, and anew if it was drawn before. An id
    may be a text.
    """

    def __init__(
        self,
        model: type[models.Model],
        *varying: str,
        drawn: Mapping[str, Iterator[object]] | None = None,
        **constant: object,
    ) -> None:
        self.rows: list[tuple[Any, ...]] = []
        fields = {field.attname: field for field in model._meta.concrete_fields}  # noqa: SLF001 - Django's public way to its fields
        self._drawn = {} if drawn is None else drawn
        given = {*varying, *constant, *self._drawn}
        for name, field in fields.items():
            if name not in given and not isinstance(field, models.AutoField):
                blank = field.blank and not field.has_default() and not field.null
                constant[name] = "" if blank else field.get_default()
        self._names = (*varying, *constant)
        self._kinds = {name: kind_of(fields[name]) for name in (*self._names, *self._drawn)}
        self._constant: list[Any] = [_plain(value) for value in constant.values()]
        self._table = model._meta.db_table  # noqa: SLF001 - Django's public way to its table

    def add(self, *values: object) -> None:
        """Hold one row: its values in the order of ``varying``."""
        self.rows.append(values)

    def write(self, send: Send) -> None:
        """Send what is held to be written, and hold nothing."""
        if not self.rows:
            return
        said: list[str] = []
        given: list[Any] = []
        told = [*zip(*self.rows, strict=True), *((value,) for value in self._constant)]
        for name, column in zip(self._names, told, strict=True):
            kind = self._kinds[name]
            if column.count(column[0]) == len(column):
                said.append(f"%s::{kind}")
                given.append(column[0])
            else:
                said.append(f"unnest(%s::{kind}[])")
                given.append(as_array(kind, column))
        for name, source in self._drawn.items():
            said.append(f"unnest(%s::{self._kinds[name]}[])")
            given.append(Drawn(self._kinds[name], source, len(self.rows)))
        alike = not any(one.startswith("unnest") for one in said)
        repeated = f" FROM generate_series(1, {len(self.rows)})" if alike else ""
        names = ", ".join(f'"{name}"' for name in (*self._names, *self._drawn))
        send(
            f'INSERT INTO "{self._table}" ({names}) SELECT {", ".join(said)}{repeated}',
            given,
        )
        self.rows = []


@dataclass(frozen=True)
class Drawn:
    """A column that is drawn when its rows are sent."""

    kind: str
    source: Iterator[object]
    number: int

    def draw(self) -> "str | Uuids":
        """The next values."""
        return as_array(self.kind, tuple(islice(self.source, self.number)))


def kind_of(field: Any) -> str:  # noqa: ANN401 - any column
    """What PostgreSQL calls the values of a column, as values are cast to it."""
    kind = str(field.db_type(connection)).split(" COLLATE")[0]
    # A cast to varchar(n) would cut what is too long in silence; the column refuses it.
    return "text" if kind.startswith("varchar") and not kind.endswith("[]") else kind


def as_array(kind: str, column: Sequence[Any]) -> "str | Uuids":
    """A column as PostgreSQL writes an array; far quicker than to ask of each value what it is."""
    if kind in _QUOTED:
        return quoted_array(column)
    if kind == "uuid" and None not in column:
        return Uuids.of(column)
    return f"{{{','.join(['NULL' if value is None else str(value) for value in column])}}}"


class Uuids(bytes):
    """Many ids as PostgreSQL sends an array of them: it reads each of them in no time."""

    @classmethod
    def of(cls, ids: Iterable[object]) -> "Uuids":
        """The array of these ids or their texts."""
        # Each stands behind its length of 16 bytes.
        told = "".join([f"00000010{one}" for one in ids]).replace("-", "")
        held = bytes.fromhex(told)
        return cls(struct.pack("!5i", 1, 0, _UUID, len(held) // 20, 1) + held)


class _UuidsDumper(Dumper):
    format = Format.BINARY
    oid = 2951

    def dump(self, obj: Any) -> bytes:  # noqa: ANN401 - psycopg's own
        return bytes(obj)


_UUID = 2950
_QUOTED = {"text", "jsonb"}
_APART = "\0"
"""What no text of the database can hold."""


def quoted_array(texts: Sequence[str | None]) -> str:
    """Texts as PostgreSQL writes an array of them; raises ``ValueError`` where one holds NUL."""
    told = [text for text in texts if text is not None]
    if not told:
        return f"{{{','.join(['NULL'] * len(texts))}}}"
    joined = _APART.join(told)
    if joined.count(_APART) != len(told) - 1:
        fault = "a text holds NUL"
        raise ValueError(fault)
    escaped = joined.replace("\\", "\\\\").replace('"', '\\"')
    if len(told) == len(texts):
        return f"""{{"{escaped.replace(_APART, '","')}"}}"""
    known = (f'"{text}"' for text in escaped.split(_APART))
    return f"{{{','.join(['NULL' if text is None else next(known) for text in texts])}}}"


def _plain(value: object) -> object:
    return str(value) if isinstance(value, dict) and not value else value


def send_now(statement: str, values: Sequence[Any]) -> None:
    """Carry out what is sent."""
    with connection.wrap_database_errors:
        _carry_out(plain_cursor(), statement, values)


def _carry_out(cursor: "Cursor[Any]", statement: str, values: Sequence[Any]) -> None:
    """Carry out a statement; if what it draws was drawn before, with other draws."""
    if not any(isinstance(value, Drawn) for value in values):
        cursor.execute(statement, values)
        return
    for left in reversed(range(_DRAWS)):
        drawn = [value.draw() if isinstance(value, Drawn) else value for value in values]
        try:
            with cursor.connection.transaction():
                cursor.execute(statement, drawn)
        except UniqueViolation:
            if not left:
                raise
        else:
            return


def plain_cursor() -> "Cursor[Any]":
    """A cursor that takes ``Uuids``, without what Django does around one."""
    connection.ensure_connection()
    cursor = Cursor(connection.connection)
    cursor.adapters.register_dumper(Uuids, _UuidsDumper)
    return cursor


class _Interpreter:
    """How the interpreter was set before the first of those who work in bulk at the same time."""

    lock = Lock()
    working = 0
    before = (0.0, True)


@contextmanager
def in_bulk() -> Iterator[None]:
    """Set the interpreter for the work on many rows meanwhile; the last who works so, in whatever
    thread, sets it back.

    A thread that waits for the database goes on soon when it is answered, though another reckons:
    else the database would be idle for five milliseconds each time. Sooner still, the one that
    reckons would lose a tenth by being interrupted. Rows refer to each other in no circle: to look
    for circles among them takes a third of the time.
    """
    with _Interpreter.lock:
        if not _Interpreter.working:
            _Interpreter.before = sys.getswitchinterval(), gc.isenabled()
            sys.setswitchinterval(_TURN_SECONDS)
            gc.disable()
        _Interpreter.working += 1
    try:
        yield
    finally:
        with _Interpreter.lock:
            _Interpreter.working -= 1
            if not _Interpreter.working:
                turn, collected = _Interpreter.before
                sys.setswitchinterval(turn)
                if collected:
                    gc.enable()


@contextmanager
def sent_ahead() -> Iterator[Send]:
    """What is sent is carried out one after the other, while the caller makes ready what comes
    next; what the database refuses is raised on leaving. Nothing else may be asked meanwhile."""
    cursor = plain_cursor()
    sent: list[Future[Any]] = []
    with connection.wrap_database_errors, ThreadPoolExecutor(max_workers=1) as thread:
        yield lambda statement, values: sent.append(
            thread.submit(_carry_out, cursor, statement, values)
        )
        for one in sent:
            one.result()


def made_ahead(source: Iterator[T]) -> Iterator[T]:
    """What a source gives; the next is made ready while the caller, and the database, work on the
    one before."""
    with ThreadPoolExecutor(max_workers=1) as thread:
        coming = thread.submit(next, source, None)
        while (made := coming.result()) is not None:
            coming = thread.submit(next, source, None)
            yield made


def check_references(send: Send) -> None:
    """Let the database look now whether what new rows refer to is there, not at the end."""
    send("SET CONSTRAINTS ALL IMMEDIATE", [])
    send("SET CONSTRAINTS ALL DEFERRED", [])
