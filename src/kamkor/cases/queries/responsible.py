"""Who answers for each open child on a day: exactly one person, always."""

from datetime import date

from kamkor.access.rules import Viewer
from kamkor.cases.models import Case
from kamkor.cases.queries.case import assigned_post_on, open_cases
from kamkor.cases.vocabulary import CHILD
from kamkor.kernel import clock
from kamkor.workforce import queries as workforce
from kamkor.workforce.rules import Seat, responsible_seat


def responsible_for(viewer: Viewer, case: Case, day: date) -> Seat | None:
    """The seat that answers for a case on a day: its post's holder or cover, the specialist,
    the head; nobody only if the whole department is empty or the case was not open yet."""
    post = assigned_post_on(viewer, case, day)
    if post is None:
        return None
    return workforce.responsible_on(post, case.office_district or 0, day)


def open_children_without_responsible(viewer: Viewer) -> int:
    """How many open children have nobody who answers for them today; must be 0."""
    today = clock.today()
    children = open_cases(viewer).filter(register=CHILD)
    pairs = set(children.values_list("responsible_id", "office_district"))
    seats = {
        department: workforce.seats_of(department or 0, today)
        for department in {department for _, department in pairs}
    }
    without = {
        (post, department)
        for post, department in pairs
        if responsible_seat(seats[department], post, workforce.fallback_posts(seats[department]))
        is None
    }
    return sum(
        children.filter(responsible_id=post, office_district=department).count()
        for post, department in without
    )
