"""The head's morning and the loads: each number opens its list, and cover is said in words."""

import pytest

from kamkor.web.home import SHOWN
from tests.doors.desk import Desk, Page
from tests.doors.world import World
from tests.factories import registered

pytestmark = pytest.mark.usefixtures("undone")


@pytest.fixture
def away(world: World) -> World:
    """Aigul is away until 07.03.2026; Nurlan covers."""
    cast = world.cast
    registered(cast)
    span = {"valid_from": cast.today, "valid_to": cast.in_days(5), "kind": "annual"}
    cast.head.do("record_leave", post=cast.aigul.post, cover=cast.nurlan.post, **span)
    return world


def row(page: Page, name: str) -> list[str]:
    """The cells of the row of somebody in the table of loads."""
    place = next(
        number
        for number, one in enumerate(page.elements)
        if one.tag == "tr" and one.text.strip().startswith(name)
    )
    cells = [one for one in page.elements[place : place + 20] if one.tag in {"th", "td"}]
    return [" ".join(one.text.split()) for one in cells[:5]]


def test_the_morning_says_who_covers_for_whom_until_when(away: World) -> None:
    """The own cases and those answered for today, so that both pages mean the same by a number."""
    aigul, nurlan = (one.viewer.name for one in (away.cast.aigul, away.cast.nurlan))
    page = away.desks["head"].open("/")
    own, covering = row(page, aigul), row(page, nurlan)
    assert f"away until 07.03.2026, {nurlan} covers" in own[0]
    assert f"covers for {aigul} until 07.03.2026" in covering[0]
    assert own[2] != "0"
    assert (own[3], covering[2], covering[3]) == ("0", "0", own[2])
    home = away.desks["nurlan"].open("/")
    assert home.figure("own_open_cases") == covering[3]
    (note,) = home.all("p", data_cover="*")
    assert note.text.startswith(f"You cover for {aigul} until 07.03.2026: {own[2]} of the open")


def test_whoever_assigns_sees_the_same_numbers_and_who_is_away(away: World) -> None:
    """The head is named in a sealed case of Aigul's: Bakyt counts that one too."""
    aigul, nurlan = (one.viewer.name for one in (away.cast.aigul, away.cast.nurlan))
    own = int(row(away.desks["head"].open("/"), aigul)[2]) + 1
    text = away.desks["bakyt"].open(f"/cases/{away.places['suzak'].case}/assign-worker/").text
    assert (
        f"own open cases: {own}; answers for today: 0; away until 07.03.2026, {nurlan} covers"
        in text
    )
    assert (
        f"own open cases: 0; answers for today: {own}; covers for {aigul} until 07.03.2026" in text
    )


def test_each_number_of_the_morning_opens_the_list_behind_it(away: World) -> None:
    """Late causes, loads, late visits: as many rows as the number says."""
    away.cast.time.passes(days=90)
    desk = away.desks["head"]
    page = desk.open("/")
    numbers = {
        one.attributes["href"]: one.text.strip()
        for one in page.all("a", href="*")
        if one.attributes["href"].startswith("/morning/") and one.text.strip().isdigit()
    }
    assert {address.partition("?")[0] for address in numbers} == {
        "/morning/late/",
        "/morning/visits/",
        "/morning/cases/",
    }
    for address, number in numbers.items():
        found = desk.open(address)
        rows = [one for one in found.all("tr") if one.attributes.get("id", "").startswith("row-")]
        assert len(rows) == min(int(number), 25), address


@pytest.mark.parametrize(
    ("what", "text"),
    [
        ("late/", "Nothing is late."),
        ("visits/", "No visit is overdue."),
        ("without/", "Every open child has a responsible person."),
    ],
)
def test_an_empty_list_of_the_morning_says_so(world: World, what: str, text: str) -> None:
    assert text in Desk("head2", world.cast.time).open(f"/morning/{what}").text


@pytest.mark.parametrize(
    "narrowed", ["late/?cause=death_review", "visits/?post=1", "cases/?post=999999999"]
)
def test_a_narrowed_list_without_rows_leads_to_the_whole_one(world: World, narrowed: str) -> None:
    page = Desk("head2", world.cast.time).open(f"/morning/{narrowed}")
    assert "Nothing matches these filters." in page.text
    assert f"/morning/{narrowed.partition('?')[0]}" in page.links


def test_an_unknown_list_of_the_morning_is_not_found(world: World) -> None:
    assert world.desks["head"].open("/morning/nonsense/").status == 404


def test_the_day_shows_what_presses_most_and_leads_to_all_that_is_due(world: World) -> None:
    """As many items as fit one look; the whole list has as many as the number says."""
    cast = world.cast
    for _ in range(8):
        registered(cast, siblings=[{"given_name": "Нур", "looked_at": False}])
    cast.time.passes(days=60)
    desk = world.desks["aigul"]
    day = desk.open("/")
    (due,) = [one for one in day.all("h2") if one.text.startswith("What is due")]
    number = int(due.text.split()[-1])
    shown = [
        one for one in day.all("li") if "govuk-task-list__item" in one.attributes.get("class", "")
    ]
    assert len(shown) == SHOWN < number <= 25
    assert day.all("a", href="/morning/due/")
    found = desk.open("/morning/due/")
    rows = [one for one in found.all("tr") if one.attributes.get("id", "").startswith("row-")]
    assert len(rows) == number
    # What is first on the day is first in the list, and what is late says so.
    first = shown[0].text.split(":")[0].strip()
    assert first in " ".join(one.text for one in found.all("td"))
    assert "Overdue" in found.text


def test_what_is_due_is_listed_for_who_has_due_items(world: World) -> None:
    for name, status in {"aigul": 200, "bakyt": 200, "head": 200, "daniyar": 403}.items():
        assert world.desks[name].open("/morning/due/").status == status, name
