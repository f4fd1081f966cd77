"""Who the viewer is: account, posts, teams, what is lent and what is barred, read each time."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from kamkor.access.models import Account, Barred, Team, TeamMember
from kamkor.access.rules import HeldPost, Viewer
from kamkor.access.vocabulary import ADMINISTRATOR, MINISTRY
from kamkor.kernel import clock
from kamkor.kernel.database import Scope
from kamkor.kernel.kept import ANYONE, Anyone, asked
from kamkor.kernel.statement import Statement
from kamkor.workforce import queries as workforce
from kamkor.workforce.queries.staffing import NATIONAL

# A context holds this many ids; so many are lent to nobody while lendings end as they should.
LENT_LIMIT = 2000


class LentBeyondLimit(Exception):
    """More is lent to a post than its context can hold; nothing is left out in silence."""


def account_named(username: str) -> Account | None:
    """The active account of a user name."""
    return next(iter(asked(_named, ANYONE, username=username)), None)


def _named(_asker: Anyone, username: str) -> QuerySet[Account]:
    return Account.objects.filter(username=username, is_active=True)


def account_of_post(post_id: int, day: date) -> Account | None:
    """The active account of whoever holds a post on a day; for the demo and for jobs."""
    employee = workforce.employee_of_post(post_id, day)
    if employee is None:
        return None
    return Account.objects.filter(employee_id=employee, is_active=True).order_by("id").first()


def accounts_with_posts(day: date) -> list[tuple[str, ...]]:
    """User name, role, name and language of every account; for the administrator's list."""
    rows: list[tuple[str, ...]] = []
    for account in Account.objects.select_related("employee").order_by("username"):
        posts = workforce.posts_of_employee(account.employee_id, day) if account.employee_id else []
        roles = ",".join(post.kind for post in posts)
        who = account.employee
        rows.append(
            (
                account.username,
                ADMINISTRATOR if account.administrator else roles or "-",
                f"{who.given_name} {who.surname}".strip() if who else "",
                account.language,
            )
        )
    return rows


def viewer_for(
    account: Account, chosen_post: int | None = None, *, only_reads: bool = False
) -> Viewer | None:
    """The viewer an account is now, under the chosen post or its first; nobody without a post.

    An administrator has no post and sees no child. Who ``only_reads`` may be told what was read of
    the workforce before, if it is as it was: after a change of one's own it no longer were.
    """
    if account.administrator:
        return Viewer(
            account_id=account.pk,
            username=account.username,
            name=account.username,
            language=account.language,
            role=ADMINISTRATOR,
        )
    read = account.standing or _standing(account.employee_id, chosen_post)
    account.standing = None
    viewer = _viewer(account, read)
    return replace(viewer, workforce=read["workforce"]) if viewer and only_reads else viewer


def viewer_of_user(
    user: object, chosen_post: int | None = None, *, only_reads: bool = False
) -> Viewer | None:
    """The viewer of whoever is signed in; nobody for a visitor."""
    if not isinstance(user, Account):
        return None
    return viewer_for(user, chosen_post, only_reads=only_reads)


def viewer_again(viewer: Viewer) -> Viewer:
    """The same viewer at the clock's moment, all but its posts read anew: covers, teams, lent
    and barred; for who acts often on many days."""
    standing = _standing(viewer.employee_id, viewer.post_id)
    acts_for = (viewer.post_id, *standing["covered"])
    return replace(
        viewer, acts_for=acts_for, day=clock.today(), **_scope(standing, acts_for, viewer.role)
    )


def is_on_duty(viewer: Viewer) -> bool:
    """Whether the viewer's post answers for its department's alarms today."""
    if not viewer.district:
        return False
    seats = workforce.duty_seats(viewer.district, clock.today(), as_of=viewer.workforce)
    return bool(seats) and seats[0].post_id == viewer.post_id


def _viewer(account: Account, standing: dict[str, Any]) -> Viewer | None:
    posts = tuple(HeldPost(**post) for post in standing["posts"] or ())
    post = next((post for post in posts if post.id == standing["acting"]), None)
    if post is None:
        return None
    acts_for = (post.id, *standing["covered"])
    return Viewer(
        account_id=account.pk,
        username=account.username,
        name=standing["name"],
        language=account.language,
        role=post.kind,
        post_id=post.id,
        employee_id=standing["employee"],
        office_id=post.office_id,
        unit=post.unit_id,
        district=post.district_id,
        oblast=post.oblast_id,
        posts=posts,
        acts_for=acts_for,
        day=clock.today(),
        **_scope(standing, acts_for, post.kind),
    )


