"""Signing in with a passkey, and a session that ends by itself, as a browser has them."""

from collections.abc import Callable

from playwright.sync_api import Page

from tests.browser.conftest import Desk
from tests.browser.person import Person

FACTORS = "/account/factors/"


def with_authenticator(page: Page) -> None:
    """Give the browser a passkey of its own, as a telephone with a lock has."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    session.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )


def code(page: Page) -> str:
    """The page's own code."""
    return str(page.locator("body").get_attribute("data-page"))


def press(page: Page, operation: str) -> None:
    """Press the button of an operation and wait for the next page."""
    with page.expect_navigation():
        page.locator(f"[data-operation={operation}]:visible").first.click()


def test_a_passkey_is_set_up_then_asked_for_and_lets_in_without_a_password(
    desk: Desk, sign_in: Callable[..., Person]
) -> None:
    person = sign_in("cholpon")
    page = person.page
    with_authenticator(page)
    page.goto(f"{FACTORS}passkey/")
    page.fill("#name", "Telephone")
    press(page, "set_up_passkey")
    assert code(page) == "access.factor.codes"
    assert page.locator("[data-code]").count() == 10
    page.goto(FACTORS)
    assert "Telephone" in page.locator("main").inner_text()

    press(page, "sign_out") if page.locator("[data-operation=sign_out]:visible").count() else None
    page.context.clear_cookies()
    page.goto("/sign-in/")
    page.fill("#username", "cholpon")
    page.fill("#password", desk.passwords["cholpon"])
    press(page, "sign_in")
    assert code(page) == "access.session.second"
    press(page, "second_step_by_passkey")
    assert code(page) == "cases.day.show"

    page.context.clear_cookies()
    page.goto("/sign-in/")
    press(page, "sign_in_by_passkey")
    assert code(page) == "cases.day.show"
    page.goto("/account/")
    assert "passkey" in page.locator("[data-session]").first.inner_text().lower()


def test_a_session_that_ends_warns_covers_the_page_and_loses_nothing(
    desk: Desk, sign_in: Callable[..., Person]
) -> None:
    """The page's clock is moved on; the server ends the session as after thirty minutes."""
    person = sign_in("nurlan")
    page = person.page
    page.clock.install()
    page.goto("/do/receive-report/")
    page.fill("[name=place]", "Massy, 12")
    left = {"seconds": 100}
    page.route("**/account/idle/", lambda route: route.fulfill(json={"left": left["seconds"]}))
    page.clock.run_for(28 * 60 * 1000)
    warning = page.locator("[data-idle=warning]")
    warning.wait_for(state="visible")
    left["seconds"] = 1800
    warning.locator("button").click()
    warning.wait_for(state="hidden")
    left["seconds"] = 0
    page.clock.run_for(29 * 60 * 1000)
    page.locator("[data-idle=ended]").wait_for(state="visible")
    assert not page.locator("main").is_visible()
    page.unroute("**/account/idle/")
    page.context.clear_cookies(name="sessionid")
    with page.expect_navigation():
        page.locator("[data-idle=ended] a").click()
    assert code(page) == "access.session.begin"
    page.fill("#username", "nurlan")
    page.fill("#password", desk.passwords["nurlan"])
    press(page, "sign_in")
    press(page, "send_held_form")
    assert page.input_value("[name=place]") == "Massy, 12"
