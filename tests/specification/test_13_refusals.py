"""Every refusal as the door answers it: what is sent to ``/commands/``, and the code that returns.

Operations prepare what a refusal needs; what is refused is sent by HTTP.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from kamkor.cases.operations.facts import CORRECTABLE
from kamkor.kernel.ids import new_id
from kamkor.workforce.models import PostHolding
from tests.cast import Cast, Player
from tests.doors.desk import Desk
from tests.factories import (
    Data,
    a_child,
    a_registration,
    a_removal,
    a_report,
    a_return,
    identified,
    met,
    not_seen,
    registered,
    seen,
    taken_off,
)


@dataclass(frozen=True)
class Sent:
    """One command as it is sent: by whom, which operation, with what."""

    by: Player
    command: str
    data: Data
    id: UUID | None = None
    base_version: int | None = None

    def answer(self) -> tuple[int, dict[str, Any]]:
        """What the door answers: the status and the JSON."""
        desk = Desk(self.by.username, self.by.time)
        with desk.now():
            body: Data = {
                "id": str(self.id or new_id()),
                "command": self.command,
                "data": self.data,
            }
            if self.base_version is not None:
                body["base_version"] = self.base_version
            text = json.dumps(body, default=str)
            found = desk.client.post("/commands/", text, content_type="application/json")
        return found.status_code, found.json()


Scene = Callable[[Cast], Sent]


def report(**changed: Any) -> Scene:  # noqa: ANN401 - a command's data
    """A report in which this is wrong."""
    return lambda cast: Sent(cast.aigul, "receive_report", a_report(**changed))


def child(**changed: Any) -> Scene:  # noqa: ANN401 - a command's data
    """A child identified on the spot, in which this is wrong."""
    return lambda cast: Sent(cast.aigul, "identify_child", a_child(cast.today) | changed)


def visit(*, kind: str = "home", **changed: Any) -> Scene:  # noqa: ANN401 - a command's data
    """A visit to a registered child in whose row this is wrong."""

    def scene(cast: Cast) -> Sent:
        case = registered(cast)
        row = (not_seen if changed.get("seen") == "not_seen" else seen)(case, **changed)
        row = {key: value for key, value in row.items() if value is not None}
        data = {"household": cast.aigul.home(case), "kind": kind, "happened_on": cast.today}
        return Sent(cast.aigul, "record_visit", data | {"children": [row]})

    return scene


def about(who: str, operation: str, made: Callable[[Cast], str] = registered, **data: Any) -> Scene:  # noqa: ANN401 - a command's data
    """A step about a case; ``TODAY`` in its data is the day of the cast."""

    def scene(cast: Cast) -> Sent:
        case = made(cast)
        filled = {key: cast.today if value == TODAY else value for key, value in data.items()}
        return Sent(cast.everybody[who], operation, {"case": case, **filled})

    return scene


TODAY = "the day of the cast"


def registration(**changed: Any) -> Scene:  # noqa: ANN401 - a command's data
    """A registration in which this is wrong."""
    data = a_registration(TODAY, **changed)
    return about("bakyt", "register_child", identified, **data)


def proposal(reason: str, **changed: Any) -> Scene:  # noqa: ANN401 - a command's data
    """A proposal to take a child off the register for this reason."""
    data = {"reason": reason, "happened_on": TODAY, "note": "x", **changed}
    return about("aigul", "propose_taking_off", **data)


def turn(operation: str, **changed: Any) -> Scene:  # noqa: ANN401 - a command's data
    """A turn of duty or a leave of Nurlan's in which this is wrong."""

    def scene(cast: Cast) -> Sent:
        data = {"post": cast.nurlan.post, "valid_from": cast.today, "valid_to": cast.in_days(3)}
        own: Data = {"rank": 2} if operation == "set_duty_turn" else {"kind": "annual"}
        if operation == "record_leave":
            own["cover"] = cast.nurlan.post
        return Sent(cast.head, operation, data | own | changed)

    return scene


