"""The one table of the floor: rows like those of a caseload."""

from typing import ClassVar

from django.db import models


class Row(models.Model):
    """What a page shows of a case, without anything that stands behind it."""

    worker = models.IntegerField()
    name = models.CharField(max_length=120)
    next_on = models.DateField()
    seen_on = models.DateField()
    place = models.CharField(max_length=120)

    objects: ClassVar[models.Manager["Row"]] = models.Manager()

    class Meta:
        indexes = (models.Index(fields=["worker", "next_on", "id"], name="row_by_worker"),)
