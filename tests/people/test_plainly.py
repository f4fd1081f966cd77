"""Two records in words: the same, nearly the same, different, not known; what differs is marked."""

from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest

from kamkor.people.rules.matching import Frequencies
from kamkor.people.rules.plainly import Beside, Letters, beside, by_word
from kamkor.people.rules.records import Name, Record, compare

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


def told(
    *, born_on: date | None = ONE.born_on, precision: str = "day", pin: str = "", place: str = "",
    sexes: tuple[str, str] = ("Male", "Male"), **names: str,
) -> dict[str, Beside]:  # fmt: skip
    """The first record beside one of which this is otherwise."""
    name = replace(ONE.names[0], **names)
    words = frozenset({"aral"}) if place else frozenset({"tegene"})
    other = replace(
        ONE, person=UUID(int=2), names=(name,), born_on=born_on, precision=precision, pin=pin,
        place=words,
    )  # fmt: skip
    like = compare(ONE, other, COMMON)
    births = "06.05.2015", born_on.strftime("%d.%m.%Y") if born_on else ""
    return {one.about: one for one in beside(like, births, ("Арал, 4", place), sexes)}


@pytest.mark.parametrize(
    ("surname", "word", "other_letters"),
    [
        ("Токтосунов", "same", False),
        ("ТОКТОСУНОВ", "same", False),
        ("Toktosunov", "same", True),
        ("Токтосун уулу", "nearly", False),
        ("Токтасунов", "nearly", False),
        ("Toktasunov", "nearly", True),
        ("Бакытов", "other", False),
        ("Bakytov", "other", False),
        ("", "unknown", False),
    ],
)
def test_a_name_has_one_of_four_words(surname: str, word: str, other_letters: bool) -> None:
    found = told(surname=surname)["surname"]
    assert (found.word, found.other_letters) == (word, other_letters)


@pytest.mark.parametrize(
    ("born_on", "precision", "word"),
    [
        (date(2015, 5, 6), "day", "same"),
        (date(2015, 6, 5), "day", "nearly"),
        (date(2015, 5, 9), "day", "nearly"),
        (date(2015, 1, 1), "year", "nearly"),
        (date(2015, 11, 20), "day", "other"),
        (date(2011, 1, 3), "day", "other"),
        (None, "unknown", "unknown"),
    ],
)
def test_so_has_a_birth(born_on: date | None, precision: str, word: str) -> None:
    assert told(born_on=born_on, precision=precision)["date"].word == word


def test_years_alone_are_never_the_same_day() -> None:
    year = replace(ONE, born_on=date(2015, 1, 1), precision="year")
    like = compare(year, replace(year, person=UUID(int=2)), COMMON)
    (found,) = (
        one for one in beside(like, ("2015", "2015"), ("", ""), ("", "")) if one.about == "date"
    )
    assert found.word == "nearly"


@pytest.mark.parametrize(
    ("place", "word"), [("арал, 4", "same"), ("Арал айылы", "nearly"), ("", "unknown")]
)
def test_so_has_a_place(place: str, word: str) -> None:
    assert told(place=place)["place"].word == word


def test_sex_and_number_are_told_as_far_as_they_are_known() -> None:
    assert told()["sex"].word == "same"
    assert told(sexes=("Male", "Female"))["sex"].word == "other"
    assert told(sexes=("Male", ""))["sex"].word == "unknown"
    assert "pin" not in told()
    assert told(pin="20605201500011")["pin"].word == "unknown"


def test_surname_and_given_name_exchanged_are_compared_crosswise() -> None:
    found = told(surname="Жолдошбек", given_name="Токтосунов")
    assert (found["surname"].word, found["given"].word) == ("same", "same")
    assert found["name_order"].word == "other"


def marked(pieces: Letters) -> str:
    return "".join(f"[{text}]" if differs else text for text, differs in pieces)


@pytest.mark.parametrize(
    ("surname", "wanted"),
    [
        ("Токтасунов", ("Токт[о]сунов", "Токт[а]сунов")),
        ("Тотосунов", ("То[к]тосунов", "Тотосунов")),
        ("Toktasunov", ("Токтосунов", "Toktasunov")),
        ("Бакытова", ("Токтосунов", "Бакытова")),
    ],
)
def test_what_differs_is_marked_where_most_is_alike(surname: str, wanted: tuple[str, str]) -> None:
    one, other = told(surname=surname)["surname"].letters
    assert (marked(one), marked(other)) == wanted


def test_of_a_day_the_parts_that_differ_are_marked_whole() -> None:
    one, other = told(born_on=date(2015, 6, 5))["date"].letters
    assert (marked(one), marked(other)) == ("[06].[05].2015", "[05].[06].2015")


def test_what_is_the_same_stands_first() -> None:
    found = by_word(list(told(surname="Бакытов", patronymic="").values()))
    assert list(found) == ["same", "other", "unknown"]
    assert [one.about for one in found["same"]] == ["given", "date", "sex"]