def _standing(
    employee_id: int | None,
    chosen_post: int | None,
    account_id: int | None = None,
    session: tuple[str, datetime] | None = None,
) -> dict[str, Any]:
    """What makes a viewer of an employee now, under the chosen post or its first; or of the
    employee of an account, with the account; or of whose session it is, with both.

    ``session``: its digest, and the moment since which it must have been seen.
    """
    digest, seen_since = session or (None, None)
    given = {
        "session": digest,
        "seen_since": seen_since,
        "account": account_id,
        "employee": employee_id,
        "chosen": chosen_post,
        "day": clock.today(),
        "now": clock.now(),
        "limit": LENT_LIMIT + 1,
    }
    return _STANDING.row(given)


def _scope(standing: dict[str, Any], acts_for: tuple[int, ...], role: str) -> dict[str, Any]:
    if len(standing["lent"]) > LENT_LIMIT:
        raise LentBeyondLimit(f"more than {LENT_LIMIT} records are lent to posts {acts_for}")
    scope = {key: tuple(standing[key]) for key in ("units", "teams", "lent", "barred", "emergency")}
    if role == MINISTRY:
        # The journal of what it does for the whole service, in no office; no child bears this id.
        scope["lent"] += (NATIONAL,)
    return scope


# One statement, since every request begins with it. What is lent to a department is for those
# who decide there, not for its units' workers; whoever is shut out of a team is not of it. What
# was opened in an emergency is one person's under one post, and no cover's.
_STANDING = Statement("""
WITH session AS (
    SELECT session_data AS data, account_id, post_id, seen_at, expire_date AS ends_at
    FROM kamkor_session WHERE session_key = %(session)s::text
        AND expire_date > %(now)s AND seen_at > %(seen_since)s::timestamptz
), account AS (
    SELECT id, password, username, employee_id, language, administrator, is_active,
        first_steps_seen, password_once
    FROM kamkor_account
    WHERE id = coalesce(%(account)s::int, (SELECT account_id FROM session)) AND is_active
), who AS (
    SELECT coalesce(%(employee)s::int, (SELECT employee_id FROM account)) AS id
), held AS (
    SELECT p.id, p.kind, p.office_id, o.unit_id, o.district_id, o.oblast_id,
        o.name_ky, o.name_ru, o.name_kk, o.name_en
    FROM kamkor_postholding h JOIN kamkor_post p ON p.id = h.post_id
    JOIN kamkor_office o ON o.id = p.office_id
    WHERE h.employee_id = (SELECT id FROM who)
        AND h.valid_from <= %(day)s AND (h.valid_to >= %(day)s OR h.valid_to IS NULL)
        AND p.valid_from <= %(day)s AND (p.valid_to >= %(day)s OR p.valid_to IS NULL)
), acting AS (
    SELECT id, office_id FROM held ORDER BY id = coalesce(%(chosen)s::int,
        (SELECT post_id FROM session)) DESC, id LIMIT 1
), covered AS (
    SELECT l.post_id AS id FROM kamkor_leave l JOIN acting ON acting.id = l.cover_id
    WHERE l.withdrawn_at IS NULL AND %(day)s BETWEEN l.valid_from AND l.valid_to
), acts_for AS (SELECT id FROM acting UNION ALL SELECT id FROM covered)
, emergency AS (
    SELECT n.subject FROM kamkor_lent n JOIN acting ON acting.id = n.to_post_id
    WHERE n.to_employee_id = (SELECT id FROM who) AND n.until > %(now)s
)
SELECT
    (SELECT row_to_json(session) FROM session) AS session,
    (SELECT row_to_json(account) FROM account) AS account,
    EXISTS (SELECT FROM mfa_authenticator f JOIN account ON account.id = f.user_id
        WHERE f.type IN ('totp', 'webauthn')) AS second_step,
    (SELECT json_agg(held ORDER BY held.id) FROM held) AS posts,
    (SELECT id FROM acting) AS acting,
    (SELECT version FROM kamkor_workforceversion) AS workforce,
    (SELECT id FROM who) AS employee,
    (SELECT trim(e.given_name || ' ' || e.surname) FROM kamkor_employee e
        WHERE e.id = (SELECT id FROM who)) AS name,
    ARRAY(SELECT id FROM covered) AS covered,
    ARRAY(SELECT DISTINCT unit_id FROM (
        SELECT (SELECT o.unit_id FROM kamkor_office o WHERE o.id = p.office_id) AS unit_id
        FROM kamkor_post p WHERE p.id = ANY (ARRAY(SELECT id FROM acts_for))) AS of_posts
        WHERE unit_id IS NOT NULL ORDER BY unit_id) AS units,
    ARRAY(SELECT m.team_id FROM kamkor_teammember m JOIN acting ON acting.id = m.post_id
        JOIN kamkor_team t ON t.id = m.team_id
        WHERE NOT m.excluded AND t.ended_at IS NULL AND NOT EXISTS (
            SELECT FROM kamkor_teamexclusion x
            WHERE x.team_id = m.team_id AND x.employee_id = (SELECT id FROM who))) AS teams,
    ARRAY(SELECT n.subject FROM kamkor_lent n
        WHERE n.to_post_id = ANY (ARRAY(SELECT id FROM acts_for))
            AND n.to_employee_id IS NULL AND (n.until IS NULL OR n.until > %(now)s)
        UNION SELECT n.subject FROM kamkor_lent n
        WHERE n.to_office_id = (SELECT office_id FROM acting)
            AND (n.until IS NULL OR n.until > %(now)s)
        UNION SELECT subject FROM emergency
        ORDER BY subject LIMIT %(limit)s) AS lent,
    ARRAY(SELECT b.subject FROM kamkor_barred b WHERE b.employee_id = (SELECT id FROM who)) AS barred,
    ARRAY(SELECT subject FROM emergency ORDER BY subject) AS emergency
""")


