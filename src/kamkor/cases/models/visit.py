"""Visits: one for a household, a row for each child; needs that a visit opens."""

from django.db import models

from kamkor.kernel.locked import LockedText
from kamkor.kernel.models import Fact


class Visit(Fact):
    """One visit to a household. Minutes and the next date are optional."""

    household = models.ForeignKey(
        "kamkor.Household", on_delete=models.PROTECT, related_name="visits"
    )
    kind = models.CharField(max_length=24)
    changed = LockedText(of="household_id", blank=True)
    words_of_carer = LockedText(of="household_id", blank=True)
    next_on = models.DateField(null=True)
    minutes = models.PositiveSmallIntegerField(null=True)


class VisitChild(Fact):
    """One child of a visit: how it was seen, and the four questions where *yes* is concern.

    The family's own entry has a row too, without answers: it was met, or nobody was.

    ``kind`` and ``next_on`` repeat the visit's, so that the row is whole where the visit's own
    row is not to be seen.
    """

    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, related_name="children")
    case = models.ForeignKey("kamkor.Case", on_delete=models.PROTECT, related_name="visits")
    kind = models.CharField(max_length=24)
    next_on = models.DateField(null=True)
    seen = models.CharField(max_length=12)
    not_seen_reason = models.CharField(max_length=40, blank=True)
    injury_fear_word = models.BooleanField(null=True)
    harmful_person_access = models.BooleanField(null=True)
    no_able_adult_tonight = models.BooleanField(null=True)
    basics_missing = models.BooleanField(null=True)
    words_of_child = LockedText(of="case_id", blank=True)
    lives_with = LockedText(of="case_id", blank=True)
    conditions = models.CharField(max_length=24, blank=True)
    parents_contact = models.CharField(max_length=24, blank=True)


class Need(Fact):
    """Food, warmth, medicine or a bed is missing: a need to be met, never a risk."""

    case = models.ForeignKey("kamkor.Case", on_delete=models.PROTECT, related_name="needs")
    visit = models.ForeignKey(Visit, null=True, on_delete=models.PROTECT, related_name="needs")
    what = models.CharField(max_length=200)
