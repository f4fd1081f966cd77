"""The people of a home, drawn anew for each print in the way of writing of the first."""

from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from random import Random

from kamkor.demo import texts
from kamkor.demo.names import Child
from kamkor.kernel.shapes import first_day
from kamkor.people.names import sort_key, tokens, words_of_place
from kamkor.synth.surnames import ManyNames

_SAME_PIN = 60
_HOUSES = 400
_REMEMBERED = 60_000
"""Of so many names is worked out once how they are sorted and found."""


@dataclass(frozen=True)
class Human:
    """Somebody of a home as written down; ``sex`` is empty for who was not asked."""

    given_name: str
    surname: str = ""
    patronymic: str = ""
    born: str = ""
    sex: str = ""
    pin: str = ""

    @property
    def parts(self) -> tuple[str, ...]:
        """The parts of the name that are known, in the order of documents."""
        return tuple(part for part in (self.surname, self.given_name, self.patronymic) if part)

    @property
    def shown_name(self) -> str:
        """The whole name."""
        return " ".join(self.parts)

    @property
    def sort_key(self) -> str:
        """The key by which the whole name is sorted."""
        return " ".join(_key(part) for part in self.parts)

    @property
    def born_on(self) -> str:
        """The first day that what was told of the birth can mean."""
        return first_day(self.born).isoformat() if self.born else ""

    @property
    def tokens(self) -> set[str]:
        """The folded words by which the name is found."""
        return {word for part in self.parts for word in _tokens(part)}


@dataclass(frozen=True)
class Household:
    """Who lives in a home, children first, and where."""

    children: tuple[Human, ...]
    siblings: tuple[Human, ...]
    adults: tuple[Human, ...]
    place: str

    @property
    def everybody(self) -> tuple[Human, ...]:
        """All people of the home."""
        return (*self.children, *self.siblings, *self.adults)

    @property
    def words(self) -> set[str]:
        """The folded words by which the place is found."""
        village, house = self.place.rsplit(" ", 1)
        return {*_words(village), house}


@lru_cache(maxsize=_REMEMBERED)
def _key(part: str) -> str:
    return sort_key(part, "", "")


@lru_cache(maxsize=_REMEMBERED)
def _tokens(part: str) -> frozenset[str]:
    return frozenset(tokens("", part, ""))


@lru_cache(maxsize=10_000)
def _words(place: str) -> frozenset[str]:
    return frozenset(words_of_place(place))


class People:
    """Draws homes; the same random numbers draw the same people."""

    def __init__(self) -> None:
        self._names = ManyNames(0)

    def home(
        self, random: Random, number: int, sizes: tuple[int, int, int], day: date
    ) -> Household:
        """The first home of a kind: so many children, siblings and adults, all told apart.

        ``day`` is the first of its life; everybody was born before it.
        """
        self._names.draw_from(random)
        while True:
            children = tuple(
                _human(self._names.written_as(_way(number, place), day))
                for place in range(sizes[0])
            )
            found = Household(
                children,
                tuple(self._sibling(random, day) for _ in range(sizes[1])),
                tuple(self._adult() for _ in range(sizes[2])),
                self._place(random),
            )
            given = {one.given_name for one in found.everybody}
            if len(given) == len(found.everybody):
                return found

    def alike(self, random: Random, number: int, first: Household, day: date) -> Household:
        """Another home, of whom the same is known as of the first one of its kind."""
        self._names.draw_from(random)
        return Household(
            tuple(
                self._child_alike(number, place, one, day)
                for place, one in enumerate(first.children)
            ),
            tuple(self._sibling(random, day) for _ in first.siblings),
            tuple(self._adult() for _ in first.adults),
            self._place(random),
        )

    def _child_alike(self, number: int, place: int, first: Human, day: date) -> Human:
        while True:
            found = _human(self._names.written_as(_way(number, place), day))
            if _known(found) == _known(first):
                return found

    def _sibling(self, random: Random, day: date) -> Human:
        told = self._names.sibling()
        return Human(
            told["given_name"], born=str(day.year - random.randint(1, 15)), sex=told["sex"]
        )

    def _adult(self) -> Human:
        given, surname = self._names.adult("female")
        return Human(given, surname)

    @staticmethod
    def _place(random: Random) -> str:
        village = random.choice(texts.PLACES).removesuffix(" айылы").removeprefix("село ")
        return f"{village}, {random.randint(1, _HOUSES)}"


def _human(child: Child) -> Human:
    return Human(
        child.given_name, child.surname, child.patronymic, child.born, child.sex, child.pin
    )


def _known(human: Human) -> tuple[bool | int, ...]:
    return (
        bool(human.surname),
        bool(human.patronymic),
        len(human.born),
        human.sex == "unknown",
        bool(human.pin),
    )


def _way(number: int, place: int) -> int:
    """The way in which a child of a kind of life is written; no two bear one personal number."""
    way = number * 7 + place * 31
    return way + 1 if way == _SAME_PIN else way


def grown(home: Household, born: date) -> Household:
    """The home with children born on a day."""
    return replace(
        home, children=tuple(replace(one, born=born.isoformat()) for one in home.children)
    )
