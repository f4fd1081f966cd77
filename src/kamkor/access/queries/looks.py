"""Who looked at what, for those who see it themselves; the database asks who is looking."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from kamkor.access.rules import Viewer
from kamkor.access.vocabulary import COMMISSIONER, Action, Level
from kamkor.kernel.statement import Statement


class LookAt(NamedTuple):
    """One look: when, by what page, at which record, by whom and under which post.

    ``lives_in`` is the village of who looked, empty if it is not known.
    """

    at: datetime
    page: str
    subject: UUID
    account: int
    name: str
    surname: str
    post: int
    role: str
    name_ky: str
    name_ru: str
    name_kk: str
    name_en: str
    lives_in: str


def _question(looks: str, order: str) -> Statement:
    return Statement(f"""
SELECT l.at, l.page, l.subject, l.account,
    coalesce(nullif(trim(e.given_name || ' ' || e.surname), ''), a.username),
    coalesce(e.surname, ''), l.post, coalesce(p.kind, ''), coalesce(o.name_ky, ''),
    coalesce(o.name_ru, ''), coalesce(o.name_kk, ''), coalesce(o.name_en, ''),
    a.lives_in
FROM {looks} l JOIN kamkor_account a ON a.id = l.account
LEFT JOIN kamkor_employee e ON e.id = a.employee_id
LEFT JOIN kamkor_post p ON p.id = l.post LEFT JOIN kamkor_office o ON o.id = p.office_id
ORDER BY l.at {order}""")  # noqa: S608 - of our own words


_AT = _question("(SELECT *, %(subject)s::uuid AS subject FROM looks_at(%(subject)s::uuid))", "DESC")
_OF_DEPARTMENT = _question("looks_of_department(%(since)s, %(until)s)", "ASC")
_TOO_FAST = _question("too_fast_in_department(%(since)s, %(until)s)", "ASC")


def looks_at(viewer: Viewer, case_id: UUID) -> list[LookAt]:
    """Who opened a case, newest first, the latest thousand; nothing unless one sees it oneself.

    The commissioner's own looks are told to the commissioner alone.
    """
    told = _read(_AT.rows({"subject": case_id})) if viewer.may(Action.SEE_IDENTITY) else []
    return [one for one in told if viewer.role == COMMISSIONER or one.role != COMMISSIONER]


def looks_of_department(viewer: Viewer, since: datetime, until: datetime) -> list[LookAt]:
    """What the posts of one's own department opened between two moments, of what one sees."""
    if viewer.level != Level.DISTRICT:
        return []
    return _read(_OF_DEPARTMENT.rows({"since": since, "until": until}))


def too_fast_in_department(viewer: Viewer, since: datetime, until: datetime) -> list[LookAt]:
    """Pages about people that were not shown to posts of one's own department between two moments,
    since they opened too many; each stands for itself, not for a record."""
    if viewer.level != Level.DISTRICT:
        return []
    return _read(_TOO_FAST.rows({"since": since, "until": until}))


class OwnSignIn(NamedTuple):
    """A sign-in, a wrong try at it or a change of it: when, and as the log names it."""

    at: datetime
    page: str


_OWN = Statement("SELECT at, page FROM own_sign_ins(%(since)s::timestamptz)")


def own_sign_ins(viewer: Viewer, since: datetime) -> list[OwnSignIn]:
    """The latest fifty of one's own account, newest first; the database asks who is looking."""
    found = _OWN.rows({"since": since}) if viewer.account_id else []
    return [OwnSignIn(*row) for row in found]


def _read(rows: Iterable[tuple[object, ...]]) -> list[LookAt]:
    return [LookAt(*row) for row in rows]  # type: ignore[arg-type]  # as the statement names them
