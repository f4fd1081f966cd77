"""Taking back the last own act, for ten minutes."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

from django.db.models import QuerySet

from kamkor.access import operations as access
from kamkor.access.rules import Viewer
from kamkor.cases.models import Case, SafeContact, Task
from kamkor.cases.operations.belonging import follow_responsible_now
from kamkor.cases.operations.facts import FIELD_ROLES, WITHDRAWABLE
from kamkor.cases.operations.opening import AlreadyOpen
from kamkor.cases.operations.reopening import refuse_reopening
from kamkor.cases.operations.settling import settle_cases
from kamkor.cases.rules.visit import NOTICES
from kamkor.cases.vocabulary import MAY_BE_TAKEN_BACK
from kamkor.kernel import clock, rulesets
from kamkor.kernel.commands import Answer, Command, NotFound, Order, operation
from kamkor.kernel.errors import Refusal
from kamkor.kernel.models import JournalEntry
from kamkor.kernel.shapes import Ask, Shape
from kamkor.kernel.words import noop
from kamkor.people.operations import settle_birth
from kamkor.people.operations.pairing import compare_anew

KNOWN_TO_CASE = frozenset({"case", "child", "household"})


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


class TakeBack(Shape):
    """Which command is taken back."""

    command: Annotated[UUID, Ask(noop("What was saved"), widget="hidden")]


@operation(
    label=noop("Take back"),
    shape=TakeBack,
    roles=sorted(FIELD_ROLES),
    refusals=(CannotBeTakenBack, TooLateToTakeBack, BuiltUpon, AlreadyOpen),
    settle=settle_cases,
)
def take_back(order: Order[TakeBack]) -> None:
    """Take back the last own act within ten minutes, while nobody has built on it."""
    order.claim(order.data.command, check_version=False)
    entries = list(_entries(order.viewer, order.data.command))
    if not entries:
        raise NotFound("command")
    first = entries[0]
    if not _may_be_taken_back(first.operation, first.fields, first.answer):
        raise CannotBeTakenBack
    minutes = _minutes(first.recorded_at)
    if order.now > first.recorded_at + timedelta(minutes=minutes):
        raise TooLateToTakeBack(minutes=minutes)
    for entry in entries:
        order.claim(entry.subject, check_version=False)
        later = JournalEntry.objects.filter(subject=entry.subject, version__gt=entry.version)
        if later.exists():
            raise BuiltUpon
        order.journal(entry.subject, entry)
    refuse_reopening(order, without=order.data.command)
    order.after(lambda: _withdraw_all(order, first.operation))


def until_when(viewer: Viewer, done: Command, answer: Answer) -> datetime | None:
    """Until when the viewer's own command may be taken back; nothing where it never may."""
    if not _may_be_taken_back(done.operation, done.data, answer.answer):
        return None
    recorded_at = clock.now()
    if answer.result == "duplicate":
        # It was carried out when it came first.
        first = _entries(viewer, done.id).first()
        if first is None:
            return None
        recorded_at = first.recorded_at
    return recorded_at + timedelta(minutes=_minutes(recorded_at))


def _entries(viewer: Viewer, command: UUID) -> QuerySet[JournalEntry]:
    """What the journal has of the viewer's own command."""
    entries = JournalEntry.objects.filter(command=command, account=viewer.account_id)
    return entries.order_by("row")


def _may_be_taken_back(
    operation_name: str, fields: Collection[str], answer: Mapping[str, Any]
) -> bool:
    if operation_name not in MAY_BE_TAKEN_BACK or answer.get("reports"):
        # The concerns of a round are reports by now.
        return False
    # Of a known child or home the case is from then on; what it was before stands in no fact.
    known = {"case"} < set(fields) & KNOWN_TO_CASE
    return not (known and operation_name == "identify_child")


def _minutes(recorded_at: datetime) -> int:
    return int(rulesets.value("deadlines", "taking_back_minutes", clock.local_day(recorded_at)))


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
            compare_anew([case.child_id])
        if operation_name == "assign_worker":
            # Whoever answers again must see the rows again.
            follow_responsible_now(order, case.pk)
