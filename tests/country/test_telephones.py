"""Telephone numbers as people type them."""

import pytest

from kamkor.country.kg.telephones import shown, to_e164


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("0555 12 34 56", "+996555123456"),
        ("0555123456", "+996555123456"),
        ("555123456", "+996555123456"),
        ("+996555123456", "+996555123456"),
        ("+996 (555) 12-34-56", "+996555123456"),
        ("996-555-12-34-56", "+996555123456"),
        ("00996555123456", "+996555123456"),
        (" 0770 99 88 77 ", "+996770998877"),
        ("(0312) 66-12-34", "+996312661234"),
        ("+7 701 123 45 67", "+77011234567"),
        ("8 701 123 45 67", "+77011234567"),
        ("77011234567", "+77011234567"),
        ("8 916 123-45-67", "+79161234567"),
        ("+49 30 901820", "+4930901820"),
    ],
)
def test_a_number_is_stored_in_one_form(typed: str, stored: str) -> None:
    assert to_e164(typed) == stored
    assert to_e164(shown(stored)) == stored


@pytest.mark.parametrize(
    "typed",
    [
        "", " ", "-", "111", "112", "0555 12 34 5", "0555 12 34 567", "12", "мама", "0555ABCDEF",
        "0555 12 34 56 мама", "+996", "+7 701 123", "9" * 40, "1" * 300,
    ],
)  # fmt: skip
def test_what_is_no_number_is_refused(typed: str) -> None:
    assert to_e164(typed) is None


def test_a_range_opened_lately_is_kept() -> None:
    assert to_e164("0899 12 34 56") == "+996899123456"


@pytest.mark.parametrize(
    ("stored", "text"),
    [
        ("+996555123456", "+996 555 123 456"),
        ("+77011234567", "+7 701 123 4567"),
        ("", ""),
        ("none", "none"),
    ],
)
def test_a_number_is_shown_in_groups(stored: str, text: str) -> None:
    assert shown(stored) == text
