"""Where a correction is offered, what its form says, and how the entry is shown afterwards."""

from typing import Any

from django.db import models

from kamkor.cases.models import (
    Identification,
    Registration,
    Removal,
    SiblingLook,
    StateProtection,
    Visit,
)
from kamkor.people.models import HouseholdMember
from tests.cast import Cast, Player
from tests.doors.desk import Desk, Page
from tests.factories import (
    a_registration,
    a_removal,
    a_return,
    identified,
    registered,
    seen,
    taken_off,
    transferred,
    visited,
)

WITHDRAWN = "k-timeline__entry k-timeline__entry--withdrawn"


def _live(player: Player, model: type[models.Model], **lookups: Any) -> Any:  # noqa: ANN401 - any fact
    with player.inside():
        return model._default_manager.get(withdrawn_at=None, **lookups)


def _way(case: str, kind: str, fact: Any) -> str:  # noqa: ANN401 - any fact
    return f"/cases/{case}/correct/{kind}/{fact.pk}/"


def _offered(page: Page) -> set[str]:
    """The kinds of entries that a page offers to correct."""
    return {link.split("/")[4] for link in page.links if "/correct/" in link}


def _choices(page: Page, name: str) -> list[str]:
    return [one.attributes["value"] for one in page.all("input", type="radio", name=name)]


def test_the_form_says_which_entry_it_corrects(cast: Cast) -> None:
    case = registered(cast)
    page = Desk("bakyt", cast.time).open(
        _way(case, "identification", _live(cast.bakyt, Identification))
    )
    assert "You correct: Identified, 02.03.2026, recorded by Айгүл" in page.text


def test_no_correction_is_called_a_taking_back(cast: Cast) -> None:
    case = registered(cast)
    fact = _live(cast.bakyt, Identification)
    page = Desk("bakyt", cast.time).open(_way(case, "identification", fact))
    reasons = _choices(page, "correction_reason")
    assert "typing_error" in reasons
    assert "taken_back" not in reasons
    data = {"kind": "identification", "fact": str(fact.pk), "values": {"difficulty": "x"}}
    assert cast.bakyt.faults("correct_fact", case=case, **data, reason="taken_back") == [
        ("reason", "code_unknown")
    ]


def test_a_registration_is_asked_only_for_the_reason_it_has(cast: Cast) -> None:
    """None where the child was registered at once, why it returned, or why it was not."""
    desk = Desk("bakyt", cast.time)
    case = registered(cast)
    page = desk.open(_way(case, "registration", _live(cast.bakyt, Registration)))
    assert _choices(page, "reason") == []
    declined = identified(cast, given_name="Айжан")
    why = {"decision": "decline", "reason": "no_difficulty"}
    cast.bakyt.do("register_child", case=declined, **a_registration(cast.today) | why)
    page = desk.open(
        _way(declined, "registration", _live(cast.bakyt, Registration, registered=False))
    )
    assert "no_difficulty" in _choices(page, "reason")
    assert "new_difficulty" not in _choices(page, "reason")
    off = taken_off(cast)
    back = str(cast.bakyt.do("return_to_register", case=off, **a_return(cast.today))["case"])
    page = desk.open(_way(back, "registration", _live(cast.bakyt, Registration, case_id=back)))
    assert "new_difficulty" in _choices(page, "reason")
    assert "no_difficulty" not in _choices(page, "reason")


def test_a_corrected_entry_says_by_whom_when_and_why_and_what_it_was(cast: Cast) -> None:
    case = registered(cast)
    desk = Desk("bakyt", cast.time)
    typed = {"risk_level": "high", "correction_reason": "new_information"}
    address = _way(case, "identification", _live(cast.bakyt, Identification))
    assert desk.act(address, "correct_fact", **typed).status == 303
    page = Desk("aigul", cast.time).open(f"/cases/{case}/")
    told = f"Corrected on 02.03.2026 09:02 by {cast.bakyt.viewer.name}: New information"
    assert told in page.text
    struck = page.all("li", class_=WITHDRAWN)
    assert ["Risk level: Medium" in one.text for one in struck] == [True]
    assert "Corrected, no longer valid" in struck[0].text


def test_what_was_taken_back_is_not_called_corrected(cast: Cast) -> None:
    case = registered(cast)
    desk = Desk("bakyt", cast.time)
    typed = {"given": "yes", "happened_on": "02.03.2026", "note": "x"}
    page = desk.follow(
        desk.act(f"/cases/{case}/change-state-protection/", "change_state_protection", **typed)
    )
    after = desk.follow(desk.send("/take-back/", page.form("take_back")))
    assert after.response.wsgi_request.path == f"/cases/{case}/"
    assert cast.bakyt.sees(StateProtection, withdrawn_at=None) == 0
    struck = page_entries(after)
    assert ["Taken back" in text for text in struck] == [True]
    assert "Corrected, no longer valid" not in after.text


def page_entries(page: Page) -> list[str]:
    """The entries that are no longer valid."""
    return [one.text for one in page.all("li", class_=WITHDRAWN)]


