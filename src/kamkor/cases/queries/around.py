"""What stands around a case: the home and who lives there, other episodes, what is due."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from kamkor.access.queries import barred_from
from kamkor.access.rules import Viewer
from kamkor.cases.models import Case, SafeContact, SiblingLook, Task
from kamkor.cases.queries.case import cases_visible_to, in_list, whole_cases
from kamkor.cases.queries.history import QUESTIONS as HISTORY
from kamkor.cases.queries.history import Recorded, in_order
from kamkor.cases.queries.task import open_tasks_about
from kamkor.kernel import clock
from kamkor.kernel.kept import asked_together
from kamkor.people.queries import members_of, scope_filter
from kamkor.territory.queries import LANGUAGES, names_borne


@dataclass(frozen=True)
class Around:
    """``near`` are all episodes of the child and of its home, newest first; ``members`` who
    lives there, each with ``looked_at``; ``tasks`` what is due about the case, most pressing
    first; ``place`` the name of the home's unit in each language; ``contact`` how the child is reached whose home must not be contacted: nothing if the
    home may be, empty if nobody has said how; ``shut_out`` the employees who see nothing of it;
    ``history`` what was recorded, newest first, where it was asked for.
    """

    near: Sequence[Case]
    members: Sequence[Any]
    tasks: Sequence[Task]
    place: Mapping[str, str]
    contact: str | None
    shut_out: Collection[int]
    history: Sequence[Recorded]


def around(viewer: Viewer, case: Case, *, with_history: bool = False) -> Around:
    """Everything around a case, asked for at once."""
    home = case.household
    subjects = [one for one in (case.pk, case.child_id, case.household_id) if one is not None]
    found = asked_together(
        _WITH_HISTORY if with_history else _QUESTIONS,
        viewer,
        case_id=case.pk,
        child_id=case.child_id,
        household_id=case.household_id,
        households=[] if home is None else [home.pk],
        territory_id=None if home is None else home.territory_id,
        on=clock.today(),
        subjects=subjects,
    )
    facts = {kind: found[kind] for kind in HISTORY} if with_history else {}
    names = found["place"][0] if found["place"] else ()
    near: list[Case] = found["near"]
    for task in found["tasks"]:
        task.case = case
    return Around(
        near=near,
        members=found["members"],
        tasks=found["tasks"],
        place=dict(zip(LANGUAGES, names, strict=False)),
        contact=_contact(near, found["contacts"]),
        shut_out={employee for _subject, employee in found["barred"]},
        history=in_order(facts) if facts else (),
    )


def _contact(near: Sequence[Case], said: list[str]) -> str | None:
    """What was said last of how a child is reached safely, else what a report said."""
    reports = [one.report for one in near if one.report is not None and one.report.home_unsafe]
    told = [*said, *(report.safe_contact for report in reports)]
    return next(filter(None, told), "") if told else None


def _same(case_id: UUID, child_id: UUID | None, household_id: UUID | None) -> Q:
    return Q(id=case_id) | Q(household_id=household_id) | Q(child_id=child_id)


def _near(
    viewer: Viewer,
    *,
    case_id: UUID,
    child_id: UUID | None,
    household_id: UUID | None,
    **_: object,
) -> QuerySet[Case]:
    same = _same(case_id, child_id, household_id)
    near = whole_cases(viewer).filter(same).order_by("-opened_on", "-id")
    told = ("report__home_unsafe", "report__safe_contact")
    return in_list(near, "household_id", "child_id", *told).select_related(
        "child", "household", "report"
    )


def _contacts(
    viewer: Viewer,
    *,
    case_id: UUID,
    child_id: UUID | None,
    household_id: UUID | None,
    **_: object,
) -> QuerySet[SafeContact, str]:
    near = cases_visible_to(viewer).filter(_same(case_id, child_id, household_id))
    facts = SafeContact.objects.filter(scope_filter(viewer, subject="case_id"), withdrawn_at=None)
    said = facts.filter(case__in=near.values("id")).order_by("-recorded_at", "-id")
    return said.values_list("contact", flat=True)


def _members(viewer: Viewer, *, households: Sequence[UUID], **_: object) -> QuerySet[Any]:
    looks = SiblingLook.objects.filter(
        scope_filter(viewer, subject="person_id"),
        household_id=OuterRef("household_id"),
        person_id=OuterRef("person_id"),
        withdrawn_at=None,
        looked_at=True,
    )
    return members_of(viewer, households).annotate(looked_at=Exists(looks))


def _tasks(viewer: Viewer, *, case_id: UUID, **_: object) -> QuerySet[Task]:
    return open_tasks_about(viewer, case_id)


def _place(_viewer: Viewer, *, territory_id: str, on: date, **_: object) -> QuerySet[Any, Any]:
    return names_borne(territory_id, on)


def _barred(viewer: Viewer, *, subjects: Sequence[UUID], **_: object) -> QuerySet[Any, Any]:
    return barred_from(viewer, subjects)


_QUESTIONS: dict[str, Callable[..., QuerySet[Any, Any]]] = {
    "near": _near,
    "contacts": _contacts,
    "members": _members,
    "tasks": _tasks,
    "place": _place,
    "barred": _barred,
}
_WITH_HISTORY = _QUESTIONS | HISTORY
