"""Opening a case: from an accepted report, on the spot, or on a return to the register."""

from datetime import date
from typing import Any
from uuid import UUID

from kamkor.access import operations as access
from kamkor.cases.models import Assignment, Case, Report, ReportChild
from kamkor.cases.operations import steps
from kamkor.cases.vocabulary import CHILD, CaseState
from kamkor.kernel import clock
from kamkor.kernel.commands import Order, scope_of
from kamkor.kernel.ids import readable_number
from kamkor.people.models import Household, Person
from kamkor.people.operations import described_person, join_household, new_household
from kamkor.workforce import queries as workforce


def new_case(  # noqa: PLR0913 - one table row
    order: Order[Any],
    *,
    register: str,
    child: Person | None,
    household: Household | None,
    territory_id: str,
    opened_on: date,
    post_id: int,
    scope: Any,  # noqa: ANN401 - a scoped row or a place
    report: Report | None = None,
    previous: Case | None = None,
) -> Case:
    """Hand over a case and its first assignment; what is derived is settled afterwards."""
    case = Case(
        number=readable_number("K"),
        register=register,
        child=child,
        household=household,
        territory_id=territory_id,
        report=report,
        previous=previous,
        opened_on=opened_on,
        command=order.id,
        state=CaseState.REPORTED,
        responsible_id=post_id,
        sort_key=child.sort_key if child else (household.sort_key if household else ""),
        **scope_of(scope),
    )
    order.add(case)
    order.add(Assignment(case=case, post_id=post_id, **order.fact(case, opened_on)))
    order.journal(case.pk, case)
    return case


def open_reported_case(order: Order[Any], report: Report, assign_to: int | None) -> None:
    """Open one case for each child of an accepted report.

    Responsible is who was named, else the specialist or the head; of a sealed report only
    somebody who is in its team.
    """
    day = clock.local_day(order.now)
    viewer = order.viewer
    post = _first_responsible(order, report, assign_to, day)
    household = new_household(order, report, report.territory_id, report.place)
    cases = []
    for described in ReportChild.objects.filter(report=report, withdrawn_at=None):
        child = described_person(order, report, described.description)
        join_household(order, household, child, "child", day)
        case = new_case(
            order,
            register=CHILD,
            child=child,
            household=household,
            territory_id=report.territory_id,
            opened_on=report.happened_on,
            post_id=post,
            scope=report,
            report=report,
        )
        cases.append(case)
        order.after(lambda row=described.pk, to=case.pk: _link(row, to))
    order.answer["cases"] = [str(case.pk) for case in cases]
    if report.team is None:
        subjects = [report.pk, household.pk, *(part for one in cases for part in _parts(one))]
        follow_assignment(order, subjects, post, viewer.district)


def _link(row: UUID, case: UUID) -> None:
    ReportChild.objects.filter(pk=row).update(case_id=case)


def _parts(case: Case) -> list[UUID]:
    return [case.pk, *([case.child_id] if case.child_id else [])]


def _first_responsible(
    order: Order[Any], report: Report, assign_to: int | None, day: date
) -> int:
    viewer = order.viewer
    if assign_to is not None:
        wanted = steps.seat_in_post(viewer, assign_to, day, "assign_to").post_id
        if report.team is not None:
            admit_to_team(order, report.team, wanted, "assign_to")
        return wanted
    if report.team is not None:
        seats = workforce.seats_by_id(access.named_posts(report.team), day)
        for kind in ("specialist", "head"):
            for seat in seats.values():
                if seat.kind == kind:
                    return seat.post_id
        return viewer.post_id
    seats = workforce.seats_of(viewer.district, day)
    for post in workforce.fallback_posts(seats):
        if seats[post].employee_id is not None:
            return post
    return viewer.post_id


def admit_to_team(order: Order[Any], team: UUID, post_id: int, at: str) -> None:
    """Name a post in a sealed matter's team; raises ``PostUnknown`` if it is shut out of it."""
    rows = access.admitted(team, post_id)
    if rows is None:
        raise steps.PostUnknown(at)
    order.add(*rows)


def follow_assignment(
    order: Order[Any], subjects: list[UUID], post_id: int, department: int
) -> None:
    """Let the rows follow the responsible post into its unit, so that it sees them.

    A child whose household stays with another unit is lent to the post besides.
    """
    seat = workforce.seat_of_post(post_id, clock.local_day(order.now))
    office = seat.office_id if seat is not None else department
    order.after(lambda: steps.move_subjects(subjects, office, None))
