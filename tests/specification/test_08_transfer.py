"""Step 8: a transfer between departments; the sender is responsible until it is accepted."""

import pytest

from kamkor.access.models import Lent
from kamkor.cases.models import Case, Report, Visit
from kamkor.cases.queries.case import on_register
from kamkor.people.models import Household, HouseholdMember, Person
from tests.access.references import broken_references
from tests.cast import Cast, Player
from tests.doors.desk import Desk
from tests.factories import (
    NOOKEN,
    SUZAK,
    a_child,
    a_registration,
    accepted,
    identified,
    registered,
    seen,
    transferred,
    two_children,
    visited,
)


def _accept(cast: Cast, case: str, post: int | None = None) -> None:
    answering = post or cast.cholpon.post
    cast.specialist2.do("accept_transfer", case=case, post=answering, territory=NOOKEN)


def _rows(player: Player) -> list[int]:
    return [player.sees(model) for model in (Case, Person, Household, HouseholdMember)]


def test_an_offer_shows_the_case_to_the_other_side_and_changes_nobodys_duty(cast: Cast) -> None:
    """An offer shows the case to the other side and changes nobody's duty."""
    case = registered(cast)
    transferred(cast, case)
    kept = cast.specialist2.case(case)
    assert (kept.state, kept.offered_to_id) == ("transfer_offered", cast.specialist2.department)
    assert kept.responsible_id == cast.aigul.post
    assert (_rows(cast.specialist2), _rows(cast.aigul)) == ([1, 1, 1, 1], [1, 1, 1, 1])
    assert _rows(cast.cholpon) == [0, 0, 0, 0]


def test_the_sender_still_visits_while_the_offer_stands(cast: Cast) -> None:
    case = registered(cast)
    transferred(cast, case)
    visited(cast, cast.aigul, seen(case))
    assert cast.aigul.case(case).last_seen_on == cast.time.today


def test_after_acceptance_the_rows_have_moved_and_the_sender_sees_them_no_longer(
    cast: Cast,
) -> None:
    case = registered(cast)
    visited(cast, cast.aigul, seen(case))
    transferred(cast, case)
    _accept(cast, case)
    kept = cast.cholpon.case(case)
    assert (kept.state, kept.responsible_id, kept.offered_to_id) == (
        "registered",
        cast.cholpon.post,
        None,
    )
    for here in (cast.specialist2, cast.head2, cast.cholpon):
        assert (_rows(here), here.sees(Visit)) == ([1, 1, 1, 1], 1)
    for gone in (cast.aigul, cast.bakyt, cast.head):
        assert (_rows(gone), gone.sees(Visit)) == ([0, 0, 0, 0], 0)


def test_the_report_goes_along_with_the_child(cast: Cast) -> None:
    (case,) = accepted(cast.aigul)
    cast.aigul.do("identify_child", **a_child(cast.today, case=case))
    cast.bakyt.do("register_child", case=case, **a_registration(cast.today))
    transferred(cast, case)
    assert cast.specialist2.sees(Report) == 1
    _accept(cast, case)
    assert (cast.specialist2.sees(Report), cast.bakyt.sees(Report)) == (1, 0)


def test_a_child_who_moves_alone_leaves_the_home_with_those_who_stay(cast: Cast) -> None:
    first, second = two_children(cast)
    transferred(cast, first, reason="child_moved")
    assert _rows(cast.specialist2) == [1, 2, 1, 2]
    _accept(cast, first)
    assert _rows(cast.specialist2) == [1, 2, 1, 2]
    assert _rows(cast.cholpon) == [1, 2, 1, 2]
    assert _rows(cast.aigul) == [1, 2, 1, 2]
    assert _rows(cast.bakyt) == [1, 2, 1, 2]
    assert cast.cholpon.refused("record_visit", **_visit(cast, cast.cholpon, second)) == (
        "no_child_of_household"
    )
    cast.cholpon.do("record_visit", **_visit(cast, cast.cholpon, first))


def _visit(cast: Cast, player: Player, case: str) -> dict[str, object]:
    with player.inside():
        home = str(Household.objects.get().pk)
    return {
        "household": home,
        "kind": "home",
        "happened_on": cast.today,
        "children": [seen(case)],
    }


