"""The last own act stands on every page while it may be taken back, told on the server."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.doors.desk import Desk, Element, Page
from tests.doors.world import World
from tests.factories import a_registration
from tests.specification.pathway_forms import CHILD, REPORT

pytestmark = pytest.mark.usefixtures("undone")

NEW_CHILD = "/do/identify-child/"
PAGES = ("/", "/duty/", "/register/", "/find/", "/rounds/", "/account/", "/help/", NEW_CHILD)


def identified(desk: Desk, **named: str) -> tuple[str, Page]:
    """The case of a child that was just identified, and the page after saving."""
    page = desk.follow(desk.act(NEW_CHILD, "identify_child", **CHILD | named))
    return page.response.request["PATH_INFO"].split("/")[2], page


def notices(page: Page) -> list[Element]:
    """What a page tells of the last act."""
    return [one for one in page.all("div") if "k-message" in one.attributes.get("class", "")]


def built_upon(world: World, case: str) -> None:
    """The specialist decides on the case."""
    world.cast.bakyt.do("register_child", case=case, **a_registration(world.cast.today))


def test_one_click_takes_the_last_act_back_from_any_page(world: World) -> None:
    """For ten minutes, whatever pages were looked at in between, alarms asked for too."""
    desk, aigul = world.desks["aigul"], world.cast.aigul
    case, page = identified(desk)
    assert "Take back (until 09:" in page.text
    world.cast.time.passes(minutes=9)
    for address in (*PAGES, "/alarms/", f"/cases/{case}/", f"/reports/{case}/"):
        page = desk.open(address)
        assert ("take_back" in page.operations) == (address != "/alarms/"), address
    after = desk.follow(desk.send("/take-back/", page.form("take_back")))
    assert (after.status, after.refusals, aigul.state(case)) == (200, [], "void")
    assert "take_back" not in desk.open("/").operations


def test_the_offer_is_announced_once_and_costs_no_statement(world: World) -> None:
    desk = world.desks["aigul"]
    desk.open("/register/")
    with CaptureQueriesContext(connection) as before:
        assert notices(desk.open("/register/")) == []
    case, page = identified(desk)
    (first,) = notices(page)
    assert first.attributes["role"] == "status"
    with CaptureQueriesContext(connection) as after:
        (later,) = notices(desk.open("/register/"))
    assert len(after) == len(before)
    assert "role" not in later.attributes
    assert "Saved: Identify a child." in later.text
    assert f"/cases/{case}/" in desk.open("/").links


def test_after_ten_minutes_nothing_is_offered(world: World) -> None:
    desk = world.desks["aigul"]
    identified(desk)
    world.cast.time.passes(minutes=11)
    assert [notices(desk.open(address)) for address in PAGES] == [[]] * len(PAGES)


def test_a_newer_act_takes_the_place_of_the_offer(world: World) -> None:
    """A tab that still shows the older one takes back that one, and no other."""
    desk, aigul = world.desks["aigul"], world.cast.aigul
    first, page = identified(desk)
    second, _page = identified(desk, given_name="Бирөө", surname="Башкаев")
    (told,) = notices(desk.open("/"))
    assert desk.open("/").form("take_back")["command"] != page.form("take_back")["command"]
    assert told.text.count("Take back") == 1
    desk.send("/take-back/", page.form("take_back"))
    assert (aigul.state(first), aigul.state(second)) == ("void", "identified")
    desk.follow(desk.act("/do/receive-report/", "receive_report", **REPORT))
    assert notices(desk.open("/")) == []


def test_the_offer_is_put_away_without_script(world: World) -> None:
    """By a button that leads back to the same page and changes nothing else."""
    desk, aigul = world.desks["aigul"], world.cast.aigul
    case, _page = identified(desk)
    page = desk.open("/register/?sort=-seen")
    answer = desk.send("/take-back/", page.form("put_notice_away") | {"close": "yes"})
    assert answer.response["Location"] == "/register/?sort=-seen"
    assert [notices(desk.open(one)) for one in ("/", f"/cases/{case}/")] == [[], []]
    assert aigul.state(case) == "identified"


def test_nothing_is_offered_once_somebody_built_on_it(world: World) -> None:
    """The case's own page knows of it; elsewhere the click says so, and offers no longer."""
    desk = world.desks["aigul"]
    case, _page = identified(desk)
    page = desk.open("/duty/")
    assert "take_back" in desk.open(f"/cases/{case}/").operations
    built_upon(world, case)
    after = desk.follow(desk.send("/take-back/", page.form("take_back")))
    assert (after.refusals, after.response.request["PATH_INFO"]) == (["built_upon"], "/duty/")
    assert notices(desk.open("/duty/")) == []


def test_the_page_of_a_case_offers_nothing_that_was_built_upon(world: World) -> None:
    desk = world.desks["aigul"]
    case, _page = identified(desk)
    built_upon(world, case)
    assert notices(desk.open(f"/cases/{case}/")) == []
    assert notices(desk.open("/")) == []


def test_a_form_sent_twice_is_offered_as_long_as_the_first(world: World) -> None:
    desk = world.desks["aigul"]
    identified(desk)
    told = notices(desk.open("/"))[0].text
    sent = desk.sent
    world.cast.time.passes(minutes=5)
    desk.send(NEW_CHILD, sent)
    assert notices(desk.open("/"))[0].text == told
    world.cast.time.passes(minutes=6)
    desk.send(NEW_CHILD, sent)
    assert "take_back" not in desk.open("/").operations


def test_the_offer_speaks_the_language_chosen_since(world: World) -> None:
    desk = world.desks["aigul"]
    identified(desk)
    desk.send("/language/", {"language": "ru", "next": "/"})
    assert "Identify a child" not in notices(desk.open("/"))[0].text


def test_what_was_typed_is_not_put_at_risk_by_the_offer(world: World) -> None:
    """A refused form bears none; what is only looked for does."""
    desk = world.desks["aigul"]
    identified(desk)
    assert notices(desk.act(NEW_CHILD, "identify_child", **CHILD | {"pin": "1"})) == []
    assert len(notices(desk.send("/find/", {"name": "Айбек"}))) == 1
