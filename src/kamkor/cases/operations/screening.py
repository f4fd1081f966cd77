"""Screening: a report is accepted, redirected or declined; the head looks a second time."""

from typing import Annotated, Literal
from uuid import UUID

from kamkor.access import operations as access
from kamkor.access.vocabulary import OBLAST, WORKER
from kamkor.cases.models import Report, Screening, SecondLook
from kamkor.cases.operations import steps
from kamkor.cases.operations.opening import open_reported_case
from kamkor.cases.operations.report import DUTY, NobodyOnDuty, duty_person, open_screening
from kamkor.cases.operations.steps import OfficeUnknown, step
from kamkor.cases.queries.report import report_for
from kamkor.kernel import clock, rulesets
from kamkor.kernel.commands import NotPermitted, Order
from kamkor.kernel.errors import CodeUnknown, FieldRequired
from kamkor.kernel.shapes import Ask, Shape, Text
from kamkor.kernel.words import noop
from kamkor.workforce import queries as workforce


class ScreenReport(Shape):
    """Accept, redirect or decline, with why."""

    report: Annotated[UUID, Ask(noop("Report"), widget="hidden")]
    decision: Annotated[
        Literal["accept", "redirect", "decline"], Ask(noop("Decision"), options="screenings")
    ]
    reason: (
        Annotated[
            str,
            Ask(
                noop("Reason"),
                noop("For redirecting or declining"),
                options="screening_reasons",
            ),
        ]
        | None
    ) = None
    to_office: (
        Annotated[int, Ask(noop("Department to redirect to"), options="departments")] | None
    ) = None
    assign_to: (
        Annotated[int, Ask(noop("Worker who goes there first"), options="workers")] | None
    ) = None
    note: Annotated[Text, Ask(noop("Note"))] | None = None


@step(
    ScreenReport,
    OfficeUnknown,
    steps.PostUnknown,
    NobodyOnDuty,
    NotPermitted,
    FieldRequired,
    CodeUnknown,
)
def screen_report(order: Order[ScreenReport]) -> None:
    """Decide on a report: accepted opens a case for each child, declined asks the head again."""
    data, viewer = order.data, order.viewer
    order.claim(data.report)
    report = report_for(viewer, data.report)
    steps.require_own(viewer, report)
    if viewer.role == WORKER and report.duty_post_id not in viewer.acts_for:
        raise NotPermitted
    steps.require_state("screen_report", report.state)
    _check_reason(order)
    if data.decision == "accept" and viewer.role == OBLAST and data.assign_to is None:
        raise FieldRequired("assign_to")
    order.journal(report.pk, report)
    order.add(
        Screening(
            report=report,
            decision=data.decision,
            reason=data.reason or "",
            to_office_id=data.to_office if data.decision == "redirect" else None,
            urgent=report.urgent,
            note=data.note or "",
            **order.fact(report),
        )
    )
    steps.stop_tasks(order, report.pk, "screening_due")
    if data.decision == "accept":
        open_reported_case(order, report, data.assign_to)
    elif data.decision == "decline":
        steps.open_task(
            order,
            report,
            "second_look_declined",
            steps.due_in("second_look_days"),
            for_role="head",
        )
    else:
        _redirect(order, report)


def _check_reason(order: Order[ScreenReport]) -> None:
    data = order.data
    if data.decision == "accept":
        return
    if data.reason is None:
        raise FieldRequired("reason")
    today = clock.local_day(order.now)
    known = {rule.code for rule in rulesets.rules(f"{data.decision}_reasons", today)}
    if data.reason not in known:
        raise CodeUnknown("reason")
    if data.decision == "redirect" and data.to_office is None:
        raise FieldRequired("to_office")


def _redirect(order: Order[ScreenReport], report: Report) -> None:
    office = workforce.departments().filter(id=order.data.to_office or 0).first()
    if office is None or office.pk == order.viewer.district:
        raise OfficeUnknown("to_office")
    day = clock.local_day(order.now)
    shut_out = access.employees_shut_out(report.team) if report.team else set()
    duty = duty_person(office.pk, office.oblast_id or 0, day, shut_out, "to_office")
    team, before = None, report.team
    if before is not None:
        team, rows = access.sealing_team(office.pk, office.oblast_id or 0, day, shut_out)
        order.add(*rows)
    open_screening(order, report, urgent=report.urgent)
    if duty.kind == WORKER and team is None:
        order.add(*access.lent([report.pk], DUTY, order.id, to_post=duty.post_id))

    def hand_over() -> None:
        access.end_lending([report.pk], DUTY, but=order.id)
        Report.objects.filter(id=report.pk).update(duty_post_id=duty.post_id)
        steps.move_subjects([report.pk], office.pk, team)
        if before is not None:
            access.end_team(before)

    order.after(hand_over)


class ReviewDeclinedReport(Shape):
    """The head upholds a declined report, or opens it again."""

    report: Annotated[UUID, Ask(noop("Report"), widget="hidden")]
    decision: Annotated[Literal["uphold", "open"], Ask(noop("Decision"), options="second_looks")]
    note: Annotated[Text, Ask(noop("Why"))]


@step(ReviewDeclinedReport, NotPermitted)
def review_declined_report(order: Order[ReviewDeclinedReport]) -> None:
    """The second look at a declined report."""
    data = order.data
    order.claim(data.report)
    report = report_for(order.viewer, data.report)
    steps.require_own(order.viewer, report)
    steps.require_state("review_declined_report", report.state)
    order.journal(report.pk, report)
    upheld = data.decision == "uphold"
    order.add(SecondLook(report=report, upheld=upheld, note=data.note, **order.fact(report)))
    steps.stop_tasks(order, report.pk, "second_look_declined")
    if not upheld:
        open_screening(order, report, urgent=report.urgent)
