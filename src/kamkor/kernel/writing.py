"""Many new rows at once: held as tuples, written by one statement a table."""

import gc
import json
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from datetime import date, datetime
from functools import cache, partial
from typing import Any
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db import DEFAULT_DB_ALIAS, connection, connections, models
from django.db.models.expressions import DatabaseDefault
from psycopg import Cursor, RawCursor

_TURN_SECONDS = 0.0002

Send = Callable[[str, Sequence[Any]], object]
"""Takes a statement and its values to be carried out."""


class Sheet:
    """New rows of one table, without an object each; every column not named has its default.

    ``varying`` names the columns of which each row brings its own value, in that order. An id
    may be a text.
    """

    def __init__(self, model: type[models.Model], *varying: str, **constant: object) -> None:
        self.rows: list[tuple[Any, ...]] = []
        fields = {field.attname: field for field in model._meta.concrete_fields}  # noqa: SLF001 - Django's public way to its fields
        given = {*varying, *constant}
        for name, field in fields.items():
            if name not in given and not isinstance(field, models.AutoField):
                blank = field.blank and not field.has_default() and not field.null
                constant[name] = "" if blank else field.get_default()
        self._names = (*varying, *constant)
        self._kinds = [_kind(fields[name]) for name in self._names]
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
        arrays: dict[str, str] = {}
        texts: list[str] = []
        told = [*zip(*self.rows, strict=True), *((value,) for value in self._constant)]
        for name, kind, column in zip(self._names, self._kinds, told, strict=True):
            if column.count(column[0]) == len(column):
                said.append(f"%s::{kind}")
                given.append(column[0])
            else:
                said.append(f"u.{_quoted(name)}::{kind}")
                arrays[name] = f"%s::{kind}[]"
                texts.append(_as_array(kind, column))
        source = f"unnest({', '.join(arrays.values())}) AS u({_names(arrays)})"
        if not arrays:
            source = f"generate_series(1, {len(self.rows)})"
        send(
            f'INSERT INTO "{self._table}" ({_names(self._names)}) '  # noqa: S608 - made of our own names alone
            f"SELECT {', '.join(said)} FROM {source}",
            [*given, *texts],
        )
        self.rows = []


def _kind(field: Any) -> str:  # noqa: ANN401 - any column
    kind = str(field.db_type(connection)).split(" COLLATE")[0]
    # A cast to varchar(n) would cut what is too long in silence; the column refuses it.
    return "text" if kind.startswith("varchar") and not kind.endswith("[]") else kind


def _as_array(kind: str, column: Sequence[Any]) -> str:
    """A column as PostgreSQL writes an array; far quicker than to ask of each value what it is."""
    if kind in _QUOTED:
        return _quoted_array(column)
    return f"{{{','.join(['NULL' if value is None else str(value) for value in column])}}}"


_QUOTED = {"text", "jsonb"}
_APART = "\0"
"""What no text of the database can hold."""


def _quoted_array(texts: Sequence[str | None]) -> str:
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


def _quoted(name: str) -> str:
    return f'"{name}"'


def _names(names: Iterable[str]) -> str:
    return ", ".join(map(_quoted, names))


def send_now(statement: str, values: Sequence[Any]) -> None:
    """Carry out what is sent."""
    connection.ensure_connection()
    with connection.wrap_database_errors:
        Cursor(connection.connection).execute(statement, values)


@contextmanager
def in_bulk() -> Iterator[None]:
    """Set the interpreter for the work on many rows meanwhile.

    A thread that waits for the database goes on at once when it is answered, though another
    reckons: else the database would be idle for five milliseconds each time. Rows refer to each
    other in no circle: to look for circles among them takes a third of the time.
    """
    before, collected = sys.getswitchinterval(), gc.isenabled()
    sys.setswitchinterval(_TURN_SECONDS)
    gc.disable()
    try:
        yield
    finally:
        sys.setswitchinterval(before)
        if collected:
            gc.enable()


@contextmanager
def sent_ahead() -> Iterator[Send]:
    """What is sent is carried out one after the other, while the caller makes ready what comes
    next; what the database refuses is raised on leaving. Nothing else may be asked meanwhile."""
    connection.ensure_connection()
    cursor = Cursor(connection.connection)
    sent: list[Future[Any]] = []
    with connection.wrap_database_errors, ThreadPoolExecutor(max_workers=1) as thread:
        yield lambda statement, values: sent.append(
            thread.submit(cursor.execute, statement, values)
        )
        for one in sent:
            one.result()


def check_references(send: Send) -> None:
    """Let the database look now whether what new rows refer to is there, not at the end."""
    send("SET CONSTRAINTS ALL IMMEDIATE", [])
    send("SET CONSTRAINTS ALL DEFERRED", [])


def write_together(rows: Iterable[models.Model]) -> None:
    """Write new rows, those of one kind in one statement, and what others refer to before them.

    A policy may ask whether what a new row refers to can be seen.
    """
    kinds: dict[type[models.Model], list[models.Model]] = {}
    for row in rows:
        kinds.setdefault(type(row), []).append(row)
    ready: list[tuple[str, list[str | None]]] = []
    while kinds:
        kind = next((one for one in kinds if _refers_to(one).isdisjoint(kinds)), next(iter(kinds)))
        table = _table(kind)
        if table is not None:
            ready.append(table.insert(kinds.pop(kind)))
            continue
        _send_in_one_go(ready)
        ready = []
        kind._default_manager.bulk_create(kinds.pop(kind))  # noqa: SLF001 - Django's public name for it
    _send_in_one_go(ready)


