"""Protective removal, and how a child is reached whose home must not be contacted."""

from django.db import models

from kamkor.kernel.models import Fact


class Removal(Fact):
    """The danger, who decided under which ground, who was told when, where the child sleeps."""

    case = models.ForeignKey("kamkor.Case", on_delete=models.PROTECT, related_name="removals")
    danger = models.TextField(max_length=4000)
    ground = models.CharField(max_length=40)
    decider = models.CharField(max_length=40)
    decider_name = models.CharField(max_length=200)
    sleeps_at = models.CharField(max_length=40)
    sleeps_where = models.CharField(max_length=200)
    siblings = models.CharField(max_length=200, blank=True)
    next_step = models.CharField(max_length=200)
    prosecutor_told_at = models.DateTimeField(null=True)
    parents_told_at = models.DateTimeField(null=True)
    doctor_told_at = models.DateTimeField(null=True)


class SafeContact(Fact):
    """The home must not be contacted: how to reach the child instead; empty while not known."""

    case = models.ForeignKey("kamkor.Case", on_delete=models.PROTECT, related_name="safe_contacts")
    contact = models.CharField(max_length=200, blank=True)


class RemovalEnd(Fact):
    """The child is at home again, or where it lives from now on."""

    case = models.ForeignKey("kamkor.Case", on_delete=models.PROTECT, related_name="removal_ends")
    note = models.TextField(max_length=4000)
