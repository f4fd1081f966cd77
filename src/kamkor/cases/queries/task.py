"""Due items of the viewer's scope, and which are open."""

from collections.abc import Callable, Collection, Iterable
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Window

from kamkor.access.rules import Viewer
from kamkor.access.vocabulary import WORKER
from kamkor.cases.models import Case, Report, Task, TaskDone, is_open
from kamkor.cases.queries.case import in_list
from kamkor.cases.vocabulary import NOT_FOR_WORKERS
from kamkor.kernel import clock
from kamkor.kernel.commands import NotFound
from kamkor.kernel.kept import asked, asked_together
from kamkor.people.queries import scope_filter

NOTICE = "notice_"
"""So begin the kinds of due items that are notices to somebody outside."""


def open_tasks(viewer: Viewer) -> QuerySet[Task]:
    """The open due items of the viewer's scope, most pressing first.

    A worker sees those of its own cases that a worker does, and those of its duty; nobody those
    of what was opened in an emergency.
    """
    tasks = Task.objects.filter(scope_filter(viewer, subject="subject"), is_open())
    tasks = tasks.exclude(subject__among=viewer.emergency)
    if viewer.role == WORKER:
        ours = viewer.acts_for
        mine = Exists(Case.objects.filter(id=OuterRef("case_id"), responsible_id__among=ours))
        duty = Exists(Report.objects.filter(id=OuterRef("report_id"), duty_post_id__among=ours))
        tasks = tasks.filter(Q(mine, for_role="worker") | Q(duty, for_role="duty"))
    return tasks.select_related("case", "case__child", "case__household", "report").order_by(
        "due_at", "id"
    )


def first_open_tasks(viewer: Viewer, shown: int, known: Iterable[Case]) -> list[Task]:
    """The most pressing, each with the ``total``, and with what a line of a list shows of its
    case and report; the ``known`` cases are not read again."""
    first = asked(_first_tasks, viewer, shown)
    cases: dict[UUID | None, Case] = {case.pk: case for case in known}
    others = [task for task in first if task.case_id not in cases]
    reports: dict[UUID | None, Report] = {}
    if others:
        ids = {
            "cases": [one.case_id for one in others],
            "reports": [one.report_id for one in others],
        }
        found = asked_together(_ABOUT, viewer, **ids)
        cases |= {case.pk: case for case in found["cases"]}
        reports |= {report.pk: report for report in found["reports"]}
    for task in first:
        task.case = cases.get(task.case_id)
    for task in others:
        task.report = reports.get(task.report_id)
    return first


def _first_tasks(viewer: Viewer, shown: int) -> QuerySet[Task]:
    plain = open_tasks(viewer).select_related(None).annotate(total=Window(Count("*")))
    return plain.only(*_LINE)[:shown]


_LINE = ("kind", "due_at", "for_role", "subject", "team", "case_id", "report_id")


def _cases(viewer: Viewer, *, cases: Collection[UUID], **_: object) -> QuerySet[Case]:
    return in_list(Case.objects.filter(scope_filter(viewer), id__among=cases))


def _reports(viewer: Viewer, *, reports: Collection[UUID], **_: object) -> QuerySet[Report]:
    return Report.objects.filter(scope_filter(viewer), id__among=reports).only("place")


_ABOUT: dict[str, Callable[..., QuerySet[Any, Any]]] = {"cases": _cases, "reports": _reports}


def open_task_for(viewer: Viewer, task_id: UUID) -> Task:
    """One open due item; raises ``NotFound`` if it is done or not the viewer's."""
    found = open_tasks(viewer).filter(id=task_id).first()
    if found is None:
        raise NotFound("task")
    return found


def open_tasks_of(viewer: Viewer, case: Case) -> list[Task]:
    """The open due items of one case, and the notices owed about its report, whoever does them;
    a worker is not told of candidates."""
    return asked(open_tasks_about, viewer, case_id=case.pk, report_id=case.report_id)


def open_tasks_about(viewer: Viewer, *, case_id: UUID, report_id: UUID) -> QuerySet[Task]:
    """As ``open_tasks_of``, as a question to be asked with others."""
    tasks = Task.objects.filter(
        scope_filter(viewer, subject="subject"),
        Q(case_id=case_id) | Q(report_id=report_id, kind__startswith=NOTICE),
        is_open(),
    )
    if viewer.role == WORKER:
        tasks = tasks.exclude(kind__in=list(NOT_FOR_WORKERS))
    return tasks.order_by("due_at", "id")


def notices_about(viewer: Viewer, *, case_id: UUID, report_id: UUID) -> QuerySet[Task]:
    """The notices about a case and its report, sent or still due."""
    about = Q(case_id=case_id) | Q(report_id=report_id)
    scope = scope_filter(viewer, subject="subject")
    tasks = Task.objects.filter(scope, about, kind__startswith=NOTICE, withdrawn_at=None)
    return tasks.order_by("due_at", "id")


def notices_of_report(viewer: Viewer, report: Report) -> list[tuple[Task, TaskDone | None]]:
    """The notices about a report alone, whatever became of it, each with what was done of it."""
    scope = scope_filter(viewer, subject="subject")
    tasks = Task.objects.filter(scope, report=report, kind__startswith=NOTICE, withdrawn_at=None)
    facts = TaskDone.objects.filter(scope, withdrawn_at=None, task__report=report)
    done = {fact.task_id: fact for fact in facts.order_by("-recorded_at", "-id")}
    return [(task, done.get(task.pk)) for task in tasks.order_by("due_at", "id")]


def done_about(viewer: Viewer, *, case_id: UUID, report_id: UUID) -> QuerySet[TaskDone]:
    """What was done of the notices about a case and its report."""
    about = Q(case_id=case_id) | Q(report_id=report_id)
    notices = Task.objects.filter(about, kind__startswith=NOTICE)
    scope = scope_filter(viewer, subject="subject")
    done = TaskDone.objects.filter(scope, task__in=notices.values("id"), withdrawn_at=None)
    return done.order_by("recorded_at", "id")


def overdue(viewer: Viewer) -> QuerySet[Task]:
    """The open due items whose time has passed; what is due on a day, from the next day on."""
    today = clock.day_starts(clock.today())
    return open_tasks(viewer).filter(due_at__lt=clock.now()).exclude(due_at=today)
