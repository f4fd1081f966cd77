"""Declaring an interest: who is related or acquainted is taken off the case at once."""

from typing import Annotated
from uuid import UUID

from kamkor.access import operations as access
from kamkor.cases.models import Assignment, Case, Interest
from kamkor.cases.operations import steps
from kamkor.cases.operations.belonging import (
    around,
    cases_at_home,
    follow_responsible,
    open_at_home,
)
from kamkor.cases.operations.steps import PostUnknown, step
from kamkor.kernel import clock
from kamkor.kernel.commands import NotPermitted, Order
from kamkor.kernel.errors import Refusal
from kamkor.kernel.shapes import Ask, Coded, Shape
from kamkor.kernel.words import noop
from kamkor.workforce import queries as workforce


class InterestDeclared(Refusal):
    """The interest of this person in this case is declared already."""

    code = "interest_declared"
    message = noop("This interest is declared already.")


class NobodyElse(Refusal):
    """If this person goes, nobody of the department is left who could answer for the child."""

    code = "nobody_else"
    message = noop("Nobody else of the department can take the case. Call the oblast department.")


class DeclareInterest(Shape):
    """Whose interest in which case, and of what kind; one's own if nobody is chosen."""

    case: Annotated[UUID, Ask(noop("Case"), widget="hidden")]
    kind: Annotated[str, Coded("interest_kinds"), Ask(noop("How are you connected?"))]
    post: Annotated[int, Ask(noop("Whose interest?"), options="colleagues")] | None = None


@step(DeclareInterest, InterestDeclared, NobodyElse, PostUnknown, NotPermitted)
def declare_interest(order: Order[DeclareInterest]) -> None:
    """Take an interested person off a case and all its home; of others only the specialist and
    the head declare it."""
    data, viewer = order.data, order.viewer
    case = steps.claimed_case(order, data.case, check_version=False)
    employee = viewer.employee_id
    if data.post is not None and data.post != viewer.post_id:
        if viewer.role == "worker":
            raise NotPermitted("post")
        day = clock.local_day(order.now)
        employee = steps.seat_in_post(viewer, data.post, day, "post").employee_id or 0
    if Interest.objects.filter(case=case, employee_id=employee, withdrawn_at=None).exists():
        raise InterestDeclared
    shut_out = {employee, *_interested(case)}
    for one in [case, *open_at_home(case)]:
        order.add(Interest(case=one, employee_id=employee, kind=data.kind, **order.fact(one)))
        order.journal(one.pk, one)
        _pass_on(order, one, employee, shut_out)
    if case.team is not None:
        team = case.team
        order.after(lambda: access.shut_out_of_team(team, employee))
    subjects = around(case)
    order.add(*access.barring(subjects, employee, order.id))
    order.after(lambda: access.end_emergencies_of(subjects, employee_id=employee))


def _interested(case: Case) -> list[int]:
    declared = Interest.objects.filter(case__in=cases_at_home(case), withdrawn_at=None)
    return list(declared.values_list("employee_id", flat=True))


def _pass_on(order: Order[DeclareInterest], case: Case, employee: int, shut_out: set[int]) -> None:
    """If the interested person is responsible, the specialist or the head becomes so."""
    day = clock.local_day(order.now)
    if workforce.employee_of_post(case.responsible_id, day) != employee:
        return
    seats = workforce.seats_of(case.office_district or 0, day)
    for post in workforce.fallback_posts(seats):
        if seats[post].employee_id is None or seats[post].employee_id in shut_out:
            continue
        named = access.admitted(case.team, post) if case.team is not None else []
        if named is None:
            continue
        order.add(Assignment(case=case, post_id=post, **order.fact(case)), *named)
        follow_responsible(order, case.pk)
        return
    raise NobodyElse