def known_child(cast: Cast) -> Sent:
    """A child who has an open case is identified again."""
    case = identified(cast)
    data = a_child(
        cast.today, child=str(cast.aigul.child(case).pk), household=cast.aigul.home(case)
    )
    return Sent(cast.aigul, "identify_child", data)


def twice_away(cast: Cast) -> Sent:
    """Two leaves of one person on one day."""
    data = {"post": cast.nurlan.post, "cover": cast.aigul.post, "kind": "annual"}
    data |= {"valid_from": cast.today, "valid_to": cast.today}
    cast.head.do("record_leave", **data)
    return Sent(cast.head, "record_leave", data)


def ended_too_late(cast: Cast) -> Sent:
    """A turn of duty is ended after it is over."""
    span = {"valid_from": cast.today, "valid_to": cast.in_days(3)}
    made = cast.head.do("set_duty_turn", post=cast.nurlan.post, rank=2, **span)
    data = {"turn": made["turn"], "free_from": cast.in_days(9)}
    return Sent(cast.head, "end_duty_turn", data)


def assigned(who: str) -> Scene:
    """A registered child of Aigul's is given to somebody."""

    def scene(cast: Cast) -> Sent:
        case = registered(cast)
        post = cast.everybody[who].post
        data = {"case": case, "post": post, "happened_on": cast.today}
        return Sent(cast.bakyt, "assign_worker", data)

    return scene


def assigned_to_a_relative(cast: Cast) -> Sent:
    """Whoever declared an interest is made responsible again."""
    case = registered(cast)
    cast.aigul.do("declare_interest", case=case, kind="relative")
    data = {"case": case, "post": cast.aigul.post, "happened_on": cast.today}
    return Sent(cast.bakyt, "assign_worker", data)


def interest(*before: str, by: str) -> Scene:
    """An interest is declared after those of others."""

    def scene(cast: Cast) -> Sent:
        case = registered(cast)
        for name in before:
            post = cast.everybody[name].post
            declared = {"post": post} if name == "nurlan" else {}
            who = cast.bakyt if name == "nurlan" else cast.everybody[name]
            who.do("declare_interest", case=case, kind="relative", **declared)
        data: Data = {"case": case, "kind": "relative"}
        if by == "bakyt":
            data["post"] = cast.nurlan.post
        return Sent(cast.everybody[by], "declare_interest", data)

    return scene


def returned_twice(cast: Cast) -> Sent:
    """A child that returned already returns."""
    data = {"case": taken_off(cast), **a_return(cast.today)}
    cast.bakyt.do("return_to_register", **data)
    return Sent(cast.bakyt, "return_to_register", data)


def decided_by_who_proposed(cast: Cast) -> Sent:
    """One person proposes and decides."""
    case = registered(cast)
    met(cast, case)
    data = {"reason": "difficulty_overcome", "happened_on": cast.today, "note": "x"}
    cast.bakyt.do("propose_taking_off", case=case, **data)
    decision = {"case": case, "decision": "agree", "happened_on": cast.today}
    return Sent(cast.bakyt, "decide_taking_off", decision)


def corrected(kind: str = "identification", *, twice: bool = False, **values: Any) -> Scene:  # noqa: ANN401 - a fact's values
    """A fact of a registered child is corrected by Aigul."""

    def scene(cast: Cast) -> Sent:
        case = registered(cast)
        model = CORRECTABLE[kind].model
        with cast.aigul.inside():
            fact = model._default_manager.get(case=case)
        data = {"case": case, "kind": kind, "fact": str(fact.pk), "reason": "typing_error"}
        if twice:
            cast.aigul.do("correct_fact", **data, values={"risk_level": "high"})
        return Sent(cast.aigul, "correct_fact", {**data, "values": values})

    return scene


