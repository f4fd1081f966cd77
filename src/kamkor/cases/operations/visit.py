"""Visits: one for a household with a row for each child; four questions where yes is concern."""

from collections.abc import Collection, Iterator, Mapping
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

from pydantic import Field

from kamkor.access.rules import Viewer
from kamkor.cases.models import Case, Visit, VisitChild
from kamkor.cases.operations import steps
from kamkor.cases.operations.after_visit import (
    follow_check,
    follow_seen,
    is_seldom_seen,
    open_need,
    open_not_seen,
    secure,
)
from kamkor.cases.operations.steps import step
from kamkor.cases.queries.around import safe_contact_of
from kamkor.cases.queries.case import remember_places, whole_cases
from kamkor.cases.rules.visit import (
    NOT_SEEN,
    QUESTIONS,
    by_telephone,
    faults_of_kind,
    faults_of_row,
    was_met,
)
from kamkor.cases.vocabulary import CHILD, FAMILY, OPEN_STATES, CaseState
from kamkor.kernel import rulesets
from kamkor.kernel.commands import NotFound, Order
from kamkor.kernel.errors import Refusal, refuse_all
from kamkor.kernel.shapes import Ask, Coded, Day, Line, PastDay, Shape, Text
from kamkor.kernel.words import noop
from kamkor.people.queries import households_visible_to

if TYPE_CHECKING:
    from kamkor.people.models import Household


class NotSeenReasonMissing(Refusal):
    """A child that was not seen needs the reason."""

    code = "not_seen_reason_missing"
    message = noop("Say why the child was not seen.")


class NoneOnlyIfSeen(Refusal):
    """Nobody can say "none of these" of a child that was not seen."""

    code = "none_only_if_seen"
    message = noop("“None of these” needs a child who was seen.")


class AnswersMissing(Refusal):
    """All four questions are answered, or "none of these" is chosen; nothing is filled in."""

    code = "answers_missing"
    message = noop("Answer the four questions, or choose “none of these”.")


class AnswersContradict(Refusal):
    """A yes and "none of these" cannot both hold."""

    code = "answers_contradict"
    message = noop("You answered yes and “none of these”. Choose one.")


class MigrantCheckIncomplete(Refusal):
    """The check of a child of migrant parents asks with whom, conditions and contact."""

    code = "migrant_check_incomplete"
    message = noop("Say with whom the child lives, in what conditions, and the parents' contact.")


class NextVisitBeforeThis(Refusal):
    """The next date cannot be before the visit."""

    code = "next_visit_before_this"
    message = noop("The next visit cannot be before this one.")


class HomeNotToBeContacted(Refusal):
    """Nobody goes alone to a home that must not be contacted."""

    code = "home_not_to_be_contacted"
    message = noop(
        "This home must not be contacted. See the child elsewhere, or go with another agency."
    )


class NoCheckDue(Refusal):
    """The check after leaving is made once, when it is due."""

    code = "no_check_due"
    message = noop("No check after leaving is due here. Choose another kind of visit.")


class NoChildOfHousehold(Refusal):
    """Every row is a child of the household visited, once."""

    code = "no_child_of_household"
    message = noop("Each row must be another child of this household with an open case.")


FOUR = noop("Four questions: yes means concern")
QUESTION = Ask("", group=FOUR, options="visit_questions")


class ChildSeen(Shape):
    """How one child was found."""

    case: Annotated[UUID, Ask(noop("Child"), widget="hidden", options="children_at_home")]
    seen: Annotated[
        str,
        Coded("seen_kinds"),
        Ask(noop("Was the child seen?"), noop("By telephone: was the child spoken with?")),
    ]
    not_seen_reason: (
        Annotated[str, Coded("not_seen_reasons"), Ask(noop("If not seen: why?"))] | None
    ) = None
    injury_fear_word: Annotated[bool, QUESTION] | None = None
    harmful_person_access: Annotated[bool, QUESTION] | None = None
    no_able_adult_tonight: Annotated[bool, QUESTION] | None = None
    basics_missing: Annotated[bool, QUESTION] | None = None
    none_of_these: Annotated[
        bool,
        Ask(noop("None of these four"), group=FOUR, widget="tick", options="visit_questions"),
    ] = False
    words_of_child: Annotated[Text, Ask(noop("Own words of the child"))] | None = None
    lives_with: Annotated[Line, Ask(noop("Migrants' child: lives with whom?"))] | None = None
    conditions: (
        Annotated[str, Coded("care_conditions"), Ask(noop("Migrants' child: conditions"))] | None
    ) = None
    parents_contact: (
        Annotated[
            str,
            Coded("contact_kinds"),
            Ask(noop("Migrants' child: contact with the parents since the last visit")),
        ]
        | None
    ) = None

    def clashes(self) -> Iterator[Refusal]:
        """What the row of one child says too little of, or against itself."""
        yield from refusals_of_row(self.model_dump(), migrant=False)


