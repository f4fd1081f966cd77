"""Every other page of the desk, in Kyrgyz: accessible at two widths, never too wide.

In a release in all languages.
"""

import pytest

from tests.browser import journey
from tests.browser.conftest import SignIn
from tests.browser.languages import LOOKED_AT
from tests.browser.looking import Looking
from tests.browser.person import Person

LONG = ("Абдырахманкызыайжаркынайгүлмайрамкан" * 4)[:120]
PAGES = {
    "aigul": (
        ("/", "cases.day.show"),
        ("/duty/", "cases.report.queue"),
        ("/register/", "cases.register.list"),
        ("/register/?register=family", "cases.register.list"),
        ("/register/?state=open&ground=orphan&risk=high", "cases.register.list"),
        ("/find/", "people.person.find"),
        ("/account/", "access.account.show"),
        ("/help/", "web.help.list"),
        ("/help/case/", "web.help.screen"),
        ("/help/record-visit/", "web.help.operation"),
        ("/do/record-round/", ""),
        ("/do/identify-child/", ""),
        ("/nowhere/", "web.error.show"),
        ("/roster/", "workforce.roster.show"),
        ("/do/set-duty-turn/", "web.error.show"),
    ),
    "bakyt": (("/", "cases.day.show"),),
    "head": (
        ("/", "cases.morning.show"),
        ("/roster/", "workforce.roster.show"),
        ("/do/set-duty-turn/", ""),
        ("/do/record-leave/", ""),
    ),
    "daniyar": (("/", "figures.register.show"), ("/duty/", "web.error.show")),
    "elmira": (("/", "figures.register.show"), ("/register/", "cases.register.list")),
    "oblast": (("/", "figures.register.show"),),
    "admin": (("/", "access.account.list"),),
}


@pytest.fixture(params=LOOKED_AT)
def language(request: pytest.FixtureRequest) -> str:
    """Each language in which pages are looked at."""
    return str(request.param)


@pytest.mark.parametrize("username", list(PAGES))
def test_the_pages_of_a_post(sign_in: SignIn, username: str, language: str) -> None:
    """Each page of one post, looked at closely."""
    person = sign_in(username, language)
    person.look = looking = Looking(closely=True)
    for address, code in PAGES[username]:
        person.open(address)
        assert person.code == code or not code, address
    assert looking.found == []


def test_signing_in(sign_in: SignIn, language: str) -> None:
    """The sign-in page, a refused sign-in and the informant's page."""
    person = sign_in("aigul", language)
    person.page.locator(".k-account summary").click()
    person.look = looking = Looking(closely=True)
    person.save("sign_out")
    person.fill(username="aigul", password="wrong-password")
    person.save("sign_in")
    assert person.refusals == ["sign_in_refused"]
    person.open("/receipt/")
    person.fill(code="AAAA-AAAA-AAAA")
    person.save("ask_receipt")
    assert looking.found == []


@pytest.fixture
def long_named(sign_in: SignIn, language: str) -> tuple[Person, journey.Cases]:
    """A case whose child bears a name of 120 letters without a gap."""
    aigul = sign_in("aigul", language)
    cases = journey.urgent_report(aigul, "Узун ысым")
    journey.read_and_accept(aigul, cases)
    journey.identify(aigul, cases, LONG)
    return aigul, cases


def test_a_name_of_120_letters_breaks_no_page(long_named: tuple[Person, journey.Cases]) -> None:
    """Case, lists, search and forms keep their width; the whole name can be read."""
    aigul, cases = long_named
    aigul.look = looking = Looking(closely=True)
    for address in (cases.children[0], "/", "/register/?state=open"):
        aigul.open(address)
        assert LONG in aigul.page.locator("main").inner_text(), address
    for address in ("/register/", "/find/"):
        aigul.open(address)
        aigul.fill(name=LONG[:20])
        with aigul.page.expect_navigation():
            aigul.page.locator("form[role=search] button").click()
        aigul.look(aigul.page)
    assert looking.found == []


FORMS = (
    "assign-worker", "record-visit", "protect-now", "declare-interest", "register-child",
    "record-name", "give-safe-contact", "move-household",
)  # fmt: skip


def test_every_form_empty_and_refused(
    long_named: tuple[Person, journey.Cases], sign_in: SignIn, language: str
) -> None:
    """Each form of a case as it opens, and as it comes back with what was refused."""
    _, cases = long_named
    bakyt = sign_in("bakyt", language)
    bakyt.look = looking = Looking(closely=True)
    for form in FORMS:
        bakyt.open(f"{cases.children[0]}{form}/")
        bakyt.save(form.replace("-", "_"))
        assert bakyt.refusals, form
        assert bakyt.page.evaluate("document.activeElement.matches('[data-error-summary]')")
    assert looking.found == []
