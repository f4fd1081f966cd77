"""Ids made where the fact is made, and numbers that people can read out."""

import secrets
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID, SafeUUID

from uuid_utils import uuid7

from kamkor.kernel import clock

# Crockford's letters without those that are misheard or misread on the telephone.
_READABLE = "23456789ABCDEFGHJKMNPQRSTVWXYZ"


_COUNTED = 1 << 12
_PLACE_OF_COUNT = 64
_TOGETHER = 1_000
_lock = threading.Lock()
_last = (0, 0)


def new_id() -> UUID:
    """A UUIDv7 of the clock's moment; those of one moment and process stand in order.

    RFC 9562, 6.2, method 1: the twelve bits after the milliseconds count within them.
    """
    milliseconds = int(clock.now().timestamp() * 1000)
    drawn = uuid7(nanoseconds=milliseconds * 1_000_000).int
    cleared = drawn & ~((_COUNTED - 1) << _PLACE_OF_COUNT)
    return UUID(int=cleared | _count_within(milliseconds) << _PLACE_OF_COUNT)


def new_ids() -> Iterator[str]:
    """Ids as text without end, in order; quicker than one by one.

    More than a millisecond holds run on into those after it.
    """
    last = 0
    while True:
        milliseconds = int(clock.now().timestamp() * 1000)
        counted = milliseconds * _COUNTED + _count_within(milliseconds, _TOGETHER)
        first = max(last + 1, counted)
        last = first + _TOGETHER - 1
        drawn = secrets.token_hex(8 * _TOGETHER)
        for place in range(_TOGETHER):
            moment, random = f"{first + place:015x}", drawn[16 * place : 16 * place + 15]
            yield f"{moment[:8]}-{moment[8:12]}-7{moment[12:]}-8{random[:3]}-{random[3:]}"


_unsafe = SafeUUID.unknown
_set = object.__setattr__


def id_of_text(text: str) -> UUID:
    """An id as the database writes it: what ``UUID(text)`` makes, in a third of the time.

    A page reads hundreds. What comes from elsewhere is read by ``UUID``, which looks at its form.
    """
    made = object.__new__(UUID)
    _set(made, "int", int(text.replace("-", ""), 16))
    _set(made, "is_safe", _unsafe)
    return made


def _count_within(milliseconds: int, number: int = 1) -> int:
    """The first of so many places within a millisecond."""
    global _last  # noqa: PLW0603 - the one count of this process
    with _lock:
        count = _last[1] + 1 if _last[0] == milliseconds else 0
        _last = (milliseconds, count + number - 1)
    return count % _COUNTED


def is_ordered_id(candidate: UUID) -> bool:
    """Whether an id is a UUIDv7, as every command's id must be."""
    return candidate.version == 7


# Cyrillic letters that look like ours: whoever reads a number types them without a thought.
_ALIKE = str.maketrans("АВЕКМНРСТУХ", "ABEKMHPCTYX")


@dataclass(frozen=True)
class TypedNumber:
    """A number as it stands on paper; ``certain`` if what was typed can be nothing else."""

    number: str
    certain: bool


def typed_number(prefix: str, typed: str, letters: int = 7) -> TypedNumber | None:
    """The readable number somebody typed, with or without prefix, hyphens and spaces.

    Nothing if it can be none. Letters alone without a hyphen may be a name as well.
    """
    drawn = "".join(sign for sign in typed.upper().translate(_ALIKE) if sign.isalnum())
    if len(drawn) == letters + len(prefix):
        drawn = drawn.removeprefix(prefix)
    if len(drawn) != letters or not set(drawn) <= set(_READABLE):
        return None
    certain = any(sign.isdigit() for sign in drawn) or typed.strip().count("-") > 1
    return TypedNumber(f"{prefix}-{drawn[:4]}-{drawn[4:]}", certain)


def readable_number(prefix: str, letters: int = 7) -> str:
    """A number people read out: random, so that it tells nothing of how many there are."""
    return number_from(prefix, secrets.randbelow(len(_READABLE) ** letters), letters)


def readable_numbers(prefix: str, letters: int = 7) -> Iterator[str]:
    """Numbers people read out without end; quicker than one by one."""
    while True:
        drawn = secrets.token_bytes(8 * _TOGETHER)
        for place in range(0, len(drawn), 8):
            # Of 2 ** 64 no number of seven letters has a share that could be noticed.
            one = int.from_bytes(drawn[place : place + 8])
            yield number_from(prefix, one % len(_READABLE) ** letters, letters)


def number_from(prefix: str, drawn: int, letters: int = 7) -> str:
    """The readable number that stands for a number drawn."""
    text = ""
    for _ in range(letters):
        drawn, place = divmod(drawn, len(_READABLE))
        text += _READABLE[place]
    return f"{prefix}-{text[:4]}-{text[4:]}"
