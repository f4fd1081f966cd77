"""Many new rows at once: held as tuples, written by one statement a table."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

from django.db import connection, models
from psycopg import Cursor

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
    told = _in_quotes if kind in _QUOTED else str
    return f"{{{','.join(['NULL' if value is None else told(value) for value in column])}}}"


_QUOTED = {"text", "jsonb"}


def _in_quotes(value: str) -> str:
    if "\\" in value or '"' in value:
        value = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{value}"'


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
    while kinds:
        kind = next((one for one in kinds if not _refers_to(one, kinds)), next(iter(kinds)))
        kind._default_manager.bulk_create(kinds.pop(kind))  # noqa: SLF001 - Django's public name for it


def _refers_to(kind: type[models.Model], others: Iterable[type[models.Model]]) -> bool:
    targets = {field.related_model for field in kind._meta.concrete_fields} - {kind}  # noqa: SLF001 - Django's public way to its fields
    return not targets.isdisjoint(others)
