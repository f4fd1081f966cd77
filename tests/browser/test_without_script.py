"""The main acts with scripts switched off: everything is shown, and everything works."""

from tests.browser import journey
from tests.browser.conftest import SignIn


def test_report_to_visit_without_script(sign_in: SignIn) -> None:
    """Report, reading, screening, identification, registration, visit, removal, taking back."""
    aigul, bakyt = sign_in("aigul", script=False), sign_in("bakyt", script=False)
    cases = journey.urgent_report(aigul, "Without script")
    journey.read_and_accept(aigul, cases)
    journey.identify(aigul, cases, "Скриптсиз")
    journey.register(bakyt, cases)
    aigul.open(cases.children[0])
    aigul.begin("record_visit")
    assert aigul.input("children-0-none_of_these").is_enabled()
    assert aigul.input("children-1-lives_with").is_visible()
    aigul.fill(kind="home", children__0__seen="alone", children__0__none_of_these="yes")
    aigul.fill(children__1__seen="not_seen", children__1__not_seen_reason="nobody_home")
    aigul.save("record_visit")
    assert aigul.refusals == []
    assert aigul.offers("take_back")
    journey.protect(aigul, cases)


def test_rows_are_added_and_taken_out_without_script(sign_in: SignIn) -> None:
    """What was typed stays while rows come and go."""
    aigul = sign_in("aigul", script=False)
    aigul.open("/do/receive-report/")
    aigul.fill(children__0__description="Биринчи", place="Айыл")
    aigul.page.click("button[name=add][value=children]")
    aigul.fill(children__1__description="Экинчи")
    aigul.page.click("button[name=remove][value=children-0]")
    assert aigul.input("children-0-description").count() == 0
    assert aigul.input("children-1-description").input_value() == "Экинчи"
    assert aigul.input("place").input_value() == "Айыл"


def test_search_filters_and_language_without_script(sign_in: SignIn) -> None:
    """Searching leaves no name in the address; filters stand in it as codes."""
    aigul = sign_in("aigul", script=False)
    aigul.open("/register/")
    aigul.fill(name="Скриптсиз")
    aigul.press("search_register")
    assert "?" not in aigul.page.url
    aigul.open("/register/?risk=high&state=open")
    assert aigul.input("risk").input_value() == "high"
    aigul.page.click("[name=language][value=ru]")
    assert aigul.language == "ru"
