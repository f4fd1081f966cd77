"""Who is found is identified at the home that is known; who died is found by nobody any more."""

import pytest

from kamkor.cases.models import Case
from kamkor.people.models import Household, HouseholdMember
from tests.cast import Cast
from tests.doors.desk import Desk, Page
from tests.factories import (
    a_child,
    accepted,
    identified,
    proposed,
    registered,
    seen,
    taken_off,
    visited,
)


def _closed(cast: Cast) -> str:
    """A child whose case has ended whole: taken off the register, and checked afterwards."""
    case = taken_off(cast)
    visited(cast, cast.aigul, seen(case), kind="after_leaving")
    return case


def _home(cast: Cast, case: str) -> Household:
    home = cast.bakyt.case(case).household
    assert home is not None
    return home


def _searched(desk: Desk, name: str, reported: str = "") -> Page:
    search = f"/find/?case={reported}" if reported else "/find/"
    return desk.send(search, desk.open(search).form("find_person") | {"name": [name]})


def _way(page: Page) -> str:
    """Where the search leads to identify whom it found."""
    (address,) = [one for one in page.links if "identify-child/?child=" in one]
    return address.replace("&amp;", "&")


def test_the_home_that_is_known_is_told_and_not_asked_for(cast: Cast) -> None:
    """Nothing that is typed is lost: what is not asked for is told, with the way to another home."""
    former = _closed(cast)
    home = _home(cast, former)
    first, second = accepted(cast.aigul, children=[{"description": "A"}, {"description": "B"}])
    desk = Desk("bakyt", cast.time)
    address = _way(_searched(desk, "Айбек", first))
    page = desk.open(address)
    assert f"The child is entered at the home that is known: Suzak district, {home.place}" in (
        page.text.replace("Suzak District", "Suzak district")
    )
    assert not page.all("input", name="place", type="text")
    assert desk.act(address, "identify_child", difficulty="x", risk_level="low").status == 303
    assert cast.bakyt.case(first).household_id == home.pk
    # The other child of the report stays where the report said.
    assert cast.bakyt.case(second).household_id not in {None, home.pk}


def test_a_child_who_lives_elsewhere_now_is_entered_at_the_home_of_the_report(cast: Cast) -> None:
    former = _closed(cast)
    first, second = accepted(cast.aigul, children=[{"description": "A"}, {"description": "B"}])
    desk = Desk("bakyt", cast.time)
    page = desk.open(_way(_searched(desk, "Айбек", first)))
    (other,) = {one for one in page.links if "?child=" in one and "household=" not in one}
    typed = {"place": "Жаңы конуш, 77", "difficulty": "x", "risk_level": "low"}
    assert desk.act(other, "identify_child", **typed).status == 303
    now, beside = cast.bakyt.case(first), cast.bakyt.case(second)
    assert now.child_id == cast.bakyt.case(former).child_id
    assert now.household_id == beside.household_id != cast.bakyt.case(former).household_id
    assert _home(cast, first).place == "Жаңы конуш, 77"


def test_a_sister_who_was_told_of_is_identified_at_the_same_home(cast: Cast) -> None:
    case = registered(cast, siblings=[{"given_name": "Бермет", "looked_at": False}])
    desk = Desk("aigul", cast.time)
    address = _way(_searched(desk, "Бермет"))
    typed = {"difficulty": "x", "risk_level": "low", "source": "own_round"}
    page = desk.act(address, "identify_child", **typed)
    assert (page.refusals, page.status) == ([], 303)
    with cast.aigul.inside():
        hers = Case.objects.exclude(id=case).get(child__shown_name__contains="Бермет")
        homes = HouseholdMember.objects.filter(person=hers.child_id, withdrawn_at=None)
        assert hers.household_id == Case.objects.get(id=case).household_id
        assert homes.count() == 1
    assert f"/cases/{hers.pk}/" in desk.open(f"/cases/{case}/").links


def test_an_adult_of_a_home_is_told_as_one(cast: Cast) -> None:
    identified(cast, adults=[{"given_name": "Болотбек", "relation": "step_parent"}])
    page = _searched(Desk("aigul", cast.time), "Болотбек")
    assert "; no case yet" in page.text


@pytest.mark.parametrize("reported", [True, False])
def test_who_died_is_not_found_anew(cast: Cast, reported: bool) -> None:
    case = registered(cast)
    proposed(cast, case, "died")
    cast.head.do("decide_taking_off", case=case, decision="agree", happened_on=cast.today, note="x")
    child, desk = str(cast.bakyt.case(case).child_id), Desk("bakyt", cast.time)
    (found,) = accepted(cast.aigul) if reported else ("",)
    page = _searched(desk, "Айбек", found)
    assert "died; the case ended on 02.03.2026" in page.text
    assert not [one for one in page.links if child in one]
    told = desk.command("identify_child", **a_child(cast.today, child=child))
    assert (told["code"], told["faults"][0]["field"]) == ("child_died", "child")
    assert "02.03.2026" in told["faults"][0]["message"]


def test_the_home_leads_to_the_newest_case_of_each_child(cast: Cast) -> None:
    """Of a child with two episodes to the open one; the child itself is where one is."""
    former = _closed(cast)
    sister = identified(cast, given_name="Нур", household=str(cast.bakyt.case(former).household_id))
    child, home = str(cast.bakyt.case(former).child_id), str(_home(cast, former).pk)
    newer = identified(cast, child=child, household=home)
    links = Desk("bakyt", cast.time).open(f"/cases/{sister}/").links
    assert f"/cases/{newer}/" in links
    assert f"/cases/{former}/" not in links
