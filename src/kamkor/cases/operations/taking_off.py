"""Taking off the register by two persons, accompaniment and its end, and the return."""

from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field

from kamkor.cases.models import (
    AccompanimentEnd,
    Case,
    Identification,
    Registration,
    StateProtection,
    TakingOffDecision,
    TakingOffProposal,
)
from kamkor.cases.operations import steps
from kamkor.cases.operations.answering import who_goes_on
from kamkor.cases.operations.belonging import episodes_of
from kamkor.cases.operations.opening import AlreadyOpen, new_case, refuse_second
from kamkor.cases.operations.registration import (
    SAFE_CONTACT,
    GroundOfOtherRegister,
    MainGroundMissing,
    record_grounds,
)
from kamkor.cases.operations.sealing import call_back
from kamkor.cases.operations.steps import step
from kamkor.cases.queries.task import NOTICE, open_tasks_of
from kamkor.cases.rules.age import came_of_age
from kamkor.cases.rules.standing import taking_off_outcome
from kamkor.cases.vocabulary import CHILD, OPEN_STATES, STATE_LABELS, CaseState
from kamkor.kernel import clock, rulesets
from kamkor.kernel.commands import Order
from kamkor.kernel.errors import Refusal, refuse_all
from kamkor.kernel.shapes import Ask, Coded, Line, PastDay, Shape, Text, as_known
from kamkor.kernel.words import noop
from kamkor.workforce import queries as workforce

# How a child that returns was found: it was known before.
RETURN = "return"


class OtherSideNotAccepted(Refusal):
    """A child moves off the register only when the other side has taken it over."""

    code = "other_side_not_accepted"
    message = noop("Say who took the child over and on which day they accepted.")


class NotYetAdult(Refusal):
    """The reason holds from the eighteenth birthday on."""

    code = "not_yet_adult"
    message = noop("The child is not 18 yet; it turns 18: %(birthday)s.")


class BirthNotKnown(Refusal):
    """Nobody comes of age whose birth is not known, and no family does."""

    code = "birth_not_known"
    message = noop("This reason needs a child whose birth is known. Correct the birth first.")


class ReasonNotHere(Refusal):
    """Beside the register, or while a proposal or an offer stands, only these ends are proposed."""

    code = "reason_not_here"
    message = noop("In this state only the child's death or coming of age may be proposed.")


class NeverSeen(Refusal):
    """Nobody can say how a child stands whom nobody of the service has seen."""

    code = "never_seen"
    message = noop(
        "Nobody of the service has seen the child or met the family. Record such a visit first."
    )


class NoticesOwed(Refusal):
    """What others must be told comes before the end of the accompaniment."""

    code = "notices_owed"
    message = noop("A notice is still owed. Send it and mark it as done first.")


class SamePerson(Refusal):
    """Two persons take a child off the register: one proposes, another decides."""

    code = "same_person"
    message = noop("Another person must decide than the one who proposed.")


NEEDED_FIRST = (steps.ChildAway, NeverSeen, NoticesOwed)


class AlreadyReturned(Refusal):
    """The child already has a newer episode."""

    code = "already_returned"
    message = noop("A newer episode is open already: %(number)s.")


class ProposeTakingOff(Shape):
    """The reason, and what it rests on."""

    case: Annotated[UUID, Ask(noop("Case"), widget="hidden")]
    reason: Annotated[str, Coded("taking_off_reasons"), Ask(noop("Reason"))]
    happened_on: Annotated[PastDay, Ask(noop("Day of the proposal"))]
    note: Annotated[Text, Ask(noop("What shows it?"))]
    other_side: Annotated[Line, Ask(noop("If moved: who took the child over?"))] | None = None
    other_side_accepted_on: (
        Annotated[PastDay, Ask(noop("If moved: accepted on which day?"))] | None
    ) = None


@step(
    ProposeTakingOff,
    OtherSideNotAccepted,
    NotYetAdult,
    BirthNotKnown,
    ReasonNotHere,
    *NEEDED_FIRST,
    steps.BeforeBeginning,
)
def propose_taking_off(order: Order[ProposeTakingOff]) -> None:
    """Propose to take a child or a family off the register, or the end of a child's case that
    is not on it; another person decides. A newer proposal stands in place of the one before."""
    data = order.data
    case = steps.claimed_case(order, data.case)
    steps.not_before(data.happened_on, case.registered_on or case.opened_on)
    proposal = TakingOffProposal(
        case=case,
        reason=data.reason,
        note=data.note,
        other_side=data.other_side or "",
        other_side_accepted_on=data.other_side_accepted_on,
        **order.fact(case, data.happened_on),
    )
    require_reason_fits(proposal, case.state, data.reason, data.happened_on)
    require_done_first(order, case, data.reason, data.happened_on, "reason")
    if case.state == CaseState.TRANSFER_OFFERED:
        call_back(order, case)
    order.add(proposal)


