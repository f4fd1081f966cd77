"""A home that has another address, be it that the family has moved or that it was wrong."""

from typing import Annotated
from uuid import UUID

from kamkor.cases.operations import steps
from kamkor.cases.operations.correction import NothingChanged
from kamkor.cases.operations.lending import home_is_anothers
from kamkor.cases.operations.steps import step
from kamkor.cases.operations.transfer import HomeStays
from kamkor.cases.queries.case import case_for
from kamkor.kernel.commands import NotFound, Order
from kamkor.kernel.shapes import Ask, Line, PastDay, Shape
from kamkor.kernel.words import noop
from kamkor.people import operations as people
from kamkor.people.queries import moves_of


class MoveHousehold(Shape):
    """Where the home of a case stands, and since when."""

    case: Annotated[UUID, Ask(noop("Case"), widget="hidden")]
    place: Annotated[Line, Ask(noop("New address of the home"), noop("Village, street, house"))]
    happened_on: Annotated[
        PastDay, Ask(noop("Since which day?"), noop("If the old address was wrong: today"))
    ]


@step(MoveHousehold, HomeStays, NothingChanged, NotFound, steps.BeforeBeginning)
def move_household(order: Order[MoveHousehold]) -> None:
    """Give a home the address now known, where the case counts; the old one stays to be read."""
    data = order.data
    known = case_for(order.viewer, data.case).household
    if known is None:
        raise NotFound("case")
    # Before the case: as a visit to the home takes them.
    order.claim(known.pk, check_version=False)
    case = steps.claimed_case(order, data.case)
    home = case.household or known
    if home_is_anothers(case):
        raise HomeStays("place")
    steps.not_before(data.happened_on, case.opened_on)
    last = (
        moves_of(order.viewer, home.pk).filter(withdrawn_at=None).order_by("-happened_on").first()
    )
    steps.not_before(data.happened_on, last.happened_on if last else None)
    if (home.territory_id, home.place) == (case.territory_id, data.place):
        raise NothingChanged("place")
    people.move_household(order, home, case.territory_id, data.place, data.happened_on)
    order.journal(home.pk, home)
