"""The check of a personal identification number; the numbers are of people born in the 1800s."""

from datetime import date

import pytest

from kamkor.country.kg.identifiers import DOUBTS, FAULTS, pin_faults, tidy_pin

GIRL = "10503189900001"
BORN = date(1899, 3, 5)


@pytest.mark.parametrize(
    ("pin", "birth", "sex", "found"),
    [
        (GIRL, BORN, "female", []),
        ("2" + GIRL[1:], BORN, "male", []),
        (GIRL, None, None, []),
        (GIRL, None, "unknown", []),
        (GIRL, BORN, "male", ["sex_differs"]),
        ("3" + GIRL[1:], BORN, "female", ["sex_differs"]),
        (GIRL, date(1899, 3, 6), "female", ["date_differs"]),
        (GIRL, date(1899, 5, 3), "male", ["sex_differs", "date_differs"]),
        ("13213189900001", BORN, "female", ["date_differs"]),
        (GIRL[:-1], BORN, "male", ["wrong_length"]),
        (GIRL + "0", BORN, "male", ["wrong_length"]),
        ("", BORN, "male", ["wrong_length", "not_digits"]),
        ("1050318990000X", BORN, "male", ["not_digits"]),
        ("1050318990000١", BORN, "male", ["not_digits"]),
        ("1050318990000²", BORN, "male", ["not_digits"]),
        ("105031899", BORN, "male", ["wrong_length"]),
        (" " + GIRL, BORN, "female", ["wrong_length", "not_digits"]),
    ],
)
def test_faults_and_doubts(pin: str, birth: date | None, sex: str | None, found: list[str]) -> None:
    assert pin_faults(pin, birth, sex) == found
    assert set(found) <= FAULTS | DOUBTS


@pytest.mark.parametrize(
    ("precision", "birth", "found"),
    [
        ("month", date(1899, 3, 1), []),
        ("month", date(1899, 4, 5), ["date_differs"]),
        ("year", date(1899, 1, 1), []),
        ("year", date(1898, 3, 5), ["date_differs"]),
        ("estimated", date(1890, 1, 1), []),
        ("unknown", date(1890, 1, 1), []),
    ],
)
def test_only_what_is_known_of_the_birth_is_compared(
    precision: str, birth: date, found: list[str]
) -> None:
    assert pin_faults(GIRL, birth, "female", precision) == found


def test_spaces_and_hyphens_are_taken_out() -> None:
    assert tidy_pin(" 1 0503-1899 00001\t") == GIRL
