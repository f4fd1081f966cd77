"""Protective removal, and how a child is reached whose home must not be contacted."""

from django.db import models

from kamkor.kernel.locked import LockedText
from kamkor.kernel.models import Fact


class Removal(Fact):
    """The danger, who decided under which ground, who was told when, where the child sleeps."""

    case = models.ForeignKey("kamkor.Case", on_delete=models.PROTECT, related_name="removals")
    danger = LockedText(of="case_id")
    ground = models.CharField(max_length=40)
    decider = models.CharField(max_length=40)
    decider_name = LockedText(of="case_id")
    sleeps_at = models.CharField(max_length=40)
    sleeps_where = LockedText(of="case_id")
    siblings = LockedText(of="case_id", blank=True)
    next_step = LockedText(of="case_id")
    prosecutor_told_at = models.DateTimeField(null=True)
    parents_told_at = models.DateTimeField(null=True)
    doctor_told_at = models.DateTimeField(null=True)


class SafeContact(Fact):
    """The home must not be contacted: how to reach the child instead; empty while not known."""

    case = models.ForeignKey("kamkor.Case", on_delete=models.PROTECT, related_name="safe_contacts")
    contact = LockedText(of="case_id", blank=True)


class RemovalEnd(Fact):
    """The child is at home again, or where it lives from now on."""

    case = models.ForeignKey("kamkor.Case", on_delete=models.PROTECT, related_name="removal_ends")
    note = LockedText(of="case_id")
