"""The lives of homes that stand on the register today, or wait to."""

from datetime import date, timedelta
from uuid import UUID

from kamkor.access.rules import Viewer
from kamkor.cases.queries.case import case_for
from kamkor.demo import desk, texts
from kamkor.demo.home import Home, Part
from kamkor.demo.stage import Act, Story

# Days from today to the next visit: overdue, today, this week, later.
DUE = (0, -4, 2, 0, 5, -15, 3, 12, 1, 20, -1)
# How many days ago a home that stands on the register today was found.
AGES = (930, 620, 430, 320, 250, 190, 140, 105, 80, 52, 34)
_YEAR = 365
_LAST_AGREED = 6


def standing(home: Home, place: int) -> Story:
    """On the register since long: visited in the rhythm of its risk, due as ``DUE`` says."""
    age = AGES[place] + home.number % 11
    home.risk = "low" if age > _YEAR or place % 3 == 0 else "medium"
    if place == len(AGES) - 2:
        home.risk = "high"
    begun = home.days.workday_ago(age)
    if place % 3 == 1:
        begun = yield from desk.reported(home, begun)
    else:
        begun = yield from home.identified(begun, family_too=place in {0, 4})
    begun = yield from home.registered(
        begun + timedelta(days=3 + home.number % 6), protected=place == 3
    )
    yield from visited_until_now(home, begun, place)


def visited_until_now(home: Home, begun: date, place: int) -> Part:
    """Visits until a few days ago, the next one agreed for the day of ``DUE``."""
    due = DUE[place % len(DUE)]
    every = {"low": 5, "medium": 4, "high": 1}[home.risk]
    last = home.evening(1 if due < _LAST_AGREED else 0)
    yield from _late_visit(home, begun)
    yield from home.visits(begun, last, every, home.days.ago(-due))


def _late_visit(home: Home, begun: date) -> Part:
    """A visit written up weeks after it happened, in some homes."""
    written = begun + timedelta(days=40)
    if home.number % 7 == 3 and written < home.days.ago(60):
        yield from home.visit(written, kind="home", ago=25 + home.number % 11)


def waiting_for_registration(home: Home) -> Story:
    """Identified some days ago; the specialist has not decided yet."""
    yield from home.identified(home.days.workday_ago(6 + home.number % 8))


def waiting_for_identification(home: Home) -> Story:
    """A report accepted, the children not yet found; once by way of the head's second look."""
    begun = home.days.workday_ago(4 + home.number % 5)
    yield from desk.accepted(home, begun, second_look=home.number % 3 == 0)


def not_registered(home: Home) -> Story:
    """Identified, and the specialist decides not to register, with each reason in turn."""
    begun = yield from home.identified(
        home.days.workday_ago(200 + home.number), family_too=home.number % 2 == 0
    )
    day = begun + timedelta(days=8)
    reason = home.codes.next("not_registered_reasons", day)
    for operation, cases in (
        ("register_child", home.cases),
        ("register_family", [home.family] if home.family else []),
    ):
        for place, case in enumerate(cases):
            yield home.act(
                day,
                10 + place,
                home.department.specialist,
                operation,
                case=case,
                decision="decline",
                reason=reason,
                happened_on=day.isoformat(),
                note=home.codes.text(texts.NOTES),
            )


def removed(home: Home) -> Story:
    """Reported as left alone, taken out of danger on the spot, under state protection since;
    some are back at home by now."""
    home.risk = "high"
    begun = home.days.workday_ago(30 + home.number % 50 * 4)
    cases = yield from desk.accepted(home, begun, worry="left_alone")
    day = yield from home.identified_after_report(cases, begun + timedelta(days=1))
    yield from home.protected(day)
    begun = yield from home.registered(day + timedelta(days=4), protected=True)
    if home.number % 3 == 0:
        begun += timedelta(days=9)
        for place, case in enumerate(home.cases):
            yield home.act(
                begun,
                10 + place,
                home.department.specialist,
                "end_removal",
                case=case,
                happened_on=begun.isoformat(),
                note=home.codes.text(texts.NOTES),
            )
    yield from visited_until_now(home, begun, 2)


def moved_between_departments(home: Home, to: int, outcome: str, receiver: "Home") -> Story:
    """A transfer: accepted and visited on, returned and visited on, or offered now.

    ``receiver`` is the same home as the other department's worker holds it.
    """
    pending = outcome == "offered"
    begun = yield from home.identified(home.days.workday_ago(300 + home.number % 90))
    yield from home.registered(begun + timedelta(days=5))
    day = home.days.ago(3) if pending else home.days.workday_ago(185)
    yield from home.visits(begun, day - timedelta(days=12), 3)
    case = home.cases[0]
    yield home.act(
        day,
        11,
        home.department.specialist,
        "offer_transfer",
        case=case,
        to_office=to,
        reason=home.codes.next("transfer_reasons", day),
        note=home.codes.text(texts.NOTES),
    )
    if pending:
        return
    answered = day + timedelta(days=4)
    if outcome == "returned":
        reason = home.codes.next("transfer_return_reasons", answered)
        yield home.act(
            answered,
            11,
            receiver.department.specialist,
            "return_transfer",
            case=case,
            reason=reason,
        )
        yield from visited_until_now(home, answered, 4)
        return
    post = receiver.worker
    yield home.act(
        answered,
        11,
        receiver.department.specialist,
        "accept_transfer",
        case=case,
        post=post,
        territory=receiver.department.territories[0],
    )
    receiver.cases, receiver.household = home.cases, home.household
    yield from visited_until_now(receiver, answered, 6)