def taken_back(*, report: bool = False, late: bool = False) -> Scene:
    """What Aigul did last is taken back, after somebody has decided upon it unless too late."""

    def scene(cast: Cast) -> Sent:
        act = new_id()
        if report:
            cast.aigul.do("receive_report", command_id=act, **a_report())
        else:
            case = registered(cast)
            met(cast, case)
            data = {"reason": "difficulty_overcome", "happened_on": cast.today, "note": "x"}
            cast.aigul.do("propose_taking_off", command_id=act, case=case, **data)
            decision = {"decision": "refuse", "happened_on": cast.today}
            cast.bakyt.do("decide_taking_off", case=case, **decision)
        cast.time.passes(minutes=20 if late else 1)
        return Sent(cast.aigul, "take_back", {"command": str(act)})

    return scene


def sealed_offered(cast: Cast) -> Sent:
    """A sealed case is offered to a department."""
    case = identified(cast)
    grounds = a_registration(
        cast.today, grounds=["child_victim_of_violence"], main_ground="child_victim_of_violence"
    )
    cast.bakyt.do("register_child", case=case, **grounds)
    offer = {"to_office": cast.specialist2.department, "reason": "family_moved", "note": "x"}
    return Sent(cast.bakyt, "offer_transfer", {"case": case, **offer})


def told_tomorrow(cast: Cast) -> Sent:
    """The prosecutor was told at a moment that has not come."""
    later = (cast.time.moment + timedelta(days=1)).isoformat()
    data = a_removal(cast.today, prosecutor_told_at=later)
    return Sent(cast.aigul, "protect_now", {"case": registered(cast), **data})


def next_before_this(cast: Cast) -> Sent:
    """The next visit lies before this one."""
    sent = visit()(cast)
    return Sent(sent.by, sent.command, sent.data | {"next_on": cast.days_ago(1)})


def child_of_another_home(cast: Cast) -> Sent:
    """A row of the visit is a child of another home."""
    sent, other = visit()(cast), registered(cast)
    return Sent(sent.by, sent.command, sent.data | {"children": [seen(other)]})


def reused(cast: Cast) -> Sent:
    """The id of a command is sent with other content."""
    act = new_id()
    cast.aigul.do("receive_report", command_id=act, **a_report())
    return Sent(cast.aigul, "receive_report", a_report(place="Elsewhere"), id=act)


def stale(cast: Cast) -> Sent:
    """A form was based on an older version."""
    case = registered(cast)
    data = {"case": case, "given": True, "happened_on": cast.today, "note": "x"}
    return Sent(cast.bakyt, "change_state_protection", data, base_version=1)


def before_registration(cast: Cast) -> Sent:
    """A proposal is dated before the child stood on the register."""
    data = {"reason": "difficulty_overcome", "happened_on": cast.days_ago(1), "note": "x"}
    return Sent(cast.aigul, "propose_taking_off", {"case": registered(cast), **data})


def learned_later(cast: Cast) -> Sent:
    """The informant learned of it after reporting it."""
    days = {"happened_on": cast.days_ago(2), "learned_on": cast.days_ago(1)}
    return Sent(cast.aigul, "receive_report", a_report(**days))


def round_of(**counts: int) -> Scene:
    """A round with these counts."""

    def scene(cast: Cast) -> Sent:
        place = {"territory": a_report()["territory"], "area": "Suzak", "happened_on": cast.today}
        return Sent(cast.aigul, "record_round", place | counts)

    return scene


OTHER_STATUS = {"already_recorded": 409, "command_id_reused": 409, "stale_version": 409}
PROTECTION: Data = {"given": False, "happened_on": TODAY, "note": "x"}
OFFER: Data = {"to_office": 999_999, "reason": "family_moved", "note": "x"}

