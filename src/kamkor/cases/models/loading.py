"""Loading a register from a file: the load, its rows on the way, and what was loaded before."""

from django.db import models
from django.db.models import Q

from kamkor.kernel import clock
from kamkor.kernel.ids import new_id
from kamkor.kernel.models import Scoped


class Load(models.Model):
    """One file on its way into the register: how it was read, and how far it has come.

    It holds no name and no row; ``office`` is the office it was loaded for.
    """

    id = models.UUIDField(primary_key=True, default=new_id)
    office = models.IntegerField()
    account = models.IntegerField()
    post = models.IntegerField()
    file_name = models.CharField(max_length=200)
    size = models.BigIntegerField()
    form = models.CharField(max_length=8, blank=True)
    encoding = models.CharField(max_length=16, blank=True)
    separator = models.CharField(max_length=12, blank=True)
    state = models.CharField(max_length=16)
    accept_good = models.BooleanField(default=False)
    refusal = models.CharField(max_length=40, blank=True)
    refusal_details = models.JSONField(default=dict)
    columns = models.JSONField(default=list)
    rows = models.IntegerField(default=0)
    good = models.IntegerField(default=0)
    faulty = models.IntegerField(default=0)
    known = models.IntegerField(default=0)
    written = models.IntegerField(default=0)
    began_at = models.DateTimeField(default=clock.now)
    touched_at = models.DateTimeField(default=clock.now)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (models.Index(fields=["office", "began_at"], name="load_by_office"),)


class StagedRow(Scoped):
    """One row of a file between reading and writing, its office's that loads it.

    ``cells`` are those of the file; ``entry`` is what was understood of them, empty where
    ``faults`` say what is wrong. Good rows are written in the order of ``turn``.
    """

    load = models.ForeignKey(Load, on_delete=models.PROTECT, db_index=False, related_name="staged")
    number = models.IntegerField()
    turn = models.CharField(max_length=120, db_collation="C")
    cells = models.JSONField()
    good = models.BooleanField()
    entry = models.JSONField(default=list)
    faults = models.JSONField(default=list)

    class Meta:
        indexes = (
            models.Index(
                fields=["load", "turn", "number"], condition=Q(good=True), name="staged_good"
            ),
            models.Index(fields=["load", "number"], condition=Q(good=False), name="staged_faulty"),
        )


class LoadKey(models.Model):
    """What a department has loaded before: a keyed digest of a row, and what it became.

    ``subject`` is a case, or the home of a family. Loading the same row again adds nothing.
    """

    office = models.IntegerField()
    digest = models.UUIDField()
    subject = models.UUIDField()
    load = models.UUIDField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["digest", "office"], name="loaded_once"),)
