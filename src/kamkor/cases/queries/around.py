"""What stands around a case: the home and who lives there, other episodes, what is due."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, TypeAlias
from uuid import UUID

from django.db.models import Q, QuerySet

from kamkor.access.queries import barred_from
from kamkor.access.rules import Viewer
from kamkor.cases.models import (
    Case,
    Report,
    ReportChild,
    SafeContact,
    SiblingLook,
    Task,
    TaskDone,
)
from kamkor.cases.queries.case import cases_visible_to, in_list, whole_cases
from kamkor.cases.queries.history import QUESTIONS as HISTORY
from kamkor.cases.queries.history import USUAL, Recorded, in_order
from kamkor.cases.queries.task import done_about, notices_about, open_tasks_about
from kamkor.cases.queries.visit import looks_of
from kamkor.kernel import clock
from kamkor.kernel.kept import asked_together
from kamkor.people.merging import records_of
from kamkor.people.queries import memberships_of, scope_filter, standing_members
from kamkor.territory.queries import LANGUAGES, names_borne

Notice: TypeAlias = tuple[Task, TaskDone | None]
"""A notice owed, and what was done of it."""


@dataclass(frozen=True)
class Around:
    """``near`` are all episodes of the child and of its home, newest first; ``members`` who
    lives there, ``looks`` what was told last of who was looked at; ``tasks`` what is due, most
    pressing first; ``place`` the name of the home's unit in each language; ``contact`` how the
    child is reached whose home must not be contacted: nothing if the home may be, empty if
    nobody has said how; ``shut_out`` the employees who see nothing of it. Where all was asked
    for: ``history``, newest first; the ``report`` with whom it ``described``; the ``notices``.
    """

    near: Sequence[Case]
    members: Sequence[Any]
    looks: Mapping[UUID, SiblingLook]
    tasks: Sequence[Task]
    place: Mapping[str, str]
    contact: str | None
    shut_out: Collection[int]
    history: Sequence[Recorded] = ()
    report: Report | None = None
    described: Sequence[ReportChild] = ()
    notices: Sequence[Notice] = ()


def around(viewer: Viewer, case: Case, *, whole: bool = False) -> Around:
    """Everything around a case, asked for at once; the ``whole`` with what was recorded of it."""
    home = case.household
    subjects = [one for one in (case.pk, case.child_id, case.household_id) if one is not None]
    found = asked_together(
        _questions(case) if whole else _QUESTIONS,
        viewer,
        case_id=case.pk,
        child_id=case.child_id,
        records=records_of(case.child),
        household_id=case.household_id,
        report_id=case.report_id,
        territory_id=None if home is None else home.territory_id,
        on=clock.today(),
        subjects=subjects,
    )
    for task in found["tasks"]:
        task.case = case if task.case_id else None
    beside = _beside(found)
    return _with_history(beside, case, found) if whole else beside


def _questions(case: Case) -> Mapping[str, Callable[..., QuerySet[Any, Any]]]:
    """Each of them is a plan to be made ready, for most cases in vain."""
    if case.report_id is None:
        return _UNREPORTED if case.eventful else _USUAL_UNREPORTED
    return _WHOLE if case.eventful else _USUAL


def safe_contact_of(viewer: Viewer, case: Case) -> str | None:
    """How a child is reached whose home must not be contacted; nothing if the home may be.

    It holds for all of the home and all episodes: what was said last, else what a report said;
    empty if nobody has said how.
    """
    return around(viewer, case).contact


def _beside(found: Mapping[str, list[Any]]) -> Around:
    names = found["place"][0] if found["place"] else ()
    return Around(
        near=found["near"],
        members=standing_members(found["member"]),
        looks=_last_looks(found["sibling_look"]),
        tasks=found["tasks"],
        place=dict(zip(LANGUAGES, names, strict=False)),
        contact=_contact(found["near"], [one.contact for one in found["contacts"]]),
        shut_out={employee for _subject, employee in found["barred"]},
    )


def _last_looks(looks: Sequence[SiblingLook]) -> dict[UUID, SiblingLook]:
    """What was told last of each child of a household: that it was looked at, else not yet."""
    standing = [look for look in looks if look.withdrawn_at is None]
    standing.sort(key=lambda look: (look.looked_at, look.happened_on, look.first_recorded_at))
    return {look.person_id: look for look in standing}


def _with_history(beside: Around, case: Case, found: Mapping[str, list[Any]]) -> Around:
    done: dict[UUID, TaskDone] = {}
    for fact in found["done"]:
        done.setdefault(fact.task_id, fact)
    return replace(
        beside,
        history=in_order({kind: found[kind] for kind in HISTORY if kind in found}),
        # Who sees a case sees the report on which it was opened; it was read with the case.
        report=case.report if case.report and case.report.withdrawn_at is None else None,
        described=found.get("described", ()),
        notices=[(task, done.get(task.pk)) for task in found["notices"]],
    )


def _contact(near: Sequence[Case], said: list[str]) -> str | None:
    """What was said last of how a child is reached safely, else what a report said."""
    reports = [one.report for one in near if one.report is not None and one.report.home_unsafe]
    told = [*said, *(report.safe_contact for report in reports)]
    return next(filter(None, told), "") if told else None


def _same(records: Sequence[UUID], household_id: UUID | None) -> Q:
    """Every case is of a child, in one record of it or several, of a household, or of both."""
    return Q(household_id=household_id) | Q(child_id__among=records)


def _near(
    viewer: Viewer, *, records: Sequence[UUID], household_id: UUID | None, **_: object
) -> QuerySet[Case]:
    near = whole_cases(viewer).filter(_same(records, household_id)).order_by("-opened_on", "-id")
    told = ("report__home_unsafe", "report__safe_contact")
    return in_list(
        near, "household_id", "child_id", "previous_id", "command", *told
    ).select_related("child", "household", "report")


def _contacts(
    viewer: Viewer, *, records: Sequence[UUID], household_id: UUID | None, **_: object
) -> QuerySet[SafeContact]:
    near = cases_visible_to(viewer).filter(_same(records, household_id))
    facts = SafeContact.objects.filter(scope_filter(viewer, subject="case_id"), withdrawn_at=None)
    said = facts.filter(case__in=near.values("id")).order_by("-recorded_at", "-id")
    return said.only("case_id", "contact")


def _members(viewer: Viewer, *, household_id: UUID, **_: object) -> QuerySet[Any]:
    return memberships_of(viewer, household_id)


def _looks(viewer: Viewer, *, household_id: UUID, **_: object) -> QuerySet[SiblingLook]:
    return looks_of(viewer, household_id).select_related("person")


def _tasks(viewer: Viewer, *, case_id: UUID, report_id: UUID, **_: object) -> QuerySet[Task]:
    return open_tasks_about(viewer, case_id=case_id, report_id=report_id)


def _notices(viewer: Viewer, *, case_id: UUID, report_id: UUID, **_: object) -> QuerySet[Task]:
    return notices_about(viewer, case_id=case_id, report_id=report_id)


def _done(viewer: Viewer, *, case_id: UUID, report_id: UUID, **_: object) -> QuerySet[TaskDone]:
    return done_about(viewer, case_id=case_id, report_id=report_id)


def _described(
    viewer: Viewer, *, case_id: UUID, report_id: UUID, **_: object
) -> QuerySet[ReportChild]:
    children = ReportChild.objects.filter(scope_filter(viewer, subject="report_id"))
    return children.filter(report_id=report_id, case_id=case_id, withdrawn_at=None)


def _place(_viewer: Viewer, *, territory_id: str, on: date, **_: object) -> QuerySet[Any, Any]:
    return names_borne(territory_id, on)


def _barred(viewer: Viewer, *, subjects: Sequence[UUID], **_: object) -> QuerySet[Any, Any]:
    return barred_from(viewer, subjects)


_QUESTIONS: dict[str, Callable[..., QuerySet[Any, Any]]] = {
    "near": _near,
    "contacts": _contacts,
    "member": _members,
    "sibling_look": _looks,
    "tasks": _tasks,
    "place": _place,
    "barred": _barred,
}
_OWED = {"notices": _notices, "done": _done}
_UNREPORTED = _QUESTIONS | HISTORY | _OWED
_USUAL_UNREPORTED = _QUESTIONS | USUAL | _OWED
_WHOLE, _USUAL = (one | {"described": _described} for one in (_UNREPORTED, _USUAL_UNREPORTED))
