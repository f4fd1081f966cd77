"""What users expect of every list: order, pages, empty texts, cost, and what an export holds."""

import csv
import io
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kamkor.cases.models import Case
from kamkor.kernel.commands import Command
from kamkor.kernel.ids import new_id
from tests.cast import Player
from tests.doors.desk import Desk, Page
from tests.doors.world import World
from tests.factories import a_child, a_report, seen, visited

pytestmark = pytest.mark.usefixtures("undone")

ALL = "/register/?state=all"
SORTS = ("name", "opened", "next", "seen", "number")
COLUMN_OF = {"opened": "opened_on", "next": "next_visit_on", "seen": "last_seen_on"}


def many(player: Player, number: int, operation: str, **data: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - a command's data
    """The same act many times in one batch; what each answered."""
    answers = player.answers(*(Command(new_id(), operation, data) for _ in range(number)))
    assert [one.refusal for one in answers] == [None] * number
    return [one.answer for one in answers]


def rows_of(page: Page) -> list[str]:
    """The ids of the rows of a list, in order."""
    ids = [one.attributes.get("id", "") for one in page.all("tr")]
    return [one.removeprefix("row-") for one in ids if one.startswith("row-")]


def walked(desk: Desk, address: str, way: str) -> list[Page]:
    """All pages from this one on, by the links to the next or to the one before."""
    pages = [desk.open(address)]
    while links := pages[-1].all("a", rel=way):
        pages.append(desk.open(links[0].attributes["href"]))
        assert len(pages) < 9
    return pages


@pytest.fixture
def crowd(world: World) -> World:
    """Sixty children of equal name; six were seen, and three of them have no next date."""
    cast = world.cast
    made = many(cast.aigul, 60, "identify_child", **a_child(cast.today, given_name="Тең"))
    cases = [str(one["case"]) for one in made]
    for place, case in enumerate(cases[::10]):
        cast.time.passes(days=1)
        later = {} if place % 2 else {"next_on": cast.in_days(3)}
        visited(cast, cast.aigul, seen(case), **later)
    for case in cases[5:8]:
        data = {"decision": "decline", "reason": "no_difficulty", "happened_on": cast.today}
        cast.bakyt.do("register_child", case=case, **data)
    return world


@pytest.mark.parametrize("sort", [f"{sign}{name}" for name in SORTS for sign in ("", "-")])
def test_pages_hold_every_row_once_in_order(crowd: World, sort: str) -> None:
    """The total stays, no row is lost or doubled, and the way back shows the same pages."""
    desk = crowd.desks["aigul"]
    pages = walked(desk, f"{ALL}&sort={sort}", "next")
    ids = [row for page in pages for row in rows_of(page)]
    assert len(set(ids)) == len(ids) == 62
    assert {page.figure("cases_listed") for page in pages} == {"62"}
    assert [len(rows_of(page)) for page in pages] == [25, 25, 12]
    back = walked(desk, last_address(pages), "prev")
    assert [rows_of(page) for page in reversed(back)] == [rows_of(page) for page in pages]
    assert_in_order(crowd, ids, sort)


def last_address(pages: list[Page]) -> str:
    """The address of the last page."""
    return str(pages[-2].all("a", rel="next")[0].attributes["href"])


def assert_in_order(world: World, ids: list[str], sort: str) -> None:
    """Known values in the order asked for, unknown ones last in both."""
    column = COLUMN_OF.get(sort.lstrip("-"), "number" if "number" in sort else "sort_key")
    with world.cast.bakyt.inside():
        held = dict(Case.objects.values_list("id", column))
    values = [held[UUID(one)] for one in ids]
    known = [value for value in values if value is not None]
    assert values == known + [None] * (len(values) - len(known))
    assert known == sorted(known, reverse=sort.startswith("-"))


def test_the_address_of_a_page_holds_codes_and_one_id(crowd: World) -> None:
    """What is in the address of a page: filters as codes, and the last row's id alone."""
    page = crowd.desks["aigul"].open(f"{ALL}&sort=-seen&risk=medium")
    after = page.all("a", rel="next")[0].attributes["href"]
    held = parse_qs(urlsplit(after).query)
    assert held.pop("after") == [rows_of(page)[-1]]
    assert held == {"state": ["all"], "sort": ["-seen"], "risk": ["medium"]}


@pytest.mark.parametrize("given", ["x", "019cac7d-0000-7000-8000-000000000000", "'", ""])
def test_an_unknown_mark_shows_the_first_page(crowd: World, given: str) -> None:
    """A mark that names no row of the list is as none."""
    desk = crowd.desks["aigul"]
    assert rows_of(desk.open(f"{ALL}&after={given}")) == rows_of(desk.open(ALL))


def test_a_mark_of_another_district_is_as_none(crowd: World) -> None:
    """Where somebody else's row would stand cannot be asked for."""
    desk, hidden = crowd.desks["cholpon"], crowd.places["suzak"].case
    assert rows_of(desk.open(f"{ALL}&after={hidden}")) == rows_of(desk.open(ALL))


def queries(desk: Desk, address: str) -> int:
    """How many statements a page needs once it was opened: who sits where is not asked again."""
    assert desk.open(address).status == 200
    with CaptureQueriesContext(connection) as held:
        assert desk.open(address).status == 200
    return len(held.captured_queries)


@pytest.mark.parametrize("user", ["cholpon", "specialist2", "head2"])
@pytest.mark.parametrize("address", ["/", "/duty/", ALL, "/register/export.csv?state=all"])
def test_a_list_costs_the_same_with_one_row_and_with_thirty(
    world: World, user: str, address: str
) -> None:
    """The number of statements does not grow with the rows."""
    cast, desk = world.cast, Desk(user, world.cast.time)
    report = a_report(territory="41703215000000", danger_now=True)
    many(cast.cholpon, 1, "receive_report", **report)
    cast.time.passes(days=20)
    few = queries(desk, address)
    cast.time.passes(days=-20)
    many(cast.cholpon, 29, "receive_report", **report)
    child = a_child(cast.today, siblings=[{"given_name": "Экинчи", "looked_at": False}])
    many(cast.cholpon, 29, "identify_child", **child)
    cast.time.passes(days=20)
    assert queries(desk, address) == few


def empty_of(page: Page) -> tuple[str, list[str]]:
    """The text of an empty list, and where its act leads."""
    place = next(
        number
        for number, one in enumerate(page.elements)
        if one.attributes.get("class", "").split()[:1] == ["k-empty"]
    )
    links = [one.attributes["href"] for one in page.elements[place : place + 4] if one.tag == "a"]
    return page.elements[place].text.strip(), links


def test_the_three_texts_of_the_empty_register(world: World) -> None:
    """Nothing yet with the first act; nothing matches with the way out; not yours, no more."""
    begimai = Desk("begimai", world.cast.time)
    assert empty_of(begimai.open("/register/")) == (
        "Nobody stands on this register yet.Identify a child",
        ["/find/"],
    )
    assert empty_of(begimai.open("/register/?state=closed")) == (
        "Nothing matches these filters.Clear filters",
        ["/register/"],
    )
    assert empty_of(world.desks["elmira"].open("/register/?register=family")) == (
        "There is nothing here that is yours to see.",
        [],
    )


def test_the_empty_list_of_rounds_begins_one(world: World) -> None:
    """Whose work it is not reads who may do it, and no list."""
    assert empty_of(Desk("begimai", world.cast.time).open("/rounds/")) == (
        "No round has been recorded yet.Record a round",
        ["/do/record-round/"],
    )
    assert world.desks["elmira"].open("/rounds/").status == 403


def test_a_search_without_result_says_what_next(world: World) -> None:
    """Nobody found: another spelling, or a new child."""
    text, links = empty_of(world.desks["aigul"].send("/register/", {"name": "Жокбала"}))
    assert text.startswith("Nobody was found.")
    assert links == ["/find/"]


def test_the_empty_duty_desk_and_the_empty_day(world: World) -> None:
    """Nothing waits: the page says so, and what one may begin with."""
    assert empty_of(world.desks["aigul"].open("/duty/")) == (
        "No report waits for you.New report",
        ["/do/receive-report/"],
    )
    page = Desk("begimai", world.cast.time).open("/")
    assert "You have no open case yet." in page.text
    assert "Nothing is due." in page.text


def test_a_printed_register_says_its_filters_in_words(world: World) -> None:
    """On paper stand who, when, and which filters, never their codes."""
    desk = world.desks["aigul"]
    printed = {
        address: desk.open(f"/register/{address}")
        .all("p", class_="k-print-only govuk-body-s")[0]
        .text
        for address in (
            "",
            "?register=family&state=all",
            "?state=identified&risk=high&ground=neglected",
        )
    }
    words = [text.partition(" · ")[2] for text in printed.values()]
    assert words == [
        "Children; State: On the register",
        "Families; State: All",
        "Children; State: Identified; Ground: Neglected / unsupervised child; Risk level: High",
    ]
    assert all(
        text.startswith("Printed by Айгүл Токтосунова, 02.03.2026") for text in printed.values()
    )


def test_the_list_says_its_filters_in_words_and_each_choice_is_another(world: World) -> None:
    """No choice of the state stands twice; the tabs keep the filters that both registers have."""
    page = world.desks["bakyt"].open("/register/?state=open&risk=high&ground=neglected")
    assert "Children; State: All open; Ground: Neglected" in page.text
    labels = [one.text.strip() for one in page.all("option")]
    assert len(labels) == len(set(labels) - {"Any"}) + labels.count("Any")
    tabs = [one for one in page.links if one.startswith("/register/?") and "risk=high" in one]
    assert "/register/?register=family&state=open&risk=high" in tabs


RISKY = ("=1+1", "+996", "-5", "@SUM(A1)", "=HYPERLINK(x)")


@pytest.fixture
def formulas(world: World) -> World:
    """Children whose names a spreadsheet would take for formulas."""
    for name in RISKY:
        data = a_child(world.cast.today, given_name=name, surname=None)
        world.cast.aigul.do("identify_child", **data)
    return world


def test_the_csv_is_safe_and_says_what_it_is(formulas: World) -> None:
    """UTF-8 with BOM; formulas made text; who, when, which filter and what it means below."""
    page = formulas.desks["aigul"].open("/register/export.csv?state=identified&sort=-number")
    assert page.response.content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(page.text.removeprefix("\ufeff"))))
    end = rows.index([])
    names = {row[rows[0].index("Child or family")] for row in rows[1:end]}
    assert names.issuperset({f"'{name}" for name in RISKY})
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row)
    about = dict(row for row in rows[end + 1 :])
    assert about["Exported by"] == "Айгүл Токтосунова, child accompaniment worker"
    assert about["Exported at"].startswith("02.03.2026 ")
    assert about["Filter"] == "Children; State: Identified"
    assert int(about["Rows"]) == end - 1 == len(RISKY) + 2


def test_the_xlsx_is_safe_and_says_what_it_is(formulas: World) -> None:
    """No cell is a formula; a second sheet says who, when and which filter."""
    page = formulas.desks["aigul"].open("/register/export.xlsx?state=identified")
    book = openpyxl.load_workbook(io.BytesIO(page.response.content))
    first, second = book.worksheets
    cells = [cell for row in first.iter_rows() for cell in row]
    assert {cell.data_type for cell in cells} <= {"s", "n"}
    assert {cell.value for cell in cells}.issuperset(RISKY)
    about = {str(label): str(value) for label, value in second.values}
    assert set(about) == {"Exported by", "Exported at", "Filter", "Rows", "Definition"}
    assert about["Rows"] == str(len(RISKY) + 2)


def test_a_list_and_its_export_have_the_same_rows(crowd: World) -> None:
    """What is counted is what is exported, in the same order."""
    desk = crowd.desks["aigul"]
    total = desk.open(ALL).figure("cases_listed")
    rows = list(csv.reader(io.StringIO(desk.open("/register/export.csv?state=all").text)))
    assert str(rows.index([]) - 1) == total
