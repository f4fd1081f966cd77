"""Due items of the viewer's scope, and which are open."""

from uuid import UUID

from django.db.models import Count, Q, QuerySet, Window

from kamkor.access.rules import Viewer
from kamkor.access.vocabulary import WORKER
from kamkor.cases.models import Case, Report, Task, TaskDone, is_open
from kamkor.cases.vocabulary import NOT_FOR_WORKERS
from kamkor.kernel import clock
from kamkor.kernel.commands import NotFound
from kamkor.kernel.kept import asked
from kamkor.people.queries import scope_filter

NOTICE = "notice_"
"""So begin the kinds of due items that are notices to somebody outside."""


def open_tasks(viewer: Viewer) -> QuerySet[Task]:
    """The open due items of the viewer's scope, most pressing first.

    A worker sees those of its own cases that a worker does, and those of its duty.
    """
    wanted = is_open()
    if viewer.role == WORKER:
        # Two ways to few rows, each by its index; "or" between them would look at every row.
        known = Task.objects.filter(wanted)
        mine = known.filter(for_role="worker", case__responsible_id__among=viewer.acts_for)
        duty = known.filter(for_role="duty", report__duty_post_id__among=viewer.acts_for)
        wanted = Q(id__in=mine.values("id").union(duty.values("id"), all=True))
    tasks = Task.objects.filter(scope_filter(viewer, subject="subject"), wanted)
    return tasks.select_related("case", "case__child", "case__household", "report").order_by(
        "due_at", "id"
    )


def first_open_tasks(viewer: Viewer, shown: int) -> QuerySet[Task]:
    """The most pressing, each with the ``total``, and no more of their cases and reports than a
    line of a list shows."""
    plain = open_tasks(viewer).select_related(None).annotate(total=Window(Count("*")))
    lines = plain.select_related("case__child", "case__household", "report").only(*_LINE)
    return lines[:shown]


_LINE = (
    *("kind", "due_at", "for_role", "subject", "team", "case_id", "report_id"),
    *("case__register", "case__state", "case__child__shown_name", "case__household__shown_name"),
    "report__place",
)


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
