"""Drawn homes: each kind of life finds others like its first, told apart where it matters."""

from datetime import date
from random import Random

from kamkor.synth.choosing import drawn_home, of_an_age
from kamkor.synth.lives import GROWN, kinds
from kamkor.synth.people import Household, People

BEGINS = date(2019, 3, 4)
ALL = kinds(6)


def _known(people: Household) -> list[tuple[bool, bool, int]]:
    return [(bool(one.pin), bool(one.patronymic), len(one.born)) for one in people.everybody]


def test_every_home_is_like_the_first_of_its_kind() -> None:
    people = People()
    for kind in ALL:
        first = drawn_home(people, Random(1), kind, BEGINS, None)
        other = drawn_home(people, Random(2), kind, BEGINS, first)
        assert _known(other) == _known(first), kind
        grown = of_an_age(other, Random(2), kind, BEGINS)
        assert (grown == other) == (kind.name != GROWN)


def test_kinds_are_told_apart() -> None:
    told = [(one.name, one.number, one.people) for one in ALL]
    assert len(set(told)) == len(told)
