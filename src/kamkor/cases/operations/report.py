"""Reports: received from anybody, read, screened, looked at a second time; rounds."""

import hashlib
import hmac
from collections.abc import Collection
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from django.conf import settings
from pydantic import Field

from kamkor.access import operations as access
from kamkor.access.vocabulary import WORKER
from kamkor.cases.models import (
    Report,
    ReportChild,
    Reporter,
    ReportRead,
    ReportTold,
    SentInError,
    Task,
)
from kamkor.cases.operations import steps
from kamkor.cases.operations.settling import FOLLOWS
from kamkor.cases.operations.steps import PostUnknown, step
from kamkor.cases.queries.report import receipt_state, report_for, rings_for_others
from kamkor.cases.rules.visit import NOTICES
from kamkor.country.kg.telephones import to_e164
from kamkor.kernel import clock, rulesets
from kamkor.kernel.commands import NotPermitted, Order, scope_of
from kamkor.kernel.credentials import lasting_keys, lasting_keys_at_hand
from kamkor.kernel.errors import Refusal
from kamkor.kernel.shapes import Ask, Coded, Line, PastDay, Shape, Text, checked
from kamkor.kernel.telephones import Telephone, TelephoneUnreadable
from kamkor.kernel.words import noop
from kamkor.people.names import words_of_child, words_of_place
from kamkor.people.operations import wording
from kamkor.territory.operations import PlaceCode, TerritoryUnknown
from kamkor.workforce import queries as workforce
from kamkor.workforce.rules import Seat

RECEIPT_LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
DETAILS = noop("If you know")
# Why a report is lent to the worker on duty, until it is screened.
DUTY = "duty"


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


def _all_in_post(posts: list[int]) -> bool:
    today = clock.today()
    return all(workforce.employee_of_post(post, today) is not None for post in posts)


class ReceiveReport(Shape):
    """Eight fields; the rest only if known."""

    worry: Annotated[str, Coded("report_worries"), Ask(noop("What is the worry?"))]
    danger_now: Annotated[bool, Ask(noop("Is a child in danger now?"))]
    children: Annotated[
        list[ReportedChild], Field(min_length=1, max_length=12), Ask(noop("Children"))
    ]
    territory: Annotated[PlaceCode, Ask(noop("District or city"), options="territories")]
    place: Annotated[Line, Ask(noop("Where"), noop("Village, street, school or how to find it"))]
    seen_or_said: Annotated[Text, Ask(noop("What was seen or said?"))]
    source: Annotated[str, Coded("report_sources"), Ask(noop("Who reports?"))]
    callback: (
        Annotated[Telephone, Ask(noop("Telephone to call back"), widget="telephone")] | None
    ) = None
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
        checked(_all_in_post, PostUnknown),
        Ask(
            noop("Colleagues named in it or related"),
            noop("They will not see it"),
            DETAILS,
            options="colleagues",
        ),
    ] = []


def receipt_code(report_id: UUID) -> str:
    """The code by which the informant may ask what became of a report."""
    return _receipt_code(lasting_keys_at_hand(settings.KAMKOR_DATA).digests[0], report_id)


def receipt_given(report_id: UUID) -> str:
    """The code that was made for a report when it was received, made anew with the key of then."""
    codes = [_receipt_code(key, report_id) for key in lasting_keys(settings.KAMKOR_DATA).digests]
    # With one key alone there is nothing to ask.
    given = (one for one in codes[:-1] if receipt_state(receipt_digest(one)))
    return next(given, codes[-1])


def _receipt_code(key: bytes, report_id: UUID) -> str:
    drawn = hmac.new(key, b"receipt" + report_id.bytes, hashlib.sha256).digest()
    letters = "".join(RECEIPT_LETTERS[byte % len(RECEIPT_LETTERS)] for byte in drawn[:12])
    return f"{letters[:4]}-{letters[4:8]}-{letters[8:]}"


def receipt_digest(code: str) -> str:
    """What is stored of a receipt code."""
    plain = "".join(sign for sign in code.upper() if sign in RECEIPT_LETTERS)
    return hashlib.sha256(plain.encode()).hexdigest()


@step(
    ReceiveReport,
    NobodyOnDuty,
    LearnedAfterReporting,
    TerritoryUnknown,
    TelephoneUnreadable,
    PostUnknown,
    settled=True,
)
def receive_report(order: Order[ReceiveReport]) -> None:
    """Take down a report about one or several children; violence seals it at once."""
    data = order.data
    reported_on = data.happened_on or clock.local_day(order.now)
    require_learned_before(data.learned_on, reported_on)
    report = take_down(order, data, _involved(data, clock.local_day(order.now)))
    order.answer["report"] = str(report.pk)
    _keep_reporter(order, data, report)


def require_learned_before(learned_on: date | None, reported_on: date, at: str = "") -> None:
    """Raise ``LearnedAfterReporting`` if an informant reported what was not known yet."""
    if learned_on is not None and learned_on > reported_on:
        raise LearnedAfterReporting(f"{at}learned_on")