def _send_in_one_go(statements: Sequence[tuple[str, Sequence[Any]]]) -> None:
    """Carry out statements one after the other, but wait for the database once only."""
    login = connections[DEFAULT_DB_ALIAS]
    login.ensure_connection()
    server = login.connection
    if login.queries_logged:
        login.queries_log.extend({"sql": statement, "time": ""} for statement, _ in statements)
    with login.wrap_database_errors, server.pipeline() if len(statements) > 1 else nullcontext():
        cursor = RawCursor(server)
        for statement, values in statements:
            cursor.execute(statement.encode(), values)


@cache
def _refers_to(kind: type[models.Model]) -> frozenset[type[models.Model]]:
    targets = {field.related_model for field in kind._meta.concrete_fields}  # noqa: SLF001 - Django's public way to its fields
    return frozenset(one for one in targets if isinstance(one, type)) - {kind}


class _NoText(Exception):
    """Rows of this kind are written by Django: a column of it has no text, or its id is given by
    the database and others refer to it."""


@cache
def _table(kind: type[models.Model]) -> "_Table | None":
    try:
        return _Table(kind)
    except _NoText:
        return None


class _Table:
    """How new rows of a kind are written, put together once.

    Every value is sent as a text, so that the statement is the same whatever they are and the
    server keeps its plan; each column reads its own.
    """

    def __init__(self, kind: type[models.Model]) -> None:
        meta = kind._meta  # noqa: SLF001 - Django's public way to its fields
        all_fields: Sequence[Any] = meta.concrete_fields
        fields = [one for one in all_fields if not isinstance(one, models.AutoField)]
        if len(fields) < len(all_fields) and meta.related_objects:
            raise _NoText
        self._columns = [(one.attname, one, _told_by_itself(one), _text_of(one)) for one in fields]
        names = [one.column for one in fields]
        into = f'INSERT INTO "{meta.db_table}" ({_names(names)})'
        read = (f"u.{_quoted(one.column)}::{_read_as(one)}" for one in fields)
        places = [f"${place}" for place in range(1, len(names) + 1)]
        self._one = f"{into} VALUES ({', '.join(places)})"
        self._several = (
            f"{into} SELECT {', '.join(read)}"  # noqa: S608 - made of our own names alone
            f" FROM unnest({', '.join(f'{one}::text[]' for one in places)}) AS u({_names(names)})"
        )

    def insert(self, rows: Sequence[models.Model]) -> tuple[str, list[str | None]]:
        """The statement that writes these rows, and its values; they count as written."""
        told = [self._told(row) for row in rows]
        for row in rows:
            row._state.adding, row._state.db = False, DEFAULT_DB_ALIAS  # noqa: SLF001 - as Django leaves them
        if len(told) == 1:
            return self._one, told[0]
        return self._several, [_as_array("text", column) for column in zip(*told, strict=True)]

    def _told(self, row: models.Model) -> list[str | None]:
        told: list[str | None] = []
        for name, field, plain, text in self._columns:
            value = getattr(row, name)
            if value is None and field.is_relation and field.is_cached(row):
                value = _id_of_referred(row, field)
            if type(value) is plain:
                told.append(str(value))
            else:
                told.append(None if value is None else text(value))
        return told


def _id_of_referred(row: models.Model, field: Any) -> Any:  # noqa: ANN401 - any key
    """The id of what a row refers to, where it got one only after the row was made."""
    referred = getattr(row, field.name)
    found = None if referred is None else getattr(referred, field.target_field.attname)
    if referred is not None and found is None:
        raise ValueError(f"{field.name} of a new row is not written yet")
    return found


# What values of a column are: only of these is the text that of Python.
_HELD: Sequence[tuple[type[Any], type[Any]]] = (
    (models.UUIDField, UUID),
    (models.BooleanField, bool),
    (models.IntegerField, int),
    (models.FloatField, float),
    (models.DateTimeField, datetime),
    (models.DateField, date),
    (models.CharField, str),
    (models.TextField, str),
)


def _held_by(field: Any) -> type[Any] | None:  # noqa: ANN401 - any column
    """What the values of a column are; nothing where it is known to Django alone."""
    if isinstance(field, models.ForeignKey):
        return _held_by(field.target_field)
    return next((held for column, held in _HELD if isinstance(field, column)), None)


def _told_by_itself(field: Any) -> type[Any] | None:  # noqa: ANN401 - any column
    """The kind of values whose own text is what PostgreSQL reads; a moment needs its zone."""
    held = _held_by(field)
    return None if held is datetime else held


def _text_of(field: Any) -> Callable[[Any], str]:  # noqa: ANN401 - any column
    """What makes any value of a column the text that PostgreSQL reads; raises ``_NoText``."""
    if isinstance(field, models.JSONField):
        return lambda value: json.dumps(value, cls=field.encoder)
    if isinstance(field, ArrayField):
        told = _text_of(field.base_field)
        return lambda value: _as_array("text", [one if one is None else told(one) for one in value])
    held = _held_by(field)
    if held is None or getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False):
        raise _NoText
    return _moment_as_text(field) if held is datetime else partial(_as_text, field)


def _as_text(field: Any, value: Any) -> str:  # noqa: ANN401 - any value
    if isinstance(value, DatabaseDefault):
        value = field.db_default
    return str(field.get_db_prep_save(value, connection))


def _moment_as_text(field: Any) -> Callable[[Any], str]:  # noqa: ANN401 - any column
    def told(value: Any) -> str:  # noqa: ANN401 - any value
        if type(value) is datetime and value.tzinfo is not None:
            return str(value)
        return _as_text(field, value)

    return told


def _read_as(field: Any) -> str:  # noqa: ANN401 - any column
    kind = _kind(field)
    # A cast to varchar(n)[] would cut what is too long in silence; the column refuses it.
    return "text[]" if kind.startswith("varchar") else kind
