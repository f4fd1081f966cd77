"""Reports a viewer may see: the duty desk's queue, alarms, and earlier reports."""

from datetime import timedelta
from uuid import UUID

from django.db import connection
from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from kamkor.access.queries import is_on_duty
from kamkor.access.rules import Viewer
from kamkor.access.vocabulary import HEAD, OBLAST, SPECIALIST
from kamkor.cases.models import (
    Case,
    Report,
    ReportChild,
    Reporter,
    ReportRead,
    Screening,
    SecondLook,
)
from kamkor.cases.queries.case import cases_visible_to
from kamkor.cases.vocabulary import ReportState
from kamkor.kernel import clock
from kamkor.kernel.commands import NotFound
from kamkor.people.names import words_of_child, words_of_place
from kamkor.people.queries import (
    households_visible_to,
    people_described,
    scope_filter,
    told_before,
)
from kamkor.workforce import queries as workforce

# The children of a report as they stand, for lists.
_STANDING = Prefetch("children", ReportChild.objects.filter(withdrawn_at=None))


def reports_visible_to(viewer: Viewer) -> QuerySet[Report]:
    """The reports of the viewer's scope; of a worker's unit, those it took down, urgent ones, and
    those on which its cases were opened. What a worker is on duty for is lent to it."""
    opened = Q(id__in=cases_visible_to(viewer).values("report_id"))
    own = Q(by_post=viewer.post_id) | Q(urgent=True) | opened
    scope = scope_filter(viewer, of_worker=own)
    reports = Report.objects.filter(scope, withdrawn_at=None).select_related("territory")
    heard = Exists(_reads().filter(report=OuterRef("pk")))
    return reports.annotate(heard=heard)  # type: ignore[no-redef]


def _reads() -> QuerySet[ReportRead]:
    """The reads since a report last came to whoever screens it: redirected, or opened again."""
    later = {"report": OuterRef("report"), "recorded_at__gte": OuterRef("recorded_at")}
    came = Exists(Screening.objects.filter(decision="redirect", withdrawn_at=None, **later))
    opened = Exists(SecondLook.objects.filter(upheld=False, withdrawn_at=None, **later))
    return ReportRead.objects.filter(~came, ~opened, withdrawn_at=None)


def answered_by(viewer: Viewer) -> QuerySet[Report]:
    """The visible reports whose alarms are the viewer's: of the oblast's person, those it is
    named for."""
    reports = reports_visible_to(viewer)
    return reports.filter(team__among=viewer.teams) if viewer.role == OBLAST else reports


def has_read(viewer: Viewer, report: Report) -> bool:
    """Whether the viewer's post has read a report since it last came to who screens it."""
    return _reads().filter(report=report, by_post=viewer.post_id).exists()


def rings_for_others(viewer: Viewer, report: Report) -> bool:
    """Whether the viewer took an alarm down that it cannot stop itself: neither on duty nor
    named in its team."""
    if not report.urgent or report.team is not None:
        return False
    if report.duty_post_id in viewer.acts_for or is_on_duty(viewer):
        return False
    day = clock.local_day(report.first_recorded_at)
    sender = workforce.employee_of_post(report.by_post, day)
    return viewer.post_id == report.by_post or viewer.employee_id == sender


def report_for(viewer: Viewer, report_id: UUID) -> Report:
    """One report; raises ``NotFound`` alike if it does not exist or is not the viewer's."""
    found = reports_visible_to(viewer).filter(id=report_id).first()
    if found is None:
        raise NotFound("report")
    return found


def queue(viewer: Viewer) -> QuerySet[Report]:
    """What waits for screening: urgent first, then the oldest."""
    return (
        answered_by(viewer)
        .filter(state=ReportState.NEW)
        .prefetch_related(_STANDING)
        .order_by("-urgent", "received_at", "id")
    )


def unread_alarms(viewer: Viewer) -> QuerySet[Report]:
    """Urgent or sealed reports that nobody who may see them has read yet."""
    return (
        answered_by(viewer)
        .filter(Q(urgent=True) | Q(team__isnull=False), _unread())
        .order_by("received_at", "id")
    )


def ringing(viewer: Viewer) -> QuerySet[Report]:
    """The reports that ring, read or not: where there is none, nobody need ask who has read it."""
    scope = scope_filter(viewer) & (Q(urgent=True) | Q(team__isnull=False))
    return Report.objects.filter(scope, state=ReportState.NEW, withdrawn_at=None)


