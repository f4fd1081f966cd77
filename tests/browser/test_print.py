"""Pages on paper: as wide as A4, who printed and when, nothing that one could only press."""

import re
from typing import Any

import pytest

from tests.browser import journey
from tests.browser.conftest import SignIn
from tests.browser.looking import SIDEWAYS
from tests.browser.person import Person

# A4 between its margins of 15 mm, in CSS pixels.
WIDTH, HEIGHT = 680, 980
NOT_ON_PAPER = (
    "nav, .k-language, .k-account, .k-footer, .k-actions, .k-filters, .govuk-back-link, main button,"
    " .k-alarm, .govuk-summary-list__actions, [data-operation=correct_fact]"
)


def on_paper(person: Person) -> dict[str, Any]:
    """What is wrong with a page on paper; and the line that says who printed it."""
    page = person.page
    page.emulate_media(media="print")
    page.set_viewport_size({"width": WIDTH, "height": HEIGHT})
    pressed = page.locator(NOT_ON_PAPER)
    found = {
        "wide": max(page.evaluate(SIDEWAYS), 0),
        "pressed": [one.inner_text() for one in pressed.all() if one.is_visible()],
        "title": page.locator("h1").is_visible(),
        "printed": page.locator(".k-print-only").inner_text(),
    }
    page.emulate_media(media="null")
    return found


@pytest.fixture
def cases(sign_in: SignIn) -> journey.Cases:
    """Two children, of whom one was taken to safety: its page holds notices and a history."""
    aigul = sign_in("aigul")
    cases = journey.urgent_report(aigul, "Басма айылы")
    journey.read_and_accept(aigul, cases)
    journey.identify(aigul, cases, "Басмаева")
    journey.protect(aigul, cases)
    return cases


def test_what_is_printed(cases: journey.Cases, sign_in: SignIn) -> None:
    """Case, report, register, figures, the duty roster and the mornings of three posts."""
    everyday = ("/", "/register/", "/rounds/", "/duty/", "/roster/", "/figures/?by=district")
    for name, pages in (
        ("aigul", ("/",)),
        ("bakyt", ("/", cases.children[1], cases.report)),
        ("head", everyday),
    ):
        person = sign_in(name)
        for address in pages:
            person.open(address)
            found = on_paper(person)
            line = found.pop("printed")
            assert found == {"wide": 0, "pressed": [], "title": True}, address
            assert person.name in line, address
            assert re.search(r"\d\d\.\d\d\.\d{4} \d\d:\d\d", line), address
