"""The duty roster, and leave with its cover."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from kamkor.kernel import clock
from kamkor.kernel.commands import AlreadyRecorded, NotFound, NotPermitted, Order, operation
from kamkor.kernel.errors import Refusal
from kamkor.kernel.ids import new_id
from kamkor.kernel.shapes import Ask, Coded, Day, Shape
from kamkor.kernel.words import noop
from kamkor.workforce import queries
from kamkor.workforce.models import DutyTurn, Employee, Leave, Post, PostHolding
from kamkor.workforce.operations import (  # noqa: F401 - importing makes them known
    staff_states,
    staffing,
    telephones,
)
from kamkor.workforce.operations.claiming import claimed_department
from kamkor.workforce.rules import Days, days_left


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


class DayHasPassed(Refusal):
    """Who stood on duty or was away on a day that has passed stays as it was."""

    code = "day_has_passed"
    message = noop("This day has passed. Give %(today)s or a later day.")


class OverBeforeThat(Refusal):
    """Only what still lasts on a day can be ended on it."""

    code = "over_before_that"
    message = noop("Its last day is %(last)s: it is over before that day.")


class EndedAlready(Refusal):
    """Somebody ended or replaced it since the page was opened."""

    code = "ended_already"
    message = noop("This was ended or changed already. Look at the page once more.")


class NobodyWouldAnswer(Refusal):
    """The last turn stays while no specialist and no head is there to answer instead."""

    code = "nobody_would_answer"
    message = noop("Nobody would answer an alarm then. Put somebody else on duty first.")


class SetDutyTurn(Shape):
    """Who is on duty, as first, second or third, on which days."""

    post: Annotated[int, Ask(noop("Who?"), options="colleagues")]
    rank: Annotated[
        int,
        Field(ge=1, le=3),
        Ask(
            noop("First, second or third"),
            noop("Whoever stands there is replaced on these days, and keeps the others."),
            options="ranks",
        ),
    ]
    valid_from: Annotated[Day, Ask(noop("First day"))]
    valid_to: Annotated[Day, Ask(noop("Last day"))]


def _not_passed(day: date, at: str) -> None:
    """Raise ``DayHasPassed`` for a day before today."""
    if day < clock.today():
        raise DayHasPassed(at, today=f"{clock.today():%d.%m.%Y}")


def _take_out(order: Order[Any], row: DutyTurn | Leave, taken: Days) -> None:
    """Withdraw a turn or a leave, and hand over what stays of it without these days."""
    kept = {column.attname: getattr(row, column.attname) for column in row._meta.concrete_fields}  # noqa: SLF001 - Django's public way to its fields
    for begins, ends in days_left((row.valid_from, row.valid_to), taken):
        span = {"valid_from": begins, "valid_to": ends}
        order.add(type(row)(**kept | span | {"id": new_id(), "command": order.id}))
    # Before what stays is written: of those that are live, no two may share a day.
    type(row).objects.filter(id=row.pk, withdrawn_at=None).update(withdrawn_at=order.now)


def _check_end(row: DutyTurn | Leave, day: date, at: str) -> None:
    """Raise why a turn or a leave cannot be ended with this as the first day without it."""
    if row.withdrawn_at is not None:
        raise EndedAlready
    _not_passed(day, at)
    if day > row.valid_to:
        raise OverBeforeThat(at, last=f"{row.valid_to:%d.%m.%Y}")


@operation(
    label=noop("Put on the duty roster"),
    shape=SetDutyTurn,
    roles=("head",),
    refusals=(EndsBeforeItBegins, DayHasPassed, NobodyInPost, AlreadyRecorded),
)
def set_duty_turn(order: Order[SetDutyTurn]) -> None:
    """Put somebody of the department on duty; whoever had these days of that rank gives them up."""
    data = order.data
    if data.valid_to < data.valid_from:
        raise EndsBeforeItBegins("valid_to")
    _not_passed(data.valid_from, "valid_from")
    department = claimed_department(order)
    seat = queries.seats_of(department, clock.today()).get(data.post)
    if seat is None or seat.employee_id is None:
        raise NobodyInPost("post")
    days = (data.valid_from, data.valid_to)
    standing = list(queries.turns_of_rank(department, data.rank, days))
    if any(one.post_id == data.post and not days_left(days, _span(one)) for one in standing):
        raise AlreadyRecorded("post")
    for one in standing:
        _take_out(order, one, days)
    turn = DutyTurn(
        office_id=department,
        post_id=data.post,
        rank=data.rank,
        valid_from=data.valid_from,
        valid_to=data.valid_to,
        command=order.id,
    )
    order.add(turn)
    order.answer["turn"] = str(turn.pk)


def _span(row: DutyTurn | Leave) -> Days:
    return row.valid_from, row.valid_to


class EndDutyTurn(Shape):
    """Which turn ends, and the first day without it."""

    turn: Annotated[UUID, Ask(noop("Turn of duty"), widget="hidden")]
    free_from: Annotated[Day, Ask(noop("First day without this duty"))]


@operation(
    label=noop("End a turn of duty"),
    shape=EndDutyTurn,
    roles=("head",),
    refusals=(EndedAlready, DayHasPassed, OverBeforeThat, NobodyWouldAnswer, NotFound),
)
def end_duty_turn(order: Order[EndDutyTurn]) -> None:
    """End a turn early; whoever is next answers from that day, at last the specialist and head."""
    data = order.data
    department = claimed_department(order)
    turn = queries.turn_of(department, data.turn)
    if turn is None:
        raise NotFound("turn")
    _check_end(turn, data.free_from, "free_from")
    first = max(data.free_from, turn.valid_from)
    if not queries.duty_seats(department, first, without=turn.pk):
        raise NobodyWouldAnswer
    _take_out(order, turn, (data.free_from, turn.valid_to))


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
    data = order.data
    if data.valid_to < data.valid_from:
        raise EndsBeforeItBegins("valid_to")
    department = claimed_department(order)
    seats = queries.seats_of(department, clock.today())
    if data.post not in seats or seats[data.post].employee_id is None:
        raise NobodyInPost("post")
    cover = seats.get(data.cover)
    away = queries.is_away(data.cover, (data.valid_from, data.valid_to))
    if cover is None or cover.employee_id is None or data.cover == data.post or away:
        raise CoverIsAway("cover")
    leave = Leave(
        post_id=data.post,
        kind=data.kind,
        valid_from=data.valid_from,
        valid_to=data.valid_to,
        cover_id=data.cover,
        command=order.id,
    )
    order.add(leave)
    order.answer["leave"] = str(leave.pk)


class EndLeave(Shape):
    """Which leave ends, and the first day back."""

    leave: Annotated[UUID, Ask(noop("Leave"), widget="hidden")]
    back_on: Annotated[Day, Ask(noop("First day back"))]


@operation(
    label=noop("End a leave early"),
    shape=EndLeave,
    roles=("worker", "specialist", "head"),
    refusals=(EndedAlready, DayHasPassed, OverBeforeThat, NotFound),
)
def end_leave(order: Order[EndLeave]) -> None:
    """End a leave early, one's own or, as head, anybody's; the cover acts no longer from then."""
    data, viewer = order.data, order.viewer
    department = claimed_department(order)
    leave = queries.leave_of(department, data.leave)
    if leave is None:
        raise NotFound("leave")
    if viewer.role != "head" and leave.post_id != viewer.post_id:
        raise NotPermitted
    _check_end(leave, data.back_on, "back_on")
    _take_out(order, leave, (data.back_on, leave.valid_to))


NO_SUCH_POST = noop("there is no post %(post)s in force today: account posts lists them")
HELD_BY_ANOTHER = noop("post %(post)s is held by somebody else today")
VACANT = noop("nobody holds post %(post)s: say --name of who does from today")


def appointed(post_id: int, *, given_name: str, surname: str, sort_key: str, login: str) -> int:
    """The employee who holds a post today; the one named, from today, if it is vacant.

    ``login`` names the database login, since the web login may appoint nobody. Raises
    ``LookupError`` with a line to be translated and what stands in it if there is no such post, or it is another person's or nobody's.
    """
    day, told = clock.today(), {"post": str(post_id)}
    if not Post.objects.filter(queries.in_force(day), id=post_id).exists():
        raise LookupError(NO_SUCH_POST, told)
    holder = queries.employee_of_post(post_id, day)
    if holder is not None:
        held_by = Employee.objects.get(id=holder)
        if given_name and (given_name, surname) != (held_by.given_name, held_by.surname):
            raise LookupError(HELD_BY_ANOTHER, told)
        return holder
    if not given_name:
        raise LookupError(VACANT, told)
    made = Employee(given_name=given_name, surname=surname, sort_key=sort_key)
    made.save(using=login)
    PostHolding(post_id=post_id, employee=made, valid_from=day).save(using=login)
    return made.pk
