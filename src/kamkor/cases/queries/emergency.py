"""What was opened in an emergency: for whoever opened it, and for those who must know of it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet

from kamkor.access.rules import Viewer
from kamkor.access.vocabulary import COMMISSIONER, HEAD, OBLAST, SPECIALIST, WORKER
from kamkor.cases.models import EmergencyEnd, EmergencyOpening, EmergencySeen
from kamkor.kernel import clock
from kamkor.people.queries import scope_filter

OPENERS = (WORKER, SPECIALIST, HEAD)
"""Who may open a case in an emergency."""

SECOND = {HEAD: 2, OBLAST: 3, COMMISSIONER: 4}
"""Who is told of it, each with its level: first the head of the department that holds the case."""

NEXT_AFTER = timedelta(minutes=30)
"""After so long the next in line is told too, unless somebody has seen it."""


_SEEN, _ENDED = (
    Exists(kind.objects.filter(opening=OuterRef("pk"), withdrawn_at=None))
    for kind in (EmergencySeen, EmergencyEnd)
)


def _visible(viewer: Viewer) -> QuerySet[EmergencyOpening]:
    scope = scope_filter(viewer, subject="subject")
    return EmergencyOpening.objects.filter(scope, withdrawn_at=None)


def told_of(viewer: Viewer) -> QuerySet[EmergencyOpening]:
    """What the viewer is second person for by now, never for what the viewer opened."""
    level = SECOND.get(viewer.role)
    if level is None:
        return EmergencyOpening.objects.none()
    now, in_line = clock.now(), Q(pk__in=[])
    for first in range(min(SECOND.values()), level + 1):
        waited = NEXT_AFTER * (level - first)
        in_line |= Q(told_from=first, recorded_at__lte=now - waited)
    holds = {HEAD: Q(office_district=viewer.district), OBLAST: Q(office_oblast=viewer.oblast)}
    theirs = _visible(viewer).filter(in_line, holds.get(viewer.role, Q()))
    others = theirs.exclude(employee=viewer.employee_id)
    return others.exclude(account=viewer.account_id).order_by("recorded_at", "id")


def unseen(viewer: Viewer) -> QuerySet[EmergencyOpening]:
    """What the viewer is told of and nobody has seen yet, be it over or not."""
    return told_of(viewer).filter(~_SEEN)


def seen_and_open(viewer: Viewer) -> QuerySet[EmergencyOpening]:
    """What the viewer is told of, was seen, and is still open: it may be ended."""
    return told_of(viewer).filter(_SEEN, ~_ENDED, until__gt=clock.now())


def own_open(viewer: Viewer) -> list[EmergencyOpening]:
    """What the viewer opened and may still read."""
    if not viewer.emergency:
        return []
    own = _visible(viewer).filter(employee=viewer.employee_id, subject__in=viewer.emergency)
    return list(own.filter(~_ENDED, until__gt=clock.now()).order_by("until", "id"))


def concerning(viewer: Viewer, opening: UUID) -> EmergencyOpening | None:
    """One opening that is the viewer's own and open, or that the viewer is told of."""
    own = [one for one in own_open(viewer) if one.pk == opening]
    return own[0] if own else told_of(viewer).filter(id=opening).first()


@dataclass(frozen=True)
class Unseen:
    """An opening that nobody has seen: who is told first, where, and who opened it."""

    told_from: int
    department: int | None
    oblast: int | None
    employee: int
    recorded_at: datetime


def unseen_by_anybody(opening: UUID) -> Unseen | None:
    """An opening without its case, for the job that tells the next in line; nothing once it was
    seen."""
    with connection.cursor() as cursor:
        # No job acts for somebody who sees the case.
        cursor.execute("SELECT * FROM emergency_unseen(%s)", [opening])
        row = cursor.fetchone()
    return Unseen(*row) if row else None
