"""Searches for people: by name and birth, with true totals, in pages, and for a reported case."""

import re
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kamkor.kernel.commands import Command
from kamkor.kernel.ids import new_id, typed_number
from kamkor.kernel.models import JournalEntry
from tests.doors.desk import Desk, Page, Typed
from tests.doors.world import MISSING, World
from tests.factories import a_child, accepted, identified, registered

pytestmark = pytest.mark.usefixtures("undone")


def born(text: str) -> dict[str, str]:
    """A birth as it is typed into its three fields."""
    parts = [*text.split("-"), "", ""][:3]
    return {f"born-{part}": one for part, one in zip(("year", "month", "day"), parts, strict=True)}


def names(page: Page) -> list[str]:
    """Who was found, in the order of the list."""
    return [one.text.split("  ")[0].strip() for one in page.all("th", scope="row")]


def found(world: World, who: str = "aigul", **typed: str) -> list[str]:
    """Who a search finds."""
    page = world.desks[who].send("/find/", typed)
    assert page.status == 200, page.refusals
    return names(page)


BIRTHS = {"Күнү": "2012-06-03", "Айы": "2012-06", "Жылы": "2012", "Билбес": ""}
AGREEING = {
    "2012": ["Айы", "Жылы", "Күнү"],
    "2012-06": ["Айы", "Күнү", "Жылы"],
    "2012-06-03": ["Күнү", "Айы", "Жылы"],
    "2012-06-04": ["Айы", "Жылы"],
    "2012-07": ["Жылы"],
    "2011": [],
}


@pytest.fixture
def born_differently(world: World) -> World:
    """Four children of one surname, of whom the day, month or year of birth is known, or nothing."""
    for given, birth in BIRTHS.items():
        identified(world.cast, given_name=given, surname="Туулганов", born=birth)
    return world


@pytest.mark.parametrize("typed", AGREEING)
def test_a_birth_alone_finds_whose_birth_may_be_the_same(
    born_differently: World, typed: str
) -> None:
    expected = [f"Туулганов {one}" for one in AGREEING[typed]]
    assert found(born_differently, **born(typed)) == expected


@pytest.mark.parametrize("typed", AGREEING)
def test_name_and_birth_keep_those_whose_birth_nobody_knows(
    born_differently: World, typed: str
) -> None:
    expected = [f"Туулганов {one}" for one in [*AGREEING[typed], "Билбес"]]
    assert found(born_differently, name="Tuulganov", **born(typed)) == expected


def test_who_bears_the_whole_name_stands_first(world: World) -> None:
    for given in ("Асыл", "Бермет", "Чынара"):
        identified(world.cast, given_name=given, surname="Биринчиев")
    assert found(world, name="Чынара Биринчиева") == [
        "Биринчиев Чынара",
        "Биринчиев Асыл",
        "Биринчиев Бермет",
    ]


def test_how_many_of_the_name_were_born_at_another_time(born_differently: World) -> None:
    typed = {"name": "Туулганов", **born("2012-07")}
    page = born_differently.desks["aigul"].send("/find/", typed)
    assert page.figure("people_found") == "2"
    assert "2 more of this name were born at another time." in page.text


WRONG = {
    "neither": ({"name": ""}, "field_required"),
    "no day of the calendar": (born("2012-02-30"), "date_unreadable"),
    "no year": ({"born-month": "6"}, "date_unreadable"),
    "a year to come": (born("2027"), "date_in_future"),
    "more than a name": ({"name": "А" * 361}, "text_too_long"),
}


@pytest.mark.parametrize("what", WRONG)
def test_a_search_that_cannot_be_read_is_refused_and_stays(world: World, what: str) -> None:
    typed, code = WRONG[what]
    page = world.desks["aigul"].send("/find/", typed)
    assert (page.status, page.refusals) == (422, [code])
    shown = page.form("find_person")
    assert {key: shown[key] for key in typed} == {key: [one] for key, one in typed.items()}
    assert page.all(data_figure="people_found") == []


