"""Correcting a fact by a new one; both stay to be seen."""

from dataclasses import replace
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from kamkor.access.vocabulary import WORKER
from kamkor.cases.models import Case, Report, Round
from kamkor.cases.operations import steps
from kamkor.cases.operations.answering import InterestedCannotAnswer
from kamkor.cases.operations.checking import AfterNext, AfterWhatFollowed, check_fact
from kamkor.cases.operations.facts import (
    CORRECTABLE,
    FIELD_ROLES,
    FactFound,
    FactKind,
    copied,
)
from kamkor.cases.operations.following import follow_correction
from kamkor.cases.operations.house_round import ConcernsStand, RoundIncomplete
from kamkor.cases.operations.opening import AlreadyOpen
from kamkor.cases.operations.protection import ToldInFuture
from kamkor.cases.operations.registration import GroundOfOtherRegister
from kamkor.cases.operations.reopening import refuse_reopening
from kamkor.cases.operations.report import LearnedAfterReporting
from kamkor.cases.operations.settling import settle_cases
from kamkor.cases.operations.taking_off import (
    NEEDED_FIRST,
    BirthNotKnown,
    NotYetAdult,
    OtherSideNotAccepted,
    ReasonNotHere,
)
from kamkor.cases.operations.visit import (
    KIND_REFUSALS,
    AnswersMissing,
    MigrantCheckIncomplete,
    NextVisitBeforeThis,
    NotSeenReasonMissing,
)
from kamkor.cases.queries.case import case_for, cases_visible_to, remember_places
from kamkor.cases.queries.next_step import acts_on, is_own_side
from kamkor.cases.queries.report import report_for
from kamkor.cases.queries.round import round_for
from kamkor.kernel.commands import NotFound, Order, operation
from kamkor.kernel.errors import (
    CodeUnknown,
    FieldRequired,
    FieldUnknown,
    Refusal,
    RefusedFields,
)
from kamkor.kernel.shapes import Ask, Coded, Shape, read_shape, shape_of
from kamkor.kernel.words import noop
from kamkor.territory.operations import TerritoryUnknown

Subject = Case | Report | Round


class NothingChanged(Refusal):
    """A correction changes at least one value."""

    code = "nothing_changed"
    message = noop("Nothing was changed.")


class AlreadyWithdrawn(Refusal):
    """The fact has been corrected or taken back already."""

    code = "already_withdrawn"
    message = noop("This entry was already corrected. Open the newest one.")


class NotYoursToCorrect(Refusal):
    """A fact is corrected by those who may take the step that records it."""

    code = "not_yours_to_correct"
    message = noop("This entry is corrected by those who decide on it or answer for it.")


class CorrectFact(Shape):
    """Which fact, the new values of the fields that were wrong, and why.

    A fact of a case names the ``case``, one of a report the ``report``; a round stands alone.
    """

    case: Annotated[UUID, Ask(noop("Case"), widget="hidden")] | None = None
    report: Annotated[UUID, Ask(noop("Report"), widget="hidden")] | None = None
    kind: Annotated[str, Ask(noop("Kind of entry"), widget="hidden")]
    fact: Annotated[UUID, Ask(noop("Entry"), widget="hidden")]
    values: Annotated[dict[str, Any], Field(max_length=30), Ask("", widget="values")]
    reason: Annotated[str, Coded("correction_reasons"), Ask(noop("Why is it corrected?"))]


@operation(
    label=noop("Correct an entry"),
    shape=CorrectFact,
    roles=sorted(FIELD_ROLES),
    refusals=(
        NothingChanged,
        AlreadyWithdrawn,
        NotYoursToCorrect,
        GroundOfOtherRegister,
        ReasonNotHere,
        OtherSideNotAccepted,
        NotYetAdult,
        BirthNotKnown,
        *NEEDED_FIRST,
        NotSeenReasonMissing,
        AnswersMissing,
        *KIND_REFUSALS.values(),
        MigrantCheckIncomplete,
        NextVisitBeforeThis,
        ToldInFuture,
        LearnedAfterReporting,
        RoundIncomplete,
        ConcernsStand,
        InterestedCannotAnswer,
        AfterNext,
        AfterWhatFollowed,
        AlreadyOpen,
        steps.PostUnknown,
        TerritoryUnknown,
        steps.BeforeBeginning,
        steps.BeforeBirth,
        NotFound,
    ),
    settle=settle_cases,
)
def correct_fact(order: Order[CorrectFact]) -> None:
    """Withdraw a fact and put a corrected one in its place; both stay to be seen."""
    data = order.data
    kind = CORRECTABLE.get(data.kind)
    if kind is None:
        raise CodeUnknown("kind")
    subject = _subject(order, kind)
    if not may_correct(order.viewer, kind, subject):
        raise NotYoursToCorrect
    old = kind.belonging_to(subject).filter(id=data.fact).first()
    if old is None:
        raise NotFound("fact")
    if old.withdrawn_at is not None:
        raise AlreadyWithdrawn
    new = copied(order, old)
    for name, value in _read(kind, old, data.values).items():
        setattr(new, kind.column(name), value)
    changed = [name for name in data.values if _differ(kind, name, old, new)]
    if not changed:
        raise NothingChanged
    check_fact(order, subject, old, new, changed)
    _place(subject, new, changed)
    order.journal(subject.pk, subject)
    order.add(new)
    order.answer.update({"fact": str(new.pk), "changed": sorted(changed)})
    withdrawn = [(kind.model, old.pk), *follow_correction(order, subject, old, new, changed)]
    corrected = [row for row in order.rows if getattr(row, "corrects", None) is not None]
    refuse_reopening(order, corrected=corrected)
    # Before the new one is written: some facts stand only once among those that are live.
    for model, fact in withdrawn:
        model.objects.filter(id=fact, withdrawn_at=None).update(withdrawn_at=order.now)