def test_a_returned_case_stays_with_the_sender_who_was_responsible_all_along(cast: Cast) -> None:
    case = registered(cast)
    transferred(cast, case)
    back = {"reason": "not_living_here", "note": "They went on to Osh."}
    cast.specialist2.do("return_transfer", case=case, **back)
    kept = cast.aigul.case(case)
    assert (kept.state, kept.offered_to_id, kept.responsible_id) == (
        "registered",
        None,
        cast.aigul.post,
    )
    assert _rows(cast.specialist2) == [0, 0, 0, 0]
    transferred(cast, case)
    assert cast.specialist2.state(case) == "transfer_offered"


def test_who_accepts_writes_where_the_family_lives_now(cast: Cast) -> None:
    """The form says where the home stands; with a new address it stands there, else it is said
    that the old one may be wrong."""
    desk = Desk("specialist2", cast.time)
    kept, moved = (registered(cast, given_name=name) for name in ("Айбек", "Бегайым"))
    for case, place in ((kept, ""), (moved, "Massy, Mill street 4")):
        transferred(cast, case)
        address = f"/cases/{case}/accept-transfer/"
        assert "Suzak District, Suzak, 5" in desk.open(address).text
        given = {"post": cast.cholpon.post, "territory": NOOKEN, "place": place}
        assert desk.act(address, "accept_transfer", **given).status == 303
    home = cast.cholpon.case(moved).household
    assert home is not None
    assert (home.territory_id, home.place) == (NOOKEN, "Massy, Mill street 4")
    assert "this address may be the former one" not in desk.open(f"/cases/{moved}/").text
    found = desk.send("/find/", {"name": "Бегайым"})
    assert f"/cases/{moved}/" in found.links
    old = cast.cholpon.case(kept).household
    assert old is not None
    assert old.territory_id == SUZAK
    assert (
        "Counted in Nooken District: this address may be the former one"
        in desk.open(f"/cases/{kept}/").text
    )


def test_the_side_it_is_offered_to_is_shown_what_it_may_do_and_names_who_answers(
    cast: Cast,
) -> None:
    case = registered(cast)
    transferred(cast, case)
    page = Desk("head2", cast.time).open(f"/cases/{case}/")
    assert page.operations - {"sign_out", "stay_signed_in"} == {
        "accept_transfer",
        "return_transfer",
    }
    assert "The receiving department says who is responsible from now on." in page.text
    assert "record_name" in Desk("bakyt", cast.time).open(f"/cases/{case}/").operations
    _accept(cast, case)
    assert "record_name" in Desk("head2", cast.time).open(f"/cases/{case}/").operations


def test_an_offer_taken_back_is_not_said_to_have_been_returned(cast: Cast) -> None:
    case = registered(cast)
    transferred(cast, case)
    desk = Desk("bakyt", cast.time)
    died = {"reason": "died", "note": "An accident.", "happened_on": cast.today}
    assert desk.command("propose_taking_off", case=case, **died)["result"] == "applied"
    told = desk.open(f"/cases/{case}/").text
    assert "Offer of a transfer taken back by the sender" in told
    assert "Transfer returned" not in told


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_where_all_of_a_home_are_offered_it_goes_along(cast: Cast, order: tuple[int, int]) -> None:
    """Whichever is accepted first may say where they live; who is still offered is still seen."""
    both = two_children(cast)
    for case in both:
        transferred(cast, case)
    first, second = (both[place] for place in order)
    desk = Desk("specialist2", cast.time)
    typed = {"post": cast.cholpon.post, "territory": NOOKEN, "place": "Massy, 4"}
    page = desk.act(f"/cases/{first}/accept-transfer/", "accept_transfer", **typed)
    assert (page.status, page.refusals) == (303, [])
    for who in (cast.aigul, cast.bakyt, cast.cholpon, cast.specialist2):
        shown = 2 if who is cast.specialist2 else 1
        assert (_rows(who), broken_references(who)) == ([shown, 2, 1, 2], []), who.username
        assert _where(who, second if who in {cast.aigul, cast.bakyt} else first) == "Massy, 4"
    visited(cast, cast.aigul, seen(second))
    typed |= {"post": cast.ulan.post, "place": "Massy, Mill street 4"}
    page = desk.act(f"/cases/{second}/accept-transfer/", "accept_transfer", **typed)
    assert (page.status, page.refusals) == (303, [])
    for who in (cast.aigul, cast.bakyt, cast.head):
        assert _rows(who) == [0, 0, 0, 0]
    for who, case in ((cast.cholpon, first), (cast.ulan, second), (cast.head2, first)):
        assert (_rows(who)[1:], broken_references(who)) == ([2, 1, 2], [])
        assert _where(who, case) == "Massy, Mill street 4"
        assert who.viewer.district in _holding(who)
    assert not Lent.objects.filter(reason="transfer", until=None).exists()


