"""What a return to the register carries on: nothing that is owed to the child is forgotten."""

from typing import Any

from kamkor.cases.models import Case, Identification, RegistrationGround, VisitChild
from tests.cast import Cast
from tests.doors.desk import Desk
from tests.factories import (
    a_removal,
    a_return,
    proposed,
    registered,
    seen,
    taken_off,
    visited,
    yes_to,
)

NOTICES = [("notice_police", "specialist"), ("notice_prosecutor", "specialist")]


def _came_back(cast: Cast, old: str, **changed: Any) -> str:  # noqa: ANN401 - a command's data
    cast.time.passes(days=3)
    data = a_return(cast.today, **changed)
    answer = Desk("bakyt", cast.time).command("return_to_register", case=old, **data)
    assert answer["result"] == "applied", answer
    return str(answer["answer"]["case"])


def _agreed(cast: Cast, case: str, reason: str = "difficulty_overcome", **told: Any) -> None:  # noqa: ANN401 - a command's data
    proposed(cast, case, reason, **told)
    cast.bakyt.do("decide_taking_off", case=case, decision="agree", happened_on=cast.today)


def test_what_is_due_goes_on_in_the_new_episode_by_the_same_time(cast: Cast) -> None:
    case = registered(cast, pin="10105201500001", siblings=[{"given_name": "Нур", "looked_at": 0}])
    visited(cast, cast.aigul, yes_to("basics_missing") | {"case": case})
    cast.aigul.do("protect_now", case=case, **a_removal(cast.today, ground="violence"))
    _agreed(cast, case, "returned_to_family")
    owed = {kind for kind, _ in cast.aigul.tasks(case)} - {"check_after_leaving"}
    assert {"notice_police", "notice_parents", "need_followup", "siblings_to_look_at"} < owed
    due = cast.aigul.task(case, "notice_police").due_at
    new = _came_back(cast, case)
    assert cast.aigul.tasks(case) == []
    assert {kind for kind, _ in cast.aigul.tasks(new)} == owed
    assert cast.aigul.task(new, "notice_police").due_at == due


def test_who_goes_on_may_be_one_person_is_still_to_be_looked_at(cast: Cast) -> None:
    first = registered(cast, pin="10105201500001")
    registered(cast, pin="10105201500001", given_name="Айжан", sex="female")
    _agreed(cast, first)
    kinds = {kind for kind, _ in cast.bakyt.tasks(first)}
    assert "identity_candidate" in kinds
    new = _came_back(cast, first)
    assert "identity_candidate" in {kind for kind, _ in cast.bakyt.tasks(new)}


def test_a_return_because_of_violence_makes_notices_due_once(cast: Cast) -> None:
    case = registered(cast)
    cast.aigul.do("protect_now", case=case, **a_removal(cast.today, ground="violence"))
    _agreed(cast, case, "returned_to_family")
    ground = "witness_of_violence"
    new = _came_back(cast, case, grounds=[ground], main_ground=ground)
    assert [task for task in cast.aigul.tasks(new) if task in NOTICES] == NOTICES


def test_a_child_away_from_home_is_so_in_the_new_episode_and_may_come_home(cast: Cast) -> None:
    case = registered(cast)
    cast.aigul.do("protect_now", case=case, **a_removal(cast.today))
    _agreed(cast, case, "moved", other_side="Osh", other_side_accepted_on=cast.today)
    new = _came_back(cast, case)
    assert cast.aigul.case(new).away_from_home
    desk = Desk("bakyt", cast.time)
    page = desk.open(f"/cases/{new}/")
    assert "With the grandmother, Suzak, 12" in page.text
    assert "end_removal" in page.operations
    end = {"happened_on": cast.today, "note": "With the mother again."}
    assert desk.command("end_removal", case=new, **end)["result"] == "applied"
    assert not cast.aigul.case(new).away_from_home
    assert cast.aigul.case(case).away_from_home


def test_the_warning_and_the_safe_contact_go_on(cast: Cast) -> None:
    case = registered(cast)
    removal = a_removal(cast.today, ground="violence", safe_contact="The aunt, 0555 12 34 56")
    cast.aigul.do("protect_now", case=case, **removal)
    _agreed(cast, case, "returned_to_family")
    new = _came_back(cast, case)
    team = cast.aigul.case(new).team
    assert team is not None
    assert team == cast.aigul.case(case).team
    text = Desk("aigul", cast.time).open(f"/cases/{new}/").text
    assert "Do not contact the home" in text
    assert "The aunt, 0555 12 34 56" in text


