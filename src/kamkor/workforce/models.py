"""Offices, posts, who holds them, leave, the duty roster, and the posts of the establishment."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeBoundary, RangeOperators
from django.db import models
from django.db.models import F, Func, Q

from kamkor.kernel.ids import new_id
from kamkor.workforce.vocabulary import HELD_STATES, STAFF_KINDS, STAFF_STATES


class DateRange(Func):
    """The days from one column to another, the last one included."""

    function = "DATERANGE"
    output_field = DateRangeField()


def _days(start: str, end: str) -> DateRange:
    return DateRange(start, end, RangeBoundary(inclusive_lower=True, inclusive_upper=True))


class Office(models.Model):
    """A place of work in our own tree: unit < district < oblast < nation (levels 1 to 4).

    ``unit``, ``district`` and ``oblast`` are the office's own scope columns: itself and what is
    above it.
    """

    level = models.PositiveSmallIntegerField()
    parent = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="parts")
    unit = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+")
    district = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+")
    oblast = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+")
    name_ky = models.CharField(max_length=160)
    name_ru = models.CharField(max_length=160)
    name_kk = models.CharField(max_length=160)
    name_en = models.CharField(max_length=160)
    telephone = models.CharField(max_length=20, blank=True)


class OfficeTerritory(models.Model):
    """Which districts or cities an office covers, from when to when."""

    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="covers")
    territory = models.ForeignKey("kamkor.Territory", on_delete=models.PROTECT, related_name="+")
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)


class Employee(models.Model):
    """A person of the service; not a child, so without row security.

    ``number`` is the personnel number, where it is known: by it a person is known again.
    """

    number = models.CharField(max_length=20, blank=True, db_default="")
    surname = models.CharField(max_length=120, blank=True)
    given_name = models.CharField(max_length=120)
    sort_key = models.CharField(max_length=400, db_collation="C")

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["number"], condition=~Q(number=""), name="one_person_a_number"
            ),
        )


class Post(models.Model):
    """A post of an office; ``kind`` is the role its holder acts in.

    A unit has one worker's post on any day: row security ends at the unit, so that a worker sees
    no colleague's cases even where a filter is forgotten. Where two work in one place, there are
    two units.
    """

    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="posts")
    kind = models.CharField(max_length=24)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)

    class Meta:
        constraints = (
            ExclusionConstraint(
                name="one_worker_a_unit",
                expressions=[
                    (F("office"), RangeOperators.EQUAL),
                    (_days("valid_from", "valid_to"), RangeOperators.OVERLAPS),
                ],
                condition=Q(kind="worker"),
            ),
        )


class PostHolding(models.Model):
    """Who holds a post from when to when; never two full holders on one day."""

    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="holdings")
    employee = models.ForeignKey(Employee, on_delete=models.PROTECT, related_name="holdings")
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)

    class Meta:
        constraints = (
            ExclusionConstraint(
                name="one_holder_a_day",
                expressions=[
                    (F("post"), RangeOperators.EQUAL),
                    (_days("valid_from", "valid_to"), RangeOperators.OVERLAPS),
                ],
            ),
        )


class Leave(models.Model):
    """Days on which a post's holder is away, and the post that acts instead.

    Its days never change: who ends it early withdraws it, and adds what stays of it.
    """

    id = models.UUIDField(primary_key=True, default=new_id)
    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="leaves")
    kind = models.CharField(max_length=40)
    valid_from = models.DateField()
    valid_to = models.DateField()
    cover = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="covered_leaves")
    command = models.UUIDField()
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(valid_to__gte=F("valid_from")), name="leave_ends_after_it_begins"
            ),
            models.CheckConstraint(condition=~Q(cover=F("post")), name="leave_covered_by_another"),
            ExclusionConstraint(
                name="one_leave_a_day",
                expressions=[
                    (F("post"), RangeOperators.EQUAL),
                    (_days("valid_from", "valid_to"), RangeOperators.OVERLAPS),
                ],
                condition=Q(withdrawn_at__isnull=True),
            ),
        )


class DutyTurn(models.Model):
    """Who of a department is on duty on which days: rank 1 first, then second, then third.

    Its days never change: who cuts it withdraws it, and adds what stays of it.
    """

    id = models.UUIDField(primary_key=True, default=new_id)
    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="duty_turns")
    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="duty_turns")
    rank = models.PositiveSmallIntegerField(default=1)
    valid_from = models.DateField()
    valid_to = models.DateField()
    command = models.UUIDField()
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(rank__gte=1, rank__lte=3), name="duty_rank_1_to_3"),
            models.CheckConstraint(
                condition=Q(valid_to__gte=F("valid_from")), name="duty_ends_after_it_begins"
            ),
            ExclusionConstraint(
                name="one_duty_person_a_rank",
                expressions=[
                    (F("office"), RangeOperators.EQUAL),
                    (F("rank"), RangeOperators.EQUAL),
                    (_days("valid_from", "valid_to"), RangeOperators.OVERLAPS),
                ],
                condition=Q(withdrawn_at__isnull=True),
            ),
        )


class ProgrammeStage(models.Model):
    """A stage of a programme that opens posts: from a day on so many full posts of a kind, one for
    ``norm`` children each.

    Whoever sets the programme of a kind anew withdraws its stages; what was known stays known.
    """

    id = models.UUIDField(primary_key=True, default=new_id)
    programme = models.CharField(max_length=40)
    kind = models.CharField(max_length=24)
    stage = models.PositiveSmallIntegerField()
    opens_on = models.DateField()
    posts = models.PositiveIntegerField()
    norm = models.PositiveIntegerField()
    recorded_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)
    command = models.UUIDField()
    by_post = models.IntegerField()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(kind__in=[*STAFF_KINDS]), name="programme_of_a_known_kind"
            ),
            models.CheckConstraint(
                condition=Q(stage__gte=1, posts__gte=1, norm__gte=1), name="stage_of_some_posts"
            ),
            models.UniqueConstraint(
                fields=["programme", "kind", "stage"],
                condition=Q(withdrawn_at__isnull=True),
                name="one_stage_of_a_number",
            ),
        )


class StaffPost(models.Model):
    """A post of the establishment: in a territory, of a kind, a full one or a share of one.

    No right hangs on it: whoever is appointed acts by a ``PostHolding`` of an office, or not yet.
    """

    id = models.UUIDField(primary_key=True, default=new_id)
    number = models.CharField(max_length=40, unique=True)
    kind = models.CharField(max_length=24)
    territory = models.ForeignKey("kamkor.Territory", on_delete=models.PROTECT, related_name="+")
    percent = models.PositiveSmallIntegerField()
    programme = models.CharField(max_length=40, blank=True)
    stage = models.PositiveSmallIntegerField(null=True)
    opened_on = models.DateField()
    recorded_at = models.DateTimeField()
    command = models.UUIDField()
    by_post = models.IntegerField()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(kind__in=[*STAFF_KINDS]), name="staff_post_of_a_known_kind"
            ),
            models.CheckConstraint(
                condition=Q(percent__gte=1, percent__lte=100), name="share_of_one_post"
            ),
            models.CheckConstraint(
                condition=Q(programme="", stage__isnull=True)
                | (~Q(programme="") & Q(stage__isnull=False)),
                name="stage_of_a_programme",
            ),
        )


class StaffState(models.Model):
    """What state a post of the establishment is in from when to when, and who holds it.

    A post has one state on any day, and so one holder; one person holds one full post at most.
    ``full`` repeats that of the post for this. Its days never change: a new state withdraws the span
    it falls into, and what stays of it is added.
    """

    id = models.UUIDField(primary_key=True, default=new_id)
    post = models.ForeignKey(StaffPost, on_delete=models.PROTECT, related_name="states")
    state = models.CharField(max_length=16)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    employee = models.ForeignKey(Employee, null=True, on_delete=models.PROTECT, related_name="+")
    substitute = models.ForeignKey(Employee, null=True, on_delete=models.PROTECT, related_name="+")
    full = models.BooleanField()
    recorded_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)
    command = models.UUIDField()
    by_post = models.IntegerField()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(state__in=[*STAFF_STATES]), name="staff_state_known"
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="staff_state_ends_after_it_begins",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[*HELD_STATES], employee__isnull=False)
                | (~Q(state__in=[*HELD_STATES]) & Q(employee__isnull=True)),
                name="held_by_somebody_or_not",
            ),
            models.CheckConstraint(
                condition=Q(substitute__isnull=True)
                | (Q(state="on_leave") & ~Q(substitute=F("employee"))),
                name="substitute_of_who_is_away",
            ),
            ExclusionConstraint(
                name="one_state_a_day",
                expressions=[
                    (F("post"), RangeOperators.EQUAL),
                    (_days("valid_from", "valid_to"), RangeOperators.OVERLAPS),
                ],
                condition=Q(withdrawn_at__isnull=True),
            ),
            ExclusionConstraint(
                name="one_full_post_a_person",
                expressions=[
                    (F("employee"), RangeOperators.EQUAL),
                    (_days("valid_from", "valid_to"), RangeOperators.OVERLAPS),
                ],
                condition=Q(withdrawn_at__isnull=True, full=True, employee__isnull=False),
            ),
        )


class WorkforceVersion(models.Model):
    """One row, whose version triggers draw anew whenever a row of the workforce changes.

    Two who read one version read the same posts, holders, names, leave and turns.
    """

    id = models.SmallIntegerField(primary_key=True, default=1)
    version = models.UUIDField()

    class Meta:
        constraints = (models.CheckConstraint(condition=Q(id=1), name="one_workforce_version"),)
