"""What every room's tables are made of: scope columns, facts, and the journal."""

from collections.abc import Callable, Collection
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.base import ModelState

from kamkor.kernel import clock, kept  # noqa: F401 - kept makes the lookup ``among`` known
from kamkor.kernel.ids import new_id
from kamkor.kernel.seen import note


@cache
def _columns_of(kind: type[models.Model]) -> tuple[dict[str, Callable[[], Any]], frozenset[str]]:
    """What stands in each column of a new row that tells nothing of it; and all it may tell."""
    fields = kind._meta.concrete_fields  # noqa: SLF001 - Django's public way to its fields
    columns = [one for one in fields if one.column is not None]
    names = {one.attname for one in columns} | {one.name for one in columns}
    return {one.attname: one.get_default for one in columns}, frozenset(names)


class Scoped(models.Model):
    """A row with the office that holds it, and the named team if it is sealed.

    Reading one that is ``of_people`` is a look at somebody, and noted.
    """

    of_people: ClassVar[bool] = False

    office_unit = models.IntegerField(null=True)
    office_district = models.IntegerField(null=True)
    office_oblast = models.IntegerField(null=True)
    team = models.UUIDField(null=True)

    class Meta:
        abstract = True

    if not TYPE_CHECKING:  # a new row takes its own columns, as Django's types say

        def __init__(self, *args: object, **told: object) -> None:
            """A new row: what is told by name, and in other columns what stands there unsaid.

            As Django makes it, but for the signals that nobody hears: a command makes many.
            Whatever is told otherwise is left to Django.
            """
            unsaid, known = _columns_of(type(self))
            if args or not known.issuperset(told):
                super().__init__(*args, **told)
                return
            held = self.__dict__
            held["_state"] = ModelState()
            for name, default in unsaid.items():
                held[name] = told.pop(name) if name in told else default()
            for name, row in told.items():
                setattr(self, name, row)

    @classmethod
    def from_db(  # type: ignore[override]  # the stubs are those of Django 6
        cls, db: str | None, field_names: Collection[str], values: Collection[Any]
    ) -> Self:
        """A row as it was read: what stands in its columns and nothing else.

        Django's own makes it as if it were new, field by field, and tells whoever listens; a page
        reads hundreds. A column that was not asked for is read when it is looked at, as there.
        """
        state = ModelState()
        state.adding, state.db = False, db
        read = cls.__new__(cls)
        read.__dict__.update(zip(field_names, values, strict=True), _state=state)
        if cls.of_people:
            note(read.__dict__["id"])
        return read

    def place_on(self, _day: date) -> tuple[int | None, str]:
        """The department that answers for the row on a day, and the district or city it counts in.

        A row that knows of earlier ones says so.
        """
        return self.office_district, str(getattr(self, "territory_id", None) or "")


class Fact(Scoped):
    """Something that happened: only ever added; ``withdrawn_at`` is set once by a correction.

    ``happened_on`` is the day it happened, ``recorded_at`` when the server received it;
    ``first_recorded_at`` is that of the fact it goes back to, so that a correction keeps its
    place in the order of what happened. ``department`` and ``district`` (an office, a territory)
    are those of ``happened_on``: the fact stays counted there, wherever its case moves.
    ``correction_reason`` is why it stands in place of the one it ``corrects``.
    """

    id = models.UUIDField(primary_key=True, default=new_id)
    happened_on = models.DateField()
    recorded_at = models.DateTimeField(default=clock.now)
    first_recorded_at = models.DateTimeField(default=clock.now)
    withdrawn_at = models.DateTimeField(null=True)
    corrects = models.UUIDField(null=True)
    correction_reason = models.CharField(max_length=40, blank=True, db_default="")
    command = models.UUIDField()
    by_post = models.IntegerField()
    department = models.IntegerField(null=True)
    district = models.CharField(max_length=14, blank=True, db_default="")

    class Meta:
        abstract = True


class KeyCanary(models.Model):
    """What the first of a version of the keys locked here: keys that do not open it are others."""

    version = models.SmallIntegerField(primary_key=True)
    locked = models.BinaryField()


class JournalEntry(Scoped):
    """One entry for each thing a command touched: ids and field names, never values.

    Its key, ``(command, row)``, makes sending twice harmless, ``UNIQUE (subject, version)`` orders
    what happened to a subject. ``digest`` is keyed, so that it tells nothing of the content;
    ``answer`` stands in row 0.
    """

    pk = models.CompositePrimaryKey("command", "row")
    command = models.UUIDField()
    row = models.PositiveSmallIntegerField()
    operation = models.CharField(max_length=60)
    subject = models.UUIDField()
    version = models.PositiveIntegerField()
    fields = ArrayField(models.CharField(max_length=60))
    digest = models.UUIDField()
    answer = models.JSONField()
    account = models.IntegerField()
    post = models.IntegerField()
    system_user = models.CharField(max_length=64, blank=True)
    recorded_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["subject", "version"], name="journal_in_order"),
        )
