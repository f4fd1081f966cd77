"""One child, one open case, whoever holds it: who sees the child but not the case is told with whom."""

import json
from typing import Any
from uuid import UUID

import pytest

from kamkor.cases.models import Case, TakingOffDecision, VisitChild
from kamkor.cases.queries.case import departments_answering
from kamkor.kernel.ids import new_id
from kamkor.workforce.models import Office
from tests.cast import Cast, Player
from tests.doors.desk import Desk, Page
from tests.factories import (
    NOOKEN,
    a_child,
    a_registration,
    a_return,
    accepted,
    identified,
    proposed,
    registered,
    seen,
    transferred,
    two_children,
    visited,
)


@pytest.fixture
def sister(cast: Cast) -> str:
    """The open case of a child whose brother moved to Cholpon's department: she sees the child."""
    brother, case = two_children(cast)
    transferred(cast, brother, reason="child_moved")
    cast.specialist2.do("accept_transfer", case=brother, post=cast.cholpon.post, territory=NOOKEN)
    return case


def _department(player: Player, column: str = "name_en") -> str:
    return str(getattr(Office.objects.get(id=player.department), column))


def _searched(desk: Desk, reported: str = "") -> Page:
    search = f"/find/?case={reported}" if reported else "/find/"
    return desk.send(search, desk.open(search).form("find_person") | {"name": ["Айжан"]})


def _child(cast: Cast, case: str) -> str:
    return str(cast.bakyt.case(case).child_id)


def test_the_search_says_which_department_answers_and_leads_nowhere(
    cast: Cast, sister: str
) -> None:
    """Neither to a case one may not open nor to an identification that would be refused."""
    (reported,) = accepted(cast.cholpon, territory=NOOKEN)
    child, desk = _child(cast, sister), Desk("cholpon", cast.time)
    for page in (_searched(desk), _searched(desk, reported)):
        assert page.figure("people_found") == "1"
        assert f"open case with {_department(cast.aigul)}" in page.text
        assert "no case yet" not in page.text
        assert not [link for link in page.links if child in link or sister in link]
    assert "no case yet" not in _searched(Desk("specialist2", cast.time)).text


def test_no_second_case_is_opened_and_the_refusal_names_who_to_ask(cast: Cast, sister: str) -> None:
    desk = Desk("cholpon", cast.time, language="ru")
    data = a_child(cast.today, child=_child(cast, sister), territory=NOOKEN)
    told = desk.command("identify_child", **data)
    assert (told["code"], told["faults"][0]["field"]) == ("already_open", "child")
    assert cast.bakyt.case(sister).number not in told["message"]
    assert _department(cast.aigul, "name_ru") in told["message"]
    (reported,) = accepted(cast.cholpon, territory=NOOKEN)
    assert desk.command("identify_child", case=reported, **data)["code"] == "already_open"


def test_what_another_unit_of_the_department_answers_for_is_said_too(cast: Cast) -> None:
    brother, sister = two_children(cast)
    cast.bakyt.do("assign_worker", case=brother, post=cast.nurlan.post, happened_on=cast.today)
    page = _searched(Desk("nurlan", cast.time))
    assert f"open case with {_department(cast.aigul)}" in page.text
    assert f"/cases/{sister}/" not in page.links


def test_nothing_is_said_of_who_is_sealed_or_not_the_viewers(cast: Cast, sister: str) -> None:
    stranger = UUID(_child(cast, identified(cast, given_name="Нур")))
    child, ground = UUID(_child(cast, sister)), "child_victim_of_violence"

    def told() -> set[UUID]:
        with cast.cholpon.inside() as viewer:
            return set(departments_answering(viewer, [child, stranger]))

    assert told() == {child}
    sealed = a_registration(cast.today, grounds=[ground], main_ground=ground)
    found = identified(cast, household=cast.bakyt.home(sister), given_name="Бакыт")
    cast.bakyt.do("register_child", case=found, **sealed)
    assert told() == set()
    page = _searched(Desk("cholpon", cast.time))
    assert "open case with" not in page.text


def test_a_child_does_not_return_while_another_department_answers(cast: Cast, sister: str) -> None:
    proposed(cast, sister, "difficulty_overcome")
    cast.bakyt.do("decide_taking_off", case=sister, decision="agree", happened_on=cast.today)
    visited(cast, cast.aigul, seen(sister), kind="after_leaving")
    assert cast.bakyt.state(sister) == "closed"
    child, home = _child(cast, sister), cast.bakyt.home(sister)
    data = a_child(cast.today, child=child, household=home, territory=NOOKEN)
    desk = Desk("cholpon", cast.time)
    assert "closed" not in _searched(desk).text
    assert desk.command("identify_child", **data)["result"] == "applied"
    desk = Desk("bakyt", cast.time)
    told = desk.command("return_to_register", case=sister, **a_return(cast.today))
    assert told["code"] == "already_open"
    assert _department(cast.cholpon) in told["message"]