def with_interest(home: Home) -> Story:
    """The worker is related: somebody else is responsible from that day."""
    begun = yield from home.identified(home.days.workday_ago(150 + home.number % 40))
    begun = yield from home.registered(begun + timedelta(days=5))
    yield from home.visit(begun + timedelta(days=12))
    day = begun + timedelta(days=20)
    kind = home.codes.next("interest_kinds", day)
    _, when = home.when(day)
    yield home.act(when, 9, home.worker, "declare_interest", case=home.cases[0], kind=kind)
    others = [post for post in home.department.workers if post != home.worker]
    following = home.department.specialist
    if others:
        following = others[0]
        yield from reassigned(home, following, day + timedelta(days=20))
    home.worker = following
    yield from visited_until_now(home, day + timedelta(days=25), 1)


def reassigned(home: Home, post: int, day: date) -> Part:
    """The specialist makes another worker responsible."""
    for place, case in enumerate(home.cases):
        yield home.act(
            day,
            11 + place,
            home.department.specialist,
            "assign_worker",
            case=case,
            post=post,
            happened_on=day.isoformat(),
        )


def taken_back_at_once(home: Home) -> Story:
    """Identified by mistake and taken back within minutes; found again weeks later."""
    day = home.when(home.days.workday_ago(90 + home.number % 60))[1]
    data = home.identification(home.children[0], day, **home.at_home(day))
    act = home.act(day, 9, home.worker, "identify_child", **data)
    reply = yield act
    yield Act(
        act.moment + timedelta(minutes=4),
        home.worker,
        "take_back",
        {"command": str(reply.command)},
    )
    begun = yield from home.identified(day + timedelta(days=21))
    yield from home.registered(begun + timedelta(days=6))
    yield from visited_until_now(home, begun + timedelta(days=6), 3)


def corrected(home: Home) -> Story:
    """Facts written wrongly and corrected later: risk, birth, ground, a visit and its row."""
    begun = yield from home.identified(home.days.workday_ago(AGES[5] + home.number % 11))
    begun = yield from home.registered(begun + timedelta(days=4))
    visit = yield from home.visit(begun + timedelta(days=14), kind="home")
    day = begun + timedelta(days=20)
    case = UUID(home.cases[0])
    precision = "estimated" if home.number % 2 else "day"
    changes = (
        ("identification", {"risk_level": "medium"}, "new_information"),
        ("birth", {"born_on": "2014-06-01", "precision": precision}, "papers_came"),
        ("registration", {"note": home.codes.text(texts.NOTES)}, "typing_error"),
        ("visit_child", {"words_of_child": home.codes.text(texts.WORDS_OF_CHILD)}, "typing_error"),
        ("visit", {"minutes": 35}, "wrong_date"),
    )
    for number, (kind, values, reason) in enumerate(changes):
        yield home.found(
            day + timedelta(days=3 * number),
            home.department.specialist,
            "correct_fact",
            lambda viewer, kind=kind, values=values, reason=reason: {  # type: ignore[misc]
                "case": str(case),
                "kind": kind,
                "fact": visit.answer["visit"] if kind == "visit" else fact(viewer, case, kind),
                "values": values,
                "reason": reason,
            },
        )
    yield from visited_until_now(home, day + timedelta(days=20), 5)


def fact(viewer: Viewer, case_id: UUID, kind: str) -> str:
    """The id of the newest standing fact of a kind about a case or its child."""
    case = case_for(viewer, case_id)
    if kind == "birth":
        births = case.child.births.filter(withdrawn_at=None) if case.child else None
        return str(births.latest("recorded_at").pk) if births else ""
    if kind == "ground":
        return str(case.grounds.get(withdrawn_at=None, main=True).pk)
    if kind == "decision":
        return str(case.decisions.filter(withdrawn_at=None).latest("recorded_at").pk)
    if kind == "visit_child":
        return str(case.visits.filter(withdrawn_at=None).latest("recorded_at").pk)
    if kind == "registration":
        return str(case.registrations.filter(withdrawn_at=None).latest("recorded_at").pk)
    return str(case.identifications.filter(withdrawn_at=None).latest("recorded_at").pk)
