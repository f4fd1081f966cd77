"""Teams of sealed matters, lending, and barring: who else may see, or no longer may."""

from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID

from django.db import models
from django.db.models import Q

from kamkor.access.models import Account, Barred, Lent, Team, TeamMember
from kamkor.kernel import clock
from kamkor.kernel.ids import new_id
from kamkor.workforce import queries as workforce
from kamkor.workforce.rules import Seat


def sealing_team(
    department: int, oblast: int, day: date, shut_out: Iterable[int], *, also: int | None = None
) -> tuple[UUID, list[models.Model]]:
    """The first team of a sealed matter: duty person, specialist and head, less who is named
    in it or interested; if that leaves nobody, the oblast's duty person.

    ``shut_out`` holds the employees named or interested, ``also`` a post named besides.
    Returns the team's id and the rows to be written.
    """
    barred = set(shut_out)
    seats = workforce.seats_of(department, day)
    duty = workforce.duty_seats(department, day)
    first = duty[:1] + [seat for seat in duty if seat.kind in {"specialist", "head"}]
    if also is not None and also in seats:
        first.append(seats[also])
    named = {seat.post_id: seat for seat in first if seat.employee_id not in barred}
    if not named:
        fallback = workforce.oblast_duty_seat(oblast, day)
        named = {fallback.post_id: fallback} if fallback else {}
    team = Team(id=new_id(), office_id=department, formed_at=clock.now())
    return team.pk, [team, *_members(team, named, seats, barred)]


def _members(
    team: Team, named: dict[int, Seat], seats: dict[int, Seat], barred: set[int]
) -> list[TeamMember]:
    shut = [seat.post_id for seat in seats.values() if seat.employee_id in barred]
    return [
        *(TeamMember(team=team, post_id=post) for post in named),
        *(TeamMember(team=team, post_id=post, excluded=True) for post in shut),
    ]


def named_posts(team: UUID) -> list[int]:
    """The posts named in a team, in the order they were named."""
    named = TeamMember.objects.filter(team_id=team, excluded=False).order_by("id")
    return list(named.values_list("post_id", flat=True))


def admitted(team: UUID, post_id: int) -> list[models.Model] | None:
    """The row that names a post in a team, none if it is; ``None`` if it is shut out of it."""
    member = TeamMember.objects.filter(team_id=team, post_id=post_id).first()
    if member is None:
        return [TeamMember(team_id=team, post_id=post_id)]
    return None if member.excluded else []


def shut_out_of_team(team: UUID, employee_id: int) -> None:
    """Whatever posts this employee holds are shut out of the team from now on."""
    held = Q(post__holdings__employee_id=employee_id)
    TeamMember.objects.filter(held, team_id=team).update(excluded=True)


def lent(  # noqa: PLR0913 - one table row
    subjects: Iterable[UUID],
    reason: str,
    command: UUID,
    *,
    to_office: int | None = None,
    to_post: int | None = None,
    until: datetime | None = None,
) -> list[models.Model]:
    """The rows by which subjects are shown to an office or a post, but for those already."""
    wanted = list(subjects)
    standing = Lent.objects.filter(
        subject__in=wanted, reason=reason, until=None, to_office=to_office, to_post=to_post
    )
    known = set(standing.values_list("subject", flat=True))
    return [
        Lent(
            subject=subject,
            to_office_id=to_office,
            to_post_id=to_post,
            reason=reason,
            since=clock.now(),
            until=until,
            command=command,
        )
        for subject in wanted
        if subject not in known
    ]


def end_lending(subjects: Iterable[UUID], reason: str) -> None:
    """What was lent for this reason is shown no longer."""
    standing = Lent.objects.filter(subject__in=list(subjects), reason=reason, until=None)
    standing.update(until=clock.now())


def end_lending_of_command(command: UUID) -> None:
    """What a command that is taken back had lent is shown no longer."""
    Lent.objects.filter(command=command, until=None).update(until=clock.now())


def barring(subjects: Iterable[UUID], employee_id: int, command: UUID) -> list[models.Model]:
    """The rows by which an employee no longer sees these subjects."""
    wanted = list(subjects)
    known = set(
        Barred.objects.filter(subject__in=wanted, employee_id=employee_id).values_list(
            "subject", flat=True
        )
    )
    return [
        Barred(subject=one, employee_id=employee_id, since=clock.now(), command=command)
        for one in wanted
        if one not in known
    ]


def make_account(
    username: str,
    password: str,
    *,
    employee_id: int | None,
    language: str = "ky",
    administrator: bool = False,
) -> Account:
    """Make an account; the password has been checked by the caller."""
    account = Account(
        username=username,
        employee_id=employee_id,
        language=language,
        administrator=administrator,
    )
    account.set_password(password)
    account.save()
    return account


def choose_language(account_id: int, language: str) -> None:
    """Keep the language an account reads in."""
    Account.objects.filter(id=account_id).update(language=language)


def first_steps_read(account_id: int) -> None:
    """The account has seen the three first steps."""
    Account.objects.filter(id=account_id).update(first_steps_seen=True)
