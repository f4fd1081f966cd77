"""What belongs together: what moves with a case, what is shown beside it, what is around it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from kamkor.access import operations as access
from kamkor.access.rules import Viewer
from kamkor.access.vocabulary import WORKER
from kamkor.cases.models import Case
from kamkor.cases.operations import steps
from kamkor.cases.operations.lending import HOUSEHOLD
from kamkor.cases.vocabulary import OPEN_STATES, CaseState
from kamkor.kernel import clock
from kamkor.kernel.commands import Order
from kamkor.kernel.writing import write_together
from kamkor.people.merging import records_of
from kamkor.people.operations import offices_of_home, persons_at_home
from kamkor.people.queries import members_of
from kamkor.workforce import queries as workforce

# Why rows are lent to the department that a case is offered to.
TRANSFER = "transfer"


@dataclass(frozen=True)
class Parts:
    """How the rows around a case part when it moves.

    ``moving`` go along, ``shown`` stay and are lent to the new side, ``missed`` go along and are
    lent to those who stay, so that whatever a row refers to can be seen with it.
    """

    moving: list[UUID]
    shown: list[UUID]
    missed: list[UUID]


def episodes_of(case: Case) -> QuerySet[Case]:
    """All episodes of the same child, or of the same family."""
    if case.child_id is None:
        home = case.household_id or UUID(int=0)
        return Case.objects.filter(register=case.register, household_id=home)
    return Case.objects.filter(child_id__in=records_of(case.child))


def cases_at_home(case: Case) -> QuerySet[Case]:
    """The cases of a household, open and closed, this one among them."""
    if case.household_id is None:
        return episodes_of(case)
    return Case.objects.filter(Q(household_id=case.household_id) | Q(id=case.pk))


def open_at_home(case: Case) -> QuerySet[Case]:
    """The other open cases of a household: of brothers and sisters, or of the family."""
    open_cases = cases_at_home(case).filter(state__in=list(OPEN_STATES))
    return open_cases.exclude(id__in=episodes_of(case).values("id"))


def _rows_of(cases: Iterable[Case]) -> list[UUID]:
    rows = [part for one in cases for part in (one.pk, one.child_id) if part is not None]
    return list(dict.fromkeys(rows))


def _reports_of(cases: Iterable[Case]) -> list[UUID]:
    return list({one.report_id for one in cases if one.report_id is not None})


def _home(case: Case) -> list[UUID]:
    if case.household_id is None:
        return []
    return [case.household_id, *persons_at_home(case.household_id)]


def _homes_of_merged(case: Case) -> list[UUID]:
    """The homes that the child's other records tell of, with who lives there: an ended case opens
    again there if the two should be two children."""
    merged = episodes_of(case).filter(state=CaseState.MERGED, household__isnull=False)
    return [row for one in merged for row in _home(one)]


def around(case: Case) -> list[UUID]:
    """Everything of a household: its cases, who lives there, and the reports about them."""
    cases = {one.pk: one for one in [*cases_at_home(case), *episodes_of(case)]}.values()
    return list(dict.fromkeys([*_rows_of(cases), *_home(case), *_reports_of(cases)]))


def of_others(viewer: Viewer, case: Case) -> list[UUID]:
    """Who lives in the home of a case and is held by another department than the case."""
    if case.household_id is None:
        return []
    members = members_of(viewer, [case.household_id])
    others = members.exclude(person__office_district=case.office_district)
    return list(others.values_list("person_id", flat=True))


def _holds_home(case: Case) -> bool:
    if case.household_id is None:
        return True
    return case.office_district in offices_of_home(case.household_id)


def parted(case: Case, *, alone: bool) -> Parts:
    """How the rows part: ``alone`` if no other open case of the household stays behind.

    A home that another department holds stays there in any case.
    """
    own = _rows_of(episodes_of(case))
    if alone and _holds_home(case):
        moving = around(case)
        others = [row for row in _homes_of_merged(case) if row not in moving]
        return Parts(moving, others, [])
    beside = [*_home(case), *_homes_of_merged(case), *_reports_of(episodes_of(case))]
    shown = [row for row in beside if row not in own]
    return Parts(own, shown, [case.child_id] if case.child_id else [])


def parted_for(case: Case, together: Iterable[Case], office: int) -> Parts:
    """How the rows part when a case is offered to a department, ``together`` with the other open
    cases of its home: the home goes along unless one of them is not offered there too."""
    others = list(together)
    alone = all(one.offered_to_id == office for one in others)
    parts = parted(case, alone=alone)
    if not others or not (alone and _holds_home(case)):
        return parts
    own = [row for row in parts.moving if row not in rows_of_all(others)]
    children = [one.child_id for one in others if one.child_id is not None]
    return Parts(own, [*children, *parts.shown], [case.child_id] if case.child_id else [])


def rows_of_all(cases: Iterable[Case]) -> set[UUID]:
    """The rows that certain cases take along wherever they go: all episodes and the child."""
    return {row for one in cases for row in _rows_of(episodes_of(one))}


def seen_with(case: Case, sender: int) -> list[UUID]:
    """What the department that a case comes from goes on seeing of the home: the home, who lives
    there, and the reports of this case and of its own open ones; no other department's."""
    of_sender = open_at_home(case).filter(office_district=sender)
    return list(dict.fromkeys([*_home(case), *_reports_of([case, *of_sender])]))


