"""Step 8: a home that has another address, without a transfer."""

from kamkor.people.models import HouseholdMove
from tests.access.references import broken_references
from tests.cast import Cast
from tests.doors.desk import Desk, Page
from tests.factories import (
    NOOKEN,
    a_child,
    a_registration,
    accepted,
    identified,
    received,
    registered,
    transferred,
    two_children,
)

NEW = "Suzak, Mill street 4"


def _moved(cast: Cast, who: str, case: str, place: str = NEW) -> Page:
    desk, address = Desk(who, cast.time), f"/cases/{case}/move-household/"
    return desk.act(address, "move_household", place=place)


def test_a_home_gets_a_new_address_and_keeps_the_old_one_in_its_history(cast: Cast) -> None:
    case = identified(cast, happened_on=cast.days_ago(5))
    desk = Desk("aigul", cast.time)
    assert "move_household" in desk.open(f"/cases/{case}/").operations
    form = desk.open(f"/cases/{case}/move-household/").text
    assert "The home stands at: Suzak District, Suzak, 5." in form
    assert "The case goes on counting in: Suzak District." in form
    assert _moved(cast, "aigul", case).response["Location"] == f"/cases/{case}/"
    home = cast.aigul.case(case).household
    assert home is not None
    assert home.place == NEW
    told = desk.open(f"/cases/{case}/").text
    assert "Until then: Suzak District, Suzak, 5" in told
    assert told.count(NEW) == 2
    assert (_moved(cast, "bakyt", case).refusals, _moved(cast, "bakyt", case, " ").refusals) == (
        ["nothing_changed"],
        ["field_required"],
    )
    early = {"case": case, "place": "Suzak, 9", "happened_on": cast.days_ago(6)}
    assert desk.command("move_household", **early)["code"] == "before_beginning"


def test_a_home_is_found_by_its_new_address_where_something_is_reported(cast: Cast) -> None:
    (case,) = accepted(cast.aigul)
    cast.aigul.do("identify_child", **a_child(cast.today, case=case))
    assert _moved(cast, "aigul", case, "Kyzyl-Kiya, Toktogul 7").status == 303
    report = received(cast.aigul, place="Kyzyl-Kiya, Toktogul 7")
    earlier = cast.aigul.case(case).report_id
    assert f"/reports/{earlier}/" in Desk("bakyt", cast.time).open(f"/reports/{report}/").links


def test_the_address_follows_the_district_in_which_an_accepted_child_counts(cast: Cast) -> None:
    case = registered(cast)
    transferred(cast, case)
    desk = Desk("specialist2", cast.time)
    given = {"post": cast.cholpon.post, "territory": NOOKEN}
    assert desk.act(f"/cases/{case}/accept-transfer/", "accept_transfer", **given).status == 303
    assert "this address may be the former one" in desk.open(f"/cases/{case}/").text
    cast.time.passes(days=1)
    data = {"case": case, "place": "Massy, 4", "happened_on": cast.today}
    assert desk.command("move_household", **data)["result"] == "applied"
    told = desk.open(f"/cases/{case}/").text
    assert "this address may be the former one" not in told
    assert "Nooken District, Massy, 4" in told
    assert "Until then: Suzak District, Suzak, 5" in told


def test_who_accepts_with_an_address_leaves_the_former_one_in_the_history(cast: Cast) -> None:
    case = registered(cast)
    transferred(cast, case)
    desk = Desk("specialist2", cast.time)
    given = {"post": cast.cholpon.post, "territory": NOOKEN, "place": "Massy, 4"}
    assert desk.act(f"/cases/{case}/accept-transfer/", "accept_transfer", **given).status == 303
    assert "Until then: Suzak District, Suzak, 5" in desk.open(f"/cases/{case}/").text
    sees = [one.sees(HouseholdMove) for one in (cast.cholpon, cast.aigul, cast.bakyt)]
    assert sees == [1, 0, 0]


def test_the_home_of_another_department_keeps_its_address_while_it_answers_there(
    cast: Cast,
) -> None:
    first, second = two_children(cast)
    transferred(cast, first, reason="child_moved")
    cast.specialist2.do("accept_transfer", case=first, post=cast.cholpon.post, territory=NOOKEN)
    desk = Desk("cholpon", cast.time)
    assert "move_household" not in desk.open(f"/cases/{first}/").operations
    data = {"case": first, "place": "Massy, 4", "happened_on": cast.today}
    assert desk.command("move_household", **data)["code"] == "home_stays"
    assert _moved(cast, "aigul", second).status == 303
    assert [who.sees(HouseholdMove) for who in (cast.aigul, cast.cholpon)] == [1, 1]
    why = {"case": second, "reason": "died", "note": "x", "happened_on": cast.today}
    cast.aigul.do("propose_taking_off", **why)
    agreed = {"case": second, "decision": "agree", "happened_on": cast.today}
    cast.bakyt.do("decide_taking_off", **agreed)
    assert desk.command("move_household", **data)["result"] == "applied"
    assert "move_household" in desk.open(f"/cases/{first}/").operations
    assert broken_references(cast.cholpon) == []


def test_a_home_of_which_only_a_family_not_on_the_register_stays_may_get_an_address(
    cast: Cast,
) -> None:
    """The holder's entry of a family, once it has ended, keeps no home where it stood."""
    found = cast.aigul.do("identify_child", **a_child(cast.today, family_too=True))
    child, family = str(found["case"]), str(found["family"])
    cast.bakyt.do("register_child", case=child, **a_registration(cast.today))
    transferred(cast, child, reason="child_moved")
    cast.specialist2.do("accept_transfer", case=child, post=cast.cholpon.post, territory=NOOKEN)
    desk = Desk("cholpon", cast.time)
    data = {"case": child, "place": "Massy, 4", "happened_on": cast.today}
    assert desk.command("move_household", **data)["code"] == "home_stays"
    decline = {"decision": "decline", "happened_on": cast.today, "reason": "no_difficulty"}
    cast.bakyt.do("register_family", case=family, **decline)
    assert "move_household" in desk.open(f"/cases/{child}/").operations
    assert desk.command("move_household", **data)["result"] == "applied"
    for who in (cast.aigul, cast.bakyt, cast.cholpon):
        assert broken_references(who) == [], who.username


def test_no_move_is_recorded_before_the_last_that_is_known(cast: Cast) -> None:
    case = identified(cast, happened_on=cast.days_ago(5))
    assert _moved(cast, "aigul", case).status == 303
    earlier = {"case": case, "place": "Suzak, 9", "happened_on": cast.days_ago(2)}
    told = Desk("aigul", cast.time).command("move_household", **earlier)
    assert (told["code"], told["faults"][0]["field"]) == ("before_beginning", "happened_on")
    assert cast.time.today.strftime("%d.%m.%Y") in told["message"]
    home = cast.aigul.case(case).household
    assert home is not None
    assert home.place == NEW
    assert cast.aigul.sees(HouseholdMove) == 1


def test_the_same_address_typed_by_who_accepts_again_is_no_move(cast: Cast) -> None:
    both = two_children(cast)
    for case in both:
        transferred(cast, case)
    desk = Desk("specialist2", cast.time)
    given = {"post": cast.cholpon.post, "territory": NOOKEN, "place": "Massy, 4"}
    for case in both:
        assert desk.act(f"/cases/{case}/accept-transfer/", "accept_transfer", **given).status == 303
    assert cast.cholpon.sees(HouseholdMove) == 1
