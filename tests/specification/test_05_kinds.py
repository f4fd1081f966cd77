"""Step 5: which kinds of visit are accepted where, and that the form offers no others."""

from typing import Any

import pytest

from kamkor.cases.models import Visit, VisitChild
from tests.cast import Cast
from tests.doors.desk import Desk
from tests.factories import a_removal, proposed, registered, seen, taken_off, two_children, visited

CHECKS = {"after_leaving", "after_leaving_elsewhere"}
ANYWHERE = {"call", "joint", "elsewhere"}
AT_HOME = {"home", "migrant_check"}
MIGRANT = {"lives_with": "The aunt", "conditions": "good", "parents_contact": "weekly"}


def _offered(cast: Cast, case: str) -> set[str]:
    page = Desk("aigul", cast.time).open(f"/cases/{case}/record-visit/")
    return {one.attributes["value"] for one in page.all("input", type="radio", name="kind")}


def _told(cast: Cast, case: str, kind: str) -> list[tuple[str, str]]:
    """What a visit of a kind to a home is refused with."""
    cast.time.passes(minutes=1)
    row = seen(case, **(MIGRANT if kind == "migrant_check" else {}))
    visit: dict[str, Any] = {"household": cast.aigul.home(case), "happened_on": cast.today}
    desk = Desk("aigul", cast.time)
    told = desk.command("record_visit", **visit, kind=kind, children=[row])
    return [(one["field"], one["code"]) for one in told.get("faults", ())]


def _unsafe(cast: Cast, case: str) -> None:
    removal = a_removal(cast.today, ground="violence")
    cast.aigul.do("protect_now", case=case, **removal)


@pytest.mark.parametrize("kind", sorted(CHECKS))
def test_the_check_after_leaving_is_made_while_it_is_due(cast: Cast, kind: str) -> None:
    case = registered(cast)
    assert _offered(cast, case) == AT_HOME | ANYWHERE
    assert _told(cast, case, kind) == [("kind", "no_check_due")]
    left = taken_off(cast)
    assert _offered(cast, left) == AT_HOME | ANYWHERE | CHECKS
    assert _told(cast, left, kind) == []
    assert cast.aigul.state(left) == "closed"


def test_the_check_after_leaving_is_not_made_before(cast: Cast) -> None:
    """Neither at once nor by a correction; an earlier visit of another kind is told later."""
    case = registered(cast)
    cast.time.passes(days=9)
    proposed(cast, case, "difficulty_overcome")
    cast.bakyt.do("decide_taking_off", case=case, decision="agree", happened_on=cast.today)
    cast.time.passes(days=2)
    early, desk = cast.days_ago(3), Desk("aigul", cast.time)
    visit = {"household": cast.aigul.home(case), "happened_on": early, "children": [seen(case)]}
    told = desk.command("record_visit", kind="after_leaving", **visit)
    too_early = [("happened_on", "before_beginning")]
    assert [(one["field"], one["code"]) for one in told["faults"]] == too_early
    before = visited(cast, cast.aigul, seen(case), happened_on=early)
    check = visited(
        cast, cast.aigul, seen(case), kind="after_leaving", happened_on=cast.days_ago(2)
    )
    with cast.aigul.inside():
        row = str(VisitChild.objects.get(visit_id=check).pk)
    for kind, fact, values in (
        ("visit", before, {"kind": "after_leaving"}),
        ("visit", check, {"happened_on": early}),
        ("visit_child", row, {"happened_on": early}),
    ):
        wrong = {"case": case, "kind": kind, "fact": fact, "reason": "typing_error"}
        told = desk.command("correct_fact", **wrong, values=values)
        assert [(one["field"], one["code"]) for one in told["faults"]] == [
            ("values.happened_on", "before_beginning")
        ]
    assert cast.aigul.state(case) == "closed"


def test_the_form_says_why_a_check_is_refused(cast: Cast) -> None:
    case = registered(cast)
    typed = {"kind": "after_leaving", "children-0-seen": "alone", "children-0-none_of_these": "yes"}
    page = Desk("aigul", cast.time).act(f"/cases/{case}/record-visit/", "record_visit", **typed)
    assert page.refusals == ["no_check_due"]
    assert "No check after leaving is due here." in page.text


def test_a_check_that_one_of_a_home_owes_is_a_visit_to_all_of_it(cast: Cast) -> None:
    first, second = two_children(cast)
    visited(cast, cast.aigul, seen(first), seen(second))
    proposal = {"reason": "difficulty_overcome", "note": "x", "happened_on": cast.today}
    cast.aigul.do("propose_taking_off", case=first, **proposal)
    cast.bakyt.do("decide_taking_off", case=first, decision="agree", happened_on=cast.today)
    assert _offered(cast, second) >= CHECKS
    visited(cast, cast.aigul, seen(first), seen(second), kind="after_leaving")
    assert (cast.aigul.state(first), cast.aigul.state(second)) == ("closed", "registered")


def test_no_kind_goes_to_a_home_that_must_not_be_contacted(cast: Cast) -> None:
    case = registered(cast)
    _unsafe(cast, case)
    assert _offered(cast, case) == ANYWHERE
    for kind in AT_HOME:
        assert _told(cast, case, kind) == [("kind", "home_not_to_be_contacted")]


def test_whose_home_must_not_be_contacted_is_checked_elsewhere(cast: Cast) -> None:
    case = registered(cast)
    _unsafe(cast, case)
    proposal = {"reason": "returned_to_family", "note": "x", "happened_on": cast.today}
    cast.aigul.do("propose_taking_off", case=case, **proposal)
    cast.bakyt.do("decide_taking_off", case=case, decision="agree", happened_on=cast.today)
    assert _offered(cast, case) == ANYWHERE | {"after_leaving_elsewhere"}
    assert _told(cast, case, "after_leaving") == [("kind", "home_not_to_be_contacted")]
    assert _told(cast, case, "after_leaving_elsewhere") == []
    assert cast.aigul.state(case) == "closed"


def test_a_visit_is_not_corrected_to_a_check_that_was_not_due(cast: Cast) -> None:
    case = registered(cast)
    visited(cast, cast.aigul, seen(case))
    with cast.aigul.inside():
        fact = str(Visit.objects.get().pk)
    proposal = {"reason": "difficulty_overcome", "note": "x", "happened_on": cast.today}
    cast.aigul.do("propose_taking_off", case=case, **proposal)
    cast.bakyt.do("decide_taking_off", case=case, decision="agree", happened_on=cast.today)
    wrong = {"case": case, "kind": "visit", "fact": fact, "reason": "typing_error"}
    told = Desk("aigul", cast.time).command(
        "correct_fact", **wrong, values={"kind": "after_leaving"}
    )
    assert [(one["field"], one["code"]) for one in told["faults"]] == [
        ("values.kind", "no_check_due")
    ]
    assert cast.aigul.state(case) == "check_due"