def _unread() -> Q:
    return Q(heard=False, state=ReportState.NEW)


def alarms_of_last_day(viewer: Viewer) -> QuerySet[Report]:
    """The alarms of the last 24 hours, read or not, and older ones that nobody has read."""
    since = clock.now() - timedelta(hours=24)
    return (
        reports_visible_to(viewer)
        .filter(Q(urgent=True) | Q(team__isnull=False))
        .filter(Q(received_at__gte=since) | _unread())
        .prefetch_related(_STANDING)
        .order_by("received_at", "id")
    )


def declined_without_second_look(viewer: Viewer) -> QuerySet[Report]:
    """Declined reports that the head has not yet looked at again."""
    return (
        reports_visible_to(viewer)
        .filter(state=ReportState.DECLINED)
        .prefetch_related(_STANDING)
        .order_by("received_at", "id")
    )


def reporter_of(viewer: Viewer, report: Report) -> Reporter | None:
    """Who reported, kept apart from the report and shown to few who may open it."""
    if not _may_know_reporter(viewer, report):
        return None
    scope = scope_filter(viewer, subject="report_id")
    return Reporter.objects.filter(scope, report=report).first()


def _may_know_reporter(viewer: Viewer, report: Report) -> bool:
    """The duty person, specialist and head of the department that received the report, and who
    answers for its case; the oblast's person only while the report is sealed.

    A department that took the case over has no such row: it stays with the one that was told."""
    if viewer.role == OBLAST and report.team is None:
        return False
    if report.duty_post_id in viewer.acts_for:
        return True
    if viewer.role in {SPECIALIST, HEAD} and viewer.district == _received_in(report):
        return True
    cases = cases_visible_to(viewer).filter(report=report, responsible_id__among=viewer.acts_for)
    return cases.exists()


def _received_in(report: Report) -> int | None:
    """The department that took a report down, or the one it was redirected to."""
    redirected = Screening.objects.filter(report=report, decision="redirect", withdrawn_at=None)
    latest = redirected.order_by("-recorded_at", "-id").first()
    return latest.to_office_id if latest else workforce.department_of_post(report.by_post)


def earlier_reports(viewer: Viewer, report: Report) -> QuerySet[Report]:
    """Earlier reports about the same place, child or home, newest first.

    What was told in another spelling or order is found by its folded words; what was told
    otherwise, by the cases of the child and the home that are known meanwhile.
    """
    placed = told_before(viewer, words_of_place(report.place), places=True)
    described: list[UUID] = []
    people: list[UUID] = []
    for child in report.children.filter(withdrawn_at=None):
        words = words_of_child(child.description)
        described += told_before(viewer, words, places=False)
        people += people_described(viewer, words)
    cases = _cases_about(viewer, report, placed, people)
    same = Q(id__in=placed, territory=report.territory_id) | Q(id__in=described)
    same |= Q(id__in=cases.exclude(report=None).values("report_id"))
    same |= Q(id__in=ReportChild.objects.filter(case__in=cases).values("report_id"))
    return (
        reports_visible_to(viewer)
        .filter(same, received_at__lt=report.received_at)
        .exclude(id=report.pk)
        .order_by("-received_at", "-id")
    )


def _cases_about(
    viewer: Viewer, report: Report, placed: list[UUID], people: list[UUID]
) -> QuerySet[Case]:
    """The cases of whoever a report is about, and of all who live with them."""
    cases = Case.objects.filter(scope_filter(viewer))
    homes = households_visible_to(viewer)
    here = homes.filter(id__in=placed, territory=report.territory_id)
    known = cases.filter(
        Q(report=report) | Q(child__in=people) | Q(household__in=here.values("id"))
    )
    shared = homes.filter(Q(cases__in=known) | Q(members__person__in=people))
    about = Q(household__in=shared.values("id"))
    return cases.filter(about | Q(child__in=known.exclude(child=None).values("child_id")))


def still_seen(viewer: Viewer, report_id: UUID) -> bool:
    """Whether the viewer sees a report after it was taken down; a sealed one it may not."""
    return reports_visible_to(viewer).filter(id=report_id).exists()


def receipt_state(digest: str) -> str:
    """``received``, ``being_dealt_with`` or ``closed`` for a receipt; empty if there is none."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT receipt_state(%s)", [digest])
        row = cursor.fetchone()
    return (row[0] or "") if row else ""
