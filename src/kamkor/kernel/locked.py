"""Texts that stand locked in the database: opened where they are read, by whom the rows are shown."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connections, models
from django.db.models.query_utils import DeferredAttribute

from kamkor.kernel.keys import KeyGone, Keys, KeysUnusable, current

_CANARY = b"canary"


class _Opened(DeferredAttribute):
    """A column as a row holds it: locked as it was read, until somebody looks at it."""

    def __get__(self, row: models.Model | None, kind: type[models.Model] | None = None) -> Any:  # noqa: ANN401 - as Django's
        if row is None:
            return self
        held = row.__dict__
        name = self.field.attname
        if name not in held:
            super().__get__(row, kind)
        if not isinstance(held[name], str):
            held[name] = self.field.opened(row, bytes(held[name]))  # type: ignore[attr-defined]
        return held[name]

    def __set__(self, row: models.Model, value: str) -> None:
        row.__dict__[self.field.attname] = value


if TYPE_CHECKING:

    class _Field(models.Field[str, str]):
        pass

else:
    _Field = models.Field


class LockedText(_Field):
    """A text that nobody reads in the database: locked with the key of the row's subject.

    ``of`` names the column that holds the subject: a child's case, a report, a home. The text opens
    only in its own table, row and column. What is empty stands empty. It cannot be searched for,
    compared or changed by a statement; a column of a question is its bytes, that of a row its text.
    A text whose key was taken away reads as empty.
    """

    descriptor_class = _Opened

    def __init__(self, *args: Any, of: str = "id", **kwargs: Any) -> None:  # noqa: ANN401 - Django's own
        self.of = of
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:  # noqa: ANN401 - Django's own
        """As Django writes it into a migration."""
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, {**kwargs, "of": self.of}

    def get_internal_type(self) -> str:
        """Bytes, to the database."""
        return "BinaryField"

    def pre_save(self, model_instance: models.Model, add: bool) -> bytes:  # noqa: ARG002, FBT001 - Django's form
        """What is written of a row."""
        return self.locked(model_instance)

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:  # noqa: ANN401, ARG002, FBT001, FBT002 - Django's form
        """The bytes to be written; raises ``TypeError`` for a text that no row has locked."""
        if isinstance(value, str) and value:
            raise TypeError(f"{self.name} is locked by its row")
        return connection.Database.Binary(value or b"")

    def locked(self, row: models.Model) -> bytes:
        """The text of a row as it stands in the database; raises ``KeyGone``, ``KeysUnusable``."""
        return self.lock_for(row, getattr(row, self.attname))

    def lock_for(self, row: models.Model, text: str) -> bytes:
        """A text locked as that of a row."""
        return self.locked_at(text, row.pk, getattr(row, self.of)) if text else b""

    def locked_at(self, text: str, key: object, subject: UUID) -> bytes:
        """A text locked for the row with this key, of this subject."""
        return proven().lock(text, subject, self.place(key))

    def opened(self, row: models.Model, locked: bytes) -> str:
        """The text that stands locked in a row; raises ``KeysUnusable``."""
        return self.opened_at(locked, row.pk, getattr(row, self.of)) if locked else ""

    def opened_at(self, locked: bytes, key: object, subject: UUID) -> str:
        """The text that stands locked in the row with this key, of this subject."""
        try:
            return proven().unlock(locked, subject, self.place(key))
        except KeyGone:
            return ""

    def place(self, key: object) -> bytes:
        """Where the text of the row with this key stands: it opens nowhere else."""
        return f"{self.model._meta.db_table}|{key}|{self.column}".encode()  # noqa: SLF001 - Django's public way to its table


def locked_in(row: models.Model, texts: Mapping[str, Any]) -> dict[str, Any]:
    """Values for an update of one row, its texts locked."""
    fields: dict[str, Any] = {one.attname: one for one in row._meta.concrete_fields}  # noqa: SLF001 - Django's public way to its fields
    return {
        name: fields[name].lock_for(row, value) if isinstance(fields[name], LockedText) else value
        for name, value in texts.items()
    }


class _Proof:
    """Which keys were found to be those of the database."""

    keys: Keys | None = None


def proven() -> Keys:
    """The keys as they stand now, once they have opened what tells a wrong key.

    Nothing is ever locked with keys that the database does not know. Raises ``KeysUnusable``.
    """
    keys = current()
    if keys is not _Proof.keys:
        prove(keys, DEFAULT_DB_ALIAS)
        _Proof.keys = keys
    return keys


def prove(keys: Keys, login: str) -> None:
    """Raise ``KeysUnusable`` unless each version of the keys opens what it locked here first.

    A version that the database alone knows is about to be added, or was dropped.
    """
    with connections[login].cursor() as cursor:
        cursor.execute("SELECT version, locked FROM kamkor_keycanary")
        found = {version: bytes(locked) for version, locked in cursor.fetchall()}
    if not found.keys() >= keys.versions.keys():
        raise KeysUnusable
    for version in keys.versions:
        keys.unlock(found[version], UUID(int=version), _CANARY)


def canary(keys: Keys, version: int) -> bytes:
    """What tells a wrong key: locked with a version, for the table of canaries."""
    alone = Keys({version: keys.versions[version]})
    return alone.lock("canary", UUID(int=version), _CANARY)


def as_text(locked: bytes) -> str:
    """Bytes as PostgreSQL reads them from a text."""
    return "\\x" + locked.hex()


def of_text(told: str) -> bytes:
    """Bytes of the text as which PostgreSQL tells them."""
    return bytes.fromhex(told[2:])


def texts_of(model: type[models.Model]) -> list[LockedText]:
    """The locked columns of a table."""
    return [one for one in model._meta.concrete_fields if isinstance(one, LockedText)]  # noqa: SLF001 - Django's public way to its fields
