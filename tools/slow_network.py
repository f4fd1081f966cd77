"""Measures how soon pages can be used at 50 kbit/s and 800 ms: first visit 20 s, others 8 s."""

import sys
import time
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tools.demo_desk import chromium, demo_desk

LATENCY_MS = 800
BYTES_PER_SECOND = 50_000 / 8
FIRST_SECONDS = 20.0
LATER_SECONDS = 8.0
PAGES = ("/", "/duty/", "/register/", "/do/receive-report/", "/find/", "/help/")


@dataclass(frozen=True)
class Measured:
    """One page: seconds until its content stands and its scripts have run, and its limit."""

    address: str
    seconds: float
    limit: float


def slow_down(page: Page) -> None:
    """From now on this page's network is that of a village."""
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.send(
        "Network.emulateNetworkConditions",
        {
            "offline": False,
            "latency": LATENCY_MS,
            "downloadThroughput": BYTES_PER_SECOND,
            "uploadThroughput": BYTES_PER_SECOND,
        },
    )


def visit(page: Page, address: str, limit: float) -> Measured:
    """Go to an address and wait until the page can be used; letters may still be on their way."""
    begun = time.monotonic()
    page.goto(address, wait_until="domcontentloaded", timeout=120_000)
    return Measured(address, time.monotonic() - begun, limit)


def main() -> int:
    """Print a line for each page; 1 if one takes longer than it may."""
    measured = []
    with demo_desk() as desk, chromium() as browser:
        stranger = browser.new_context(base_url=desk.address).new_page()
        slow_down(stranger)
        measured.append(visit(stranger, "/sign-in/", FIRST_SECONDS))
        page = browser.new_context(base_url=desk.address).new_page()
        desk.sign_in(page, "aigul", "ky")
        case = page.locator("tbody th a").first.get_attribute("href") or "/"
        slow_down(page)
        measured += [
            visit(page, address, LATER_SECONDS)
            for address in (*PAGES, case, f"{case}record-visit/")
        ]
    for one in measured:
        late = "" if one.seconds <= one.limit else "  LATE"
        place = "/cases/..." if one.address.startswith("/cases/") else one.address
        print(f"{place:24} {one.seconds:5.1f} s of {one.limit:.0f}{late}")
    missed = sum(one.seconds > one.limit for one in measured)
    print(f"{len(measured)} pages, {missed} late")
    return 1 if missed else 0


if __name__ == "__main__":
    raise SystemExit(main())
