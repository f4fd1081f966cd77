"""Who the viewer is: account, posts, teams, what is lent and what is barred, read each time."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import Q

from kamkor.access.models import Account, Barred, Lent, TeamExclusion, TeamMember
from kamkor.access.rules import Viewer
from kamkor.access.vocabulary import ADMINISTRATOR
from kamkor.kernel import clock
from kamkor.kernel.database import Scope
from kamkor.workforce import queries as workforce

if TYPE_CHECKING:
    from kamkor.workforce.models import Employee, Post

# A context holds this many ids; so many are lent to nobody while lendings end as they should.
LENT_LIMIT = 2000


class LentBeyondLimit(Exception):
    """More is lent to a post than its context can hold; nothing is left out in silence."""


def account_named(username: str) -> Account | None:
    """The active account of a user name."""
    return Account.objects.filter(username=username, is_active=True).first()


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


def posts_of(account: Account) -> "list[Post]":
    """The posts in force that this account's person holds today."""
    if account.employee_id is None:
        return []
    return workforce.posts_of_employee(account.employee_id, clock.today())


def viewer_for(account: Account, chosen_post: int | None = None) -> Viewer | None:
    """The viewer an account is now, under the chosen post or its first; nobody without a post.

    An administrator has no post and sees no child.
    """
    if account.administrator:
        return Viewer(
            account_id=account.pk,
            username=account.username,
            name=account.username,
            language=account.language,
            role=ADMINISTRATOR,
        )
    posts = posts_of(account)
    post = next((post for post in posts if post.pk == chosen_post), posts[0] if posts else None)
    if post is None or account.employee is None:
        return None
    return _viewer(account, account.employee, post, clock.today())


def viewer_of_user(user: object, chosen_post: int | None = None) -> Viewer | None:
    """The viewer of whoever is signed in; nobody for a visitor."""
    return viewer_for(user, chosen_post) if isinstance(user, Account) else None


def viewer_again(viewer: Viewer, covered: tuple[int, ...]) -> Viewer:
    """The same viewer at the clock's moment: teams, lent and barred read anew, and covering
    these posts; for who acts often on many days. ``on_duty`` stays as it was."""
    acts_for = (viewer.post_id, *covered)
    return replace(
        viewer,
        acts_for=acts_for,
        units=viewer.units if acts_for == viewer.acts_for else workforce.units_of_posts(acts_for),
        teams=_teams(viewer.post_id, viewer.employee_id),
        lent=_lent(acts_for, viewer.office_id, clock.now()),
        barred=_barred(viewer.employee_id),
        day=clock.today(),
    )


def _viewer(account: Account, employee: "Employee", post: "Post", day: date) -> Viewer:
    acts_for = (post.pk, *workforce.covered_posts(post.pk, day))
    department = post.office.district_id
    duty = workforce.duty_seats(department, day)[:1] if department else []
    return Viewer(
        account_id=account.pk,
        username=account.username,
        name=f"{employee.given_name} {employee.surname}".strip(),
        language=account.language,
        role=post.kind,
        post_id=post.pk,
        employee_id=employee.pk,
        office_id=post.office_id,
        unit=post.office.unit_id,
        units=workforce.units_of_posts(acts_for),
        district=post.office.district_id,
        oblast=post.office.oblast_id,
        acts_for=acts_for,
        on_duty=bool(duty) and duty[0].post_id == post.pk,
        teams=_teams(post.pk, employee.pk),
        lent=_lent(acts_for, post.office_id, clock.now()),
        barred=_barred(employee.pk),
        day=day,
    )


def _teams(post_id: int, employee_id: int) -> tuple[UUID, ...]:
    """The teams that name a post, less those from which its holder is shut out."""
    named = TeamMember.objects.filter(post_id=post_id, excluded=False, team__ended_at=None)
    shut_out = TeamExclusion.objects.filter(employee_id=employee_id).values("team_id")
    return tuple(named.exclude(team__in=shut_out).values_list("team_id", flat=True))


def _barred(employee_id: int) -> tuple[UUID, ...]:
    found = Barred.objects.filter(employee_id=employee_id)
    return tuple(found.values_list("subject", flat=True))


def _lent(posts: tuple[int, ...], office: int, now: datetime) -> tuple[UUID, ...]:
    # What is lent to a department is for those who decide there, not for its units' workers.
    to_us = Q(to_post_id__in=posts) | Q(to_office_id=office)
    current = Lent.objects.filter(to_us).filter(Q(until=None) | Q(until__gt=now))
    subjects = current.order_by("subject").values_list("subject", flat=True).distinct()
    found = tuple(subjects[: LENT_LIMIT + 1])
    if len(found) > LENT_LIMIT:
        raise LentBeyondLimit(f"more than {LENT_LIMIT} records are lent to posts {posts}")
    return found


def shut_out_of(subjects: Iterable[UUID]) -> dict[UUID, set[int]]:
    """The employees who no longer see certain subjects, because of an interest declared."""
    found: dict[UUID, set[int]] = {}
    for subject, employee in Barred.objects.filter(subject__in=list(subjects)).values_list(
        "subject", "employee_id"
    ):
        found.setdefault(subject, set()).add(employee)
    return found


def named_in(team: UUID) -> list[int]:
    """The posts named in a team, in the order they were named."""
    named = TeamMember.objects.filter(team_id=team, excluded=False).order_by("id")
    return list(named.values_list("post_id", flat=True))


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
    )
