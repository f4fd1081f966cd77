"""Identity apart from facts: persons, their names and births, households and who lives there."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from kamkor.kernel.ids import new_id
from kamkor.kernel.models import Fact, Scoped


class Person(Scoped):
    """A child or an adult. Everything that says who it is can be blanked; the id stays."""

    of_people = True

    id = models.UUIDField(primary_key=True, default=new_id)
    sort_key = models.CharField(max_length=400, blank=True, db_collation="C")
    shown_name = models.CharField(max_length=400, blank=True)
    sex = models.CharField(max_length=8, blank=True)
    born_on = models.DateField(null=True)
    birth_precision = models.CharField(max_length=10, default="unknown")
    # Optional and not unique: an equal number is a duplicate candidate, never an error.
    pin = models.CharField(max_length=20, blank=True)
    pin_doubts = models.CharField(max_length=80, blank=True)
    telephone = models.CharField(max_length=20, blank=True)
    # Of records that are one person the id of the kept one; derived from the merges that stand.
    same_as = models.UUIDField(null=True)

    class Meta:
        indexes = (
            models.Index(
                fields=["same_as"], condition=Q(same_as__isnull=False), name="person_same_as"
            ),
            models.Index(fields=["office_unit"], name="person_by_unit"),
            models.Index(fields=["office_district", "born_on"], name="person_by_district"),
            models.Index(
                fields=["pin", "office_district"], condition=~Q(pin=""), name="person_by_pin"
            ),
        )


class PersonName(Scoped):
    """A name as it was typed; every spelling known stays searchable."""

    id = models.UUIDField(primary_key=True, default=new_id)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="names")
    kind = models.CharField(max_length=20)
    surname = models.CharField(max_length=120, blank=True)
    given_name = models.CharField(max_length=120, blank=True)
    patronymic = models.CharField(max_length=120, blank=True)
    recorded_at = models.DateTimeField()
    command = models.UUIDField()


class NameToken(Scoped):
    """One folded part of a name, for search by comparison that may run under row security.

    It is made anew from the names at any time, so the database does not look up its person: that
    was a fifth of all its look-ups in a load.
    """

    pk = models.CompositePrimaryKey("person", "token")
    person = models.ForeignKey(
        Person,
        on_delete=models.PROTECT,
        db_index=False,
        db_constraint=False,
        related_name="tokens",
    )
    token = models.CharField(max_length=120, db_collation="C")

    class Meta:
        indexes = (
            models.Index(
                fields=["token", "office_district", "office_unit", "office_oblast"],
                name="token_by_office",
            ),
            models.Index(
                fields=["token", "team"], condition=Q(team__isnull=False), name="token_by_team"
            ),
        )


class PersonKey(Scoped):
    """One key of a child by which records are compared that may be one: a number that tells no
    name. Made anew from names, birth and number at any time, as search words are."""

    pk = models.CompositePrimaryKey("person", "key")
    person = models.ForeignKey(
        Person, on_delete=models.PROTECT, db_index=False, db_constraint=False, related_name="keys"
    )
    key = models.BigIntegerField()

    class Meta:
        indexes = (models.Index(fields=["key", "office_district"], name="key_by_office"),)


class ComparedName(Scoped):
    """A name of a child as records are compared: the stems of surname, given name and patronymic,
    and how each sounds. Made anew with the keys; across departments a function alone reads it."""

    pk = models.CompositePrimaryKey("person", "place")
    person = models.ForeignKey(
        Person, on_delete=models.PROTECT, db_index=False, db_constraint=False, related_name="+"
    )
    # The latest name stands at 0.
    place = models.PositiveSmallIntegerField()
    stems = ArrayField(models.CharField(max_length=400), size=3)
    sounds = ArrayField(models.CharField(max_length=400), size=3)


class AlikePair(Scoped):
    """Two records of a department that may be one child, as the rules of today weigh them.

    Derived: from the records themselves, and ``answer`` from the last that was said of the two
    while they stood as they stand. ``one`` is the smaller id.
    """

    id = models.UUIDField(primary_key=True, default=new_id)
    one = models.ForeignKey(Person, on_delete=models.PROTECT, db_index=False, related_name="+")
    other = models.ForeignKey(Person, on_delete=models.PROTECT, db_index=False, related_name="+")
    zone = models.CharField(max_length=8)
    weight = models.FloatField()
    one_number = models.BooleanField(default=False)
    answer = models.CharField(max_length=12, blank=True)

    class Meta:
        indexes = (
            models.Index(fields=["other"], name="pair_by_other"),
            models.Index(fields=["office_district", "weight"], name="pair_by_weight"),
        )
        constraints = (
            models.UniqueConstraint(fields=["one", "other"], name="pair_once"),
            models.CheckConstraint(
                condition=Q(one__lt=models.F("other")), name="pair_of_two_in_order"
            ),
        )


class DepartmentCompared(models.Model):
    """When all children of a department were last compared with each other, and what was found."""

    department = models.OneToOneField(
        "kamkor.Office", primary_key=True, on_delete=models.PROTECT, related_name="+"
    )
    compared_at = models.DateTimeField()
    children = models.PositiveIntegerField()
    pairs = models.PositiveIntegerField()


class SameChildAnswer(Fact):
    """Somebody compared two records and said whether they are one child.

    ``weight`` and ``rules`` (the day from which those rules of comparison hold) are what the
    program showed; ``compared`` is a keyed digest of what stood in both, so that the answer holds
    as long as nothing of it changes.
    """

    one = models.ForeignKey(Person, on_delete=models.PROTECT, db_index=False, related_name="+")
    other = models.ForeignKey(Person, on_delete=models.PROTECT, db_index=False, related_name="+")
    answer = models.CharField(max_length=12)
    rules = models.DateField()
    weight = models.FloatField()
    compared = models.UUIDField()

    class Meta:
        indexes = (
            models.Index(fields=["one", "other"], name="answer_by_pair"),
            models.Index(fields=["other"], name="answer_by_other"),
        )


class Household(Scoped):
    """People who live together, under one address."""

    id = models.UUIDField(primary_key=True, default=new_id)
    sort_key = models.CharField(max_length=400, blank=True, db_collation="C")
    shown_name = models.CharField(max_length=400, blank=True)
    territory = models.ForeignKey(
        "kamkor.Territory", on_delete=models.PROTECT, db_index=False, related_name="+"
    )
    place = models.CharField(max_length=200, blank=True)
    telephone = models.CharField(max_length=20, blank=True)


class WordingToken(Scoped):
    """One folded word of how a place or a child was described, to find the same told otherwise.

    ``subject`` is the report or the home it belongs to; ``wording`` the report's child that is
    described, else the subject itself, of whose place it is. What was told before stays.
    """

    pk = models.CompositePrimaryKey("wording", "token")
    subject = models.UUIDField()
    wording = models.UUIDField()
    token = models.CharField(max_length=120, db_collation="C")

    class Meta:
        indexes = (
            models.Index(fields=["token", "office_district"], name="wording_by_district"),
            models.Index(fields=["subject"], name="wording_by_subject"),
        )


class HouseholdMember(Fact):
    """Someone belongs to a household from ``happened_on`` until, if known, ``until``."""

    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="members")
    person = models.ForeignKey(
        Person, on_delete=models.PROTECT, db_index=False, related_name="memberships"
    )
    relation = models.CharField(max_length=40)
    until = models.DateField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["person", "household", "happened_on"],
                condition=Q(withdrawn_at__isnull=True),
                name="member_once_a_day",
            ),
        )


class HouseholdMove(Fact):
    """From ``happened_on`` a household lives at another place, in a district or city by its code;
    where it stood until then."""

    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="moves")
    moved_to = models.CharField(max_length=14)
    place = models.CharField(max_length=200)
    moved_from = models.CharField(max_length=14)
    former_place = models.CharField(max_length=200, blank=True)


class Birth(Fact):
    """When a person was born, how exactly that is known, and the sex, as it was told."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="births")
    born_on = models.DateField(null=True)
    precision = models.CharField(max_length=10)
    sex = models.CharField(max_length=8)


class PersonMerge(Fact):
    """Two records are one person: the absorbed one is read as the kept one while this stands.

    No row of either changes hands. ``asked`` is the request that a second person agreed to,
    ``reason`` how it is known; why it was undone stands with who undid it.
    """

    kept = models.ForeignKey(Person, on_delete=models.PROTECT, db_index=False, related_name="+")
    absorbed = models.ForeignKey(Person, on_delete=models.PROTECT, db_index=False, related_name="+")
    reason = models.CharField(max_length=40)
    asked = models.UUIDField()

    class Meta:
        indexes = (models.Index(fields=["kept"], name="merge_by_kept"),)
        constraints = (
            models.UniqueConstraint(
                fields=["absorbed"],
                condition=Q(withdrawn_at__isnull=True),
                name="absorbed_once",
            ),
            models.CheckConstraint(
                condition=~Q(kept=models.F("absorbed")), name="merge_of_two_records"
            ),
        )
