"""Reports about children, what became of them, and the rounds from house to house."""

from django.db import models
from django.db.models import Q

from kamkor.kernel.locked import LockedText
from kamkor.kernel.models import Fact, Scoped


class Report(Fact):
    """A report about one or several children; ``happened_on`` is the day of reporting.

    What it tells, its day and its district are those of the ``ReportTold`` that stands;
    ``learned_on`` is the day on which the informant learned of it. ``state`` is derived from the
    facts below.
    """

    of_people = True

    worry = models.CharField(max_length=40)
    danger_now = models.BooleanField()
    territory = models.ForeignKey(
        "kamkor.Territory", on_delete=models.PROTECT, db_index=False, related_name="+"
    )
    place = LockedText(of="id")
    seen_or_said = LockedText(of="id")
    source = models.CharField(max_length=40)
    learned_on = models.DateField(null=True)
    received_at = models.DateTimeField()
    receipt_digest = models.CharField(max_length=64)
    duty_post = models.ForeignKey("kamkor.Post", on_delete=models.PROTECT, related_name="+")
    home_unsafe = models.BooleanField(default=False)
    safe_contact = LockedText(of="id", blank=True)
    state = models.CharField(max_length=24, default="new")
    urgent = models.BooleanField(default=False)

    # Whether somebody has read it since it came to who screens it; queries say so.
    heard: bool

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["receipt_digest"], name="report_by_receipt"),
        )
        indexes = (
            models.Index(fields=["office_district", "state", "received_at"], name="report_queue"),
            # Every page asks whether an alarm rings: there is hardly one.
            models.Index(
                fields=["office_district", "received_at"],
                condition=Q(Q(urgent=True) | Q(team__isnull=False), state="new", withdrawn_at=None),
                name="report_alarms",
            ),
        )


class ReportTold(Fact):
    """What a report tells: as it was taken down, and each correction of it.

    ``home_unsafe`` stays once it was said. ``urgent`` follows from the worry and the danger.
    """

    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="tellings")
    worry = models.CharField(max_length=40)
    danger_now = models.BooleanField()
    territory = models.ForeignKey(
        "kamkor.Territory", on_delete=models.PROTECT, db_index=False, related_name="+"
    )
    place = LockedText(of="report_id")
    seen_or_said = LockedText(of="report_id")
    source = models.CharField(max_length=40)
    learned_on = models.DateField(null=True)
    home_unsafe = models.BooleanField(default=False)
    safe_contact = LockedText(of="report_id", blank=True)
    urgent = models.BooleanField(default=False)


class ReportChild(Fact):
    """One child of a report, as it was described; ``case`` once the report is accepted."""

    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="children")
    description = LockedText(of="report_id")
    age = models.PositiveSmallIntegerField(null=True)
    case = models.ForeignKey(
        "kamkor.Case", null=True, on_delete=models.PROTECT, related_name="described"
    )


class Reporter(Scoped):
    """Who reported and how to call back: optional, and apart from the report."""

    report = models.OneToOneField(
        Report, primary_key=True, on_delete=models.PROTECT, related_name="reporter"
    )
    name = LockedText(of="report_id", blank=True)
    telephone = LockedText(of="report_id", blank=True)


class ReportRead(Fact):
    """Someone has read the report; an alarm rings until then."""

    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="reads")


class Screening(Fact):
    """Accepted, redirected or declined, with why."""

    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="screenings")
    decision = models.CharField(max_length=12)
    reason = models.CharField(max_length=40, blank=True)
    to_office = models.ForeignKey(
        "kamkor.Office", null=True, on_delete=models.PROTECT, related_name="+"
    )
    urgent = models.BooleanField(default=False)
    note = LockedText(of="report_id", blank=True)


class SecondLook(Fact):
    """The head's second look at a declined report: upheld, or opened again."""

    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="second_looks")
    upheld = models.BooleanField()
    note = LockedText(of="report_id", blank=True)


class SentInError(Fact):
    """The sender says it was sent in error; it stays with the duty person all the same."""

    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="marks_of_error")
    note = LockedText(of="report_id")


class Round(Fact):
    """A round from house to house: counts of households, no names."""

    territory = models.ForeignKey("kamkor.Territory", on_delete=models.PROTECT, related_name="+")
    area = models.CharField(max_length=200)
    visited = models.PositiveIntegerField()
    nobody_home = models.PositiveIntegerField()
    refused = models.PositiveIntegerField()
    no_concern = models.PositiveIntegerField()
