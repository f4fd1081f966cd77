"""Whether a corrected fact could have been entered so in the first place: the same refusals."""

from collections.abc import Callable
from typing import Any, TypeAlias

from kamkor.cases.models import (
    AccompanimentEnd,
    Assignment,
    Case,
    Identification,
    Registration,
    RegistrationGround,
    Removal,
    RemovalEnd,
    ReportTold,
    Round,
    TakingOffDecision,
    TakingOffProposal,
    Visit,
    VisitChild,
)
from kamkor.cases.operations import steps
from kamkor.cases.operations.answering import require_not_interested
from kamkor.cases.operations.facts import is_of_migrants
from kamkor.cases.operations.house_round import require_round_fits
from kamkor.cases.operations.registration import GroundOfOtherRegister
from kamkor.cases.operations.report import require_learned_before
from kamkor.cases.operations.settling import state_before, stood_before
from kamkor.cases.operations.taking_off import require_done_first, require_reason_fits
from kamkor.cases.operations.visit import (
    MigrantCheckIncomplete,
    NextVisitBeforeThis,
    not_before_leaving,
    refusals_of_kind,
    refusals_of_row,
)
from kamkor.cases.queries.case import cases_visible_to
from kamkor.cases.rules.visit import NOT_SEEN, QUESTIONS
from kamkor.cases.vocabulary import BOTH, CHILD
from kamkor.kernel import clock, rulesets
from kamkor.kernel.commands import Order
from kamkor.kernel.errors import Refusal, refuse_all
from kamkor.kernel.shapes import as_known
from kamkor.kernel.words import noop
from kamkor.people.operations import FACTS as FACTS_OF_PEOPLE

Fact: TypeAlias = Any
AT, DAY = "values.", "values.happened_on"


class AfterNext(Refusal):
    """An assignment is not later than the one that follows it."""

    code = "after_next"
    message = noop("Somebody else became responsible on %(next)s already.")


class AfterWhatFollowed(Refusal):
    """A report is not told later than on the day it was taken down, or than what followed it."""

    code = "after_what_followed"
    message = noop("What followed this report happened on %(next)s already.")


def check_fact(order: Order[Any], subject: Any, old: Fact, new: Fact, changed: list[str]) -> None:  # noqa: ANN401 - a case, report or round
    """Check a corrected fact by the rules of its first entry, and blank what does not fit it.

    Raises the refusals of the step that records it, at the fields of the correction.
    """
    if isinstance(new, FACTS_OF_PEOPLE["birth"]):
        _birth(subject, new)
        return
    if isinstance(subject, Case):
        steps.not_before_birth(new.happened_on, subject, DAY)
        if "happened_on" in changed:
            _not_before_what_it_follows(subject, new)
    check = _CHECKS.get(type(new))
    if check is not None:
        check(order, subject, old, new)


def _birth(case: Case, new: Fact) -> None:
    if new.born_on is None:
        return
    first = case.visits.filter(withdrawn_at=None).order_by("happened_on").first()
    known = [case.identified_on, first.happened_on if first else None]
    if any(day is not None and day < new.born_on for day in known):
        raise steps.BeforeBirth(f"{AT}born_on", born=as_known(new.born_on, new.precision))


def _not_before_what_it_follows(case: Case, new: Fact) -> None:
    earlier = None
    if isinstance(new, Registration):
        earlier = case.identified_on
    elif isinstance(new, TakingOffDecision):
        earlier = new.proposal.happened_on
    elif isinstance(new, AccompanimentEnd):
        earlier = case.taken_off_on
    elif isinstance(new, RemovalEnd):
        removals = case.removals.filter(
            withdrawn_at=None, first_recorded_at__lte=new.first_recorded_at
        )
        last = removals.order_by("-first_recorded_at").first()
        earlier = last.happened_on if last else None
    elif isinstance(new, Removal | Visit | VisitChild | Assignment | TakingOffProposal):
        earlier = case.opened_on
    steps.not_before(new.happened_on, earlier, DAY)


def _not_after_what_followed(order: Order[Any], report: Any, old: Fact, new: Fact) -> None:  # noqa: ANN401 - a report
    days = [clock.local_day(report.received_at)]
    for case in cases_visible_to(order.viewer).filter(report=report):
        for kind in (Identification, Registration, VisitChild, Removal, Assignment):
            facts: Fact = kind.objects.filter(case=case, withdrawn_at=None)
            later = facts.filter(happened_on__gte=old.happened_on).exclude(id=first_of(case).pk)
            days += later.values_list("happened_on", flat=True)
    if new.happened_on > min(days):
        raise AfterWhatFollowed(DAY, next=f"{min(days):%d.%m.%Y}")


def first_of(case: Case) -> Assignment:
    """The assignment with which a case opened."""
    standing = case.assignments.filter(withdrawn_at=None)
    return standing.order_by("happened_on", "first_recorded_at")[0]


