"""A report and a visit by keyboard alone: focus is seen, nothing traps it, faults take it."""

from playwright.sync_api import Page

from tests.browser import journey
from tests.browser.conftest import SignIn
from tests.browser.person import Person

MOST_STEPS = 250
FOCUSED = "document.activeElement"
SEEN = """() => {
  const one = document.activeElement;
  const look = getComputedStyle(one);
  const label = one.nextElementSibling ? getComputedStyle(one.nextElementSibling, '::before') : look;
  return one.matches(':focus-visible') &&
    [look.outlineStyle, look.boxShadow, label.boxShadow, label.outlineStyle].some((part) => part !== 'none')
}"""


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until the element has the focus, which must be seen on every step."""
    for _ in range(MOST_STEPS):
        page.keyboard.press("Tab")
        if page.evaluate(f"{FOCUSED} === document.body"):
            continue
        assert page.evaluate(SEEN), page.evaluate(f"{FOCUSED}.outerHTML")
        if page.evaluate(f"{FOCUSED}.matches({selector!r})"):
            return
    raise AssertionError(f"{selector} is out of the keyboard's reach")


def choose(page: Page, name: str, value: str) -> None:
    """Choose one answer: arrows move between the answers of a group or a list."""
    tab_to(page, f'[name="{name}"]')
    if page.evaluate(f"{FOCUSED}.type") == "radio":
        page.keyboard.press("Space")
    for _ in range(40):
        if page.evaluate(f"{FOCUSED}.value") == value:
            return
        page.keyboard.press("ArrowDown")
    raise AssertionError(f"{name} has no answer {value}")


def write(page: Page, name: str, text: str) -> None:
    """Type into a field."""
    tab_to(page, f'[name="{name}"]')
    page.keyboard.type(text)


def press(page: Page, selector: str) -> None:
    """Press a button or follow a link."""
    tab_to(page, selector)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def test_a_report_by_keyboard(sign_in: SignIn) -> None:
    """From the first page to the receipt; an empty form leads to its faults first."""
    aigul = sign_in("aigul")
    page = aigul.page
    aigul.open("/")
    page.keyboard.press("Tab")
    assert page.evaluate(f"{FOCUSED}.matches('.govuk-skip-link')")
    page.keyboard.press("Enter")
    press(page, 'main [data-operation="receive_report"]')
    press(page, 'form .k-actions [data-operation="receive_report"]')
    assert page.evaluate(f"{FOCUSED}.matches('[data-error-summary]')")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate(f"{FOCUSED}.name") == "worry"
    page.reload()
    aigul.open("/do/receive-report/")
    choose(page, "worry", "neglect")
    choose(page, "danger_now", "no")
    write(page, "children-0-description", "Бала")
    choose(page, "territory", journey.SUZAK)
    write(page, "place", "Клавиатура")
    write(page, "seen_or_said", "Көрдү")
    choose(page, "source", "school")
    press(page, 'form .k-actions [data-operation="receive_report"]')
    assert aigul.code == "cases.report.received"


def test_a_visit_by_keyboard(sign_in: SignIn) -> None:
    """One child seen with a concern, one not seen; what is asked only then is in reach."""
    aigul = sign_in("aigul")
    cases = journey.urgent_report(aigul, "Keyboard visit")
    journey.read_and_accept(aigul, cases)
    journey.identify(aigul, cases, "Баскычова")
    aigul.open(cases.children[0])
    page = aigul.page
    press(page, '[data-operation="record_visit"]')
    choose(page, "kind", "home")
    choose(page, "children-0-seen", "with_others")
    answer_all(aigul, 0)
    choose(page, "children-1-seen", "not_seen")
    choose(page, "children-1-not_seen_reason", "refused")
    press(page, 'form .k-actions [data-operation="record_visit"]')
    assert aigul.refusals == []
    assert aigul.code == "cases.case.show"


def answer_all(person: Person, row: int) -> None:
    """The four questions of one child: one concern, the others denied."""
    questions = (
        ("injury_fear_word", "no"),
        ("harmful_person_access", "no"),
        ("no_able_adult_tonight", "no"),
        ("basics_missing", "yes"),
    )
    for question, answer in questions:
        choose(person.page, f"children-{row}-{question}", answer)
