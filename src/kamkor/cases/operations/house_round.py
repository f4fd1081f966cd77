"""Rounds from house to house, as counts; a concern met on the way opens a report."""

from typing import Annotated

from kamkor.cases.models import Round
from kamkor.cases.operations import steps
from kamkor.cases.operations.steps import TerritoryUnknown, step
from kamkor.kernel.commands import Order
from kamkor.kernel.errors import Refusal
from kamkor.kernel.shapes import Ask, Count, Line, PastDay, Shape
from kamkor.kernel.words import noop
from kamkor.territory.queries import is_place_of_cases


class RoundIncomplete(Refusal):
    """The parts of a round cannot be more than its whole."""

    code = "round_incomplete"
    message = noop("Nobody home, refused and no concern together are more than visited.")


class RecordRound(Shape):
    """A round from house to house, as counts."""

    territory: Annotated[str, Ask(noop("District or city"), options="territories")]
    area: Annotated[Line, Ask(noop("Village or street"))]
    happened_on: Annotated[PastDay, Ask(noop("Day"))]
    visited: Annotated[Count, Ask(noop("Households visited"))]
    nobody_home: Annotated[Count, Ask(noop("Nobody home"))] = 0
    refused: Annotated[Count, Ask(noop("Refused to talk"))] = 0
    no_concern: Annotated[Count, Ask(noop("No concern"))] = 0


@step(RecordRound, RoundIncomplete, TerritoryUnknown)
def record_round(order: Order[RecordRound]) -> None:
    """Record a round; what is left over after the three counts are concerns to be reported."""
    data = order.data
    if not is_place_of_cases(data.territory):
        raise TerritoryUnknown("territory")
    left = data.visited - data.nobody_home - data.refused - data.no_concern
    if left < 0:
        raise RoundIncomplete("visited")
    made = Round(
        territory_id=data.territory,
        area=data.area,
        visited=data.visited,
        nobody_home=data.nobody_home,
        refused=data.refused,
        no_concern=data.no_concern,
        **order.fact(steps.own_scope(order.viewer, data.territory), data.happened_on),
    )
    order.add(made)
    order.answer.update({"round": str(made.pk), "concerns": left})
    order.journal(made.pk, made)