class RecordVisit(Shape):
    """One visit to one household."""

    household: Annotated[UUID, Ask(noop("Household"), widget="hidden")]
    kind: Annotated[str, Coded("visit_kinds"), Ask(noop("Kind of visit"))]
    happened_on: Annotated[PastDay, Ask(noop("Day of the visit"))]
    children: Annotated[list[ChildSeen], Field(max_length=16), Ask(noop("Children"))] = []
    changed: Annotated[Text, Ask(noop("What changed?"))] | None = None
    words_of_carer: Annotated[Text, Ask(noop("Own words of the carer"))] | None = None
    next_on: Annotated[Day, Ask(noop("Next visit"))] | None = None
    minutes: Annotated[int, Field(ge=0, le=1440), Ask(noop("Minutes"))] | None = None


ROW_REFUSALS: dict[str, type[Refusal]] = {
    refusal.code: refusal
    for refusal in (
        NotSeenReasonMissing,
        NoneOnlyIfSeen,
        AnswersMissing,
        AnswersContradict,
        MigrantCheckIncomplete,
    )
}


KIND_REFUSALS: dict[str, type[Refusal]] = {
    refusal.code: refusal for refusal in (HomeNotToBeContacted, NoCheckDue)
}


@step(
    RecordVisit,
    *ROW_REFUSALS.values(),
    NextVisitBeforeThis,
    NoChildOfHousehold,
    *KIND_REFUSALS.values(),
    steps.BeforeBeginning,
    steps.BeforeBirth,
)
def record_visit(order: Order[RecordVisit]) -> None:
    """Record one visit; facts never conflict, so the version is not asked for."""
    data = order.data
    household = households_visible_to(order.viewer).filter(id=data.household).first()
    if household is None:
        raise NotFound("household")
    order.claim(household.pk, check_version=False)
    cases = _cases_visited(order, household)
    family = _family_visited(order, household)
    if not cases and family is None:
        raise NoChildOfHousehold("children")
    visited = [*cases.values(), *([family] if family else [])]
    states = {case.state for case in visited}
    refuse_all(
        [
            *refusals_of_kind(order.viewer, data.kind, data.happened_on, visited, states),
            *_wrong_with(data, visited),
        ]
    )
    visit = Visit(
        household=household,
        kind=data.kind,
        changed=data.changed or "",
        words_of_carer=data.words_of_carer or "",
        next_on=data.next_on,
        minutes=data.minutes,
        **order.fact(household, data.happened_on, counted_as=next(iter(cases.values()), family)),
    )
    order.add(visit)
    order.answer["visit"] = str(visit.pk)
    order.journal(household.pk, household)
    if family is not None:
        _family_row(order, visit, family)
    for row in data.children:
        _child_row(order, visit, cases[row.case], row)


def refusals_of_kind(  # noqa: PLR0917 - a visit, and whom it met
    viewer: Viewer,
    kind: str,
    day: date,
    cases: Collection[Case],
    states: Collection[str],
    at: str = "",
) -> Iterator[Refusal]:
    """What speaks against a visit of this kind to cases of one home that stood in these states."""
    unsafe = any(safe_contact_of(viewer, case) is not None for case in cases)
    due = CaseState.CHECK_DUE in states
    for code in faults_of_kind(kind, day, unsafe=unsafe, check_due=due):
        yield KIND_REFUSALS[code](f"{at}kind")


def refusals_of_row(row: Mapping[str, object], *, migrant: bool, at: str = "") -> Iterator[Refusal]:
    """What is wrong with one child's row, each at its field of the row that stands ``at``."""
    for code, field in faults_of_row(row, migrant=migrant):
        yield ROW_REFUSALS[code](f"{at}{field}")