def require_reason_fits(  # noqa: PLR0917 - a proposal, and what is asked of it
    proposal: TakingOffProposal, state: str, reason: str, day: date, at: str = "", side: str = ""
) -> None:
    """Check that a reason may take a case off from a state, on a day, as it was proposed.

    ``at`` stands before the names of the fields, ``side`` names the one of the other side.
    Raises ``ReasonNotHere``, ``OtherSideNotAccepted``, ``NotYetAdult``, ``BirthNotKnown``.
    """
    case = proposal.case
    rule = rulesets.rule("taking_off_reasons", reason, day)
    anywhere = case.register == CHILD and rule.get("anywhere")
    if state != CaseState.REGISTERED and not anywhere:
        raise ReasonNotHere(f"{at}reason")
    accepted = proposal.other_side and proposal.other_side_accepted_on
    if rule.get("needs_other_side") and not accepted:
        raise OtherSideNotAccepted(side or f"{at}other_side")
    if rule.get("adult"):
        require_adult(case, day, f"{at}reason")


def require_done_first(
    order: Order[Any], case: Case, reason: str, day: date, at: str, *, was_away: bool = False
) -> None:
    """Check that what a reason needs is so already.

    ``was_away``: the child was away from home when it was decided, wherever it is said to be now.
    Raises ``ChildAway``, ``NeverSeen``, ``NoticesOwed``, as many as hold.
    """
    needs = str(rulesets.rule("taking_off_reasons", reason, day).get("needs", "")).split()
    owed = [one for one in open_tasks_of(order.viewer, case) if one.kind.startswith(NOTICE)]
    found: list[Refusal] = []
    if "home" in needs and (was_away or case.away_from_home):
        found.append(steps.ChildAway(at))
    if "seen" in needs and case.last_seen_on is None:
        found.append(NeverSeen(at))
    if "notices" in needs and owed:
        found.append(NoticesOwed(at))
    refuse_all(found)


def require_adult(case: Case, day: date, at: str = "reason") -> None:
    """Raise ``NotYetAdult`` while some day that the child's birth can mean is not 18 years ago."""
    child = case.child
    if child is None or child.born_on is None:
        raise BirthNotKnown(at)
    birthday = came_of_age(child.born_on, child.birth_precision)
    if day < birthday:
        raise NotYetAdult(at, birthday=as_known(birthday, child.birth_precision))


class DecideTakingOff(Shape):
    """Agree, or say no with why."""

    case: Annotated[UUID, Ask(noop("Case"), widget="hidden")]
    decision: Annotated[
        Literal["agree", "refuse"], Ask(noop("Decision"), options="taking_off_decisions")
    ]
    happened_on: Annotated[PastDay, Ask(noop("Day of the decision"))]
    note: Annotated[Text, Ask(noop("Note"))] | None = None


def _as_it_was_told(proposal: TakingOffProposal) -> list[TakingOffProposal]:
    """A proposal and those it corrects: whoever wrote one of them does not decide on it."""
    told = [proposal]
    while told[-1].corrects is not None:
        told += TakingOffProposal.objects.filter(id=told[-1].corrects)[:1]
    return told


def _is_ours(order: Order[Any], proposal: TakingOffProposal) -> bool:
    proposer = workforce.employee_of_post(proposal.by_post, proposal.happened_on)
    return proposal.by_post == order.viewer.post_id or bool(proposer == order.viewer.employee_id)


@step(DecideTakingOff, SamePerson, *NEEDED_FIRST, steps.BeforeBeginning)
def decide_taking_off(order: Order[DecideTakingOff]) -> None:
    """Decide on a proposal of another person; placed children are accompanied on."""
    data = order.data
    case = steps.claimed_case(order, data.case)
    proposal = case.proposals.filter(withdrawn_at=None).order_by("-first_recorded_at").first()
    if proposal is None:
        raise steps.StateForbids(state=STATE_LABELS[case.state])
    if any(_is_ours(order, one) for one in _as_it_was_told(proposal)):
        raise SamePerson
    steps.not_before(data.happened_on, proposal.happened_on)
    agreed = data.decision == "agree"
    if agreed:
        require_done_first(order, case, proposal.reason, data.happened_on, "decision")
    order.add(
        TakingOffDecision(
            case=case,
            proposal=proposal,
            agreed=agreed,
            reason=proposal.reason,
            note=data.note or "",
            **order.fact(case, data.happened_on),
        )
    )
    if agreed:
        follow_agreement(order, case, proposal.reason, data.happened_on)


