"""Back to what was typed: after a refused form, and after a search, with and without script."""

from typing import cast

import pytest
from playwright.sync_api import Error, expect

from tests.browser import journey
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


def stands(person: Person, **typed: str) -> None:
    """Wait until this stands in the form; ``__`` stands for ``-``."""
    for name, text in typed.items():
        expect(person.input(name.replace("__", "-"))).to_have_value(text)


@pytest.mark.parametrize("script", [True, False])
def test_back_from_the_refusal_to_the_form_shows_its_numbers(sign_in: SignIn, script: bool) -> None:
    """A round of which one field is missing: numbers and the day stand there as the texts do."""
    aigul = sign_in("aigul", script=script)
    aigul.open("/do/record-round/")
    counts = {"visited": "41", "nobody_home": "7", "refused": "2", "happened_on": "03.04.2026"}
    aigul.fill(**counts)
    aigul.save("record_round")
    assert "field_required" in aigul.refusals
    aigul.page.go_back()
    stands(aigul, **counts)
    assert aigul.refusals == []


def test_back_from_the_refusal_keeps_what_was_typed_after_a_row_was_added(sign_in: SignIn) -> None:
    """The page with the second child was itself an answer: also what was typed on it is kept."""
    aigul = sign_in("aigul")
    refused_report(aigul)
    aigul.page.go_back()
    stands(aigul, children__1__description="Сиңдиси", seen_or_said="Эки күн жалгыз")


def test_back_from_the_refusal_in_every_form_of_a_case(sign_in: SignIn) -> None:
    """Identification with its PIN, a visit with its minutes, a correction."""
    aigul = sign_in("aigul")
    cases = journey.urgent_report(aigul, "Артка кайтуу айылы")
    journey.read_and_accept(aigul, cases)
    first = cases.children[0]
    for form, typed in (
        ("identify_child", {"pin": "12345", "born__year": "2016", "difficulty": "Жалгыз"}),
        ("record_visit", {"minutes": "35", "changed": "Көмүр жок", "next_on": "01.12.2030"}),
    ):
        if form == "record_visit":
            journey.identify(aigul, cases, "Артыкова")
        aigul.open(f"{first}{form.replace('_', '-')}/")
        aigul.fill(**typed)
        aigul.save(form)
        assert aigul.refusals, form
        aigul.page.go_back()
        stands(aigul, **typed)
    aigul.open(first)
    aigul.page.locator("a[href*='/correct/identification/']").first.click()
    aigul.fill(difficulty="Апасы Россияда")
    aigul.save("correct_fact")
    assert aigul.refusals
    aigul.page.go_back()
    stands(aigul, difficulty="Апасы Россияда")


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
