"""What is due, as lists show it: each item with its day and a link to the act that deals with it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from kamkor.access.rules import Viewer
from kamkor.access.vocabulary import OBLAST, WORKER, Action
from kamkor.cases.rules.visit import act_due
from kamkor.cases.vocabulary import CaseState
from kamkor.kernel import clock
from kamkor.web.words import coded, day, moment

if TYPE_CHECKING:
    from kamkor.cases.models import Case, Task

FIRST = 8
"""How many items stand in sight; the others unfold."""

ABOUT_REPORTS = frozenset({"screening_due", "second_look_declined"})
SETTLED_BY_VISIT = frozenset(
    {"visit_due", "check_after_leaving", "accompaniment_visit", "not_seen_followup"}
)


def due_list(entries: list[dict[str, Any]], heading: str, empty: str) -> dict[str, Any]:
    """A list of items: the first in sight, the others one click away."""
    return {
        "heading": heading,
        "entries": entries[:FIRST],
        "others": entries[FIRST:],
        "total": len(entries),
        "empty": empty,
    }


def due_items(entries: list[dict[str, Any]]) -> dict[str, Any]:
    """Due items under their usual heading."""
    return due_list(entries, _("What is due"), _("Nothing is due."))


def due_of_case(
    viewer: Viewer, case: Case, tasks: Sequence[Task], *, unsafe: bool
) -> dict[str, Any]:
    """The open due items of a case, and its next visit where no item stands for it.

    ``unsafe``: its home must not be contacted.
    """
    may = _may_act(viewer, case)
    entries = [
        (
            task.due_at,
            task_entry(
                task, link=may and _is_theirs(viewer, case, task), unsafe=unsafe, page_of=case
            ),
        )
        for task in tasks
    ]
    visit = case.next_visit_on
    if visit is not None and not any(task.kind in SETTLED_BY_VISIT for task in tasks):
        entries.append((clock.day_starts(visit), visit_entry(case, link=may, unsafe=unsafe)))
    entries.sort(key=lambda entry: entry[0])
    return due_items([entry for _due_at, entry in entries])


def may_mark(viewer: Viewer, case: Case, task: Any) -> bool:  # noqa: ANN401 - a task
    """Whether this viewer may mark an item of a case as done."""
    return _may_act(viewer, case) and _is_theirs(viewer, case, task)


def _may_act(viewer: Viewer, case: Case) -> bool:
    offered = case.offered_to_id is not None and case.offered_to_id == viewer.district
    named = viewer.role == OBLAST and case.team is not None and case.team in viewer.teams
    only_read = offered or case.pk in viewer.emergency
    return (viewer.may(Action.RECORD) and not only_read) or named


def may_mark_of_report(viewer: Viewer, report: Any) -> bool:  # noqa: ANN401 - a report
    """Whether this viewer may mark a notice about a report as done; a worker sends none."""
    named = viewer.role == OBLAST and report.team is not None and report.team in viewer.teams
    return (viewer.may(Action.RECORD) and viewer.role != WORKER) or named


def is_late(task: Any) -> bool:  # noqa: ANN401 - a task
    """Whether the moment has passed; what is due on a day may be done all that day."""
    day_begins = clock.day_starts(clock.today())
    return bool(task.due_at < clock.now() and task.due_at != day_begins)


def due_words(due_at: datetime) -> str:
    """By when: the day alone where no hour was meant."""
    due_on = clock.local_day(due_at)
    return day(due_on) if due_at == clock.day_starts(due_on) else moment(due_at)


def _is_theirs(viewer: Viewer, case: Case, task: Any) -> bool:  # noqa: ANN401 - a task
    """Whether the form that marks an item done opens for this viewer: a worker does a worker's."""
    if viewer.role != WORKER or operation_of(task) != "complete_task":
        return True
    return task.for_role == WORKER and case.responsible_id in viewer.acts_for


def task_entry(
    task: Any,  # noqa: ANN401 - a task
    *,
    link: bool,
    about: str = "",
    unsafe: bool = False,
    page_of: Case | None = None,
) -> dict[str, Any]:
    """One due item: what is to be done, about whom, by when; on the page of a case or elsewhere."""
    what = coded(act_due(task.kind, unsafe=unsafe or task.team is not None), "task_kinds")
    return {
        "title": f"{what}: {about}" if about else what,
        "url": act_of(task, page_of) if link else "",
        "due": due_words(task.due_at),
        "badge": {"kind": "overdue", "text": _("Overdue")} if is_late(task) else None,
        "operation": operation_of(task),
    }


def visit_entry(case: Case, *, link: bool, unsafe: bool = False) -> dict[str, Any]:
    """The next visit of a case, as a due item."""
    late = case.next_visit_on is not None and case.next_visit_on < clock.today()
    return {
        "title": coded(act_due("visit_due", unsafe=unsafe), "task_kinds"),
        "url": f"/cases/{case.pk}/record-visit/" if link else "",
        "due": day(case.next_visit_on),
        "badge": {"kind": "overdue", "text": _("Overdue")} if late else None,
        "operation": "record_visit",
    }


def operation_of(task: Any) -> str:  # noqa: ANN401 - a task
    """The operation a due item leads to; none where the page of a report comes first."""
    if task.kind in ABOUT_REPORTS:
        return ""
    return "record_visit" if task.kind in SETTLED_BY_VISIT else "complete_task"


def act_of(task: Any, page_of: Case | None = None) -> str:  # noqa: ANN401 - a task
    """Where an item is dealt with: the report that waits, the visit, or a form that marks it done.

    The form leads back to what the item is about; begun on the ``page_of`` a case, to that case.
    """
    if task.kind in ABOUT_REPORTS:
        return f"/reports/{task.report_id}/"
    if task.kind in SETTLED_BY_VISIT and task.case_id:
        # A child not yet identified is visited and identified: the case's page offers both.
        known = task.case.state != CaseState.REPORTED
        return f"/cases/{task.case_id}/" + ("record-visit/" if known else "")
    back = f"?case={page_of.pk}" if page_of is not None and not task.case_id else ""
    return f"/tasks/{task.pk}/complete-task/{back}"
