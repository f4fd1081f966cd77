"""The duty roster, and leave with its cover."""

from typing import Annotated
from uuid import UUID, uuid5

from pydantic import Field

from kamkor.kernel import clock
from kamkor.kernel.commands import Order, operation
from kamkor.kernel.errors import Refusal
from kamkor.kernel.shapes import Ask, Coded, Day, Shape
from kamkor.kernel.words import noop
from kamkor.workforce import queries
from kamkor.workforce.models import DutyTurn, Employee, Leave, Post, PostHolding

_OFFICES = UUID("0195f1a0-0000-7000-8000-000000000001")


class EndsBeforeItBegins(Refusal):
    """The last day of a span cannot be before its first."""

    code = "ends_before_it_begins"
    message = noop("The last day is before the first.")


class NobodyInPost(Refusal):
    """Nobody holds that post in this department today."""

    code = "nobody_in_post"
    message = noop("Choose somebody of your department who is in post.")


class CoverIsAway(Refusal):
    """A cover is another person who is there."""

    code = "cover_is_away"
    message = noop("The cover must be another person who is not away in these days.")


class SetDutyTurn(Shape):
    """Who is on duty, as first, second or third, on which days."""

    post: Annotated[int, Ask(noop("Who?"), options="colleagues")]
    rank: Annotated[int, Field(ge=1, le=3), Ask(noop("First, second or third"), options="ranks")]
    valid_from: Annotated[Day, Ask(noop("First day"))]
    valid_to: Annotated[Day, Ask(noop("Last day"))]


def office_subject(office_id: int) -> UUID:
    """The id under which the journal keeps what happens to an office."""
    return uuid5(_OFFICES, str(office_id))


class _OfficeScope:
    def __init__(self, office_id: int) -> None:
        self.office_unit, self.office_district, self.office_oblast = queries.scope_of_office(
            office_id
        )
        self.team = None


def _note(order: Order[SetDutyTurn] | Order["RecordLeave"], department: int) -> None:
    order.claim(office_subject(department), check_version=False)
    order.journal(office_subject(department), _OfficeScope(department))  # type: ignore[arg-type]


@operation(
    label=noop("Put on the duty roster"),
    shape=SetDutyTurn,
    roles=("head",),
    refusals=(EndsBeforeItBegins, NobodyInPost),
)
def set_duty_turn(order: Order[SetDutyTurn]) -> None:
    """Put somebody of the department on duty; two of one rank on one day are refused."""
    data, department = order.data, order.viewer.district
    if data.valid_to < data.valid_from:
        raise EndsBeforeItBegins("valid_to")
    seat = queries.seats_of(department, clock.today()).get(data.post)
    if seat is None or seat.employee_id is None:
        raise NobodyInPost("post")
    _note(order, department)
    order.add(
        DutyTurn(
            office_id=department,
            post_id=data.post,
            rank=data.rank,
            valid_from=data.valid_from,
            valid_to=data.valid_to,
            command=order.id,
        )
    )


class RecordLeave(Shape):
    """Who is away on which days, and who acts instead."""

    post: Annotated[int, Ask(noop("Who is away?"), options="colleagues")]
    kind: Annotated[str, Coded("leave_kinds"), Ask(noop("Kind of leave"))]
    valid_from: Annotated[Day, Ask(noop("First day"))]
    valid_to: Annotated[Day, Ask(noop("Last day"))]
    cover: Annotated[int, Ask(noop("Who covers?"), options="colleagues")]


@operation(
    label=noop("Record leave and cover"),
    shape=RecordLeave,
    roles=("head",),
    refusals=(EndsBeforeItBegins, NobodyInPost, CoverIsAway),
)
def record_leave(order: Order[RecordLeave]) -> None:
    """Record leave; what falls due in these days goes to the cover."""
    data, department = order.data, order.viewer.district
    if data.valid_to < data.valid_from:
        raise EndsBeforeItBegins("valid_to")
    seats = queries.seats_of(department, clock.today())
    if data.post not in seats or seats[data.post].employee_id is None:
        raise NobodyInPost("post")
    cover = seats.get(data.cover)
    away = Leave.objects.filter(
        post_id=data.cover, valid_from__lte=data.valid_to, valid_to__gte=data.valid_from
    )
    if cover is None or cover.employee_id is None or data.cover == data.post or away.exists():
        raise CoverIsAway("cover")
    _note(order, department)
    order.add(
        Leave(
            post_id=data.post,
            kind=data.kind,
            valid_from=data.valid_from,
            valid_to=data.valid_to,
            cover_id=data.cover,
            command=order.id,
        )
    )


def appointed(post_id: int, *, given_name: str, surname: str, sort_key: str, login: str) -> int:
    """The employee who holds a post today; the one named, from today, if it is vacant.

    ``login`` names the database login, since the web login may appoint nobody. Raises
    ``LookupError`` with one line if there is no such post, or it is another person's or nobody's.
    """
    day = clock.today()
    if not Post.objects.filter(queries.in_force(day), id=post_id).exists():
        text = f"there is no post {post_id} in force today"
        raise LookupError(text)
    holder = queries.employee_of_post(post_id, day)
    if holder is not None:
        held_by = Employee.objects.get(id=holder)
        if given_name and (given_name, surname) != (held_by.given_name, held_by.surname):
            text = f"post {post_id} is held by somebody else today"
            raise LookupError(text)
        return holder
    if not given_name:
        text = f"nobody holds post {post_id}: say --name of who does from today"
        raise LookupError(text)
    made = Employee(given_name=given_name, surname=surname, sort_key=sort_key)
    made.save(using=login)
    PostHolding(post_id=post_id, employee=made, valid_from=day).save(using=login)
    return made.pk
