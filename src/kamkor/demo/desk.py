"""The duty desks of the demo: reports of three years and of today, rounds, leave and duty."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from kamkor.access.rules import Viewer
from kamkor.cases.queries.history import what_was_told
from kamkor.cases.queries.report import report_for
from kamkor.cases.queries.task import open_tasks
from kamkor.demo import texts
from kamkor.demo.days import Days, at
from kamkor.demo.home import Codes, Home, Part, unsealed
from kamkor.demo.posts import Department
from kamkor.demo.stage import Act, Data, Many, Reply, Story
from kamkor.kernel import clock

CALM = ("neglect", "out_of_school", "child_labour", "parents_abroad", "no_documents")
"""Worries that ring no alarm."""

_STILL_UNREAD = 5
_QUARTER = 91


@dataclass
class Desk:
    """One department's desk; ``number`` tells the departments apart."""

    number: int
    days: Days
    codes: Codes
    department: Department

    def duty(self, day: date) -> int:
        """The post on duty on a day, or its cover."""
        return self.department.acting(self.department.on_duty, day)

    def report(self, day: date, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - a command's data
        """A report about a child that is only described."""
        return {
            "worry": self.codes.next("report_worries", day, unsealed),
            "danger_now": False,
            "children": [
                {"description": self.codes.text(texts.DESCRIPTIONS), "age": 4 + self.number % 9}
            ],
            "territory": self.department.territories[-1],
            "place": self.codes.text(texts.PLACES),
            "seen_or_said": self.codes.text(texts.SEEN_OR_SAID),
            "source": self.codes.next("report_sources", day),
            **more,
        }

    def act(self, day: date, hour: int, post: int, operation: str, /, **data: Any) -> Act:  # noqa: ANN401 - as above
        """A command of a post on a day."""
        return Act(at(day, hour, self.number * 5), post, operation, data)


def desk_of(home: Home) -> Desk:
    """The desk of the home's department, at the home's own minutes."""
    return Desk(home.number % 11, home.days, home.codes, home.department)


def reported(home: Home, day: date) -> Part:
    """The children of a home are reported, accepted and identified; returns the last day."""
    cases = yield from accepted(home, day)
    return (yield from home.identified_after_report(cases, day + timedelta(days=2)))


def accepted(home: Home, day: date, *, worry: str = "", second_look: bool = False) -> Part:
    """A report about the children of a home, accepted; returns the cases opened."""
    desk = desk_of(home)
    department = home.department
    report = yield from _received(home, desk, day, worry)
    yield desk.act(day, 11, desk.duty(day), "read_report", report=report)
    if second_look:
        reason = home.codes.next("decline_reasons", day)
        yield desk.act(
            day,
            12,
            department.specialist,
            "screen_report",
            report=report,
            decision="decline",
            reason=reason,
        )
        yield desk.act(
            day,
            15,
            department.head,
            "review_declined_report",
            report=report,
            decision="open",
            note=home.codes.text(texts.NOTES),
        )
    reply: Reply = yield desk.act(
        day,
        16,
        department.specialist,
        "screen_report",
        report=report,
        decision="accept",
        assign_to=home.worker,
    )
    return reply.answer["cases"]


def _received(home: Home, desk: Desk, day: date, worry: str) -> Part:
    department = home.department
    told = [
        {"description": home.codes.text(texts.DESCRIPTIONS), "age": 3 + place * 4}
        for place, _ in enumerate(home.children)
    ]
    data = desk.report(day, children=told, territory=home.territory, place=home.place)
    if worry:
        data |= {"worry": worry, "danger_now": True}
    if home.number % 2:
        data |= {
            "callback": f"0312 00 {home.number // 100:02} {home.number % 100:02}",
            "reporter_name": "Кабарчы Үлгүбаева",
            "learned_on": (day - timedelta(days=home.number % 20)).isoformat(),
        }
    receiver = (desk.duty(day), department.specialist, department.head)[home.number % 3]
    reply: Reply = yield desk.act(day, 9, receiver, "receive_report", **data)
    return reply.answer["report"]


def sealed(home: Home, worry: str, ground: str, *, involved: int | None = None) -> Story:
    """A report of violence: its named team alone sees it; notices sent with proof."""
    desk, department = desk_of(home), home.department
    home.unsafe = True
    day = home.days.workday_ago(60 + home.number % 90)
    told = [{"description": home.codes.text(texts.DESCRIPTIONS)} for _ in home.children]
    data = desk.report(
        day,
        children=told,
        worry=worry,
        danger_now=True,
        place=home.place,
        seen_or_said=home.codes.text(texts.SEALED_SAID),
        safe_contact="Мектептеги социалдык педагог, 0312 00 00 00",
        involves=[involved] if involved else [],
    )
    reply: Reply = yield desk.act(day, 9, department.head, "receive_report", **data)
    report = reply.answer["report"]
    yield desk.act(day, 10, department.specialist, "read_report", report=report)
    yield notices_sent(home, day + timedelta(days=1))
    reply = yield desk.act(
        day + timedelta(days=1),
        11,
        department.specialist,
        "screen_report",
        report=report,
        decision="accept",
        assign_to=home.worker,
    )
    cases = reply.answer["cases"]
    day = yield from home.identified_after_report(cases, day + timedelta(days=2))
    if worry == "sexual_violence":
        yield from home.protected(day, "violence")
    yield from home.registered(day + timedelta(days=4), ground)
    yield from home.visits(day + timedelta(days=7), home.evening(1), 2, home.days.today)


def sealed_by_ground(home: Home, ground: str, *, family: bool = False) -> Story:
    """Found on the spot; the ground of the registration seals the case."""
    home.risk, home.unsafe = "medium", True
    day = yield from home.identified(
        home.days.workday_ago(100 + home.number % 60), family_too=family
    )
    day += timedelta(days=3)
    if family:
        yield from home.registered_families(day, ground)
    else:
        yield from home.registered(day, ground)
    yield notices_sent(home, day + timedelta(days=1))
    yield from home.visits(day + timedelta(days=2), home.evening(1), 2, home.days.ago(-1))


def notices_sent(home: Home, day: date) -> Many:
    """The notices to police and prosecutor that stand open are sent, with proof."""

    def sent(viewer: Viewer) -> list[Data]:
        due = open_tasks(viewer).filter(kind__in=["notice_police", "notice_prosecutor"])
        return [_done(home.codes, task.pk, day) for task in due]

    return Many(at(day, 8, home.number % 50), home.department.specialist, "complete_task", sent)


def _done(codes: Codes, task: object, day: date) -> Data:
    proof = codes.text(texts.PROOFS).format(1000 + codes.turn("proofs"))
    return {"task": str(task), "happened_on": day.isoformat(), "proof": proof}


def not_accepted(desk: Desk, ago: int, decision: str) -> Story:
    """A report that led to no case: declined and upheld, sent in error, redirected and declined."""
    day, department = desk.days.workday_ago(ago), desk.department
    receiver = department.head if ago % 2 else department.specialist
    reply: Reply = yield desk.act(day, 9, receiver, "receive_report", **desk.report(day))
    report = reply.answer["report"]
    if decision == "sent_in_error":
        yield desk.act(
            day,
            10,
            receiver,
            "mark_sent_in_error",
            report=report,
            note="Башка билдирүүнүн көчүрмөсү.",
        )
    yield from _declined(desk, day, report, upheld=decision != "waiting")
    if decision == "upheld":
        yield _told_otherwise(desk, day, report)


def _told_otherwise(desk: Desk, day: date, report: str) -> Act:
    """Weeks later it turns out that a report came earlier, and from somebody else."""

    def found(viewer: Viewer) -> Data:
        told = what_was_told(viewer, report_for(viewer, UUID(report)))
        earlier = (day - timedelta(days=12)).isoformat()
        return {
            "report": report,
            "kind": "report",
            "fact": str(told.pk),
            "values": {"happened_on": earlier, "source": "clinic"},
            "reason": "wrong_date",
        }

    moment = at(day + timedelta(days=40), 16)
    return Act(moment, desk.department.specialist, "correct_fact", found)


def _declined(desk: Desk, day: date, report: str, *, upheld: bool, hour: int = 11) -> Part:
    """Whoever is on duty reads and declines a report; the head upholds it the day after."""
    codes = desk.codes
    yield desk.act(day, hour, desk.duty(day), "read_report", report=report)
    reason = codes.next("decline_reasons", day)
    yield desk.act(
        day,
        hour + 3,
        desk.duty(day),
        "screen_report",
        report=report,
        decision="decline",
        reason=reason,
        note=codes.text(texts.NOTES),
    )
    if upheld:
        yield desk.act(
            day + timedelta(days=1),
            10,
            desk.department.head,
            "review_declined_report",
            report=report,
            decision="uphold",
            note=codes.text(texts.NOTES),
        )


def redirected(desk: Desk, other: Desk, ago: int) -> Story:
    """A report for another department, which declines it, or has not read it yet."""
    day, codes = desk.days.workday_ago(ago), desk.codes
    specialist = desk.department.specialist
    told = desk.report(day, worry=CALM[desk.number % len(CALM)])
    reply: Reply = yield desk.act(day, 9, specialist, "receive_report", **told)
    report = reply.answer["report"]
    yield desk.act(
        day,
        10,
        specialist,
        "screen_report",
        report=report,
        decision="redirect",
        reason=codes.next("redirect_reasons", day),
        to_office=other.department.office,
    )
    if ago < _STILL_UNREAD:
        return
    there = other.department
    yield desk.act(day, 12, there.specialist, "read_report", report=report)
    yield desk.act(
        day,
        13,
        there.specialist,
        "screen_report",
        report=report,
        decision="decline",
        reason=codes.next("decline_reasons", day),
    )
    yield desk.act(
        day,
        16,
        there.head,
        "review_declined_report",
        report=report,
        decision="uphold",
        note=codes.text(texts.NOTES),
    )


def reported_today(desk: Desk, part: float, *, urgent: bool, worry: str = "") -> Story:
    """A report of today that nobody has read yet."""
    moment = desk.days.earlier_today(part)
    day = clock.local_day(moment)
    data = desk.report(day, danger_now=urgent)
    if worry:
        data["worry"] = worry
    elif not urgent:
        data["worry"] = CALM[desk.number % len(CALM)]
    yield Act(moment, desk.department.specialist, "receive_report", data)


def rounds(desk: Desk, place: int) -> Story:
    """A worker's rounds from house to house, every few months; at one a concern is met."""
    worker = desk.department.workers[place]
    for number in range(5):
        _, day = desk.department.when(
            worker, desk.days.workday_ago(1040 - 210 * number - 3 * place), desk.days.today
        )
        visited = 18 + (number * 7 + place * 5 + desk.number) % 30
        concerns = [_concern(desk, day)] if number == 1 else []
        reply: Reply = yield desk.act(
            day,
            16,
            worker,
            "record_round",
            territory=desk.department.territories[0],
            area=desk.codes.text(texts.PLACES),
            happened_on=day.isoformat(),
            visited=visited,
            nobody_home=visited // 6,
            refused=number % 3,
            no_concern=visited - visited // 6 - number % 3 - len(concerns),
            concerns=concerns,
        )
        for report in reply.answer["reports"]:
            yield from _declined(desk, day, report, upheld=True, hour=17)


def _concern(desk: Desk, day: date) -> dict[str, Any]:
    told = desk.report(day, worry=CALM[desk.number % len(CALM)])
    kept = ("worry", "danger_now", "children", "place", "seen_or_said")
    return {key: told[key] for key in kept}


def leave(desk: Desk) -> Story:
    """The head records each leave a week before it begins."""
    for away in sorted(desk.department.away, key=lambda one: one.begins):
        yield desk.act(
            away.begins - timedelta(days=7),
            9,
            desk.department.head,
            "record_leave",
            post=away.post,
            kind=desk.codes.next("leave_kinds", away.begins),
            valid_from=away.begins.isoformat(),
            valid_to=away.ends.isoformat(),
            cover=away.cover,
        )


def duty_roster(desk: Desk) -> Story:
    """Second and third on duty for last month, this one and the next."""
    department = desk.department
    second = department.workers[1] if len(department.workers) > 1 else department.specialist
    for number in range(3):
        begins = desk.days.ago(45 - 30 * number)
        for rank, post in ((2, second), (3, department.head)):
            yield desk.act(
                desk.days.ago(50 - 2 * number),
                8 + rank,
                department.head,
                "set_duty_turn",
                post=post,
                rank=rank,
                valid_from=begins.isoformat(),
                valid_to=(begins + timedelta(days=29)).isoformat(),
            )


def due_items_done(desk: Desk, post: int) -> Story:
    """Every quarter, and lately: what fell due is done, or written up as done on its day."""
    for ago in (*range(1000, 60, -_QUARTER), 9):
        day = desk.department.when(post, desk.days.ago(ago), desk.days.today)[1]

        def done(viewer: Viewer, day: date = day) -> list[Data]:
            due = open_tasks(viewer).filter(due_at__lt=at(day, 0)).exclude(kind="screening_due")
            past = due.exclude(kind__in=["second_look_declined", "check_after_leaving"])
            return [
                _done(desk.codes, task.pk, min(day, clock.local_day(task.due_at))) for task in past
            ]

        yield Many(at(day, 18, 30), post, "complete_task", done)