def test_after_a_visit_is_taken_back_one_is_on_the_case_again(cast: Cast) -> None:
    case = registered(cast)
    desk = Desk("aigul", cast.time)
    row = {"children-0-seen": "alone", "children-0-none_of_these": "yes"}
    typed = {"kind": "home", "happened_on": "02.03.2026", **row}
    page = desk.follow(desk.act(f"/cases/{case}/record-visit/", "record_visit", **typed))
    answer = desk.send("/take-back/", page.form("take_back"))
    assert answer.response["Location"] == f"/cases/{case}/"
    assert "It was taken back." in desk.follow(answer).text


def test_a_worker_is_not_offered_to_correct_a_decision(cast: Cast) -> None:
    """By address the page says who may."""
    case = registered(cast)
    visited(cast, cast.aigul, seen(case))
    worker = Desk("aigul", cast.time)
    assert _offered(worker.open(f"/cases/{case}/")) == {
        "identification",
        "visit-child",
        "visit",
        "birth",
        "member",
    }
    decider = _offered(Desk("bakyt", cast.time).open(f"/cases/{case}/"))
    assert decider >= {"registration", "ground", "assignment"}
    page = worker.open(_way(case, "registration", _live(cast.bakyt, Registration)))
    assert page.status == 403
    assert (
        "This entry is corrected by those who answer for it: head of department, child-protection specialist."
        in page.text
    )


def test_the_other_side_corrects_nothing_before_it_accepts(cast: Cast) -> None:
    case = registered(cast)
    transferred(cast, case)
    desk = Desk("specialist2", cast.time)
    assert _offered(desk.open(f"/cases/{case}/")) == set()
    fact = _live(cast.bakyt, Identification)
    assert desk.open(_way(case, "identification", fact)).status == 403
    accept = {"case": case, "post": cast.cholpon.post, "territory": "41703215000000"}
    cast.specialist2.do("accept_transfer", **accept)
    assert "identification" in _offered(desk.open(f"/cases/{case}/"))


def test_moments_of_telling_stand_in_the_form_and_are_corrected(cast: Cast) -> None:
    case = registered(cast)
    told = "2026-03-02T08:45:00+06:00"
    cast.aigul.do("protect_now", case=case, **a_removal(cast.today, doctor_told_at=told))
    desk, removal = Desk("aigul", cast.time), _live(cast.aigul, Removal)
    typed = desk.open(_way(case, "removal", removal)).form("correct_fact")
    assert (typed["doctor_told_at-date"], typed["doctor_told_at-time"]) == (
        ["02.03.2026"],
        ["08:45"],
    )
    nothing = desk.act(
        _way(case, "removal", removal), "correct_fact", correction_reason="typing_error"
    )
    assert nothing.refusals == ["nothing_changed"]
    change = {"doctor_told_at-time": "8.30", "correction_reason": "typing_error"}
    assert desk.act(_way(case, "removal", removal), "correct_fact", **change).status == 303
    assert _live(cast.aigul, Removal).doctor_told_at.isoformat() == "2026-03-02T02:30:00+00:00"


def test_the_household_is_corrected_from_where_it_is_shown(cast: Cast) -> None:
    """Who lives there and who was looked at; what was wrong stays in the timeline."""
    siblings = [{"given_name": "Нур", "looked_at": False}]
    adults = [{"given_name": "Гүлмира", "relation": "mother"}]
    case = registered(cast, siblings=siblings, adults=adults)
    desk = Desk("aigul", cast.time)
    links = desk.open(f"/cases/{case}/").links
    mother = _live(cast.aigul, HouseholdMember, relation="mother")
    look = _live(cast.aigul, SiblingLook)
    for kind, fact, change in (
        ("member", mother, {"relation": "grandmother"}),
        ("sibling-look", look, {"looked_at": "yes"}),
    ):
        assert _way(case, kind, fact) in links
        typed = change | {"correction_reason": "typing_error"}
        assert desk.act(_way(case, kind, fact), "correct_fact", **typed).status == 303
    page = desk.open(f"/cases/{case}/")
    assert "Lives in the household: Гүлмира" in page.text
    assert [("not looked at yet" in text, "Mother" in text) for text in page_entries(page)] == [
        (True, False),
        (False, True),
    ]
    assert [one.text for one in page.all("h3") if "Brother or sister" in one.text] == [
        "Brother or sister: Нур"
    ] * 2


def test_the_visit_itself_is_corrected_from_the_timeline(cast: Cast) -> None:
    case = registered(cast)
    visited(cast, cast.aigul, seen(case), changed="Nothing new.", minutes=20)
    desk, visit = Desk("aigul", cast.time), _live(cast.aigul, Visit)
    page = desk.open(f"/cases/{case}/")
    assert _way(case, "visit", visit) in page.links
    typed = {"changed": "A new stove.", "minutes": "35", "kind": "joint"}
    typed |= {"correction_reason": "typing_error"}
    after = desk.follow(desk.act(_way(case, "visit", visit), "correct_fact", **typed))
    assert "A new stove." in after.text
    assert "Minutes: 35" in after.text
    assert "Nothing new." in page_entries(after)[0]
