"""One child, one case: a reported child who is known, and numbers that somebody else bears."""

from uuid import UUID

import pytest

from kamkor.cases.models import Case, Report, Task
from kamkor.people.models import HouseholdMember, Person
from tests.cast import Cast, Player
from tests.doors.desk import Desk, Page
from tests.factories import (
    SUZAK,
    a_child,
    a_registration,
    accepted,
    identified,
    proposed,
    registered,
    taken_off,
    visited,
)
from tests.factories import seen as seen_row

PIN = "20105201500001"
NAMED = {"given_name": "Айбек", "surname": "Төлөгөнов"}
TYPED = {
    **NAMED,
    "born-year": "2015",
    "sex": "male",
    "territory": SUZAK,
    "place": "Suzak, 5",
    "happened_on": "02.03.2026",
    "source": "neighbour",
    "difficulty": "Alone again.",
    "risk_level": "medium",
    "family_too": "no",
}


def _closed(cast: Cast) -> str:
    case = taken_off(cast)
    visited(cast, cast.aigul, seen_row(case), kind="after_leaving")
    assert cast.bakyt.state(case) == "closed"
    return case


def _found(player: Player, case: str) -> tuple[Desk, Page]:
    """From the page of a reported case to the children who may be the same."""
    desk = Desk(player.username, player.time)
    search = f"/find/?case={case}"
    assert search in desk.open(f"/cases/{case}/").links
    form = desk.open(search).form("find_person")
    return desk, desk.send(search, form | {"name": ["Төлөгөнов Айбек"]})


def test_the_search_leads_from_a_reported_case_to_the_known_child_and_back(cast: Cast) -> None:
    old = _closed(cast)
    (case,) = accepted(cast.aigul)
    child, home = cast.aigul.child(old).pk, cast.aigul.home(old)
    desk, page = _found(cast.aigul, case)
    address = f"/cases/{case}/identify-child/?child={child}&household={home}"
    assert address in page.links
    assert f"/cases/{case}/identify-child/" in page.links
    saved = desk.act(address, "identify_child", **TYPED)
    assert saved.response["Location"] == f"/cases/{case}/"
    kept = cast.aigul.case(case)
    assert (kept.state, kept.child_id, str(kept.household_id)) == ("identified", child, home)
    assert kept.report_id is not None
    with cast.aigul.inside():
        assert Case.objects.filter(child_id=child).count() == 2
    # Another child, newly found, is not given the known one's page by accident.
    assert cast.aigul.state(old) == "closed"


def test_a_child_with_an_open_case_gets_no_second_one(cast: Cast) -> None:
    first = registered(cast)
    (case,) = accepted(cast.aigul)
    child = str(cast.aigul.child(first).pk)
    desk, page = _found(cast.aigul, case)
    assert f"/cases/{first}/" in page.links
    assert not [link for link in page.links if child in link]
    found = desk.command("identify_child", case=case, child=child, **a_child(cast.today))
    assert (found["code"], found["faults"][0]["field"]) == ("already_open", "child")
    assert cast.aigul.state(case) == "reported"


def test_a_reported_child_joins_the_home_that_is_known(cast: Cast) -> None:
    brother = registered(cast)
    (case,) = accepted(cast.aigul)
    home = cast.aigul.home(brother)
    data = a_child(cast.today, given_name="Нур", case=case, household=home)
    assert Desk("aigul", cast.time).command("identify_child", **data)["result"] == "applied"
    assert cast.aigul.home(case) == home
    page = Desk("aigul", cast.time).open(f"/cases/{case}/")
    assert f"/cases/{brother}/" in page.links


@pytest.mark.parametrize("key", ["child", "household"])
def test_what_is_not_the_viewers_is_not_found(cast: Cast, key: str) -> None:
    other = cast.cholpon.do("identify_child", **a_child(cast.today, territory="41703215000000"))
    theirs = {"child": str(cast.cholpon.child(other["case"]).pk), "household": other["household"]}
    (case,) = accepted(cast.aigul)
    data = a_child(cast.today, case=case, **{key: theirs[key]})
    assert Desk("aigul", cast.time).command("identify_child", **data)["code"] == "not_found"
    assert Desk("aigul", cast.time).open(f"/find/?case={other['case']}").status == 404