def not_before_leaving(case: Case, kind: str, day: date, state: str, at: str) -> None:
    """Raise ``BeforeBeginning`` where the check after leaving is dated before a case left."""
    if state == CaseState.CHECK_DUE and rulesets.rule("visit_kinds", kind, day).get("check"):
        steps.not_before(day, case.taken_off_on, at)


def _wrong_with(data: RecordVisit, visited: Collection[Case]) -> Iterator[Refusal]:
    """All that is wrong with a visit whose fields are right one by one."""
    if data.next_on is not None and data.next_on < data.happened_on:
        yield NextVisitBeforeThis("next_on")
    migrant = bool(rulesets.rule("visit_kinds", data.kind, data.happened_on).get("migrant"))
    too_early: list[Refusal] = []
    for number, row in enumerate(data.children):
        yield from refusals_of_row(row.model_dump(), migrant=migrant, at=f"children.{number}.")
    for case in visited:
        try:
            steps.not_before_birth(data.happened_on, case)
            steps.not_before(data.happened_on, case.opened_on)
            not_before_leaving(case, data.kind, data.happened_on, case.state, "happened_on")
        except (steps.BeforeBirth, steps.BeforeBeginning) as refusal:
            too_early.append(refusal)
    # The day is one field, whichever case it is too early for.
    yield from too_early[:1]


def _cases_visited(order: Order[RecordVisit], household: "Household") -> dict[UUID, Case]:
    wanted = [row.case for row in order.data.children]
    for case_id in sorted(wanted):
        order.claim(case_id, check_version=False)
    found = {
        case.pk: case
        for case in whole_cases(order.viewer).filter(
            id__in=wanted, household=household, register=CHILD
        )
    }
    if len(found) != len(wanted):
        raise NoChildOfHousehold("children")
    remember_places(order.viewer, found.values())
    for case in found.values():
        steps.require_own_side(order, case)
        steps.require_state("record_visit", case.state)
    return found


def _family_visited(order: Order[RecordVisit], household: "Household") -> Case | None:
    """The family's own open entry, if this post sees it: it is visited with its household."""
    family = whole_cases(order.viewer).filter(
        household=household,
        register=FAMILY,
        state__in=list(OPEN_STATES),
        opened_on__lte=order.data.happened_on,
    )
    found = family.first()
    if found is None or not steps.is_own_side(order, found):
        return None
    order.claim(found.pk, check_version=False)
    remember_places(order.viewer, [found])
    return found


def _family_row(order: Order[RecordVisit], visit: Visit, family: Case) -> None:
    """The family's own row: it was met unless none of the children was.

    So what is derived of its entry hangs on rows that go where the entry goes.
    """
    rows = order.data.children
    unseen = bool(rows) and all(row.seen == NOT_SEEN for row in rows)
    found = NOT_SEEN if unseen else "with_others"
    order.add(
        VisitChild(
            visit=visit,
            case=family,
            kind=visit.kind,
            next_on=visit.next_on,
            seen=found,
            **order.fact(family, visit.happened_on),
        )
    )
    order.journal(family.pk, family)
    if was_met(visit.kind, found, visit.happened_on):
        follow_check(order, family, visit.kind, visit.happened_on)


def _child_row(order: Order[RecordVisit], visit: Visit, case: Case, row: ChildSeen) -> None:
    data = order.data
    answers = {name: False if row.none_of_these else getattr(row, name) for name in QUESTIONS}
    order.add(
        VisitChild(
            visit=visit,
            case=case,
            kind=data.kind,
            next_on=data.next_on,
            seen=row.seen,
            not_seen_reason=row.not_seen_reason or "",
            words_of_child=row.words_of_child or "",
            lives_with=row.lives_with or "",
            conditions=row.conditions or "",
            parents_contact=row.parents_contact or "",
            **answers,
            **order.fact(case, data.happened_on),
        )
    )
    order.journal(case.pk, case)
    _what_follows(order, visit, case, row, answers)


def _what_follows(
    order: Order[RecordVisit], visit: Visit, case: Case, row: ChildSeen, answers: dict[str, Any]
) -> None:
    day = visit.happened_on
    met = was_met(visit.kind, row.seen, day)
    if met:
        follow_seen(order, case, visit.kind, day)
    secure(order, case, answers)
    if answers["basics_missing"]:
        open_need(order, case, visit.pk, day)
    missed = not met and not by_telephone(visit.kind, day)
    if missed and is_seldom_seen(case.not_seen_in_a_row + 1, case.risk_level, day):
        open_not_seen(order, case)
