"""Due items of the viewer's scope, and which are open."""

from uuid import UUID

from django.db.models import Prefetch, Q, QuerySet

from kamkor.access.rules import Viewer
from kamkor.access.vocabulary import WORKER
from kamkor.cases.models import Case, Report, Task, TaskDone, is_open
from kamkor.cases.vocabulary import NOT_FOR_WORKERS
from kamkor.kernel import clock
from kamkor.kernel.commands import NotFound
from kamkor.people.queries import scope_filter

NOTICE = "notice_"
"""So begin the kinds of due items that are notices to somebody outside."""


def open_tasks(viewer: Viewer) -> QuerySet[Task]:
    """The open due items of the viewer's scope, most pressing first.

    A worker sees those of its own cases that a worker does, and those of its duty.
    """
    tasks = Task.objects.filter(scope_filter(viewer, subject="subject"), is_open())
    if viewer.role == WORKER:
        own = Q(case__responsible_id__in=viewer.acts_for, for_role="worker")
        duty = Q(report__duty_post_id__in=viewer.acts_for, for_role="duty")
        tasks = tasks.filter(own | duty)
    return tasks.select_related("case", "case__child", "case__household", "report").order_by(
        "due_at", "id"
    )


def open_task_for(viewer: Viewer, task_id: UUID) -> Task:
    """One open due item; raises ``NotFound`` if it is done or not the viewer's."""
    found = open_tasks(viewer).filter(id=task_id).first()
    if found is None:
        raise NotFound("task")
    return found


def open_tasks_of(viewer: Viewer, case: Case) -> QuerySet[Task]:
    """The open due items of one case, and the notices owed about its report, whoever does them;
    a worker is not told of candidates."""
    tasks = Task.objects.filter(
        scope_filter(viewer, subject="subject"),
        Q(case=case) | _notices_about_report(case),
        is_open(),
    )
    if viewer.role == WORKER:
        tasks = tasks.exclude(kind__in=list(NOT_FOR_WORKERS))
    return tasks.order_by("due_at", "id")


def notices_of(viewer: Viewer, case: Case) -> QuerySet[Task]:
    """The notices about a case and its report, sent or still due, each with what was done."""
    return _notices(viewer, Q(case=case, kind__startswith=NOTICE) | _notices_about_report(case))


def notices_of_report(viewer: Viewer, report: Report) -> QuerySet[Task]:
    """The notices about a report, whatever became of it."""
    return _notices(viewer, Q(report=report, kind__startswith=NOTICE))


def _notices(viewer: Viewer, about: Q) -> QuerySet[Task]:
    scope = scope_filter(viewer, subject="subject")
    done = TaskDone.objects.filter(scope, withdrawn_at=None).order_by("recorded_at", "id")
    tasks = Task.objects.filter(scope, about, withdrawn_at=None)
    return tasks.prefetch_related(Prefetch("done", done)).order_by("due_at", "id")


def _notices_about_report(case: Case) -> Q:
    if case.report_id is None:
        return Q(pk__in=[])
    return Q(report=case.report_id, kind__startswith=NOTICE)


def overdue(viewer: Viewer) -> QuerySet[Task]:
    """The open due items whose time has passed; what is due on a day, from the next day on."""
    today = clock.day_starts(clock.today())
    return open_tasks(viewer).filter(due_at__lt=clock.now()).exclude(due_at=today)
