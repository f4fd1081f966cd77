"""The facts of a case in the order they were recorded, and what changed since a version."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, TypeAlias
from uuid import UUID

from django.db.models import QuerySet

from kamkor.access.rules import Viewer
from kamkor.access.vocabulary import WORKER
from kamkor.cases.models import (
    AccompanimentEnd,
    Assignment,
    Case,
    Identification,
    Interest,
    Need,
    Registration,
    RegistrationGround,
    Removal,
    RemovalEnd,
    SafeContact,
    StateProtection,
    TakingOffDecision,
    TakingOffProposal,
    TaskDone,
    TransferAnswer,
    TransferOffer,
    Visit,
    VisitChild,
)
from kamkor.cases.vocabulary import NOT_FOR_WORKERS
from kamkor.kernel.kept import asked_together
from kamkor.kernel.models import JournalEntry
from kamkor.people.queries import births_of, scope_filter

Question: TypeAlias = Callable[..., QuerySet[Any]]

OF_CASE: dict[str, Any] = {
    "identification": Identification,
    "registration": Registration,
    "ground": RegistrationGround,
    "state_protection": StateProtection,
    "assignment": Assignment,
    "visit_child": VisitChild,
    "need": Need,
    "removal": Removal,
    "safe_contact": SafeContact,
    "removal_end": RemovalEnd,
    "proposal": TakingOffProposal,
    "decision": TakingOffDecision,
    "accompaniment_end": AccompanimentEnd,
    "offer": TransferOffer,
    "answer": TransferAnswer,
    "interest": Interest,
}
BESIDE = {"offer": ("to_office",)}


def _facts_of(kind: str) -> Question:
    """The question for the facts of one kind about a case."""
    model, beside = OF_CASE[kind], BESIDE.get(kind, ())

    def facts(viewer: Viewer, *, case_id: UUID, **_: object) -> QuerySet[Any]:
        found: QuerySet[Any] = model.objects.filter(
            scope_filter(viewer, subject="case_id"), case_id=case_id
        )
        return found.select_related(*beside) if beside else found

    return facts


def _visits(viewer: Viewer, *, case_id: UUID, **_: object) -> QuerySet[Visit]:
    """The visits at which the child of a case was to be seen."""
    looks = VisitChild.objects.filter(case_id=case_id).values("visit_id")
    return Visit.objects.filter(scope_filter(viewer, subject="household_id"), id__in=looks)


def _tasks_done(viewer: Viewer, *, case_id: UUID, **_: object) -> QuerySet[TaskDone]:
    tasks = TaskDone.objects.filter(scope_filter(viewer, subject="subject"), subject=case_id)
    if viewer.role == WORKER:
        tasks = tasks.exclude(task__kind__in=list(NOT_FOR_WORKERS))
    return tasks.filter(stopped=False).select_related("task")


def _births(viewer: Viewer, *, child_id: UUID, **_: object) -> QuerySet[Any]:
    return births_of(viewer, child_id)


QUESTIONS: dict[str, Question] = {kind: _facts_of(kind) for kind in OF_CASE}
_VISIT: Any = VisitChild.visit.field
QUESTIONS["task_done"], QUESTIONS["birth"], QUESTIONS["visit"] = _tasks_done, _births, _visits


@dataclass(frozen=True)
class Recorded:
    """One fact of a case with its kind; ``corrected_by`` if a newer one stands in its place."""

    kind: str
    fact: Any
    corrected_by: Any = None


def history_of(viewer: Viewer, case: Case) -> list[Recorded]:
    """Everything recorded about a case, newest first; corrected and withdrawn facts too."""
    return in_order(asked_together(QUESTIONS, viewer, case_id=case.pk, child_id=case.child_id))


def in_order(facts: dict[str, list[Any]]) -> list[Recorded]:
    """What was found to ``QUESTIONS``, as ``history_of`` tells it."""
    visits = {visit.pk: visit for visit in facts.pop("visit")}
    for fact in facts["visit_child"]:
        # A visit's own row may be another unit's; the child's row is here all the same.
        _VISIT.set_cached_value(fact, visits.get(fact.visit_id))
    found = [(kind, fact) for kind, of_kind in facts.items() for fact in of_kind]
    newer = {fact.corrects: fact for _, fact in found if fact.corrects}
    recorded = [Recorded(kind, fact, newer.get(fact.pk)) for kind, fact in found]
    return sorted(recorded, key=_newest_first, reverse=True)


def _newest_first(one: Recorded) -> tuple[date, datetime, str]:
    return one.fact.happened_on, one.fact.first_recorded_at, one.kind


@dataclass(frozen=True)
class Change:
    """One command that touched a subject: who, when, what, and the facts it recorded."""

    operation: str
    post: int
    recorded_at: datetime
    facts: list[Recorded] = field(default_factory=list)


def changes_since(viewer: Viewer, subject: UUID, version: int) -> list[Change]:
    """What was recorded about a subject after a version, oldest first."""
    entries = JournalEntry.objects.filter(scope_filter(viewer, subject="subject")).filter(
        subject=subject, version__gt=version
    )
    return [
        Change(
            entry.operation,
            entry.post,
            entry.recorded_at,
            list(_recorded(viewer, subject, entry.command)),
        )
        for entry in entries.order_by("version")
    ]


def _recorded(viewer: Viewer, subject: UUID, command: UUID) -> Iterable[Recorded]:
    scope = scope_filter(viewer, subject="case_id")
    for kind, model in OF_CASE.items():
        for fact in model.objects.filter(scope, case_id=subject, command=command):
            yield Recorded(kind, fact)
