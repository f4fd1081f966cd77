"""Who answers for each open child on a day: exactly one person, always."""

from collections.abc import Callable, Collection
from datetime import date

from kamkor.access.queries import named_in, shut_out_of
from kamkor.access.rules import Viewer
from kamkor.cases.models import Case
from kamkor.cases.queries.case import assigned_post_on, open_cases
from kamkor.cases.vocabulary import CHILD
from kamkor.kernel import clock
from kamkor.workforce import queries as workforce
from kamkor.workforce.rules import Seat, responsible_seat


def may_answer(
    viewer: Viewer,  # noqa: ARG001 - staff alone
    case: Case,
    shut_out: Collection[int] | None = None,
) -> Callable[[Seat], bool]:
    """Who may answer for a case: nobody shut out of it for interest, nor of its child or home,
    where it is known who that is; of a sealed one only who is named in its team."""
    if shut_out is None:
        subjects = [one for one in (case.pk, case.child_id, case.household_id) if one is not None]
        shut_out = set[int]().union(*shut_out_of(subjects).values())
    named = None if case.team is None else set(named_in(case.team))
    return lambda seat: (
        seat.employee_id is not None
        and seat.employee_id not in shut_out
        and (named is None or seat.post_id in named)
    )


def _answering(
    viewer: Viewer,
    case: Case,
    post: int,
    day: date,
    shut_out: Collection[int] | None = None,
    *,
    seats: dict[int, Seat] | None = None,
) -> Seat | None:
    return workforce.responsible_on(
        post,
        case.office_district or 0,
        day,
        may_answer(viewer, case, shut_out),
        () if case.team is None else named_in(case.team),
        seats=seats,
        as_of=viewer.workforce,
    )


def responsible_for(viewer: Viewer, case: Case, day: date) -> Seat | None:
    """The seat that answers for a case on a day: its post's holder or cover, the specialist,
    the head; nobody only if the whole department is empty or the case was not open yet."""
    post = assigned_post_on(viewer, case, day)
    return None if post is None else _answering(viewer, case, post, day)


def responsible_now(
    viewer: Viewer,
    case: Case,
    shut_out: Collection[int] | None = None,
    *,
    seats: dict[int, Seat] | None = None,
) -> Seat | None:
    """The seat that answers for a case today; ``shut_out`` of it are these, if that is known, and
    these the ``seats`` of its department."""
    return _answering(viewer, case, case.responsible_id, clock.today(), shut_out, seats=seats)


def open_children_without_responsible(viewer: Viewer) -> int:
    """How many open children have nobody who answers for them today; must be 0."""
    return len(children_without_responsible(viewer))


def children_without_responsible(viewer: Viewer) -> list[Case]:
    """The open children for whom nobody answers today."""
    today = clock.today()
    children = list(open_cases(viewer).filter(register=CHILD))
    barred = shut_out_of(
        part for one in children for part in (one.pk, one.child_id, one.household_id) if part
    )
    seats = {
        department: workforce.seats_of(department or 0, today, as_of=viewer.workforce)
        for department in {one.office_district for one in children}
    }
    without = []
    for one in children:
        if one.team is not None or {one.pk, one.child_id, one.household_id} & barred.keys():
            found = responsible_now(viewer, one)
        else:
            there = seats[one.office_district]
            found = responsible_seat(there, one.responsible_id, workforce.fallback_posts(there))
        if found is None:
            without.append(one)
    return without
