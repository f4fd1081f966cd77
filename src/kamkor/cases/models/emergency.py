"""A child's case opened in an emergency: by whom and why, who has seen it, and when it ended."""

from django.db import models
from django.db.models import Q

from kamkor.kernel.locked import LockedText
from kamkor.kernel.models import Fact


class _OfEmergency(Fact):
    """What somebody does about the case ``subject`` in an emergency."""

    subject = models.UUIDField()
    employee = models.IntegerField()
    account = models.IntegerField()

    class Meta:
        abstract = True


class EmergencyOpening(_OfEmergency):
    """That somebody reads the case ``subject`` until a moment, though it is not theirs to see.

    It stands in the office of the case, for those who must know of it. ``told_from`` is the level
    of whoever is told first: 2 the head of the department, 3 the oblast, 4 the commissioner.
    Only a function of the database adds rows.
    """

    reason = LockedText(of="id")
    until = models.DateTimeField()
    told_from = models.PositiveSmallIntegerField()

    class Meta:
        indexes = (models.Index(fields=["subject"], name="emergency_by_subject"),)


class EmergencySeen(_OfEmergency):
    """That a second person knows of it."""

    opening = models.ForeignKey(EmergencyOpening, on_delete=models.PROTECT, related_name="seen")

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["opening"], condition=Q(withdrawn_at__isnull=True), name="emergency_seen"
            ),
        )


class EmergencyEnd(_OfEmergency):
    """That it ended before its time, and by whom."""

    opening = models.ForeignKey(EmergencyOpening, on_delete=models.PROTECT, related_name="ends")

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
