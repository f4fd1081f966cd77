"""Who may be made to answer for a case, and who does so if somebody may no longer."""

from typing import Any

from kamkor.cases.models import Case
from kamkor.cases.queries.responsible import may_answer
from kamkor.kernel import clock
from kamkor.kernel.commands import Order
from kamkor.kernel.errors import Refusal
from kamkor.kernel.words import noop
from kamkor.workforce import queries as workforce
from kamkor.workforce.rules import Seat


class InterestedCannotAnswer(Refusal):
    """Who declared an interest in a case cannot be made responsible for it."""

    code = "interested_cannot_answer"
    message = noop("This person declared an interest in the case. Choose somebody else.")


def require_not_interested(order: Order[Any], case: Case, seat: Seat, at: str) -> None:
    """Raise ``InterestedCannotAnswer`` if the seat's holder is shut out of a case or its home.

    A sealed case's team is asked for where somebody is named in it.
    """
    if not may_answer(order.viewer, _unsealed(case))(seat):
        raise InterestedCannotAnswer(at)


def _unsealed(case: Case) -> Case:
    return Case(id=case.pk, child_id=case.child_id, household_id=case.household_id)


def who_goes_on(order: Order[Any], case: Case) -> int:
    """The post that answers for a case from now on: the one that did, if it still may, else the
    specialist's or the head's, else the acting post, which may since it sees the case."""
    day = clock.local_day(order.now)
    may = may_answer(order.viewer, case)
    before = workforce.seat_of_post(case.responsible_id, day)
    if before is not None and may(before):
        return before.post_id
    seats = workforce.seats_of(case.office_district or 0, day)
    for post in workforce.fallback_posts(seats):
        if may(seats[post]):
            return post
    return int(order.viewer.post_id)
