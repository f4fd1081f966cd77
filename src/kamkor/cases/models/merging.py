"""A case that is closed because its child has another one, found when two records became one."""

from django.db import models
from django.db.models import Q

from kamkor.kernel.models import Fact


class CaseMerge(Fact):
    """From ``happened_on`` the child's other open case, ``into``, goes on alone; ``merge`` is the
    fact that made the two records one child."""

    case = models.ForeignKey("kamkor.Case", on_delete=models.PROTECT, related_name="merges")
    into = models.ForeignKey("kamkor.Case", on_delete=models.PROTECT, related_name="merged")
    merge = models.ForeignKey("kamkor.PersonMerge", on_delete=models.PROTECT, related_name="cases")

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["case"], condition=Q(withdrawn_at__isnull=True), name="case_merged_once"
            ),
        )