def _where(player: Player, case: str) -> str:
    home = player.case(case).household
    return home.place if home else ""


def _holding(player: Player) -> set[int | None]:
    with player.inside():
        return set(Household.objects.values_list("office_district", flat=True))


@pytest.mark.parametrize("back", [0, 1])
def test_where_one_of_a_home_is_returned_both_sides_see_it(cast: Cast, back: int) -> None:
    both = two_children(cast)
    for case in both:
        transferred(cast, case)
    returned, moved = both[back], both[1 - back]
    cast.specialist2.do("return_transfer", case=returned, reason="not_living_here")
    data = {"case": moved, "post": cast.cholpon.post, "territory": NOOKEN}
    assert cast.specialist2.refused("accept_transfer", **data, place="Massy, 4") == "home_stays"
    _accept(cast, moved)
    for who in (cast.aigul, cast.bakyt, cast.cholpon, cast.specialist2):
        assert (_rows(who), broken_references(who)) == ([1, 2, 1, 2], []), who.username
    assert _holding(cast.aigul) == {cast.aigul.department}


def test_where_the_second_of_a_home_is_returned_after_the_first_moved(cast: Cast) -> None:
    for home_first in (False, True):
        both = two_children(cast)
        for case in both:
            transferred(cast, case)
        moved, returned = both[:: -1 if home_first else 1]
        _accept(cast, moved)
        cast.specialist2.do("return_transfer", case=returned, reason="not_living_here")
    for who in (cast.aigul, cast.bakyt, cast.cholpon, cast.specialist2):
        assert (_rows(who), broken_references(who)) == ([2, 4, 2, 4], []), who.username


def test_a_home_where_others_stay_keeps_its_address(cast: Cast) -> None:
    first, _second = two_children(cast)
    transferred(cast, first)
    desk, address = Desk("specialist2", cast.time), f"/cases/{first}/accept-transfer/"
    given = {"post": cast.cholpon.post, "territory": NOOKEN}
    refused = desk.act(address, "accept_transfer", **given, place="Massy, 4")
    assert (refused.status, refused.refusals) == (422, ["home_stays"])
    assert desk.act(address, "accept_transfer", **given).status == 303


def test_the_old_episodes_of_the_child_go_along(cast: Cast) -> None:
    old = identified(cast)
    decline = {"decision": "decline", "happened_on": cast.today, "reason": "no_difficulty"}
    cast.bakyt.do("register_child", case=old, **decline)
    child = cast.aigul.case(old)
    again = identified(cast, child=str(child.child_id), household=str(child.household_id))
    cast.bakyt.do("register_child", case=again, **a_registration(cast.today))
    transferred(cast, again)
    _accept(cast, again)
    assert (_rows(cast.specialist2), _rows(cast.bakyt)) == ([2, 1, 1, 1], [0, 0, 0, 0])


def test_the_register_of_each_side_counts_the_child_once(cast: Cast) -> None:
    case = registered(cast)
    transferred(cast, case)

    def counts() -> tuple[int, int]:
        with cast.bakyt.inside() as viewer:
            here = on_register(viewer).count()
        with cast.specialist2.inside() as viewer:
            there = on_register(viewer).filter(office_district=viewer.district).count()
        return here, there

    assert counts() == (1, 0)
    _accept(cast, case)
    assert counts() == (0, 1)


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ({"to_office": 999_999}, ("to_office", "office_unknown")),
        ({"reason": "bored"}, ("reason", "code_unknown")),
        ({"note": ""}, ("note", "field_required")),
    ],
)
def test_an_offer_that_cannot_be_so_is_refused(
    cast: Cast, changed: dict[str, object], fault: tuple[str, str]
) -> None:
    case = registered(cast)
    offer = {"to_office": cast.cholpon.department, "reason": "family_moved", "note": "x"} | changed
    assert cast.bakyt.faults("offer_transfer", case=case, **offer) == [fault]


