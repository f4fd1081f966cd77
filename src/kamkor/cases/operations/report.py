"""Reports: received from anybody, read, screened, looked at a second time; rounds."""

import hashlib
import hmac
from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from django.conf import settings
from pydantic import Field

from kamkor.access import operations as access
from kamkor.cases.models import (
    Report,
    ReportChild,
    Reporter,
    ReportRead,
    Round,
    Screening,
    SecondLook,
    SentInError,
)
from kamkor.cases.operations import steps
from kamkor.cases.operations.opening import open_reported_case
from kamkor.cases.operations.steps import OfficeUnknown, TerritoryUnknown, step
from kamkor.cases.queries.report import report_for
from kamkor.country.kg.telephones import to_e164
from kamkor.kernel import clock, rulesets
from kamkor.kernel.commands import NotPermitted, Order, scope_of
from kamkor.kernel.errors import CodeUnknown, FieldRequired, Refusal
from kamkor.kernel.shapes import Ask, Coded, Count, Line, PastDay, Shape, Text
from kamkor.kernel.words import noop
from kamkor.people.operations import TelephoneUnreadable
from kamkor.territory.queries import territory_exists
from kamkor.workforce import queries as workforce

RECEIPT_LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
DETAILS = noop("If you know")


class NobodyOnDuty(Refusal):
    """A department without anybody in post cannot take an alarm."""

    code = "nobody_on_duty"
    message = noop("Nobody of this department is in post. Call the oblast department.")


class LearnedAfterReporting(Refusal):
    """Nobody can report what they had not learned yet."""

    code = "learned_after_reporting"
    message = noop("The day of learning of it cannot be after the day of reporting.")


class ReportedChild(Shape):
    """One child as the informant describes it."""

    description: Annotated[Line, Ask(noop("Name or description of the child"))]
    age: Annotated[int, Field(ge=0, le=17), Ask(noop("Age or about"))] | None = None


class ReceiveReport(Shape):
    """Eight fields; the rest only if known."""

    worry: Annotated[str, Coded("report_worries"), Ask(noop("What is the worry?"))]
    danger_now: Annotated[bool, Ask(noop("Is a child in danger now?"))]
    children: Annotated[
        list[ReportedChild], Field(min_length=1, max_length=12), Ask(noop("Children"))
    ]
    territory: Annotated[str, Ask(noop("District or city"), options="territories")]
    place: Annotated[Line, Ask(noop("Where"), noop("Village, street, school or how to find it"))]
    seen_or_said: Annotated[Text, Ask(noop("What was seen or said?"))]
    source: Annotated[str, Coded("report_sources"), Ask(noop("Who reports?"))]
    callback: Annotated[Line, Ask(noop("Telephone to call back"), widget="telephone")] | None = None
    reporter_name: (
        Annotated[Line, Ask(noop("Name of who reports"), noop("Kept apart"), DETAILS)] | None
    ) = None
    happened_on: Annotated[PastDay, Ask(noop("Day of reporting"), group=DETAILS)] | None = None
    learned_on: (
        Annotated[PastDay, Ask(noop("Day the informant learned of it"), group=DETAILS)] | None
    ) = None
    safe_contact: (
        Annotated[
            Line,
            Ask(
                noop("Safe way to reach the child"),
                noop("Fill in if the home must not be contacted"),
                DETAILS,
            ),
        ]
        | None
    ) = None
    involves: Annotated[
        list[int],
        Field(max_length=10),
        Ask(
            noop("Colleagues named in it or related"),
            noop("They will not see it"),
            DETAILS,
            options="colleagues",
        ),
    ] = []


def receipt_code(report_id: UUID) -> str:
    """The code by which the informant may ask what became of a report; made anew each time."""
    key = bytes.fromhex(settings.KAMKOR_CONTEXT_KEY)
    drawn = hmac.new(key, b"receipt" + report_id.bytes, hashlib.sha256).digest()
    letters = "".join(RECEIPT_LETTERS[byte % len(RECEIPT_LETTERS)] for byte in drawn[:12])
    return f"{letters[:4]}-{letters[4:8]}-{letters[8:]}"


def receipt_digest(code: str) -> str:
    """What is stored of a receipt code."""
    plain = "".join(sign for sign in code.upper() if sign in RECEIPT_LETTERS)
    return hashlib.sha256(plain.encode()).hexdigest()


