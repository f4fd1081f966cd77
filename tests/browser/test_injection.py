"""A page into which somebody gets a script: the browser itself stops it, and says so."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Error, Route

from tests.browser.conftest import SignIn
from tests.browser.person import Screen

HIT = "window.hit = true"
PLANTED = (
    f"<script>{HIT}</script>",
    f'<img src="/nowhere.png" onerror="{HIT}">',
    f'<svg onload="{HIT}"></svg>',
    '<iframe srcdoc="<script>parent.hit = true</script>"></iframe>',
    f'<a id="planted" href="javascript:{HIT}">.</a>',
    '<script src="https://elsewhere.invalid/hit.js"></script>',
    '<form action="https://elsewhere.invalid/"><button id="planted">.</button></form>',
    '<base href="https://elsewhere.invalid/">',
)
SINKS = {
    "innerHTML": "document.body.innerHTML = '<img src=x>'",
    "outerHTML": "document.body.lastElementChild.outerHTML = '<b></b>'",
    "insertAdjacentHTML": "document.body.insertAdjacentHTML('beforeend', '<b></b>')",
    "DOMParser": "new DOMParser().parseFromString('<b></b>', 'text/html')",
    "a script's address": "document.createElement('script').src = '/static/kamkor/kamkor.js'",
    "a second policy": "trustedTypes.createPolicy('other', { createHTML: (text) => text })",
    "our policy again": "trustedTypes.createPolicy('kamkor', { createHTML: (text) => text })",
}


def opened(screen: Callable[..., Screen], planted: str = "") -> Screen:
    """The sign-in in a window, with this planted at the end of its body."""
    window = screen()

    def plant(route: Route) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, body=answer.text().replace("</body>", f"{planted}</body>"))

    if planted:
        window.page.route(re.compile("/sign-in/$"), plant)
    window.page.goto("/sign-in/")
    window.page.wait_for_load_state()
    return window


def complaints(window: Screen) -> list[str]:
    """What the browser said, forgotten by this; in every other journey each is a failure."""
    for _ in range(100):
        if window.faults:
            break
        window.page.wait_for_timeout(50)
    said, window.faults[:] = list(window.faults), []
    return said


@pytest.mark.parametrize("planted", PLANTED)
def test_what_is_planted_into_a_page_does_not_run(
    screen: Callable[..., Screen], planted: str
) -> None:
    window = opened(screen, planted)
    if window.page.locator("#planted").count():
        window.page.locator("#planted").click(force=True, no_wait_after=True)
    assert any("Content Security Policy" in said for said in complaints(window))
    assert window.page.evaluate("() => window.hit") is None
    assert window.page.url.endswith("/sign-in/")
    complaints(window)


@pytest.mark.parametrize("sink", SINKS)
def test_no_script_but_ours_makes_a_page_of_text(screen: Callable[..., Screen], sink: str) -> None:
    window = opened(screen)
    assert window.faults == []
    with pytest.raises(Error, match="TypeError"):
        window.page.evaluate(f"() => {{ {SINKS[sink]} }}")
    assert complaints(window) != []


def test_alarms_are_asked_for_anew_by_our_own_policy(sign_in: SignIn) -> None:
    """The strip is replaced from the answer, and the number in the title with it."""
    worker = sign_in("aigul")
    said = '<div role="alert" data-alarms="3" data-mark="new">3 alarms</div>'
    page = worker.page
    page.route(re.compile("/alarms"), lambda route: route.fulfill(body=said))
    page.clock.install()
    page.reload()
    assert page.locator("[data-poll]").count() == 1
    page.clock.run_for(61_000)
    page.wait_for_selector('#alarms [data-mark="new"]')
    assert page.title().startswith("(3) ")