SCENES: dict[str, Scene] = {
    "already_open": known_child,
    "already_recorded": twice_away,
    "already_responsible": assigned("aigul"),
    "already_returned": returned_twice,
    "already_withdrawn": corrected(twice=True, risk_level="low"),
    "answers_contradict": visit(injury_fear_word=True),
    "answers_missing": visit(none_of_these=None),
    "before_beginning": before_registration,
    "before_birth": child(born="2020-01-01", happened_on="2019-01-01"),
    "built_upon": taken_back(),
    "cannot_be_taken_back": taken_back(report=True),
    "code_unknown": report(worry="boredom"),
    "command_id_invalid": lambda cast: Sent(cast.aigul, "receive_report", a_report(), id=uuid4()),
    "command_id_reused": reused,
    "cover_is_away": turn("record_leave"),
    "date_in_future": report(happened_on="2026-03-03"),
    "date_unreadable": report(happened_on="03/01/2026"),
    "ends_before_it_begins": turn("set_duty_turn", valid_to="2026-03-01"),
    "field_invalid": report(danger_now="perhaps"),
    "field_required": report(seen_or_said=""),
    "field_unknown": report(points=5),
    "ground_of_other_register": registration(grounds=["lost_housing"], main_ground="lost_housing"),
    "interest_declared": interest("nurlan", by="bakyt"),
    "interested_cannot_answer": assigned_to_a_relative,
    "learned_after_reporting": learned_later,
    "main_ground_missing": registration(main_ground="orphan"),
    "migrant_check_incomplete": visit(kind="migrant_check"),
    "no_check_due": visit(kind="after_leaving"),
    "next_visit_before_this": next_before_this,
    "no_child_of_household": child_of_another_home,
    "nobody_else": interest("bakyt", "head", by="aigul"),
    "nobody_in_post": turn("set_duty_turn", post=999_999),
    "none_only_if_seen": visit(seen="not_seen", none_of_these=True),
    "not_found": about("cholpon", "propose_taking_off", reason="died", happened_on=TODAY, note="x"),
    "not_permitted": about("aigul", "register_child", identified, **a_registration(TODAY)),
    "not_seen_reason_missing": visit(seen="not_seen", not_seen_reason=None),
    "not_yet_adult": proposal("reached_18"),
    "not_yours_to_correct": corrected("registration", reason="x"),
    "nothing_changed": corrected(risk_level="medium"),
    "number_out_of_range": report(children=[{"description": "A boy", "age": 18}]),
    "office_unknown": about("bakyt", "offer_transfer", **OFFER),
    "operation_unknown": lambda cast: Sent(cast.aigul, "delete_child", {}),
    "other_side_not_accepted": proposal("moved"),
    "over_before_that": ended_too_late,
    "pin_unreadable": child(pin="1"),
    "post_unknown": assigned("cholpon"),
    "round_incomplete": round_of(visited=1, refused=2),
    "same_person": decided_by_who_proposed,
    "sealed_stays": sealed_offered,
    "stale_version": stale,
    "state_forbids": about("bakyt", "register_child", **a_registration(TODAY)),
    "status_unchanged": about("bakyt", "change_state_protection", **PROTECTION),
    "telephone_unreadable": report(callback="12"),
    "territory_unknown": report(territory="41799999999999"),
    "text_too_long": report(place="x" * 201),
    "told_in_future": told_tomorrow,
    "too_late_to_take_back": taken_back(late=True),
    "too_many": report(children=[{"description": "A boy"}] * 13),
    "wrong_register": about("bakyt", "register_family", identified, **a_registration(TODAY)),
}


@pytest.mark.parametrize("code", SCENES)
def test_what_the_door_refuses(cast: Cast, code: str) -> None:
    status, told = SCENES[code](cast).answer()
    assert (told["result"], told.get("code")) == ("refused", code), told
    assert status == OTHER_STATUS.get(code, {"not_found": 404, "not_permitted": 403}.get(code, 422))
    assert told["message"]
    assert "%(" not in told["message"]


def test_an_alarm_for_a_department_without_anybody_is_refused(committed_cast: Cast) -> None:
    cast = committed_cast
    gone = [cast.aigul.post, cast.bakyt.post, cast.head.post]
    PostHolding.objects.using("owner").filter(post_id__in=gone).update(
        valid_to=cast.time.today - timedelta(days=1)
    )
    status, told = Sent(cast.nurlan, "receive_report", a_report()).answer()
    assert (status, told["code"]) == (422, "nobody_on_duty")
