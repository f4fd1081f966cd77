"""Back to what was typed: after a refused form, and after a search, with and without script."""

from typing import cast

import pytest
from playwright.sync_api import Error, expect

from tests.browser.conftest import SignIn
from tests.browser.person import Person

HELP = "/help/"


def refused_report(person: Person) -> None:
    """A report of two children is refused: where it was is missing."""
    person.open("/do/receive-report/")
    person.fill(worry="neglect", children__0__description="Кызыл куртка")
    person.page.click("button[name=add][value=children]")
    person.fill(children__1__description="Сиңдиси", seen_or_said="Эки күн жалгыз")
    person.save("receive_report")
    assert "field_required" in person.refusals


def typed(person: Person) -> list[str]:
    """What stands in the form."""
    names = ("children-0-description", "children-1-description", "seen_or_said")
    return [person.input(name).input_value() for name in names]


def test_back_to_a_refused_form_shows_what_was_typed(sign_in: SignIn) -> None:
    """One looks something up in the help and comes back: nothing is typed twice."""
    aigul = sign_in("aigul")
    refused_report(aigul)
    aigul.open(HELP)
    aigul.page.go_back()
    aigul.page.wait_for_selector("[name=children-1-description]")
    assert typed(aigul) == ["Кызыл куртка", "Сиңдиси", "Эки күн жалгыз"]
    assert aigul.input("worry").input_value() == "neglect"


def test_what_was_typed_is_locked_in_the_browser(sign_in: SignIn) -> None:
    """The entry of the history holds no text that another session could read."""
    aigul = sign_in("aigul")
    refused_report(aigul)
    held = "new TextDecoder().decode(history.state.locked)"
    assert "description" not in cast("str", aigul.page.evaluate(held))


def test_back_to_a_search_shows_what_was_found(sign_in: SignIn) -> None:
    """From a child that was found back to the list of those found."""
    aigul = sign_in("aigul")
    aigul.open("/register/")
    aigul.fill(name="Артка")
    aigul.press("search_register")
    found = aigul.page.locator("main").inner_text()
    aigul.open(HELP)
    aigul.page.go_back()
    expect(aigul.input("name")).to_have_value("Артка")
    assert aigul.page.locator("main").inner_text() == found


def test_without_script_the_browser_sends_a_refused_form_again(sign_in: SignIn) -> None:
    """The browser asks before it sends the form again; then all of it is there, refused as before."""
    aigul = sign_in("aigul", script=False)
    refused_report(aigul)
    aigul.open(HELP)
    with pytest.raises(Error, match="ERR_CACHE_MISS"):
        aigul.page.go_back()
    # The browser's own page stands for a moment after the answer was missed.
    aigul.page.wait_for_url("chrome-error://**")
    aigul.page.reload()
    assert typed(aigul) == ["Кызыл куртка", "Сиңдиси", "Эки күн жалгыз"]