def test_opening_the_page_searches_for_nobody(world: World) -> None:
    page = world.desks["aigul"].open("/find/")
    assert (page.status, page.refusals, names(page)) == (200, [], [])


def turned(desk: Desk, page: Page, address: str, way: str) -> Page:
    """The next page of a search, or the one before, as its button sends for it."""
    button = page.all("button", name=way)[0]
    number = page.form_number("turn_page")
    hidden = [one for one in page.all("input", type="hidden") if one.form == number]
    typed = {one.attributes["name"]: one.attributes["value"] for one in hidden}
    return desk.send(address, typed | {way: button.attributes["value"]})


@pytest.mark.parametrize("address", ["/find/", "/register/"])
def test_a_search_shows_its_true_total_and_all_its_pages(world: World, address: str) -> None:
    cast, desk = world.cast, world.desks["aigul"]
    data = a_child(cast.today, given_name="Тең", surname="Көпов")
    done = cast.aigul.answers(*(Command(new_id(), "identify_child", data) for _ in range(60)))
    assert {one.result for one in done} == {"applied"}
    pages = [desk.send(address, {"name": "Kopov"})]
    figure = "people_found" if address == "/find/" else "cases_listed"
    while pages[-1].all("button", name="after"):
        pages.append(turned(desk, pages[-1], address, "after"))
    assert [len(names(page)) for page in pages] == [25, 25, 10]
    assert {page.figure(figure) for page in pages} == {"60"}
    rows = [row_ids(page) for page in pages]
    assert len({one for row in rows for one in row}) == 60
    back = turned(desk, pages[-1], address, "before")
    assert row_ids(back) == rows[1]
    assert row_ids(turned(desk, back, address, "before")) == rows[0]


def row_ids(page: Page) -> list[str]:
    """The rows of a list by the ids they bear."""
    return [one.attributes["id"] for one in page.all("tr", id="*")]


def test_a_page_of_a_search_starts_at_no_hidden_row(world: World) -> None:
    desk = world.desks["cholpon"]
    first = desk.send("/find/", {"name": "Бөлөк"})
    for mark in (world.places["suzak"].child, MISSING, "x"):
        page = desk.send("/find/", {"name": "Бөлөк", "after": mark})
        assert row_ids(page) == row_ids(first) != []


def test_the_register_finds_families_by_the_name_of_the_home(world: World) -> None:
    cast = world.cast
    adults = [{"given_name": "Толгонай", "surname": "Энеева", "relation": "mother"}]
    registered(cast, surname="Үйлүүев", family_too=True, adults=adults)
    for typed in ("Uiluev", "Энеева"):
        page = world.desks["bakyt"].send("/register/", {"name": typed})
        assert "Family: Энеева Толгонай" in names(page)
    assert names(world.desks["specialist2"].send("/register/", {"name": "Uiluev"})) == []


LEAKING = re.compile(r"\b(LIKE|ILIKE|SIMILAR|UPPER|LOWER|REGEXP)\b|~")


def test_no_search_asks_by_what_could_leak(world: World) -> None:
    """Under row security only comparisons may stand in a condition: no pattern, no function."""
    desk = world.desks["bakyt"]
    with CaptureQueriesContext(connection) as held:
        for address in ("/find/", "/register/"):
            desk.send(address, {"name": "Канарбек Канаров", "born-year": "2015"})
        desk.open(f"/reports/{world.places['suzak'].report}/")
    asked = [one["sql"] for one in held.captured_queries if "token" in one["sql"]]
    assert len(asked) > 5
    assert [sql for sql in asked if LEAKING.search(sql)] == []


@pytest.fixture
def reported(world: World) -> str:
    """A reported case of Aigul's, whose child is only described."""
    children = [{"description": "Төлөгөнов Айбек"}]
    return accepted(world.cast.aigul, children=children, place="Suzak, 9")[0]


def carried(desk: Desk, case: str, **typed: Any) -> Page:  # noqa: ANN401 - as typed
    """A search for the child of a reported case, from the page that carries the case along."""
    form: Typed = desk.send("/find/", {"case": case}).form("find_person")
    assert form["case"] == [case]
    return desk.send("/find/", form | typed)