def test_an_interest_is_not_undone_by_a_second_report(cast: Cast) -> None:
    """Who declared an interest does not become responsible for the same child by another way."""
    first = registered(cast)
    cast.aigul.do("declare_interest", case=first, kind="relative")
    (case,) = accepted(cast.aigul)
    desk = Desk("aigul", cast.time)
    page = desk.act(f"/cases/{case}/identify-child/", "identify_child", **TYPED)
    assert page.refusals == ["interest_in_child"]
    spot = desk.act("/do/identify-child/", "identify_child", **TYPED | {"born-year": ""})
    assert spot.refusals == ["interest_in_child"]
    # Another child of another name she identifies as ever.
    other = desk.act("/do/identify-child/", "identify_child", **TYPED | {"given_name": "Бакыт"})
    assert other.status == 303


def test_an_interested_worker_does_not_keep_the_case_that_turns_out_to_be_the_childs(
    cast: Cast,
) -> None:
    old = _closed(cast)
    brother = identified(cast, given_name="Нур", household=cast.aigul.home(old))
    cast.aigul.do("declare_interest", case=brother, kind="relative")
    (case,) = accepted(cast.aigul)
    with cast.bakyt.inside():
        kept = Case.objects.get(id=old)
    data = a_child(
        cast.today, case=case, child=str(kept.child_id), household=str(kept.household_id)
    )
    assert Desk("bakyt", cast.time).command("identify_child", **data)["result"] == "applied"
    assert cast.bakyt.case(case).responsible_id == cast.bakyt.post
    assert Desk("aigul", cast.time).open(f"/cases/{case}/").status == 404


def test_no_open_copy_stands_beside_a_sealed_child(cast: Cast) -> None:
    old = _closed(cast)
    ground = "child_victim_of_violence"
    brother = identified(cast, given_name="Нур", household=cast.aigul.home(old))
    data = a_registration(cast.today, grounds=[ground], main_ground=ground)
    cast.bakyt.do("register_child", case=brother, **data)
    (case,) = accepted(cast.aigul)
    with cast.bakyt.inside():
        kept = Case.objects.get(id=old)
    assert kept.team is not None
    known = {"child": str(kept.child_id), "household": str(kept.household_id)}
    data = a_child(cast.today, case=case, **known)
    assert Desk("bakyt", cast.time).command("identify_child", **data)["result"] == "applied"
    now = cast.bakyt.case(case)
    assert now.team == kept.team
    assert cast.oblast.sees(Case) == 0
    assert cast.oblast.sees(Report) == 0
    assert cast.oblast.sees(Person) == 0


def test_a_sealed_report_about_a_known_child_seals_its_home(cast: Cast) -> None:
    old = _closed(cast)
    brother = identified(cast, given_name="Нур", household=cast.aigul.home(old))
    cast.bakyt.do("assign_worker", case=brother, post=cast.nurlan.post, happened_on=cast.today)
    (case,) = accepted(cast.aigul, worry="physical_violence")
    kept = cast.bakyt.case(old)
    known = {"child": str(kept.child_id), "household": str(kept.household_id)}
    data = a_child(cast.today, case=case, **known)
    assert Desk("bakyt", cast.time).command("identify_child", **data)["result"] == "applied"
    assert cast.oblast.sees(Case) == 0
    teams = {cast.bakyt.case(one).team for one in (case, old, brother)}
    assert len(teams) == 1
    # Whoever answers for the brother is named in the team and goes on.
    assert cast.nurlan.case(brother).responsible_id == cast.nurlan.post


def test_what_was_joined_to_a_known_child_is_not_taken_back(cast: Cast) -> None:
    old = _closed(cast)
    (case,) = accepted(cast.aigul)
    child, home = cast.aigul.child(old).pk, cast.aigul.home(old)
    desk = Desk("aigul", cast.time)
    desk.act(
        f"/cases/{case}/identify-child/?child={child}&household={home}", "identify_child", **TYPED
    )
    taken = desk.command("take_back", command=desk.sent["command_id"][0])
    assert taken["code"] == "cannot_be_taken_back"


def _candidates(player: Player, case: str) -> int:
    return player.sees(Task, subject=UUID(case), kind="identity_candidate")