@step(ReceiveReport, NobodyOnDuty, LearnedAfterReporting, TerritoryUnknown, TelephoneUnreadable)
def receive_report(order: Order[ReceiveReport]) -> None:
    """Take down a report about one or several children; violence seals it at once."""
    data, viewer = order.data, order.viewer
    if not territory_exists(data.territory):
        raise TerritoryUnknown("territory")
    reported_on = data.happened_on or clock.local_day(order.now)
    if data.learned_on is not None and data.learned_on > reported_on:
        raise LearnedAfterReporting("learned_on")
    duty = workforce.duty_seats(viewer.district, clock.local_day(order.now))
    if not duty:
        raise NobodyOnDuty
    report = _report(order, duty[0].post_id, reported_on)
    order.answer["report"] = str(report.pk)
    order.add(report)
    for child in data.children:
        order.add(
            ReportChild(
                report=report,
                description=child.description,
                age=child.age,
                **order.fact(report, reported_on),
            )
        )
    _keep_reporter(order, report)
    order.journal(report.pk, report)
    code = "screening_urgent_hours" if report.urgent else "screening_days"
    steps.open_task(order, report, "screening_due", steps.due_in(code), for_role="duty")
    if rulesets.rule("report_worries", data.worry, reported_on).get("seals"):
        seal_report(order, report, data.involves)
    elif duty[0].kind == "worker":
        order.add(*access.lent([report.pk], "duty", order.id, to_post=duty[0].post_id))


def _report(order: Order[ReceiveReport], duty_post: int, reported_on: date) -> Report:
    data = order.data
    rule = rulesets.rule("report_worries", data.worry, reported_on)
    report = Report(
        worry=data.worry,
        danger_now=data.danger_now,
        territory_id=data.territory,
        place=data.place,
        seen_or_said=data.seen_or_said,
        source=data.source,
        learned_on=data.learned_on,
        received_at=order.now,
        duty_post_id=duty_post,
        home_unsafe=bool(rule.get("seals")) or data.safe_contact is not None,
        safe_contact=data.safe_contact or "",
        urgent=data.danger_now or bool(rule.get("urgent")),
        **order.fact(steps.own_scope(order.viewer), reported_on),
    )
    report.receipt_digest = receipt_digest(receipt_code(report.pk))
    return report


def _keep_reporter(order: Order[ReceiveReport], report: Report) -> None:
    data = order.data
    if data.callback is None and data.reporter_name is None:
        return
    telephone = to_e164(data.callback) if data.callback else ""
    if telephone is None:
        raise TelephoneUnreadable("callback")
    order.add(
        Reporter(
            report=report,
            name=data.reporter_name or "",
            telephone=telephone,
            **scope_of(report),
        )
    )


def seal_report(order: Order[Any], report: Report, involved_posts: list[int]) -> None:
    """Give a report to its first team, with notices to police and prosecutor as due items."""
    day = clock.local_day(order.now)
    viewer = order.viewer
    involved = {workforce.employee_of_post(post, day) or 0 for post in involved_posts}
    team, rows = access.sealing_team(viewer.district, viewer.oblast, day, involved)
    for kind in ("notice_police", "notice_prosecutor"):
        steps.open_task(order, report, kind, steps.due_in(f"{kind}_hours"))
    order.add(*rows)
    order.after(lambda: steps.move_subjects([report.pk], viewer.office_id, team))


class ReadReport(Shape):
    """Which report was read."""

    report: Annotated[UUID, Ask(noop("Report"), widget="hidden")]


@step(ReadReport)
def read_report(order: Order[ReadReport]) -> None:
    """Note that a named person has read the report; the alarm stops."""
    report = report_for(order.viewer, order.data.report)
    order.claim(report.pk, check_version=False)
    order.journal(report.pk, report)
    order.add(ReportRead(report=report, **order.fact(report)))


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


