"""A child's case opened in an emergency: by whom and why, who has seen it, and when it ended."""

from django.db import models
from django.db.models import Q

from kamkor.kernel.locked import LockedText
from kamkor.kernel.models import Fact


class EmergencyOpening(Fact):
    """That somebody reads the case ``subject`` until a moment, though it is not theirs to see.

    It stands in the office of the case, for those who must know of it. ``told_from`` is the level
    of whoever is told first: 2 the head of the department, 3 the oblast, 4 the commissioner.
    Only a function of the database adds rows.
    """

    subject = models.UUIDField()
    reason = LockedText(of="id")
    employee = models.IntegerField()
    account = models.IntegerField()
    until = models.DateTimeField()
    told_from = models.PositiveSmallIntegerField()

    class Meta:
        indexes = (models.Index(fields=["subject"], name="emergency_by_subject"),)


class EmergencySeen(Fact):
    """That a second person knows of it."""

    opening = models.ForeignKey(EmergencyOpening, on_delete=models.PROTECT, related_name="seen")
    subject = models.UUIDField()
    employee = models.IntegerField()
    account = models.IntegerField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["opening"], condition=Q(withdrawn_at__isnull=True), name="emergency_seen"
            ),
        )


class EmergencyEnd(Fact):
    """That it ended before its time, and by whom."""

    opening = models.ForeignKey(EmergencyOpening, on_delete=models.PROTECT, related_name="ends")
    subject = models.UUIDField()
    employee = models.IntegerField()
    account = models.IntegerField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["opening"], condition=Q(withdrawn_at__isnull=True), name="emergency_end"
            ),
        )


class EmergencyTry(models.Model):
    """That somebody named a number behind which nothing can be opened; not which number."""

    employee = models.IntegerField()
    at = models.DateTimeField()

    class Meta:
        indexes = (models.Index(fields=["employee", "at"], name="emergency_tries"),)
