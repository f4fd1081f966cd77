"""What an actor may read and not touch: a command about it is refused, whatever it does."""

from collections.abc import Collection, Iterable
from uuid import UUID

from django.db import models

from kamkor.kernel.errors import Refusal
from kamkor.kernel.words import noop


class OnlyRead(Refusal):
    """What was opened in an emergency is read, and nothing is done to it."""

    code = "only_read"
    message = noop(
        "You opened this in an emergency: you may read it and change nothing. Tell whoever answers"
        " for the child, or write a report."
    )


def require_other_rows(rows: Iterable[models.Model], only_read: Collection[UUID]) -> None:
    """Raise ``OnlyRead`` if one of these rows is, or refers to, what may only be read."""
    for row in rows if only_read else ():
        fields = row._meta.concrete_fields  # noqa: SLF001 - Django's public way to its fields
        if any(row.__dict__.get(field.attname) in only_read for field in fields):
            raise OnlyRead
