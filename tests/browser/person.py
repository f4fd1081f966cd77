"""One person at the desk in a browser: finds acts and inputs by their codes, never by words."""

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Browser, ConsoleMessage, Locator, Page

DESK_WIDTH = 1280
HEIGHT = 900
# A refusal and a page that is not there are answers; Chromium notes them as errors all the same.
EXPECTED = ("the server responded with a status of 4",)


class Screen:
    """One window with its own session; what its console complains of is kept in ``faults``."""

    def __init__(
        self, browser: Browser, address: str, *, width: int = DESK_WIDTH, script: bool = True
    ) -> None:
        self.address = address
        self.context = browser.new_context(
            viewport={"width": width, "height": HEIGHT},
            java_script_enabled=script,
            base_url=address,
        )
        self.context.set_default_timeout(15_000)
        self.faults: list[str] = []
        self.page: Page = self.context.new_page()
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda fault: self.faults.append(str(fault)))

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not any(text in message.text for text in EXPECTED):
            self.faults.append(f"{self.page.url}: {message.text}")

    def close(self) -> None:
        """Close the window and end its session."""
        self.context.close()


class Person:
    """Somebody of the cast in front of a screen.

    ``look`` is called with the page after each step, to look at it as a whole.
    """

    def __init__(
        self, screen: Screen, username: str, look: Callable[[Page], None] | None = None
    ) -> None:
        self.screen = screen
        self.page = screen.page
        self.username = username
        self.look = look or (lambda _page: None)

    def sign_in(self, password: str, language: str) -> None:
        """Sign in by the form, and choose the language at the top."""
        self.page.goto("/sign-in/")
        self.page.fill("[name=username]", self.username)
        self.page.fill("[name=password]", password)
        self.press("sign_in")
        self.page.click(f"[name=language][value={language}]")
        assert self.language == language

    @property
    def code(self) -> str:
        """Which page this is, as its body says."""
        return self.page.locator("body").get_attribute("data-page") or ""

    @property
    def language(self) -> str:
        """The language of the page."""
        return self.page.locator("html").get_attribute("lang") or ""

    @property
    def refusals(self) -> list[str]:
        """The codes of what the page refuses, each once, in order."""
        found = self.page.locator("[data-refusal]")
        codes = [found.nth(at).get_attribute("data-refusal") or "" for at in range(found.count())]
        return list(dict.fromkeys(codes))

    @property
    def name(self) -> str:
        """The person's own name, as the header shows it."""
        return self.page.locator(".k-account summary").inner_text().strip()

    @property
    def department(self) -> str:
        """The name of the person's own office, as the footer shows it."""
        return self.page.locator(".k-footer p").first.inner_text().strip()

    def figure(self, name: str) -> int:
        """A number that the page shows."""
        return int(self.page.locator(f'[data-figure="{name}"]').first.inner_text())

    def offers_figure(self, name: str) -> bool:
        """Whether the page shows this number."""
        return self.page.locator(f'[data-figure="{name}"]').count() > 0

    def offers(self, operation: str) -> bool:
        """Whether the page has a button or link for an act."""
        return self.page.locator(f'[data-operation="{operation}"]').count() > 0

    def open(self, address: str) -> None:
        """Go to an address."""
        self.page.goto(address)
        self.look(self.page)

    def press(self, operation: str) -> None:
        """Press the first button or link of an act and wait for what comes."""
        self.page.locator(f'[data-operation="{operation}"]').first.click()
        self.page.wait_for_load_state()

    def begin(self, operation: str) -> None:
        """Open the form of an act from the page one is on."""
        self.press(operation)
        self.look(self.page)

    def fill(self, **values: Any) -> None:  # noqa: ANN401 - texts, codes or lists of codes
        """Fill a form in, each input by its name; ``__`` stands for ``-``."""
        for key, value in values.items():
            self._fill_one(key.replace("__", "-"), value)

    def _fill_one(self, name: str, value: Any) -> None:  # noqa: ANN401 - see fill
        found = self.input(name)
        if found.first.get_attribute("type") in {"radio", "checkbox"}:
            for one in value if isinstance(value, list) else [value]:
                self.page.check(f'[name="{name}"][value="{one}"]')
        elif found.first.evaluate("one => one.tagName") == "SELECT":
            found.select_option(str(value))
        else:
            found.fill(str(value))

    def choose(self, name: str, label: str) -> None:
        """Choose what begins with this label: people and offices have no codes to go by."""
        found = self.input(name)
        if found.first.get_attribute("type") == "radio":
            self.page.locator("label", has_text=label).first.click()
        else:
            option = found.locator("option", has_text=label).first
            found.select_option(option.get_attribute("value"))

    def input(self, name: str) -> Locator:
        """The inputs of a name."""
        return self.page.locator(f'[name="{name}"]')

    def save(self, operation: str) -> None:
        """Send the form of an act that is filled in."""
        self.page.locator(f'form button[data-operation="{operation}"]').last.click()
        self.page.wait_for_load_state()
        self.look(self.page)

    def do(self, operation: str, **values: Any) -> None:  # noqa: ANN401 - see fill
        """Open an act's form, fill it in and send it; nothing may be refused."""
        self.begin(operation)
        self.fill(**values)
        self.save(operation)
        assert self.refusals == [], (operation, self.refusals, self.page.url)
