"""Whether a corrected fact could have been entered so in the first place: the same refusals."""

from collections.abc import Callable
from typing import Any, TypeAlias

from kamkor.cases.models import (
    AccompanimentEnd,
    Assignment,
    Case,
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
from kamkor.cases.operations.house_round import require_round_whole
from kamkor.cases.operations.protection import require_told
from kamkor.cases.operations.registration import GroundOfOtherRegister
from kamkor.cases.operations.report import require_learned_before
from kamkor.cases.operations.settling import state_when_proposed
from kamkor.cases.operations.taking_off import require_reason_fits
from kamkor.cases.operations.visit import ROW_REFUSALS, NextVisitBeforeThis
from kamkor.cases.queries.case import cases_visible_to
from kamkor.cases.rules.visit import QUESTIONS, faults_of_row
from kamkor.cases.vocabulary import BOTH, CHILD
from kamkor.kernel import rulesets
from kamkor.kernel.commands import Order
from kamkor.kernel.errors import Refusal
from kamkor.kernel.models import JournalEntry
from kamkor.kernel.shapes import as_known
from kamkor.kernel.words import noop
from kamkor.people.operations import FACTS as FACTS_OF_PEOPLE
from kamkor.territory.queries import is_place_of_cases

Fact: TypeAlias = Any
AT, DAY = "values.", "values.happened_on"


class AfterNext(Refusal):
    """An assignment is not later than the one that follows it."""

    code = "after_next"
    message = noop("Somebody else became responsible on %(next)s already.")


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


def _ground(_order: Order[Any], case: Case, _old: Fact, new: Fact) -> None:
    rule = rulesets.rule("grounds", new.ground, new.happened_on)
    if rule.get("register") not in {case.register, BOTH}:
        raise GroundOfOtherRegister(f"{AT}ground")


def _removal(_order: Order[Any], _case: Case, _old: Fact, new: Fact) -> None:
    require_told(new, AT)


def _proposal(_order: Order[Any], case: Case, old: Fact, new: Fact) -> None:
    if (new.reason, new.happened_on, new.other_side, new.other_side_accepted_on) == (
        *(old.reason, old.happened_on, old.other_side, old.other_side_accepted_on),
    ):
        return
    state = state_when_proposed(case, old.first_recorded_at)
    require_reason_fits(new, state, new.reason, new.happened_on, AT)


def _decision(_order: Order[Any], case: Case, old: Fact, new: Fact) -> None:
    if new.reason == old.reason:
        return
    proposal = new.proposal
    state = state_when_proposed(case, proposal.first_recorded_at)
    require_reason_fits(proposal, state, new.reason, new.happened_on, AT, side=f"{AT}reason")


def _visit(order: Order[Any], _case: Case, _old: Fact, new: Fact) -> None:
    if new.next_on is not None and new.next_on < new.happened_on:
        raise NextVisitBeforeThis(f"{AT}next_on")
    rows = VisitChild.objects.filter(visit=_old, withdrawn_at=None)
    for row in rows.filter(case__in=cases_visible_to(order.viewer)).select_related("case__child"):
        steps.not_before_birth(new.happened_on, row.case, DAY)
        steps.not_before(new.happened_on, row.case.opened_on, DAY)


def _visit_child(_order: Order[Any], case: Case, _old: Fact, new: Fact) -> None:
    """Who was seen needs all answers; of who was not, nobody can say that nothing is wrong."""
    if new.next_on is not None and new.next_on < new.happened_on:
        raise NextVisitBeforeThis(f"{AT}next_on")
    if case.register != CHILD:
        return
    if new.seen == "not_seen":
        for question in QUESTIONS:
            setattr(new, question, getattr(new, question) or None)
    else:
        new.not_seen_reason = ""
    row = vars(new) | {"none_of_these": False}
    for code, field in faults_of_row(row, migrant=is_of_migrants(new)):
        raise ROW_REFUSALS[code](f"{AT}{field}")


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


def _report(_order: Order[Any], _report: Any, _old: Fact, new: Fact) -> None:  # noqa: ANN401 - as the others
    require_learned_before(new.learned_on, new.happened_on, AT)
    if not is_place_of_cases(new.territory_id):
        raise steps.TerritoryUnknown(f"{AT}territory")


def _round(_order: Order[Any], _round: Any, old: Fact, new: Fact) -> None:  # noqa: ANN401 - as the others
    if not is_place_of_cases(new.territory_id):
        raise steps.TerritoryUnknown(f"{AT}territory")
    require_round_whole(new, concerns_of(old), AT, f"{AT}visited")


def concerns_of(made: Round) -> int:
    """How many concerns were met on a round, as it was first recorded."""
    while made.corrects is not None:
        made = Round.objects.get(id=made.corrects)
    entry = JournalEntry.objects.filter(command=made.command, subject=made.pk).first()
    return int(entry.answer.get("concerns", 0)) if entry else 0


_CHECKS: dict[type, Callable[[Order[Any], Any, Fact, Fact], None]] = {
    RegistrationGround: _ground,
    Removal: _removal,
    TakingOffProposal: _proposal,
    TakingOffDecision: _decision,
    Visit: _visit,
    VisitChild: _visit_child,
    Assignment: _assignment,
    ReportTold: _report,
    Round: _round,
}
