"""The rules of comparison stand twice, in Python and in the database: they agree on drawn pairs."""

import random
from dataclasses import replace
from datetime import date, timedelta
from importlib import import_module
from typing import Any, Final
from uuid import UUID

import pytest
from django.db import connections

from kamkor.people.names import phonetic
from kamkor.people.rules.matching import WEIGHTS, Frequencies, dates, edits, likeness
from kamkor.people.rules.records import Name, Record, compare, names_of

PAIRS: Final = 3_000
ALPHABET: Final = "абдежкилмнорстуыюү"
SURNAMES: Final = ("Токтосунов", "Асанова", "Бакыт кызы", "Toktosunov", "Жээнбеков", "Ли", "")
GIVEN: Final = ("Жолдошбек", "Joldoshbek", "Айгүл", "Айгуль", "Нурайым", "Бек", "Эгизбек")
FATHERS: Final = ("", "", "Асанович", "Асан уулу", "Бакытовна", "Токтосунович")
ALIKE: Final = """
SELECT total, linked FROM records_alike(%s::text[], %s::text[], %s::date, %s, %s, %s::float8[],
    %s::text[], %s::text[], %s::date, %s, %s)
"""

pytestmark = pytest.mark.django_db(databases=["owner", "default"])


def misspelt(chance: random.Random, name: str) -> str:
    """A name, half of the time with some letters changed, left out, added or exchanged."""
    letters = list(name)
    for _ in range(chance.choice((0, 0, 0, 1, 1, 2))):
        if len(letters) < 3:
            break
        at = chance.randrange(len(letters) - 1)
        letters[at : at + 2] = chance.choice(
            (
                [letters[at + 1], letters[at]],
                [letters[at]],
                [*letters[at : at + 2], chance.choice(ALPHABET)],
                [letters[at], chance.choice(ALPHABET)],
            )
        )
    return "".join(letters)


def drawn_birth(chance: random.Random, near: date) -> tuple[date | None, str]:
    day = near + timedelta(days=chance.choice((0, 0, 0, 3, -8, 31, 365, 366, 4000)))
    if chance.random() < 0.15 and day.day <= 12:
        day = day.replace(day=day.month, month=day.day)
    precision = chance.choice(("day", "day", "day", "month", "year", "unknown"))
    return (None if precision == "unknown" else day), precision


def drawn(chance: random.Random, number: int) -> Record:
    names = [misspelt(chance, chance.choice(part)) for part in (SURNAMES, GIVEN, FATHERS)]
    if chance.random() < 0.1:
        names[:2] = names[1::-1]
    born_on, precision = drawn_birth(chance, date(2015, 5, 6))
    return Record(
        person=UUID(int=number),
        names=(Name(*names),),
        born_on=born_on,
        precision=precision,
        sex=chance.choice(("male", "female", "unknown")),
        pin=chance.choice(("", "", "20605201500011", "20605201500022")),
    )


def by_the_database(cursor: Any, one: Record, other: Record, borne: Frequencies) -> tuple[Any, Any]:  # noqa: ANN401 - a cursor
    ((stems, sounds),), ((yours, heard),) = names_of(one), names_of(other)
    birth, years = other.birth, (one.birth and one.birth.year, other.birth and other.birth.year)
    exact = one.precision == other.precision == "day"
    if birth and one.birth and not exact and years[0] != years[1]:
        birth = birth.replace(month=7, day=31)
    sexes = [each.sex if each.sex != "unknown" else "" for each in (one, other)]
    rare = [borne.rareness(stem) for stem in stems]
    cursor.execute(
        ALIKE,
        [
            stems,
            sounds,
            one.birth,
            sexes[0],
            one.pin,
            rare,
            yours,
            heard,
            birth,
            sexes[1],
            other.pin,
        ],
    )
    total, linked = cursor.fetchone()
    return float(total), linked


def test_the_database_weighs_drawn_pairs_as_the_rules_do() -> None:
    chance = random.Random(20261123)
    borne = Frequencies(of=20_000)
    borne.borne.update({"toktosun": 120, "asan": 900, "bakit": 700, "joldosbek": 60, "aigul": 300})
    links = 0
    with connections["owner"].cursor() as cursor:
        for _ in range(PAIRS):
            one, other = drawn(chance, 0), drawn(chance, 1)
            if chance.random() < 0.5:
                parts = (one.names[0].surname, one.names[0].given_name, one.names[0].patronymic)
                again = Name(*(misspelt(chance, part) for part in parts))
                other = replace(other, names=(again,))
            found = compare(one, other, borne)
            total, linked = by_the_database(cursor, one, other, borne)
            assert (round(total, 2), linked) == (
                pytest.approx(found.weighed.total, abs=0.011),
                found.weighed.zone == "link",
            ), (one, other, found.weighed)
            links += linked
    assert PAIRS / 50 < links < PAIRS / 2


def test_edits_likeness_and_dates_are_the_same() -> None:
    chance = random.Random(7)
    with connections["owner"].cursor() as cursor:
        for _ in range(PAIRS):
            one = misspelt(chance, chance.choice(SURNAMES + GIVEN)).lower()
            other = misspelt(chance, chance.choice((one, *GIVEN))).lower()
            days = [drawn_birth(chance, date(2015, 5, 6))[0] for _ in range(2)]
            told = [one, phonetic(one), other, phonetic(other)]
            cursor.execute(
                "SELECT name_edits(%s, %s, 2), name_likeness(%s, %s, %s, %s),"
                " birth_likeness(%s::date, %s::date)",
                [one, other, *told, *days],
            )
            assert cursor.fetchone() == (
                min(edits(one, other, 2), 3),
                likeness(one, other),
                dates(*days),
            ), (one, other, days)


def test_the_database_compares_by_the_rules_of_today() -> None:
    """Whoever adds newer weights lays the function anew, by a migration of its own."""
    migration = import_module("kamkor.migrations.0052_known_elsewhere")
    assert migration.RULES is WEIGHTS[-1]
