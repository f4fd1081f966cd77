"""Who of a household has been looked at."""

from uuid import UUID

from kamkor.access.rules import Viewer
from kamkor.cases.models import SiblingLook
from kamkor.people.queries import scope_filter


def people_looked_at(viewer: Viewer, household_id: UUID) -> set[UUID]:
    """The children of a household that somebody has looked at."""
    looks = SiblingLook.objects.filter(
        scope_filter(viewer, subject="person_id"),
        household_id=household_id,
        withdrawn_at=None,
        looked_at=True,
    )
    return set(looks.values_list("person_id", flat=True))
