"""The page of duty and leave: who answers an alarm, what may be ended, by whom, and how."""

import pytest

from kamkor.workforce import queries as workforce
from kamkor.workforce.models import Office
from tests.doors.desk import Desk, Page
from tests.doors.world import World

pytestmark = pytest.mark.usefixtures("undone")

ROSTER = "/roster/"
LAST_DAY = "31.12.2099"


def ways(page: Page, operation: str) -> list[str]:
    """Where the page leads to carry an operation out."""
    return [one.attributes["href"] for one in page.all("a", data_operation=operation)]


def on_leave(world: World, days: int = 5) -> None:
    """Aigul is away from today on, covered by Nurlan."""
    cast = world.cast
    span = {"valid_from": cast.today, "valid_to": cast.in_days(days), "kind": "annual"}
    cast.head.do("record_leave", post=cast.aigul.post, cover=cast.nurlan.post, **span)


def test_the_head_ends_the_only_turn_and_the_page_says_who_answers(world: World) -> None:
    """A button at the turn, a form that says whose it is, and a page that says what follows."""
    desk = world.desks["head"]
    page = desk.open(ROSTER)
    (way,) = ways(page, "end_duty_turn")
    form = desk.open(way)
    assert LAST_DAY in form.text
    assert "the specialist and the head." in form.text
    assert form.form("end_duty_turn")["free_from"] == ["02.03.2026"]
    after = desk.follow(desk.act(way, "end_duty_turn", free_from="12.03.2026"))
    assert "Saved: End a turn of duty." in after.text
    assert "11.03.2026" in after.text
    assert LAST_DAY not in after.text
    assert "From 12.03.2026 nobody is on the roster" in after.text
    world.cast.time.passes(days=10)
    empty = desk.open(ROSTER)
    assert "Nobody is on the roster: the specialist and the head answer." in empty.text
    assert empty.all("strong")[0].text == world.cast.bakyt.viewer.name
    # Beside the buttons on top each empty list names its first act, to who manages alone.
    ways_of_head = [empty.links.count(f"/do/{one}/") for one in ("set-duty-turn", "record-leave")]
    assert ways_of_head == [2, 2]
    assert "/do/record-leave/" not in world.desks["aigul"].open(ROSTER).links


def test_the_head_puts_somebody_else_on_duty_without_a_gap(world: World) -> None:
    """The rank need not be free: who stood there gives up these days and keeps the others."""
    desk, cast = world.desks["head"], world.cast
    typed = {"post": cast.nurlan.post, "rank": 1}
    days = {"valid_from": "05.03.2026", "valid_to": "08.03.2026"}
    page = desk.follow(desk.act("/do/set-duty-turn/", "set_duty_turn", **typed, **days))
    aigul, nurlan = (one.viewer.name for one in (cast.aigul, cast.nurlan))
    assert [row.text.split("\n")[:4] for row in page.all("tr")[1:]] == [
        ["01.01.2017", "04.03.2026", "First", aigul],
        ["05.03.2026", "08.03.2026", "First", nurlan],
        ["09.03.2026", LAST_DAY, "First", aigul],
    ]


def test_a_day_that_has_passed_is_refused_in_the_form(world: World) -> None:
    """What was typed stays, and the turn too."""
    desk = world.desks["head"]
    (way,) = ways(desk.open(ROSTER), "end_duty_turn")
    page = desk.act(way, "end_duty_turn", free_from="01.03.2026")
    assert (page.status, page.refusals) == (422, ["day_has_passed"])
    assert page.form("end_duty_turn")["free_from"] == ["01.03.2026"]
    assert LAST_DAY in desk.open(ROSTER).text


def test_two_heads_of_one_page_end_a_turn_once(world: World) -> None:
    """Who comes second is told that it was ended already."""
    desk = world.desks["head"]
    (way,) = ways(desk.open(ROSTER), "end_duty_turn")
    first, second = (desk.fill(way, "end_duty_turn") for _ in range(2))
    assert desk.send(way, first).status == 303
    assert desk.send(way, first).status == 303
    assert desk.send(way, second).refusals == ["ended_already"]


def test_who_is_away_ends_the_own_leave_and_nobody_elses(world: World) -> None:
    """The way stands at one's own leave; the head has it at everybody's."""
    on_leave(world)
    assert ways(world.desks["nurlan"].open(ROSTER), "end_leave") == []
    assert len(ways(world.desks["head"].open(ROSTER), "end_leave")) == 1
    desk = world.desks["aigul"]
    (way,) = ways(desk.open(ROSTER), "end_leave")
    assert world.desks["nurlan"].act(way, "end_leave").refusals == ["not_permitted"]
    after = desk.follow(desk.act(way, "end_leave", back_on="04.03.2026"))
    assert "03.03.2026" in after.text
    leaves = workforce.leaves(world.cast.head.department, world.cast.time.today)
    assert [f"{one.valid_to:%d.%m}" for one in leaves] == ["03.03"]


def test_only_the_head_finds_ways_to_change_the_roster(world: World) -> None:
    """Workers and the specialist read who is on duty; another department has its own page."""
    for user in ("aigul", "bakyt", "cholpon", "specialist2"):
        page = world.desks[user].open(ROSTER)
        assert page.operations.isdisjoint({"set_duty_turn", "end_duty_turn", "record_leave"})
    (way,) = ways(world.desks["head"].open(ROSTER), "end_duty_turn")
    assert way not in Desk("head2", world.cast.time).open(ROSTER).links


@pytest.mark.parametrize("slug", ["set-duty-turn", "end-leave", "record-visit", "nothing"])
def test_an_address_that_means_nothing(world: World, slug: str) -> None:
    """A turn is no leave, and only its own acts stand at its address."""
    turn = world.places["suzak"].turn
    assert world.desks["head"].open(f"/roster/{turn}/{slug}/").status == 404


def test_a_table_that_is_not_counted_says_no_number(world: World) -> None:
    page = world.desks["head"].open("/roster/")
    assert page.all("table")
    assert "In all:" not in page.text


def test_the_head_sets_the_telephone_that_other_departments_are_told(world: World) -> None:
    desk = world.desks["head"]
    address = "/do/set-office-telephone/"
    wrong = desk.act(address, "set_office_telephone", telephone="none")
    assert wrong.refusals == ["telephone_unreadable"]
    assert wrong.form("set_office_telephone")["telephone"] == ["none"]
    page = desk.follow(desk.act(address, "set_office_telephone", telephone="0312 12 34 56"))
    assert "+996 312 123 456" in page.text
    for name, shown in (("aigul", True), ("cholpon", False)):
        assert ("+996 312 123 456" in world.desks[name].open(ROSTER).text) is shown
    assert "set_office_telephone" not in world.desks["aigul"].open(ROSTER).operations
    with world.cast.head.inside():
        assert Office.objects.filter(telephone="+996312123456").count() == 1
    away = desk.follow(desk.act(address, "set_office_telephone", telephone=""))
    assert away.figure("telephone") == "not given"
