"""Teams of sealed matters, lending, and barring: who else may see, or no longer may."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from uuid import UUID

from django.db import models

from kamkor.access.models import Account, Barred, Lent, Team, TeamExclusion, TeamMember
from kamkor.access.vocabulary import EMERGENCY
from kamkor.kernel import clock
from kamkor.kernel.ids import new_id
from kamkor.workforce import queries as workforce
from kamkor.workforce.rules import Seat


def sealing_team(
    department: int, oblast: int, day: date, shut_out: Iterable[int], *, also: Sequence[int] = ()
) -> tuple[UUID, list[models.Model]]:
    """The first team of a sealed matter: duty person, specialist and head, less who is named
    in it or interested; if that leaves nobody, the oblast's duty person.

    ``shut_out`` holds the employees named or interested, ``also`` posts named besides.
    Returns the team's id and the rows to be written.
    """
    barred = set(shut_out)
    duty = [seat for seat in workforce.duty_seats(department, day) if not seat.held_by(barred)]
    first = duty[:1] + [seat for seat in duty if seat.kind in {"specialist", "head"}]
    # Whoever answers in another department for a child that moved there is named too.
    besides = workforce.seats_by_id(also, day)
    first += [besides[post] for post in also if post in besides]
    named = {seat.post_id: seat for seat in first if not seat.held_by(barred)}
    if not named:
        fallback = workforce.oblast_duty_seat(oblast, day, barred)
        named = {fallback.post_id: fallback} if fallback else {}
    team = Team(id=new_id(), office_id=department, formed_at=clock.now())
    return team.pk, [
        team,
        *(TeamMember(team=team, post_id=post) for post in named),
        *(TeamExclusion(team=team, employee_id=employee) for employee in sorted(barred)),
    ]


def end_team(team: UUID) -> None:
    """A team that holds nothing any more is over."""
    Team.objects.filter(id=team, ended_at=None).update(ended_at=clock.now())


def named_seats(team: UUID, day: date) -> list[Seat]:
    """Who is named in a team on a day, in the order of naming, less who is shut out of it."""
    named = TeamMember.objects.filter(team_id=team, excluded=False).order_by("id")
    posts = list(named.values_list("post_id", flat=True))
    seats, barred = workforce.seats_by_id(posts, day), employees_shut_out(team)
    found = (seats[post] for post in posts if post in seats)
    return [seat for seat in found if not seat.held_by(barred)]


def admitted(team: UUID, post_id: int) -> list[models.Model] | None:
    """The row that names a post in a team, none if it is; ``None`` if its holder is shut out."""
    if workforce.employee_of_post(post_id, clock.today()) in employees_shut_out(team):
        return None
    named = TeamMember.objects.filter(team_id=team, post_id=post_id, excluded=False)
    return [] if named.exists() else [TeamMember(team_id=team, post_id=post_id)]


def shut_out_of_team(team: UUID, employee_id: int) -> None:
    """This employee is shut out of the team from now on, and the posts held today are named in
    it no longer."""
    if employee_id not in employees_shut_out(team):
        TeamExclusion(team_id=team, employee_id=employee_id).save(force_insert=True)
    held = workforce.posts_of_employee(employee_id, clock.today())
    TeamMember.objects.filter(team_id=team, post__in=held).update(excluded=True)


def employees_shut_out(team: UUID) -> set[int]:
    """Who is shut out of a team."""
    exclusions = TeamExclusion.objects.filter(team_id=team)
    return set(exclusions.values_list("employee_id", flat=True))


def lent(
    subjects: Iterable[UUID],
    reason: str,
    command: UUID,
    *,
    to_office: int | None = None,
    to_post: int | None = None,
    until: datetime | None = None,
) -> list[models.Model]:
    """The rows by which subjects are shown to an office or a post."""
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
        for subject in dict.fromkeys(subjects)
    ]


def end_lending(
    subjects: Iterable[UUID],
    reason: str,
    *,
    to_posts: Iterable[int] | None = None,
    but: UUID | None = None,
) -> None:
    """What was lent for this reason is shown no longer, to certain posts or to anybody.

    What the command ``but`` lends stays.
    """
    standing = Lent.objects.filter(subject__in=list(subjects), reason=reason, until=None)
    if to_posts is not None:
        standing = standing.filter(to_post_id__in=list(to_posts))
    if but is not None:
        standing = standing.exclude(command=but)
    standing.update(until=clock.now())


def end_lending_with(
    subject: UUID,
    reason: str,
    until: datetime,
    *,
    to_post: int | None = None,
    to_office: int | None = None,
) -> None:
    """Let end at a moment what a post or an office is shown together with a subject."""
    standing = _lent_with(subject, reason, to_post, to_office).filter(until=None)
    standing.update(until=until)


def end_showing(
    subjects: Iterable[UUID],
    reason: str,
    commands: Iterable[UUID],
    *,
    to_posts: Iterable[int],
    to_office: int | None,
) -> None:
    """What posts and an office are shown together with one of these subjects, or by these
    commands, is shown to them no longer."""
    to_them = models.Q(to_post__in=list(to_posts))
    if to_office is not None:
        to_them |= models.Q(to_office=to_office)
    rows = Lent.objects.filter(to_them, reason=reason)
    beside = rows.filter(subject__in=list(subjects))
    together = set(beside.values_list("command", flat=True))
    standing = rows.filter(command__in=together | set(commands), until=None)
    standing.update(until=clock.now())


def lend_again(
    subject: UUID, reason: str, *, to_post: int | None = None, to_office: int | None = None
) -> None:
    """Show a post or an office again whatever it was once shown together with a subject."""
    rows = _lent_with(subject, reason, to_post, to_office)
    lent_now = set(rows.filter(until=None).values_list("subject", flat=True))
    ended = rows.exclude(subject__in=lent_now).order_by("since", "id")
    newest = {row.subject: row for row in ended}
    Lent.objects.bulk_create(
        Lent(
            subject=row.subject,
            to_post_id=row.to_post_id,
            to_office_id=row.to_office_id,
            reason=reason,
            since=clock.now(),
            command=row.command,
        )
        for row in newest.values()
    )


def _lent_with(
    subject: UUID, reason: str, to_post: int | None, to_office: int | None
) -> "models.QuerySet[Lent]":
    rows = Lent.objects.filter(reason=reason, to_post_id=to_post, to_office_id=to_office)
    if to_post is None and to_office is None:
        return rows.none()
    return rows.filter(command__in=rows.filter(subject=subject).values("command"))


def posts_shown(subject: UUID, reason: str) -> set[int]:
    """The posts to which a subject is lent for this reason."""
    standing = Lent.objects.filter(subject=subject, reason=reason, until=None)
    return set(standing.exclude(to_post=None).values_list("to_post_id", flat=True))


def lendings_of(subject: UUID) -> list[tuple[UUID, str, int | None, int | None]]:
    """To which office or post a subject is lent now, each once: command, reason, office, post."""
    standing = Lent.objects.filter(subject=subject, until=None)
    rows = standing.values_list("command", "reason", "to_office_id", "to_post_id")
    return sorted(set(rows), key=str)


def employees_barred(subject: UUID) -> list[int]:
    """Who no longer sees a subject, because of an interest declared."""
    barred = Barred.objects.filter(subject=subject).order_by("employee_id")
    return list(barred.values_list("employee_id", flat=True))


def lent_by(command: UUID, reason: str, *, to_office: int) -> list[UUID]:
    """The subjects that a command lent to an office for a reason and that still are."""
    standing = Lent.objects.filter(command=command, reason=reason, to_office_id=to_office)
    return list(standing.filter(until=None).values_list("subject", flat=True))


def lent_with(subject: UUID, reason: str, *, to_office: int) -> list[UUID]:
    """What an office is shown for a reason by the commands that show it a subject."""
    standing = Lent.objects.filter(reason=reason, to_office_id=to_office, until=None)
    together = standing.filter(subject=subject).values("command")
    return list(standing.filter(command__in=together).values_list("subject", flat=True))


def end_lending_of_command(command: UUID) -> None:
    """What a command that is taken back had lent is shown no longer."""
    Lent.objects.filter(command=command, until=None).update(until=clock.now())


def end_emergency(command: UUID) -> None:
    """What was opened in an emergency by a command is shown no longer."""
    _in_emergency().filter(command=command).update(until=clock.now())


def end_emergencies_of(subjects: Iterable[UUID], *, employee_id: int | None = None) -> None:
    """What was opened in an emergency together with one of these subjects is shown no longer, to
    one employee or to anybody."""
    open_now = _in_emergency()
    if employee_id is not None:
        open_now = open_now.filter(to_employee_id=employee_id)
    together = open_now.filter(subject__in=list(subjects)).values("command")
    open_now.filter(command__in=list(together.values_list("command", flat=True))).update(
        until=clock.now()
    )


def _in_emergency() -> "models.QuerySet[Lent]":
    return Lent.objects.filter(reason=EMERGENCY, until__gt=clock.now())


def keep_notices_to(account_id: int, address: str) -> None:
    """Keep the e-mail address to which notices without names go; an empty one for none."""
    Account.objects.filter(id=account_id).update(notices_to=address)


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
    password: str | None,
    *,
    employee_id: int | None,
    login: str,
    language: str = "ky",
    administrator: bool = False,
) -> Account:
    """Make an account; the password has been checked by the caller, and without one nobody
    signs in. ``login`` names the database login, since the web login may make no account."""
    account = Account(
        username=username,
        employee_id=employee_id,
        language=language,
        administrator=administrator,
    )
    account.set_password(password)
    account.save(using=login)
    return account


def choose_language(account_id: int, language: str) -> None:
    """Keep the language an account reads in."""
    Account.objects.filter(id=account_id).update(language=language)


def first_steps_read(account_id: int) -> None:
    """The account has seen the three first steps."""
    Account.objects.filter(id=account_id).update(first_steps_seen=True)
