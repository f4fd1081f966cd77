"""Reports a viewer may see: the duty desk's queue, alarms, and earlier reports."""

from datetime import timedelta
from uuid import UUID

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet

from kamkor.access.rules import Viewer
from kamkor.access.vocabulary import WORKER
from kamkor.cases.models import Report, Reporter, ReportRead
from kamkor.cases.vocabulary import ReportState
from kamkor.kernel import clock
from kamkor.kernel.commands import NotFound
from kamkor.people.queries import scope_filter


def reports_visible_to(viewer: Viewer) -> QuerySet[Report]:
    """The reports of the viewer's scope; of a worker, its own, those it is on duty for, and
    its unit's urgent ones."""
    scope = scope_filter(viewer)
    if viewer.role == WORKER:
        own = Q(by_post=viewer.post_id) | Q(duty_post_id__in=viewer.acts_for) | Q(urgent=True)
        if viewer.teams:
            own |= Q(team__in=list(viewer.teams))
        if viewer.lent:
            own |= Q(id__in=list(viewer.lent))
        scope &= own
    return Report.objects.filter(scope, withdrawn_at=None).select_related("territory")


def report_for(viewer: Viewer, report_id: UUID) -> Report:
    """One report; raises ``NotFound`` alike if it does not exist or is not the viewer's."""
    found = reports_visible_to(viewer).filter(id=report_id).first()
    if found is None:
        raise NotFound("report")
    return found


def queue(viewer: Viewer) -> QuerySet[Report]:
    """What waits for screening: urgent first, then the oldest."""
    return (
        reports_visible_to(viewer)
        .filter(state=ReportState.NEW)
        .prefetch_related("children", "reads")
        .order_by("-urgent", "received_at", "id")
    )


def unread_alarms(viewer: Viewer) -> QuerySet[Report]:
    """Urgent or sealed reports that nobody who may see them has read yet."""
    return (
        reports_visible_to(viewer)
        .filter(Q(urgent=True) | Q(team__isnull=False), _unread())
        .order_by("received_at", "id")
    )


def _unread() -> Q:
    read = ReportRead.objects.filter(report=OuterRef("pk"), withdrawn_at=None)
    return Q(~Exists(read), state=ReportState.NEW)


def alarms_of_last_day(viewer: Viewer) -> QuerySet[Report]:
    """The alarms of the last 24 hours, read or not, and older ones that nobody has read."""
    since = clock.now() - timedelta(hours=24)
    return (
        reports_visible_to(viewer)
        .filter(Q(urgent=True) | Q(team__isnull=False))
        .filter(Q(received_at__gte=since) | _unread())
        .prefetch_related("reads", "children")
        .order_by("received_at", "id")
    )


def declined_without_second_look(viewer: Viewer) -> QuerySet[Report]:
    """Declined reports that the head has not yet looked at again."""
    return (
        reports_visible_to(viewer)
        .filter(state=ReportState.DECLINED)
        .prefetch_related("children")
        .order_by("received_at", "id")
    )


def reporter_of(viewer: Viewer, report: Report) -> Reporter | None:
    """Who reported, kept apart from the report."""
    scope = scope_filter(viewer, subject="report_id")
    return Reporter.objects.filter(scope, report=report).first()


def earlier_reports(viewer: Viewer, report: Report) -> QuerySet[Report]:
    """Earlier reports about the same place or the same described child, newest first."""
    names = [child.description for child in report.children.all()]
    same = Q(place=report.place, territory=report.territory_id)
    same |= Q(children__description__in=names)
    return (
        reports_visible_to(viewer)
        .filter(same, received_at__lt=report.received_at)
        .exclude(id=report.pk)
        .distinct()
        .order_by("-received_at", "-id")[:10]
    )


def still_seen(viewer: Viewer, report_id: UUID) -> bool:
    """Whether the viewer sees a report after it was taken down; a sealed one it may not."""
    return reports_visible_to(viewer).filter(id=report_id).exists()


def receipt_state(digest: str) -> str:
    """``received``, ``being_dealt_with`` or ``closed`` for a receipt; empty if there is none."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT receipt_state(%s)", [digest])
        row = cursor.fetchone()
    return (row[0] or "") if row else ""
