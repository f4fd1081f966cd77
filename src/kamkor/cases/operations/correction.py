"""Correcting a fact by a new one, and taking back the last own act."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from kamkor.access import operations as access
from kamkor.cases.models import Case, SafeContact, Task, VisitChild
from kamkor.cases.operations import steps
from kamkor.cases.operations.belonging import follow_responsible_now
from kamkor.cases.operations.facts import (
    CORRECTABLE,
    WITHDRAWABLE,
    FactFound,
    FactKind,
    copied,
)
from kamkor.cases.operations.registration import GroundOfOtherRegister
from kamkor.cases.operations.sealing import seal_case
from kamkor.cases.operations.settling import settle_cases
from kamkor.cases.operations.visit import secure
from kamkor.cases.queries.case import case_for, cases_visible_to, remember_places
from kamkor.cases.rules.standing import SAFETY
from kamkor.cases.rules.visit import NOTICES
from kamkor.cases.vocabulary import BOTH, MAY_BE_TAKEN_BACK
from kamkor.kernel import clock, rulesets
from kamkor.kernel.commands import NotFound, Order, operation
from kamkor.kernel.errors import (
    CodeUnknown,
    FieldRequired,
    FieldUnknown,
    Refusal,
    RefusedFields,
)
from kamkor.kernel.models import JournalEntry
from kamkor.kernel.shapes import Ask, Coded, Shape, as_known, read_shape, shape_of
from kamkor.kernel.words import noop
from kamkor.people.operations import settle_birth

FIELD_ROLES = ("worker", "specialist", "head")
KNOWN_TO_CASE = frozenset({"case", "child", "household"})
DECIDED = frozenset({"registration", "ground", "decision", "state_protection", "removal_end"})


class NothingChanged(Refusal):
    """A correction changes at least one value."""

    code = "nothing_changed"
    message = noop("Nothing was changed.")


class AlreadyWithdrawn(Refusal):
    """The fact has been corrected or taken back already."""

    code = "already_withdrawn"
    message = noop("This entry was already corrected. Open the newest one.")


class NotYoursToCorrect(Refusal):
    """A decision is corrected by those who decide."""

    code = "not_yours_to_correct"
    message = noop("Only the specialist or the head may correct a decision.")


class CannotBeTakenBack(Refusal):
    """A report, alarm, protective removal or notice is never taken back."""

    code = "cannot_be_taken_back"
    message = noop("This cannot be taken back. Correct it, or mark it as sent in error.")


class TooLateToTakeBack(Refusal):
    """The time for taking back is over."""

    code = "too_late_to_take_back"
    message = noop("It can be taken back for %(minutes)s minutes only. Correct it instead.")


class BuiltUpon(Refusal):
    """Somebody has done something since."""

    code = "built_upon"
    message = noop("Something was recorded after it. Correct it instead.")


class CorrectFact(Shape):
    """Which fact, the new values of the fields that were wrong, and why."""

    case: Annotated[UUID, Ask(noop("Case"), widget="hidden")]
    kind: Annotated[str, Ask(noop("Kind of entry"), widget="hidden")]
    fact: Annotated[UUID, Ask(noop("Entry"), widget="hidden")]
    values: Annotated[dict[str, Any], Field(max_length=30), Ask("", widget="values")]
    reason: Annotated[str, Coded("correction_reasons"), Ask(noop("Why is it corrected?"))]


@operation(
    label=noop("Correct an entry"),
    shape=CorrectFact,
    roles=FIELD_ROLES,
    refusals=(
        NothingChanged,
        AlreadyWithdrawn,
        NotYoursToCorrect,
        GroundOfOtherRegister,
        steps.BeforeBirth,
        NotFound,
    ),
    settle=settle_cases,
)
def correct_fact(order: Order[CorrectFact]) -> None:
    """Withdraw a fact and put a corrected one in its place; both stay to be seen."""
    data = order.data
    order.claim(data.case)
    case = case_for(order.viewer, data.case)
    steps.require_own_side(order, case)
    kind = CORRECTABLE.get(data.kind)
    if kind is None:
        raise CodeUnknown("kind")
    if data.kind in DECIDED and order.viewer.role == "worker":
        raise NotYoursToCorrect
    old = kind.model.objects.filter(id=data.fact, **kind.belongs_to(case)).first()
    if old is None:
        raise NotFound("fact")
    if old.withdrawn_at is not None:
        raise AlreadyWithdrawn
    values = _read(kind, data.values, old.happened_on)
    changed = [name for name, value in values.items() if value != getattr(old, name)]
    if not changed:
        raise NothingChanged
    new = copied(order, old)
    for name in changed:
        setattr(new, name, values[name])
    _check_against_birth(data.kind, new, case)
    if "happened_on" in changed:
        remember_places(order.viewer, [case])
        new.department, new.district = case.place_on(new.happened_on)
    order.journal(case.pk, case)
    order.add(new)
    order.answer.update({"fact": str(new.pk), "changed": sorted(changed)})
    withdrawn = [(kind.model, old.pk), *_children_of_visit(order, data.kind, old, new)]
    _what_follows(order, case, new)
    # Before the new one is written: some facts stand only once among those that are live.
    for model, fact in withdrawn:
        model.objects.filter(id=fact, withdrawn_at=None).update(withdrawn_at=order.now)


def _children_of_visit(
    order: Order[CorrectFact],
    kind: str,
    old: Any,  # noqa: ANN401 - any fact
    new: Any,  # noqa: ANN401 - any fact
) -> list[tuple[Any, UUID]]:
    """A visit's day stands in the row of each child too: those rows are corrected with it."""
    if kind != "visit":
        return []
    withdrawn = []
    cases = cases_visible_to(order.viewer)
    rows = VisitChild.objects.filter(visit=old, withdrawn_at=None, case__in=cases)
    for row in rows.select_related("case"):
        child = copied(order, row)
        child.visit, child.happened_on = new, new.happened_on
        remember_places(order.viewer, [row.case])
        child.department, child.district = row.case.place_on(new.happened_on)
        order.add(child)
        order.journal(row.case_id, row)
        withdrawn.append((VisitChild, row.pk))
    return withdrawn