def test_a_search_carries_the_reported_case_along(world: World, reported: str) -> None:
    cast, desk = world.cast, world.desks["aigul"]
    known = identified(cast)
    cast.bakyt.do(
        "register_child", case=known, decision="decline", reason="no_difficulty",
        happened_on=cast.today,
    )  # fmt: skip
    child, home = cast.bakyt.child(known).pk, cast.bakyt.home(known)
    page = carried(desk, reported, name="Айбек Төлөгөнов")
    # The description itself is no other child.
    assert page.figure("people_found") == "1"
    link = f"/cases/{reported}/identify-child/?child={child}&household={home}"
    assert [one.text for one in page.all("a", href=link)] == ["Identify as this child"]
    assert page.all("form", action=f"/cases/{reported}/identify-child/")
    form = desk.open(link).form("identify_child")
    assert (form["given_name"], form["surname"]) == (["Айбек"], ["Төлөгөнов"])
    done = desk.act(
        link, "identify_child", happened_on="02.03.2026", difficulty="Alone.", risk_level="low"
    )
    assert done.status == 303, done.refusals
    with cast.bakyt.inside():
        entry = JournalEntry.objects.filter(subject=reported, operation="identify_child").get()
    assert {"case", "child", "household"}.issubset(entry.fields)


def test_a_child_with_an_open_case_is_opened_instead(world: World, reported: str) -> None:
    known = identified(world.cast)
    page = carried(world.desks["aigul"], reported, **born("2015"))
    links = [one.text for one in page.all("a", href=f"/cases/{known}/")]
    assert links == ["Open the case"]


@pytest.mark.parametrize("method", ["open", "send"])
def test_a_case_of_others_cannot_be_carried_along(world: World, method: str) -> None:
    desk = world.desks["cholpon"]
    for case in (world.places["suzak"].case, MISSING, "x"):
        page = (
            desk.open(f"/find/?case={case}")
            if method == "open"
            else desk.send("/find/", {"case": case, "name": "Бөлөк"})
        )
        assert page.status == 404


def test_a_case_is_found_by_its_number(world: World) -> None:
    """With or without prefix and hyphens, also in Cyrillic letters that look the same."""
    case = identified(world.cast, given_name="Номерлүү", surname="Табылган")
    number = world.cast.aigul.case(case).number
    cyrillic = number.translate(str.maketrans("ABEKMHPCTYX", "АВЕКМНРСТУХ"))
    for typed in (number, number.lower(), number[2:], f" {number.replace('-', ' ')} ", cyrillic):
        page = world.desks["aigul"].send("/register/", {"name": typed})
        assert [one.split("  ")[0] for one in names(page)] == ["Табылган Номерлүү"], typed
        assert page.response.status_code == 200


def test_a_number_finds_no_names_and_no_hidden_case(world: World) -> None:
    """A number is no name; a case of another district is found by its number as little."""
    identified(world.cast, given_name="K-2222-222", surname="2222222")
    desk = world.desks["aigul"]
    assert names(desk.send("/register/", {"name": "K-2222-222"})) == []
    hidden = world.cast.cholpon.case(world.places["nooken"].case).number
    assert names(desk.send("/register/", {"name": hidden})) == []
    found = names(world.desks["cholpon"].send("/register/", {"name": hidden}))
    assert len(found) == 1


@pytest.mark.parametrize(
    ("typed", "number", "certain"),
    [
        ("K-ABCD-EFG", "K-ABCD-EFG", True),
        ("kabcdefg", "K-ABCD-EFG", False),
        ("abcdefg", "K-ABCD-EFG", False),
        ("abcd-2fg", "K-ABCD-2FG", True),
        ("Айбек", "", False),
        ("ABCDEFI", "", False),
        ("X-ABCD-EFG", "", False),
    ],
)
def test_what_may_be_a_number(typed: str, number: str, certain: bool) -> None:
    found = typed_number("K", typed)
    assert (found.number, found.certain) == (number, certain) if found else number == ""
