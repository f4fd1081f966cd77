"""Declaring an interest: who is related or acquainted is taken off the case at once."""

from typing import Annotated
from uuid import UUID

from kamkor.access import operations as access
from kamkor.cases.models import Assignment, Case, Interest
from kamkor.cases.operations import steps
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
    """Take an interested person off a case; only specialist and head declare it of others."""
    data, viewer = order.data, order.viewer
    case = steps.claimed_case(order, data.case, check_version=False)
    day = clock.local_day(order.now)
    employee = viewer.employee_id
    if data.post is not None and data.post != viewer.post_id:
        if viewer.role == "worker":
            raise NotPermitted("post")
        employee = steps.seat_in_post(viewer, data.post, day, "post").employee_id or 0
    if Interest.objects.filter(case=case, employee_id=employee, withdrawn_at=None).exists():
        raise InterestDeclared
    order.add(Interest(case=case, employee_id=employee, kind=data.kind, **order.fact(case)))
    _pass_on(order, case, employee)
    subjects = steps.subjects_of_case(case)
    order.add(*access.barring(subjects, employee, order.id))


def _pass_on(order: Order[DeclareInterest], case: Case, employee: int) -> None:
    """If the interested person is responsible, the specialist or the head becomes so."""
    day = clock.local_day(order.now)
    if case.team is not None:
        access.shut_out_of_team(case.team, employee)
    if workforce.employee_of_post(case.responsible_id, day) != employee:
        return
    seats = workforce.seats_of(case.office_district or 0, day)
    for post in workforce.fallback_posts(seats):
        if seats[post].employee_id not in {None, employee}:
            order.add(Assignment(case=case, post_id=post, **order.fact(case)))
            return
    raise NobodyElse
