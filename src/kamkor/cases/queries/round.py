"""Rounds from house to house, as a viewer may see them."""

from uuid import UUID

from django.db.models import QuerySet

from kamkor.access.rules import Viewer
from kamkor.cases.models import Round
from kamkor.kernel.commands import NotFound
from kamkor.people.queries import scope_filter


def rounds_visible_to(viewer: Viewer) -> QuerySet[Round]:
    """The rounds of the viewer's scope, newest first; corrected and withdrawn ones too."""
    rounds = Round.objects.filter(scope_filter(viewer)).select_related("territory")
    return rounds.order_by("-happened_on", "-first_recorded_at", "-recorded_at")


def round_for(viewer: Viewer, round_id: UUID) -> Round:
    """One round; raises ``NotFound`` alike if it does not exist or is not the viewer's."""
    found = rounds_visible_to(viewer).filter(id=round_id).first()
    if found is None:
        raise NotFound("fact")
    return found