@step(ScreenReport, OfficeUnknown, steps.PostUnknown)
def screen_report(order: Order[ScreenReport]) -> None:
    """Decide on a report: accepted opens a case for each child, declined asks the head again."""
    data, viewer = order.data, order.viewer
    order.claim(data.report)
    report = report_for(viewer, data.report)
    if viewer.role == "worker" and report.duty_post_id not in viewer.acts_for:
        raise NotPermitted
    steps.require_state("screen_report", report.state)
    _check_reason(order)
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
    office = workforce.departments().filter(id=order.data.to_office).first()
    if office is None or office.pk == order.viewer.district:
        raise OfficeUnknown("to_office")
    day = clock.local_day(order.now)
    duty = workforce.duty_seats(office.pk, day)
    if not duty:
        raise NobodyOnDuty("to_office")
    team: UUID | None = None
    if report.team is not None:
        team, rows = access.sealing_team(office.pk, office.oblast_id or 0, day, ())
        order.add(*rows)
    code = "screening_urgent_hours" if report.urgent else "screening_days"
    steps.open_task(order, report, "screening_due", steps.due_in(code), for_role="duty")
    if duty[0].kind == "worker" and team is None:
        order.add(*access.lent([report.pk], "duty", order.id, to_post=duty[0].post_id))

    def hand_over() -> None:
        Report.objects.filter(id=report.pk).update(duty_post_id=duty[0].post_id)
        steps.move_subjects([report.pk], office.pk, team)

    order.after(hand_over)


class ReviewDeclinedReport(Shape):
    """The head upholds a declined report, or opens it again."""

    report: Annotated[UUID, Ask(noop("Report"), widget="hidden")]
    decision: Annotated[
        Literal["uphold", "open"], Ask(noop("Decision"), options="second_looks")
    ]
    note: Annotated[Text, Ask(noop("Why"))]


@step(ReviewDeclinedReport)
def review_declined_report(order: Order[ReviewDeclinedReport]) -> None:
    """The second look at a declined report."""
    data = order.data
    order.claim(data.report)
    report = report_for(order.viewer, data.report)
    steps.require_state("review_declined_report", report.state)
    order.journal(report.pk, report)
    upheld = data.decision == "uphold"
    order.add(SecondLook(report=report, upheld=upheld, note=data.note, **order.fact(report)))
    steps.stop_tasks(order, report.pk, "second_look_declined")
    if not upheld:
        code = "screening_urgent_hours" if report.urgent else "screening_days"
        steps.open_task(order, report, "screening_due", steps.due_in(code), for_role="duty")


class MarkSentInError(Shape):
    """Why it was sent in error."""

    report: Annotated[UUID, Ask(noop("Report"), widget="hidden")]
    note: Annotated[Text, Ask(noop("What happened?"))]


@step(MarkSentInError)
def mark_sent_in_error(order: Order[MarkSentInError]) -> None:
    """A report is never taken back; the mark stays with it, the duty person decides."""
    report = report_for(order.viewer, order.data.report)
    order.claim(report.pk, check_version=False)
    order.journal(report.pk, report)
    order.add(SentInError(report=report, note=order.data.note, **order.fact(report)))


class RoundIncomplete(Refusal):
    """The parts of a round cannot be more than its whole."""

    code = "round_incomplete"
    message = noop("Nobody home, refused and no concern together are more than visited.")


class RecordRound(Shape):
    """A round from house to house, as counts."""

    territory: Annotated[str, Ask(noop("District or city"), options="territories")]
    area: Annotated[Line, Ask(noop("Village or street"))]
    happened_on: Annotated[PastDay, Ask(noop("Day"))]
    visited: Annotated[Count, Ask(noop("Households visited"))]
    nobody_home: Annotated[Count, Ask(noop("Nobody home"))] = 0
    refused: Annotated[Count, Ask(noop("Refused to talk"))] = 0
    no_concern: Annotated[Count, Ask(noop("No concern"))] = 0


@step(RecordRound, RoundIncomplete, TerritoryUnknown)
def record_round(order: Order[RecordRound]) -> None:
    """Record a round; what is left over after the three counts are concerns to be reported."""
    data = order.data
    if not territory_exists(data.territory):
        raise TerritoryUnknown("territory")
    left = data.visited - data.nobody_home - data.refused - data.no_concern
    if left < 0:
        raise RoundIncomplete("visited")
    made = Round(
        territory_id=data.territory,
        area=data.area,
        visited=data.visited,
        nobody_home=data.nobody_home,
        refused=data.refused,
        no_concern=data.no_concern,
        **order.fact(steps.own_scope(order.viewer), data.happened_on),
    )
    order.add(made)
    order.answer.update({"round": str(made.pk), "concerns": left})
    order.journal(made.pk, made)

