"""What holds for every page that somebody can reach by its links, found by following them."""

import re
from collections.abc import Iterator
from functools import lru_cache
from urllib.parse import unquote, urljoin

import pytest

from kamkor.kernel.commands import Operation
from kamkor.kernel.translations import compile_catalogues
from tests.doors.desk import Desk, Page
from tests.doors.world import CANARIES, World
from tests.factories import a_removal, proposed, registered
from tests.specification.pathway_forms import CHILD, REPORT, TODAY

PAGE_CODE = re.compile(r"[a-z]+\.[a-z_]+\.[a-z_]+")
OPERATION = re.compile(r"[a-z]+(_[a-z]+)+")
LIMIT = 120
"""So many pages a person at most; the links of a crawl end long before."""
CHILDREN = (*CANARIES, "Бөлөк", "Экинчи", "Төлөгөнов", "Айбек", "A boy in a blue coat")
DAYS = frozenset({"from", "to", "on", "known_on"})
OF_DAYS = {"figures.register.show", "workforce.staffing.show", "workforce.staffing.list"}
PINS = ("10105201500001",)
WALKERS = ("aigul", "bakyt", "head", "cholpon", "oblast", "daniyar", "elmira", "admin")
ID = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
# What an address may consist of: fixed words, ids, and filters in codes.
ADDRESS = re.compile(
    rf"/(([a-z0-9-]+|{ID})/)*((export|template|rejected|figures|posts)\.(csv|xlsx))?"
    rf"(\?((register|state|sort|risk|ground|figure|kind|territory|by|by2|k[1-4]|cause|post)=-?[a-z0-9_]*&?"
    rf"|(after|before|child|household|case)={ID}&?|(from|to|on|known_on)=[0-9.-]*&?)*)?"
    r"(#[a-z0-9_-]*)?"
)


@pytest.fixture
def walks(world: World, undone: None) -> dict[str, dict[str, Page]]:
    """Every page each person reaches from the first one, by address."""
    return {user: walked(world, user) for user in WALKERS}


@lru_cache(maxsize=32)
def _walk(desk: Desk) -> dict[str, Page]:
    pages: dict[str, Page] = {}
    waiting = ["/"]
    while waiting and len(pages) < LIMIT:
        address = waiting.pop(0)
        if address in pages:
            continue
        pages[address] = desk.open(address)
        waiting += [one for one in onward(pages[address], address) if one not in pages]
    return pages


def walked(world: World, user: str) -> dict[str, Page]:
    """The pages of one person, walked once: the world is the same for every test."""
    return _walk(world.desks[user])


def onward(page: Page, address: str) -> Iterator[str]:
    """Where the links of a page lead within the desk, without the part after ``#``."""
    for link in page.all("a", href="*"):
        target = urljoin(address, link.attributes["href"]).partition("#")[0]
        if target.startswith("/") and not target.startswith("//"):
            yield target


def found(walks: dict[str, dict[str, Page]]) -> Iterator[tuple[str, Page]]:
    """Each page with the name of who reached it and where."""
    for user, pages in walks.items():
        for address, page in pages.items():
            yield f"{user} {address}", page


def html(walks: dict[str, dict[str, Page]]) -> Iterator[tuple[str, Page]]:
    """The pages that are no export."""
    return ((where, page) for where, page in found(walks) if page.elements)


def test_no_link_leads_nowhere(walks: dict[str, dict[str, Page]]) -> None:
    """Whatever a page links to can be opened by whom it is shown to."""
    assert sum(1 for _ in found(walks)) > 150
    assert {where: page.status for where, page in found(walks) if page.status != 200} == {}


def test_each_page_has_one_heading_a_title_and_its_code(
    walks: dict[str, dict[str, Page]],
) -> None:
    """One h1, a title, a language, and a code made of room, noun and verb."""
    wrong = [
        (where, len(page.all("h1")), page.title, page.code)
        for where, page in html(walks)
        if not where.endswith("/alarms/")
        and (
            len(page.all("h1")) != 1
            or not page.title.strip(" –")
            or not PAGE_CODE.fullmatch(page.code)
            or page.all("html")[0].attributes["lang"] != "en"
        )
    ]
    assert wrong == []


