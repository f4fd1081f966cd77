"""Step 8: whose a home is where its children move between departments, and what is seen of it."""

from kamkor.access.models import Lent
from kamkor.cases.models import Case, Report
from kamkor.people.models import Household, HouseholdMember, Person
from tests.access.references import broken_references
from tests.cast import Cast, Player
from tests.doors.desk import Desk
from tests.factories import (
    MANAS,
    NOOKEN,
    a_child,
    a_registration,
    accepted,
    identified,
    transferred,
    two_children,
)


def _third(cast: Cast, beside: str) -> str:
    home = cast.aigul.home(beside)
    case = identified(cast, given_name="Нур", surname="", born="2020", household=home)
    cast.bakyt.do("register_child", case=case, **a_registration(cast.today))
    return case


def _accept(cast: Cast, who: str, case: str, **given: object) -> list[str]:
    """The refusals of an acceptance; none if it was carried out."""
    page = Desk(who, cast.time).act(f"/cases/{case}/accept-transfer/", "accept_transfer", **given)
    assert (page.status == 303) == (page.refusals == [])
    return page.refusals


def _rows(player: Player) -> list[int]:
    return [player.sees(model) for model in (Case, Person, Household, HouseholdMember)]


def _holding(player: Player) -> set[int | None]:
    with player.inside():
        return set(Household.objects.values_list("office_district", flat=True))


def test_a_home_that_is_offered_does_not_come_with_the_child_of_a_third_department(
    cast: Cast,
) -> None:
    """It is its holder's until a child of its holder's is accepted, and then it comes along."""
    first, second = two_children(cast)
    third = _third(cast, first)
    transferred(cast, third, to_office=cast.specialist3.department, reason="child_moved")
    answering = {"post": cast.specialist3.post, "territory": MANAS}
    assert _accept(cast, "specialist3", third, **answering) == []
    for case in (first, second):
        transferred(cast, case)
    there = {"to_office": cast.specialist2.department, "reason": "child_moved", "note": "x"}
    cast.specialist3.do("offer_transfer", case=third, **there)
    given = {"post": cast.cholpon.post, "territory": NOOKEN}
    assert _accept(cast, "specialist2", third, **given, place="Massy, 4") == ["home_stays"]
    assert _accept(cast, "specialist2", third, **given) == []
    for who, cases in ((cast.aigul, 2), (cast.bakyt, 2), (cast.cholpon, 1), (cast.specialist2, 3)):
        assert (_rows(who), broken_references(who)) == ([cases, 3, 1, 3], []), who.username
        assert _holding(who) == {cast.aigul.department}
    assert _rows(cast.specialist3) == [0, 0, 0, 0]
    for case in (first, second):
        assert _accept(cast, "specialist2", case, **given) == []
        for who in (cast.aigul, cast.bakyt, cast.cholpon, cast.specialist2):
            assert broken_references(who) == [], who.username
        assert _holding(cast.cholpon) == {cast.cholpon.department}
    assert _rows(cast.aigul) == [0, 0, 0, 0]
    assert not Lent.objects.filter(reason="transfer", until=None).exists()


def test_a_third_department_goes_on_seeing_a_home_that_its_holder_gave_away(cast: Cast) -> None:
    """It answers for its child as before, offers it to the new holder, and then sees nothing."""
    first, second = two_children(cast)
    third = _third(cast, first)
    transferred(cast, third, to_office=cast.specialist3.department, reason="child_moved")
    answering = {"post": cast.specialist3.post, "territory": MANAS}
    assert _accept(cast, "specialist3", third, **answering) == []
    given = {"post": cast.cholpon.post, "territory": NOOKEN, "place": "Massy, 4"}
    for case in (first, second):
        transferred(cast, case)
    for case in (first, second):
        assert _accept(cast, "specialist2", case, **given) == []
        for who in (cast.aigul, cast.bakyt, cast.cholpon, cast.specialist2, cast.specialist3):
            assert broken_references(who) == [], who.username
    assert (_rows(cast.aigul), _rows(cast.specialist3)) == ([0, 0, 0, 0], [1, 3, 1, 3])
    there = {"to_office": cast.specialist2.department, "reason": "child_moved", "note": "x"}
    cast.specialist3.do("offer_transfer", case=third, **there)
    assert _accept(cast, "specialist2", third, **given) == []
    assert (_rows(cast.cholpon), broken_references(cast.cholpon)) == ([3, 3, 1, 3], [])
    assert _rows(cast.specialist3) == [0, 0, 0, 0]


def test_a_child_that_moved_away_stays_where_it_is_when_the_home_changes_hands(
    cast: Cast,
) -> None:
    """Whoever answers for another of the home, here or there, still sees it and takes nothing."""
    first, second = two_children(cast)
    transferred(cast, first, reason="child_moved")
    given = {"post": cast.cholpon.post, "territory": NOOKEN}
    assert _accept(cast, "specialist2", first, **given) == []
    cast.bakyt.do("assign_worker", case=second, post=cast.nurlan.post, happened_on=cast.today)
    for who in (cast.nurlan, cast.bakyt, cast.cholpon, cast.specialist2):
        assert (_rows(who), broken_references(who)) == ([1, 2, 1, 2], []), who.username
    transferred(cast, second)
    assert _accept(cast, "specialist2", second, **given | {"post": cast.ulan.post}) == []
    for who in (cast.ulan, cast.cholpon):
        assert (_rows(who), broken_references(who)) == ([1, 2, 1, 2], []), who.username
    assert _rows(cast.bakyt) == [0, 0, 0, 0]


def test_the_sender_is_not_shown_the_reports_of_those_the_other_side_answers_for(
    cast: Cast,
) -> None:
    """The home comes along while a child of it stays offered: its sender sees the home, and of
    what was reported to the other side nothing."""
    first, second = two_children(cast)
    third = _third(cast, first)
    given = {"post": cast.cholpon.post, "territory": NOOKEN}
    transferred(cast, first, reason="child_moved")
    assert _accept(cast, "specialist2", first, **given) == []
    home = cast.cholpon.home(first)
    (reported,) = accepted(cast.cholpon, territory=NOOKEN)
    data = a_child(cast.today, case=reported, household=home, given_name="Бакыт", born="2012")
    cast.cholpon.do("identify_child", **data)
    for case in (second, third):
        transferred(cast, case)
    assert _accept(cast, "specialist2", second, **given) == []
    assert _holding(cast.aigul) == {cast.cholpon.department}
    for who in (cast.aigul, cast.bakyt):
        assert (who.sees(Report), broken_references(who)) == (0, []), who.username
    assert cast.cholpon.sees(Report) == 1