def test_no_case_is_offered_to_its_own_department_or_by_a_worker_or_from_another_state(
    cast: Cast,
) -> None:
    case, found = registered(cast), identified(cast)
    offer = {"to_office": cast.cholpon.department, "reason": "family_moved", "note": "x"}
    own = offer | {"to_office": cast.bakyt.department}
    assert cast.bakyt.refused("offer_transfer", case=case, **own) == "office_unknown"
    assert cast.aigul.refused("offer_transfer", case=case, **offer) == "not_permitted"
    assert cast.bakyt.refused("offer_transfer", case=found, **offer) == "state_forbids"
    assert cast.specialist2.refused("offer_transfer", case=case, **offer) == "not_found"


def test_a_sealed_case_is_not_offered_to_a_department(cast: Cast) -> None:
    case = identified(cast)
    ground = "child_victim_of_violence"
    data = a_registration(cast.today, grounds=[ground], main_ground=ground)
    cast.bakyt.do("register_child", case=case, **data)
    offer = {"to_office": cast.cholpon.department, "reason": "family_moved", "note": "x"}
    assert cast.bakyt.refused("offer_transfer", case=case, **offer) == "sealed_stays"


def test_only_the_side_it_was_offered_to_answers_and_names_somebody_of_its_own(
    cast: Cast,
) -> None:
    case = registered(cast)
    accept = {"case": case, "post": cast.cholpon.post}
    back = {"case": case, "reason": "not_living_here"}
    assert cast.bakyt.refused("accept_transfer", **accept) == "state_forbids"
    transferred(cast, case)
    assert cast.bakyt.refused("accept_transfer", **accept) == "not_permitted"
    assert cast.bakyt.refused("return_transfer", **back) == "not_permitted"
    assert cast.cholpon.refused("accept_transfer", **accept) == "not_permitted"
    elsewhere = accept | {"post": cast.aigul.post}
    assert cast.specialist2.faults("accept_transfer", **elsewhere) == [("post", "post_unknown")]
    assert cast.specialist2.faults("return_transfer", case=case, reason="bored") == [
        ("reason", "code_unknown")
    ]


def test_the_other_side_does_nothing_else_with_what_it_is_only_shown(cast: Cast) -> None:
    case = registered(cast)
    transferred(cast, case)
    assign = {"case": case, "post": cast.cholpon.post, "happened_on": cast.today}
    assert cast.specialist2.refused("assign_worker", **assign) == "not_permitted"
    visit = _visit(cast, cast.specialist2, case)
    assert cast.specialist2.refused("record_visit", **visit) == "not_permitted"
    interest = {"case": case, "kind": "relative"}
    assert cast.specialist2.refused("declare_interest", **interest) == "not_permitted"


def test_whoever_is_offered_a_case_only_looks_at_what_belongs_to_it(cast: Cast) -> None:
    """Its report is not read or marked there, and no due item is settled, until it is accepted."""
    (case,) = accepted(cast.aigul)
    sibling = {"given_name": "Нурбек", "looked_at": False}
    cast.aigul.do("identify_child", **a_child(cast.today, case=case, siblings=[sibling]))
    cast.bakyt.do("register_child", case=case, **a_registration(cast.today))
    transferred(cast, case)
    report = str(cast.bakyt.case(case).report_id)
    task = str(cast.bakyt.task(case, "siblings_to_look_at").pk)
    done = {"task": task, "happened_on": cast.today, "proof": "Seen."}
    acts = {
        "complete_task": done,
        "mark_sent_in_error": {"report": report, "note": "Told twice."},
        "read_report": {"report": report},
    }
    refused = {name: cast.specialist2.refused(name, **data) for name, data in acts.items()}
    assert refused == dict.fromkeys(acts, "not_permitted")
    assert not Desk("specialist2", cast.time).open(f"/reports/{report}/").operations & set(acts)
    assert Desk("specialist2", cast.time).open(f"/tasks/{task}/complete-task/").status == 403
    _accept(cast, case)
    refused = {name: cast.specialist2.refused(name, **data) for name, data in acts.items()}
    assert refused == dict.fromkeys(acts, "")


def test_a_child_found_while_the_home_is_offered_stays_and_still_sees_its_home(cast: Cast) -> None:
    """A child found while the home is offered stays here, and its home is still to be seen."""
    case = registered(cast)
    transferred(cast, case)
    found = identified(cast, household=cast.aigul.home(case), given_name="Нур")
    assert cast.specialist2.sees(Person) == 2
    _accept(cast, case)
    assert cast.aigul.case(found).household is not None
    assert (_rows(cast.aigul), _rows(cast.bakyt)) == ([1, 2, 1, 2], [1, 2, 1, 2])
    visited(cast, cast.aigul, seen(found))
