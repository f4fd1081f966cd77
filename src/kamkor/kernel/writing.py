"""Writing new rows of many kinds together."""

from collections.abc import Iterable

from django.db import models

Kind = type[models.Model]


def write_together(rows: Iterable[models.Model]) -> None:
    """Write new rows, those of one kind in one statement, and what others refer to before them.

    A policy may ask whether what a new row refers to can be seen.
    """
    kinds: dict[Kind, list[models.Model]] = {}
    for row in rows:
        kinds.setdefault(type(row), []).append(row)
    while kinds:
        kind = next((one for one in kinds if not _refers_to(one, kinds)), next(iter(kinds)))
        kind._default_manager.bulk_create(kinds.pop(kind))  # noqa: SLF001 - Django's public name for it


def _refers_to(kind: Kind, others: Iterable[Kind]) -> bool:
    targets = {field.related_model for field in kind._meta.concrete_fields} - {kind}  # noqa: SLF001 - Django's public way to its fields
    return not targets.isdisjoint(others)
