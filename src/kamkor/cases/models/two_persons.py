"""What one person asks for and another must confirm: to unseal, to erase, to export many names."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from kamkor.kernel.locked import LockedText
from kamkor.kernel.models import Fact


class TwoPersons(Fact):
    """One sensitive act asked for; taken back by ``withdrawn_at``, over after ``until``.

    ``subject`` is the case; of an export the request itself, and ``wanted`` its filters as codes.
    ``keys`` are the subjects whose keys went with an erasure; the database writes them.
    """

    act = models.CharField(max_length=12)
    subject = models.UUIDField()
    ground = models.CharField(max_length=40, blank=True)
    reason = LockedText(of="subject")
    wanted = models.JSONField(default=dict)
    employee = models.IntegerField()
    account = models.IntegerField()
    until = models.DateTimeField()
    keys = ArrayField(models.UUIDField(), default=list)

    class Meta:
        indexes = (models.Index(fields=["subject"], name="two_persons_by_subject"),)


class SecondWord(Fact):
    """What the second person said; it stands once."""

    asked = models.ForeignKey(TwoPersons, on_delete=models.PROTECT, related_name="words")
    subject = models.UUIDField()
    agreed = models.BooleanField()
    employee = models.IntegerField()
    account = models.IntegerField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["asked"], condition=Q(withdrawn_at__isnull=True), name="second_word_once"
            ),
        )