def follow_responsible(order: Order[Any], case_id: UUID) -> None:
    """Let a case's rows follow the post that answers for it into its office, once written.

    The home goes along unless others stay there; it is then lent to all who answer for one of
    its children, with who lives there, so that each sees what its own rows refer to.
    """
    order.after(lambda: follow_responsible_now(order, case_id))


def follow_responsible_now(order: Order[Any], case_id: UUID) -> None:
    """The same at once, where everything is written and settled already."""
    case = Case.objects.filter(id=case_id).first()
    seat = workforce.seat_of_post(case.responsible_id, clock.today()) if case else None
    if case is None or case.team is not None or seat is None:
        return
    others = open_at_home(case).exclude(responsible_id=seat.post_id)
    staying = set(others.values_list("responsible_id", flat=True))
    if order.viewer.role == WORKER:
        # A worker does not see the cases of another unit, but that the home is shared.
        home = case.household_id or case.pk
        staying |= access.posts_shown(home, HOUSEHOLD) - {seat.post_id}
    else:
        department = workforce.seats_of(case.office_district or 0, clock.today())
        access.end_lending(around(case), HOUSEHOLD, to_posts=department)
    # A home or somebody of another department is only lent: also to who answers from now on.
    held_elsewhere = of_others(order.viewer, case)
    if staying or held_elsewhere or not _holds_home(case):
        shown = [*_home(case), *_reports_of([case, *others])]
        for post in (seat.post_id, *staying):
            write_together(access.lent(shown, HOUSEHOLD, order.id, to_post=post))
    _show_to_home(order, case)
    moving = parted(case, alone=not staying).moving
    if staying and _left_behind(order, case, list(others)):
        # Nobody of the home answers where it stands: it goes with the one who moves now.
        theirs = rows_of_all(others)
        moving = [row for row in around(case) if row not in theirs]
    going = [row for row in moving if row not in held_elsewhere]
    steps.move_subjects(going, seat.office_id, None)


def _left_behind(order: Order[Any], case: Case, others: list[Case]) -> bool:
    if order.viewer.role == WORKER or case.household_id is None or not _holds_home(case):
        return False
    return all(other.office_unit not in offices_of_home(case.household_id) for other in others)


def join_home(order: Order[Any], case: Case) -> None:
    """Let a new entry, and whoever was found with it, share what holds for the home, once written.

    Who is barred from the home is barred from them. To whom the home is shown they are shown;
    and where it may yet move away with a transfer, this side goes on seeing it.
    """
    order.after(lambda: _join_home(order, case))


def _join_home(order: Order[Any], case: Case) -> None:
    home = case.household_id
    if home is None:
        return
    persons = [row for row in _home(case) if row != home]
    for employee in access.employees_barred(home):
        write_together(access.barring([case.pk, *persons], employee, order.id))
    if case.team is not None:
        return
    offered = False
    for command, reason, office, post in access.lendings_of(home):
        offered = offered or reason == TRANSFER
        # Under the command that lent the home, so that both end together.
        write_together(access.lent(persons, HOUSEHOLD, command, to_office=office, to_post=post))
    if offered:
        own, post = case.office_district, case.responsible_id
        write_together(access.lent([home, *persons], HOUSEHOLD, order.id, to_office=own))
        write_together(access.lent([home, *persons], HOUSEHOLD, order.id, to_post=post))


def _show_to_home(order: Order[Any], case: Case) -> None:
    """Where another department holds the home, it sees who was found to live there."""
    if case.household_id is not None and not _holds_home(case):
        for office in offices_of_home(case.household_id):
            write_together(access.lent(_home(case), HOUSEHOLD, order.id, to_office=office))
