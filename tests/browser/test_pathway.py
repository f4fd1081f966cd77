"""The whole pathway in a real browser, in English and in Kyrgyz; in a release in all languages."""

import pytest

from tests.browser import journey
from tests.browser.conftest import SignIn
from tests.browser.languages import LOOKED_AT, WALKED, WIDTHS_WALKED
from tests.browser.looking import Looking

CHOLPON = "Чолпон Абдиева"
# A home of each language's own: a name met before would be offered as the same child.
SURNAMES = {"en": "Тестова", "ky": "Сынакова", "ru": "Пробина", "kk": "Байқаева"}


@pytest.mark.parametrize("width", WIDTHS_WALKED)
@pytest.mark.parametrize("language", WALKED)
def test_a_child_is_reported_protected_handed_on_taken_off_and_returns(
    sign_in: SignIn, language: str, width: int
) -> None:
    """Four people walk one child's way; in Kyrgyz every page of it is looked at closely."""
    looking = Looking(closely=language in LOOKED_AT)
    aigul, bakyt, specialist2, cholpon = (
        sign_in(name, language, width=width)
        for name in ("aigul", "bakyt", "specialist2", "cholpon")
    )
    for person in (aigul, bakyt, specialist2, cholpon):
        person.look = looking
    cases = journey.urgent_report(aigul, f"Сузак айылы, {language}, {width}")
    journey.read_and_accept(aigul, cases)
    journey.identify(aigul, cases, SURNAMES[language])
    journey.register(bakyt, cases)
    journey.visit(aigul, cases)
    journey.protect(aigul, cases)
    journey.hand_over(bakyt, specialist2, cases, CHOLPON)
    journey.take_off_and_return(cholpon, specialist2, cases)
    journey.correct_and_take_back(cholpon, cases)
    assert looking.found == []
    assert looking.pages > 20