def take_down(
    order: Order[Any], data: ReceiveReport, involved: Collection[int] = frozenset()
) -> Report:
    """Hand over one report, with what makes it due, and who alone may see it if it is sealed.

    ``involved`` are the persons of the service whom it names.
    Raises ``NobodyOnDuty``.
    """
    viewer = order.viewer
    reported_on = data.happened_on or clock.local_day(order.now)
    day = clock.local_day(order.now)
    duty = duty_person(viewer.district, viewer.oblast, day, involved)
    report = _report(order, data, duty.post_id, reported_on)
    order.add(report, _told(order, report), *wording(report, report.pk, words_of_place(data.place)))
    for told in data.children:
        child = ReportChild(
            report=report,
            description=told.description,
            age=told.age,
            **order.fact(report, reported_on),
        )
        order.add(child, *wording(report, child.pk, words_of_child(told.description)))
    order.journal(report.pk, report)
    open_screening(order, report, urgent=report.urgent)
    violent = is_violent(data.worry, reported_on)
    if violent or involved:
        seal_report(order, report, involved, notices=violent)
    elif duty.kind == WORKER:
        order.add(*access.lent([report.pk], DUTY, order.id, to_post=duty.post_id))
    return report


def _involved(data: ReceiveReport, day: date) -> set[int]:
    """The persons named in a report, of whatever office."""
    found = {workforce.employee_of_post(post, day) for post in data.involves}
    return {employee for employee in found if employee is not None}


def duty_person(
    department: int, oblast: int, day: date, shut_out: Collection[int], at: str = ""
) -> Seat:
    """Whose name an alarm bears: the first on duty not shut out of it, else the oblast's.

    Raises ``NobodyOnDuty``.
    """
    seats = workforce.duty_seats(department, day)
    free = [seat for seat in seats if not seat.held_by(shut_out)]
    fallback = None if free or not seats else workforce.oblast_duty_seat(oblast, day, shut_out)
    found = free[0] if free else fallback
    if found is None:
        raise NobodyOnDuty(at)
    return found


def is_violent(worry: str, day: date) -> bool:
    """Whether a worry seals the report that tells of it, and its home is not to be contacted."""
    return bool(rulesets.rule("report_worries", worry, day).get("seals"))


def is_urgent(worry: str, day: date, *, danger_now: bool) -> bool:
    """Whether a report that tells of this is an alarm."""
    return danger_now or bool(rulesets.rule("report_worries", worry, day).get("urgent"))


def open_screening(order: Order[Any], report: Report, *, urgent: bool) -> None:
    """Make the screening of a report due, sooner where it is an alarm."""
    code = "screening_urgent_hours" if urgent else "screening_days"
    steps.open_task(order, report, "screening_due", steps.due_in(code), for_role="duty")


def _report(order: Order[Any], data: ReceiveReport, duty_post: int, reported_on: date) -> Report:
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
        home_unsafe=is_violent(data.worry, reported_on) or data.safe_contact is not None,
        safe_contact=data.safe_contact or "",
        urgent=is_urgent(data.worry, reported_on, danger_now=data.danger_now),
        **order.fact(steps.own_scope(order.viewer, data.territory), reported_on),
    )
    report.receipt_digest = receipt_digest(receipt_code(report.pk))
    return report


def _told(order: Order[Any], report: Report) -> ReportTold:
    """What a report tells, as it was taken down."""
    fact = order.fact(report, report.happened_on)
    told = {name: getattr(report, name) for name in FOLLOWS if name not in fact}
    return ReportTold(report=report, **told, **fact)


def _keep_reporter(order: Order[Any], data: ReceiveReport, report: Report) -> None:
    if data.callback is None and data.reporter_name is None:
        return
    telephone = to_e164(data.callback or "") or ""
    order.add(
        Reporter(
            report=report,
            name=data.reporter_name or "",
            telephone=telephone,
            **scope_of(report),
        )
    )


def seal_report(
    order: Order[Any], report: Report, involved: Collection[int] = (), *, notices: bool
) -> None:
    """Give a report to its first team; violence makes notices to police and prosecutor due."""
    day = clock.local_day(order.now)
    viewer = order.viewer
    known = Task.objects.filter(subject=report.pk, withdrawn_at=None).values_list("kind", flat=True)
    for kind in NOTICES if notices else ():
        if kind not in known:
            steps.open_task(order, report, kind, steps.due_in(f"{kind}_hours"))
    if report.team is not None:
        return
    team, rows = access.sealing_team(viewer.district, viewer.oblast, day, involved)
    order.add(*rows)
    order.after(lambda: steps.move_subjects([report.pk], viewer.office_id, team))


class OwnAlarm(Refusal):
    """An alarm is to reach somebody else than who took it down."""

    code = "own_alarm"
    message = noop(
        "You took this report down. The alarm rings until the duty person has read it: call them."
    )


class ReadReport(Shape):
    """Which report was read."""

    report: Annotated[UUID, Ask(noop("Report"), widget="hidden")]


@step(ReadReport, NotPermitted, OwnAlarm)
def read_report(order: Order[ReadReport]) -> None:
    """Note that a named person has read the report; the alarm stops.

    Who took it down stops its own alarm only if on duty, or named in the team.
    """
    report = report_for(order.viewer, order.data.report)
    steps.require_own(order.viewer, report)
    if rings_for_others(order.viewer, report):
        raise OwnAlarm
    order.claim(report.pk, check_version=False)
    order.journal(report.pk, report)
    order.add(ReportRead(report=report, **order.fact(report)))


class MarkSentInError(Shape):
    """Why it was sent in error."""

    report: Annotated[UUID, Ask(noop("Report"), widget="hidden")]
    note: Annotated[Text, Ask(noop("What happened?"))]


@step(MarkSentInError, NotPermitted)
def mark_sent_in_error(order: Order[MarkSentInError]) -> None:
    """A report is never taken back; the mark stays with it, the duty person decides."""
    report = report_for(order.viewer, order.data.report)
    steps.require_own(order.viewer, report)
    order.claim(report.pk, check_version=False)
    order.journal(report.pk, report)
    order.add(SentInError(report=report, note=order.data.note, **order.fact(report)))