def test_the_child_was_last_seen_when_the_former_episode_says(cast: Cast) -> None:
    case = registered(cast)
    visited(cast, cast.aigul, yes_to("harmful_person_access") | {"case": case})
    on = cast.time.today
    _agreed(cast, case)
    new = _came_back(cast, case)
    assert cast.aigul.case(new).last_seen_on == on
    page = Desk("aigul", cast.time).open(f"/cases/{new}/")
    assert "not seen yet" not in page.text
    assert f"{on:%d.%m.%Y}" in page.text
    cast.time.passes(days=1)
    visited(cast, cast.aigul, seen(new))
    assert cast.aigul.case(new).last_seen_on == cast.time.today


def test_a_correction_of_the_former_episode_is_one_of_the_newer(cast: Cast) -> None:
    case = registered(cast)
    cast.time.passes(days=9)
    visited(cast, cast.aigul, seen(case))
    _agreed(cast, case)
    new = _came_back(cast, case)
    with cast.aigul.inside():
        row = VisitChild.objects.get(case_id=case)
    day = cast.days_ago(5)
    correction = {"kind": "visit_child", "fact": str(row.pk), "values": {"happened_on": day}}
    cast.aigul.do("correct_fact", case=case, reason="wrong_date", **correction)
    assert str(cast.aigul.case(new).last_seen_on) == day


def test_the_status_of_state_protection_goes_on_until_it_is_lifted(cast: Cast) -> None:
    case = registered(cast)
    status = {"given": True, "happened_on": cast.today, "note": "x"}
    cast.bakyt.do("change_state_protection", case=case, **status)
    _agreed(cast, case)
    assert cast.aigul.case(_came_back(cast, case)).state_protection


def test_a_child_that_returns_was_not_found_anew(cast: Cast) -> None:
    old = taken_off(cast)
    new = _came_back(cast, old)
    with cast.aigul.inside():
        assert Identification.objects.get(case_id=new).source == "return"
    desk = Desk("bakyt", cast.time)
    assert "Return to the register" in desk.open(f"/cases/{new}/").text
    offered = _offered(desk, "/do/identify-child/")
    assert "own_round" in offered
    assert "return" not in offered


def test_nobody_reports_that_a_child_returned(cast: Cast) -> None:
    case = registered(cast)
    with cast.aigul.inside():
        fact = Identification.objects.get(case_id=case)
    correction = {"kind": "identification", "fact": str(fact.pk), "values": {"source": "return"}}
    assert cast.aigul.faults("correct_fact", case=case, reason="typing_error", **correction) == [
        ("values.source", "code_unknown")
    ]
    address = f"/cases/{case}/correct/identification/{fact.pk}/"
    assert "return" not in _offered(Desk("aigul", cast.time), address)


def test_a_form_offers_the_grounds_of_its_own_register(cast: Cast) -> None:
    case = registered(cast, family_too=True)
    with cast.aigul.inside():
        family = Case.objects.get(register="family").pk
    desk = Desk("bakyt", cast.time)
    assert _offered(desk, f"/cases/{family}/register-family/") >= {"low_income_crisis"}
    assert "neglected" not in _offered(desk, f"/cases/{family}/register-family/")
    _agreed(cast, case)
    cast.time.passes(days=1)
    offered = _offered(desk, f"/cases/{case}/return-to-register/")
    assert "neglected" in offered
    assert "lost_housing" not in offered


def test_a_correction_offers_the_grounds_of_its_own_register(cast: Cast) -> None:
    case = registered(cast)
    with cast.aigul.inside():
        ground = RegistrationGround.objects.get(case_id=case)
    offered = _offered(Desk("bakyt", cast.time), f"/cases/{case}/correct/ground/{ground.pk}/")
    assert "neglected" in offered
    assert "lost_housing" not in offered


def _offered(desk: Desk, address: str) -> set[str]:
    """The codes that may be chosen in a form."""
    page = desk.open(address)
    held = [*page.all("input", value="*"), *page.all("option", value="*")]
    return {one.attributes["value"] for one in held}
