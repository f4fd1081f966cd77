"""Due items of the viewer's scope, and which are open."""

from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from kamkor.access.rules import Viewer
from kamkor.access.vocabulary import WORKER
from kamkor.cases.models import Case, Task, TaskDone
from kamkor.cases.vocabulary import NOT_FOR_WORKERS
from kamkor.kernel import clock
from kamkor.kernel.commands import NotFound
from kamkor.kernel.kept import asked
from kamkor.people.queries import scope_filter


def open_tasks(viewer: Viewer) -> QuerySet[Task]:
    """The open due items of the viewer's scope, most pressing first.

    A worker sees those of its own cases that a worker does, and those of its duty.
    """
    done = TaskDone.objects.filter(task=OuterRef("pk"), withdrawn_at=None)
    tasks = Task.objects.filter(
        scope_filter(viewer, subject="subject"), ~Exists(done), withdrawn_at=None
    )
    if viewer.role == WORKER:
        own = Q(case__responsible_id__among=viewer.acts_for, for_role="worker")
        duty = Q(report__duty_post_id__among=viewer.acts_for, for_role="duty")
        tasks = tasks.filter(own | duty)
    return tasks.select_related("case", "case__child", "case__household", "report").order_by(
        "due_at", "id"
    )


def open_tasks_in_list(viewer: Viewer) -> QuerySet[Task]:
    """The same with no more of their cases and reports than a line of a list shows."""
    plain = open_tasks(viewer).select_related(None)
    return plain.select_related("case__child", "case__household", "report").only(*_LINE)


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
    """The open due items of one case, whoever does them; a worker is not told of candidates."""
    return asked(open_tasks_about, viewer, case_id=case.pk)


def open_tasks_about(viewer: Viewer, case_id: UUID) -> QuerySet[Task]:
    """As ``open_tasks_of``, as a question to be asked with others."""
    done = TaskDone.objects.filter(task=OuterRef("pk"), withdrawn_at=None)
    tasks = Task.objects.filter(
        scope_filter(viewer, subject="subject"), ~Exists(done), withdrawn_at=None, case_id=case_id
    )
    if viewer.role == WORKER:
        tasks = tasks.exclude(kind__in=list(NOT_FOR_WORKERS))
    return tasks.order_by("due_at", "id")


def overdue(viewer: Viewer) -> QuerySet[Task]:
    """The open due items whose time has passed."""
    return open_tasks(viewer).filter(due_at__lt=clock.now())