def _check_against_birth(kind: str, new: Any, case: Case) -> None:  # noqa: ANN401 - any fact
    if kind != "birth":
        steps.not_before_birth(new.happened_on, case, "values.happened_on")
        return
    if new.born_on is None:
        return
    first = case.visits.filter(withdrawn_at=None).order_by("happened_on").first()
    known = [case.identified_on, first.happened_on if first else None]
    if any(day is not None and day < new.born_on for day in known):
        raise steps.BeforeBirth("values.born_on", born=as_known(new.born_on, new.precision))


def _what_follows(order: Order[CorrectFact], case: Case, new: Any) -> None:  # noqa: ANN401 - any fact
    """A corrected birth is the child's; a ground corrected to violence seals the case; an answer
    corrected to a yes is somebody's task."""
    if order.data.kind == "birth":
        order.after(lambda: settle_birth(new.person_id))
    if order.data.kind == "visit_child":
        told = order.data.values
        secure(order, case, {name: getattr(new, name) for name in SAFETY if name in told})
    if order.data.kind == "ground":
        rule = rulesets.rule("grounds", new.ground, new.happened_on)
        if rule.get("register") not in {case.register, BOTH}:
            raise GroundOfOtherRegister("values.ground")
        if rule.get("seals"):
            seal_case(order, case)
    if order.data.kind == "removal":
        rule = rulesets.rule("removal_grounds", new.ground, new.happened_on)
        if rule.get("seals"):
            seal_case(order, case)


def _read(kind: FactKind, values: dict[str, Any], day: date) -> dict[str, Any]:
    """The new values, read as the form that first asked for them reads them.

    Raises the refusals of their fields. Codes are those in force on the day of the fact.
    """
    for name in values:
        if name not in kind.fields:
            raise FieldUnknown(f"values.{name}", name=name)
    given = {name: value for name, value in values.items() if value not in (None, "")}
    for name in sorted(set(values) - set(given)):
        if kind.fields[name].is_required():
            raise FieldRequired(f"values.{name}")
    asked = {"happened_on": FactFound.model_fields["happened_on"]}
    asked |= {name: kind.fields[name] for name in given}
    try:
        read = read_shape(shape_of(kind.model.__name__, asked), {"happened_on": day} | given)
    except RefusedFields as refused:
        faults = [replace(one, field=f"values.{one.field}") for one in refused.faults]
        raise RefusedFields(faults) from None
    empty = {name: kind.model._meta.get_field(name).get_default() for name in values}  # noqa: SLF001 - Django's public way to its fields
    return empty | {name: getattr(read, name) for name in given}


class TakeBack(Shape):
    """Which command is taken back."""

    command: Annotated[UUID, Ask(noop("What was saved"), widget="hidden")]


@operation(
    label=noop("Take back"),
    shape=TakeBack,
    roles=FIELD_ROLES,
    refusals=(CannotBeTakenBack, TooLateToTakeBack, BuiltUpon),
    settle=settle_cases,
)
def take_back(order: Order[TakeBack]) -> None:
    """Take back the last own act within ten minutes, while nobody has built on it."""
    order.claim(order.data.command, check_version=False)
    entries = list(
        JournalEntry.objects.filter(
            command=order.data.command, account=order.viewer.account_id
        ).order_by("row")
    )
    if not entries:
        raise NotFound("command")
    first = entries[0]
    if first.operation not in MAY_BE_TAKEN_BACK:
        raise CannotBeTakenBack
    if first.answer.get("reports"):
        # The concerns of a round are reports by now.
        raise CannotBeTakenBack
    if first.operation == "identify_child" and {"case"} < set(first.fields) & KNOWN_TO_CASE:
        # The case is that of a known child or home now; what it was before stands in no fact.
        raise CannotBeTakenBack
    minutes = int(rulesets.value("deadlines", "taking_back_minutes", clock.today()))
    if order.now > first.recorded_at + timedelta(minutes=minutes):
        raise TooLateToTakeBack(minutes=minutes)
    for entry in entries:
        order.claim(entry.subject, check_version=False)
        later = JournalEntry.objects.filter(subject=entry.subject, version__gt=entry.version)
        if later.exists():
            raise BuiltUpon
        order.journal(entry.subject, entry)
    order.after(lambda: _withdraw_all(order, first.operation))


def _withdraw_all(order: Order[TakeBack], operation_name: str) -> None:
    taken = order.data.command
    for model in WITHDRAWABLE:
        live = model.objects.filter(command=taken, withdrawn_at=None)
        if model is Task:
            # Notices to police and prosecutor are never taken back.
            live = live.exclude(kind__in=NOTICES)
        live.update(withdrawn_at=order.now)
    # Where the case was sealed it stays so, and so does the warning about its home.
    said = SafeContact.objects.filter(command=taken, withdrawn_at=None, team=None)
    said.update(withdrawn_at=order.now)
    access.end_lending_of_command(taken)
    subjects = [subject for subject, _ in order.subjects]
    settle_cases(subjects)
    for case in Case.objects.filter(id__in=subjects):
        if operation_name == "identify_child" and case.child_id is not None:
            settle_birth(case.child_id)
        if operation_name == "assign_worker":
            # Whoever answers again must see the rows again.
            follow_responsible_now(order, case.pk)
