"""Whether two records may be one child: keys, lines, zones, and what is never linked."""

from datetime import date

import pytest

from kamkor.people.rules.matching import (
    WEIGHTS,
    Frequencies,
    Told,
    block_keys,
    compared,
    dates,
    edits,
    likeness,
    never_linked,
    told,
    weighed,
)

DAY = date(2015, 3, 2)


def a_child(number: int = 1, **changed: object) -> Told:
    known: dict[str, object] = {
        "surname": "Токтосунов",
        "given_name": "Чыңгыз",
        "patronymic": "Жолдошбек уулу",
        "birth_date": DAY,
        "sex": "male",
        "district": 3,
        "municipality": 31,
        "pin": "",
    }
    return told(number=number, **(known | changed))  # type: ignore[arg-type]


def others() -> list[Told]:
    """Enough people that no name of those compared is frequent."""
    return [
        a_child(100 + number, surname=f"Асан{number}", given_name=f"Бакыт{number}",
                patronymic=f"Мурат{number}")
        for number in range(2_000)
    ]  # fmt: skip


FREQUENCIES = Frequencies.among([*others(), a_child()])


def zone(**changed: object) -> str:
    return weighed(a_child(), a_child(2, **changed), FREQUENCIES).zone


@pytest.mark.parametrize(
    ("changed", "wanted"),
    [
        ({}, "link"),
        ({"surname": "Токтосун уулу", "patronymic": "Джолдошбекович"}, "link"),
        ({"surname": "Toktosunov", "given_name": "Chingiz", "patronymic": ""}, "link"),
        ({"surname": "Чыңгыз", "given_name": "Токтосунов"}, "link"),
        ({"given_name": "Чыгыз"}, "link"),
        ({"birth_date": date(2015, 2, 3)}, "link"),
        ({"district": 9, "municipality": 91}, "link"),
        ({"surname": "Токтасанов", "birth_date": None, "municipality": 91}, "link"),
        (
            {"surname": "Токтасанов", "birth_date": None, "municipality": 91, "patronymic": ""},
            "review",
        ),
        ({"birth_date": date(2011, 8, 20), "district": 9, "municipality": 91}, "review"),
        ({"given_name": "Азамат", "birth_date": date(2011, 8, 20)}, "new"),
        ({"surname": "Асанов", "given_name": "Бакыт", "patronymic": "Маратович"}, "new"),
    ],
)
def test_zones(changed: dict[str, object], wanted: str) -> None:
    assert zone(**changed) == wanted


def test_two_valid_numbers_that_differ_are_two_children() -> None:
    one, other = a_child(pin="1"), a_child(2, pin="2")
    assert weighed(one, other, FREQUENCIES).zone == "new"
    assert weighed(one, other, FREQUENCIES).never == "numbers_differ"
    assert never_linked(one, a_child(2)) == ""


def test_twins_are_never_linked_whatever_the_sum() -> None:
    one, other = a_child(given_name="Асан"), a_child(2, given_name="Үсөн")
    found = weighed(one, other, FREQUENCIES)
    assert found.never == "twins"
    assert found.zone != "link"
    assert never_linked(one, a_child(2, given_name="Үсөн", birth_date=None)) == ""


def test_a_pair_under_a_rule_is_not_linked_where_its_sum_would() -> None:
    one, other = a_child(given_name="Асан"), a_child(2, given_name="Үсөн")
    lines = {**WEIGHTS[-1].lines, "given_other": 50.0}
    loose = type(WEIGHTS[-1])(DAY, "planted", 0.5, -4.0, lines)
    assert weighed(one, other, FREQUENCIES, loose).total > loose.link
    assert weighed(one, other, FREQUENCIES, loose).zone == "review"


def test_the_lines_add_up_and_every_one_is_weighed() -> None:
    found = weighed(a_child(), a_child(2, sex="female", birth_date=None), FREQUENCIES)
    assert found.total == pytest.approx(sum(weight for _, weight in found.lines))
    assert [code for code, _ in found.lines] == [
        "name_order_kept", "surname_equal", "given_equal", "father_equal", "date_missing",
        "place_municipality", "sex_other",
    ]  # fmt: skip
    assert all(code in WEIGHTS[-1].lines for code, _ in found.lines)


def test_a_rare_name_weighs_more() -> None:
    frequent = Frequencies.among([*others(), *(a_child(number) for number in range(500))])
    pair = a_child(), a_child(2)
    assert weighed(*pair, frequent).total < weighed(*pair, FREQUENCIES).total


def test_order_of_names_does_not_hide_a_child() -> None:
    swapped = a_child(2, surname="Чыңгыз", given_name="Токтосунов")
    assert compared(a_child(), swapped)[0] == ("name_order_turned", "")
    assert block_keys(a_child()) & block_keys(swapped)


@pytest.mark.parametrize(
    ("one", "other", "wanted"),
    [
        ("asan", "asan", "equal"),
        ("asan", "", "missing"),
        ("", "", "missing"),
        ("jenbek", "janibek", "heard"),
        ("bakit", "pakit", "heard"),
        ("nurlan", "nurtan", "near"),
        ("aida", "aia", "other"),
        ("asan", "uson", "other"),
        ("toktosun", "tokttoson", "heard"),
        ("kubanicbek", "kubanisber", "near"),
    ],
)
def test_likeness(one: str, other: str, wanted: str) -> None:
    assert likeness(one, other) == likeness(other, one) == wanted


def test_edits_stop_where_they_are_too_many() -> None:
    assert edits("asan", "asna", 1) == 1
    assert edits("asan", "asa", 1) == 1
    assert edits("asan", "asanali", 1) == 2
    assert edits("", "", 0) == 0


@pytest.mark.parametrize(
    ("one", "other", "wanted"),
    [
        (DAY, DAY, "equal"),
        (date(2015, 1, 1), date(2015, 1, 1), "first"),
        (DAY, None, "missing"),
        (DAY, date(2015, 2, 3), "turned"),
        (DAY, date(2015, 1, 1), "january"),
        (DAY, date(2015, 3, 20), "part"),
        (DAY, date(2016, 3, 2), "part"),
        (DAY, date(2015, 2, 27), "close"),
        (date(2015, 12, 30), date(2016, 1, 3), "close"),
        (DAY, date(2015, 9, 20), "year"),
        (DAY, date(2011, 9, 20), "other"),
    ],
)
def test_dates(one: date, other: date | None, wanted: str) -> None:
    assert dates(one, other) == dates(other, one) == wanted


def test_a_place_nobody_told_weighs_nothing() -> None:
    somewhere, nowhere = a_child(), a_child(2, district=0, municipality=0)
    for pair in ((somewhere, nowhere), (nowhere, nowhere)):
        assert dict(weighed(*pair, FREQUENCIES).lines)["place_missing"] == 0
    unknown = a_child(3, municipality=0)
    assert ("place_district", "") in compared(unknown, unknown)
    assert not [key for key in block_keys(nowhere) if key.startswith("m ")]
