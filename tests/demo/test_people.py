"""The demo's invented people: the same seed draws the same, in every spelling, and nobody real."""

from datetime import date

from kamkor.demo.names import Child, Names, birthday_before
from kamkor.people.names import NAME_LIMIT, name_faults

BEGUN = date(2023, 8, 20)
MANY = 400


def drawn(seed: int) -> list[Child]:
    names = Names(seed)
    return [names.child(BEGUN) for _ in range(MANY)]


def test_a_seed_draws_the_same_children_again() -> None:
    assert drawn(1) == drawn(1)
    assert drawn(1) != drawn(2)


def test_every_name_may_be_typed() -> None:
    children = drawn(1)
    assert all(not name_faults(one.surname, one.given_name, one.patronymic) for one in children)
    assert max(len(one.given_name) for one in children) == NAME_LIMIT


def test_names_are_spelled_in_every_way() -> None:
    children = drawn(1)
    assert {one.surname.split(" ")[-1] for one in children} >= {"уулу", "кызы", ""}
    assert any(one.patronymic.endswith("ович") for one in children)
    assert any(one.given_name.isascii() for one in children)
    assert any(set("қғұһі") & set(one.surname.lower()) for one in children)


def test_births_are_known_to_the_day_the_month_the_year_or_not() -> None:
    children = drawn(1)
    assert {len(one.born) for one in children} == {0, 4, 7, 10}
    assert any(one.born.endswith("-02-29") for one in children)
    assert all(one.born <= BEGUN.isoformat() for one in children)


def test_personal_numbers_are_of_the_1800s_and_one_is_held_twice() -> None:
    numbers = [one.pin for one in drawn(1) if one.pin]
    assert {number[5:7] for number in numbers} == {"18"}
    assert {len(number) for number in numbers} == {14}
    assert len(numbers) - len(set(numbers)) == 1


def test_nobody_turns_18_on_29_february_by_accident() -> None:
    assert birthday_before(date(2028, 2, 29), 18) == date(2010, 2, 28)
    assert birthday_before(date(2026, 11, 21), 18) == date(2008, 11, 21)
