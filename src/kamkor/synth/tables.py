"""The tables that lives fill, as plain text: which columns they have, and what stands in each."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import connections, models, transaction

from kamkor.demo.offices import OWNER
from kamkor.kernel.locked import LockedText, of_text, texts_of
from kamkor.people.operations.reindexing import rebuild_words

STANDING = frozenset(
    {
        "Account", "DutyTurn", "Employee", "Leave", "Office", "OfficeTerritory", "Post",
        "PostHolding", "Territory", "TerritoryName",
    }
)  # fmt: skip
"""What stands before anybody's life begins."""
COMPARED = frozenset({"AlikePair", "ComparedName", "PersonKey"})
"""What is made from the records once all are in, by ``kamkor people reindex``."""

_TARGETS = {"Office": "office", "Post": "post", "Employee": "employee", "Territory": "territory"}
_NUMBERS = {
    "office_unit": "office",
    "office_district": "office",
    "office_oblast": "office",
    "department": "office",
    "by_post": "post",
    "post": "post",
    "account": "account",
    "district": "territory",
    "moved_to": "territory",
    "number": "number",
    "receipt_digest": "receipt",
    "digest": "digest",
}

Rows = list[tuple[str | None, ...]]


@dataclass(frozen=True)
class Table:
    """One table: its columns but a counted key, and of which kind each is: ``id``, ``day``,
    ``json``, ``office`` and so on, or nothing for plain text and numbers.

    ``key`` is what its rows are ordered by: as they were written, for ids tell the moment;
    ``texts`` are the columns whose texts stand locked.
    """

    name: str
    columns: tuple[str, ...]
    kinds: dict[str, str]
    key: tuple[str, ...]
    texts: dict[str, LockedText]
    is_fact: bool
    holds_words: bool


def life_tables() -> list[Table]:
    """All tables that lives fill; a table added later is one of them."""
    found = apps.get_app_config("kamkor").get_models()
    return [
        _table(one)
        for one in found
        if one.__name__ not in STANDING | COMPARED and _is_of_lives(one)
    ]


def _is_of_lives(model: type[models.Model]) -> bool:
    names = {field.name for field in model._meta.concrete_fields}  # noqa: SLF001 - Django's public way
    return bool({"command", "team", "office_district"} & names) or model.__name__ == "Team"


def _table(model: type[models.Model]) -> Table:
    fields = [
        field
        for field in model._meta.concrete_fields  # noqa: SLF001 - Django's public way to its fields
        if not isinstance(field, models.AutoField)
    ]
    columns = tuple(str(field.column) for field in fields)
    return Table(
        name=model._meta.db_table,  # noqa: SLF001 - as above
        columns=columns,
        kinds={str(field.column): _kind(field) for field in fields},
        key=tuple(str(field.column) for field in model._meta.pk_fields),  # noqa: SLF001 - as above
        texts={str(one.column): one for one in texts_of(model)},
        is_fact="first_recorded_at" in columns,
        holds_words="token" in columns,
    )


def _kind(field: Any) -> str:  # noqa: ANN401 - any field
    if field.name in _NUMBERS:
        return _NUMBERS[field.name]
    if field.is_relation:
        target = field.related_model.__name__
        return _TARGETS.get(target) or _kind(field.target_field)
    if isinstance(field, models.UUIDField):
        return "id"
    if isinstance(field, models.DateField):
        return "day"
    return "json" if isinstance(field, models.JSONField) else ""


def read_all(tables: Sequence[Table]) -> dict[str, Rows]:
    """Every row of these tables as text, in the order they were written; what is locked is opened."""
    found: dict[str, Rows] = {}
    with connections[OWNER].cursor() as cursor:
        for table in tables:
            columns = ", ".join(f'"{column}"::text' for column in table.columns)
            key = ", ".join(f'"{column}"' for column in table.key)
            cursor.execute(f"SELECT {columns} FROM {table.name} ORDER BY {key}")  # noqa: S608 - our own names
            found[table.name] = [_opened(table, row) for row in cursor.fetchall()]
    return found


def _opened(table: Table, row: tuple[str | None, ...]) -> tuple[str | None, ...]:
    cells = dict(zip(table.columns, row, strict=True))
    for column, text in table.texts.items():
        locked = of_text(str(cells[column]))
        if locked:
            subject = UUID(str(cells[text.of]))
            cells[column] = text.opened_at(locked, cells[table.key[0]], subject)
        else:
            cells[column] = ""
    return tuple(cells.values())


def _compared() -> list[str]:
    return [apps.get_model("kamkor", one)._meta.db_table for one in COMPARED]  # noqa: SLF001 - as above


def empty(rows: Mapping[str, Rows]) -> None:
    """Take all rows out again of the tables that hold some."""
    with transaction.atomic(using=OWNER), connections[OWNER].cursor() as cursor:
        for name in (*_compared(), *(name for name, found in rows.items() if found)):
            cursor.execute(f"DELETE FROM {name}")  # noqa: S608 - our own names


def count_anew(tables: Sequence[Table]) -> None:
    """Let counted keys of empty tables begin with the first again."""
    with connections[OWNER].cursor() as cursor:
        names = [*_compared(), *(one.name for one in tables)]
        cursor.execute(f"TRUNCATE {', '.join(names)} RESTART IDENTITY")


@contextmanager
def words_later() -> Iterator[None]:
    """Learn the words of names when all are in, not with each part."""
    with connections[OWNER].cursor() as cursor:
        cursor.execute("ALTER TABLE kamkor_nametoken DISABLE TRIGGER words_learnt")
    yield
    with connections[OWNER].cursor() as cursor:
        cursor.execute("ALTER TABLE kamkor_nametoken ENABLE TRIGGER words_learnt")
    rebuild_words()


@contextmanager
def indexes_later(tables: Sequence[Table]) -> Iterator[None]:
    """Take out the indexes that hold no constraint, and build them anew when all rows are in.

    So built they are smaller, and nothing is sorted in row by row. Those that hold one stay, so
    that every row is checked, and so do those of tables of which each new part sets off a trigger:
    what it asks by them it would else look for in the whole table. They are packed in the end.
    """
    names = [one.name for one in tables]
    with connections[OWNER].cursor() as cursor:
        cursor.execute(_INDEXES, [names])
        found = cursor.fetchall()
        plain = [(name, definition) for name, definition, stays in found if not stays]
        for name, _ in plain:
            cursor.execute(f'DROP INDEX "{name}"')
    yield
    with connections[OWNER].cursor() as cursor:
        cursor.execute("SELECT set_config('maintenance_work_mem', %s, false)", [_SORTING])
        for name in (name for name, _, stays in found if stays):
            cursor.execute(f'REINDEX INDEX "{name}"')
        for _, definition in plain:
            cursor.execute(definition)
        cursor.execute("RESET maintenance_work_mem")


_SORTING = "256MB"
_INDEXES = """
SELECT i.relname, pg_get_indexdef(i.oid), x.indisunique OR EXISTS (
    SELECT FROM pg_constraint c WHERE c.conindid = i.oid AND c.contype <> 'f')
    OR EXISTS (  -- a trigger on INSERT that is not that of a key
    SELECT FROM pg_trigger g WHERE g.tgrelid = t.oid AND NOT g.tgisinternal AND g.tgtype & 4 > 0
        AND g.tgenabled <> 'D')
FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class t ON t.oid = x.indrelid
WHERE t.relname = ANY(%s) ORDER BY 1
"""
