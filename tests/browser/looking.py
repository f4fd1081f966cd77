"""Looking at a page as a whole: accessible, never too wide, nothing outside its card, large text."""

from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

WIDTHS = (1280, 360)
NARROWEST = 320
CARD_WIDTHS = (1280, 800, 360)
# How far the page itself can be scrolled sideways; lists scroll inside their own box.
SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
# What reaches beyond the right edge, for whoever has to mend it.
BEYOND = """() => [...document.querySelectorAll('body *')]
  .filter((one) => one.children.length === 0 &&
    one.getBoundingClientRect().right > document.documentElement.clientWidth)
  .map((one) => one.textContent.trim().slice(0, 40)).slice(0, 3).join(' / ')"""
# What a card holds but does not enclose; a name for the eye of a reader alone takes no room.
OUTSIDE = """() => [...document.querySelectorAll('.k-card, .k-identity')].flatMap((card) => {
  const edge = card.getBoundingClientRect().right
  return [...card.querySelectorAll('a, button, dt, dd, li, .k-badge')]
    .filter((one) => one.getBoundingClientRect().right > edge)
    .map((one) => one.textContent.trim())
})"""
LARGE_TEXT = "document.documentElement.style.fontSize = '{size}'"


class Looking:
    """Looks at every page it is given; what is wrong is kept in ``found``.

    Not ``closely``, it only measures whether the page can be scrolled sideways. Closely it measures
    every card, and looks at each kind of page of each window once as it opens and once with what
    it refuses.
    """

    def __init__(self, *, closely: bool) -> None:
        self.closely = closely
        self.found: list[str] = []
        self.pages = 0
        self._seen: set[tuple[Page, str, bool]] = set()
        self._axe = Axe()

    def __call__(self, page: Page) -> None:
        """Look at one page and leave the window as it was."""
        self.pages += 1
        before = page.viewport_size or {"width": WIDTHS[0], "height": 900}
        self._sideways(page, f"{before['width']} px")
        if self.closely:
            self._cards(page, before["height"])
            if self._new(page):
                self._look_closely(page, before["height"])
        page.set_viewport_size(before)

    def _new(self, page: Page) -> bool:
        code = page.locator("body").get_attribute("data-page") or page.url
        # One address may show several lists: the heading and the tab are part of what it is.
        title = page.title() + page.url.partition("?")[2]
        kind = (page, f"{code} {title}", page.locator("[data-error-summary]").count() > 0)
        new = kind not in self._seen
        self._seen.add(kind)
        return new

    def _look_closely(self, page: Page, height: int) -> None:
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": height})
            self._accessible(page, width)
        page.set_viewport_size({"width": NARROWEST, "height": height})
        self._sideways(page, f"{NARROWEST} px")
        page.set_viewport_size({"width": WIDTHS[0], "height": height})
        page.evaluate(LARGE_TEXT.format(size="200%"))
        self._sideways(page, "200 % text")
        page.evaluate(LARGE_TEXT.format(size=""))

    def _cards(self, page: Page, height: int) -> None:
        for width in CARD_WIDTHS:
            page.set_viewport_size({"width": width, "height": height})
            for text in page.evaluate(OUTSIDE):
                self.found.append(f"{page.url}: out of its card at {width} px: {text}")

    def _sideways(self, page: Page, how: str) -> None:
        extra = page.evaluate(SIDEWAYS)
        if extra > 0:
            beyond = page.evaluate(BEYOND)
            self.found.append(f"{page.url}: {extra} px too wide at {how}: {beyond}")

    def _accessible(self, page: Page, width: int) -> None:
        results: dict[str, Any] = self._axe.run(page).response
        self.found += [
            f"{page.url} at {width} px: {fault['id']}: {node['target']}"
            for fault in results["violations"]
            for node in fault["nodes"]
        ]
