"""That somebody asked whether another department knows a child who is about to be registered."""

from django.db import models
from django.db.models.functions import Now

from kamkor.kernel.locked import LockedText
from kamkor.kernel.models import Fact


class ElsewhereQuestion(Fact):
    """One question across departments, by whom and why, and whether a department knew the child.

    It stands in the office of the case that was meant, with the due item that tells of it; where
    nobody knew the child, in the office that asked. Only a function of the database adds rows.
    ``made_at`` is the moment of the database itself, which nobody who asks can set.
    """

    subject = models.UUIDField()
    task = models.ForeignKey(
        "kamkor.Task", null=True, on_delete=models.PROTECT, related_name="questions"
    )
    # The record that was meant; none where nobody knew the child.
    child = models.UUIDField(null=True)
    employee = models.IntegerField()
    account = models.IntegerField()
    from_department = models.IntegerField()
    reason = LockedText(of="id")
    known = models.BooleanField()
    made_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = (
            models.Index(fields=["employee", "happened_on"], name="elsewhere_by_employee"),
            models.Index(fields=["subject"], name="elsewhere_by_subject"),
        )
