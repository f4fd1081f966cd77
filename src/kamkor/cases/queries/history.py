"""The facts of a case in the order they were recorded, and what changed since a version."""

from collections.abc import Callable, Iterable, Mapping, Sequence
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
    CaseMerge,
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
    Visit,
    VisitChild,
)
from kamkor.cases.queries.round import rounds_visible_to
from kamkor.cases.queries.visit import looks_of
from kamkor.cases.vocabulary import NOT_FOR_WORKERS
from kamkor.kernel.kept import asked, asked_together
from kamkor.kernel.models import JournalEntry
from kamkor.people.queries import births_of, memberships_of, moves_of, scope_filter

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
    "merge": CaseMerge,
}
RARE = frozenset(
    {
        "state_protection", "removal", "safe_contact", "removal_end", "proposal", "decision",
        "accompaniment_end", "offer", "answer", "interest", "merge",
    }
)  # fmt: skip
"""Kinds of which most cases have no fact: an ``eventful`` case alone is asked for them."""
OF_REPORT: dict[str, Any] = {
    "report": ReportTold,
    "report_child": ReportChild,
    "read": ReportRead,
    "screening": Screening,
    "second_look": SecondLook,
    "error_mark": SentInError,
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
    tasks = TaskDone.objects.filter(scope_filter(viewer, subject="subject"), task__case_id=case_id)
    if viewer.role == WORKER:
        tasks = tasks.exclude(task__kind__in=list(NOT_FOR_WORKERS))
    return tasks.filter(stopped=False).select_related("task")


def _births(viewer: Viewer, *, child_id: UUID, **_: object) -> QuerySet[Any]:
    return births_of(viewer, child_id)


def _members(viewer: Viewer, *, household_id: UUID, **_: object) -> QuerySet[Any]:
    return memberships_of(viewer, household_id)


def _moves(viewer: Viewer, *, household_id: UUID, **_: object) -> QuerySet[Any]:
    return moves_of(viewer, household_id)


def _looks(viewer: Viewer, *, household_id: UUID, **_: object) -> QuerySet[Any]:
    return looks_of(viewer, household_id).select_related("person")


QUESTIONS: dict[str, Question] = {kind: _facts_of(kind) for kind in OF_CASE}
_VISIT: Any = VisitChild.visit.field
QUESTIONS["task_done"], QUESTIONS["birth"], QUESTIONS["visit"] = _tasks_done, _births, _visits
QUESTIONS["member"], QUESTIONS["sibling_look"] = _members, _looks
QUESTIONS["move"] = _moves
USUAL = {kind: question for kind, question in QUESTIONS.items() if kind not in RARE}


@dataclass(frozen=True)
class Recorded:
    """One fact of a case with its kind; ``corrected_by`` if a newer one stands in its place."""

    kind: str
    fact: Any
    corrected_by: Any = None


def history_of(viewer: Viewer, case: Case) -> list[Recorded]:
    """Everything recorded about a case, newest first; corrected and withdrawn facts too."""
    given = {"case_id": case.pk, "child_id": case.child_id, "household_id": case.household_id}
    return in_order(asked_together(QUESTIONS if case.eventful else USUAL, viewer, **given))


def in_order(facts: Mapping[str, list[Any]]) -> list[Recorded]:
    """What was found to ``QUESTIONS`` or to the ``USUAL`` ones, as ``history_of`` tells it."""
    visits = {visit.pk: visit for visit in facts["visit"]}
    for fact in facts["visit_child"]:
        # A visit's own row may be another unit's; the child's row is here all the same.
        _VISIT.set_cached_value(fact, visits.get(fact.visit_id))
    found: list[tuple[str, Any]] = []
    for kind, of_kind in facts.items():
        if kind in {"member", "sibling_look"}:
            found += _corrected(kind, of_kind)
        elif kind != "visit":
            found += [(kind, fact) for fact in of_kind]
    return sorted(_recorded_as(found), key=newest_first, reverse=True)


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


def safety_facts(
    viewer: Viewer, case: Case, history: Sequence[Recorded]
) -> tuple[list[VisitChild], list[Removal]]:
    """The standing rows of visits and the removals of a child, in this episode, of which this is
    the history, and those before."""
    standing = [one for one in history if one.fact.withdrawn_at is None]
    visits = [one.fact for one in standing if one.kind == "visit_child"]
    removals = [one.fact for one in standing if one.kind == "removal"]
    if case.previous_id is not None:
        earlier = _episodes_before(viewer, case.previous_id)
        visits += asked(_standing, viewer, VisitChild, cases=earlier)
        removals += asked(_standing, viewer, Removal, cases=earlier)
    return sorted(visits, key=_by_day), sorted(removals, key=_by_day)


def removals_before(viewer: Viewer, case: Case) -> list[Removal]:
    """The removals of a child in the episodes before this one, corrected ones too."""
    if case.previous_id is None:
        return []
    earlier = _episodes_before(viewer, case.previous_id)
    return list(Removal.objects.filter(scope_filter(viewer, subject="case_id"), case__in=earlier))


def _standing(viewer: Viewer, model: Any, cases: Sequence[UUID]) -> QuerySet[Any]:  # noqa: ANN401 - facts of a case
    scope = scope_filter(viewer, subject="case_id")
    found: QuerySet[Any] = model.objects.filter(scope, case__among=cases, withdrawn_at=None)
    return found


def _by_day(fact: Any) -> tuple[date, datetime]:  # noqa: ANN401 - any fact
    return fact.happened_on, fact.first_recorded_at


def _episodes_before(viewer: Viewer, case_id: UUID) -> list[UUID]:
    episodes = [case_id]
    while (previous := _previous_of(viewer, episodes[-1])) is not None:
        episodes.append(previous)
    return episodes


def _previous_of(viewer: Viewer, case_id: UUID) -> UUID | None:
    return next(iter(asked(_previous, viewer, case_id=case_id)), None)


def _previous(viewer: Viewer, case_id: UUID) -> QuerySet[Case, UUID | None]:
    found = Case.objects.filter(scope_filter(viewer), id=case_id)
    return found.values_list("previous_id", flat=True)


def newest_first(one: Recorded) -> tuple[date, datetime, str]:
    """The order of a history, to be read backwards."""
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
