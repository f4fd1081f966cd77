"""All that is wrong is told in one answer, each fault at its field, a row by its number."""

from typing import Any

from tests.cast import Cast
from tests.doors.desk import Desk
from tests.factories import a_child, a_removal, a_report, registered, seen, two_children

NOWHERE = "41700000000000"


def faults(desk: Desk, name: str, data: dict[str, Any]) -> list[tuple[str, str]]:
    """The faults of one answer of the door for commands: field and code."""
    return [(one["field"], one["code"]) for one in desk.command(name, **data)["faults"]]


def test_a_report_is_told_place_telephone_and_colleague_with_what_is_missing(cast: Cast) -> None:
    data = a_report(territory=NOWHERE, callback="ring twice", involves=[0])
    del data["source"]
    assert faults(Desk("aigul", cast.time), "receive_report", data) == [
        ("territory", "territory_unknown"),
        ("source", "field_required"),
        ("callback", "telephone_unreadable"),
        ("involves", "post_unknown"),
    ]


def test_a_child_is_told_number_place_and_each_telephone_with_what_is_missing(cast: Cast) -> None:
    adult = {"given_name": "Бурул", "relation": "mother", "telephone": "none"}
    adults = [adult, adult | {"telephone": "0555 12 34 56"}, adult]
    data = a_child(cast.today, pin="12", territory=NOWHERE, adults=adults, risk_level="")
    assert faults(Desk("aigul", cast.time), "identify_child", data) == [
        ("pin", "pin_unreadable"),
        ("territory", "territory_unknown"),
        ("adults.0.telephone", "telephone_unreadable"),
        ("adults.2.telephone", "telephone_unreadable"),
        ("risk_level", "field_required"),
    ]


def test_a_round_is_told_its_place_with_its_counts(cast: Cast) -> None:
    data = {"territory": NOWHERE, "area": "Mill street", "happened_on": cast.today, "visited": -1}
    assert faults(Desk("aigul", cast.time), "record_round", data) == [
        ("territory", "territory_unknown"),
        ("visited", "number_out_of_range"),
    ]


def test_a_removal_is_told_each_moment_to_come(cast: Cast) -> None:
    tomorrow = f"{cast.in_days(1)}T09:00:00+06:00"
    told = {"prosecutor_told_at": tomorrow, "doctor_told_at": tomorrow}
    data = a_removal(cast.today, case=registered(cast), next_step="", **told)
    assert faults(Desk("aigul", cast.time), "protect_now", data) == [
        ("next_step", "field_required"),
        ("prosecutor_told_at", "told_in_future"),
        ("doctor_told_at", "told_in_future"),
    ]


def test_a_visit_is_told_what_is_wrong_with_each_child_by_its_place(cast: Cast) -> None:
    first, second = two_children(cast)
    rows = [{"case": first, "seen": "not_seen"}, {"case": second, "seen": "alone"}]
    visit = {"household": cast.aigul.home(first), "happened_on": cast.today, "children": rows}
    told = [
        ("children.0.not_seen_reason", "not_seen_reason_missing"),
        ("children.1.injury_fear_word", "answers_missing"),
    ]
    desk = Desk("aigul", cast.time)
    assert faults(desk, "record_visit", visit | {"kind": "home"}) == told
    assert faults(desk, "record_visit", visit | {"kind": "dance"}) == [
        ("kind", "code_unknown"),
        *told,
    ]
    whole = visit | {"children": [seen(first), seen(second)], "next_on": cast.days_ago(1)}
    assert faults(desk, "record_visit", whole | {"kind": "migrant_check"}) == [
        ("next_on", "next_visit_before_this"),
        ("children.0.lives_with", "migrant_check_incomplete"),
        ("children.1.lives_with", "migrant_check_incomplete"),
    ]


def test_the_form_of_a_visit_shows_the_faults_of_both_children(cast: Cast) -> None:
    first, _ = two_children(cast)
    desk = Desk("aigul", cast.time)
    typed = {"kind": "home", "children-0-seen": "not_seen", "children-1-seen": "alone"}
    page = desk.act(f"/cases/{first}/record-visit/", "record_visit", **typed)
    assert page.refusals == ["not_seen_reason_missing", "answers_missing"]
