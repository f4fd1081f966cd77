"""All locked texts of a database, by the owner's login: counted, opened, locked with newer keys."""

# ruff: noqa: S608 - statements are made of the names of our own tables

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import connections, transaction

from kamkor.kernel import keys
from kamkor.kernel.keys import Keys, KeysUnusable
from kamkor.kernel.locked import LockedText, canary, prove, texts_of

OWNER = "owner"
PART = 2_000
"""How many rows are read, and at most written, by one transaction."""

Tell = Callable[[int], None]
"""Told after each part how many texts were locked anew."""


@dataclass(frozen=True)
class _Row:
    """The locked texts of one row that are not empty."""

    table: str
    key_column: str
    key: UUID
    texts: list[tuple[LockedText, UUID, bytes]]


def rotate(tell: Tell) -> int:
    """Lock every text with a new version of the keys; returns its number.

    What was broken off is gone on with: while texts of older versions are left no further one is
    added. Each part is a transaction of its own, in which what somebody else has just written
    stays as it is. Raises ``KeysUnusable``, before anything is changed.
    """
    held = keys.current()
    prove(held, OWNER)
    if not any(version < held.newest for version in versions_held()):
        keys.add_version(_make_known)
        held = keys.current()
    while _relock(held, tell):
        pass
    return held.newest


def versions_held() -> Counter[int]:
    """How many texts each version of the keys has locked."""
    found: Counter[int] = Counter()
    with connections[OWNER].cursor() as cursor:
        for model in _models():
            for text in texts_of(model):
                cursor.execute(
                    f'SELECT get_byte("{text.column}", 0), count(*) FROM {model._meta.db_table}'  # noqa: SLF001 - Django's public way to its table
                    f""" WHERE "{text.column}" <> '' GROUP BY 1"""
                )
                found.update(dict(cursor.fetchall()))
    return found


def unopened(tell: Tell) -> Iterator[str]:
    """Open every text: the table, column and row of each that does not open."""
    held = keys.current()
    prove(held, OWNER)
    opened = 0
    for part in _parts():
        for row in part:
            for text, subject, locked in row.texts:
                try:
                    held_open(held, text, row.key, subject, locked)
                    opened += 1
                except KeysUnusable:
                    yield f"{row.table}.{text.column} {row.key}"
        tell(opened)


def held_open(held: Keys, text: LockedText, key: UUID, subject: UUID, locked: bytes) -> str | None:
    """The text, or nothing where its key was taken away; raises ``KeysUnusable``."""
    try:
        return held.unlock(locked, subject, text.place(key))
    except keys.KeyGone:
        return None


def drop_older() -> list[int]:
    """Take away the versions that no text needs any more; returns their numbers.

    Backups of when they were in use can then be read by nobody. Raises ``KeysUnusable``.
    """
    held = keys.current()
    prove(held, OWNER)
    oldest = min([*versions_held(), held.newest])
    gone = [version for version in held.versions if version < oldest]
    keys.drop_versions(before=oldest)
    with connections[OWNER].cursor() as cursor:
        cursor.execute("DELETE FROM kamkor_keycanary WHERE version < %s", [oldest])
    return gone


def _make_known(more: Keys) -> None:
    """A version that was made known and then never saved has locked nothing: it makes way."""
    with connections[OWNER].cursor() as cursor:
        cursor.execute(
            "INSERT INTO kamkor_keycanary VALUES (%s, %s)"
            " ON CONFLICT (version) DO UPDATE SET locked = excluded.locked",
            [more.newest, canary(more, more.newest)],
        )


def _relock(held: Keys, tell: Tell) -> int:
    """Lock what older versions have locked; returns how many texts that were."""
    done = 0
    for part in _parts():
        with transaction.atomic(using=OWNER):
            done += sum(_relocked(held, row) for row in part)
        tell(done)
    return done


def _relocked(held: Keys, row: _Row) -> int:
    changed = 0
    for text, subject, locked in row.texts:
        if locked[0] == held.newest:
            continue
        told = held_open(held, text, row.key, subject, locked)
        anew = held.lock(told, subject, text.place(row.key)) if told else b""
        with connections[OWNER].cursor() as cursor:
            cursor.execute(
                f'UPDATE {row.table} SET "{text.column}" = %s'
                f' WHERE "{row.key_column}" = %s AND "{text.column}" = %s',
                [anew, row.key, locked],
            )
        changed += 1
    return changed


def _models() -> list[Any]:
    return [one for one in apps.get_app_config("kamkor").get_models() if texts_of(one)]


def _parts() -> Iterator[list[_Row]]:
    for model in _models():
        texts = texts_of(model)
        key = model._meta.pk.column  # noqa: SLF001 - Django's public way to its key
        columns = ", ".join(f'"{one.column}", "{one.of}"' for one in texts)
        filled = " OR ".join(f""""{one.column}" <> ''""" for one in texts)
        last = UUID(int=0)
        while True:
            with connections[OWNER].cursor() as cursor:
                cursor.execute(
                    f'SELECT "{key}", {columns} FROM {model._meta.db_table}'  # noqa: SLF001 - as above
                    f' WHERE "{key}" > %s AND ({filled}) ORDER BY "{key}" LIMIT {PART}',
                    [last],
                )
                found = cursor.fetchall()
            if not found:
                break
            last = found[-1][0]
            yield [_row(model, key, texts, one) for one in found]


def _row(model: Any, key: str, texts: list[LockedText], found: tuple[Any, ...]) -> _Row:  # noqa: ANN401 - any table
    held = [
        (text, subject, bytes(locked))
        for text, locked, subject in zip(texts, found[1::2], found[2::2], strict=True)
        if bytes(locked)
    ]
    return _Row(model._meta.db_table, key, found[0], held)  # noqa: SLF001 - as above
