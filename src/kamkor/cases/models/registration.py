"""Identification and registration: two facts, two counts; grounds; siblings looked at."""

from django.db import models

from kamkor.kernel.locked import LockedText
from kamkor.kernel.models import Fact


class Identification(Fact):
    """A worker found a child, or a family, in difficulty: protected at once."""

    case = models.ForeignKey(
        "kamkor.Case", on_delete=models.PROTECT, related_name="identifications"
    )
    difficulty = LockedText(of="case_id")
    risk_level = models.CharField(max_length=10)
    source = models.CharField(max_length=40)


class Registration(Fact):
    """The specialist's decision: put on the register, or not, with why."""

    case = models.ForeignKey("kamkor.Case", on_delete=models.PROTECT, related_name="registrations")
    registered = models.BooleanField()
    reason = models.CharField(max_length=40, blank=True)
    note = LockedText(of="case_id", blank=True)


class RegistrationGround(Fact):
    """One ground of a registration; exactly one of them is the main one."""

    case = models.ForeignKey("kamkor.Case", on_delete=models.PROTECT, related_name="grounds")
    ground = models.CharField(max_length=40)
    main = models.BooleanField()


class StateProtection(Fact):
    """The status "child in need of state protection" is given or lifted; apart from grounds."""

    case = models.ForeignKey(
        "kamkor.Case", on_delete=models.PROTECT, related_name="state_protections"
    )
    given = models.BooleanField()
    note = LockedText(of="case_id", blank=True)


class SiblingLook(Fact):
    """Whether a child of the household has been looked at since somebody was worried."""

    household = models.ForeignKey(
        "kamkor.Household", on_delete=models.PROTECT, related_name="sibling_looks"
    )
    person = models.ForeignKey("kamkor.Person", on_delete=models.PROTECT, related_name="looks")
    looked_at = models.BooleanField()
