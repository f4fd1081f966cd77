"""What all processes remember together for minutes: tries at sign-in, codes that were used."""

import json
from collections.abc import Sequence
from typing import Any

from kamkor.access.models import Tally
from kamkor.kernel.statement import Statement

_REMEMBER = """
INSERT INTO kamkor_tally (key, value, ends_at)
VALUES (%(key)s, %(value)s::text::jsonb, %(ends_at)s)
ON CONFLICT (key) DO UPDATE SET value = EXCLUDED.value, ends_at = EXCLUDED.ends_at
"""
_ALWAYS = Statement(_REMEMBER + "RETURNING key")
# Of two that ask at one moment the database lets one in.
_ONCE = Statement(_REMEMBER + "WHERE kamkor_tally.ends_at <= %(now)s::bigint RETURNING key")


def remember(key: str, value: Any, ends_at: int) -> None:  # noqa: ANN401 - what JSON holds
    """Remember a value under a key until a moment, in seconds since 1970."""
    _ALWAYS.rows({"key": key, "value": json.dumps(value), "ends_at": ends_at})


def remember_once(key: str, value: Any, ends_at: int, now: int) -> bool:  # noqa: ANN401 - as above
    """Remember a value unless something is remembered under its key; whether it was."""
    given = {"key": key, "value": json.dumps(value), "ends_at": ends_at, "now": now}
    return bool(_ONCE.rows(given))


def forget(keys: Sequence[str]) -> bool:
    """Forget what is remembered under these keys; whether anything was."""
    return Tally.objects.filter(key__in=keys).delete()[0] > 0


def forget_past(now: int) -> None:
    """Forget everything whose time is over."""
    Tally.objects.filter(ends_at__lte=now).delete()