def follow_agreement(order: Order[Any], case: Case, reason: str, day: date) -> None:
    """Hand over what is due once it was agreed to take a case off for a reason, and end what is
    not due any more."""
    rule = rulesets.rule("taking_off_reasons", reason, day)
    outcome = taking_off_outcome(reason, day)
    if rule.get("stops_notices"):
        steps.stop_tasks(order, case.pk)
    elif outcome == "agree_without_check":
        steps.stop_with_case(order, case)
    else:
        # What follows stands in its place.
        steps.stop_tasks(order, case.pk, "visit_due")
    start = clock.day_starts(day)
    if rule.get("opens") == "death_review":
        due = steps.due_in("death_review_days", start)
        steps.open_task(order, case, "death_review", due, for_role="head")
    if outcome == "agree_placed":
        due = steps.due_in("accompaniment_rhythm_days", start)
        steps.open_task(order, case, "accompaniment_visit", due, for_role="worker")
    if outcome == "agree":
        due = steps.due_in("check_after_leaving_days", start)
        steps.open_task(order, case, "check_after_leaving", due, for_role="worker")


class EndAccompaniment(Shape):
    """Why the accompaniment of a placed child ends."""

    case: Annotated[UUID, Ask(noop("Case"), widget="hidden")]
    happened_on: Annotated[PastDay, Ask(noop("Last day"))]
    note: Annotated[Text, Ask(noop("How do the child and the family stand?"))]


@step(EndAccompaniment, steps.BeforeBeginning)
def end_accompaniment(order: Order[EndAccompaniment]) -> None:
    """End the accompaniment after a placement; one check after leaving follows."""
    data = order.data
    case = steps.claimed_case(order, data.case)
    steps.not_before(data.happened_on, case.taken_off_on)
    order.add(AccompanimentEnd(case=case, note=data.note, **order.fact(case, data.happened_on)))
    steps.stop_tasks(order, case.pk, "accompaniment_visit")
    due = steps.due_in("check_after_leaving_days", clock.day_starts(data.happened_on))
    steps.open_task(order, case, "check_after_leaving", due, for_role="worker")


class ReturnToRegister(Shape):
    """Why a child or a family returns, and on which grounds."""

    case: Annotated[UUID, Ask(noop("Case"), widget="hidden")]
    happened_on: Annotated[PastDay, Ask(noop("Day of the return"))]
    reason: Annotated[str, Coded("return_reasons"), Ask(noop("Reason"))]
    difficulty: Annotated[Text, Ask(noop("What is hard now?"))]
    risk_level: Annotated[str, Coded("risk_levels"), Ask(noop("Risk level"))]
    grounds: Annotated[
        list[str],
        Coded("grounds"),
        Field(min_length=1, max_length=14),
        Ask(noop("Grounds")),
    ]
    main_ground: Annotated[str, Coded("grounds"), Ask(noop("Main ground"))]
    safe_contact: Annotated[Line, SAFE_CONTACT] | None = None


@step(
    ReturnToRegister,
    AlreadyReturned,
    AlreadyOpen,
    MainGroundMissing,
    GroundOfOtherRegister,
    steps.BeforeBeginning,
    steps.NoChild,
)
def return_to_register(order: Order[ReturnToRegister]) -> None:
    """Open a new episode on the register; the old one stays as it was.

    What is still owed to the child goes along: open due items, where it sleeps, its status.
    """
    data = order.data
    old = steps.claimed_case(order, data.case)
    if old.taken_off_on is None:
        # Who was never on the register does not return to it.
        raise steps.StateForbids(state=STATE_LABELS[old.state])
    steps.not_before(data.happened_on, old.taken_off_on)
    if old.child is not None:
        steps.require_child(data.happened_on, old.child.born_on, old.child.birth_precision)
    newer = episodes_of(old).filter(state__in=list(OPEN_STATES)).exclude(id=old.pk).first()
    if newer is not None:
        raise AlreadyReturned(number=newer.number)
    if old.child_id is not None and old.state == CaseState.CLOSED:
        order.claim(old.child_id, check_version=False)
        refuse_second(order, old.child_id)
    case = new_case(
        order,
        register=old.register,
        child=old.child,
        household=old.household,
        territory_id=old.territory_id,
        opened_on=data.happened_on,
        post_id=who_goes_on(order, old),
        scope=old,
        previous=old,
    )
    order.answer["case"] = str(case.pk)
    shared = order.fact(case, data.happened_on)
    order.add(
        Identification(
            case=case,
            difficulty=data.difficulty,
            risk_level=data.risk_level,
            source=RETURN,
            **shared,
        ),
        Registration(case=case, registered=True, reason=data.reason, **shared),
    )
    steps.carry_tasks(order, old, case, "check_after_leaving", "accompaniment_visit")
    if old.state_protection:
        order.add(StateProtection(case=case, given=True, **shared))
    record_grounds(order, case)
