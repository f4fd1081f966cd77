"""The facts of a case in the order they were recorded, and what changed since a version."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

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
    Report,
    ReportChild,
    ReportRead,
    ReportTold,
    SafeContact,
    Screening,
    SecondLook,
    SentInError,
    StateProtection,
    TakingOffDecision,
    TakingOffProposal,
    TaskDone,
    TransferAnswer,
    TransferOffer,
    VisitChild,
)
from kamkor.cases.queries.round import rounds_visible_to
from kamkor.cases.queries.visit import looks_of
from kamkor.cases.vocabulary import NOT_FOR_WORKERS
from kamkor.kernel.models import JournalEntry
from kamkor.people.queries import births_of, memberships_of, scope_filter

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
OF_REPORT: dict[str, Any] = {
    "report": ReportTold,
    "report_child": ReportChild,
    "read": ReportRead,
    "screening": Screening,
    "second_look": SecondLook,
    "error_mark": SentInError,
}
BESIDE = {
    "visit_child": ("visit",),
    "offer": ("to_office", "from_office"),
    "decision": ("proposal",),
}


@dataclass(frozen=True)
class Recorded:
    """One fact of a case with its kind; ``corrected_by`` if a newer one stands in its place."""

    kind: str
    fact: Any
    corrected_by: Any = None


def history_of(viewer: Viewer, case: Case) -> list[Recorded]:
    """Everything recorded about a case, newest first; corrected and withdrawn facts too."""
    found: list[tuple[str, Any]] = []
    scope = scope_filter(viewer, subject="case_id")
    for kind, model in OF_CASE.items():
        facts = model.objects.filter(scope, case=case)
        # A visit's own row may be another unit's: an outer join keeps the child's row here.
        beside = BESIDE.get(kind, ())
        found += [(kind, fact) for fact in facts.prefetch_related(*beside)]
    tasks = TaskDone.objects.filter(scope_filter(viewer, subject="subject"), subject=case.pk)
    if viewer.role == WORKER:
        tasks = tasks.exclude(task__kind__in=list(NOT_FOR_WORKERS))
    found += [("task_done", fact) for fact in tasks.filter(stopped=False).select_related("task")]
    if case.child_id:
        found += [("birth", fact) for fact in births_of(viewer, case.child_id)]
    if case.household_id:
        home = case.household_id
        found += _corrected("member", memberships_of(viewer, home))
        found += _corrected("sibling_look", looks_of(viewer, home).prefetch_related("person"))
    return sorted(_recorded_as(found), key=_newest_first, reverse=True)


def _corrected(kind: str, facts: Iterable[Any]) -> list[tuple[str, Any]]:
    """Of facts that a page shows as they stand, those that were corrected, old and new."""
    held = list(facts)
    corrected = {fact.corrects for fact in held if fact.corrects}
    return [(kind, fact) for fact in held if fact.corrects or fact.pk in corrected]


def _recorded_as(found: Iterable[tuple[str, Any]]) -> list[Recorded]:
    held = list(found)
    newer = {fact.corrects: fact for _, fact in held if fact.corrects}
    return [Recorded(kind, fact, newer.get(fact.pk)) for kind, fact in held]


def history_of_report(viewer: Viewer, report: Report) -> list[Recorded]:
    """What became of a report, newest first; what it tells and whom only where corrected."""
    scope = scope_filter(viewer, subject="report_id")
    found: list[tuple[str, Any]] = []
    for kind, model in OF_REPORT.items():
        facts = model.objects.filter(scope, report=report)
        if kind in {"report", "report_child"}:
            found += _corrected(kind, facts)
        else:
            found += [(kind, fact) for fact in facts]
    recorded = _recorded_as(found)
    return sorted(recorded, key=lambda one: one.fact.recorded_at, reverse=True)


def what_was_told(viewer: Viewer, report: Report) -> ReportTold:
    """What a report tells as it stands."""
    scope = scope_filter(viewer, subject="report_id")
    return ReportTold.objects.get(scope, report=report, withdrawn_at=None)


def history_of_rounds(viewer: Viewer) -> list[Recorded]:
    """The rounds a viewer sees, newest first, corrected ones too."""
    return _recorded_as(("round", made) for made in rounds_visible_to(viewer))


def safety_facts(viewer: Viewer, case: Case) -> tuple[list[VisitChild], list[Removal]]:
    """The standing rows of visits and the removals of a child, in this episode and those before."""
    episodes = [case.pk]
    while (previous := _previous_of(viewer, episodes[-1])) is not None:
        episodes.append(previous)
    scope = scope_filter(viewer, subject="case_id")
    held = {"case__in": episodes, "withdrawn_at": None}
    order = ("happened_on", "first_recorded_at")
    return (
        list(VisitChild.objects.filter(scope, **held).order_by(*order)),
        list(Removal.objects.filter(scope, **held).order_by(*order)),
    )


def _previous_of(viewer: Viewer, case_id: UUID) -> UUID | None:
    found = Case.objects.filter(scope_filter(viewer), id=case_id)
    return found.values_list("previous_id", flat=True).first()


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
