"""Rounds from house to house, as counts; a concern met on the way opens a report."""

from typing import Annotated

from pydantic import Field

from kamkor.cases.models import Round
from kamkor.cases.operations import steps
from kamkor.cases.operations.registration import SAFE_CONTACT
from kamkor.cases.operations.report import (
    NobodyOnDuty,
    ReceiveReport,
    ReportedChild,
    take_down,
)
from kamkor.cases.operations.steps import step
from kamkor.kernel.commands import Order
from kamkor.kernel.errors import Refusal
from kamkor.kernel.models import JournalEntry
from kamkor.kernel.shapes import Ask, Coded, Count, Line, PastDay, Shape, Text
from kamkor.kernel.words import noop
from kamkor.territory.operations import PlaceCode, TerritoryUnknown


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


class ConcernsStand(Refusal):
    """The concerns of a round are reports since; its counts are corrected so that they fit."""

    code = "concerns_stand"
    message = noop(
        "The counts leave %(left)s households over, and this round opened %(opened)s reports. They"
        " stay: correct the other counts too, so that as many are left over."
    )


COUNTS = ("no_concern", "refused", "nobody_home", "visited")


class Concern(Shape):
    """The worry about one household of the round, as a report carries it."""

    worry: Annotated[str, Coded("report_worries"), Ask(noop("What is the worry?"))]
    danger_now: Annotated[bool, Ask(noop("Is a child in danger now?"))]
    children: Annotated[
        list[ReportedChild], Field(min_length=1, max_length=12), Ask(noop("Children"))
    ]
    place: Annotated[Line, Ask(noop("Where"), noop("Village, street, house or how to find it"))]
    seen_or_said: Annotated[Text, Ask(noop("What was seen or said?"))]
    safe_contact: Annotated[Line, SAFE_CONTACT] | None = None


class RecordRound(Shape):
    """A round from house to house, as counts."""

    territory: Annotated[PlaceCode, Ask(noop("District or city"), options="territories")]
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
    made = Round(
        territory_id=data.territory,
        area=data.area,
        visited=data.visited,
        nobody_home=data.nobody_home,
        refused=data.refused,
        no_concern=data.no_concern,
        **order.fact(steps.own_scope(order.viewer, data.territory), data.happened_on),
    )
    left = left_over(made)
    if left < 0:
        raise RoundIncomplete("visited")
    if left != len(data.concerns):
        raise ConcernsMissing("concerns", left=left, told=len(data.concerns))
    order.add(made)
    order.journal(made.pk, made)
    reports = [str(take_down(order, told_on(made, concern)).pk) for concern in data.concerns]
    order.answer.update({"round": str(made.pk), "concerns": len(data.concerns), "reports": reports})


def left_over(made: Round) -> int:
    """How many households are left over of a round after its three counts: its concerns."""
    return made.visited - made.nobody_home - made.refused - made.no_concern


def require_round_fits(old: Round, new: Round, at: str) -> None:
    """Check that corrected counts leave over as many households as the round opened reports of.

    Raises ``RoundIncomplete``, ``ConcernsStand``, at the count that was changed.
    """
    changed = [name for name in COUNTS if getattr(old, name) != getattr(new, name)]
    left, opened = left_over(new), concerns_of(old)
    if not changed:
        return
    if left < 0:
        raise RoundIncomplete(f"{at}{changed[0]}")
    if left != opened:
        raise ConcernsStand(f"{at}{changed[0]}", left=left, opened=opened)


def concerns_of(made: Round) -> int:
    """How many concerns were met on a round: as first recorded, and those added since. Each
    opened a report."""
    found = _concerns_told_with(made)
    while made.corrects is not None:
        made = Round.objects.get(id=made.corrects)
        found += _concerns_told_with(made)
    return found


def _concerns_told_with(made: Round) -> int:
    entry = JournalEntry.objects.filter(command=made.command, row=0).first()
    return int(entry.answer.get("concerns", 0)) if entry else 0


def told_on(made: Round, concern: Concern) -> ReceiveReport:
    """The report of a concern: told today, learned of on the day of the round."""
    return ReceiveReport(
        worry=concern.worry,
        danger_now=concern.danger_now,
        children=concern.children,
        territory=made.territory_id,
        place=concern.place,
        seen_or_said=concern.seen_or_said,
        safe_contact=concern.safe_contact,
        source="own_round",
        learned_on=made.happened_on,
    )
