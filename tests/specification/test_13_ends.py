"""Every open state has a way out: death, coming of age, no difficulty found, back at home."""

from datetime import date

import pytest

from kamkor.cases.models import Identification, Registration
from tests.cast import Cast
from tests.doors.desk import Desk
from tests.factories import (
    a_child,
    a_removal,
    a_return,
    accepted,
    identified,
    proposed,
    registered,
    taken_off,
    transferred,
)

DAY = "02.03.2026"
DIED = {"reason": "died", "happened_on": DAY, "note": "The clinic's letter 7."}


def _in_state(cast: Cast, state: str) -> str:
    """A child's case in an open state."""
    if state == "reported":
        return accepted(cast.aigul)[0]
    if state == "identified":
        return identified(cast, born="2008-01", happened_on=cast.days_ago(40))
    if state in {"accompaniment", "check_due"}:
        reason = "placed_foster" if state == "accompaniment" else "difficulty_overcome"
        return taken_off(cast, reason)
    case = registered(cast)
    if state == "transfer_offered":
        transferred(cast, case)
    if state == "taking_off_proposed":
        proposed(cast, case, "difficulty_overcome")
    return case


def _propose(cast: Cast, case: str, **changed: str) -> list[str]:
    cast.time.passes(minutes=1)
    desk = Desk("aigul", cast.time)
    page = desk.act(f"/cases/{case}/propose-taking-off/", "propose_taking_off", **DIED | changed)
    return page.refusals


def _decide(cast: Cast, case: str, decision: str) -> list[str]:
    cast.time.passes(minutes=1)
    typed = {"decision": decision, "happened_on": DAY}
    address = f"/cases/{case}/decide-taking-off/"
    return Desk("bakyt", cast.time).act(address, "decide_taking_off", **typed).refusals


OFF_REGISTER = ("reported", "identified", "accompaniment", "check_due")
ON_REGISTER = ("registered", "transfer_offered", "taking_off_proposed")


@pytest.mark.parametrize("state", [*OFF_REGISTER, *ON_REGISTER])
def test_a_death_is_recorded_by_two_persons_from_every_open_state(cast: Cast, state: str) -> None:
    case = _in_state(cast, state)
    off = cast.bakyt.case(case).taken_off_on
    assert cast.bakyt.state(case) == state
    assert _propose(cast, case) == []
    on_register = state in ON_REGISTER
    waits = "taking_off_proposed" if on_register else "ending_proposed"
    assert cast.bakyt.state(case) == waits
    assert f"/cases/{case}/" in Desk("head", cast.time).open("/").links
    refused = cast.aigul.refused(
        "decide_taking_off", case=case, decision="agree", happened_on=cast.today
    )
    assert refused == "not_permitted"
    assert _decide(cast, case, "agree") == []
    kept = cast.bakyt.case(case)
    # Who was not on the register is not counted as taken off it.
    assert kept.taken_off_on == (cast.time.today if on_register else off)
    assert (kept.state, kept.next_visit_on, kept.offered_to_id) == ("closed", None, None)
    assert cast.bakyt.tasks(case) == [("death_review", "head")]


@pytest.mark.parametrize("state", [*OFF_REGISTER, "registered", "taking_off_proposed"])
def test_a_refused_end_leads_back_to_where_the_case_stood(cast: Cast, state: str) -> None:
    case = _in_state(cast, state)
    before = cast.bakyt.case(case)
    assert _propose(cast, case) == []
    assert cast.bakyt.case(case).next_visit_on == before.next_visit_on
    assert _decide(cast, case, "refuse") == []
    back = "registered" if state in ON_REGISTER else state
    kept = cast.bakyt.case(case)
    assert (kept.state, kept.next_visit_on) == (back, before.next_visit_on)


def test_a_proposed_death_takes_the_offer_back(cast: Cast) -> None:
    case = _in_state(cast, "transfer_offered")
    assert _propose(cast, case) == []
    assert Desk("specialist2", cast.time).open(f"/cases/{case}/").status == 404
    assert _decide(cast, case, "refuse") == []
    kept = cast.bakyt.case(case)
    assert (kept.state, kept.offered_to_id) == ("registered", None)


def test_whoever_proposed_the_end_does_not_decide_it(cast: Cast) -> None:
    case = identified(cast)
    bakyt = Desk("bakyt", cast.time)
    bakyt.act(f"/cases/{case}/propose-taking-off/", "propose_taking_off", **DIED)
    assert _decide(cast, case, "agree") == ["same_person"]


@pytest.mark.parametrize("state", [*OFF_REGISTER, "transfer_offered", "taking_off_proposed"])
def test_no_other_reason_holds_beside_the_register(cast: Cast, state: str) -> None:
    case = _in_state(cast, state)
    assert _propose(cast, case, reason="difficulty_overcome") == ["reason_not_here"]
    assert cast.bakyt.state(case) == state


def test_who_comes_of_age_while_accompanied_leaves(cast: Cast) -> None:
    case = registered(cast, born="2008-02-01", happened_on=cast.days_ago(40))
    proposed(cast, case, "placed_foster")
    assert _decide(cast, case, "agree") == []
    assert _propose(cast, case, reason="reached_18") == []
    assert _decide(cast, case, "agree") == []
    assert (cast.bakyt.state(case), cast.bakyt.tasks(case)) == ("closed", [])


