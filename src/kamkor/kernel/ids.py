"""Ids made where the fact is made, and numbers that people can read out."""

import secrets
from uuid import UUID

from uuid_utils import uuid7

from kamkor.kernel import clock

# Crockford's letters without those that are misheard or misread on the telephone.
_READABLE = "23456789ABCDEFGHJKMNPQRSTVWXYZ"


def new_id() -> UUID:
    """A UUIDv7 of the clock's moment."""
    moment = clock.now()
    return UUID(int=uuid7(nanoseconds=int(moment.timestamp() * 1_000_000) * 1000).int)


def is_ordered_id(candidate: UUID) -> bool:
    """Whether an id is a UUIDv7, as every command's id must be."""
    return candidate.version == 7


def readable_number(prefix: str, letters: int = 7) -> str:
    """A number people read out: random, so that it tells nothing of how many there are."""
    drawn = "".join(secrets.choice(_READABLE) for _ in range(letters))
    return f"{prefix}-{drawn[:4]}-{drawn[4:]}"
