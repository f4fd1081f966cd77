"""Takes the pictures of the README and the documents from the demo: ``docs/pictures/*.png``."""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tools.demo_desk import DemoDesk, chromium, demo_desk  # noqa: E402 - after the path is set

PICTURES = ROOT / "docs" / "pictures"
DESK = {"width": 1280, "height": 900}
PHONE = {"width": 360, "height": 740}
LIMIT = 250_000
"""Bytes a picture may have."""


def day(page: Page) -> None:
    """The first page of the day, without the steps of the very first."""
    page.goto("/")
    page.evaluate(
        "document.querySelector('[data-operation=first_steps_seen]')?.closest('section').remove()"
    )


def case(page: Page) -> None:
    """A child of high risk who was seen."""
    page.goto("/register/?risk=high")
    page.locator("tbody tr:not(:has(.k-badge--sealed)) th a").first.click()


def visit(page: Page) -> None:
    """The form of a visit, with one answer given."""
    case(page)
    page.locator('[data-operation="record_visit"]').first.click()
    page.check('[name="children-0-seen"] >> nth=0')
    page.locator('[name="children-0-seen"]').first.scroll_into_view_if_needed()
    page.evaluate("window.scrollTo(0, document.querySelector('.k-row').offsetTop - 20)")


def duty(page: Page) -> None:
    """The duty desk with its alarms."""
    page.goto("/duty/")


@dataclass(frozen=True)
class Shot:
    """One picture: whose screen, how large, and how one gets there."""

    name: str
    username: str
    size: dict[str, int]
    show: Callable[[Page], None]


SHOTS = (
    Shot("day", "aigul", DESK, day),
    Shot("case", "aigul", DESK, case),
    Shot("morning", "head", DESK, day),
    Shot("phone-day", "aigul", PHONE, day),
    Shot("phone-duty", "aigul", PHONE, duty),
    Shot("phone-case", "aigul", PHONE, case),
    Shot("phone-visit", "aigul", PHONE, visit),
)


def take(browser: Browser, desk: DemoDesk, shot: Shot) -> int:
    """Take one picture; returns its size in bytes."""
    window = browser.new_context(
        viewport={"width": shot.size["width"], "height": shot.size["height"]},
        base_url=desk.address,
        color_scheme="light",
    )
    page = window.new_page()
    desk.sign_in(page, shot.username, "en")
    shot.show(page)
    page.evaluate("document.fonts.ready")
    path = PICTURES / f"{shot.name}.png"
    page.screenshot(path=path, caret="hide")
    window.close()
    return path.stat().st_size


def main() -> int:
    """Take all pictures; 1 if one is too large to stand in the repository."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    too_large = 0
    with demo_desk() as desk, chromium() as browser:
        for shot in SHOTS:
            size = take(browser, desk, shot)
            too_large += size > LIMIT
            print(f"docs/pictures/{shot.name}.png {size // 1000} kB")
    print(f"{len(SHOTS)} pictures, {too_large} too large")
    return 1 if too_large else 0


if __name__ == "__main__":
    raise SystemExit(main())
