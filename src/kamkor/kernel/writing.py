"""Many new rows at once: held as tuples, written by one statement a table, or copied in."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection, models


class Sheet:
    """New rows of one table, without an object each; every column not named has its default.

    ``varying`` names the columns of which each row brings its own value, in that order.
    """

    def __init__(self, model: type[models.Model], *varying: str, **constant: object) -> None:
        self.rows: list[tuple[Any, ...]] = []
        fields = {field.attname: field for field in model._meta.concrete_fields}  # noqa: SLF001 - Django's public way to its fields
        given = {*varying, *constant}
        for name, field in fields.items():
            if name not in given and not isinstance(field, models.AutoField):
                blank = field.blank and not field.has_default() and not field.null
                constant[name] = "" if blank else field.get_default()
        kinds = {name: _kind(fields[name]) for name in (*varying, *constant)}
        self._constant: list[Any] = [_plain(value) for value in constant.values()]
        self._statement = (
            f'INSERT INTO "{model._meta.db_table}" ({_names((*varying, *constant))}) SELECT '  # noqa: SLF001, S608 - made of our own names alone
            + ", ".join(
                [
                    *(f"u.{_quoted(name)}::{kinds[name]}" for name in varying),
                    *(f"%s::{kinds[name]}" for name in constant),
                ]
            )
            + f" FROM unnest({', '.join(f'%s::{_array(kinds[name])}' for name in varying)})"
            + f" AS u({_names(varying)})"
        )

    def add(self, *values: object) -> None:
        """Hold one row: its values in the order of ``varying``."""
        self.rows.append(values)

    def write(self) -> None:
        """Write what is held, and hold nothing."""
        if not self.rows:
            return
        columns = [list(column) for column in zip(*self.rows, strict=True)]
        with connection.cursor() as cursor:
            cursor.execute(self._statement, [*self._constant, *columns])
        self.rows = []


def _kind(field: Any) -> str:  # noqa: ANN401 - any column
    kind = str(field.db_type(connection)).split(" COLLATE")[0]
    # A cast to varchar(n) would cut what is too long in silence; the column refuses it.
    return "text" if kind.startswith("varchar") and not kind.endswith("[]") else kind


def _array(kind: str) -> str:
    return "text[]" if kind == "jsonb" else f"{kind}[]"


def _plain(value: object) -> object:
    return str(value) if isinstance(value, dict) and not value else value


def _quoted(name: str) -> str:
    return f'"{name}"'


def _names(names: Iterable[str]) -> str:
    return ", ".join(map(_quoted, names))


def copy_in(
    model: type[models.Model], columns: Sequence[str], rows: Iterable[Sequence[Any]]
) -> None:
    """Copy rows into a table without row security: PostgreSQL copies into no other."""
    table = model._meta.db_table  # noqa: SLF001 - Django's public way to its table
    with connection.cursor() as cursor:
        statement = f'COPY "{table}" ({_names(columns)}) FROM STDIN'
        with cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row(row)


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
