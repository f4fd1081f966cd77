"""Who of a household has been looked at."""

from uuid import UUID

from django.db.models import QuerySet

from kamkor.access.rules import Viewer
from kamkor.cases.models import SiblingLook
from kamkor.people.queries import scope_filter


def looks_of(viewer: Viewer, household_id: UUID) -> QuerySet[SiblingLook]:
    """Who of a household was looked at or not, as it was told, corrected facts too."""
    looks = SiblingLook.objects.filter(scope_filter(viewer, subject="person_id"))
    return looks.filter(household_id=household_id)
