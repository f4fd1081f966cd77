"""The case: one child's episode, or one family's entry; and who is responsible for it."""

from collections.abc import Sequence
from datetime import date

from django.db import models
from django.db.models import Q

from kamkor.cases.vocabulary import OPEN_STATES
from kamkor.kernel.ids import new_id
from kamkor.kernel.models import Fact, Scoped

_OPEN = Q(state__in=tuple(sorted(OPEN_STATES)))


class Case(Scoped):
    """One child's episode, linked to its household; in the register of families, a family's.

    The columns below ``previous`` are derived from facts and rebuilt by ``settle_cases``.
    ``eventful``: a fact of a kind that most cases have none of was recorded about it, whether it
    stands or not; the database keeps it with each such fact written.
    """

    of_people = True

    id = models.UUIDField(primary_key=True, default=new_id)
    number = models.CharField(max_length=16)
    register = models.CharField(max_length=8)
    child = models.ForeignKey(
        "kamkor.Person", null=True, on_delete=models.PROTECT, related_name="cases"
    )
    household = models.ForeignKey(
        "kamkor.Household", null=True, on_delete=models.PROTECT, related_name="cases"
    )
    territory = models.ForeignKey(
        "kamkor.Territory", on_delete=models.PROTECT, db_index=False, related_name="+"
    )
    report = models.ForeignKey(
        "kamkor.Report",
        null=True,
        on_delete=models.PROTECT,
        db_index=False,
        related_name="cases",
    )
    previous = models.ForeignKey(
        "self", null=True, on_delete=models.PROTECT, db_index=False, related_name="returns"
    )
    opened_on = models.DateField()
    command = models.UUIDField()

    state = models.CharField(max_length=24)
    responsible = models.ForeignKey(
        "kamkor.Post", on_delete=models.PROTECT, db_index=False, related_name="+"
    )
    sort_key = models.CharField(max_length=400, blank=True, db_collation="C")
    risk_level = models.CharField(max_length=10, blank=True)
    main_ground = models.CharField(max_length=40, blank=True)
    identified_on = models.DateField(null=True)
    registered_on = models.DateField(null=True)
    taken_off_on = models.DateField(null=True)
    last_visit_on = models.DateField(null=True)
    last_seen_on = models.DateField(null=True)
    not_seen_in_a_row = models.PositiveSmallIntegerField(default=0)
    next_visit_on = models.DateField(null=True)
    offered_to = models.ForeignKey(
        "kamkor.Office", null=True, on_delete=models.PROTECT, db_index=False, related_name="+"
    )
    transferred_on = models.DateField(null=True)
    state_protection = models.BooleanField(default=False)
    away_from_home = models.BooleanField(default=False)
    eventful = models.BooleanField(default=False, db_default=False)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(register="child", child__isnull=False)
                | Q(register="family", child__isnull=True, household__isnull=False),
                name="case_of_a_child_or_a_family",
            ),
            models.UniqueConstraint(fields=["number"], name="case_by_number"),
            models.UniqueConstraint(
                fields=["child"],
                condition=_OPEN,
                name="case_open_once",
            ),
        )
        indexes = (
            models.Index(fields=["responsible", "state"], name="case_by_responsible"),
            models.Index(fields=["office_district", "sort_key"], name="case_by_district"),
            # Most cases of an office ended long ago: what is open does not grow with the years.
            models.Index(fields=["office_unit"], condition=_OPEN, name="case_open_by_unit"),
            models.Index(
                fields=["office_district", "register", "sort_key", "id"],
                condition=_OPEN,
                name="case_open_by_district",
            ),
            # The first page of an oblast or of the nation is read in its order, not sorted.
            models.Index(
                fields=["register", "sort_key", "id"], condition=_OPEN, name="case_open_in_order"
            ),
            # What few cases have: an index of those alone.
            models.Index(fields=["team"], condition=Q(team__isnull=False), name="case_by_team"),
            models.Index(
                fields=["report"], condition=Q(report__isnull=False), name="case_by_report"
            ),
            models.Index(
                fields=["previous"], condition=Q(previous__isnull=False), name="case_by_previous"
            ),
            models.Index(
                fields=["offered_to"], condition=Q(offered_to__isnull=False), name="case_by_offer"
            ),
        )

    earlier_places: Sequence[tuple[date, int | None, str]] = ()
    """Until which day which department answered, and for which district; set by a query."""

    def place_on(self, day: date) -> tuple[int | None, str]:
        """The department that answered on a day, and the district or city the child lived in."""
        for until, department, district in self.earlier_places:
            if day < until:
                return department, district
        return super().place_on(day)


class Assignment(Fact):
    """From ``happened_on`` this post is responsible for the case, until the next assignment."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="assignments")
    post = models.ForeignKey(
        "kamkor.Post", on_delete=models.PROTECT, db_index=False, related_name="+"
    )


class Interest(Fact):
    """Someone of the service is related to or acquainted with the family of this case."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="interests")
    employee = models.ForeignKey("kamkor.Employee", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=40)
