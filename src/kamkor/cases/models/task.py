"""Due items: what must be done by when, by whom, and the proof that it was done."""

from django.db import models
from django.db.models import Exists, OuterRef, Q

from kamkor.kernel.models import Fact


class Task(Fact):
    """One thing due about a case or a report; open until a ``TaskDone`` names it."""

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

    class Meta:
        indexes = (models.Index(fields=["office_district", "due_at"], name="task_by_district"),)


class TaskDone(Fact):
    """The task was done, or is not needed any more (``stopped``), with what proves it."""

    task = models.ForeignKey(Task, on_delete=models.PROTECT, related_name="done")
    subject = models.UUIDField()
    proof = models.CharField(max_length=200, blank=True)
    stopped = models.BooleanField(default=False)


def is_open() -> Q:
    """The filter that keeps to due items that nobody has settled."""
    done = TaskDone.objects.filter(task=OuterRef("pk"), withdrawn_at=None)
    return Q(~Exists(done), withdrawn_at=None)