def test_no_title_names_a_child(walks: dict[str, dict[str, Page]]) -> None:
    """The tab, the history and the list of windows show no person."""
    named = [
        (where, name) for where, page in html(walks) for name in CHILDREN if name in page.title
    ]
    assert named == []


def test_no_address_holds_a_name_a_number_or_a_search(walks: dict[str, dict[str, Page]]) -> None:
    """Links and forms consist of fixed words, ids and codes alone."""
    links = {(where, link) for where, page in html(walks) for link in page.links}
    own = [one for one in links if not one[1].startswith(("/static/", "#"))]
    assert [one for one in own if not ADDRESS.fullmatch(one[1])] == []
    plain = [(where, unquote(link)) for where, link in links]
    assert [one for one in plain if any(name in one[1] for name in (*CHILDREN, *PINS))] == []


def test_no_search_gets_into_an_address(world: World, undone: None) -> None:
    """What is typed into a search comes back in the page, never in an address."""
    for address in ("/register/", "/find/"):
        page = world.desks["aigul"].send(address, {"name": "Канарбек"})
        assert page.status == 200
        assert "Канарбек" in page.text
        assert not [link for link in page.links if "Канарбек" in unquote(link)]


def test_what_is_typed_is_sent_by_post(walks: dict[str, dict[str, Page]]) -> None:
    """A form that is sent in the address holds choices alone, never a field to type into."""
    wrong = []
    for where, page in html(walks):
        gets = {one.form for one in page.all("form") if one.attributes.get("method") != "post"}
        for one in page.all("input", type="*"):
            chosen = one.attributes["type"] in {"hidden", "radio", "checkbox"}
            # Days say nothing of anybody.
            chosen |= page.code in OF_DAYS and one.attributes["name"] in DAYS
            if one.form in gets and not chosen:
                wrong.append((where, one.attributes["name"]))
    assert wrong == []


def test_no_address_after_saving_holds_a_name(world: World, undone: None) -> None:
    """Where one is led after saving is made of ids."""
    desk = world.desks["aigul"]
    child = desk.act("/do/identify-child/", "identify_child", **CHILD | TODAY)
    report = desk.act("/do/receive-report/", "receive_report", **REPORT)
    for page in (child, report):
        assert ADDRESS.fullmatch(page.response["Location"])


def test_each_action_button_names_its_operation(walks: dict[str, dict[str, Page]]) -> None:
    """Checks hang on the operation of a button, not on its words."""
    wrong = []
    for where, page in html(walks):
        gets = {one.form for one in page.all("form") if one.attributes.get("method") != "post"}
        for button in page.all("button"):
            plain = button.attributes.get("name") or button.attributes.get("type") == "button"
            hidden = button.attributes.get("aria-hidden") == "true"
            named = OPERATION.fullmatch(button.attributes.get("data-operation", ""))
            if not (plain or hidden or named or not button.form or button.form in gets):
                wrong.append((where, button))
    assert wrong == []


def test_every_page_forbids_keeping_it(walks: dict[str, dict[str, Page]]) -> None:
    """No personal page stays in a cache."""
    kept = [
        where for where, page in found(walks) if page.response.get("Cache-Control") != "no-store"
    ]
    assert kept == []


def test_ids_are_not_doubled(walks: dict[str, dict[str, Page]]) -> None:
    """Labels, errors and links within a page find the one element they mean."""
    doubled = {}
    for where, page in html(walks):
        ids = page.values("id")
        if len(set(ids)) != len(ids):
            doubled[where] = sorted({one for one in ids if ids.count(one) > 1})
    assert doubled == {}


