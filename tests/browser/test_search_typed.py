"""The search before create answers while it is typed, and the arrows go through who was found."""

from playwright.sync_api import expect

from tests.browser import journey
from tests.browser.conftest import SignIn


def test_who_is_meant_is_shown_while_it_is_typed(sign_in: SignIn) -> None:
    """Nothing of what is typed stands in the address; the last answer stays."""
    aigul = sign_in("aigul")
    cases = journey.urgent_report(aigul, "Typing")
    journey.read_and_accept(aigul, cases)
    journey.identify(aigul, cases, "Терилүүчү")
    aigul.open("/find/")
    page = aigul.page
    page.locator("#name").press_sequentially("Те")
    page.wait_for_timeout(800)
    assert page.locator("#found tbody tr").count() == 0
    page.locator("#name").press_sequentially("рил")
    expect(page.locator("#found tbody tr").first).to_contain_text("Терилүүчү")
    assert page.url.endswith("/find/")
    assert page.locator("#name").input_value() == "Терил"
    page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement.matches('#found tbody a')")
    page.keyboard.press("ArrowUp")
    assert page.evaluate("document.activeElement.id") == "name"
    page.locator("#name").fill("Nobody Atall")
    button = page.locator("#found [data-operation=identify_child]")
    expect(page.locator("#found tbody tr")).to_have_count(0)
    button.click()
    page.wait_for_load_state()
    assert aigul.code == "cases.child.identify"
    assert aigul.input("surname").input_value() == "Nobody"
    assert aigul.input("given_name").input_value() == "Atall"


def test_a_search_without_script_begins_the_form(sign_in: SignIn) -> None:
    aigul = sign_in("aigul", script=False)
    aigul.open("/find/")
    aigul.fill(name="Эчким Жоков")
    aigul.press("find_person")
    aigul.press("identify_child")
    assert aigul.input("surname").input_value() == "Жоков"
    assert "?" not in aigul.page.url