def _ground(_order: Order[Any], case: Case, _old: Fact, new: Fact) -> None:
    rule = rulesets.rule("grounds", new.ground, new.happened_on)
    if rule.get("register") not in {case.register, BOTH}:
        raise GroundOfOtherRegister(f"{AT}ground")


def _proposal(order: Order[Any], case: Case, old: Fact, new: Fact) -> None:
    if (new.reason, new.happened_on, new.other_side, new.other_side_accepted_on) == (
        *(old.reason, old.happened_on, old.other_side, old.other_side_accepted_on),
    ):
        return
    state = state_before(case, "proposal", old.first_recorded_at)
    require_reason_fits(new, state, new.reason, new.happened_on, AT)
    if new.reason != old.reason:
        require_done_first(order, case, new.reason, new.happened_on, f"{AT}reason")


def _decision(order: Order[Any], case: Case, old: Fact, new: Fact) -> None:
    if new.reason == old.reason:
        return
    proposal = new.proposal
    state = state_before(case, "proposal", proposal.first_recorded_at)
    at = f"{AT}reason"
    require_reason_fits(proposal, state, new.reason, new.happened_on, AT, side=at)
    # A placement or an adoption ends a removal: without it the child is away still.
    away = stood_before(case, "decision", old.first_recorded_at).away_from_home
    require_done_first(order, case, new.reason, new.happened_on, at, was_away=away)


def _visit(order: Order[Any], case: Case, old: Fact, new: Fact) -> None:
    if new.next_on is not None and new.next_on < new.happened_on:
        raise NextVisitBeforeThis(f"{AT}next_on")
    found = VisitChild.objects.filter(visit=old, withdrawn_at=None)
    rows = found.filter(case__in=cases_visible_to(order.viewer)).select_related("case__child")
    states = {row.pk: state_before(row.case, "visit", row.first_recorded_at) for row in rows}
    day = new.happened_on
    if new.kind != old.kind:
        of_home = set(states.values())
        refuse_all(refusals_of_kind(order.viewer, new.kind, day, [case], of_home, AT))
    for row in rows:
        steps.not_before_birth(day, row.case, DAY)
        steps.not_before(day, row.case.opened_on, DAY)
        not_before_leaving(row.case, new.kind, day, states[row.pk], DAY)
        if row.case.register == CHILD and row.kind != new.kind:
            told = vars(row) | {"none_of_these": False}
            if any(refusals_of_row(told, migrant=is_of_migrants(new))):
                raise MigrantCheckIncomplete(f"{AT}kind")


def _visit_child(_order: Order[Any], case: Case, old: Fact, new: Fact) -> None:
    """Who was seen needs all answers; of who was not, nobody can say that nothing is wrong."""
    if new.happened_on != old.happened_on:
        state = state_before(case, "visit", old.first_recorded_at)
        not_before_leaving(case, new.kind, new.happened_on, state, DAY)
    if new.next_on is not None and new.next_on < new.happened_on:
        raise NextVisitBeforeThis(f"{AT}next_on")
    if case.register != CHILD:
        return
    if new.seen == NOT_SEEN:
        for question in QUESTIONS:
            setattr(new, question, getattr(new, question) or None)
    else:
        new.not_seen_reason = ""
    row = vars(new) | {"none_of_these": False}
    refuse_all(refusals_of_row(row, migrant=is_of_migrants(new), at=AT))


def _assignment(order: Order[Any], case: Case, old: Fact, new: Fact) -> None:
    standing = case.assignments.filter(withdrawn_at=None).exclude(id=old.pk)
    before = standing.filter(first_recorded_at__lt=old.first_recorded_at)
    after = standing.filter(first_recorded_at__gt=old.first_recorded_at)
    last = before.order_by("-happened_on").first()
    following = after.order_by("happened_on").first()
    steps.not_before(new.happened_on, last.happened_on if last else None, DAY)
    if following is not None and new.happened_on > following.happened_on:
        raise AfterNext(DAY, next=f"{following.happened_on:%d.%m.%Y}")
    if new.post_id != old.post_id:
        seat = steps.seat_in_post(order.viewer, new.post_id, new.happened_on, f"{AT}post")
        require_not_interested(order, case, seat, f"{AT}post")


def _report(order: Order[Any], report: Any, old: Fact, new: Fact) -> None:  # noqa: ANN401 - as the others
    require_learned_before(new.learned_on, new.happened_on, AT)
    if new.happened_on != old.happened_on:
        _not_after_what_followed(order, report, old, new)


def _round(_order: Order[Any], _round: Any, old: Fact, new: Fact) -> None:  # noqa: ANN401 - as the others
    require_round_fits(old, new, AT)


_CHECKS: dict[type, Callable[[Order[Any], Any, Fact, Fact], None]] = {
    RegistrationGround: _ground,
    TakingOffProposal: _proposal,
    TakingOffDecision: _decision,
    Visit: _visit,
    VisitChild: _visit_child,
    Assignment: _assignment,
    ReportTold: _report,
    Round: _round,
}
