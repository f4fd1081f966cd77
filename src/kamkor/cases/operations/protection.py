"""Protective removal: a child is taken out of danger now, and everybody who must know is told."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import AwareDatetime

from kamkor.cases.models import Case, Removal, RemovalEnd
from kamkor.cases.operations import steps
from kamkor.cases.operations.belonging import episodes_of
from kamkor.cases.operations.registration import SAFE_CONTACT, WrongRegister
from kamkor.cases.operations.sealing import keep_safe_contact, seal_case
from kamkor.cases.operations.steps import step
from kamkor.cases.vocabulary import CHILD
from kamkor.kernel import clock, rulesets
from kamkor.kernel.commands import Order
from kamkor.kernel.errors import Refusal
from kamkor.kernel.shapes import Ask, Coded, Line, PastDay, Shape, Text, checked
from kamkor.kernel.words import noop

TOLD = noop("Who was told, and when")
TO_BE_TOLD = ("prosecutor", "parents", "doctor")
TONIGHT = noop("Tonight")


class ToldInFuture(Refusal):
    """Nobody can have been told at a moment that has not come."""

    code = "told_in_future"
    message = noop("This moment has not come yet. Leave it empty until they are told.")


PastMoment = Annotated[AwareDatetime, checked(lambda told: told <= clock.now(), ToldInFuture)]


class NotAway(Refusal):
    """Only a child who was taken out of danger by a removal comes back from it."""

    code = "not_away"
    message = noop("No protective removal of this child stands.")


class AlreadyAway(Refusal):
    """One removal stands at a time; who must know of it is told once."""

    code = "already_away"
    message = noop(
        "The child is away already, by the removal of %(day)s. If it sleeps elsewhere now,"
        " correct that entry; if it is back, end that removal first."
    )


class ProtectNow(Shape):
    """The danger, who decided under which ground, who was told when, and the night."""

    case: Annotated[UUID, Ask(noop("Case"), widget="hidden")]
    happened_on: Annotated[PastDay, Ask(noop("Day"))]
    danger: Annotated[Text, Ask(noop("What is the danger?"))]
    ground: Annotated[str, Coded("removal_grounds"), Ask(noop("Under which ground?"))]
    decider: Annotated[str, Coded("removal_deciders"), Ask(noop("Who decided?"))]
    decider_name: Annotated[Line, Ask(noop("Name and office of who decided"))]
    sleeps_at: Annotated[
        str, Coded("night_places"), Ask(noop("Where does the child sleep tonight?"), group=TONIGHT)
    ]
    sleeps_where: Annotated[Line, Ask(noop("Address and telephone there"), group=TONIGHT)]
    siblings: (
        Annotated[Line, Ask(noop("Brothers and sisters: where are they?"), group=TONIGHT)] | None
    ) = None
    next_step: Annotated[Line, Ask(noop("What is due next?"), group=TONIGHT)]
    safe_contact: Annotated[Line, SAFE_CONTACT] | None = None
    prosecutor_told_at: (
        Annotated[PastMoment, Ask(noop("Prosecutor told"), group=TOLD, widget="moment")] | None
    ) = None
    parents_told_at: (
        Annotated[PastMoment, Ask(noop("Parents told"), group=TOLD, widget="moment")] | None
    ) = None
    doctor_told_at: (
        Annotated[PastMoment, Ask(noop("Doctor told"), group=TOLD, widget="moment")] | None
    ) = None


@step(
    ProtectNow,
    ToldInFuture,
    WrongRegister,
    AlreadyAway,
    steps.BeforeBirth,
    steps.BeforeBeginning,
)
def protect_now(order: Order[ProtectNow]) -> None:
    """Record a protective removal; whoever has not been told yet becomes a due item."""
    data = order.data
    case = steps.claimed_case(order, data.case, check_version=False)
    if case.register != CHILD:
        raise WrongRegister
    standing = _last_removal(case)
    if standing is not None and case.away_from_home:
        raise AlreadyAway(day=f"{standing.happened_on:%d.%m.%Y}")
    steps.not_before_birth(data.happened_on, case)
    steps.not_before(data.happened_on, case.opened_on)
    removal = Removal(
        case=case,
        danger=data.danger,
        ground=data.ground,
        decider=data.decider,
        decider_name=data.decider_name,
        sleeps_at=data.sleeps_at,
        sleeps_where=data.sleeps_where,
        siblings=data.siblings or "",
        next_step=data.next_step,
        prosecutor_told_at=data.prosecutor_told_at,
        parents_told_at=data.parents_told_at,
        doctor_told_at=data.doctor_told_at,
        **order.fact(case, data.happened_on),
    )
    order.add(removal)
    if rulesets.rule("removal_grounds", data.ground, data.happened_on).get("seals"):
        seal_case(order, case, data.safe_contact)
    elif data.safe_contact:
        keep_safe_contact(order, case, data.safe_contact)
    steps.stop_tasks(order, case.pk, "adult_tonight", "safety_decision")
    for who, moment in told_at(removal).items():
        if moment is None:
            open_notice(order, case, who)


def _last_removal(case: Case) -> Removal | None:
    """The last removal of a child, in this episode or one before."""
    removals = Removal.objects.filter(case__in=episodes_of(case), withdrawn_at=None)
    return removals.order_by("-first_recorded_at").first()


def told_at(removal: Removal) -> dict[str, datetime | None]:
    """When each of those was told who must know of a removal."""
    return {who: getattr(removal, f"{who}_told_at") for who in TO_BE_TOLD}


def open_notice(order: Order[Any], case: Case, who: str) -> None:
    """Make it due to tell somebody of a removal."""
    kind = f"notice_{who}"
    steps.open_task(order, case, kind, steps.due_in(f"{kind}_hours"), for_role="worker")


class EndRemoval(Shape):
    """From which day the child is no longer away, and where it lives."""

    case: Annotated[UUID, Ask(noop("Case"), widget="hidden")]
    happened_on: Annotated[PastDay, Ask(noop("Day"))]
    note: Annotated[Text, Ask(noop("Who decided it, and with whom does the child live now?"))]


@step(EndRemoval, NotAway, steps.BeforeBeginning)
def end_removal(order: Order[EndRemoval]) -> None:
    """Record that a child taken out of danger is no longer away from home."""
    data = order.data
    case = steps.claimed_case(order, data.case)
    removal = _last_removal(case)
    if removal is None or not case.away_from_home:
        raise NotAway
    steps.not_before(data.happened_on, removal.happened_on)
    order.add(RemovalEnd(case=case, note=data.note, **order.fact(case, data.happened_on)))