def may_correct(viewer: Any, kind: FactKind, subject: Subject) -> bool:  # noqa: ANN401 - see Order
    """Whether a viewer may correct facts of a kind about what it sees.

    Whoever may take the step may, on its own side. A worker corrects the reports it took down,
    is on duty for or goes on with, as long as it sees all that became of them, and its rounds.
    """
    if viewer.role not in kind.roles or subject.pk in viewer.emergency:
        return False
    if isinstance(subject, Case):
        return is_own_side(viewer, subject)
    if viewer.role != WORKER:
        return isinstance(subject, Round) or acts_on(viewer, subject)
    if isinstance(subject, Round):
        return subject.by_post in viewer.acts_for
    opened = set(subject.children.filter(withdrawn_at=None).values_list("case_id", flat=True))
    seen = set(cases_visible_to(viewer).filter(report=subject).values_list("id", flat=True))
    if opened - {None} - seen:
        return False
    own = {subject.by_post, subject.duty_post_id} & set(viewer.acts_for)
    return bool(own or seen)


def _subject(order: Order[CorrectFact], kind: FactKind) -> Subject:
    """What the correction is about, claimed; raises ``NotFound`` or ``FieldRequired``."""
    data, viewer = order.data, order.viewer
    if "round" in kind.about:
        order.claim(data.fact)
        return round_for(viewer, data.fact)
    if data.report is not None and "report" in kind.about:
        order.claim(data.report)
        report = report_for(viewer, data.report)
        steps.require_own(viewer, report)
        return report
    if data.case is None or "case" not in kind.about:
        raise FieldRequired("case" if "case" in kind.about else "report")
    order.claim(data.case)
    case = case_for(viewer, data.case)
    steps.require_own_side(order, case)
    remember_places(viewer, [case])
    return case


def _place(subject: Subject, new: Any, changed: list[str]) -> None:  # noqa: ANN401 - any fact
    """A fact of another day, or of another place, counts where that was."""
    if "territory" in changed:
        new.district = new.territory_id
    if "happened_on" in changed and isinstance(subject, Case):
        new.department, new.district = subject.place_on(new.happened_on)


def _differ(kind: FactKind, name: str, old: Any, new: Any) -> bool:  # noqa: ANN401 - any fact
    column = kind.column(name)
    return bool(getattr(old, column) != getattr(new, column))


def _read(kind: FactKind, old: Any, values: dict[str, Any]) -> dict[str, Any]:  # noqa: ANN401 - any fact
    """The new values, read as the form that first asked for them reads them.

    Raises the refusals of their fields. Codes are those in force on the day of the fact.
    """
    fields = kind.asked_of(old)
    for name in values:
        if name not in fields:
            raise FieldUnknown(f"values.{name}", name=name)
    given = {name: value for name, value in values.items() if value not in (None, "")}
    for name in sorted(set(values) - set(given)):
        if fields[name].is_required():
            raise FieldRequired(f"values.{name}")
    asked = {"happened_on": FactFound.model_fields["happened_on"]}
    asked |= {name: fields[name] for name in given}
    day: date = old.happened_on
    try:
        read = read_shape(shape_of(kind.model.__name__, asked), {"happened_on": day} | given)
    except RefusedFields as refused:
        faults = [replace(one, field=f"values.{one.field}") for one in refused.faults]
        raise RefusedFields(faults) from None
    empty = {name: kind.model._meta.get_field(name).get_default() for name in values}  # noqa: SLF001 - Django's public way to its fields
    return empty | {name: getattr(read, name) for name in given}
