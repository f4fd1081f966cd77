"""Who sits where on a day: asked anew, or told again while nothing of the workforce has changed.

Triggers draw a new version with each change of the tables that are read here, in the transaction
that makes it. Each answer brings the version it was read at, in one statement, and is kept under
that: whoever has read the same version would read the same rows, also after a rollback or a restore.
"""

from collections.abc import Collection, Hashable
from datetime import date
from functools import cache, lru_cache
from typing import Any, TypeAlias
from uuid import UUID

from kamkor.kernel.statement import Statement
from kamkor.workforce.rules import Seat

KEPT = 256
"""How many answers a process keeps, the latest asked."""

Rows: TypeAlias = list[tuple[Any, ...]]

OF_OFFICE = "p.office_id = %(of)s"
OF_DEPARTMENT = """p.office_id = ANY (ARRAY(
    SELECT id FROM kamkor_office WHERE id = %(of)s OR district_id = %(of)s))"""
OF_POSTS = "p.id = ANY(%(of)s::int[])"
AND_COVERS = """p.id = ANY(%(of)s::int[])
    OR p.id IN (SELECT cover_id FROM away WHERE post_id = ANY(%(of)s::int[]))"""


def seats_where(
    where: str,
    of: int | Collection[int],
    day: date,
    *,
    as_of: UUID | None = None,
    roster: int | None = None,
    without: UUID | None = None,
) -> dict[int, Seat]:
    """Seats by post; with their ranks on the roster of an office, as if a turn were not there.

    ``as_of``: the version of the workforce that whoever asks has read; without one it is asked
    anew.
    """
    of = of if isinstance(of, int) else tuple(sorted(of))
    rows = _told(_asking(where), as_of, of=of, day=day, roster=roster, without=without)
    return {post: Seat(post, *seat) for _version, post, *seat in rows}


def names_of(posts: Collection[int], day: date, *, as_of: UUID | None) -> dict[int, str]:
    """The names of who holds these posts, also of posts that have ended; ``as_of`` as above."""
    rows = _told(HOLDERS, as_of, posts=tuple(sorted(posts)), day=day) if posts else []
    return {post: f"{given} {surname}".strip() for _version, post, given, surname in rows}


class _Newer(Exception):
    """The workforce has changed since that version; these are its rows now."""

    def __init__(self, rows: Rows) -> None:
        super().__init__()
        self.rows = rows


def _told(question: Statement, as_of: UUID | None, **given: Hashable) -> Rows:
    if as_of is None:
        return _asked(question, given)
    try:
        return _kept(question, as_of, **given)
    except _Newer as now:
        return now.rows


@lru_cache(maxsize=KEPT)
def _kept(question: Statement, as_of: UUID, **given: Hashable) -> Rows:
    """The rows of that version; raises ``_Newer``, of which nothing is kept."""
    rows = _asked(question, given)
    if not rows or rows[0][0] != as_of:
        raise _Newer(rows)
    return rows


def _asked(question: Statement, given: dict[str, Hashable]) -> Rows:
    held = {name: list(one) if isinstance(one, tuple) else one for name, one in given.items()}
    return question.rows(held)


@cache
def _asking(where: str) -> Statement:
    return Statement(SEATS.format(where=where))


# One statement, since a page asks often who sits where. One holds a post on a day.
SEATS = """
WITH away AS (
    SELECT post_id, cover_id FROM kamkor_leave
    WHERE withdrawn_at IS NULL AND %(day)s BETWEEN valid_from AND valid_to
), turn AS (
    SELECT post_id, min(rank) AS rank FROM kamkor_dutyturn
    WHERE office_id = %(roster)s::int AND withdrawn_at IS NULL
        AND %(day)s BETWEEN valid_from AND valid_to AND id IS DISTINCT FROM %(without)s::uuid
    GROUP BY post_id
)
SELECT (SELECT version FROM kamkor_workforceversion),
    p.id, p.kind, p.office_id, o.district_id, h.employee_id, away.cover_id,
    coalesce(trim(e.given_name || ' ' || e.surname), ''), turn.rank
FROM kamkor_post p JOIN kamkor_office o ON o.id = p.office_id
LEFT JOIN LATERAL (
    SELECT employee_id FROM kamkor_postholding WHERE post_id = p.id
        AND valid_from <= %(day)s AND (valid_to >= %(day)s OR valid_to IS NULL) LIMIT 1
) h ON true
LEFT JOIN kamkor_employee e ON e.id = h.employee_id
LEFT JOIN away ON away.post_id = p.id
LEFT JOIN turn ON turn.post_id = p.id
WHERE p.valid_from <= %(day)s AND (p.valid_to >= %(day)s OR p.valid_to IS NULL) AND ({where})
ORDER BY p.id
"""
HOLDERS = Statement("""
SELECT (SELECT version FROM kamkor_workforceversion), h.post_id, e.given_name, e.surname
FROM kamkor_postholding h JOIN kamkor_employee e ON e.id = h.employee_id
WHERE h.valid_from <= %(day)s AND (h.valid_to >= %(day)s OR h.valid_to IS NULL)
    AND h.post_id = ANY(%(posts)s::int[])
""")
