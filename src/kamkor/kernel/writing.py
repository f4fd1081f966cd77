"""New rows that belong together: each table's by one statement, put together once and kept."""

import json
from collections.abc import Callable, Iterable, Sequence
from contextlib import nullcontext
from datetime import date, datetime
from functools import cache, partial
from typing import Any
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db import DEFAULT_DB_ALIAS, connection, connections, models
from django.db.models.expressions import DatabaseDefault
from psycopg import RawCursor

from kamkor.kernel.locked import LockedText, as_text
from kamkor.kernel.sheets import kind_of, quoted_array


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
        return self._several, [quoted_array(column) for column in zip(*told, strict=True)]

    def _told(self, row: models.Model) -> list[str | None]:
        told: list[str | None] = []
        for name, field, plain, text in self._columns:
            value = field.locked(row) if isinstance(field, LockedText) else getattr(row, name)
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
    if isinstance(field, LockedText):
        return as_text
    if isinstance(field, models.JSONField):
        return lambda value: json.dumps(value, cls=field.encoder)
    if isinstance(field, ArrayField):
        told = _text_of(field.base_field)
        return lambda value: quoted_array([one if one is None else told(one) for one in value])
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
    kind = kind_of(field)
    # A cast to varchar(n)[] would cut what is too long in silence; the column refuses it.
    return "text[]" if kind.startswith("varchar") else kind


def _quoted(name: str) -> str:
    return f'"{name}"'


def _names(names: Iterable[str]) -> str:
    return ", ".join(map(_quoted, names))