def test_an_equal_number_in_another_unit_is_the_specialists_to_look_at(cast: Cast) -> None:
    registered(cast, pin=PIN)
    desk = Desk("nurlan", cast.time)
    page = desk.act("/do/identify-child/", "identify_child", **TYPED | {"pin": PIN})
    case = page.response["Location"].split("/")[2]
    words = "May be one and the same person: check"
    assert words in Desk("bakyt", cast.time).open(f"/cases/{case}/").text
    assert "/cases/" + case in "".join(Desk("bakyt", cast.time).open("/").links)
    # Nothing tells the worker that somebody has that number already.
    assert words not in desk.follow(page).text
    assert words not in desk.open("/").text


def test_an_equal_number_added_later_is_found_too(cast: Cast) -> None:
    registered(cast, pin=PIN)
    case = identified(cast, cast.nurlan, given_name="Нур")
    data = {"case": case, "kind": "other_spelling", "given_name": "Nur", "pin": PIN}
    assert Desk("nurlan", cast.time).command("record_name", **data)["result"] == "applied"
    assert _candidates(cast.bakyt, case) == 1


def test_a_number_of_another_department_or_of_nobody_is_no_candidate(cast: Cast) -> None:
    there = a_child(cast.today, territory="41703215000000", pin=PIN)
    cast.cholpon.do("identify_child", **there)
    desk = Desk("nurlan", cast.time)
    page = desk.act("/do/identify-child/", "identify_child", **TYPED | {"pin": PIN})
    assert _candidates(cast.bakyt, page.response["Location"].split("/")[2]) == 0


def test_an_equal_number_of_a_sealed_child_is_told_to_its_team_alone(cast: Cast) -> None:
    sealed = identified(cast, pin=PIN)
    ground = "child_victim_of_violence"
    data = a_registration(cast.today, grounds=[ground], main_ground=ground)
    cast.bakyt.do("register_child", case=sealed, **data)
    desk = Desk("nurlan", cast.time)
    page = desk.act("/do/identify-child/", "identify_child", **TYPED | {"pin": PIN})
    case = page.response["Location"].split("/")[2]
    assert (_candidates(cast.bakyt, sealed), _candidates(cast.bakyt, case)) == (1, 0)
    assert cast.oblast.sees(Task, kind="identity_candidate") == 0
    assert cast.nurlan.sees(Task, kind="identity_candidate") == 0


def test_who_bears_the_same_number_is_named_to_those_who_may_see_both(cast: Cast) -> None:
    other = registered(cast, pin=PIN, given_name="Нур")
    case = identified(cast, pin=PIN)
    number = cast.bakyt.case(other).number
    for username in ("aigul", "bakyt"):
        page = Desk(username, cast.time).open(f"/cases/{case}/")
        assert "Perhaps one and the same person" in page.text
        assert "Төлөгөнов Нур" in page.text
        assert f"/cases/{other}/" in page.links
        assert number in page.text
    desk = Desk("bakyt", cast.time)
    assert f"/cases/{case}/" in desk.open(f"/cases/{other}/").links
    address = f"/tasks/{cast.bakyt.task(case, 'identity_candidate').pk}/complete-task/"
    assert number in desk.open(address).text
    desk.act(address, "complete_task", proof="Two birth certificates")
    assert "Perhaps one and the same person" not in desk.open(f"/cases/{case}/").text


def test_a_worker_is_not_told_of_a_number_that_another_unit_holds(cast: Cast) -> None:
    other = registered(cast, pin=PIN, given_name="Айжан")
    case = identified(cast, cast.nurlan, pin=PIN)
    page = Desk("nurlan", cast.time).open(f"/cases/{case}/")
    assert "Perhaps one and the same person" not in page.text
    assert cast.bakyt.case(other).number in Desk("bakyt", cast.time).open(f"/cases/{case}/").text


def test_a_doubtful_number_is_said_to_be_doubtful(cast: Cast) -> None:
    case = identified(cast, pin="20105201500009", sex="female")
    assert _candidates(cast.bakyt, case) == 1
    text = Desk("bakyt", cast.time).open(f"/cases/{case}/").text
    assert "The number does not agree with itself" in text


