"""Opening a case: from an accepted report, on the spot, or on a return to the register."""

from datetime import date
from typing import TYPE_CHECKING, Any
from uuid import UUID

from kamkor.access import operations as access
from kamkor.cases.models import Assignment, Case, Report, ReportChild
from kamkor.cases.operations import steps
from kamkor.cases.operations.belonging import follow_responsible, join_home
from kamkor.cases.queries.case import departments_answering
from kamkor.cases.vocabulary import CHILD, NUMBER_PREFIX, OPEN_STATES, CaseState
from kamkor.kernel import clock
from kamkor.kernel.commands import Order, scope_of
from kamkor.kernel.errors import Fault, Refusal
from kamkor.kernel.ids import readable_number
from kamkor.kernel.words import noop
from kamkor.people.merging import kept_id, kept_record
from kamkor.people.operations import described_person, join_household, new_household
from kamkor.workforce import queries as workforce

if TYPE_CHECKING:
    from kamkor.people.models import Household, Person


class AlreadyOpen(Refusal):
    """A child has one open episode at most, whoever holds it.

    Whoever may not see the case is told the department alone.
    """

    code = "already_open"
    message = noop("This child already has an open case: %(number)s.")
    elsewhere = noop(
        "This child already has an open case with %(office)s. Ask there who answers for it; if"
        " the child lives with you now, ask them to offer you a transfer."
    )

    @classmethod
    def with_department(cls, office: int, at: str = "") -> "AlreadyOpen":
        """The refusal where the case is hidden from who asks."""
        refusal = cls(at)
        details = {"office": workforce.name_of_office(office)}
        refusal.faults = [Fault(cls.code, cls.elsewhere, at, details)]
        return refusal


def refuse_second(order: Order[Any], child: UUID, at: str = "") -> None:
    """Raise ``AlreadyOpen`` if a claimed child has an open case, be it hidden from who asks."""
    child = kept_id(child)
    # Also one that a colleague of the unit answers for, which the viewer's lists do not show.
    already = Case.objects.filter(child_id=child, state__in=list(OPEN_STATES)).first()
    if already is not None:
        raise AlreadyOpen(at, number=already.number)
    for office in departments_answering(order.viewer, [child]).values():
        raise AlreadyOpen.with_department(office, at)


def new_case(
    order: Order[Any],
    *,
    register: str,
    child: "Person | None",
    household: "Household | None",
    territory_id: str,
    opened_on: date,
    post_id: int,
    scope: Any,  # noqa: ANN401 - a scoped row or a place
    report: Report | None = None,
    previous: Case | None = None,
    since: date | None = None,
) -> Case:
    """Hand over a case and its first assignment, from the day it opens or ``since`` a later one;
    what is derived is settled afterwards."""
    child = kept_record(child) if child else None
    case = Case(
        number=readable_number(NUMBER_PREFIX),
        register=register,
        child=child,
        household=household,
        territory_id=territory_id,
        report=report,
        previous=previous,
        opened_on=opened_on,
        command=order.id,
        # A child who returns is open again once the earlier episode is settled as closed.
        state=CaseState.REPORTED if previous is None else CaseState.CLOSED,
        responsible_id=post_id,
        sort_key=child.sort_key if child else (household.sort_key if household else ""),
        **scope_of(scope),
    )
    if household is None and previous is not None:
        # It is shown no longer since the earlier episode ended, and is the home all the same.
        case.household_id = previous.household_id
    order.add(case)
    order.add(Assignment(case=case, post_id=post_id, **order.fact(case, since or opened_on)))
    order.journal(case.pk, case)
    join_home(order, case)
    return case


def open_reported_case(order: Order[Any], report: Report, assign_to: int | None) -> None:
    """Open one case for each child of an accepted report, with a first visit due.

    Until today the duty person was responsible. Then it is who was named, else the specialist
    or the head; of a sealed report only somebody who is in its team.
    """
    day = clock.local_day(order.now)
    post = _first_responsible(order, report, assign_to, day)
    # What is not sealed begins where the acting post may write, and then follows.
    scope: Any = report
    if report.team is None:
        scope = steps.own_scope(order.viewer, report.territory_id)
    household = new_household(order, scope, report.territory_id, report.place)
    first_visit = "first_visit_urgent_hours" if report.urgent else "first_visit_days"
    duty = report.duty_post_id
    since = day if duty != post and report.happened_on < day else report.happened_on
    cases = []
    for described in ReportChild.objects.filter(report=report, withdrawn_at=None):
        child = described_person(order, scope, described.description)
        join_household(order, household, child, "child", day)
        case = new_case(
            order,
            register=CHILD,
            child=child,
            household=household,
            territory_id=report.territory_id,
            opened_on=report.happened_on,
            post_id=post,
            scope=scope,
            report=report,
            since=since,
        )
        if since > case.opened_on:
            before = order.fact(case, case.opened_on)
            order.add(Assignment(case=case, post_id=duty, **before))
        steps.open_task(order, case, "visit_due", steps.due_in(first_visit), for_role="worker")
        cases.append(case)
        order.after(_linking(described.pk, case.pk))
    order.answer["cases"] = [str(case.pk) for case in cases]
    if cases:
        follow_responsible(order, cases[0].pk)


def _linking(row: UUID, case: UUID) -> "steps.Afterwards":
    def link() -> None:
        ReportChild.objects.filter(pk=row).update(case_id=case)

    return link


def _first_responsible(order: Order[Any], report: Report, assign_to: int | None, day: date) -> int:
    own_post = int(order.viewer.post_id)
    if assign_to is not None:
        wanted = steps.seat_in_post(order.viewer, assign_to, day, "assign_to").post_id
        if report.team is not None:
            admit_to_team(order, report.team, wanted, "assign_to")
        return wanted
    if report.team is not None:
        seats = access.named_seats(report.team, day)
        for kind in ("specialist", "head"):
            for seat in seats:
                if seat.kind == kind:
                    return seat.post_id
        return own_post
    held = workforce.seats_of(order.viewer.district, day)
    for post in workforce.fallback_posts(held):
        if held[post].employee_id is not None:
            return post
    return own_post


def admit_to_team(order: Order[Any], team: UUID, post_id: int, at: str) -> None:
    """Name a post in a sealed matter's team; raises ``PostUnknown`` if it is shut out of it."""
    rows = access.admitted(team, post_id)
    if rows is None:
        raise steps.PostUnknown(at)
    order.add(*rows)