def shut_out_of(subjects: Iterable[UUID]) -> dict[UUID, set[int]]:
    """The employees who no longer see certain subjects, because of an interest declared."""
    found: dict[UUID, set[int]] = {}
    for subject, employee in asked(barred_from, ANYONE, subjects=list(subjects)):
        found.setdefault(subject, set()).add(employee)
    return found


def barred_from(_asker: object, subjects: Iterable[UUID]) -> QuerySet[Barred, Any]:
    """Which of these subjects which employees no longer see, as a question to be kept."""
    return Barred.objects.filter(subject__among=subjects).values_list("subject", "employee_id")


@dataclass(frozen=True)
class OpenSession:
    """A session that has not ended, and its account with what makes a viewer of it."""

    data: str
    seen_at: datetime
    ends_at: datetime
    account: Account | None


def open_session(digest: str, seen_since: datetime) -> OpenSession | None:
    """The session of this digest, if it has not ended and was seen after a moment.

    One statement reads it, its account and the account's standing under the post chosen in it;
    the first ``viewer_for`` uses that up, any later one reads anew.
    """
    read = _standing(None, None, session=(digest, seen_since))
    found = read["session"]
    if found is None:
        return None
    seen_at, ends_at = (datetime.fromisoformat(found[one]) for one in ("seen_at", "ends_at"))
    return OpenSession(found["data"], seen_at, ends_at, _account(read))


def account_of_session(account_id: int) -> Account | None:
    """The account that a session names, if it is still active.

    Which post the session chose is not known here: what makes a viewer of it is read anew.
    """
    account = _account(_standing(None, None, account_id))
    if account is not None:
        account.standing = None
    return account


def _account(read: dict[str, Any]) -> Account | None:
    if read["account"] is None:
        return None
    account = Account.from_db("default", list(read["account"]), list(read["account"].values()))
    account.standing, account.second_step = read, read["second_step"]
    return account


def named_in(team: UUID) -> list[int]:
    """The posts named in a team, in the order they were named."""
    named = TeamMember.objects.filter(team_id=team, excluded=False).order_by("id")
    return list(named.values_list("post_id", flat=True))


def teams_formed() -> tuple[UUID, ...]:
    """All teams that ever were, for work that acts for nobody."""
    return tuple(Team.objects.order_by("id").values_list("id", flat=True))


def scope_of_viewer(viewer: Viewer) -> Scope:
    """The scope that the viewer's transaction is entered with."""
    return Scope(
        account=viewer.account_id,
        post=viewer.post_id,
        level=int(viewer.level),
        offices=viewer.offices,
        teams=viewer.teams,
        lent=viewer.lent,
        barred=viewer.barred,
        emergency=viewer.emergency,
    )