def test_a_description_of_a_known_child_is_found_no_longer(cast: Cast) -> None:
    old = _closed(cast)
    (case,) = accepted(cast.aigul)
    desk = Desk("aigul", cast.time)
    form = desk.open("/find/").form("find_person")
    described = desk.send("/find/", form | {"name": ["boy in a blue coat"]})
    assert described.figure("people_found") == "1"
    known = {"child": str(cast.aigul.child(old).pk), "household": cast.aigul.home(old)}
    told_home = cast.aigul.home(case)
    cast.aigul.do("identify_child", case=case, **a_child(cast.today), **known)
    found = desk.send("/find/", form | {"name": ["boy in a blue coat"]})
    assert found.all(data_figure="people_found") == []
    with cast.aigul.inside():
        assert not HouseholdMember.objects.filter(
            household_id=UUID(told_home), withdrawn_at=None
        ).exists()


def test_a_family_is_called_after_its_first_adult_and_keeps_that_name(cast: Cast) -> None:
    children = [{"description": "A boy"}, {"description": "A girl"}]
    first, second = accepted(cast.aigul, children=children)
    adult = {"given_name": "Гүлзат", "surname": "Асанова", "relation": "mother"}
    data = a_child(cast.today, family_too=True)
    family = cast.aigul.do("identify_child", case=first, **data, adults=[adult])["family"]
    name = "Family: Асанова Гүлзат"
    desk = Desk("aigul", cast.time)
    assert name in desk.open(f"/cases/{family}/").text
    uncle = {"given_name": "Бакыт", "relation": "other_relative"}
    girl = a_child(cast.today, given_name="Айжан", sex="female", adults=[uncle])
    cast.aigul.do("identify_child", case=second, **girl)
    assert name in desk.open(f"/cases/{family}/").text


def test_a_family_without_adults_is_called_after_the_first_child_identified(cast: Cast) -> None:
    children = [{"description": "A boy"}, {"description": "A girl"}]
    first, second = accepted(cast.aigul, children=children)
    data = a_child(cast.today, family_too=True)
    family = cast.aigul.do("identify_child", case=first, **data)["family"]
    cast.aigul.do("identify_child", case=second, **a_child(cast.today, given_name="Айжан"))
    assert "Family: Төлөгөнов Айбек" in Desk("aigul", cast.time).open(f"/cases/{family}/").text


def test_a_known_child_is_identified_with_others_at_home_in_one_command(cast: Cast) -> None:
    home = cast.aigul.home(_closed(cast))
    (case,) = accepted(cast.aigul)
    sibling = {"given_name": "Нур", "looked_at": False}
    adult = {"given_name": "Гүлзат", "relation": "mother"}
    data = a_child(cast.today, household=home, siblings=[sibling], adults=[adult])
    answer = Desk("aigul", cast.time).command("identify_child", case=case, **data)
    assert answer["result"] == "applied"
    with cast.aigul.inside():
        assert HouseholdMember.objects.filter(household_id=UUID(home)).count() == 4


def test_what_is_known_of_a_child_stays_where_it_is_not_told_again(cast: Cast) -> None:
    """The form shows it, and a command without it takes nothing away."""
    told = {"born": "2015-05", "patronymic": "Бекович", "pin": PIN}
    old = registered(cast, **told)
    proposed(cast, old, "difficulty_overcome")
    cast.bakyt.do("decide_taking_off", case=old, decision="agree", happened_on=cast.today)
    visited(cast, cast.aigul, seen_row(old), kind="after_leaving")
    before = vars(cast.aigul.child(old))
    (case,) = accepted(cast.aigul)
    desk = Desk("aigul", cast.time)
    form = desk.open(f"/cases/{case}/identify-child/?child={before['id']}").form("identify_child")
    shown = (form["born-year"], form["born-month"], form["patronymic"])
    assert shown == (["2015"], ["05"], ["Бекович"])
    bare = a_child(cast.today, child=str(before["id"]), sex="unknown")
    del bare["born"]
    cast.aigul.do("identify_child", case=case, **bare)
    after = vars(cast.aigul.child(case))
    for known in ("id", "born_on", "birth_precision", "sex", "pin", "pin_doubts"):
        assert after[known] == before[known], known


def test_a_described_child_whose_sex_nobody_told_bears_it_as_unknown(cast: Cast) -> None:
    (case,) = accepted(cast.aigul)
    cast.aigul.do("identify_child", case=case, **a_child(cast.today, sex="unknown"))
    assert cast.aigul.child(case).sex == "unknown"