def _decided(cast: Cast, case: str, reason: str) -> dict[str, Any]:
    """A child is taken off for a reason; what is needed to take the decision back."""
    proposed(cast, case, reason)
    command = new_id()
    decision = {"case": case, "decision": "agree", "happened_on": cast.today}
    cast.bakyt.do("decide_taking_off", command_id=command, **decision)
    return {"command": str(command)}


def _found_elsewhere(cast: Cast, sister: str) -> None:
    child, home = _child(cast, sister), cast.bakyt.home(sister)
    data = a_child(cast.today, child=child, household=home, territory=NOOKEN)
    assert Desk("cholpon", cast.time).command("identify_child", **data)["result"] == "applied"
    cast.time.passes(minutes=1)


def _refused_as_open(cast: Cast, who: str, operation: str, **data: Any) -> None:  # noqa: ANN401 - a command's data
    told = Desk(who, cast.time).command(operation, **data)
    assert told["code"] == "already_open"
    assert _department(cast.cholpon) in told["message"]


def test_records_do_not_become_one_while_another_department_answers(
    cast: Cast, sister: str
) -> None:
    _decided(cast, sister, "difficulty_overcome")
    visited(cast, cast.aigul, seen(sister), kind="after_leaving")
    wanted = {"case": registered(cast), "case_number": cast.bakyt.case(sister).number}
    wanted |= {"ground": "papers_seen", "reason": "The birth certificate was seen."}
    request = cast.bakyt.do("merge_people", **wanted)["request"]
    _found_elsewhere(cast, sister)
    answer = {"request": request, "decision": "agree"}
    _refused_as_open(cast, "head", "answer_request", **answer)
    cast.bakyt.do("withdraw_request", request=request)
    _refused_as_open(cast, "bakyt", "merge_people", **wanted)


@pytest.mark.parametrize("right", ["difficulty_overcome", "placed_foster"])
def test_no_correction_of_a_reason_opens_a_second_case(cast: Cast, sister: str, right: str) -> None:
    visited(cast, cast.aigul, seen(sister))
    _decided(cast, sister, "entered_in_error")
    with cast.bakyt.inside():
        fact = str(TakingOffDecision.objects.get(case_id=sister).pk)
    wrong = {"case": sister, "kind": "decision", "fact": fact, "reason": "typing_error"}
    _found_elsewhere(cast, sister)
    _refused_as_open(cast, "bakyt", "correct_fact", **wrong, values={"reason": right})
    assert cast.bakyt.state(sister) == "closed"
    cast.bakyt.do("correct_fact", **wrong, values={"note": "Another child."})


def test_no_correction_of_a_check_opens_a_second_case(cast: Cast, sister: str) -> None:
    _decided(cast, sister, "difficulty_overcome")
    visit = visited(cast, cast.aigul, seen(sister), kind="after_leaving")
    with cast.aigul.inside():
        row = str(VisitChild.objects.get(visit_id=visit).pk)
    _found_elsewhere(cast, sister)
    wrong = {"case": sister, "reason": "typing_error"}
    unseen = {"seen": "not_seen", "not_seen_reason": "nobody_home"}
    for kind, fact, values in (
        ("visit", visit, {"kind": "home"}),
        ("visit_child", row, unseen),
    ):
        told = wrong | {"kind": kind, "fact": fact, "values": values}
        _refused_as_open(cast, "aigul", "correct_fact", **told)
    assert cast.bakyt.state(sister) == "closed"


def test_no_taking_back_opens_a_second_case(cast: Cast, sister: str) -> None:
    decided = _decided(cast, sister, "entered_in_error")
    _found_elsewhere(cast, sister)
    _refused_as_open(cast, "bakyt", "take_back", **decided)
    assert cast.bakyt.state(sister) == "closed"


def test_of_two_who_identify_a_child_at_once_one_is_refused(cast: Cast) -> None:
    """Both pass the rules before either is written: the database keeps the second out."""
    case = identified(cast)
    decline = {"decision": "decline", "happened_on": cast.today, "reason": "no_difficulty"}
    cast.bakyt.do("register_child", case=case, **decline)
    data = a_child(cast.today, child=_child(cast, case), household=cast.bakyt.home(case))
    both = [
        {"id": str(new_id()), "command": "identify_child", "data": data | {"risk_level": risk}}
        for risk in ("low", "high")
    ]
    desk = Desk("aigul", cast.time)
    with desk.now():
        told = desk.client.post("/commands/", json.dumps(both), content_type="application/json")
    assert [one.get("code", one["result"]) for one in told.json()] == ["applied", "already_open"]
    with cast.aigul.inside():
        assert Case.objects.filter(child_id=data["child"]).count() == 2
