"""Taking off the register: proposed by one person, decided by another; what comes after."""

from django.db import models

from kamkor.kernel.locked import LockedText
from kamkor.kernel.models import Fact


class TakingOffProposal(Fact):
    """Someone proposes to take a child or a family off the register, with the reason."""

    case = models.ForeignKey("kamkor.Case", on_delete=models.PROTECT, related_name="proposals")
    reason = models.CharField(max_length=40)
    note = LockedText(of="case_id")
    other_side = LockedText(of="case_id", blank=True)
    other_side_accepted_on = models.DateField(null=True)


class TakingOffDecision(Fact):
    """Another person agrees (off the register from ``happened_on``) or says no, with why."""

    case = models.ForeignKey("kamkor.Case", on_delete=models.PROTECT, related_name="decisions")
    proposal = models.ForeignKey(
        TakingOffProposal, on_delete=models.PROTECT, related_name="decisions"
    )
    agreed = models.BooleanField()
    reason = models.CharField(max_length=40)
    note = LockedText(of="case_id", blank=True)


class AccompanimentEnd(Fact):
    """The accompaniment of a placed child ends; one check after leaving follows."""

    case = models.ForeignKey(
        "kamkor.Case", on_delete=models.PROTECT, related_name="accompaniment_ends"
    )
    note = LockedText(of="case_id")
