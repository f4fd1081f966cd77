"""Whose records were read in a piece of work: noted as rows are made, so that none is forgotten."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from uuid import UUID

_NOTED: ContextVar[set[UUID] | None] = ContextVar("noted", default=None)


@contextmanager
def noting() -> Iterator[set[UUID]]:
    """Note the ids of all records of people that are read inside; within another, both do."""
    seen: set[UUID] = set()
    around = _NOTED.get()
    token = _NOTED.set(seen)
    try:
        yield seen
    finally:
        _NOTED.reset(token)
        if around is not None:
            around |= seen


def note(record: UUID) -> None:
    """Note that a record was read, where anybody asks."""
    noted = _NOTED.get()
    if noted is not None:
        noted.add(record)
