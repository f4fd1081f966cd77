"""Due items: what must be done by when, by whom, and the proof that it was done."""

from django.db import models
from django.db.models import Q

from kamkor.kernel.locked import LockedText
from kamkor.kernel.models import Fact

_OPEN = Q(settled=False, withdrawn_at=None)


class Task(Fact):
    """One thing due about a case or a report; open until a ``TaskDone`` names it.

    ``settled``: one that stands does so; the database keeps it with each ``TaskDone`` written.
    """

    case = models.ForeignKey(
        "kamkor.Case", null=True, on_delete=models.PROTECT, related_name="tasks"
    )
    report = models.ForeignKey(
        "kamkor.Report", null=True, on_delete=models.PROTECT, related_name="tasks"
    )
    subject = models.UUIDField()
    kind = models.CharField(max_length=40)
    due_at = models.DateTimeField()
    for_role = models.CharField(max_length=24)
    settled = models.BooleanField(default=False, db_default=False)

    class Meta:
        indexes = (
            # What is open does not grow with the years.
            models.Index(fields=["office_unit", "due_at"], condition=_OPEN, name="task_by_unit"),
            models.Index(
                fields=["office_district", "due_at"], condition=_OPEN, name="task_by_district"
            ),
            models.Index(fields=["subject"], condition=_OPEN, name="task_by_subject"),
            models.Index(
                fields=["team"], condition=_OPEN & Q(team__isnull=False), name="task_by_team"
            ),
        )


class TaskDone(Fact):
    """The task was done, or is not needed any more (``stopped``), with what proves it."""

    task = models.ForeignKey(Task, on_delete=models.PROTECT, related_name="done")
    subject = models.UUIDField()
    proof = LockedText(of="subject", blank=True)
    stopped = models.BooleanField(default=False)


def is_open() -> Q:
    """The filter that keeps to due items that nobody has settled."""
    return _OPEN