def test_every_error_leads_to_its_field(world: World, undone: None) -> None:
    """Each line of the summary is linked to an element that is there."""
    for address, operation in (
        ("/do/receive-report/", "receive_report"),
        ("/do/identify-child/", "identify_child"),
        ("/do/record-round/", "record_round"),
        (f"/cases/{world.places['suzak'].case}/record-visit/", "record_visit"),
        (f"/cases/{world.places['suzak'].case}/protect-now/", "protect_now"),
    ):
        page = world.desks["aigul"].act(address, operation)
        ids = set(page.values("id"))
        anchors = [
            one.attributes["href"][1:]
            for one in page.all("a")
            if one.attributes["href"].startswith("#") and one.attributes["href"] != "#main"
        ]
        assert page.status == 422
        assert page.refusals
        assert set(anchors) <= ids, (address, set(anchors) - ids)


def test_a_form_reached_by_address_says_who_may(world: World, undone: None) -> None:
    """A button that may not be used is absent; its form by address names who may."""
    case = f"/cases/{world.places['suzak'].case}/"
    desk = world.desks["aigul"]
    page = desk.open(f"{case}register-child/")
    assert "register_child" not in desk.open(case).operations
    assert (page.status, page.refusals) == (403, ["not_permitted"])
    assert "This may be done by: head of department, child-protection specialist." in page.text


def test_every_act_has_its_help_and_says_what_it_is_for(world: World, undone: None) -> None:
    """Each operation stands in the index of help, with a page that holds more than who may."""
    desk = world.desks["head"]
    index = desk.open("/help/").links
    pages = {name: f"/help/{name.replace('_', '-')}/" for name in Operation.registry}
    assert [name for name, address in pages.items() if address not in index] == []
    said = {
        name: desk.open(address).all("p", class_="govuk-body") for name, address in pages.items()
    }
    assert [name for name, found in said.items() if len(found) < 3] == []


@pytest.mark.parametrize("language", ["ky", "ru", "kk", "en"])
def test_faults_speak_the_readers_language(world: World, language: str, undone: None) -> None:
    """404 and 403 in four languages, with an incident number, the way back, nothing technical."""
    compile_catalogues()
    titles = set()
    for address in ("/cases/019cac7d-0000-7000-8000-000000000000/", "/nowhere/", "/roster/"):
        page = Desk("daniyar", world.cast.time, language=language).open(address)
        assert page.status in {403, 404}
        assert page.all("html")[0].attributes["lang"] == language
        assert page.all(data_incident="*")[0].text.strip()
        assert "/" in [one.attributes["href"] for one in page.all("a", role="button")]
        assert "Traceback" not in page.text
        titles.add(page.title)
    assert len(titles) == 2


def test_who_decides_reads_what_was_proposed_and_what_is_still_due(world: World) -> None:
    """The form of the decision says who proposed, why, and which notices are outstanding."""
    cast = world.cast
    case, desk = registered(cast), world.desks["aigul"]
    removal = desk.act(f"/cases/{case}/protect-now/", "protect_now", **a_removal(cast.today))
    assert removal.status == 303
    assert "Where the child sleeps" in desk.open(f"/cases/{case}/").text
    proposed(cast, case, "returned_to_family")
    shown = world.desks["bakyt"].open(f"/cases/{case}/decide-taking-off/").text
    assert "Returned to the family" in shown
    assert "Seen at three visits." in shown
    assert "Still due:" in shown


def test_who_screens_keeps_the_child_unless_somebody_else_is_chosen(world: World) -> None:
    """The worker on duty is chosen already as who goes there first."""
    report = world.places["suzak"].report
    form = world.desks["aigul"].open(f"/reports/{report}/screen-report/")
    chosen = [one for one in form.all("input", name="assign_to") if "checked" in one.attributes]
    chosen += [one for one in form.all("option") if "selected" in one.attributes]
    assert str(world.cast.aigul.post) in {one.attributes.get("value") for one in chosen}
