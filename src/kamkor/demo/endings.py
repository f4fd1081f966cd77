"""The lives of homes that were taken off the register, are about to be, or came back."""

from datetime import date, timedelta
from typing import Any

from kamkor.demo import texts
from kamkor.demo.home import Home, Part
from kamkor.demo.lives import visited_until_now
from kamkor.demo.stage import Story
from kamkor.kernel import rulesets

# Whose accompanied home it is, of every twelve, whose child comes of age.
_GROWN = 5


def lived(home: Home, found: date, until: date, **how: Any) -> Part:  # noqa: ANN401 - as home.identified
    """Identified, registered, and visited until some days before a day."""
    begun = yield from home.identified(found, **how)
    begun = yield from home.registered(begun + timedelta(days=5))
    yield from home.visits(begun, until - timedelta(days=12), 6)


def proposed(home: Home, day: date, reason: str, post: int) -> Part:
    """Somebody proposes to take the children off the register; returns the day."""
    for place, case in enumerate([*home.cases, *([home.family] if home.family else [])]):
        data = {"case": case, "reason": reason, "happened_on": day.isoformat()}
        if reason == "moved":
            data |= {
                "other_side": "Башка облустун бөлүмү",
                "other_side_accepted_on": day.isoformat(),
            }
        data["note"] = home.codes.text(texts.NOTES)
        yield home.act(day, 9 + place, post, "propose_taking_off", **data)
    return day


def decided(home: Home, day: date, post: int, decision: str = "agree") -> Part:
    """Another person decides; returns the day."""
    for place, case in enumerate([*home.cases, *([home.family] if home.family else [])]):
        yield home.act(
            day,
            9 + place,
            post,
            "decide_taking_off",
            case=case,
            decision=decision,
            happened_on=day.isoformat(),
            note=home.codes.text(texts.NOTES),
        )
    return day


def proposal_waiting(home: Home) -> Story:
    """Proposed some days ago: mostly by the worker for the specialist, else for the head."""
    yield from lived(home, home.days.workday_ago(330 + home.number % 50), home.days.ago(20))
    by_specialist = home.worker == home.department.workers[-1]
    post = home.department.specialist if by_specialist else home.worker
    day = home.days.ago(2) if by_specialist else home.when(home.days.ago(4))[1]
    yield from proposed(home, day, "difficulty_overcome", post)


def refused_once(home: Home, off: date) -> Part:
    """A first proposal that was refused, months before the one agreed to."""
    day = home.when(off - timedelta(days=70))[1]
    yield from proposed(home, day, "difficulty_overcome", home.worker)
    yield from decided(home, day + timedelta(days=3), home.department.specialist, "refuse")


def taken_off(home: Home, off: date, reason: str) -> Part:
    """Proposed by the worker, agreed to by the specialist a few days later."""
    day = home.when(off)[1]
    yield from proposed(home, day, reason, home.worker)
    return (yield from decided(home, day + timedelta(days=3), home.department.specialist))


def check_due(home: Home) -> Story:
    """Taken off lately; the one check after leaving is due soon, or overdue."""
    off = home.days.workday_ago(75 + home.number % 25)
    reason = "returned_to_family" if home.number % 3 == 0 else "difficulty_overcome"
    yield from lived(home, off - timedelta(days=260), off)
    yield from taken_off(home, off, reason)


def accompanied(home: Home) -> Story:
    """Placed: off the register, accompanied on; one has come of age, and nobody decided yet."""
    grown = home.number % 12 == _GROWN
    if grown:
        home.make_adult(home.days.ago(4))
    off = home.days.workday_ago(110 + home.number % 150)
    reason = ("placed_guardianship", "placed_foster", "adopted")[home.number % 3]
    yield from lived(home, off - timedelta(days=200), off)
    off = yield from taken_off(home, off, reason)
    yield from home.visits(off + timedelta(days=50), home.days.ago(20), 6)
    if grown:
        yield from proposed(home, home.when(home.days.ago(4))[1], "reached_18", home.worker)


def closed(home: Home, turn: int) -> Story:
    """Over: by each reason in turn, with the check or the accompaniment where one belongs."""
    off = home.days.workday_ago(220 + home.number * 7 % 500)
    reason = home.codes.next(
        "taking_off_reasons", off, lambda rule: len(home.children) == 1 or rule.code != "died"
    )
    if reason == "reached_18":
        home.make_adult(off)
    family_too = reason in {"moved", "entered_in_error", "difficulty_overcome"}
    yield from lived(home, off - timedelta(days=200 + turn * 30), off, family_too=family_too)
    if turn == 0:
        yield from refused_once(home, off)
    off = yield from taken_off(home, off, reason)
    rule = rulesets.rule("taking_off_reasons", reason, off)
    if rule.get("opens") == "accompaniment":
        off = yield from _accompaniment_ended(home, off)
    if rule.get("check"):
        yield from home.visit(
            off + timedelta(days=88),
            kind="after_leaving",
            children=[_seen_well(case) for case in home.cases],
        )


def _seen_well(case: str) -> dict[str, Any]:
    return {"case": case, "seen": "with_others", "none_of_these": True}


def _accompaniment_ended(home: Home, off: date) -> Part:
    yield from home.visit(off + timedelta(days=60), kind="home")
    day = off + timedelta(days=100)
    for place, case in enumerate(home.cases):
        yield home.act(
            day,
            10 + place,
            home.department.specialist,
            "end_accompaniment",
            case=case,
            happened_on=day.isoformat(),
            note=home.codes.text(texts.NOTES),
        )
    return day


def came_back(home: Home) -> Story:
    """Taken off, and returned to the register with a new episode that goes on."""
    off = home.days.workday_ago(420 + home.number % 60)
    yield from lived(home, off - timedelta(days=240), off)
    off = yield from taken_off(home, off, "difficulty_overcome")
    day = off + timedelta(days=60 + home.number % 100)

    episodes = []
    for place, case in enumerate(home.cases):
        (ground, *_) = home.drawn_grounds(home.children[place], day)
        reply = yield home.act(
            day,
            10 + place,
            home.department.specialist,
            "return_to_register",
            case=case,
            happened_on=day.isoformat(),
            reason=home.codes.next("return_reasons", day),
            difficulty=home.codes.text(texts.DIFFICULTY),
            risk_level="medium",
            grounds=[ground],
            main_ground=ground,
        )
        episodes.append(reply.answer["case"])
    home.cases = episodes
    home.risk = "medium"
    yield from visited_until_now(home, day, 8)