def test_who_died_before_any_register_does_not_return_to_it(cast: Cast) -> None:
    case = identified(cast)
    _propose(cast, case)
    _decide(cast, case, "agree")
    desk = Desk("bakyt", cast.time)
    found = desk.command("return_to_register", case=case, **a_return(cast.today))
    assert found["code"] == "state_forbids"
    assert "return_to_register" not in desk.open(f"/cases/{case}/").operations


@pytest.mark.parametrize(
    ("born", "refusal"),
    [
        ("2008", "not_yet_adult"),
        ("2007", ""),
        ("2008-03", "not_yet_adult"),
        ("2008-02", ""),
        ("2008-03-03", "not_yet_adult"),
        ("2008-03-02", ""),
        ("", "birth_not_known"),
    ],
)
def test_nobody_is_grown_up_before_the_last_day_that_the_birth_can_mean(
    cast: Cast, born: str, refusal: str
) -> None:
    case = registered(cast, born=born, happened_on=cast.days_ago(100))
    assert _propose(cast, case, reason="reached_18") == [refusal] * bool(refusal)


def test_no_family_comes_of_age(cast: Cast) -> None:
    family = str(cast.aigul.do("identify_child", **a_child(cast.today, family_too=True))["family"])
    grounds = {"grounds": ["low_income_crisis"], "main_ground": "low_income_crisis"}
    data = {"decision": "register", "happened_on": cast.today, **grounds}
    cast.bakyt.do("register_family", case=family, **data)
    assert _propose(cast, family, reason="reached_18") == ["birth_not_known"]


def test_a_reported_case_without_difficulty_is_closed_and_counts_as_no_identification(
    cast: Cast,
) -> None:
    (case,) = accepted(cast.aigul, happened_on=cast.days_ago(3))
    address = f"/cases/{case}/close-reported-case/"
    typed = {"reason": "no_difficulty", "happened_on": DAY, "note": "The uncle looks after him."}
    desk = Desk("bakyt", cast.time)
    early = desk.act(address, "close_reported_case", **typed | {"happened_on": "26.02.2026"})
    assert early.refusals == ["before_beginning"]
    assert desk.act(address, "close_reported_case", **typed | {"reason": ""}).refusals == [
        "field_required"
    ]
    assert desk.act(address, "close_reported_case", **typed).status == 303
    kept = cast.bakyt.case(case)
    assert (kept.state, kept.identified_on, kept.registered_on) == ("not_registered", None, None)
    assert (cast.bakyt.sees(Identification), cast.bakyt.tasks(case)) == (0, [])
    with cast.bakyt.inside():
        assert Registration.objects.get().reason == "no_difficulty"
    assert "The uncle looks after him." in desk.open(f"/cases/{case}/").text


def test_closing_without_identification_is_taken_back(cast: Cast) -> None:
    (case,) = accepted(cast.aigul)
    desk = Desk("bakyt", cast.time)
    typed = {"reason": "no_difficulty", "happened_on": DAY, "note": "x"}
    desk.act(f"/cases/{case}/close-reported-case/", "close_reported_case", **typed)
    taken = desk.command("take_back", command=desk.sent["command_id"][0])
    assert taken["result"] == "applied"
    assert cast.bakyt.state(case) == "reported"
    assert [kind for kind, _ in cast.bakyt.tasks(case)] == ["visit_due"]


def _away(cast: Cast) -> str:
    case = registered(cast)
    cast.time.passes(days=3)
    cast.aigul.do("protect_now", case=case, **a_removal(cast.today))
    assert cast.bakyt.case(case).away_from_home
    return case


def test_a_child_who_is_back_is_no_longer_away_from_home(cast: Cast) -> None:
    case = _away(cast)
    desk, address = Desk("bakyt", cast.time), f"/cases/{case}/end-removal/"
    assert "Away from home" in desk.open(f"/cases/{case}/").text
    end = {"happened_on": "05.03.2026", "note": "Decision 12; with the mother again."}
    early = desk.act(address, "end_removal", **end | {"happened_on": "04.03.2026"})
    assert early.refusals == ["before_beginning"]
    assert Desk("aigul", cast.time).open(address).status == 403
    page = desk.follow(desk.act(address, "end_removal", **end))
    assert "Away from home" not in page.text
    assert "Decision 12; with the mother again." in page.text
    assert "end_removal" not in page.operations
    assert cast.bakyt.case(case).away_from_home is False
    again = desk.command("end_removal", case=case, happened_on=cast.today, note="x")
    assert again["code"] == "not_away"
    assert desk.command("take_back", command=desk.sent["command_id"][0])["result"] == "applied"
    assert cast.bakyt.case(case).away_from_home


def test_a_second_removal_takes_the_child_away_again(cast: Cast) -> None:
    case = _away(cast)
    cast.bakyt.do("end_removal", case=case, happened_on=cast.today, note="x")
    cast.aigul.do("protect_now", case=case, **a_removal(cast.today))
    assert cast.bakyt.case(case).away_from_home


def test_whoever_was_given_back_to_the_family_is_not_away_any_more(cast: Cast) -> None:
    case = _away(cast)
    proposed(cast, case, "returned_to_family")
    agree = {"case": case, "decision": "agree", "happened_on": cast.today}
    assert Desk("bakyt", cast.time).command("decide_taking_off", **agree)["result"] == "applied"
    kept = cast.bakyt.case(case)
    assert (kept.state, kept.away_from_home) == ("check_due", False)
    assert kept.taken_off_on == date(2026, 3, 5)
