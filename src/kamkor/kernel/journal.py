"""What the journal is asked: a place in order, an earlier answer, versions."""

import hashlib
import json
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Max

from kamkor.kernel.models import JournalEntry
from kamkor.kernel.statement import Statement


def take_place(subject: UUID) -> None:
    """Wait until nobody else is about a subject, and keep others waiting until the end."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_number(subject)])


def earlier_answer(command: UUID) -> tuple[int, UUID, dict[str, Any]] | None:
    """Take the place of a command; the account, digest and answer of when it was carried out."""
    for account, digest, answer in _CLAIMED.rows({"command": command, "place": _number(command)}):
        return account, digest, json.loads(answer)
    return None


_CLAIMED = Statement(
    "SELECT account, digest, answer::text FROM claimed_answer(%(command)s, %(place)s::bigint)"
)


def _number(subject: UUID) -> int:
    return int.from_bytes(hashlib.sha256(subject.bytes).digest()[:8], "big", signed=True)


def version_of(subject: UUID) -> int:
    """How many times a subject has been touched; the version a form is based on."""
    return versions_of([subject]).get(subject, 0)


def versions_of(subjects: list[UUID]) -> dict[UUID, int]:
    """The versions of those subjects that have been touched."""
    entries = JournalEntry.objects.filter(subject__in=subjects).values("subject")
    latest = entries.annotate(latest=Max("version")).values_list("subject", "latest")
    return dict(latest.order_by())
