"""Transfer between departments: offered, then accepted or returned; the sender holds until then."""

from django.db import models

from kamkor.kernel.locked import LockedText
from kamkor.kernel.models import Fact


class TransferOffer(Fact):
    """One department asks another to take the case over."""

    case = models.ForeignKey("kamkor.Case", on_delete=models.PROTECT, related_name="offers")
    from_office = models.ForeignKey("kamkor.Office", on_delete=models.PROTECT, related_name="+")
    to_office = models.ForeignKey("kamkor.Office", on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=40)
    note = LockedText(of="case_id")


class TransferAnswer(Fact):
    """The other department accepts, or returns the case with why.

    ``moved_to`` is the district or city in which an accepted child lives from then on.
    """

    case = models.ForeignKey("kamkor.Case", on_delete=models.PROTECT, related_name="answers")
    offer = models.ForeignKey(TransferOffer, on_delete=models.PROTECT, related_name="answers")
    accepted = models.BooleanField()
    moved_to = models.CharField(max_length=14, blank=True)
    reason = models.CharField(max_length=40, blank=True)
    note = LockedText(of="case_id", blank=True)
