"""Records of the service beside each other: keys, the names most alike, years, numbers, places."""

from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from kamkor.people.rules.matching import Frequencies
from kamkor.people.rules.records import Name, Record, compare, keys_of

COMMON = Frequencies(of=20_000)
ONE = Record(
    person=UUID(int=1),
    names=(Name("Токтосунов", "Жолдошбек", "Асанович"),),
    born_on=date(2015, 5, 6),
    precision="day",
    sex="male",
    district="41703220000000",
    place=frozenset({"aral"}),
)
OTHER = replace(ONE, person=UUID(int=2), names=(Name("Toktosunov", "Joldoshbek", ""),))
YEAR: dict[str, Any] = {"born_on": date(2015, 1, 1), "precision": "year"}


def zone(one: Record, other: Record) -> str:
    return compare(one, other, COMMON).weighed.zone


def line(one: Record, other: Record, about: str) -> str:
    codes = [code for code, _ in compare(one, other, COMMON).weighed.lines]
    return next(code for code in codes if code.startswith(about))


def test_one_child_in_two_scripts_shares_a_key_and_is_very_much_alike() -> None:
    assert keys_of(ONE) & keys_of(OTHER)
    assert zone(ONE, OTHER) == "link"


def test_of_several_names_those_most_alike_are_compared() -> None:
    called = replace(OTHER, names=(Name("Башкаев", "Бирөө", ""), *OTHER.names))
    found = compare(ONE, called, COMMON)
    assert (found.weighed.zone, found.names[1]) == ("link", OTHER.names[0])


def test_of_years_alone_only_the_year_is_compared() -> None:
    early, late = replace(ONE, **YEAR), replace(OTHER, born_on=date(2018, 1, 1), precision="year")
    assert line(early, late, "date_") == "date_other"
    assert line(ONE, late, "date_") == "date_other"
    assert line(early, replace(OTHER, **YEAR), "date_") == "date_first"
    assert line(early, replace(OTHER, precision="estimated"), "date_") == "date_missing"


def test_another_place_says_nothing_against() -> None:
    elsewhere = replace(OTHER, place=frozenset({"tegene"}))
    assert line(ONE, OTHER, "place_") == "place_municipality"
    assert line(ONE, elsewhere, "place_") == "place_missing"


def test_a_given_name_alone_is_for_a_person_to_look_at() -> None:
    alone = replace(OTHER, names=(Name("", "Жолдошбек", ""),))
    assert zone(ONE, alone) == "review"


@pytest.mark.parametrize(("pins", "wanted"), [(("1", "1"), "link"), (("1", "2"), "new")])
def test_unequal_numbers_are_two_children(pins: tuple[str, str], wanted: str) -> None:
    assert zone(replace(ONE, pin=pins[0]), replace(OTHER, pin=pins[1])) == wanted


def test_equal_numbers_are_looked_at_whatever_else_differs() -> None:
    stranger = replace(OTHER, names=(Name("Башкаев", "Бирөө", "Башкаевич"),), pin="1")
    found = compare(replace(ONE, pin="1"), stranger, COMMON)
    assert (found.weighed.zone, found.one_number) == ("review", True)
    assert keys_of(replace(ONE, pin="1")) & keys_of(stranger)


def test_twins_are_never_very_much_alike() -> None:
    twin = replace(ONE, person=UUID(int=2), names=(Name("Токтосунов", "Бакыт", "Асанович"),))
    assert zone(ONE, twin) in {"review", "new"}


def test_the_content_changes_with_all_that_is_compared() -> None:
    whole = compare(ONE, OTHER, COMMON).content
    assert compare(OTHER, ONE, COMMON).content == whole
    changes: tuple[dict[str, Any], ...] = (
        {"names": (*ONE.names, Name("", "Жоки", ""))},
        {"born_on": date(2015, 5, 7)},
        {"sex": "female"},
        {"pin": "1"},
        {"place": frozenset({"tegene"})},
    )
    for changed in changes:
        assert compare(replace(ONE, **changed), OTHER, COMMON).content != whole
