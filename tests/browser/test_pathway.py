"""The whole pathway in a real browser, in English and in Kyrgyz."""

import pytest

from tests.browser import journey
from tests.browser.conftest import SignIn
from tests.browser.looking import Looking

CHOLPON = "Чолпон Абдиева"


@pytest.mark.parametrize("language", ["en", "ky"])
def test_a_child_is_reported_protected_handed_on_taken_off_and_returns(
    sign_in: SignIn, language: str
) -> None:
    """Six people walk one child's way; in Kyrgyz every page of it is looked at closely."""
    looking = Looking(closely=language == "ky")
    aigul, bakyt, specialist2, cholpon = (
        sign_in(name, language) for name in ("aigul", "bakyt", "specialist2", "cholpon")
    )
    for person in (aigul, bakyt, specialist2, cholpon):
        person.look = looking
    cases = journey.urgent_report(aigul, f"Сузак айылы, {language}")
    journey.read_and_accept(aigul, cases)
    journey.identify(aigul, cases, {"en": "Тестова", "ky": "Сынакова"}[language])
    journey.register(bakyt, cases)
    journey.visit(aigul, cases)
    journey.protect(aigul, cases)
    journey.hand_over(bakyt, specialist2, cases, CHOLPON)
    journey.take_off_and_return(cholpon, specialist2, cases)
    journey.correct_and_take_back(cholpon, cases)
    assert looking.found == []
    assert looking.pages > 20
