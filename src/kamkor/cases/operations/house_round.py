"""Rounds from house to house, as counts; a concern met on the way opens a report."""

from typing import Annotated

from pydantic import Field

from kamkor.cases.models import Round
from kamkor.cases.operations import steps
from kamkor.cases.operations.report import (
    NobodyOnDuty,
    ReceiveReport,
    ReportedChild,
    take_down,
)
from kamkor.cases.operations.steps import TerritoryUnknown, step
from kamkor.kernel.commands import Order
from kamkor.kernel.errors import Refusal
from kamkor.kernel.shapes import Ask, Coded, Count, Line, PastDay, Shape, Text
from kamkor.kernel.words import noop
from kamkor.territory.queries import is_place_of_cases


class RoundIncomplete(Refusal):
    """The parts of a round cannot be more than its whole."""

    code = "round_incomplete"
    message = noop("Nobody home, refused and no concern together are more than visited.")


class ConcernsMissing(Refusal):
    """What is left over after the three counts are concerns, and each opens a report."""

    code = "concerns_missing"
    message = noop(
        "%(left)s households are left over after the three counts, and %(told)s concerns are"
        " described. Describe the concern of each, or correct the counts."
    )


class Concern(Shape):
    """The worry about one household of the round, as a report carries it."""

    worry: Annotated[str, Coded("report_worries"), Ask(noop("What is the worry?"))]
    danger_now: Annotated[bool, Ask(noop("Is a child in danger now?"))]
    child: Annotated[Line, Ask(noop("Name or description of the child"))]
    age: Annotated[int, Field(ge=0, le=17), Ask(noop("Age or about"))] | None = None
    place: Annotated[Line, Ask(noop("Where"), noop("Village, street, house or how to find it"))]
    seen_or_said: Annotated[Text, Ask(noop("What was seen or said?"))]


class RecordRound(Shape):
    """A round from house to house, as counts."""

    territory: Annotated[str, Ask(noop("District or city"), options="territories")]
    area: Annotated[Line, Ask(noop("Village or street"))]
    happened_on: Annotated[PastDay, Ask(noop("Day"))]
    visited: Annotated[Count, Ask(noop("Households visited"))]
    nobody_home: Annotated[Count, Ask(noop("Nobody home"))] = 0
    refused: Annotated[Count, Ask(noop("Refused to talk"))] = 0
    no_concern: Annotated[Count, Ask(noop("No concern"))] = 0
    concerns: Annotated[
        list[Concern],
        Field(max_length=30),
        Ask(noop("Concerns"), noop("Each household that is left over: it opens a report")),
    ] = []


@step(RecordRound, RoundIncomplete, ConcernsMissing, TerritoryUnknown, NobodyOnDuty)
def record_round(order: Order[RecordRound]) -> None:
    """Record a round; what is left over after the three counts are concerns, and each opens a
    report in the same act."""
    data = order.data
    if not is_place_of_cases(data.territory):
        raise TerritoryUnknown("territory")
    made = Round(
        territory_id=data.territory,
        area=data.area,
        visited=data.visited,
        nobody_home=data.nobody_home,
        refused=data.refused,
        no_concern=data.no_concern,
        **order.fact(steps.own_scope(order.viewer, data.territory), data.happened_on),
    )
    require_round_whole(made, len(data.concerns))
    order.add(made)
    order.journal(made.pk, made)
    reports = [str(take_down(order, _told(data, concern)).pk) for concern in data.concerns]
    order.answer.update({"round": str(made.pk), "concerns": len(data.concerns), "reports": reports})


def require_round_whole(made: Round, concerns: int, at: str = "", told: str = "concerns") -> None:
    """Check that what is left over of a round after its three counts are the concerns of it.

    Raises ``RoundIncomplete``, ``ConcernsMissing``, the latter at the field ``told``.
    """
    left = made.visited - made.nobody_home - made.refused - made.no_concern
    if left < 0:
        raise RoundIncomplete(f"{at}visited")
    if left != concerns:
        raise ConcernsMissing(told, left=left, told=concerns)


def _told(data: RecordRound, concern: Concern) -> ReceiveReport:
    """The report of a concern: told today, learned of on the day of the round."""
    return ReceiveReport(
        worry=concern.worry,
        danger_now=concern.danger_now,
        children=[ReportedChild(description=concern.child, age=concern.age)],
        territory=data.territory,
        place=concern.place,
        seen_or_said=concern.seen_or_said,
        source="own_round",
        learned_on=data.happened_on,
    )
