"""Step 5: by telephone a child is spoken with; that is not seeing it, nor not having seen it."""

from datetime import timedelta
from typing import Any

import pytest

from kamkor.cases.models import Need, SiblingLook, VisitChild
from tests.cast import Cast
from tests.doors.desk import Desk, Page
from tests.factories import (
    a_child,
    accepted,
    met,
    not_seen,
    registered,
    seen,
    taken_off,
    visited,
    yes_to,
)

UNSEEN = {"seen": "not_seen", "not_seen_reason": "nobody_home"}


def _called(cast: Cast, case: str, row: dict[str, Any] | None = None, **told: Any) -> None:  # noqa: ANN401 - as sent
    desk = Desk("aigul", cast.time)
    call = {"household": cast.aigul.home(case), "kind": "call", "happened_on": cast.today, **told}
    answer = desk.command("record_visit", **call, children=[{"case": case, **(row or seen(case))}])
    assert answer["result"] == "applied", answer


def _page(cast: Cast, case: str) -> Page:
    return Desk("aigul", cast.time).open(f"/cases/{case}/")


def test_who_was_spoken_with_by_telephone_was_not_seen(cast: Cast) -> None:
    case = registered(cast)
    due = cast.aigul.case(case).next_visit_on
    cast.time.passes(days=2)
    _called(cast, case)
    kept = cast.aigul.case(case)
    assert (kept.last_seen_on, kept.not_seen_in_a_row, kept.next_visit_on) == (None, 0, due)
    page = _page(cast, case)
    assert "not seen yet" in page.text
    assert "Telephone call: Spoken with alone" in page.text
    assert cast.aigul.sees(SiblingLook, looked_at=True) == 0


def test_a_call_leaves_what_the_last_visit_says(cast: Cast) -> None:
    case = registered(cast)
    met(cast, case)
    before, day = cast.aigul.case(case).next_visit_on, cast.time.today
    cast.time.passes(days=2)
    _called(cast, case, next_on=cast.in_days(60))
    kept = cast.aigul.case(case)
    assert (kept.last_seen_on, kept.next_visit_on) == (day, before)
    _called(cast, case, next_on=cast.in_days(1))
    assert cast.aigul.case(case).next_visit_on == cast.time.today + timedelta(days=1)
    assert f"{day:%d.%m.%Y}, Seen alone" in _page(cast, case).text


@pytest.mark.parametrize("risk", ["medium", "high"])
def test_who_was_not_reached_by_telephone_is_not_a_child_not_seen(cast: Cast, risk: str) -> None:
    case = registered(cast, risk_level=risk)
    for _ in range(3):
        _called(cast, case, UNSEEN)
    assert cast.bakyt.tasks(case) == []
    assert cast.aigul.case(case).not_seen_in_a_row == 0
    assert "Telephone call: Child not reached" in _page(cast, case).text
    visited(cast, cast.aigul, not_seen(case))
    _called(cast, case)
    assert cast.aigul.case(case).not_seen_in_a_row == 1
    assert bool(cast.bakyt.tasks(case)) == (risk == "high")


def test_a_worry_told_by_telephone_is_somebodys_task_at_once(cast: Cast) -> None:
    case = registered(cast, risk_level="low")
    _called(cast, case, yes_to("injury_fear_word"))
    assert cast.aigul.case(case).risk_level == "high"
    assert cast.bakyt.tasks(case) == [("safety_decision", "specialist")]
    _called(cast, case, yes_to("basics_missing"))
    assert cast.aigul.sees(Need, case_id=case, what="basics") == 1


def test_a_call_ends_no_visit_that_is_due(cast: Cast) -> None:
    (case,) = accepted(cast.aigul)
    _called(cast, case)
    assert cast.aigul.tasks(case) == [("visit_due", "worker")]
    placed = taken_off(cast, "placed_foster")
    due = cast.aigul.task(placed, "accompaniment_visit").due_at
    cast.time.passes(days=3)
    _called(cast, placed)
    assert cast.aigul.task(placed, "accompaniment_visit").due_at == due


def test_a_call_is_not_the_visit_that_must_come_first(cast: Cast) -> None:
    case = registered(cast)
    _called(cast, case)
    typed = {"reason": "difficulty_overcome", "note": "All is well."}
    desk = Desk("aigul", cast.time)
    page = desk.act(f"/cases/{case}/propose-taking-off/", "propose_taking_off", **typed)
    assert page.refusals == ["never_seen"]


def test_a_family_is_not_met_by_telephone(cast: Cast) -> None:
    found = cast.aigul.do("identify_child", **a_child(cast.today, family_too=True))
    _called(cast, str(found["case"]))
    assert cast.aigul.case(str(found["family"])).last_seen_on is None


def test_a_visit_corrected_to_a_call_was_none_and_back(cast: Cast) -> None:
    (case,) = accepted(cast.aigul)
    visited(cast, cast.aigul, seen(case))
    assert cast.aigul.tasks(case) == []
    desk = Desk("aigul", cast.time)
    for kind, tasks in (("call", [("visit_due", "worker")]), ("home", [])):
        with cast.aigul.inside():
            visit = VisitChild.objects.get(case_id=case, withdrawn_at=None).visit_id
        fact = {"kind": "visit", "fact": str(visit), "reason": "typing_error"}
        told = desk.command("correct_fact", case=case, **fact, values={"kind": kind})
        assert told["result"] == "applied", told
        assert cast.aigul.tasks(case) == tasks
        assert (cast.aigul.case(case).last_seen_on is None) == (kind == "call")
        looked = cast.aigul.sees(SiblingLook, looked_at=True, withdrawn_at=None)
        assert looked == (kind == "home")


def test_the_form_says_that_a_call_does_not_count(cast: Cast) -> None:
    case = registered(cast)
    page = Desk("aigul", cast.time).open(f"/cases/{case}/record-visit/")
    for told in ("Does not count as having seen the child.", "was the child spoken with?"):
        assert told in page.text
